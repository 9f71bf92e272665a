// What only some pages need is fetched when a page has it.
async function charts() {
  if (document.querySelector("[data-chart]")) (await import("./charts.js")).drawAll();
}

charts();
document.addEventListener("htmx:afterSettle", charts);
