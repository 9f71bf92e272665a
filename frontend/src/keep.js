// The message step saves itself: a moment after the last key, and when the page goes away. Whoever was overtaken by
// somebody else is told, and nothing of theirs is overwritten without a word. What the server has not confirmed stands
// in this window's storage too: a reload may be faster than the last save, or the server away.
const WAIT = 1200;
const TRY_AGAIN = 5000;
const TOO_LONG = 10_000;
// No stamp of the server's: whoever saves with it is shown what the other wrote.
const OVERTAKEN = "overtaken";
let waiting = null;
let dirty = false;
let first = true;
// One save follows the other: each names what the one before it has saved.
let under = Promise.resolve();
let saving = false;
// What was sent, until the server confirms it: it may have it though its answer was lost.
let sent = null;
// A page that shows the other's text beside this one replaces it by a button alone.
let overtaken = document.getElementById("conflict")?.hidden === false;

const place = () => document.querySelector("[data-keep]");

const words = () => document.querySelector("[data-composer] textarea");
const drawer = () => `${place().dataset.keep} ${place().form.elements.variant?.value ?? ""}`;

function put() {
  const seen = overtaken ? OVERTAKEN : place().value;
  sessionStorage.setItem(drawer(), JSON.stringify({ body: words().value, seen, sent }));
}

const forget = () => sessionStorage.removeItem(drawer());

// Under the stamp that it was written on: whoever was overtaken meanwhile is told all the same.
function restore() {
  const left = JSON.parse(sessionStorage.getItem(drawer()));
  if (left === null) return;
  forget();
  if (left.body === words().value) return;
  place().value = left.seen;
  sent = left.sent;
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

function keep(leaving = false) {
  clearTimeout(waiting);
  under = under.then(() => save(leaving));
}

async function save(leaving) {
  const seen = place();
  if (!dirty || overtaken || seen === null) return;
  dirty = false;
  saving = true;
  say("keeping");
  const data = form();
  const before = sent;
  sent = JSON.stringify([data.get("sender_id"), data.get("body")]);
  put();
  try {
    const signal = AbortSignal.timeout(TOO_LONG);
    const answer = await fetch(seen.dataset.keep, { method: "POST", body: data, keepalive: leaving, signal });
    if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
    const saved = await answer.json();
    if (!answer.ok && JSON.stringify([saved.sender_id, saved.body]) !== before) return conflict();
    seen.value = saved.seen;
    sent = null;
    if (!answer.ok) {
      // What the server has is this window's own: nobody else wrote.
      dirty = true;
      return keep(leaving);
    }
    first = false;
    if (dirty) return put();
    forget();
    say("kept");
    // Nothing is lost by leaving now: forms.js need not ask.
    seen.form.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
  } catch {
    dirty = true;
    say("failed");
    waiting = setTimeout(keep, TRY_AGAIN);
  } finally {
    saving = false;
  }
}

function conflict() {
  overtaken = true;
  put();
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
  const form = event.target;
  if (form !== place()?.form) return;
  dirty = false;
  forget();
  clearTimeout(waiting);
  if (!saving) return;
  event.preventDefault();
  under = under.then(() => form.requestSubmit(event.submitter));
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-take-theirs]")) forget();
});

addEventListener("pagehide", () => keep(true));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep(true);
});

if (place() !== null) restore();
