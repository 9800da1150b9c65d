// Brings a page's changing parts up to date every few seconds. Without it the page is the same, only as old as it is.
"use strict";
(() => {
  const status = document.getElementById("live-status");
  if (!status) return;
  const address = status.dataset.live;
  const SHORTEST = 3000;
  const LONGEST = 30000;
  let pause = SHORTEST;
  let version = "";

  const newestOn = (root) => Number(root.querySelector("[data-newest]")?.dataset.newest || 0);
  const cardsAfter = (root, id) => [...root.querySelectorAll("[data-id]")].filter((card) => Number(card.dataset.id) > id);

  function replace(fresh) {
    const seen = newestOn(document);
    const added = cardsAfter(fresh, seen);
    for (const part of fresh.querySelectorAll("[id^='live-']")) {
      const old = document.getElementById(part.id);
      // Whoever is in the middle of a list with the keyboard isn't thrown out of it.
      if (!old || old.contains(document.activeElement) || old.innerHTML === part.innerHTML) continue;
      for (const card of cardsAfter(part, seen)) card.classList.add("new");
      old.replaceWith(document.adoptNode(part));
    }
    if (seen && added.length) {
      const text = added.length === 1 ? status.dataset.one : status.dataset.other.replace("#", added.length);
      status.textContent = text;
    }
    return added.length > 0;
  }

  async function look() {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(address, { headers: version ? { "If-None-Match": version } : {}, cache: "no-store" });
        if (answer.status === 200) {
          version = answer.headers.get("ETag") || "";
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
          pause = replace(fresh) ? SHORTEST : Math.min(pause * 1.05, LONGEST);
        } else {
          pause = Math.min(pause * (answer.status === 304 ? 1.05 : 2), LONGEST);
        }
      } catch {
        pause = Math.min(pause * 2, LONGEST);
      }
    }
    setTimeout(look, pause);
  }

  document.addEventListener("visibilitychange", () => { pause = SHORTEST; });
  setTimeout(look, pause);
})();
