"""Provisions in the making: nodes with paths and parents, and the roots they hang on."""

import hashlib
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field

from core.types import ParsedFile, Provision, ProvisionKind, Span

ORDINALS = (
    "",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
)


@dataclass(slots=True)
class Node:
    """text[start:end], empty until its first words arrive. `texts` counts its paragraphs, itself included."""

    path: str
    kind: ProvisionKind
    start: int
    end: int
    parent: int | None
    heading: str = ""
    label: str = ""
    texts: int = 0
    children: int = 0


@dataclass(slots=True)
class Root:
    """What is cited first: an article, a section, an annex, a heading, or a passage quoted from another act.

    `style` decides how children are cited: article, section, annex, part (of an annex), division, heading or
    inserted. `node` is None for a division, which has no text of its own; `holder` introduces the next list.
    """

    style: str
    path: str
    node: int | None
    holder: int | None
    heading: str = ""
    wants_title: bool = False
    table: int = 0
    tables: int = 0
    paragraphs: int = 0


@dataclass(slots=True)
class Tree:
    """The nodes in text order."""

    nodes: list[Node] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        path: str,
        kind: ProvisionKind,
        start: int,
        end: int,
        parent: int | None,
        heading: str = "",
        label: str = "",
    ) -> int:
        if parent is not None:
            self.nodes[parent].children += 1
        self.nodes.append(Node(path, kind, start, end, parent, heading, label, int(end > start)))
        return len(self.nodes) - 1

    def count(self, name: str) -> int:
        """How many times `name` was counted, this one included."""
        self.counts[name] += 1
        return self.counts[name]

    def path(self, node: int | None) -> str:
        return "" if node is None else self.nodes[node].path


def ordinal(number: int) -> str:
    """1 → "first", 20 → "twentieth", 21 → "21st"."""
    if number < len(ORDINALS):
        return ORDINALS[number]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def finished(tree: Tree, parsed: ParsedFile, document_id: str, lineage: str) -> tuple[Provision, ...]:
    """The nodes as provisions: unique paths, ids from lineage and path, pages from the printed words."""
    contents(tree.nodes, parsed.text)
    kept = without_contents(tree.nodes)
    used: Counter[str] = Counter()
    ids: dict[int, str] = {}
    found: list[Provision] = []
    starts = [word.start for word in parsed.words]
    taken = {node.path for node in tree.nodes}
    for index in kept:
        node = tree.nodes[index]
        path = unique(node.path, used, taken)
        ids[index] = hashlib.sha256(f"{lineage}\n{path}".encode("utf-8", "replace")).hexdigest()[:16]
        page = parsed.words[max(0, bisect_right(starts, node.start) - 1)].page if starts else None
        span = Span(document_id, node.start, node.end, page)
        parent = None if node.parent is None else ids[node.parent]
        text = parsed.text[node.start : node.end]
        found.append(Provision(ids[index], path, node.heading, text, span, parent, node.kind, node.label))
    return tuple(found)


def unique(path: str, used: Counter[str], taken: set[str]) -> str:
    """`path`, or the same with " (2)", " (3)" … that no other provision of the document bears."""
    used[path] += 1
    if used[path] == 1:
        return path
    while (named := f"{path} ({used[path]})") in taken:
        used[path] += 1
    taken.add(named)
    return named


def contents(nodes: list[Node], text: str) -> None:
    """Lines of a table of contents are no provisions: their words come again as the heading of the same path."""
    named = {(node.path, " ".join(node.heading.split()).strip(". ")) for node in nodes if node.heading}
    number = 0
    for node in nodes:
        words = " ".join(text[node.start : min(node.end, node.start + 300)].split()).strip(". ")
        if words and not node.children and words != node.heading.strip(". ") and (node.path, words) in named:
            number += 1
            node.path, node.kind, node.parent = f"Contents, paragraph {number}", "preamble", None


def without_contents(nodes: list[Node]) -> list[int]:
    """Indexes of the nodes that stay: empty ones whose path comes again with content are a table of contents."""
    full = {node.path for node in nodes if node.texts or node.children}
    empty = ("article", "section", "annex")
    return [
        index
        for index, node in enumerate(nodes)
        if node.texts or node.children or node.kind not in empty or node.path not in full
    ]
