// One open article or page of a document with its marks. Every text is set through textContent.
// data: {view: "text"|"page", name, blocks, page, marks, parts, chosen, canAdd}; see source_view.py.
// Offsets are code points of the document; JavaScript counts UTF-16 units, so both are mapped here.
const views = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".source-view");
  let view = views.get(root);
  if (!view) {
    view = { root, current: null, shown: "", drawnChosen: null, stop: null, calls: 0 };
    views.set(root, view);
  }
  view.stop ??= listen(view);
  const call = ++view.calls;
  view.data = data;
  view.send = setTriggerValue;
  const shape = JSON.stringify([data.view, data.name, data.blocks, data.page, data.marks, data.parts]);
  if (shape !== view.shown) {
    draw(view);
    view.shown = shape;
    view.drawnChosen = undefined;
  }
  if (view.drawnChosen !== data.chosen) {
    view.drawnChosen = data.chosen;
    setCurrent(view, data.chosen);
    reveal(view, data.chosen);
  }
  return () => {
    if (call !== view.calls) return; // Streamlit also runs the clean-up of a call that a newer one overtook
    view.stop?.();
    view.stop = null;
  };
}

function node(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// --- drawing ----------------------------------------------------------------------------------------------------

function draw(view) {
  const { root, data } = view;
  hideAdd(view);
  root.replaceChildren();
  root.scrollTop = 0;
  root.setAttribute("aria-label", data.name);
  view.marks = [...data.marks].sort((a, b) => a.start - b.start || b.end - a.end);
  root.append(data.view === "page" ? drawPage(view) : drawText(view));
}

function drawText(view) {
  const article = node("div", "sv-text");
  for (const block of view.data.blocks) {
    const line = node(block.kind === "heading" ? "h4" : "p", `sv-block sv-${block.kind}`);
    line.style.setProperty("--sv-level", block.level);
    for (const piece of pieces(block, view.marks, view.data.parts)) line.append(drawPiece(piece, view));
    article.append(line);
  }
  return article;
}

// Cuts a block where any mark or part begins or ends: [{start, text, marks, parts}].
function pieces(block, marks, parts) {
  const points = Array.from(block.text);
  const end = block.start + points.length;
  const over = (list) => list.filter((m) => m.start < end && m.end > block.start);
  const here = over(marks);
  const roles = over(parts);
  const cuts = new Set([block.start, end]);
  for (const m of [...here, ...roles]) {
    if (m.start > block.start) cuts.add(m.start);
    if (m.end < end) cuts.add(m.end);
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((from, i) => ({
    start: from,
    text: points.slice(from - block.start, sorted[i + 1] - block.start).join(""),
    marks: here.filter((m) => m.start <= from && m.end > from),
    parts: roles.filter((m) => m.start <= from && m.end > from),
  }));
}

function drawPiece(piece, view) {
  const element = node(piece.marks.length ? "mark" : "span", "sv-piece", piece.text);
  element.dataset.start = piece.start;
  for (const part of piece.parts) element.classList.add(`sv-part-${part.role}`);
  if (piece.marks.length) asMark(element, piece.marks, view);
  return element;
}

function asMark(element, marks, view) {
  const top = shortest(marks)[0];
  element.classList.add("sv-mark", `sv-${top.tone}`, `sv-is-${top.kind}`);
  element.dataset.ids = marks.map((m) => m.id).join(" ");
  element.setAttribute("role", "button");
  element.tabIndex = -1;
  element.title = top.label;
}

const shortest = (marks) => [...marks].sort((a, b) => a.end - a.start - (b.end - b.start));

function drawPage(view) {
  const { page } = view.data;
  const sheet = node("div", "sv-page");
  sheet.style.aspectRatio = `${page.width} / ${page.height}`;
  const image = node("img", "sv-image");
  image.src = page.image;
  image.alt = view.data.name;
  sheet.append(image);
  for (const mark of view.marks) mark.boxes.forEach((box, i) => sheet.append(drawBox(mark, box, i, page, view)));
  const words = node("div", "sv-words");
  for (const word of page.words) words.append(drawWord(word, page));
  sheet.append(words);
  requestAnimationFrame(() => fitWords(words));
  return sheet;
}

function place(element, [x0, y0, x1, y1], page) {
  element.style.left = `${(100 * x0) / page.width}%`;
  element.style.top = `${(100 * y0) / page.height}%`;
  element.style.width = `${(100 * (x1 - x0)) / page.width}%`;
  element.style.height = `${(100 * (y1 - y0)) / page.height}%`;
}

function drawBox(mark, box, index, page, view) {
  const element = node("div", "sv-box");
  place(element, box, page);
  asMark(element, [mark], view);
  if (index) element.setAttribute("aria-hidden", "true");
  else element.setAttribute("aria-label", mark.label);
  return element;
}

function drawWord([start, end, x0, y0, x1, y1, text], page) {
  const element = node("span", "sv-word", text + " ");
  element.dataset.start = start;
  element.dataset.end = end;
  place(element, [x0, y0, x1, y1], page);
  element.style.fontSize = `${(82 * (y1 - y0)) / page.width}cqw`;
  return element;
}

// Spaces the letters of each invisible word over the printed one, so that a selection looks right. Not a transform:
// Chromium starts no selection by the mouse on transformed words. Reads first, then writes.
function fitWords(words) {
  const range = document.createRange();
  const spacings = [...words.children].map((word) => {
    range.selectNodeContents(word);
    const missing = word.clientWidth - range.getBoundingClientRect().width;
    return missing / Math.max(1, word.textContent.length) / parseFloat(getComputedStyle(word).fontSize);
  });
  [...words.children].forEach((word, i) => (word.style.letterSpacing = `${Math.max(-0.3, Math.min(2, spacings[i]))}em`));
}

// --- choosing ---------------------------------------------------------------------------------------------------

const elementsOf = (view, id) =>
  [...view.root.querySelectorAll(".sv-mark")].filter((e) => e.dataset.ids.split(" ").includes(id));

function setCurrent(view, id) {
  view.current = id;
  for (const element of view.root.querySelectorAll(".sv-mark")) {
    const chosen = Boolean(id) && element.dataset.ids.split(" ").includes(id);
    element.classList.toggle("sv-chosen", chosen);
    element.setAttribute("aria-pressed", String(chosen));
    element.tabIndex = -1;
  }
  const stop = (id && elementsOf(view, id)[0]) || view.root.querySelector(".sv-mark");
  if (stop) stop.tabIndex = 0;
}

function reveal(view, id) {
  const element = id && elementsOf(view, id)[0];
  if (!element) return;
  const { root } = view;
  const box = element.getBoundingClientRect();
  const frame = root.getBoundingClientRect();
  if (box.top >= frame.top + 24 && box.bottom <= frame.bottom - 24) return;
  root.scrollTop += box.top - frame.top - root.clientHeight / 3;
}

function step(view, by) {
  const ids = view.marks.map((m) => m.id);
  const at = ids.indexOf(view.current);
  const next = at < 0 ? (by > 0 ? 0 : ids.length - 1) : at + by;
  if (next < 0 || next >= ids.length) return view.send("turned", by);
  setCurrent(view, ids[next]);
  reveal(view, ids[next]);
  elementsOf(view, ids[next])[0]?.focus({ preventScroll: true });
}

// Where several marks lie over each other the shortest is meant; choosing again goes through the others.
function choose(view, ids) {
  const order = shortest(view.marks.filter((m) => ids.includes(m.id))).map((m) => m.id);
  if (!order.length) return;
  const id = order[(order.indexOf(view.data.chosen) + 1) % order.length];
  setCurrent(view, id);
  view.send("chosen", id);
}

function idsAt(view, event) {
  if (view.data.view !== "page") return event.target.closest?.(".sv-mark")?.dataset.ids.split(" ") ?? [];
  return [...view.root.querySelectorAll(".sv-box")]
    .filter((element) => {
      const box = element.getBoundingClientRect();
      return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    })
    .flatMap((element) => element.dataset.ids.split(" "));
}

// --- selecting --------------------------------------------------------------------------------------------------

// The code point that a DOM boundary stands at, or null outside the text.
function offsetOf(container, offset) {
  if (container.nodeType === Node.TEXT_NODE) {
    const piece = container.parentElement.closest("[data-start]");
    if (!piece) return null;
    const points = Array.from(container.data.slice(0, offset)).length;
    const start = Number(piece.dataset.start);
    return piece.dataset.end ? Math.min(start + points, Number(piece.dataset.end)) : start + points;
  }
  const after = container.childNodes[offset];
  const inside = (element) => element?.querySelector?.("[data-start]") ?? (element?.dataset?.start ? element : null);
  const piece = after && inside(after);
  if (piece) return Number(piece.dataset.start);
  const all = [...container.querySelectorAll("[data-start]")];
  const last = all[all.length - 1];
  return last ? Number(last.dataset.start) + Array.from(last.textContent.trimEnd()).length : null;
}

function selected(view) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!view.root.contains(range.commonAncestorContainer)) return null;
  let start = offsetOf(range.startContainer, range.startOffset);
  let end = offsetOf(range.endContainer, range.endOffset);
  if (view.data.view === "page") [start, end] = wholeWords(view, start, end);
  return start !== null && end !== null && end > start ? { start, end, box: range.getBoundingClientRect() } : null;
}

