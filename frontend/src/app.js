// What every page loads: htmx with its event-stream extension, and Alpine's CSP build. No eval anywhere.
import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";

import "./app.css";

window.htmx = htmx;
Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
});
await import("htmx-ext-sse");

Alpine.start();
