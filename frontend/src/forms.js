// Forms: fields are checked by the server's own rule while people fill them in, and a page that holds unsaved
// words asks before it is left.
import htmx from "./htmx.js";

const WAIT = 400;
const waiting = new Map();

function check(input) {
  const form = input.form;
  const note = document.getElementById(`${input.name}-error`);
  if (note === null || !form.dataset.validate) return;
  htmx.ajax("POST", form.dataset.validate, {
    source: input,
    target: note,
    swap: "outerHTML",
    values: { ...Object.fromEntries(new FormData(form)), _field: input.name },
  });
}

const validated = (target) => target.name && target.form?.matches("[data-validate]");

document.addEventListener("change", (event) => {
  if (validated(event.target)) check(event.target);
});

// What was wrong is checked again at each key; what is only begun is not blamed.
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!validated(input) || input.getAttribute("aria-invalid") !== "true") return;
  clearTimeout(waiting.get(input));
  waiting.set(input, setTimeout(check, WAIT, input));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const note = event.target;
  if (!note.id?.endsWith("-error")) return;
  const name = note.id.slice(0, -"-error".length);
  const fresh = document.getElementById(note.id);
  const input = document.getElementById(name);
  if (fresh === null || input === null) return;
  if (fresh.hidden) input.removeAttribute("aria-invalid");
  else input.setAttribute("aria-invalid", "true");
});

// The first field that is wrong is where to go on.
document.querySelector('form .field [aria-invalid="true"]')?.focus();

const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-guard]")) changed.add(form);
});

document.addEventListener("submit", (event) => changed.delete(event.target), true);
document.addEventListener("kept", (event) => changed.delete(event.target));

addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

// A button that cannot be taken back waits for its word; the server asks for it too.
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-typed]") || event.target.name !== "typed") return;
  const word = form.querySelector("[data-word]").value.toLocaleLowerCase();
  form.dataset.ready = String(event.target.value.trim().toLocaleLowerCase() === word);
});
