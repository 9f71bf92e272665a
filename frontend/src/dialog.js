// A dialog that came as a fragment opens over the page; "keep it" closes it. Without scripts it is a page.
document.addEventListener("htmx:afterSettle", (event) => {
  for (const dialog of event.target.querySelectorAll?.("dialog[data-modal]:not([open])") ?? []) {
    dialog.showModal();
  }
});

document.addEventListener("click", (event) => {
  const dialog = event.target.closest("dialog[data-modal]");
  if (dialog === null) return;
  if (event.target === dialog || event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
    dialog.remove();
  }
});
