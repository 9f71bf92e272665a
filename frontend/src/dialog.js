// A dialog or drawer that came as a fragment opens over the page; the browser holds the focus in it, and gives it
// back to where it was. Without scripts the same address is a page.
document.addEventListener("htmx:afterSettle", (event) => {
  for (const dialog of event.target.querySelectorAll?.("dialog[data-modal]:not([open])") ?? []) {
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }
});

document.addEventListener("click", (event) => {
  const dialog = event.target.closest("dialog[data-modal]");
  if (dialog === null) return;
  if (event.target === dialog || event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});
