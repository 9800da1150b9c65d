// Shows what a form would do while it is being filled in. Without it the form's own button shows the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const into = document.getElementById(form.dataset.into);
  const field = form.elements[form.dataset.field];
  let timer = 0;
  let running = null;
  let shown = field.value;

  async function show() {
    if (!field.value.trim() || field.value === shown || !field.checkValidity()) return;
    shown = field.value;
    if (running) running.abort();
    running = new AbortController();
    // Before the old preview goes: what was chosen in it is part of the form.
    const entered = new URLSearchParams(new FormData(form));
    into.setAttribute("aria-busy", "true");
    if (form.dataset.busy) into.textContent = form.dataset.busy;
    try {
      const asking = { headers: { "X-Fragment": "1" }, signal: running.signal };
      const answer = form.method === "get"
        ? await fetch(`${form.dataset.preview}?${entered}`, asking)
        : await fetch(form.dataset.preview, { ...asking, method: "POST", body: entered });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      into.replaceChildren(...fresh.body.childNodes);
      field.setAttribute("aria-invalid", into.querySelector(".problem") !== null);
    } catch (error) {
      if (error.name === "AbortError") return;
      shown = "";
    }
    into.removeAttribute("aria-busy");
  }

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 300); });
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction") && field.checkValidity()) {
      event.preventDefault();
      shown = "";
      show();
    }
  });
})();
