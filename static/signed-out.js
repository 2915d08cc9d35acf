// Words of who is signed out while he writes: kept in this window until he is back on the page, for him alone.
(function () {
  "use strict";
  const body = document.body;
  const one = (selector) => document.querySelector(selector);
  const KEPT = "antou-words";
  const guarded = () => one("form[data-guard][data-draft-url]");
  function keepWords(form) {
    const words = [];
    new FormData(form).forEach((value, name) => {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "token") words.push([name, value]);
    });
    const kept = { path: location.pathname, user: body.dataset.user, words: words };
    try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch (full) { /* then they are lost as before */ }
  }
  function tell(words, link) {
    const line = document.createElement("p");
    line.className = "note note-amber";
    line.setAttribute("role", "alert");
    line.append(words);
    if (link) {
      const go = document.createElement("a");
      go.href = link;
      go.textContent = body.dataset.signIn;
      line.append(" ", go);
    }
    const form = guarded();
    form.parentNode.insertBefore(line, form);
    line.scrollIntoView({ block: "nearest" });
  }
  let signedOut = false;
  function leaveSignedOut(address) {
    const form = guarded();
    if (!form) { location.href = address; return; }
    keepWords(form);
    if (signedOut) return;
    signedOut = true;
    tell(body.dataset.signedOut, address);
  }
  body.addEventListener("signed-out", (event) => leaveSignedOut(event.detail.value));
  function putBack() {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch (none) { return; }
    if (!kept) return;
    if (!body.dataset.user || location.pathname !== kept.path) {
      // On the way: the login page, the second factor. Anywhere else nobody comes back for them.
      if (!body.dataset.user) { kept.out = true; sessionStorage.setItem(KEPT, JSON.stringify(kept)); }
      else if (!location.pathname.startsWith(body.dataset.login) && !one("[name=otp_token]")) sessionStorage.removeItem(KEPT);
      return;
    }
    sessionStorage.removeItem(KEPT);
    const form = guarded();
    if (!kept.out || kept.user !== body.dataset.user || !form) return;
    const values = {};
    kept.words.forEach((pair) => { (values[pair[0]] = values[pair[0]] || []).push(pair[1]); });
    Array.from(form.elements).forEach((field) => {
      if (!field.name || field.type === "hidden" || field.type === "file") return;
      const given = values[field.name] || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
      else if (given.length) field.value = given.shift();
    });
    tell(body.dataset.putBack);
    form.dispatchEvent(new Event("input"));
  }

  const writing = guarded();
  if (writing) writing.addEventListener("submit", () => keepWords(writing));
  putBack();
})();
