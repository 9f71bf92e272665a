// Says when the server is out of reach, and when it is back. Streams and requests try again by themselves; what
// they show meanwhile is old, and that has to be said.
const place = document.getElementById("connection");
const lost = place.querySelector("[data-lost]");
const back = place.querySelector("[data-back]");
const SAID = 3000;
// A stream that ends is opened again at once, as when the server starts anew: that is no loss.
const PATIENCE = 1500;
let doubt;

function isLost() {
  back.hidden = true;
  lost.hidden = false;
}

function isBack() {
  clearTimeout(doubt);
  doubt = undefined;
  if (lost.hidden) return;
  lost.hidden = true;
  back.hidden = false;
  setTimeout(() => (back.hidden = true), SAID);
}

document.addEventListener("htmx:sseError", () => (doubt ??= setTimeout(isLost, PATIENCE)));
document.addEventListener("htmx:sendError", isLost);
addEventListener("offline", isLost);
document.addEventListener("htmx:sseOpen", isBack);
document.addEventListener("htmx:afterOnLoad", isBack);
addEventListener("online", isBack);

// A form's errors come back into the form; any other refusal of what a person did has to be said.
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 422 || !detail.requestConfig.triggeringEvent?.isTrusted) return;
  const toast = document.getElementById("did-not-work").content.cloneNode(true);
  document.getElementById("toasts").append(toast);
});
