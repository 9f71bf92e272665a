// The message step saves itself: a moment after the last key, and when the page goes away. Whoever was overtaken by
// somebody else is told, and nothing of theirs is overwritten without a word. What the server has not confirmed stands
// in this window's storage too: a reload may be faster than the last save, or the server away.
const WAIT = 1200;
const TRY_AGAIN = 5000;
let waiting = null;
let dirty = false;
let first = true;
// A page that shows the other's text beside this one replaces it by a button alone.
let overtaken = document.getElementById("conflict")?.hidden === false;

const place = () => document.querySelector("[data-keep]");

const words = () => document.querySelector("[data-composer] textarea");
const drawer = () => `${place().dataset.keep} ${place().form.elements.variant?.value ?? ""}`;

function put() {
  // A reload takes what the other has written.
  if (overtaken) return;
  sessionStorage.setItem(drawer(), JSON.stringify({ body: words().value, seen: place().value }));
}

const forget = () => sessionStorage.removeItem(drawer());

// Under the stamp that it was written on: whoever was overtaken meanwhile is told all the same.
function restore() {
  const left = JSON.parse(sessionStorage.getItem(drawer()));
  if (left === null) return;
  forget();
  if (left.body === words().value) return;
  place().value = left.seen;
  words().value = left.body;
  words().dispatchEvent(new Event("input", { bubbles: true }));
}

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
      forget();
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
  forget();
  say("");
  document.getElementById("conflict").hidden = false;
}

document.addEventListener("input", (event) => {
  if (place() === null || event.target.form !== place().form) return;
  dirty = true;
  put();
  clearTimeout(waiting);
  waiting = setTimeout(keep, WAIT);
});

document.addEventListener("submit", (event) => {
  if (event.target === place()?.form) {
    dirty = false;
    forget();
    clearTimeout(waiting);
  }
});

addEventListener("pagehide", () => keep(true));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep(true);
});

if (place() !== null) restore();
