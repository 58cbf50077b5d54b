"""Lists that run on in one paragraph: "The Supplier shall (a) perform …; (b) notify …; and (c) keep …"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.extract.nature import COMMAND
from core.extract.numbers import NUMBER_WORD
from core.ingest.labels import Count, counts, first, follows
from core.language.patterns import spaced
from core.language.sentences import sentences
from core.types import Provision, Span

LABEL = re.compile(r"(?<=[\s:;,—–])\((?P<label>[a-z]{1,2}|[ivx]{1,5}|\d{1,2}|[A-H])\)(?!\()\s{0,4}(?=\S)")
# "points (a) and (b)", "in clause (i)": what is cited, and "thirty (30) days": what is counted.
CITED = spaced(
    r"(?:\b(?:points?|paragraphs?|sub-?paragraphs?|sub-?sections?|sections?|clauses?|sub-?clauses?|rules?",
    r"|articles?|items?",
    rf"|regulations?|schedules?|annex|limbs?|{NUMBER_WORD})|\)|§|\d) $",
)
# How an item ends before the next label: "…;", "…, and", "… or".
ITEM_ENDS = re.compile(r"(?:[;,]|[;,]?\s(?:and|or|and/or|but))\s{0,4}$")
# What leads into a list of acts: a colon, a modal with its adverbs and asides, or "that". A list in the middle of a
# phrase ("the lesser of (a) …", "provided that (i) …") stays in its sentence.
LEADS_IN = re.compile(
    r"(?:[:—]|\b(?:shall|must|may|will|(?:agrees?|undertakes?|covenants?|required|obliged|obligated"
    r"|permitted|entitled|are|is)"
    r"\s{1,8}to)(?:\s{1,8}(?:not|also|only|further|[a-z]{2,20}ly))*(?:,\s[^,;:]{2,80},)?"
    r"|(?<!provided)(?<!however,)(?<!except)(?<!event)(?<!extent)(?<!such)(?<!so)\s(?:that"
    r"|the\sfollowing))(?:\s{1,8}(?:both|either))?\s{0,8}$"
)
FEWEST_WORDS = 2
SPLIT_NEVER = frozenset({"recital", "note", "preamble", "table_row"})


@dataclass(frozen=True, slots=True)
class Inline:
    """A list inside text: the lead-in ends at `head`, the sentence at `end`; items as (label, start, end)."""

    start: int
    head: int
    end: int
    items: tuple[tuple[str, int, int], ...]


def unfolded(provisions: Sequence[Provision]) -> tuple[list[Provision], Mapping[str, Provision]]:
    """The provisions with each list in a paragraph as points under it, and where the made ones belong, by their id."""
    parents = {provision.parent for provision in provisions if provision.kind == "point"}
    made: list[Provision] = []
    homes: dict[str, Provision] = {}
    for provision in provisions:
        parts = list(_parts(provision)) if _may_hold(provision) and provision.id not in parents else [provision]
        homes.update((part.id, provision) for part in parts if part is not provision)
        made += parts
    return made, homes


def _may_hold(provision: Provision) -> bool:
    return provision.kind not in SPLIT_NEVER and any(opens in provision.text for opens in ("(a)", "(i)", "(1)", "(A)"))


def _parts(provision: Provision) -> Iterator[Provision]:
    """The provision up to its first list, the list's points, and what stands behind it, in the same way."""
    text = provision.text
    found = next((one for start, end in sentences(text) if (one := inline_list(text, start, end))), None)
    if found is None:
        yield provision
        return
    yield _slice(provision, provision.id, 0, found.head)
    for number, (label, start, end) in enumerate(found.items, 1):
        point = _slice(provision, f"{provision.id}#{found.start}.{number}", start, end)
        path = f"{provision.path}({label})"
        yield replace(point, path=path, parent=provision.id, kind="point", label=f"({label})")
    if text[found.end :].strip():
        rest = _slice(provision, f"{provision.id}#{found.end}", found.end, len(text))
        yield from _parts(replace(rest, parent=provision.parent))


def _slice(provision: Provision, name: str, start: int, end: int) -> Provision:
    text = provision.text[start:end].rstrip()
    skipped = len(text) - len(text.lstrip())
    place = provision.span.start + start + skipped
    span = Span(provision.span.document_id, place, place + len(text) - skipped, provision.span.page)
    return replace(provision, id=name, text=text.lstrip(), span=span)


def inline_list(text: str, start: int, end: int) -> Inline | None:
    """The list of commands in the sentence text[start:end]: labels that count up, behind words that command."""
    labels = [
        m for m in LABEL.finditer(text, start, end) if not CITED.search(text[max(start, m.start() - 24) : m.start()])
    ]
    for opening in labels:
        head = text[start : opening.start()]
        leads = COMMAND.search(head) and LEADS_IN.search(head[-160:])
        for count in counts(opening["label"], "()") if leads else ():
            if first(count.value):
                run = _run(text, labels[labels.index(opening) :], count)
                if len(run) > 1:
                    ends = [match.start() for match in run[1:]] + [end]
                    items = tuple((m["label"], m.end(), stop) for m, stop in zip(run, ends, strict=True))
                    return Inline(start, opening.start(), end, items)
    return None


def _run(text: str, labels: Sequence[re.Match[str]], opening: Count) -> list[re.Match[str]]:
    """The labels that count on from the first in its own style, each behind the end of an item."""
    run, last = [labels[0]], opening
    for label in labels[1:]:
        going_on = next(
            (c for c in counts(label["label"], "()") if c.style == last.style and follows(c.value, last.value)), None
        )
        between = text[run[-1].end() : label.start()]
        if going_on and ITEM_ENDS.search(between) and len(between.split()) >= FEWEST_WORDS:
            run.append(label)
            last = going_on
    return run
