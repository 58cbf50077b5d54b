// data: {lines: [{id, title, about, badges: [[text, colour]], note, digest, tickable}], chosen}; see review_list.py.
export default function ({ parentElement, data, setTriggerValue, setStateValue }) {
  const list = kept(parentElement.querySelector(".rv-list"), { ticked: new Map() });
  list.send = (id) => setTriggerValue("chosen", id);
  list.tell = () => setStateValue("ticked", [...list.ticked]);
  const here = new Map(data.lines.filter((line) => line.tickable).map((line) => [line.id, line.digest]));
  list.ticked = new Map([...list.ticked].filter(([id, digest]) => here.get(id) === digest));
  show(list, data.lines, data.chosen, (line) => request(list, line));
}

function request(list, line) {
  const row = node("div", "rv-row");
  row.title = line.title;
  const body = node("div", "rv-body");
  const badges = node("div", "rv-badges");
  for (const [text, colour] of line.badges) badges.append(node("span", `rv-badge choose-${colour}`, text));
  if (line.note) badges.append(node("span", "rv-note", line.note));
  body.append(node("div", "rv-title", line.title), badges, node("div", "rv-about", line.about));
  if (line.tickable) row.append(box(list, line));
  row.append(body);
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
