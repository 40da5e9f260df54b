// Conveniences only: every page reads, searches and submits without this file.
(() => {
  "use strict";

  const showCopyButtons = (root) => {
    for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  };

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const said = document.createElement("span");
    said.className = "om-copied";
    said.setAttribute("role", "status");
    said.textContent = button.dataset.copied;
    button.after(said);
    setTimeout(() => said.remove(), 2000);
  };

  const listFiles = (zone) => {
    const files = [...zone.querySelector("input[type=file]").files];
    const list = zone.querySelector("[data-chosen]");
    list.replaceChildren(
      ...files.map((file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} (${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB)`;
        return item;
      }),
    );
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });

  // A search that is narrowed answers at once, below the form: the focus stays on the choice, and the address is that of the new answer.
  let asking;
  const answerAtOnce = async (form) => {
    asking?.abort();
    asking = new AbortController();
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form), signal: asking.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const parts = ["h1", "#search-chips", "#search-answer"].map((part) => [document.querySelector(part), page.querySelector(part)]);
      if (!response.ok || parts.some(([, answered]) => !answered)) return form.requestSubmit();
      for (const [shown, answered] of parts) shown.replaceChildren(...answered.childNodes);
      document.title = page.title;
      document.querySelector("[data-found-now]").textContent = document.querySelector("h1").textContent;
      history.replaceState(null, "", response.url);
    } catch (fault) {
      if (fault.name !== "AbortError") form.requestSubmit();
    }
  };

  document.addEventListener("change", (event) => {
    const zone = event.target.closest("[data-drop]");
    if (zone) listFiles(zone);
    const form = event.target.matches("select") && event.target.closest("[data-at-once]");
    if (form && document.querySelector("#search-answer")) answerAtOnce(form);
  });

  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.("[data-drop]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("om-drop--over", kind === "dragover");
      if (kind !== "drop") return;
      zone.querySelector("input[type=file]").files = event.dataTransfer.files;
      listFiles(zone);
    });
  }

  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-busy]");
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy;
  });

  // On a narrow screen the tabs of a record scroll sideways: begin at the chosen one.
  const showChosenTab = () => {
    const chosen = document.querySelector(".om-tabs [aria-current]");
    const tabs = chosen?.closest(".om-tabs");
    if (tabs) tabs.scrollLeft = chosen.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
  };

  // A part that renews itself says so where it could not; the next time that goes well takes the words away.
  for (const kind of ["htmx:response:error", "htmx:error"]) {
    document.addEventListener(kind, (event) => {
      const note = event.target.closest?.("[data-renews]")?.querySelector("[data-not-renewed]");
      if (note) note.hidden = false;
    });
  }

  document.addEventListener("htmx:after:swap", () => showCopyButtons(document));
  showCopyButtons(document);
  showChosenTab();
})();
