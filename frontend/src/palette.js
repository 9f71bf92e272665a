// The command palette: Ctrl-K or ⌘K opens it, the arrows go through what is found, Enter opens the first.
const dialog = document.getElementById("palette");
const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

function open() {
  if (dialog.open) return;
  dialog.showModal();
  const input = dialog.querySelector("input");
  input.select();
  window.htmx.trigger(input, "opened");
}

function move(by) {
  const input = dialog.querySelector("input");
  const stops = [input, ...dialog.querySelectorAll(".found")];
  const at = Math.max(0, stops.indexOf(document.activeElement));
  stops[(at + by + stops.length) % stops.length].focus();
}

function keys(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.target.matches(".found")) {
    // Typing goes on where it was.
    dialog.querySelector("input").focus();
  }
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(APPLE ? event.metaKey : event.ctrlKey)) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (opener && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      document.getElementById("sidebar").hidePopover?.();
      open();
    } else if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", keys);
  dialog.querySelector("form").addEventListener("submit", (event) => {
    const first = dialog.querySelector(".found");
    if (!first) return;
    event.preventDefault();
    first.click();
  });
  for (const key of document.querySelectorAll("[data-palette-key]")) {
    if (APPLE) key.textContent = "⌘ K";
    key.hidden = false;
  }
}
