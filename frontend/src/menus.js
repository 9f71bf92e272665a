// Menus are <details>: they open without this. With it, they close when the focus or a click goes elsewhere, on
// Escape, and the arrow keys go through them. The same keys go through tabs.
const ITEMS = ".menu-item, .emoji-item";

// The tab one is on, where all do not fit.
for (const tab of document.querySelectorAll("[data-tabs] [aria-current]")) {
  tab.scrollIntoView({ block: "nearest", inline: "center" });
}

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

function close(menu, { refocus = false } = {}) {
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
}

function step(items, key, now) {
  const last = items.length - 1;
  const at = items.indexOf(now);
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: last }[key];
  if (to === undefined || last < 0) return false;
  items[at < 0 && to < 0 ? last : (to + last + 1) % (last + 1)].focus();
  return true;
}

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) close(menu);
});

document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) close(menu);
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu], .float");
  if (menu?.matches("details") && event.key === "Escape" && menu.open) {
    close(menu, { refocus: true });
    event.stopPropagation();
    return;
  }
  if (menu && event.key.startsWith("Arrow") && menu.matches("details:not([open])")) return;
  const within = menu ?? event.target.closest?.("[data-tabs]");
  if (!within || event.target.closest(".segmented")) return;
  const items = [...within.querySelectorAll(menu ? ITEMS : "a")];
  if (step(items, event.key, document.activeElement)) event.preventDefault();
});
