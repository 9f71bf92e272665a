// The inbox: keys of the box, and the count of what waits beside its name in the navigation.
import htmx from "./htmx.js";

const EVERY = 15_000;

function box() {
  return document.querySelector("[data-answer]");
}

document.addEventListener("keydown", (event) => {
  const text = event.target.closest?.("[data-answer]");
  if (!text) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    text.form.requestSubmit();
  }
  if (event.key === "/" && text.value === "") {
    const menu = text.form.querySelector(".box-canned");
    if (menu === null) return;
    event.preventDefault();
    menu.open = true;
    menu.querySelector(".menu-item")?.focus();
  }
});

// One click sends once: the second finds the button resting.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-box]");
  if (form === null) return;
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
});

// A canned reply is in the box: it goes on being written there.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "box-text") return;
  document.querySelector(".box-canned")?.removeAttribute("open");
  const text = box();
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
});

const count = document.querySelector('[data-count="/inbox"]');

function countAgain() {
  if (document.visibilityState === "visible") {
    htmx.ajax("GET", "/inbox/unread", { target: count, swap: "innerHTML" });
  }
}

if (count !== null) {
  countAgain();
  setInterval(countAgain, EVERY);
  document.addEventListener("visibilitychange", countAgain);
  document.addEventListener("htmx:sseMessage", (event) => {
    if (event.detail.type === "list") countAgain();
  });
}
