// What every page loads. The order counts: an extension must be known before htmx reads the page.
import "./htmx.js";
import "./live.js";
import "htmx-ext-sse";
import Alpine from "@alpinejs/csp";

import "./app.css";
import "./composer.js";
import "./connection.js";
import { copy } from "./copy.js";
import "./dialog.js";
import "./forms.js";
import "./inbox.js";
import "./keep.js";
import "./lazy.js";
import "./menus.js";
import "./order.js";
import "./palette.js";
import "./roll.js";
import "./stick.js";
import "./tables.js";
import "./toasts.js";
import "./tray.js";
import "./undo.js";
import "./uploads.js";

// What scripts make needless is hidden by this word.
document.documentElement.classList.add("scripted");

Alpine.data("copy", copy);
Alpine.start();
