/* A file that fits in memory is hashed here, and only its SHA-256 is sent: the file never leaves.

   Without this file, or outside a secure context, the form sends the file itself; the server
   hashes it as it comes and keeps nothing. */

const form = document.querySelector("form[data-compare]");
const picker = form.querySelector("input[type=file]");
const digest = form.querySelector("input[name=sha256]");
const MOST = 256 * 1024 * 1024;

/* The file is the question that most people have; it comes first, the digest below it. */
form.insertBefore(form.querySelector(".v-drop"), form.querySelector("[data-compare-digest]"));

form.addEventListener("submit", async (event) => {
  form.querySelector("[data-compare-busy]").hidden = false;
  const file = picker.files[0];
  if (!file || file.size > MOST || !window.crypto?.subtle) return;
  event.preventDefault();
  try {
    const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    digest.value = [...new Uint8Array(hash)].map((one) => one.toString(16).padStart(2, "0")).join("");
    picker.value = "";
  } catch {
    /* It could not be read here: the server is asked. */
  }
  form.submit();
});
