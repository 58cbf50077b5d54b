"""How a lawyer cites a place: "Article 19(4)(a)", "Annex I, point 3", "Section 4.2(a)", "Outsourcing 2.1"."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.ingest.headings import Heading
from core.ingest.labels import Count, Label
from core.ingest.tree import Node, Root, ordinal
from core.types import Block, ParsedFile, ProvisionKind

# "as set out in Section 4.2", "under clause 7": the word by which a document cites its own numbers.
CITED = re.compile(r"\b(section|clause|rule|regulation)s?\s+(\d{1,3}(?:\.\d{1,3})*)(?![\d/])", re.IGNORECASE)
FEWEST_CITATIONS = 2
# A statute's own words for its places; its sections are headings with bare numbers ("12 Duty to register").
OF_STATUTES = re.compile(r"\bthis section\b|\bsubsections? \(")


@dataclass(frozen=True, slots=True)
class Manner:
    """A document's own way of numbering.

    `prefix` stands before its numbers ("Section ", "Outsourcing ", or nothing); `running` says that plain numbers
    ("4.") run through the whole document, so that they are cited without the heading above them; `chapters` are the
    numbers that others continue ("4" of "4.2").
    """

    prefix: str = ""
    running: bool = False
    chapters: frozenset[str] = frozenset()

    def cited(self, number: str) -> str:
        return f"{self.prefix}{number}"


def manner(
    parsed: ParsedFile,
    blocks: Sequence[Block],
    labelled: Sequence[tuple[tuple[Label, ...], int]],
    announced: Sequence[Heading | None],
) -> Manner:
    """How the document numbers itself, from its labels, its headings and the way it refers to itself."""
    if _is_statute(parsed, blocks, labelled):
        return Manner("Section ", running=True)
    own: set[str] = set()
    plain: list[int] = []
    for block, (labels, _), heading in zip(blocks, labelled, announced, strict=True):
        if heading and heading.kind == "section":
            return Manner(f"{heading.word.capitalize()} " if heading.word != "§" else "§ ", running=True)
        if not labels or block.kind in ("note", "table_row"):
            continue
        style, value = labels[0].counts[0]
        if style[1] == "decimal":
            own.add(labels[0].name)
        elif style == (".", "number"):
            plain.append(value[0])
            own.add(str(value[0]))
    chapters = frozenset(number.partition(".")[0] for number in own if "." in number)
    if parsed.declared.get("type") == "rulebook" and parsed.declared.get("title"):
        return Manner(f"{parsed.declared['title']} ", True, chapters)
    words = Counter(match[1].lower() for match in CITED.finditer(parsed.text) if match[2] in own)
    word, times = words.most_common(1)[0] if words else ("", 0)
    prefix = f"{word.capitalize()} " if times >= FEWEST_CITATIONS else ""
    return Manner(prefix, runs(plain) or bool(chapters), chapters)


def _is_statute(parsed: ParsedFile, blocks: Sequence[Block], labelled: Sequence[tuple[tuple[Label, ...], int]]) -> bool:
    """Whether headings with bare numbers count on, and the text speaks of "this section" and "subsection (1)"."""
    headed = [
        int(labels[0].text)
        for block, (labels, _) in zip(blocks, labelled, strict=True)
        if block.kind == "heading" and labels and labels[0].text.isdigit()
    ]
    # A policy with "4.2" under "4 Records" cites its own numbers as they are printed.
    if any(labels and labels[0].counts[0].style[1] == "decimal" for labels, _ in labelled):
        return False
    counted = len(headed) > 1 and all(after == before + 1 for before, after in pairwise(headed))
    return counted and sum(1 for _ in OF_STATUTES.finditer(parsed.text)) >= FEWEST_CITATIONS


def runs(numbers: Sequence[int]) -> bool:
    """Whether numbers count through a document rather than starting again in each list."""
    starts = sum(number == 1 for number in numbers)
    return len(numbers) >= 3 and starts == 1 and numbers[0] == 1


def cite(
    label: Label, count: Count, depth: int, holder: Node | None, root: Root | None, manner: Manner
) -> tuple[str, ProvisionKind]:
    """The path and kind of a labelled text, `depth` lists down from `root`, introduced by `holder`."""
    bare = label.name.removeprefix("(").removesuffix(")")
    style = root.style if root else ""
    base = holder.path if holder else (root.path if root else "")
    numbering = count.style[1]
    if style == "recitals" and depth == 0:
        return f"Recital {bare}", "recital"
    if numbering == "bullet":
        return (f"{base}, " if base else "") + f"{ordinal(count.value[0])} indent", "point"
    if depth == 0 and style == "inserted":
        inserted = f"paragraph {bare}" if count.style == (".", "number") else f"point {label.name}"
        return f"{base}, inserted {inserted}", "point"
    if numbering == "decimal" and style not in ("annex", "part", "inserted"):
        return manner.cited(bare), "paragraph"
    if not base or (depth == 0 and manner.running and count.style == (".", "number") and style in ("", "heading")):
        return manner.cited(bare) if numbering in ("number", "decimal") else bare, "paragraph"
    if (depth == 0 and style in ("annex", "part", "heading", "division")) or numbering == "decimal":
        noun = "paragraph" if root and root.path.startswith("Schedule") else "point"
        if root and (numbering == "decimal" and style != "inserted"):
            base = root.path  # "Annex I, point 3.1", not "Annex I, point 3, point 3.1"
        return f"{base}, {noun} {bare if numbering in ('number', 'decimal') else label.name}", "point"
    if holder and (holder.kind == "subparagraph" or holder.path.endswith(" indent")):
        return f"{base}, point {label.name}", "point"
    numbered = depth == 0 and (count.style == (".", "number") or style == "section")
    return base + label.name, "paragraph" if numbered else "point"
