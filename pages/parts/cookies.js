// What the browser keeps for us: { name: value }, an empty value forgets it. Strict: no other site's link carries it.
// Each is written once in this window: another one may have signed in as somebody else since.
const written = {};

export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const write = (name, value, age) => {
    document.cookie = `${name}=${value}; Path=/; SameSite=Strict${secure}${age}`;
  };
  for (const [name, value] of Object.entries(data.kept)) {
    if (written[name] === value) continue;
    written[name] = value;
    write(name, value, value ? "" : "; Max-Age=0");
  }
  if (data.wanted) {
    // The provider sends people back to "/": remember the address that they asked for, for as long as signing in takes.
    const address = encodeURIComponent(location.pathname + location.search);
    write(data.wanted, address, address.length < 3000 ? "; Max-Age=900" : "; Max-Age=0");
  }
}
