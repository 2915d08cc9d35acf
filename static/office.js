// Makes the desk quicker; every page works without it. Chromium 80 is the floor: no optional calls, no newer methods.
// Words for the reader come from data- attributes, so that they are translated with the page.
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  const body = document.body;
  const keysOn = body.dataset.keys !== "off";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const one = (selector, root) => (root || document).querySelector(selector);

  // An input method uses Enter and digits to choose words: such a key press is never ours.
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const typing = (element) =>
    element.matches("textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio]):not([type=button])");
  const seen = (element) => element.offsetParent !== null && !element.closest("details:not([open])");
  const press = (element) => {
    if (element) element.click();
    return Boolean(element);
  };

  // Lists: J, K, Enter, X
  const list = one("[data-list]");
  const rows = list ? all("[data-row]", list) : [];
  let current = -1;
  const rowLink = (row) => one("a.title", row) || one("a", row);
  function setCurrent(index) {
    if (rows[current]) rows[current].classList.remove("current");
    current = index;
    rows[current].classList.add("current");
    const open = one("[data-open]");
    if (open && rowLink(rows[current])) open.href = rowLink(rows[current]).href;
  }
  function step(by) {
    const index = Math.min(rows.length - 1, Math.max(0, current + by));
    setCurrent(index);
    const link = rowLink(rows[index]);
    if (link) link.focus({ preventScroll: true });
    rows[index].scrollIntoView({ block: "nearest" });
  }
  if (rows.length) {
    setCurrent(0);
    rows.forEach((row, index) => {
      row.addEventListener("focusin", () => setCurrent(index));
      row.addEventListener("click", (event) => {
        if (event.target.closest("a, input, button, label") || String(window.getSelection())) return;
        setCurrent(index);
        press(rowLink(row));
      });
    });
  }

  // Entry: Enter goes to the next field
  function stops(form) {
    const controls = all("input:not([type=hidden]), select, textarea, button[data-submit]", form);
    return controls.filter((control) => {
      if (control.disabled || !seen(control)) return false;
      if (control.type !== "radio") return true;
      const group = all('input[name="' + control.name + '"]', form);
      return control === (group.find((radio) => radio.checked) || group[0]);
    });
  }
  function next(control) {
    const places = stops(control.form);
    let index = places.indexOf(control);
    if (index < 0) index = places.findIndex((place) => place.name === control.name);
    const place = places[index + 1];
    if (!place) return;
    place.focus();
    if (place.select && place.type !== "file") place.select();
  }
  function carry(control) {
    const field = control.closest("[data-carry]");
    if (!field) return;
    if (control.type === "radio") {
      const twin = all("input[type=radio]", field).find((radio) => radio.value === field.dataset.carry);
      if (twin) twin.checked = true;
    } else {
      control.value = field.dataset.carry;
      if (field.dataset.carryId) one("[name=sender_id]", control.form).value = field.dataset.carryId;
    }
    control.dispatchEvent(new Event("change", { bubbles: true }));
    next(control);
  }
  all("[data-show-when]").forEach((block) => {
    const [name, value] = block.dataset.showWhen.split("=");
    const sources = all('[name="' + name + '"]', block.closest("form"));
    const show = () => {
      block.hidden = !sources.some((source) => (source.type !== "radio" || source.checked) && source.value === value);
    };
    sources.forEach((source) => source.addEventListener("change", show));
    if (sources.length) show();
  });
  const entry = one("form[data-entry]");
  if (entry && !location.hash) {
    const bad = one(".field-bad input, .field-bad select, .field-bad textarea", entry);
    const place = bad || stops(entry).find((control) => control.value === "" && !/file|submit/.test(control.type));
    if (place) place.focus({ preventScroll: true });
  }

  // The sender: suggestions under the field
  all("[data-suggest]").forEach((field) => {
    const input = one("input[type=text]", field);
    const box = one("#senders", field);
    const known = one("[name=sender_id]", input.form);
    const options = () => all("[role=option]", box);
    input.removeAttribute("list");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", box.id);
    const mark = (option) => {
      options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
      input.setAttribute("aria-expanded", String(Boolean(option)));
      input.setAttribute("aria-activedescendant", option ? option.id : "");
      if (option) option.scrollIntoView({ block: "nearest" });
    };
    const close = () => { box.textContent = ""; mark(null); };
    const choose = (option) => {
      input.value = option.dataset.name;
      if (known) known.value = option.dataset.id;
      const books = one("select[name=series]", input.form);
      const said = one("#book-changed", field);
      const mine = books && Array.from(books.options).find((book) => book.value === option.dataset.book);
      if (mine && mine.value !== books.value) {
        books.value = mine.value;
        books.dispatchEvent(new Event("change", { bubbles: true }));
        said.textContent = said.dataset.words + " " + mine.textContent;
      } else if (said) said.textContent = "";
      close();
      input.dispatchEvent(new Event("change", { bubbles: true }));
      next(input);
    };
    mark(null);
    input.addEventListener("input", () => { if (known) known.value = ""; });
    input.addEventListener("blur", () => window.setTimeout(close, 200));
    box.addEventListener("htmx:afterSwap", () => {
      if (document.activeElement === input) mark(one("[aria-selected=true]", box));
      else close();
    });
    box.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) { event.preventDefault(); choose(option); }
    });
    input.addEventListener("keydown", (event) => {
      const open = options();
      if (!keysOn || composing(event) || event.ctrlKey || event.altKey || !open.length) return;
      const at = open.findIndex((option) => option.getAttribute("aria-selected") === "true");
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      let picked = null;
      if (event.key === "Enter") picked = open[at];
      else if (/^[1-9]$/.test(event.key)) picked = open[Number(event.key) - 1];
      if (picked) choose(picked);
      else if (move) mark(open[(at + move + open.length) % open.length]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  });

  // Opinions: phrases, one open move at a time
  const opinion = one("textarea.opinion");
  function phrase(button) {
    if (!button || !opinion) return;
    opinion.focus();
    opinion.setRangeText(button.dataset.phrase, opinion.selectionStart, opinion.selectionEnd, "end");
    opinion.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // A long trail opens at its end, beside the box for the next words.
  const trail = one(".hand-trail");
  if (trail) trail.scrollTop = trail.scrollHeight;
  all("[data-phrase]").forEach((button) => button.addEventListener("click", () => phrase(button)));
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches("details.move") || !event.target.open) return;
    all("details.move[open]").forEach((other) => { if (other !== event.target) other.open = false; });
    event.target.scrollIntoView({ block: "nearest" });
  }, true);

  // Ctrl+Enter: the move that is open, else the first one; one that asks for people opens instead of going out.
  function submit(target) {
    const form = target.closest("form") || one("main form[data-guard]") || document;
    const open = target.closest("details.move[open]") || one("details.move[open]", form);
    const button = (open && one("button[name=move]", open)) || one("[data-submit]", form) || one("main [data-submit]");
    const closed = button && button.closest("details:not([open])");
    if (!closed) return press(button);
    closed.open = true;
    const field = one("input:not([type=hidden]), select", closed);
    if (field) field.focus();
    return true;
  }

  // Forms: drafts, one submit, a question before words are lost
  all("form[data-guard]").forEach((form) => {
    const status = one("[data-draft-status]", form);
    const url = form.dataset.draftUrl;
    let changed = false;
    let unsaved = false;
    form.addEventListener("input", () => { changed = true; unsaved = true; });
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
      unsaved = false;
    });
    // Coming back with the Back button must find a form that can be sent again.
    window.addEventListener("pageshow", () => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
    window.addEventListener("beforeunload", (event) => {
      if (!unsaved) return;
      event.preventDefault();
      event.returnValue = body.dataset.leave;
    });
    if (!url) return;
    window.setInterval(() => {
      if (!changed || form.dataset.sent) return;
      changed = false;
      const words = new FormData(form);
      all("input[type=file]", form).forEach((input) => words.delete(input.name));
      fetch(url, { method: "POST", body: words, headers: { "X-Requested-With": "XMLHttpRequest" } })
        .then((answer) => {
          if (answer.redirected) {
            unsaved = false;
            body.dispatchEvent(new CustomEvent("signed-out", { detail: { value: answer.url } }));
          }
          // 422: words about a state secret are not kept, and the answer says so.
          const refused = answer.status === 422;
          if (!(answer.ok || refused) || answer.redirected) throw new Error(String(answer.status));
          if (!changed) unsaved = refused;
          if (status) status.classList.toggle("text-danger", refused);
          return answer.text();
        })
        .then((words) => { if (status) status.textContent = words; })
        .catch(() => {
          changed = true;
          if (status) status.textContent = form.dataset.draftFailed;
        });
    }, 4000);
  });

  // Menus, print, list of keys
  const closeMenus = (but) => all("details.menu[open]").forEach((menu) => { if (menu !== but) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  all("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  function showKeys() {
    const dialog = one("#keys-dialog");
    if (dialog && dialog.showModal) dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!keysOn || composing(event) || event.defaultPrevented || one("dialog[open]")) return;
    let done = false;
    if (event.ctrlKey && event.key === "Enter") done = submit(target);
    else if (event.ctrlKey && event.key === "0" && target.closest("[data-entry]")) { carry(target); done = true; }
    else if (event.altKey && event.key.toLowerCase() === "s") done = press(one("[data-save]") || one("main [data-submit]"));
    else if (event.altKey && /^[1-9]$/.test(event.key)) { phrase(all("[data-phrase]")[event.key - 1]); done = Boolean(opinion); }
    else if (event.ctrlKey || event.altKey || event.metaKey) return;
    else if (event.key === "F4" && one("[data-drop] input")) done = press(one("[data-drop] input"));
    else if (event.key === "Escape") { closeMenus(null); if (typing(target)) target.blur(); }
    else if (event.key === "Enter" && target.closest("[data-entry]") && target.matches("input, select")) { next(target); done = true; }
    else if (event.key === "Enter" && rows[current] && (target === body || target.matches("[data-row] input")))
      done = press(rowLink(target.closest("[data-row]") || rows[current]));
    else if (event.key === "Enter" && target === body && !rows.length) {
      // Onward: from where a paper is to what is to be done, and there to the words.
      if (opinion) opinion.focus();
      done = opinion || press(one("[data-onward]"));
    }
    else if (typing(target)) return;
    else if (event.key === "n") done = press(one("[data-new]"));
    else if (event.key === "c" && opinion) done = press(one("[data-copy]"));
    else if (event.key === "/") { const find = one("#find"); find.focus(); find.select(); done = true; }
    else if (event.key === "?") { showKeys(); done = true; }
    else if (rows.length && event.key === "j") { step(1); done = true; }
    else if (rows.length && event.key === "k") { step(-1); done = true; }
    else if (rows.length && event.key === "x") done = press(one("input[type=checkbox]", rows[current]));
    else if (event.key === "j" && one("[data-turn]")) done = press(one("a[rel=next]"));
    else if (event.key === "k" && one("[data-turn]")) done = press(one("a[rel=prev]"));
    else if (/^[1-9]$/.test(event.key) && opinion) { phrase(all("[data-phrase]")[event.key - 1]); done = true; }
    if (done) event.preventDefault();
  });
})();
