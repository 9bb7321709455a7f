/* Handing in with progress and retry. Without this file the form sends itself.

   One request carries all files, so that they stay one hand-in. The share of each file follows
   from how many bytes have gone, because files go one after another. A retry carries the same
   Idempotency-Key, so that what was received is never received twice. */

const form = document.querySelector("form[data-upload]");
const words = form.dataset;
const picker = form.querySelector("input[type=file]");
const list = form.querySelector("[data-upload-list]");
const panel = form.querySelector("[data-upload-progress]");
const bar = panel.querySelector("progress");
const share = panel.querySelector("[data-upload-share]");
const failed = form.querySelector("[data-upload-failed]");
const send = form.querySelector("[data-upload-send]");

let key = null;

function row(file) {
  const line = document.createElement("li");
  const name = document.createElement("span");
  name.className = "v-break";
  name.textContent = file.name;
  const state = document.createElement("span");
  state.className = "v-file-state";
  state.textContent = file.size > Number(words.most) ? words.wordLarge : words.wordWaiting;
  line.append(name, state);
  return line;
}

function say(index, word) {
  list.children[index].lastElementChild.textContent = word;
}

function progressed(sent, total) {
  const part = total ? Math.floor((100 * sent) / total) : 0;
  bar.value = part;
  share.textContent = `${part} %`;
  let begins = 0;
  [...picker.files].forEach((file, index) => {
    if (sent > begins) say(index, words.wordSending);
    begins += file.size;
  });
}

function tell(words) {
  if (words) failed.querySelector("p").textContent = words;
}

function broke(kept) {
  [...picker.files].forEach((file, index) => {
    say(index, kept.has(file.name) ? words.wordSafe : words.wordFailed);
  });
  panel.hidden = true;
  failed.hidden = false;
  send.disabled = false;
  send.textContent = send.dataset.wordAgain;
}

function keptNames(answer) {
  return new Set((answer?.evidence ?? []).map((one) => one.filename));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

picker.addEventListener("change", () => {
  const many = picker.files.length > Number(words.mostFiles);
  picker.setCustomValidity(many ? words.wordMany : "");
  if (many) picker.reportValidity();
  key = crypto.randomUUID();
  list.replaceChildren(...[...picker.files].map(row));
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  failed.hidden = true;
  panel.hidden = false;
  send.disabled = true;
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Idempotency-Key", key);
  request.upload.addEventListener("progress", (moment) => progressed(moment.loaded, moment.total));
  request.addEventListener("load", () => {
    const answer = parsed(request.responseText);
    if (request.status === 201 && answer?.receipt) window.location.assign(answer.receipt);
    else if (new URL(request.responseURL).pathname === "/sign-in") window.location.assign("/sign-in?next=/hand-in");
    else {
      tell(answer?.message);
      broke(keptNames(answer));
    }
  });
  request.addEventListener("error", () => broke(new Set()));
  request.addEventListener("abort", () => broke(new Set()));
  request.send(new FormData(form));
});
