// htmx where its extensions look for it. No eval anywhere, nothing inline: see the Content-Security-Policy.
import htmx from "htmx.org";

window.htmx = htmx;
Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  // Back is asked of the server: what a page showed is neither kept in the browser nor shown out of date.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  // A form that is not right comes back with its errors (422) and takes its own place.
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ],
  // What was just swapped in is listened to at once: for 20 ms a field would lose the choice of a quick hand.
  defaultSettleDelay: 0,
  // Where a swap says settle:20ms, an element with an id keeps these until the new ones settle, so that the bar glides: x is an SVG's own.
  attributesToSettle: ["class", "height", "width", "x"],
});

export default htmx;
