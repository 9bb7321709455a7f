/* Marking by mouse what is to be covered: boxes on a picture, words in a text.

   The fields hold what is covered; they can be filled without this file. The marks are an SVG
   laid over the picture, in the picture's own pixels. */

const SVG = "http://www.w3.org/2000/svg";

for (const frame of document.querySelectorAll("[data-cover]")) {
  const field = document.getElementById(frame.dataset.boxes);
  const size = { width: Number(frame.dataset.width), height: Number(frame.dataset.height) };
  const layer = document.createElementNS(SVG, "svg");
  layer.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  layer.setAttribute("preserveAspectRatio", "none");
  layer.setAttribute("aria-hidden", "true");
  frame.append(layer);

  const boxesIn = (text) =>
    text.split("\n").map((line) => line.trim().split(/[\s,;]+/).map(Number))
      .filter((box) => box.length === 4 && box.every(Number.isFinite));

  const draw = (extra) => {
    layer.replaceChildren(...[...boxesIn(field.value), ...(extra ? [extra] : [])].map((box) => {
      const rect = document.createElementNS(SVG, "rect");
      ["x", "y", "width", "height"].forEach((name, at) => rect.setAttribute(name, box[at]));
      return rect;
    }));
  };

  const point = (event) => {
    const shown = layer.getBoundingClientRect();
    const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
    return {
      x: within(((event.clientX - shown.left) / shown.width) * size.width, size.width),
      y: within(((event.clientY - shown.top) / shown.height) * size.height, size.height),
    };
  };

  const between = (one, two) =>
    [Math.min(one.x, two.x), Math.min(one.y, two.y), Math.abs(one.x - two.x), Math.abs(one.y - two.y)];

  let from = null;
  layer.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    layer.setPointerCapture(event.pointerId);
    from = point(event);
  });
  layer.addEventListener("pointermove", (event) => {
    if (from) draw(between(from, point(event)));
  });
  layer.addEventListener("pointerup", (event) => {
    if (!from) return;
    const box = between(from, point(event));
    from = null;
    if (box[2] > 2 && box[3] > 2) {
      field.value = `${field.value.trimEnd()}\n${box.join(" ")}`.trimStart();
    }
    draw();
  });
  layer.addEventListener("pointercancel", () => { from = null; draw(); });
  field.addEventListener("input", () => draw());
  draw();
}

for (const text of document.querySelectorAll("[data-cover-text]")) {
  const field = document.getElementById(text.dataset.words);
  text.addEventListener("mouseup", () => {
    const marked = String(document.getSelection()).trim().replace(/\s+/g, " ");
    if (!marked || field.value.split("\n").includes(marked)) return;
    field.value = `${field.value.trimEnd()}\n${marked}`.trimStart();
  });
}
