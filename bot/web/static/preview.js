// Shows what a form would do while it is being filled in. Without it the form's own button shows the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const into = document.getElementById(form.dataset.into);
  const field = form.elements[form.dataset.field];
  let timer = 0;
  let running = null;
  const watched = (form.dataset.watch || form.dataset.field).split(" ");
  let shown = written();

  function written() {
    const entered = new FormData(form);
    return JSON.stringify(watched.map((name) => entered.getAll(name)));
  }

  async function show() {
    if (!field.value.trim() || written() === shown || !field.checkValidity()) return;
    shown = written();
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
      field.setAttribute("aria-invalid", into.querySelector(":scope > .problem") !== null);
      // A topic's tests: each text and what became of it, in the same order.
      const verdicts = into.querySelectorAll(".tried li");
      const texts = [...form.querySelectorAll("[data-more] textarea")].filter((text) => text.value.trim());
      texts.forEach((text, at) => text.setAttribute("aria-invalid", verdicts[at]?.className === "not-wanted"));
    } catch (error) {
      if (error.name === "AbortError") return;
      shown = "";
    }
    into.removeAttribute("aria-busy");
  }

  form.addEventListener("input", (event) => {
    if (!watched.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(show, 300);
  });
  // One more empty field as soon as the last is written in.
  form.addEventListener("input", (event) => {
    const fields = event.target.closest("[data-more]")?.querySelectorAll("textarea");
    if (!fields || event.target !== fields[fields.length - 1] || !event.target.value.trim()) return;
    const next = event.target.cloneNode();
    next.value = "";
    event.target.after(next);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction") && field.checkValidity()) {
      event.preventDefault();
      shown = "";
      show();
    }
  });
})();
