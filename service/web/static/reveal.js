/* Revealed content can be hidden again, and moves the focus to where it appeared.

   The content itself comes from the server, after its viewing has been kept; without this file
   the same form leads to a page of its own. */

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-conceal]");
  if (!button) return;
  const content = document.getElementById(button.getAttribute("aria-controls"));
  content.hidden = !content.hidden;
  button.setAttribute("aria-expanded", String(!content.hidden));
  for (const word of button.querySelectorAll("[data-when]")) {
    word.hidden = (word.dataset.when === "shown") === content.hidden;
  }
});

/* After htmx has put something in, the reader (and the screen reader) is where it happened. */
document.addEventListener("htmx:after:swap", () => {
  const fresh = document.querySelector("[data-focus]");
  if (!fresh) return;
  fresh.removeAttribute("data-focus");
  fresh.focus({ preventScroll: true });
  fresh.scrollIntoView({ block: "nearest" });
});

/* Whoever comes back to a page with the browser's own "back" finds everything hidden again. */
window.addEventListener("pagehide", () => {
  for (const revealed of document.querySelectorAll("[data-revealed]")) revealed.remove();
});

/* A link is good for five minutes: a player that gets nothing more says so. */
document.addEventListener(
  "error",
  (event) => {
    const content = event.target.matches?.("video, audio") && event.target.parentElement;
    const expired = content && content.querySelector("[data-expired]");
    if (expired) expired.hidden = false;
  },
  true,
);
