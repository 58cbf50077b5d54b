// data: {lines: [{id, title, about, badges: [[text, colour]], note, digest, tickable}], chosen}; see review_list.py.
// Every text is set through textContent.
const lists = new WeakMap();

export default function ({ parentElement, data, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector(".rv-list");
  let list = lists.get(root);
  if (!list) {
    list = { root, shown: "", chosen: undefined, ticked: new Map() };
    lists.set(root, list);
    root.addEventListener("keydown", (event) => key(list, event));
  }
  list.send = (id) => setTriggerValue("chosen", id);
  list.tell = () => setStateValue("ticked", [...list.ticked]);
  const shape = JSON.stringify(data.lines);
  const anew = shape !== list.shown;
  if (anew) {
    const here = new Map(data.lines.filter((line) => line.tickable).map((line) => [line.id, line.digest]));
    list.ticked = new Map([...list.ticked].filter(([id, digest]) => here.get(id) === digest));
    root.replaceChildren(...data.lines.map((line) => draw(list, line)));
    list.shown = shape;
  }
  if (anew || list.chosen !== data.chosen) {
    list.chosen = data.chosen;
    mark(list, data.chosen);
    requestAnimationFrame(() => reveal(root, root.querySelector("[aria-selected=true]")));
  }
}

function node(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function draw(list, line) {
  const row = node("div", "rv-row");
  row.dataset.id = line.id;
  row.setAttribute("role", "option");
  row.title = line.title;
  const body = node("div", "rv-body");
  const badges = node("div", "rv-badges");
  for (const [text, colour] of line.badges) badges.append(node("span", `rv-badge rv-${colour}`, text));
  if (line.note) badges.append(node("span", "rv-note", line.note));
  body.append(node("div", "rv-title", line.title), badges, node("div", "rv-about", line.about));
  if (line.tickable) row.append(box(list, line));
  row.append(body);
  row.addEventListener("click", () => choose(list, row));
  return row;
}

function box(list, line) {
  const found = node("input", "rv-box");
  found.type = "checkbox";
  found.checked = list.ticked.has(line.id);
  found.setAttribute("aria-label", `Take “${line.title}” into a decision on several`);
  found.addEventListener("click", (event) => event.stopPropagation());
  found.addEventListener("change", () => {
    if (found.checked) list.ticked.set(line.id, line.digest);
    else list.ticked.delete(line.id);
    list.tell();
  });
  return found;
}

function choose(list, row) {
  mark(list, row.dataset.id);
  row.focus({ preventScroll: true });
  list.send(row.dataset.id);
}

// One line can be reached by Tab: the chosen one, else the first.
function mark(list, id) {
  const rows = [...list.root.children];
  for (const row of rows) {
    row.setAttribute("aria-selected", String(row.dataset.id === id));
    row.tabIndex = -1;
  }
  const stop = rows.find((row) => row.dataset.id === id) ?? rows[0];
  if (stop) stop.tabIndex = 0;
}

// Scrolls the list alone: scrollIntoView would move what is around it too.
function reveal(root, row) {
  if (!row) return;
  const inner = row.getBoundingClientRect();
  const frame = root.getBoundingClientRect();
  if (inner.top < frame.top) root.scrollTop += inner.top - frame.top;
  else if (inner.bottom > frame.bottom) root.scrollTop += inner.bottom - frame.bottom;
}

function key(list, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.type === "checkbox") return;
  const row = event.target.closest(".rv-row");
  if (!row) return;
  const { previousElementSibling: above, nextElementSibling: below } = row;
  const steps = { ArrowDown: below, ArrowUp: above, Home: list.root.firstElementChild, End: list.root.lastElementChild };
  if (event.key in steps) {
    steps[event.key]?.focus({ preventScroll: true });
    reveal(list.root, steps[event.key]);
  } else if (event.key === "Enter") choose(list, row);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
