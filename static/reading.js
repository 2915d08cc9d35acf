// The entry page. What was read off a file stands under the fields it belongs to; F2 takes it over, and nothing is
// filled in by itself. Alt and a figure choose the book without leaving the field.
(function () {
  "use strict";
  const form = document.querySelector("form[data-entry]");
  const place = document.querySelector("#same-file");
  const books = form && form.elements.series;
  if (books && books.options) form.addEventListener("keydown", (event) => {
    const off = document.body.dataset.keys === "off" || !event.altKey || event.ctrlKey || !/^[1-9]$/.test(event.key);
    const book = off ? null : books.options[Number(event.key) - 1];
    if (!book) return;
    event.preventDefault();
    books.value = book.value;
    books.dispatchEvent(new Event("change", { bubbles: true }));
  });
  if (!form || !place) return;
  const read = {};

  function hint(control) {
    const field = control.closest(".field");
    return field && field.querySelector(".read-hint");
  }
  function forget() {
    Object.keys(read).forEach((name) => {
      const shown = hint(form.elements[name]);
      if (shown) shown.remove();
      delete read[name];
    });
  }
  function take(name) {
    const control = form.elements[name];
    if (!control || !(name in read)) return false;
    control.value = read[name];
    const shown = hint(control);
    if (shown) shown.remove();
    delete read[name];
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
    control.focus();
    control.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    return true;
  }

  place.addEventListener("htmx:afterSwap", () => {
    forget();
    let first = null;
    place.querySelectorAll("[data-read]").forEach((item) => {
      const control = form.elements[item.dataset.read];
      if (!control || control.value === item.dataset.value || !control.closest(".field")) return;
      read[item.dataset.read] = item.dataset.value;
      const words = document.createElement("p");
      words.className = "hint read-hint";
      words.append(item.dataset.words + " ");
      words.append(Object.assign(document.createElement("kbd"), { textContent: "F2" }));
      control.closest(".field").append(words);
      if (!first && control.value === "") first = control;
    });
    if (first) first.focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "F2" && document.body.dataset.keys !== "off" && take(event.target.name)) event.preventDefault();
  });
  place.addEventListener("click", (event) => {
    const item = event.target.closest("button[data-take]");
    if (item) take(item.dataset.take);
  });
})();
