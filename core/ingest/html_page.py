"""The parts of an HTML page: where its own words are, rows of tables, numbers of lists, comments."""

import re
from collections.abc import Iterator
from typing import Any

from core.ingest.html_rules import BLOCKS, Rules, classes, name

CONDITIONAL = re.compile(r"\[if|<!\[|\[endif|-?<!$")


def starts(root: Any) -> list[Any]:
    """The elements that hold the page's own words: a known container, the main element, else the body."""
    parts = [node for node in root.iter() if "part-content" in classes(node)]
    if parts:
        return [*(node for node in root.iter() if name(node) == "h1"), *parts]
    acts = [node for node in root.iter() if "eli-container" in classes(node)]
    if acts and any("title-doc-first" in classes(node) for node in root.iter()):
        notes = [node for node in root.iter() if "footnote" in classes(node)]
        return [*acts, *notes]
    mains = [node for node in root.iter() if name(node) == "main" or node.get("role") == "main"]
    if mains:
        return mains[:1]
    articles = [node for node in root.iter() if name(node) == "article"]
    if len(articles) == 1:
        return articles
    return [next((node for node in root.iter() if name(node) == "body"), root)]


def words(node: Any, rules: Rules | None = None) -> str:
    """The text inside an element, furniture and hidden parts left out when `rules` are given."""
    pieces: list[str] = []
    collect(node, rules, pieces)
    return "".join(pieces)


def collect(node: Any, rules: Rules | None, pieces: list[str]) -> None:
    tag = name(node)
    if not tag or tag in ("script", "style") or (rules and (rules.skips(node) or rules.hides(node))):
        return
    pieces.append(node.text or "")
    for child in node:
        collect(child, rules, pieces)
        pieces.append(child.tail or "")
    if tag in BLOCKS or tag == "br":
        pieces.append(" ")


def rows(table: Any) -> list[list[Any]]:
    """The cells of each row of a table, not of tables inside it."""
    found = []
    for part in table:
        grouped = list(part) if name(part) in ("tbody", "thead", "tfoot") else [part]
        for row in grouped:
            if name(row) == "tr":
                found.append([cell for cell in row if name(cell) in ("td", "th")])
    return [row for row in found if row]


def holds_blocks(table: list[list[Any]]) -> bool:
    """Whether a table lays out a page: cells that hold lists, headings or tables of their own."""
    inner = {"ul", "ol", "table", "h1", "h2", "h3", "h4"}
    return any(name(node) in inner for row in table for cell in row for node in cell.iter() if node is not cell)


def is_header(cells: list[Any]) -> bool:
    return all(name(cell) == "th" or any("tbl-hdr" in str(node.get("class")) for node in cell) for cell in cells)


def count_from(listing: Any) -> int:
    start = str(listing.get("start") or "1")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1


def marker(listing: Any, item: Any, number: int) -> str:
    """The number that a browser would print before an item of an ordered list."""
    value = str(item.get("value") or "")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else number
    style = listing.get("type") or "1"
    if style in ("a", "A") and number <= 26:
        return f"({chr(ord(style) + number - 1)})"
    if style in ("i", "I") and number < 40:
        numeral = "x" * (number // 10) + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[number % 10]
        return f"({numeral if style == 'i' else numeral.upper()})"
    return f"{number}."


def comments(root: Any) -> Iterator[str]:
    """What comments say: no reader sees it. Marks for old browsers and converters are left out."""
    for node in root.iter():
        if not isinstance(node.tag, str) and node.text and " " in node.text.strip():
            text = node.text.strip()
            if not CONDITIONAL.search(text) and "converter_version" not in text:
                yield text
