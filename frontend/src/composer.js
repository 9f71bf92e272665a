// The message composer: the text behind the text follows every key, and the server's marks replace it as soon as
// they come. What is counted is counted by the server, with the code that sends.
const TAG = /(\{\{.*?\}\}|\{%.*?%\})/s;
const composer = () => document.querySelector("[data-composer] textarea");
const mirror = () => document.getElementById("mirror");

function follow(text) {
  mirror().textContent = `${text.value}\u200b`;
}

function changed(text) {
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

function insert(text, words) {
  text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
  changed(text);
}

function variable(button) {
  const otherwise = button.closest("details").querySelector("[data-default]").value.trim().replaceAll('"', "”");
  return otherwise ? `{{ ${button.dataset.insert} | default: "${otherwise}" }}` : `{{ ${button.dataset.insert} }}`;
}

function append(text, words) {
  const before = text.value.trimEnd();
  text.value = before ? `${before} ${words}` : words;
  changed(text);
}

// In a tag no quote is written, for it would end a word there (marking.py). What goes takes the space before it along.
function swapped(token, before, after) {
  if (TAG.test(token) && /["']/.test(after)) return token;
  return (after === "" ? token.replaceAll(` ${before}`, "") : token).replaceAll(before, after);
}

function swap(text, button) {
  const { swap: before, for: after, swapAll } = button.dataset;
  const tokens = text.value.normalize("NFC").split(TAG);
  text.value = swapAll ?? tokens.map((token) => swapped(token, before, after)).join("");
  changed(text);
}

document.addEventListener("input", (event) => {
  if (event.target === composer()) follow(event.target);
});

document.addEventListener("click", (event) => {
  const text = composer();
  const button = event.target.closest("[data-insert], [data-emoji], [data-append], [data-swap], [data-swap-all]");
  if (text === null || button === null) return;
  event.preventDefault();
  if (button.dataset.insert !== undefined) {
    button.closest("details").open = false;
    insert(text, variable(button));
  } else if (button.dataset.emoji !== undefined) {
    button.closest("details").open = false;
    insert(text, button.dataset.emoji);
  } else if (button.dataset.append !== undefined) {
    append(text, button.dataset.append);
  } else {
    swap(text, button);
  }
});

// Whoever was chosen stands on the phone now: the others go.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches?.("[data-reader]")) return;
  const field = document.getElementById("reader");
  field.value = "";
  field.focus();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches?.("[data-reader]")) document.getElementById("reader-found").replaceChildren();
});

// A time is typed only for what leaves later.
function times() {
  const later = document.querySelector("input[name=when][value=later]");
  const fields = document.querySelector(".when-fields");
  if (later && fields) fields.hidden = !later.checked;
}

document.addEventListener("change", (event) => {
  if (event.target.name === "when") times();
  // A list is sent to or left out, not both.
  if (event.target.matches?.(".pick input") && event.target.checked) {
    const other = event.target.name === "include" ? "exclude" : "include";
    const twin = event.target.closest("li")?.querySelector(`input[name=${other}]`);
    if (twin) twin.checked = false;
  }
});
times();
