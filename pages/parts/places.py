"""The places of a document that can be opened one at a time, and their text as blocks.

A place is an article, a section, an annex, or a run of short pieces (recitals, notes, loose paragraphs).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.types import Provision
from pages.parts.source_view import TextBlock

ALONE = {"article", "section", "annex"}  # what opens by itself; other kinds are gathered
GATHERED = 8_000  # characters after which a run of short pieces goes on in the next place
LONGEST = 16_000  # characters after which a long annex goes on in the next place
BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+")


@dataclass(frozen=True, slots=True)
class Place:
    """text[start:end] is shown together; `title` names it in the contents. `page` is where it begins, if known."""

    title: str
    start: int
    end: int
    page: int | None = None


def places(provisions: Sequence[Provision], length: int) -> tuple[Place, ...]:
    """The whole text, cut where articles begin. `length` is the text's; no provisions give one place."""
    groups: list[list[Provision]] = []
    for provision in sorted(provisions, key=lambda p: p.span.start):
        if not groups or _opens(provision, groups[-1]):
            groups.append([])
        groups[-1].append(provision)
    found: list[Place] = []
    for group in groups:
        end = max(length if group is groups[-1] else 0, *(p.span.end for p in group), found[-1].end if found else 0)
        found.append(Place(_title(group, found), found[-1].end if found else 0, end, group[0].span.page))
    return tuple(found) or (Place("Text", 0, length),)


def at(found: Sequence[Place], offset: int) -> int:
    """The index of the place that holds `offset`."""
    index = bisect_right([place.end for place in found], offset)
    return min(index, len(found) - 1)


def _opens(provision: Provision, group: list[Provision]) -> bool:
    size = provision.span.start - group[0].span.start
    if size > LONGEST:
        return True
    if provision.parent is not None:
        return False
    return provision.kind in ALONE or provision.kind != group[0].kind or size > GATHERED


def _title(group: list[Provision], before: list[Place]) -> str:
    first, tops = group[0], [p for p in group if p.parent is None]
    if first.kind in ALONE and first.parent is None:
        heading = first.heading if first.heading != first.path else ""
        return f"{first.path} — {heading}" if heading else first.path
    if first.parent is not None and before:
        return f"{before[-1].title.removesuffix(' (continued)')} (continued)"
    if len(tops) < 2:
        return first.path
    if first.kind == "recital":
        return f"Recitals {_number(tops[0])}–{_number(tops[-1])}"
    return f"{first.path} – {tops[-1].path.rpartition(', ')[2]}"


def _number(recital: Provision) -> str:
    return recital.path.removeprefix("Recital ")


def blocks(text: str, provisions: Sequence[Provision], place: Place) -> tuple[TextBlock, ...]:
    """The place's paragraphs, points and headings, as the text has them; indented by their depth."""
    near = [p for p in provisions if p.span.start <= place.end and p.span.end >= place.start]
    ordered = sorted(near, key=lambda p: p.span.start)
    depths = _depths(ordered, {p.id: p for p in provisions})
    starts = [p.span.start for p in ordered]
    found = []
    for start, end in _cuts(text, starts, place):
        first, last = bisect_left(starts, start), bisect_right(starts, end)
        owner = next((p for p in ordered[first:last] if p.span.end > p.span.start), None)
        covering = ordered[first - 1] if first and ordered[first - 1].span.end > start else None
        marked = MARKDOWN_HEADING.match(text, start, end)
        body = owner or covering
        kind = "heading" if marked or body is None else _kind(body)
        found.append(
            TextBlock(
                start=marked.end() if marked else start,
                text=text[marked.end() if marked else start : end],
                kind=kind,
                level=depths[body.id] if body and kind != "heading" else 0,
            )
        )
    return tuple(found)


def _kind(provision: Provision) -> str:
    return provision.kind if provision.kind in ("table_row", "note") else "paragraph"


def _depths(provisions: Sequence[Provision], by_id: Mapping[str, Provision]) -> dict[str, int]:
    """How many points each provision stands under, itself included; `by_id` has those above them too."""
    depths: dict[str, int] = {}
    for provision in provisions:
        depth, step = 0, provision
        while step:
            depth += step.kind == "point"
            step = by_id.get(step.parent or "")
        depths[provision.id] = depth
    return depths


def _cuts(text: str, starts: Sequence[int], place: Place) -> list[tuple[int, int]]:
    """Where blocks begin and end: at blank lines, and at lines on which another provision begins."""
    edges = {place.start}
    edges |= {match.end() for match in BLANK_LINE.finditer(text, place.start, place.end)}
    for start in starts[bisect_left(starts, place.start) : bisect_left(starts, place.end)]:
        edges.add(max(place.start, text.rfind("\n", place.start, start) + 1))
    ordered = [*sorted(edges), place.end]
    found = []
    for start, end in pairwise(ordered):
        piece = text[start:end]
        body = piece.strip()
        if body:
            begin = start + piece.index(body[0])
            found.append((begin, begin + len(body)))
    return found
