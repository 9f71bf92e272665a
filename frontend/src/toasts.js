// Toasts leave after a while, unless they say an error or somebody is on them; each can be closed. The word in
// the address that brought one is taken out of it, so that a reload does not say it again.
const STAYS = 7000;

function leave(toast) {
  toast.classList.add("leaving");
  setTimeout(() => toast.remove(), 200);
}

function show(toast) {
  const button = toast.querySelector("[data-toast-close]");
  button.hidden = false;
  button.addEventListener("click", () => leave(toast));
  if (toast.hasAttribute("data-stays")) return;
  const later = () => (toast.matches(":hover, :focus-within") ? setTimeout(later, 1000) : leave(toast));
  setTimeout(later, STAYS);
}

const place = document.getElementById("toasts");
place.querySelectorAll("[data-toast]").forEach(show);
new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    if (node.matches?.("[data-toast]")) show(node);
  }
}).observe(place, { childList: true });

const address = new URL(location.href);
if (address.searchParams.has("notice")) {
  address.searchParams.delete("notice");
  history.replaceState(history.state, "", address);
}
