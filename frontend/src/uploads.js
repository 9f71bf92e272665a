// A file on its way: dropped or chosen, with how much of it has left.
const form = (element) => element.closest?.("[data-upload]");

function named(input) {
  const name = input.closest("[data-drop]").querySelector("[data-name]");
  name.textContent = input.files.length ? input.files[0].name : "";
  name.hidden = input.files.length === 0;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-drop] input[type=file]")) named(event.target);
});

for (const kind of ["dragenter", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.target.closest?.("[data-drop]")?.classList.toggle("over", kind === "dragenter");
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = form(event.target)?.querySelector("[data-progress]");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.value = Math.round((100 * event.detail.loaded) / event.detail.total);
});
