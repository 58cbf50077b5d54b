"""What Word's styles decide: which paragraphs are headings, which are numbered, which runs are hidden."""

import re
from dataclasses import dataclass
from typing import Any

from core.ingest.docx_numbering import W, value

HEADING = re.compile(r"(?:heading|überschrift|titre|overskrift)\s*([1-9])$", re.IGNORECASE)
FALSE = ("0", "false", "off", "none")
SPECK_HALF_POINTS = 4
WHITE = re.compile(r"f[c-f]f[c-f]f[c-f]$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph or character style with what it inherits. `heading` is 0 for body text; `list` is (id, depth)."""

    heading: int = 0
    list: tuple[str, int] | None = None
    hidden: bool = False


@dataclass(slots=True)
class Styles:
    """The styles of a document by id."""

    elements: dict[str, Any]
    default: str = ""

    def of(self, style_id: str) -> Style:
        """The style as it comes out, based-on chain included."""
        heading, listed, hidden = 0, None, False
        seen: set[str] = set()
        current = style_id or self.default
        while current in self.elements and current not in seen:
            seen.add(current)
            element = self.elements[current]
            heading = heading or named_heading(value(element, "name")) or outline(element.find(f"{W}pPr"))
            listed = listed or list_of(element.find(f"{W}pPr"))
            hidden = hidden or vanishes(element.find(f"{W}rPr"))
            current = value(element, "basedOn")
        return Style(heading, listed, hidden)


def styles(root: Any | None) -> Styles:
    if root is None:
        return Styles({})
    elements = {style.get(f"{W}styleId"): style for style in root.iterchildren(f"{W}style")}
    default = next(
        (key for key, s in elements.items() if s.get(f"{W}default") == "1" and s.get(f"{W}type") == "paragraph"), ""
    )
    return Styles(elements, default or "")


def named_heading(name: str) -> int:
    if name.lower() == "title":
        return 1
    match = HEADING.match(name.strip())
    return int(match[1]) if match else 0


def outline(properties: Any | None) -> int:
    """The outline level, 1 for the outermost; 0 for body text."""
    level = value(properties, "outlineLvl") if properties is not None else ""
    return int(level) + 1 if level.isdigit() and int(level) < 9 else 0


def list_of(properties: Any | None) -> tuple[str, int] | None:
    """The list that a paragraph stands in, and how deep; ("0", 0) takes it out of its style's list."""
    listed = properties.find(f"{W}numPr") if properties is not None else None
    if listed is None:
        return None
    level = value(listed, "ilvl")
    return value(listed, "numId") or "0", int(level) if level.isdigit() else 0


def on(properties: Any, name: str) -> bool:
    """Whether a switch such as w:vanish is set."""
    switch = properties.find(f"{W}{name}")
    return switch is not None and (switch.get(f"{W}val") or "1").lower() not in FALSE


def vanishes(properties: Any | None) -> bool:
    """Whether text with these run properties cannot be seen: hidden, white on the white page, or a speck."""
    if properties is None:
        return False
    if on(properties, "vanish") or on(properties, "specVanish"):
        return True
    size = value(properties, "sz")
    if size.isdigit() and int(size) <= SPECK_HALF_POINTS:
        return True
    shaded = properties.find(f"{W}shd") is not None or properties.find(f"{W}highlight") is not None
    return bool(WHITE.match(value(properties, "color"))) and not shaded
