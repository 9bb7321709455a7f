// Runs in a world of its own inside the page, before shapes.js, and lends it what makes one block
// of several neighbours; and how to ask a page whose fields bear the names of what is asked.
() => {
  // <input name="id"> makes its form's `id` that field; <img name="body"> does so to the document.
  const ASKED = ["attributes", "childNodes", "children", "classList", "closest", "contains", "firstChild", "getAttribute", "getBoundingClientRect", "getClientRects", "hasAttribute", "hidden", "id", "innerText", "nodeType", "parentElement", "previousElementSibling", "querySelector", "querySelectorAll", "rel", "shadowRoot", "style", "tagName", "textContent", "title"];
  const childNodes = Object.getOwnPropertyDescriptor(Node.prototype, "childNodes").get;
  globalThis.page = {
    isBent: (node) => node instanceof HTMLFormElement && ASKED.some((name) => Object.prototype.hasOwnProperty.call(node, name)),
    childrenOf: (form) => [...childNodes.call(form)],
    get: (name) => Object.getOwnPropertyDescriptor(Document.prototype, name).get.call(document),
    ask: (name, ...asked) => Document.prototype[name].apply(document, asked),
    // The beginning of an element's text: what holds the whole page is not copied at every depth.
    textOf: (element, most) => {
      const walker = Document.prototype.createTreeWalker.call(document, element, NodeFilter.SHOW_TEXT);
      let text = "", seen = 0;
      while (text.length < most && (seen += 1) <= 5000 && walker.nextNode()) text += walker.currentNode.data.slice(0, most);
      return text;
    },
    base: Object.getOwnPropertyDescriptor(Node.prototype, "baseURI").get.call(document),
  };
  // Where the words of a post stand beside the line that names it, neighbours make the block:
  // <dt>name</dt><dd>words</dd>, a row of the table and the next, words up to the next <hr>.
  const isBreak = (node) => node.nodeType === Node.ELEMENT_NODE && ["BR", "HR"].includes(node.tagName);
  const isInline = (node) => node.nodeType === Node.TEXT_NODE || getComputedStyle(node).display.startsWith("inline");
  const isBlank = (node) => node.nodeType === Node.COMMENT_NODE || node.nodeType === Node.TEXT_NODE && !node.data.trim();
  const ENDS = new Set(["H1", "H2", "FORM", "NAV", "FOOTER", "ASIDE", "SECTION", "MAIN"]);
  const nameOf = (node) => node.nodeType === Node.ELEMENT_NODE ? node.tagName : "#";
  const byRules = (kids, places) => {
    const rules = [-1, ...kids.flatMap((node, nth) => nameOf(node) === "HR" ? [nth] : []), kids.length];
    const ranges = places.map((place) => {
      const after = rules.findIndex((rule) => rule > place);
      return [rules[after - 1] + 1, rules[after] - 1];
    });
    return rules.length > 2 && new Set(ranges.map((range) => range[0])).size >= 0.6 * places.length ? ranges : null;
  };
  const byLines = (kids, places) => {
    const starts = places.map((place) => {
      let start = place;
      while (start > 0 && !isBreak(kids[start - 1]) && isInline(kids[start - 1])) start -= 1;
      return start;
    });
    const ends = places.map((place) => {
      let end = place;
      while (end + 1 < kids.length && !isBreak(kids[end + 1]) && isInline(kids[end + 1])) end += 1;
      return end;
    });
    const said = (from, to) => kids.slice(Math.max(0, from), to + 1).some((node) => !isBreak(node) && !isBlank(node) && !/^H\d$/.test(nameOf(node)));
    if (new Set(starts).size < starts.length) return null;
    const signed = said(0, starts[0] - 1) && !said(ends[ends.length - 1] + 1, kids.length - 1);
    if (signed) return ends.map((end, nth) => [nth ? ends[nth - 1] + 1 : 0, end]);
    let last = ends[ends.length - 1];
    while (last + 1 < kids.length && !ENDS.has(nameOf(kids[last + 1])) && nameOf(kids[last + 1]) !== "HR") last += 1;
    return starts.map((start, nth) => [start, nth + 1 < starts.length ? starts[nth + 1] - 1 : last]);
  };
  const byOrder = (kids, places) => {
    const solid = kids.map((node, nth) => nth).filter((nth) => !isBlank(kids[nth]));
    const at = places.map((place) => solid.indexOf(place));
    const gap = solid.slice(at[0] + 1, at[1]).map((nth) => nameOf(kids[nth]));
    const known = new Set(places.slice(1).flatMap((_, nth) => solid.slice(at[nth] + 1, at[nth + 1]).map((one) => nameOf(kids[one]))));
    let after = 0, before = 0;
    while (after < gap.length && nameOf(kids[solid[at[at.length - 1] + 1 + after]] || document) === gap[after]) after += 1;
    while (before < gap.length && at[0] - 1 - before >= 0 && nameOf(kids[solid[at[0] - 1 - before]]) === gap[gap.length - 1 - before]) before += 1;
    const shift = after === gap.length ? 0 : Math.min(before, gap.length - after);
    const starts = at.map((place) => solid[place - shift]);
    let last = at[at.length - 1];
    const most = shift ? last + gap.length - shift : solid.length;
    while (last + 1 < solid.length && last < most && known.has(nameOf(kids[solid[last + 1]])) && !ENDS.has(nameOf(kids[solid[last + 1]]))) last += 1;
    return starts.map((start, nth) => [start, nth + 1 < starts.length ? starts[nth + 1] - 1 : solid[last]]);
  };
  globalThis.segmentsOf = (blocks, put) => {
    const families = new Map();
    for (const [record, { group }] of blocks) {
      const key = record.up;
      if (!families.has(key)) families.set(key, new Map());
      const family = families.get(key);
      if (!family.has(group)) family.set(group, []);
      family.get(group).push(record);
    }
    const sizes = new Map();
    for (const { group } of blocks.values()) sizes.set(group, (sizes.get(group) || 0) + 1);
    const begins = [...blocks].map(([record, { group }]) => [record.begin, sizes.get(group)]).sort((one, other) => one[0] - other[0]);
    const isFree = (from, to, size) => {
      let low = 0, high = begins.length;
      while (low < high) { const middle = (low + high) >> 1; if (begins[middle][0] < from) low = middle + 1; else high = middle; }
      for (; low < begins.length && begins[low][0] < to; low += 1) if (begins[low][1] >= size) return false;
      return true;
    };
    for (const [up, family] of families) {
      for (const [group, members] of family) {
        members.sort((one, other) => one.place - other.place);
        if (members.length < 2) continue;
        const gaps = members.slice(1).filter((record, nth) => record.begin - members[nth].end > 0 && isFree(members[nth].end, record.begin, sizes.get(group))).length;
        const own = members.map((record) => record.end - record.begin).sort((one, other) => one - other)[members.length >> 1];
        if (gaps < 0.6 * (members.length - 1) || own > 140) continue;
        const kids = [...(up.node.shadowRoot || up.node).childNodes];
        const places = members.map((record) => record.place);
        if (places.some((place, nth) => kids[place] !== members[nth].node)) continue;
        const ranges = byRules(kids, places) || (isInline(kids[places[0]]) ? byLines(kids, places) : byOrder(kids, places));
        if (!ranges || ranges.some(([from, to], nth) => from > to || from === undefined || nth && from <= ranges[nth - 1][1] && from !== ranges[nth - 1][0])) continue;
        members.forEach((record, nth) => {
          if (nth && ranges[nth][0] === ranges[nth - 1][0]) { put(record, group, []); return; }
          const nodes = kids.slice(ranges[nth][0], ranges[nth][1] + 1);
          while (nodes.length && (isBlank(nodes[0]) || isBreak(nodes[0]))) nodes.shift();
          while (nodes.length && (isBlank(nodes[nodes.length - 1]) || isBreak(nodes[nodes.length - 1]))) nodes.pop();
          put(record, group, nodes);
        });
      }
    }
  };
}
