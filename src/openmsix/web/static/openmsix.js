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

  document.addEventListener("change", (event) => {
    const zone = event.target.closest("[data-drop]");
    if (zone) listFiles(zone);
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

  document.addEventListener("htmx:after:swap", () => showCopyButtons(document));
  showCopyButtons(document);
  showChosenTab();
})();
