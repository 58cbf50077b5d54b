// data: {rows: [{id, place, chip, colour, who, what}], chosen}; see obligation_list.py.
export default function ({ parentElement, data, setTriggerValue }) {
  const list = kept(parentElement.querySelector(".ob-list"));
  list.send = (id) => setTriggerValue("chosen", id);
  show(list, data.rows, data.chosen, obligation);
  list.root.classList.toggle("ob-short", Boolean(data.chosen));
}

function obligation({ place, chip, colour, who, what }) {
  const row = node("div", "ob-row");
  row.title = `${place} · ${who}: ${what}`;
  const said = node("span", "ob-said");
  said.append(node("span", "ob-who", who), document.createTextNode(` ${what}`));
  row.append(node("span", "ob-place", place), node("span", `ob-chip choose-${colour}`, chip), said);
  return row;
}
