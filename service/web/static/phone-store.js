/* What this phone keeps until it is safe elsewhere: one row a file, in the browser's own database.

   A file's bytes leave the phone's keeping only after the service has said that it holds them. */

const NAME = "vaern-phone";
const FILES = "files";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(FILES, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const turn = database.transaction(FILES, mode, { durability: "strict" });
      const asked = act(turn.objectStore(FILES));
      turn.oncomplete = () => resolve(asked?.result);
      turn.onerror = () => reject(turn.error);
      turn.onabort = () => reject(turn.error);
    });
  } finally {
    database.close();
  }
}

/* The words that came with a share are kept with each file; words alone become a file. */
export async function keep(files, { title = "", text = "", url = "" } = {}) {
  const words = { title, text, url };
  const said = [...new Set([title, text, url].map((part) => part.trim()).filter(Boolean))];
  const all = [...files].filter((one) => one.size || one.name);
  if (!all.length && said.length) {
    all.push(new File([said.join("\n")], "delt-tekst.txt", { type: "text/plain" }));
  }
  if (!all.length) return null;
  const share = crypto.randomUUID();
  const addedAt = Date.now();
  if (!(await listed()).some((row) => row.state === "waiting")) await forgetSafe();
  await within("readwrite", (store) => {
    all.forEach((file, number) => {
      const { name, size } = file;
      const facts = { id: crypto.randomUUID(), share, of: all.length, number, name, size, addedAt };
      store.put({ ...facts, ...words, blob: file, state: "waiting" });
    });
  });
  return share;
}

export async function listed() {
  const rows = await within("readonly", (store) => store.getAll());
  return rows.sort((a, b) => a.addedAt - b.addedAt || a.number - b.number);
}

export function change(row) {
  return within("readwrite", (store) => store.put(row));
}

export function remove(id) {
  return within("readwrite", (store) => store.delete(id));
}

export async function forgetSafe(before = Infinity) {
  for (const row of await listed()) {
    if (row.state === "safe" && row.addedAt < before) await remove(row.id);
  }
}
