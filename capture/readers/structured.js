// Runs in a world of its own inside the page: parses its JSON-LD there, in the browser's
// sandbox, so that our process never parses what a page wrote. Returns JSON text.
() => {
  const DEEPEST = 24, MOST_NODES = 40000, LONGEST = 50000, LARGEST_SCRIPT = 4000000;
  let nodes = 0;
  const pruned = (value, depth) => {
    nodes += 1;
    if (depth > DEEPEST || nodes > MOST_NODES) return null;
    if (typeof value === "string") return value.slice(0, LONGEST);
    if (Array.isArray(value)) return value.slice(0, 5000).map((item) => pruned(item, depth + 1));
    if (value && typeof value === "object") {
      const kept = {};
      for (const [name, inner] of Object.entries(value).slice(0, 100)) {
        kept[name.slice(0, 100)] = pruned(inner, depth + 1);
      }
      return kept;
    }
    return value;
  };
  // What sites get wrong most: line breaks within words, a comma too many, a comment or CDATA around it, HTML escapes.
  const mended = (text) => {
    // Looked for at the edges alone: through a long text, blanks would be tried from each anew.
    const trimmed = text.trim(), edge = Math.min(200, trimmed.length >> 1);
    const first = trimmed.slice(0, edge).replace(/^[\s;]*(?:\/\/|\/\*)?\s*(?:<!--|<!\[CDATA\[)\s*(?:\*\/)?/, "");
    const last = trimmed.slice(trimmed.length - edge).replace(/(?:\/\/|\/\*)?\s*(?:-->|\]\]>)\s*(?:\*\/)?[\s;]*$/, "");
    let json = first + trimmed.slice(edge, trimmed.length - edge) + last;
    if (/^\s*[[{]\s*&quot;/.test(json)) {
      json = json.replace(/&quot;/g, '"').replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&#0?39;/g, "'").replace(/&amp;/g, "&");
    }
    return json.replace(/[\u0000-\u001f]+/g, " ");
  };
  const documents = [];
  const scripts = document.querySelectorAll('script[type="application/ld+json" i]');
  for (const script of [...scripts].slice(0, 50)) {
    const text = script.textContent;
    if (text.length > LARGEST_SCRIPT) continue;
    for (const written of [text, mended(text), mended(text).replace(/,\s*([\]}])/g, "$1")]) {
      try {
        documents.push(pruned(JSON.parse(written), 0));
        break;
      } catch {
        // Broken JSON-LD is common and no reason to lose the page.
      }
    }
  }
  return JSON.stringify(documents);
}
