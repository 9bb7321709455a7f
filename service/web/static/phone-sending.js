/* Sends what the phone keeps, file by file and piece by piece, from a page or the service worker.

   Each file carries its own id: the service answers with what it has of it, so a broken line goes
   on where it broke, and a file that is safe already is never received twice. */

import { change, listed, remove } from "./phone-store.js";

const PIECE = 1024 * 1024;
const MOST_DIGESTED = 64 * PIECE;
const MOST_DETOURS = 20;
const REFUSED = new Set([400, 413, 422]);

/* Why nothing more is sent just now: "offline", "busy" (try later), "unknown" (not connected). */
class Stopped extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

async function post(path, body, type) {
  let answer;
  try {
    const headers = type ? { "Content-Type": type } : {};
    answer = await fetch(path, { method: "POST", body, headers, redirect: "error" });
  } catch {
    throw new Stopped("offline");
  }
  if (answer.status === 401 || answer.status === 403) throw new Stopped("unknown");
  if (REFUSED.has(answer.status)) return { refused: answer.status };
  if (answer.status === 409) return { elsewhere: true };
  if (!answer.ok) throw new Stopped("busy");
  try {
    return await answer.json();
  } catch {
    throw new Stopped("offline");
  }
}

function begin(row) {
  const { id, share, of, name, size, title, text, url } = row;
  const form = new URLSearchParams({ file_id: id, share, of, name, size, title, text, url });
  return post("/phone/files", form);
}

async function sent(row, progressed) {
  let here = await begin(row);
  let detours = 0;
  while (!here.kept && !here.refused) {
    if (here.elsewhere) {
      if ((detours += 1) > MOST_DETOURS) throw new Stopped("busy");
      here = await begin(row);
      continue;
    }
    progressed(row.id, here.offset);
    const piece = row.blob.slice(here.offset, here.offset + PIECE);
    here = await post(`/phone/files/${row.id}?offset=${here.offset}`, piece, "application/octet-stream");
  }
  return here;
}

async function isTheSame(row, kept) {
  if (kept.size !== row.size) return false;
  if (!globalThis.crypto?.subtle || row.size > MOST_DIGESTED) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await row.blob.arrayBuffer()));
  return kept.sha256 === [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function settle(row, answer) {
  if (answer.refused) {
    await change({ ...row, state: "refused" });
  } else if (await isTheSame(row, answer.kept)) {
    await change({ ...row, blob: null, state: "safe", case: answer.kept.case });
  } else {
    await change({ ...row, id: crypto.randomUUID() });
    await remove(row.id);
  }
}

/* Returns why it stopped, "done", or "elsewhere" where another page is sending already. */
export function sendAll() {
  const told = new BroadcastChannel("vaern-phone");
  const progressed = (id, offset) => told.postMessage({ id, offset });
  return navigator.locks.request("vaern-sending", { ifAvailable: true }, async (lock) => {
    if (!lock) return "elsewhere";
    try {
      let next;
      while ((next = (await listed()).find((row) => row.state === "waiting"))) {
        await settle(next, await sent(next, progressed));
        told.postMessage({});
      }
      return "done";
    } catch (stopped) {
      if (stopped instanceof Stopped) return stopped.why;
      throw stopped;
    } finally {
      told.close();
    }
  });
}
