// On another site: the form is sent in place, and its answer shown under it. Without this file, or where the form does
// not name the site, the browser posts it as any form and our page takes over.
(() => {
  // Each error beside its field, the first of them in focus.
  const tell = (form, errors) => {
    form.querySelectorAll("[data-chappe-error]").forEach((note) => note.remove());
    const told = new Set();
    for (const field of form.elements) {
      field.removeAttribute("aria-invalid");
      const wrong = errors[field.name];
      if (!wrong) continue;
      field.setAttribute("aria-invalid", "true");
      if (told.has(field.name)) continue;
      if (!told.size) field.focus();
      told.add(field.name);
      const note = document.createElement("small");
      note.dataset.chappeError = "";
      note.setAttribute("role", "alert");
      note.textContent = wrong;
      (field.closest("p, fieldset") ?? field.parentElement).append(note);
    }
  };
  const start = (form) => {
    const answer = form.querySelector("[data-chappe-answer]");
    // Asked when somebody begins to write: who only reads the page is not told of.
    let made = null;
    form.addEventListener(
      "focusin",
      () => {
        made ??= fetch(`${form.action}/made`, { credentials: "omit" })
          .then((reply) => (reply.ok ? reply.text() : ""))
          .catch(() => "");
      },
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form));
      body.set("made", (await made) ?? "");
      try {
        const reply = await fetch(`${form.action}/embedded`, { method: "POST", body, credentials: "omit" });
        const said = await reply.json();
        if (said.again) return form.submit();
        tell(form, said.errors ?? {});
        answer.textContent = said.done ? said.text : (said.errors?.[""] ?? "");
        if (said.done) form.reset();
      } catch {
        form.submit();
      }
    });
  };
  document.querySelectorAll("form[data-chappe]:not([data-chappe-on])").forEach((form) => {
    form.dataset.chappeOn = "";
    start(form);
  });
})();
