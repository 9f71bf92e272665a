// The carriers of a route can be dragged into another order. The buttons do the same, one step at a time, and need
// no script.
let dragged = null;

for (const form of document.querySelectorAll("form[data-ordered]")) {
  const steps = form.querySelectorAll("[data-step]");
  if (steps.length > 1 && form.querySelector("button")) for (const step of steps) step.draggable = true;
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-step]") ?? null;
  dragged?.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-step]");
  if (!dragged || !over || over.parentNode !== dragged.parentNode) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  over.parentNode.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
});

document.addEventListener("dragend", () => {
  if (dragged === null) return;
  const form = dragged.closest("form");
  dragged.classList.remove("dragged");
  dragged = null;
  for (const step of form.querySelectorAll("[data-step]")) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "carrier" });
    input.value = step.dataset.step;
    form.append(input);
  }
  form.requestSubmit();
});
