// data: {rows: [{id, place, chip, colour, who, what}], chosen}; see obligation_list.py. Every text is set through textContent.
const lists = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".ob-list");
  let list = lists.get(root);
  if (!list) {
    list = { root, shown: "", chosen: undefined };
    lists.set(root, list);
    root.addEventListener("keydown", (event) => key(list, event));
  }
  list.data = data;
  list.send = (id) => setTriggerValue("chosen", id);
  const shape = JSON.stringify(data.rows);
  const anew = shape !== list.shown;
  if (anew) {
    root.replaceChildren(...data.rows.map((row) => drawRow(list, row)));
    list.shown = shape;
  }
  root.classList.toggle("ob-short", Boolean(data.chosen));
  if (anew || list.chosen !== data.chosen) {
    list.chosen = data.chosen;
    mark(list, data.chosen);
    requestAnimationFrame(() => reveal(root, root.querySelector("[aria-selected=true]")));
  }
}

function cell(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function drawRow(list, row) {
  const line = document.createElement("div");
  line.className = "ob-row";
  line.dataset.id = row.id;
  line.setAttribute("role", "option");
  line.title = `${row.place} · ${row.who}: ${row.what}`;
  const said = cell("ob-said", "");
  said.append(cell("ob-who", row.who), document.createTextNode(` ${row.what}`));
  line.append(cell("ob-place", row.place), cell(`ob-chip ob-${row.colour}`, row.chip), said);
  line.addEventListener("click", () => choose(list, line));
  return line;
}

function choose(list, line) {
  mark(list, line.dataset.id);
  line.focus({ preventScroll: true });
  list.send(line.dataset.id);
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

// Scrolls the list alone: scrollIntoView would move the panel around it too.
function reveal(root, row) {
  if (!row) return;
  const box = row.getBoundingClientRect();
  const frame = root.getBoundingClientRect();
  if (box.top < frame.top) root.scrollTop += box.top - frame.top - box.height;
  else if (box.bottom > frame.bottom) root.scrollTop += box.bottom - frame.bottom + box.height;
}

function key(list, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const line = event.target.closest(".ob-row");
  if (!line) return;
  const steps = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling, Home: list.root.firstElementChild, End: list.root.lastElementChild };
  if (event.key in steps) {
    const next = steps[event.key];
    next?.focus({ preventScroll: true });
    reveal(list.root, next);
  } else if (event.key === "Enter" || event.key === " ") choose(list, line);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
