// What a hand with a mouse needs: dropping files, and a press that counts though the page moves under it.
(function () {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const one = (selector, root) => (root || document).querySelector(selector);

  // Leaving a field lets the server say what it read there. The line that comes in pushes what is below it down, and
  // a button moved away between down and up gets no click: the hand has not moved, so it is pressed all the same.
  const STEADY = 6;
  let held = null;
  document.addEventListener("pointerdown", (event) => {
    const button = event.button === 0 && event.target.closest("button");
    held = button ? { button: button, x: event.clientX, y: event.clientY } : null;
  });
  document.addEventListener("pointerup", (event) => {
    const was = held;
    held = null;
    if (!was || !was.button.isConnected || was.button.contains(event.target)) return;
    const moved = Math.max(Math.abs(event.clientX - was.x), Math.abs(event.clientY - was.y));
    if (moved <= STEADY) was.button.click();
  });

  all("[data-drop]").forEach((zone) => {
    const input = one("input[type=file]", zone);
    const chosen = one("[data-chosen]", zone);
    input.addEventListener("change", () => {
      chosen.textContent = Array.from(input.files).map((file) => file.name).join("\u3000") || chosen.dataset.none;
    });
    const over = (on) => (event) => {
      event.preventDefault();
      zone.classList.toggle("drop-over", on);
    };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => {
      over(false)(event);
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
})();
