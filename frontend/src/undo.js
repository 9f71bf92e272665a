// Undo and redo of the composer: a browser forgets its own steps when a script changes a text, and here buttons do.
const MOST = 300;
const PAUSE = 700;
const kept = new WeakMap();

const composer = () => document.querySelector("[data-composer] textarea");

function history(text) {
  if (!kept.has(text)) kept.set(text, { steps: [state(text)], at: 0, last: 0 });
  return kept.get(text);
}

const state = (text) => ({ value: text.value, caret: text.selectionEnd });

function remember(text, event) {
  const known = history(text);
  if (known.steps[known.at].value === text.value) return;
  const now = performance.now();
  // Keys that follow each other are one step; what a button writes is one by itself.
  const typing = event.inputType?.startsWith("insertText") || event.inputType?.startsWith("deleteContent");
  const goesOn = typing && now - known.last < PAUSE && known.at > 0;
  known.last = typing ? now : 0;
  known.steps.length = known.at + 1;
  if (goesOn) known.steps[known.at] = state(text);
  else known.steps.push(state(text));
  if (known.steps.length > MOST) known.steps.shift();
  known.at = known.steps.length - 1;
  show(known);
}

function show(known) {
  for (const button of document.querySelectorAll("[data-undo]")) button.disabled = known.at === 0;
  for (const button of document.querySelectorAll("[data-redo]")) button.disabled = known.at === known.steps.length - 1;
}

function go(text, by) {
  const known = history(text);
  const step = known.steps[known.at + by];
  if (step === undefined) return;
  known.at += by;
  known.last = 0;
  text.value = step.value;
  text.setSelectionRange(step.caret, step.caret);
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
  show(known);
}

// Before the first change, what the text was.
document.addEventListener("focusin", (event) => {
  if (event.target === composer()) history(event.target);
});
document.addEventListener("beforeinput", (event) => {
  if (event.target === composer()) history(event.target);
});
document.addEventListener("input", (event) => {
  if (event.target === composer()) remember(event.target, event);
});

document.addEventListener("keydown", (event) => {
  if (event.target !== composer() || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  go(event.target, key === "y" || event.shiftKey ? 1 : -1);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-undo], [data-redo]");
  if (button !== null && composer() !== null) go(composer(), button.matches("[data-undo]") ? -1 : 1);
});

if (composer() !== null) history(composer());
