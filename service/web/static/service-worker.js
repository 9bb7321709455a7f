/* Takes what is shared with Værn on this phone, also without a line: first it is kept, then sent.

   It also keeps the page that sends, which names nobody. It answers for /phone/ and nothing else. */

import { sendAll } from "/static/phone-sending.js";
import { keep } from "/static/phone-store.js";

const SHELL = "vaern-phone-1";
const PAGE = "/phone/";
const PATIENCE_MS = 4000;
const FILES = [
  "/static/dkfds/css/dkfds.min.css",
  "/static/dkfds/img/all-svg-icons.svg",
  "/static/htmx/htmx.min.js",
  "/static/htmx/ext/hx-csp.min.js",
  "/static/vaern.css",
  "/static/screens.css",
  "/static/phone.css",
  "/static/menu.js",
  "/static/reveal.js",
  "/static/phone.js",
  "/static/phone-store.js",
  "/static/phone-sending.js",
  "/static/mark.svg",
  "/static/favicon.svg",
];

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const shell = await caches.open(SHELL);
      await shell.addAll(FILES);
      await keepPage(shell, await fetch(PAGE));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (origin !== self.location.origin) return;
  if (method === "POST" && mode === "navigate" && pathname === "/phone/share") {
    event.respondWith(take(event.request));
  } else if (method === "GET" && mode === "navigate") {
    event.respondWith(page(event.request, pathname));
  } else if (method === "GET" && pathname.startsWith("/static/")) {
    event.respondWith(file(event.request));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "send") return;
  event.waitUntil(
    sendAll().then((outcome) => {
      if (outcome === "offline" || outcome === "busy") throw new Error(outcome);
    }),
  );
});

async function take(request) {
  const form = await request.formData();
  const files = form.getAll("files").filter((one) => typeof one !== "string");
  const word = (name) => String(form.get(name) ?? "");
  try {
    await keep(files, { title: word("title"), text: word("text"), url: word("url") });
  } catch {
    return straight(form);
  }
  try {
    await self.registration.sync?.register("send");
  } catch {
    // No background sync here, or it is switched off: the page sends when it is open.
  }
  return Response.redirect(`${PAGE}?said=shared`, 303);
}

/* The phone has no room to keep it: straight to the service, or back to where it lies. */
async function straight(form) {
  try {
    const answer = await fetch("/phone/share", { method: "POST", body: form });
    if (answer.ok) return Response.redirect(answer.url, 303);
  } catch {
    // No line either.
  }
  return Response.redirect(`${PAGE}?said=full`, 303);
}

async function keepPage(shell, answer) {
  if (answer.ok && answer.headers.get("X-Phone") === "connected") await shell.put(PAGE, answer);
}

async function page(request, pathname) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(PAGE);
  try {
    const answer = await (kept && pathname === PAGE ? hurried(request) : fetch(request));
    if (pathname === PAGE) await keepPage(shell, answer.clone());
    return answer;
  } catch (broken) {
    if (kept) return kept;
    throw broken;
  }
}

async function file(request) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request);
  try {
    const answer = await (kept ? hurried(request) : fetch(request));
    if (answer.ok) await shell.put(request, answer.clone());
    return answer;
  } catch (broken) {
    if (kept) return kept;
    throw broken;
  }
}

/* A poor line must not keep a frightened person before an empty page. */
function hurried(request) {
  return Promise.race([
    fetch(request),
    new Promise((_, refuse) => setTimeout(() => refuse(new Error("slow")), PATIENCE_MS)),
  ]);
}
