"""Word's automatic numbers, counted as Word counts them: the file holds only the scheme ("%1.%2"), never "4.2"."""

from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLETS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf02d": "–", "\uf0d8": "•", "o": "•", "-": "–"}
ROMAN = [(100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")]


@dataclass(slots=True)
class Level:
    """One depth of a list: where it starts, how it counts, and the text around the number."""

    start: int = 1
    style: str = "decimal"
    text: str = "%1."
    legal: bool = False


@dataclass(slots=True)
class Numbering:
    """The lists of a document; `label` counts on with every call, in reading order."""

    schemes: dict[str, dict[int, Level]] = field(default_factory=dict)
    schemes_of: dict[str, str] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[tuple[str, int]] = field(default_factory=set)

    def label(self, list_id: str, depth: int) -> str:
        """The number that Word prints before the next paragraph of this list at this depth; "" for none."""
        scheme = self.schemes_of.get(list_id)
        levels = self.schemes.get(scheme or "", {})
        if scheme is None or depth not in levels:
            return ""
        counts = self.counters.setdefault(scheme, {})
        restart = self.restarts.get((list_id, depth))
        if restart is not None and (list_id, depth) not in self.begun:
            counts[depth] = restart - 1
        self.begun.add((list_id, depth))
        counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        for deeper in [d for d in counts if d > depth]:
            del counts[deeper]
        return self._printed(levels, counts, depth)

    def _printed(self, levels: dict[int, Level], counts: dict[int, int], depth: int) -> str:
        level = levels[depth]
        if level.style == "none":
            return ""
        if level.style == "bullet":
            return BULLETS.get(level.text, level.text if level.text.isprintable() else "•") or "•"
        text = level.text
        for place in range(depth, -1, -1):
            above = levels.get(place, Level())
            style = "decimal" if level.legal else above.style
            text = text.replace(f"%{place + 1}", number(counts.get(place, above.start), style))
        return text.strip()


def number(value: int, style: str) -> str:
    """A counter in one of Word's number formats: 4 is "4", "d", "D", "iv" or "IV"."""
    if style in ("lowerLetter", "upperLetter") and value > 0:
        letters = chr(97 + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letters if style == "lowerLetter" else letters.upper()
    if style in ("lowerRoman", "upperRoman") and 0 < value < 400:
        return roman(value) if style == "lowerRoman" else roman(value).upper()
    if style == "decimalZero":
        return f"{value:02d}"
    return str(value)


def roman(value: int) -> str:
    text = ""
    for worth, letters in ROMAN:
        while value >= worth:
            text += letters
            value -= worth
    return text


def numbering(root: Any | None) -> Numbering:
    """The schemes in the document's numbering part; none without one."""
    found = Numbering()
    if root is None:
        return found
    for scheme in root.iterchildren(f"{W}abstractNum"):
        levels = {depth(level): read_level(level) for level in scheme.iterchildren(f"{W}lvl")}
        found.schemes[scheme.get(f"{W}abstractNumId")] = levels
    for each in root.iterchildren(f"{W}num"):
        list_id = each.get(f"{W}numId")
        found.schemes_of[list_id] = value(each, "abstractNumId")
        for override in each.iterchildren(f"{W}lvlOverride"):
            start = value(override, "startOverride")
            if start.isdigit():
                found.restarts[list_id, depth(override)] = int(start)
    return found


def read_level(element: Any) -> Level:
    start = value(element, "start")
    return Level(
        start=int(start) if start.isdigit() else 1,
        style=value(element, "numFmt") or "decimal",
        text=value(element, "lvlText"),
        legal=element.find(f"{W}isLgl") is not None,
    )


def depth(element: Any) -> int:
    level = element.get(f"{W}ilvl") or "0"
    return int(level) if level.isdigit() else 0


def value(element: Any, name: str) -> str:
    """The w:val of the element's child of that name; "" without one."""
    child = element.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val") or ""
