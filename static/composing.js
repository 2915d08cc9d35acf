// The proposal: it writes itself from what is picked, and a like paper's is copied by one key.
(function () {
  "use strict";
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const opinion = document.querySelector("textarea.opinion");
  const composed = document.querySelector("[data-compose]");
  if (!opinion || !composed) return;
  function write(words) {
    opinion.value = words;
    opinion.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Until somebody writes his own: words that are not the composed ones are never touched.
  let written = "";
  composed.addEventListener("htmx:afterSwap", () => {
    if (opinion.value && opinion.value !== written) return;
    written = composed.textContent.trim();
    write(written);
  });

  all("[data-copy]").forEach((button) => button.addEventListener("click", () => {
    write(button.dataset.copy);
    const lead = document.querySelector("[name=submit-lead]");
    const helping = button.dataset.copyAssisting.split(" ");
    if (lead && button.dataset.copyLead) lead.value = button.dataset.copyLead;
    all("[name=submit-assisting]").forEach((box) => { box.checked = helping.includes(box.value); });
    opinion.focus();
  }));
})();
