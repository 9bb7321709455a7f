// Runs in a world of its own inside the page, before extract.js, and keeps for it which elements
// (or runs of neighbours) are alike in shape as posts are: each with one time, one name or one
// thing to press, at the same place within it. It judges nothing; `capture.readers` does.
//
// From each such anchor upwards, a block is the first element that has a neighbour of the same
// shape around an anchor of its own; a reply that stands alone is known by the shape of the others.
() => {
  const page = globalThis.page;
  const MOST_ELEMENTS = 150000, MOST_ANCHORS = 12000, HIGHEST = 14, LONGEST_LINE = 140, MOST_BLOCKS = 3000, MOST_ALIKE = 60, DEEPEST = 250;
  const SKIPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "HEAD", "IFRAME", "OBJECT", "SVG", "TEXTAREA", "SELECT", "NAV"]);
  const ROOTS = new Set(["BODY", "HTML", "MAIN", "#document-fragment"]);
  const MONTH = "(?:jan|feb|m[aä]r|apr|ma[jiy]|jun|jul|aug|sep|o[kc]t|nov|de[csz])[a-zäæø]*\\.?";
  const CLOCK = "\\d{1,2}[:.]\\d{2}";
  const DATED = new RegExp(`\\d{1,2}[./-]\\d{1,2}[./-]\\d{2,4}|\\d{4}[-./]\\d{1,2}[-./]\\d{1,2}|\\d{1,2}(?:\\.|st|nd|rd|th)?\\s+(?:of\\s+)?${MONTH}(?:\\s|,|$|\\d)|${MONTH}\\s\\d{1,2}(?:\\D|$)|\\d{1,2}/\\d{1,2}(?:\\s|$)`, "i");
  const NEAR = new RegExp(`(?:^|\\s)(?:i\\s?(?:dag|går|aftes|morges|forgårs)|idag|igår|today|yesterday|heute|gestern|vorgestern|(?:man|tirs|ons|tors|fre|lør|søn|mån|tis|lör|sön)dag|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)(?:\\s|,|$)`, "i");
  const AGO = /(?:^|\s|\()(?:\d{1,3}|en|et|ett|ei|an?|one|to|two|två|tre|three|drei|zwei|eine[mnr]?|få|nogle|et par|a few|ein paar)\s?(?:s|m|t|h|d|u|w|y|sek\w*|sec\w*|min\w*|tim\w*|std\w*|stund\w*|hours?|hrs?|dag\w*|days?|døgn|tag\w*|uge\w*|uke\w*|vecko?\w*|woch\w*|weeks?|må?ned\w*|månad\w*|monat\w*|mdr?|mnd|months?|år|jahr\w*|years?)\.?(?:\s(?:siden|sedan|ago))?[\s:.,;)]*$|just now|lige nu|akkurat nå|nyss|gerade eben|vor\s(?:\d|ein)/i;
  const EXACT = new RegExp(`^(?:kl\\.?\\s?)?${CLOCK}(?:\\s?[ap]m)?$`, "i");
  const NOT_OF_POST = /medlem|tilmeldt|registre|joined|member|since|seit|dabei|sist? (?:aktiv|set|sedd)|sidst set|last (?:seen|edit|active|visit)|redig|rettet|ændret|endret|edited|opdater|updated|bearbeitet|geändert|ändrad|fødselsdag|birthday/i;
  const REPLY = /^(?:be)?svare?(?: på| til)?|^(?:reply|quote|report|flag|antworte|zitier|melden|citer|sitat|anmäl|rapport|anmeld|synes godt om|like|gefällt|gilla|liker)/i;
  const WHO = /(?:^|[-_])(?:author|user(?:name|-?link)?|display-?name|poster|byline|nick(?:name)?|member|forfatter|bruger(?:navn)?|navn|name|autor|verfasser|författare|skribent|avsender)(?:$|[-_])/i;
  const POSTED = /(?:^|[-_])(?:comments?|kommentar\w*|repl(?:y|ies)|svar|answer|post|message|msg|entry|indl(?:ae|æ)g|innlegg|inl(?:ä|a)gg|beitrag|antwort|review|guestbook\w*|g(?:ae|æ)stebog\w*)(?:$|[-_\d])/i;
  const PROFILE = /\/(?:@|~|u\/|users?\/|profil|author|forfatter|members?\/|medlem|bruger|mitglied|benutzer)|[?&](?:u|uid|user(?:id)?)=\d|memberlist|member\.php/i;

  const frequency = new Map();
  const records = [], anchors = { time: [], who: [], reply: [] };
  let letters = 0;
  const words = (text) => text.replace(/\s+/g, " ").trim();
  const isTime = (text) => {
    const said = words(text).replace(/[^\p{L}\d.)]+$/u, "").replace(/^[^\p{L}\d(]+/u, "");
    if (!said || said.length > LONGEST_LINE || NOT_OF_POST.test(said)) return false;
    const found = DATED.exec(said) || NEAR.exec(said) || AGO.exec(said) || EXACT.exec(said);
    return !!found && said.length - found[0].length <= 70;
  };
  const tokensOf = (record) => {
    if (record.tokens) return record.tokens;
    const classes = record.element ? [...record.node.classList].slice(0, 12) : [];
    record.tokens = classes.filter((name) => frequency.get(name) > 1);
    return record.tokens;
  };
  const attribute = (element, name) => element.getAttribute(name) || "";
  const isShort = (element, most) => page.textOf(element, most + 1).length <= most;
  const anchorOf = (element) => {
    const tag = element.tagName;
    if (tag === "TIME" || element.hasAttribute("datetime")) return NOT_OF_POST.test(attribute(element, "class")) || tag === "DEL" || tag === "INS" ? "" : "time";
    if (element.hasAttribute("data-time") || element.hasAttribute("data-timestamp") || element.hasAttribute("data-date")) return isShort(element, LONGEST_LINE) ? "time" : "";
    if (element.hasAttribute("title") && !element.hasAttribute("src") && DATED.test(attribute(element, "title").slice(0, 100)) && !NOT_OF_POST.test(attribute(element, "title").slice(0, 100)) && isShort(element, 60)) return "time";
    if (element.children.length && element.children.length <= 4 && /date|time|tid|dato|datum|zeit|stamp/i.test(attribute(element, "class").slice(0, 200)) && !element.querySelector("div, p, li, table") && isShort(element, 60) && DATED.test(words(page.textOf(element, 60))) && ![...element.children].some((one) => isTime(one.textContent))) return "time";
    return "";
  };
  const isWho = (element) => {
    if (element.hasAttribute("data-author") || element.hasAttribute("data-username")) return false; // of the block itself
    // The text of an element is asked for last: that of one that holds the page is the page's.
    const linked = element.tagName === "A" && PROFILE.test(attribute(element, "href"));
    const named = linked || !element.children.length && [...element.classList].some((name) => WHO.test(name));
    return named && isShort(element, 80) && /\p{L}/u.test(page.textOf(element, 80));
  };
  let before = "";
  const read = (root) => {
    const stack = [[root, null, false, 0]];
    while (stack.length && records.length < MOST_ELEMENTS) {
      const [node, up, within, place] = stack.pop();
      if (up === undefined) { node.end = letters; continue; }
      if (node.nodeType === Node.TEXT_NODE) {
        const text = node.data;
        const record = { node, up, element: false, tag: "#", begin: letters, end: 0, place };
        letters += text.length < 2 ? 0 : words(text).length;
        record.end = letters;
        const follows = before;
        if (record.end > record.begin) before = words(text).slice(-40);
        if (NOT_OF_POST.test(follows) && follows.length < 30) continue;
        if (!within && text.length < 400 && anchors.time.length < MOST_ANCHORS && isTime(text)) anchors.time.push(record);
        continue;
      }
      if (node.nodeType !== Node.ELEMENT_NODE && node !== root) continue;
      if (page.isBent(node)) {
        const given = page.childrenOf(node);
        for (let nth = given.length - 1; nth >= 0; nth -= 1) stack.push([given[nth], up, within, -1]);
        continue;
      }
      const tag = node.tagName.toUpperCase();
      if (SKIPPED.has(tag) || attribute(node, "role") === "navigation" || node.hidden === true) continue;
      const record = { node, up, depth: up ? up.depth + 1 : 0, element: true, tag, begin: letters, end: 0, place, kids: null, tokens: null };
      records.push(record);
      for (const name of [...node.classList].slice(0, 12)) frequency.set(name, (frequency.get(name) || 0) + 1);
      // No thread is so deep: what is walked upwards from each anchor must stay short.
      let inside = within || record.depth > DEEPEST || tag === "BLOCKQUOTE" && !POSTED.test(attribute(node, "class"));
      if (!inside && anchors.time.length < MOST_ANCHORS && !(NOT_OF_POST.test(before) && before.length < 30) && anchorOf(node)) { anchors.time.push(record); inside = true; }
      if (record.depth <= DEEPEST && anchors.who.length < MOST_ANCHORS && isWho(node)) anchors.who.push(record);
      if (record.depth <= DEEPEST && (tag === "A" || tag === "BUTTON" || attribute(node, "role") === "button") && anchors.reply.length < MOST_ANCHORS && isShort(node, 39) && REPLY.test(words(page.textOf(node, 39)))) anchors.reply.push(record);
      stack.push([record, undefined]);
      const given = node.shadowRoot ? node.shadowRoot.childNodes : tag === "SLOT" && node.assignedNodes().length ? node.assignedNodes() : node.childNodes;
      for (let nth = given.length - 1; nth >= 0; nth -= 1) stack.push([given[nth], record, inside, nth]);
    }
  };

  const levelsOf = (anchor) => {
    const levels = [];
    let path = "";
    for (let record = anchor; record && record.up && levels.length < HIGHEST && !ROOTS.has(record.tag); record = record.up) {
      path = `${record.tag}>${path}`;
      levels.push({ record, path });
    }
    return levels;
  };
  const shapes = new Map(); // path → the places where blocks of this shape stand
  const enterLevels = (found) => {
    for (const anchor of found) {
      anchor.levels = levelsOf(anchor);
      for (const { record, path } of anchor.levels) {
        record.up.kids ||= new Map();
        let kin = record.up.kids.get(path);
        if (!kin) record.up.kids.set(path, kin = { held: new Map(), tokens: new Map(), bare: 0 });
        const held = kin.held.get(record) || 0;
        kin.held.set(record, held + 1);
        if (held) continue;
        const tokens = tokensOf(record);
        if (!tokens.length) kin.bare += 1;
        for (const name of tokens) kin.tokens.set(name, (kin.tokens.get(name) || 0) + 1);
      }
    }
  };
  // A block of posts holds several times at one place; a post in whose words a day is named too
  // stands among others that hold one.
  const holdsMore = (record, kin) => {
    if (kin.held.get(record) === 1) return false;
    kin.alone ??= [...kin.held.values()].filter((held) => held === 1).length;
    return kin.alone * 2 < kin.held.size;
  };
  const hasKin = (record, path) => {
    const kin = record.up.kids.get(path);
    if (kin.held.size < 2 || holdsMore(record, kin)) return null;
    const tokens = tokensOf(record);
    const alike = tokens.length ? kin.bare > 0 || tokens.some((name) => kin.tokens.get(name) > 1) : true;
    return alike ? kin : null;
  };
  const speaks = (record, anchor) => record.end - record.begin - (anchor.end - anchor.begin) > 0;
  const within = (blocks) => (record) => {
    for (let up = record; up; up = up.up) if (blocks.has(up)) return true;
    return false;
  };
  const groups = []; // {path, tokens: Set, bare, single, segmented}
  // Blocks without classes are of one group only where they stand in the same part of the page,
  // or in a part of that part, as answers do.
  const PARTS = new Set(["ASIDE", "SECTION", "MAIN", "BODY", "FOOTER", "HEADER", "ARTICLE", "TABLE", "FORM", "DETAILS"]);
  const partOf = (record) => {
    let up = record.up;
    while (up && up.up && !PARTS.has(up.tag) && !(up.element && (up.node.id || tokensOf(up).length || up.node.classList.length))) up = up.up;
    return up;
  };
  const isOfPart = (record, group) => {
    let part = partOf(record);
    if (part === group.part || !part || !group.part || ROOTS.has(group.part.tag)) return part === group.part;
    for (let step = 0; part && step < 24; step += 1, part = part.up) if (part === group.part) return true;
    return false;
  };
  const isOf = (record, group) => {
    const tokens = tokensOf(record);
    return tokens.some((name) => group.tokens.has(name)) || group.bare && !tokens.length && isOfPart(record, group);
  };
  const groupOf = (record, path, kin) => {
    const tokens = tokensOf(record);
    const shared = kin ? tokens.filter((name) => kin.tokens.get(name) * 2 >= kin.held.size) : tokens;
    const known = shapes.get(path) || [];
    const same = known.find((group) => shared.length ? shared.some((name) => group.tokens.has(name)) : group.bare && isOfPart(record, group));
    if (same) {
      for (const name of shared) same.tokens.add(name);
      return same;
    }
    const group = { number: groups.length, path, tokens: new Set(shared), bare: !shared.length, part: partOf(record) };
    groups.push(group);
    shapes.set(path, [group, ...known].slice(0, MOST_ALIKE));
    return group;
  };
  const find = (found, taken, alone) => {
    const blocks = new Map(); // record → {group, anchor}
    const left = [];
    enterLevels(found);
    const put = (record, group, anchor) => {
      if (!blocks.has(record) && blocks.size < MOST_BLOCKS) blocks.set(record, { group, anchor });
    };
    const isKnown = ({ record, path }) => (shapes.get(path) || []).some((group) => isOf(record, group));
    const choices = [];
    for (const anchor of found) {
      let thin = null, chosen = null;
      for (let height = 0; height < anchor.levels.length; height += 1) {
        const level = anchor.levels[height];
        if (taken(level.record)) break;
        const kin = hasKin(level.record, level.path);
        if (!kin) continue;
        if (speaks(level.record, anchor) && level.record.element) { chosen = { anchor, level, kin, height }; break; }
        thin ||= { anchor, level, kin, height };
      }
      if (chosen || thin) choices.push(chosen || thin);
      else left.push(anchor);
    }
    // The lowest first: an answer that stands alone is of the shape of what it answers, though
    // another answer may stand as far beneath the next post.
    choices.sort((one, other) => one.height - other.height);
    // Two anchors in one block: an answer within what it answers, where both are built alike.
    const claimed = new Map(), strongest = new Map();
    for (const choice of choices) {
      const first = claimed.get(choice.level.record);
      const size = choice.kin.held.size, best = strongest.get(choice.level.record);
      if (!best || size > best.kin.held.size) strongest.set(choice.level.record, choice);
      if (!first) { claimed.set(choice.level.record, choice); continue; }
      for (let height = Math.min(first.height, choice.height); height > 0; height -= 1) {
        const one = first.anchor.levels[height], other = choice.anchor.levels[height];
        const alike = one.path === other.path && one.record !== other.record && speaks(one.record, first.anchor) && speaks(other.record, choice.anchor);
        if (alike && tokensOf(one.record).join() === tokensOf(other.record).join()) {
          if (!one.record.node.contains(other.record.node)) groupOf(one.record, one.path, null);
          break;
        }
      }
    }
    for (const choice of choices) {
      // Of several times in one block, that which most of its neighbours have too.
      const { anchor, level, kin, height } = choice;
      const lower = anchor.levels.slice(0, height).find((one) => one.record.element && speaks(one.record, anchor) && isKnown(one) && !blocks.has(one.record));
      if (lower) put(lower.record, groupOf(lower.record, lower.path, null), anchor);
      else if (strongest.get(level.record) === choice) put(level.record, groupOf(level.record, level.path, kin), anchor);
    }
    // What stands alone: of a known shape, or of one that recurs elsewhere, or named as a post.
    const recurring = new Map();
    for (const anchor of left) {
      for (const { record, path } of anchor.levels) {
        const key = `${path}|${tokensOf(record).join(" ")}`;
        recurring.set(key, (recurring.get(key) || 0) + 1);
      }
    }
    for (const anchor of left) {
      const usable = anchor.levels.filter(({ record, path }) => record.element && speaks(record, anchor) && !holdsMore(record, record.up.kids.get(path)) && !taken(record) && !blocks.has(record));
      const inner = within(blocks)(anchor);
      const known = usable.find(isKnown);
      const again = usable.filter(({ record, path }) => recurring.get(`${path}|${tokensOf(record).join(" ")}`) > 1).pop();
      const isPost = ({ record }) => POSTED.test(attribute(record.node, "id")) || [...record.node.classList].some((name) => POSTED.test(name)) || record.node.hasAttribute("data-author");
      const named = usable.filter((level) => isPost(level) && level.record.end - level.record.begin < 6000 && !level.record.node.querySelector("h1")).pop();
      const level = known || (inner ? null : again || alone && named);
      if (level) put(level.record, groupOf(level.record, level.path, null), anchor);
    }
    return joined(blocks);
  };
  // Neighbours of one tag and class are of one group, whatever they were found by: the largest.
  const joined = (blocks) => {
    const sizes = new Map();
    for (const { group } of blocks.values()) sizes.set(group, (sizes.get(group) || 0) + 1);
    const kinds = new Map();
    const keysOf = (record) => {
      const tokens = tokensOf(record);
      return (tokens.length ? tokens : [""]).map((name) => `${record.tag}.${name}`);
    };
    const place = (record) => tokensOf(record).length ? null : record.up;
    for (const [record, { group }] of blocks) {
      if (!kinds.has(place(record))) kinds.set(place(record), new Map());
      const kept = kinds.get(place(record));
      for (const key of keysOf(record)) if (!kept.has(key) || sizes.get(kept.get(key)) < sizes.get(group)) kept.set(key, group);
    }
    for (const [record, block] of blocks) {
      const kept = kinds.get(place(record));
      for (const key of keysOf(record)) if (sizes.get(kept.get(key)) > sizes.get(block.group)) block.group = kept.get(key);
    }
    return blocks;
  };

  const HEADING = /^H[1-6]$/;
  const headings = (all) => {
    // The last heading before each place, by order in the page.
    const found = [];
    for (const record of all) if (HEADING.test(record.tag)) found.push([record.begin, words(page.textOf(record.node, 1000)).slice(0, 100)]);
    return (begin) => {
      let low = 0, high = found.length;
      while (low < high) { const middle = (low + high) >> 1; if (found[middle][0] < begin) low = middle + 1; else high = middle; }
      return low ? found[low - 1][1] : "";
    };
  };
  const shapeOf = (record, { group, anchor }, kind, heading) => {
    const around = [];
    let wrapped = false;
    for (let up = record; up; up = up.up) {
      if (up.element && around.length < 12) around.push(up.tag.toLowerCase());
      if (up.tag === "A" && up.node.hasAttribute("href") && !attribute(up.node, "href").startsWith("#")) wrapped = true;
    }
    const named = [record, record.up, record.up?.up].filter((one) => one && one.element);
    let place = anchor.element ? anchor.node : anchor.up.node;
    while (place.parentElement && getComputedStyle(place).display.startsWith("inline")) place = place.parentElement;
    const node = record.element ? record.node : record.up.node;
    const author = ["data-author", "data-username", "data-user-name", "data-author-name"].map((name) => attribute(node, name)).find(Boolean) || "";
    return {
      group: group.number, kind, wrapped, around: around.join(" "), heading: heading(record.begin),
      hint: named.map((one) => `${attribute(one.node, "class")} ${attribute(one.node, "id")}`.slice(0, 150)).join(" | "),
      author: author.slice(0, 100), inset: place.getBoundingClientRect().x + scrollX,
    };
  };

  read(page.get("body") || page.get("documentElement"));
  const shown = { blocks: new Map(), segments: new Map(), frequency };
  const heading = headings(records);
  const holding = new Set();
  const accept = (blocks, kind) => {
    const parted = new Map();
    globalThis.segmentsOf(blocks, (record, group, nodes) => parted.set(record, nodes));
    for (const [record, block] of blocks) {
      const nodes = parted.get(record);
      if (nodes && !nodes.length) continue;
      if (!nodes && !(record.element && speaks(record, block.anchor))) continue;
      const shape = shapeOf(record, block, kind, heading);
      if (nodes) {
        const segment = { shape, nodes };
        for (const node of nodes) shown.segments.set(node, segment);
      } else if (record.node.getClientRects().length && !getComputedStyle(record.node).display.startsWith("inline")) shown.blocks.set(record.node, shape);
      for (let up = record; up && !holding.has(up); up = up.up) holding.add(up);
    }
  };
  const isInBlock = (record) => {
    for (let up = record; up; up = up.up) if (shown.blocks.has(up.node) || shown.segments.has(up.node)) return true;
    return false;
  };
  accept(find(anchors.time, () => false, false), "time");
  // What has no times has names, or things to press; last what stands alone and is called a post.
  for (const [kind, alone] of [["who", false], ["reply", false], ["time", true], ["who", true]]) {
    for (const one of records) one.kids = null;
    accept(find(anchors[kind].filter((anchor) => !isInBlock(anchor)), (record) => holding.has(record), alone), kind);
  }
  globalThis.shapes = shown;
  return shown.blocks.size + shown.segments.size;
}
