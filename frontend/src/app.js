// What every page loads. The order counts: an extension must be known before htmx reads the page.
import "./htmx.js";
import "htmx-ext-sse";
import Alpine from "@alpinejs/csp";

import "./app.css";
import { copy } from "./copy.js";
import "./dialog.js";
import "./roll.js";
import "./stick.js";

Alpine.data("copy", copy);
Alpine.start();
