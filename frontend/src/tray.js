// Work in the background that was begun in this tab shows its progress under the navigation of every page, until it
// has ended. A tab that never began any asks nothing.
const KEY = "work-goes-on";
const tray = document.getElementById("tray");

function remember() {
  if (document.querySelector("main .job-running:not(.sample-stage *)")) sessionStorage.setItem(KEY, "1");
}

if (tray) {
  remember();
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target === tray && !tray.querySelector(".job")) sessionStorage.removeItem(KEY);
    remember();
  });
  // The page that shows the work itself needs no second place for it.
  if (sessionStorage.getItem(KEY) && !document.querySelector("main .job-running")) {
    document.addEventListener("htmx:load", () => window.htmx.trigger(tray, "wanted"), { once: true });
  }
}
