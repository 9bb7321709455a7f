/* The page that sends, on a phone: keeps what is chosen, sends it, and says what is safe.

   Without this file, or where the browser keeps nothing, its form sends itself. */

import { sendAll } from "./phone-sending.js";
import { forgetSafe, keep, listed } from "./phone-store.js";

const AGAIN_MS = 15000;
const AN_HOUR = 3600000;
const page = document.querySelector("[data-phone]");
const words = page.dataset;
const status = page.querySelector("[data-status]");
const headline = status.querySelector("[data-headline]");
const advice = [...status.querySelectorAll("[data-advice]")];
const bar = status.querySelector("progress");
const list = status.querySelector("[data-files]");
const form = page.querySelector("form[data-send]");
const offsets = new Map();

let outcome = "done";

function filled(text, facts) {
  return text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}

function stateOf(rows) {
  if (rows.some((row) => row.state === "waiting")) {
    if (words.connected !== "yes" || outcome === "unknown") return "unknown";
    return outcome === "offline" || outcome === "busy" || !navigator.onLine ? "waiting" : "sending";
  }
  return rows.some((row) => row.state === "refused") ? "refused" : "safe";
}

function line(row, state) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "v-break";
  name.textContent = row.name;
  const said = document.createElement("span");
  said.className = `v-file-state v-phone-${row.state}`;
  said.textContent = { safe: words.wordSafe, refused: words.wordRefused }[row.state]
    ?? (state === "sending" ? words.wordSending : words.wordWaiting);
  item.append(name, said);
  return item;
}

async function show() {
  const rows = await listed();
  status.hidden = rows.length === 0;
  page.classList.toggle("v-phone--busy", rows.length > 0);
  if (!rows.length) return;
  const state = stateOf(rows);
  const done = rows.filter((row) => row.state === "safe").length;
  const facts = { done, all: rows.length, waiting: rows.length - done };
  const case_ = rows.map((row) => row.case).find(Boolean);
  status.dataset.state = state;
  const said = filled(
    { safe: words.headSafe, refused: words.headRefused, unknown: words.headUnknown,
      waiting: words.headWaiting, sending: words.headSending }[state], facts);
  const whole = case_ && state === "safe" ? `${said} ${filled(words.headCase, { number: case_ })}` : said;
  if (headline.textContent !== whole) headline.textContent = whole;
  for (const one of advice) one.hidden = one.dataset.advice !== state;
  const all = rows.reduce((sum, row) => sum + row.size, 0) || 1;
  const here = rows.reduce(
    (sum, row) => sum + (row.state === "safe" ? row.size : offsets.get(row.id) ?? 0), 0);
  bar.hidden = state === "safe" || state === "refused";
  bar.value = Math.floor((100 * here) / all);
  list.replaceChildren(...rows.map((row) => line(row, state)));
}

async function send() {
  if (words.connected === "yes") {
    if (outcome !== "unknown") outcome = "sending";
    await show();
    const ended = await sendAll();
    if (ended !== "elsewhere") outcome = ended;
  }
  await show();
}

async function take(files, text) {
  const share = await keep(files, { text });
  if (share === null) return;
  form.reset();
  const ready = await navigator.serviceWorker?.getRegistration("/phone/");
  ready?.sync?.register("send").catch(() => {});
  await send();
  status.scrollIntoView({ block: "nearest" });
}

function startWorker() {
  if (!navigator.serviceWorker || words.connected !== "yes") return;
  const address = "/phone/service-worker.js";
  const policy = globalThis.trustedTypes?.createPolicy("vaern-worker", {
    createScriptURL: (asked) => {
      if (asked !== address) throw new TypeError("only our own service worker");
      return asked;
    },
  });
  const trusted = policy ? policy.createScriptURL(address) : address;
  navigator.serviceWorker.register(trusted, { scope: "/phone/", type: "module" }).catch(() => {});
}

/* Where the browser can put Værn among the phone's programs, it is offered as a button. */
function offerInstalling() {
  const offer = page.querySelector("[data-install]");
  if (!offer) return;
  globalThis.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer.hidden = false;
    offer.querySelector("button").onclick = async () => {
      await event.prompt();
      offer.hidden = true;
    };
  });
}

function listen() {
  new BroadcastChannel("vaern-phone").addEventListener("message", ({ data }) => {
    if (data.id) offsets.set(data.id, data.offset);
    show();
  });
  globalThis.addEventListener("online", send);
  globalThis.addEventListener("offline", show);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") send();
  });
  setInterval(async () => {
    if ((await listed()).some((row) => row.state === "waiting")) send();
  }, AGAIN_MS);
}

if (form) {
  const picker = form.querySelector("input[type=file]");
  const text = form.querySelector("textarea");
  page.classList.add("v-phone--script");
  const taken = (event) => {
    event.preventDefault();
    // Where the browser keeps nothing, the form itself is the way.
    take(picker.files, text.value).catch(() => form.submit());
  };
  form.addEventListener("submit", taken);
  picker.addEventListener("change", taken);
}

if (new URLSearchParams(globalThis.location.search).get("said") === "full") {
  page.querySelector("[data-full]").hidden = false;
}
startWorker();
offerInstalling();
await forgetSafe(Date.now() - AN_HOUR);
listen();
navigator.storage?.persist?.();
await send();
