// The message step saves itself: a moment after the last key, and when the page goes away. Whoever was overtaken by
// somebody else is told, and nothing of theirs is overwritten without a word.
const WAIT = 1200;
const TRY_AGAIN = 5000;
let waiting = null;
let dirty = false;
let first = true;
let overtaken = false;

const place = () => document.querySelector("[data-keep]");

function say(word) {
  const said = document.querySelector("[data-keep-state]");
  if (said !== null) said.textContent = said.dataset[word] ?? "";
}

function form() {
  const data = new FormData(place().form);
  if (first) data.set("first", "1");
  return new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
}

async function keep(leaving = false) {
  clearTimeout(waiting);
  const seen = place();
  if (!dirty || overtaken || seen === null) return;
  dirty = false;
  say("keeping");
  try {
    const answer = await fetch(seen.dataset.keep, { method: "POST", body: form(), keepalive: leaving });
    if (answer.status === 409) return conflict();
    if (!answer.ok) throw new Error(String(answer.status));
    first = false;
    seen.value = (await answer.json()).seen;
    if (!dirty) {
      say("kept");
      // Nothing is lost by leaving now: forms.js need not ask.
      seen.form.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
    }
  } catch {
    dirty = true;
    say("failed");
    waiting = setTimeout(keep, TRY_AGAIN);
  }
}

function conflict() {
  overtaken = true;
  say("");
  document.getElementById("conflict").hidden = false;
}

document.addEventListener("input", (event) => {
  if (place() === null || event.target.form !== place().form) return;
  dirty = true;
  clearTimeout(waiting);
  waiting = setTimeout(keep, WAIT);
});

document.addEventListener("submit", (event) => {
  if (event.target === place()?.form) {
    dirty = false;
    clearTimeout(waiting);
  }
});

addEventListener("pagehide", () => keep(true));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep(true);
});
