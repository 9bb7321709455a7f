// Runs in a world of its own inside the page, once: walks the composed tree and returns, as JSON
// text, what could be a post and what stands in it. It judges nothing; `capture.readers` does.
//
// wanted: [{texts: [ways to write it], within: [indexes of its replies]}], the posts that JSON-LD
// told of.
(wanted) => {
  const page = globalThis.page; // of neighbours.js
  const MOST_ELEMENTS = 150000, MOST_POSTS = 3000, MOST_RUNS = 400, MOST_PARTED = 100, MOST_LINKS = 60;
  const LONGEST_RUN = 20000, LONGEST_PAGE_TEXT = 2000000;
  const SKIPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "HEAD", "IFRAME", "OBJECT", "SVG", "TEXTAREA", "SELECT"]);
  const POST_TYPES = /^(?:https?:\/\/(?:www\.)?schema\.org\/|schema:)(Comment|UserComments|CorrectionComment|SocialMediaPosting|DiscussionForumPosting|BlogPosting|Answer|Question|Review)\/?$/;
  const BUTTON_ROLES = new Set(["button", "menuitem", "menu", "toolbar", "tab", "switch", "checkbox", "textbox", "combobox", "form"]);
  const MICROFORMATS = { "p-author": "author", "e-content": "text", "p-content": "text", "dt-published": "datePublished", "u-url": "url", "u-in-reply-to": "parentItem", "fn": "author.name" };
  // RDFa, as Drupal writes it: its names for what schema.org names.
  const RDFA = { "dc:date": "dateCreated", "dc:created": "dateCreated", "content:encoded": "text", "foaf:name": "name", "sioc:has_creator": "author", "sioc:reply_of": "parentItem" };
  const AUTHOR_CLASS = /(?:^|[-_])(?:author|username|user-name|display-?name|forfatter|brugernavn)(?:[-_]+name)?$/i;
  const COUNTS = /\d[\d.\s]*(?:\/|af|of|av|kommentar|comment|svar|repl|indlæg|innlegg|inlägg|beitr|antwort|post)|(?:kommentar|comment|svar|repl|indlæg|innlegg)\w*\s*\(?\d/i;

  const squeeze = (text) => text.replace(/\s+/g, " ").trim();
  const bare = (text) => text.replace(/\s+/g, "").toLowerCase();
  const absolute = (href) => {
    try {
      const url = new URL(href, page.base);
      return /^https?:$/.test(url.protocol) ? url.href.slice(0, 2000) : null;
    } catch {
      return null;
    }
  };
  const boxOf = (element) => {
    const box = element.getBoundingClientRect();
    return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height };
  };
  const children = (element) => {
    if (element.shadowRoot) return [...element.shadowRoot.childNodes];
    if (element.tagName === "SLOT") {
      const given = element.assignedNodes();
      if (given.length) return given;
    }
    return [...element.childNodes];
  };

  const located = new Map(); // element -> index in wanted
  const locate = () => {
    const places = new Map();
    let longest = 0;
    wanted.forEach((post, index) => {
      longest = Math.max(longest, ...post.texts.map((text) => text.length));
      for (const key of new Set(post.texts.map(bare).filter(Boolean))) {
        if (!places.has(key)) places.set(key, { indexes: [], elements: [] });
        places.get(key).indexes.push(index);
      }
    });
    if (!places.size) return;
    let seen = 0;
    for (const element of page.ask("querySelectorAll", "body *")) {
      if ((seen += 1) > MOST_ELEMENTS) break;
      if (page.isBent(element) || SKIPPED.has(element.tagName.toUpperCase())) continue;
      const text = page.textOf(element, longest * 2 + 501);
      if (text.length > longest * 2 + 500) continue;
      const place = places.get(bare(text));
      if (!place) continue;
      // The deepest element with these words stands for its ancestors.
      const last = place.elements[place.elements.length - 1];
      if (last && last.contains(element)) place.elements.pop();
      if (element.getClientRects().length) place.elements.push(element);
    }
    const texts = new Map();
    for (const place of places.values()) {
      place.elements.slice(0, place.indexes.length).forEach((element, nth) => {
        if (!texts.has(place.indexes[nth])) texts.set(place.indexes[nth], element);
      });
    }
    for (const [index, element] of texts) {
      const top = element.getBoundingClientRect().top;
      const replies = new Set(wanted[index].within);
      const others = [...texts].filter(([other]) => other !== index && !replies.has(other)).map((pair) => pair[1]);
      let container = element;
      for (let parent = element.parentElement; parent; parent = parent.parentElement) {
        if (["BODY", "MAIN", "HTML", "OL", "UL"].includes(parent.tagName)) break;
        if (parent.getBoundingClientRect().top < top - 250) break;
        if (others.some((other) => parent.contains(other))) break;
        container = parent;
      }
      if (!located.has(container)) located.set(container, index);
    }
  };

  // What shapes.js found in this world.
  const shapes = globalThis.shapes || { blocks: new Map(), segments: new Map(), frequency: new Map() };
  const TELLING = /body|content|text|message|msg|sign|quote|author|user|name|date|time|reply|action|button|toolbar|avatar|profile|meta/i;
  const paths = new Map([["", 0]]); // where something stands within a block → its number
  const pathOf = (before, element) => {
    const names = [...element.classList].filter((name) => shapes.frequency.get(name) > 1 || TELLING.test(name)).slice(0, 3);
    let place = "";
    if (!names.length && ["DIV", "SPAN", "TD", "LI", "DD"].includes(element.tagName)) {
      let nth = 0;
      for (let other = element.previousElementSibling; other && nth < 9; other = other.previousElementSibling) nth += 1;
      place = `:${nth}`;
    }
    return `${before}>${[element.tagName.toLowerCase(), ...names.map((name) => name.slice(0, 40))].join(".")}${place}`.slice(0, 400);
  };
  const numberOf = (path) => {
    if (!paths.has(path)) paths.set(path, paths.size);
    return paths.get(path);
  };

  const posts = [], counts = [];
  const kindsOf = (element) => {
    const kinds = [];
    const role = (element.getAttribute("role") || "").toLowerCase();
    if (role === "article" || role === "comment" || (element.tagName === "ARTICLE" && !role)) kinds.push("article");
    if (role === "article" || role === "comment") kinds.push("role");
    // Who gives another element this role says on purpose that it is a post.
    if ((role === "article" || role === "comment") && element.tagName !== "ARTICLE") kinds.push("by-role");
    const types = `${element.getAttribute("itemtype") || ""} ${element.getAttribute("typeof") || ""}`.split(/\s+/);
    const named = element.hasAttribute("itemscope") || element.hasAttribute("typeof");
    const isComment = element.hasAttribute("itemscope") && !element.hasAttribute("itemtype") && /^(comment|reply)$/.test(element.getAttribute("itemprop") || "");
    if (named && types.some((type) => POST_TYPES.test(type)) || isComment) kinds.push("microdata");
    if (element.classList.contains("h-entry") || element.classList.contains("h-cite")) kinds.push("microformat");
    if (located.has(element)) kinds.push("json-ld");
    if (shapes.blocks.has(element)) kinds.push("shape");
    return kinds;
  };
  const valueOf = (element) => {
    if (element.hasAttribute("content")) return element.getAttribute("content");
    if (element.hasAttribute("datetime")) return element.getAttribute("datetime");
    return squeeze(page.textOf(element, LONGEST_RUN));
  };
  const labelOf = (element) => {
    const ids = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    const text = ids.slice(0, 20).map((id) => page.ask("getElementById", id)).map((named) => named ? page.textOf(named, 1000) : "").join(" ");
    return squeeze(element.getAttribute("aria-label") || text).slice(0, 500);
  };
  const holders = new Map(); // element -> its number
  const neighboursOf = (element) => {
    // <li><article/></li>: its neighbours stand in the list.
    let holder = element.parentElement;
    while (holder && holder.children.length === 1 && holder.tagName !== "BODY") holder = holder.parentElement;
    if (!holders.has(holder)) holders.set(holder, holders.size);
    return holders.get(holder);
  };
  const open = (element, kinds, state, shape = shapes.blocks.get(element), box = boxOf(element)) => {
    // <li><article/><ol><li><article/></li></ol></li>: a reply stands in the list item of its post.
    const only = kinds.length === 1 && kinds[0] === "shape";
    const outer = only ? state.items : state.items.slice(1);
    const holder = outer.find((item) => item.first > state.post);
    const parent = holder ? holder.first : state.post;
    for (const item of state.items) if (item.first < 0 && !only) item.first = posts.length;
    const number = (name) => Number.parseInt(element.getAttribute(name), 10) || null;
    posts.push({
      kinds, parent, within: state.post, box, shape: shape ? { ...shape, avatar: false, labels: [], ids: [] } : null, id: (element.id || "").slice(0, 200), label: labelOf(element),
      level: number("aria-level"), place: number("aria-posinset"), size: number("aria-setsize"),
      feed: state.feed, types: (element.getAttribute("itemtype") || "").split(/\s+/).filter(Boolean),
      neighbours: neighboursOf(element), page: !!element.querySelector("h1"),
      structured: located.has(element) ? located.get(element) : null,
      properties: [["@id", absolute(element.getAttribute("itemid") || "#") || "", null]].filter(() => element.hasAttribute("itemid")),
      times: [], links: [], runs: [], pictures: 0,
    });
    return posts.length - 1;
  };

  // Where a site writes the moment for its own script: seconds, milliseconds, or a date in words.
  const machineTime = (element) => {
    for (const name of ["datetime", "data-time", "data-timestamp", "data-utime", "data-date", "data-datetime", "data-created", "title"]) {
      const written = (element.getAttribute(name) || "").slice(0, 100);
      if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(written)) return written;
      const seconds = /^\d{10}(?:\d{3})?$/.test(written) && name !== "title" ? Number(written.slice(0, 10)) : 0;
      if (seconds > 9e8) return new Date(seconds * 1000).toISOString();
    }
    return "";
  };
  const isNamed = (element) => {
    // A class says less than `rel`; it is believed of a few words that stand by themselves.
    return !element.children.length && page.textOf(element, 81).length <= 80 && [...element.classList].some((name) => AUTHOR_CLASS.test(name));
  };
  // The names that microdata and RDFa give an element.
  const propertiesOf = (element) => {
    const names = (element.getAttribute("itemprop") || "").split(/\s+/).filter(Boolean);
    for (const attribute of ["property", "rel"]) {
      for (const name of (element.getAttribute(attribute) || "").split(/\s+/)) {
        const known = name.startsWith("schema:") ? name.slice(7) : RDFA[name];
        if (known && !names.includes(known)) names.push(known);
      }
    }
    return names;
  };
  const contextOf = (element, style) => {
    const marks = [];
    const tag = element.tagName, role = (element.getAttribute("role") || "").toLowerCase();
    if (tag === "BUTTON" || tag === "FORM" && element.querySelector("textarea, input:not([type=hidden]):not([type=checkbox])") || tag === "LABEL" || BUTTON_ROLES.has(role)) marks.push("button");
    if (tag === "TIME") marks.push("time");
    if (tag === "A" && element.hasAttribute("href")) marks.push("link");
    if (/^H[1-6]$/.test(tag) || role === "heading") marks.push("heading");
    if (tag === "HEADER") marks.push("header");
    if (tag === "FOOTER") marks.push("footer");
    if (tag === "NAV" || role === "navigation") marks.push("navigation");
    if (tag === "ADDRESS" || /(?:^|\s)author(?:\s|$)/.test(element.getAttribute("rel") || "")) marks.push("author");
    if (isNamed(element)) marks.push("named");
    if (tag === "B" || tag === "STRONG") marks.push("strong");
    if (["P", "BLOCKQUOTE", "PRE"].includes(tag)) marks.push("paragraph");
    if (style && (style.clipPath === "inset(50%)" || style.clip === "rect(0px, 0px, 0px, 0px)" || style.clip === "rect(1px, 1px, 1px, 1px)")) marks.push("unseen");
    return marks;
  };

  let block = 0, visited = 0, spoken = 0, ended = true;
  const pageText = []; // joined once: a text that grows is copied whole whenever it is looked at
  const say = (state, text) => {
    if (spoken < LONGEST_PAGE_TEXT) {
      pageText.push(text);
      spoken += text.length;
      ended = text.endsWith("\n");
    }
    const post = posts[state.post];
    if (!post || post.runs.length >= MOST_RUNS) return;
    const last = post.runs[post.runs.length - 1];
    const numbered = post.shape ? numberOf(state.path) : 0;
    // Spans are kept apart as long as there are few of them: a long text must not run out of runs.
    const apart = post.runs.length < MOST_PARTED && last && last.part !== state.part;
    if (last && !apart && last.block === block && last.marks === state.marks && last.property === state.property && last.link === state.link && last.path === numbered) {
      last.text = (last.text + text).slice(0, LONGEST_RUN);
    } else {
      post.runs.push({ block, part: state.part, text: text.slice(0, LONGEST_RUN), marks: state.marks, property: state.property, link: state.link, path: numbered });
    }
  };
  const newBlock = () => {
    block += 1;
    if (spoken && !ended) pageText.push("\n");
    ended = true;
  };

  const enter = (element, before) => {
    const tag = element.tagName.toUpperCase();
    const state = { ...before, part: visited };
    const kinds = kindsOf(element);
    if (tag === "LI" || ["listitem", "treeitem"].includes(element.getAttribute("role"))) {
      state.items = [{ first: -1 }, ...state.items];
    }
    if (element.getAttribute("role") === "feed") state.feed = true;
    if (kinds.length && posts.length < MOST_POSTS) {
      state.post = open(element, kinds, state);
      state.marks = ""; state.property = ""; state.prefix = ""; state.link = -1; state.time = -1; state.path = "";
    }
    const post = posts[state.post];
    if (post?.shape && !kinds.length) {
      state.path = pathOf(state.path, element);
      const name = element.id || tag === "A" && element.getAttribute("name");
      if (name && post.shape.ids.length < 6) post.shape.ids.push(name.slice(0, 200));
      const label = element.getAttribute("aria-label") || element.getAttribute("title");
      if (label && post.shape.labels.length < 12 && (tag === "A" || tag === "BUTTON" || element.getAttribute("role") === "button")) post.shape.labels.push(squeeze(label).slice(0, 60));
      if ((tag === "IMG" || /avatar|userpic|gravatar/i.test(element.getAttribute("class") || "")) && !post.shape.avatar) {
        const seen = element.getBoundingClientRect();
        post.shape.avatar = seen.width <= 160 && Math.abs(seen.width - seen.height) <= 0.25 * seen.width;
      }
    }
    if (post && !kinds.length) {
      const names = propertiesOf(element);
      for (const [name, property] of Object.entries(MICROFORMATS)) {
        if (element.classList.contains(name) && (name !== "fn" || element.closest(".vcard, .h-card"))) names.push(property);
      }
      if (element.classList.contains("p-name") && state.prefix === "author.") names.push("name");
      for (const name of names) {
        const property = state.prefix + name;
        const href = element.getAttribute("href") || element.getAttribute("src");
        if (post.properties.length < 100) post.properties.push([property, valueOf(element).slice(0, LONGEST_RUN), href ? absolute(href) : null]);
        state.property = property;
      }
      if (element.classList.contains("h-card")) state.prefix = "author.";
      if (element.hasAttribute("itemscope") || names.includes("author") && element.hasAttribute("rel")) state.prefix = names.length ? `${state.prefix}${names[0]}.` : `${state.prefix}?.`;
    }
    if (SKIPPED.has(tag) || tag === "META" || tag === "LINK") return null;
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden" && !element.children.length) return null;
    state.block = !style.display.startsWith("inline") && style.display !== "contents";
    if (state.block) state.part = 0; // what stands in it directly is no part of its own
    state.pre = style.whiteSpace.startsWith("pre") || style.whiteSpace === "break-spaces";
    if (state.block) newBlock();
    if (!kinds.length) {
      const marks = contextOf(element, style);
      if (marks.length) state.marks = [...new Set([...state.marks.split(" ").filter(Boolean), ...marks])].sort().join(" ");
    }
    if (post) {
      if (tag === "A" && element.hasAttribute("href") && post.links.length < MOST_LINKS) {
        post.links.push({ href: absolute(element.getAttribute("href")), text: squeeze(page.textOf(element, 2000)).slice(0, 300) || squeeze(element.getAttribute("aria-label") || "").slice(0, 300), rel: element.rel || "", property: state.property, marks: state.marks, time: state.time >= 0 || !!element.querySelector("time") });
        state.link = post.links.length - 1;
      }
      const machine = tag === "TIME" ? element.getAttribute("datetime") || "" : post.shape && !kinds.length ? machineTime(element) : "";
      if ((tag === "TIME" || machine) && post.times.length < 20) {
        post.times.push({ written: machine, text: squeeze(page.textOf(element, 2000)).slice(0, 200), title: squeeze(element.getAttribute("title") || "").slice(0, 200), link: state.link, property: state.property });
        state.time = post.times.length - 1;
        if (state.link >= 0) post.links[state.link].time = true;
      }
      if (tag === "IMG") {
        const alt = squeeze(element.alt || "");
        // An emoji drawn as a picture is part of the words; other pictures are not.
        if (alt && alt.length <= 12 && /\p{Extended_Pictographic}/u.test(alt)) say(state, alt);
        else post.pictures += 1;
      }
    }
    if (tag === "BR") say(state, "\n");
    return state;
  };

  // Neighbours that make one block together.
  const segmentState = (segment, around) => {
    if (segment.state) return segment.state;
    if (posts.length >= MOST_POSTS) return (segment.state = around);
    const range = page.ask("createRange");
    range.setStartBefore(segment.nodes[0]);
    range.setEndAfter(segment.nodes[segment.nodes.length - 1]);
    const holder = segment.nodes.find((node) => node.nodeType === Node.ELEMENT_NODE) || segment.nodes[0].parentElement;
    const state = { ...around, post: open(holder, ["shape"], around, segment.shape, boxOf(range)) };
    newBlock();
    return (segment.state = { ...state, part: 0, marks: "", property: "", prefix: "", link: -1, time: -1, path: "" });
  };

  const walk = (root) => {
    const start = { post: -1, part: 0, items: [], feed: false, marks: "", property: "", prefix: "", link: -1, time: -1, pre: false, path: "" };
    const stack = [[root, start]];
    while (stack.length && visited < MOST_ELEMENTS) {
      const [node, around] = stack.pop();
      if (node === null) { newBlock(); continue; }
      const segment = shapes.segments.get(node);
      const state = segment ? segmentState(segment, around) : around;
      if (node.nodeType === Node.TEXT_NODE) {
        const text = state.pre ? node.data : node.data.replace(/\s+/g, " ");
        if (text) say(state, text);
        // "123 indlæg" beside a name in a forum is what that person wrote elsewhere.
        const within = posts[state.post]?.kinds.join() === "shape";
        if (!within && text.length < 60 && COUNTS.test(text) && counts.length < 50) counts.push(squeeze(node.parentElement ? page.textOf(node.parentElement, 500) : text).slice(0, 80));
        continue;
      }
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      visited += 1;
      if (page.isBent(node)) {
        for (const inner of page.childrenOf(node).reverse()) stack.push([inner, state]);
        continue;
      }
      const inside = enter(node, state);
      if (!inside) continue;
      if (inside.block) stack.push([null, state]);
      const inner = children(node);
      for (let nth = inner.length - 1; nth >= 0; nth -= 1) stack.push([inner[nth], inside]);
    }
  };

  const measures = (element, width, height) => {
    const box = element.getBoundingClientRect();
    return box.width >= width && box.height >= height && getComputedStyle(element).visibility !== "hidden";
  };
  const isFilm = (frame) => frame.hasAttribute("allowfullscreen") || /autoplay|fullscreen/.test(frame.getAttribute("allow") || "");
  const frames = [...page.ask("querySelectorAll", "iframe, frame")].filter((frame) => measures(frame, 100, 80));
  const shown = (element) => element.getClientRects().length > 0;
  locate();
  const body = page.get("body"), root = page.get("documentElement");
  walk(body || root);
  return JSON.stringify({
    url: location.href, title: squeeze(page.get("title")).slice(0, 1000), language: (root.lang || "").slice(0, 40),
    width: Math.max(root.scrollWidth, root.clientWidth), height: Math.max(root.scrollHeight, body?.scrollHeight || 0, root.clientHeight),
    text: pageText.join(""), counts, cut: visited >= MOST_ELEMENTS || posts.length >= MOST_POSTS,
    frames: frames.length, unread: frames.filter((frame) => measures(frame, 300, 300) && !isFilm(frame)).length,
    paths: [...paths.keys()],
    password: [...page.ask("querySelectorAll", "input[type=password]")].some(shown),
    posts,
  });
}
