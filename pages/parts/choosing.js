// A list of rows of which one is chosen, by a click or by keys. Stands before the script of each such list.
const lists = new WeakMap();

// What is kept of the list in `root` from one run of the page to the next; `own` is what it has from the start.
function kept(root, own = {}) {
  if (!lists.has(root)) {
    const list = { root, shown: "", chosen: undefined, ...own };
    lists.set(root, list);
    root.addEventListener("keydown", (event) => key(list, event));
  }
  return lists.get(root);
}

// Draws `lines` anew where they changed, each by `draw`, and brings the chosen one into view where it is another.
function show(list, lines, chosen, draw) {
  const shape = JSON.stringify(lines);
  const anew = shape !== list.shown;
  if (anew) {
    list.root.replaceChildren(...lines.map((line) => choosable(list, line.id, draw(line))));
    list.shown = shape;
  }
  if (anew || list.chosen !== chosen) {
    list.chosen = chosen;
    mark(list, chosen);
    requestAnimationFrame(() => reveal(list.root, list.root.querySelector("[aria-selected=true]")));
  }
}

// Every text is set through textContent.
function node(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function choosable(list, id, row) {
  row.classList.add("choose-row");
  row.dataset.id = id;
  row.setAttribute("role", "option");
  row.addEventListener("click", () => choose(list, row));
  return row;
}

function choose(list, row) {
  mark(list, row.dataset.id);
  row.focus({ preventScroll: true });
  list.send(row.dataset.id);
}

// One row can be reached by Tab: the chosen one, else the first.
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
  if (inner.top < frame.top) root.scrollTop += inner.top - frame.top - inner.height;
  else if (inner.bottom > frame.bottom) root.scrollTop += inner.bottom - frame.bottom + inner.height;
}

function key(list, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.type === "checkbox") return;
  const row = event.target.closest(".choose-row");
  if (!row) return;
  const { previousElementSibling: above, nextElementSibling: below } = row;
  const steps = { ArrowDown: below, ArrowUp: above, Home: list.root.firstElementChild, End: list.root.lastElementChild };
  if (event.key in steps) {
    steps[event.key]?.focus({ preventScroll: true });
    reveal(list.root, steps[event.key]);
  } else if (event.key === "Enter" || event.key === " ") choose(list, row);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
