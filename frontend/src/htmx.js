// htmx where its extensions look for it. No eval anywhere, nothing inline: see the Content-Security-Policy.
import htmx from "htmx.org";

window.htmx = htmx;
Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  // An element with an id keeps these until the new ones settle, so that the bar glides: x is an SVG's own.
  attributesToSettle: ["class", "height", "width", "x"],
});

export default htmx;
