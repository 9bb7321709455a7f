/* The queue by keyboard: one key an act, `?` shows them, and they can be turned off.

   An act says its key itself (`data-key`). Keys do nothing while something is being typed or
   chosen, with a modifier, or in the dialog; so they never take a key from a screen reader. */

const STORE = "vaern-keys";
const dialog = document.getElementById("keys");
const opener = document.querySelector("[data-keys-open]");
const tick = document.querySelector("[data-keys-on]");

function wanted() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true; // a browser that keeps nothing still has keys
  }
}

opener.hidden = false;
tick.checked = wanted();
opener.addEventListener("click", () => dialog.showModal());
tick.addEventListener("change", () => {
  try {
    localStorage.setItem(STORE, tick.checked ? "on" : "off");
  } catch {
    // not kept: the choice holds for this page
  }
});

function busy(target) {
  return dialog.open || target.closest("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.key === "Escape" && event.target.closest("textarea, input")) {
    event.target.blur();
    return;
  }
  if (!tick.checked || busy(event.target)) return;
  const key = event.key.toLowerCase();
  const act = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!act) return;
  event.preventDefault();
  if (act.matches("textarea, input, select")) act.focus();
  else act.click();
});