function wholeWords(view, start, end) {
  const hit = view.data.page.words.filter((w) => w[0] < end && w[1] > start);
  return hit.length ? [Math.min(...hit.map((w) => w[0])), Math.max(...hit.map((w) => w[1]))] : [null, null];
}

function showAdd(view) {
  hideAdd(view);
  const found = view.data.canAdd && selected(view);
  if (!found) return;
  const frame = view.root.getBoundingClientRect();
  const button = node("button", "sv-add", "Add obligation");
  button.type = "button";
  button.title = "Add the selected text as an obligation (A)";
  button.style.top = `${found.box.bottom - frame.top + view.root.scrollTop + 6}px`;
  button.style.left = `${Math.max(8, Math.min(found.box.left - frame.left, frame.width - 150))}px`;
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    add(view);
  });
  view.add = { button, start: found.start, end: found.end };
  view.root.append(button);
}

function hideAdd(view) {
  view.add?.button.remove();
  view.add = null;
}

function add(view) {
  const { start, end } = view.add;
  hideAdd(view);
  document.getSelection().removeAllRanges();
  view.send("selected", { start, end });
}

// --- listening --------------------------------------------------------------------------------------------------

function listen(view) {
  const { root } = view;
  const onKey = (event) => key(view, event);
  const onClick = (event) => {
    if (event.target.closest?.(".sv-add") || selected(view)) return;
    choose(view, idsAt(view, event));
  };
  const onMove = (event) => root.classList.toggle("sv-over", view.data.view === "page" && idsAt(view, event).length > 0);
  const onSelect = () => {
    clearTimeout(view.timer);
    view.timer = setTimeout(() => showAdd(view), 150);
  };
  const rows = [[root, "keydown", onKey], [root, "click", onClick], [root, "mousemove", onMove], [document, "selectionchange", onSelect]];
  for (const [target, event, listener] of rows) target.addEventListener(event, listener);
  return () => {
    clearTimeout(view.timer);
    for (const [target, event, listener] of rows) target.removeEventListener(event, listener);
  };
}

function key(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const pressed = event.key;
  const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
  if (pressed in steps) step(view, steps[pressed]);
  else if ((pressed === "Enter" || pressed === " ") && event.target === view.add?.button) add(view);
  else if (pressed === "Enter" && view.current) view.send("chosen", view.current);
  else if (pressed === "a" && view.add) add(view);
  else if (pressed === "Escape" && view.add) hideAdd(view);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
