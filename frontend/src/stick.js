// A conversation stays at its newest message, unless its reader has scrolled up.
const NEAR = 40;

function toEnd(thread) {
  thread.scrollTop = thread.scrollHeight;
}

for (const thread of document.querySelectorAll("[data-stick]")) {
  toEnd(thread);
  let near = true;
  thread.addEventListener("htmx:sseBeforeMessage", () => {
    near = thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR;
  });
  thread.addEventListener("htmx:sseMessage", () => {
    if (near) toEnd(thread);
  });
}

// A list in which somebody is about to choose holds still.
for (const list of document.querySelectorAll("[data-hold]")) {
  list.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (list.matches(":hover, :focus-within")) event.preventDefault();
  });
}
