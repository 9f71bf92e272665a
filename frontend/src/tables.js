// Data tables work by links and forms; this adds what those cannot say.

// A blank filter is no filter: it stays out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("[data-filters]")) return;
  const parameters = event.detail.parameters;
  for (const name of [...Object.keys(parameters)]) {
    if (parameters[name] === "") delete parameters[name];
  }
});

const area = (element) => element.closest("[data-table]");
const boxes = (table) => [...table.querySelectorAll(".pick input[name=key]")];

function count(table) {
  const chosen = boxes(table).filter((box) => box.checked).length;
  const all = table.querySelector("[data-all]");
  const said = table.querySelector("[data-chosen]");
  if (all !== null) {
    all.checked = chosen > 0 && chosen === boxes(table).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
  if (said !== null) {
    said.textContent = chosen === 1 ? said.dataset.one : said.dataset.many.replace("{n}", String(chosen));
  }
}

let last = null;

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of boxes(area(event.target))) box.checked = event.target.checked;
    count(area(event.target));
  } else if (event.target.matches(".pick input[name=key]")) {
    count(area(event.target));
  }
});

// Shift chooses everything between two boxes; a click anywhere in a row opens it.
document.addEventListener("click", (event) => {
  const box = event.target.closest(".pick input[name=key]");
  if (box !== null) {
    const all = boxes(area(box));
    if (event.shiftKey && last !== null && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const each of all.slice(from, to + 1)) each.checked = box.checked;
      count(area(box));
    }
    last = box;
    return;
  }
  const row = event.target.closest(".data-table tbody tr");
  if (row === null || event.target.closest("a, button, input, label, select, summary, form")) return;
  if (getSelection()?.isCollapsed === false) return;
  row.querySelector(".row-link")?.click();
});

// What is typed into a search is asked for letter by letter: that the box is left says nothing new. Asked again, the
// table would come without the boxes that were just checked.
document.addEventListener(
  "change",
  (event) => {
    if (event.target.matches("[data-filters] input[type=search]")) event.stopPropagation();
  },
  true,
);
