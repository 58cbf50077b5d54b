"""What of a document is open, and the document's obligations as marks over it. The URL says what is open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import Document, Obligation, Provision, User, Word
from pages.parts import boxes, places, url
from pages.parts.source_view import Mark, Part, Sheet, source_view
from pages.parts.words import label

PAGE, ARTICLE, VIEW = "page", "article", "view"
PLACE = "place"  # "120-184": what only a reading has that the register does not show
GAP = 40  # code points between words of one stretch: a line break, a heading's number, a hyphen undone


@dataclass(frozen=True, slots=True)
class Opened:
    """What is shown: a page with its words, or a place of the text. `index` counts pages or places from 0.

    `stretches` are the parts of the text that are seen: a page's notes stand at the end of the text.
    """

    name: str
    stretches: tuple[tuple[int, int], ...]
    index: int
    of: int
    words: tuple[Word, ...] | None = None

    @property
    def sheet(self) -> bool:
        return self.words is not None

    def shows(self, start: int, end: int) -> bool:
        return any(start < last and end > first for first, last in self.stretches)


def opened(
    db: Database,
    user: User,
    document: Document,
    contents: Sequence[places.Place],
    stops: Sequence[register.Stop],
    chosen: register.Stop | None,
) -> Opened:
    """What the URL names, else what holds the chosen obligation, else the first page or the first obligation."""
    if document.pages and st.query_params.get(VIEW) != "text":
        return _page(db, user, document, chosen)
    article = st.query_params.get(ARTICLE)
    index = next((at for at, place in enumerate(contents) if article and _names(place, article)), None)
    if index is None:
        first = chosen or next(iter(stops), None)
        index = places.at(contents, first.position) if first else 0
    place = contents[index]
    return Opened(place.title, ((place.start, place.end),), index, len(contents))


def view(
    db: Database,
    user: User,
    document: Document,
    what: Opened,
    contents: Sequence[places.Place],
    provisions: Sequence[Provision],
    marks: Sequence[Mark],
    chosen: register.Stop | None,
) -> tuple[int, int] | None:
    """Draw it with its marks; gives the stretch of text that the reader wants to add by hand."""
    chosen_id = chosen.obligation_id if chosen else None
    alone = None if chosen else _alone(what)
    marks, lit = [*marks, *([alone] if alone else [])], PLACE if alone else chosen_id

    def picked(mark_id: str) -> None:
        if mark_id != PLACE:  # it is no obligation of the register, and is shown already
            choose(mark_id)

    def turned(by: int) -> None:
        if way := turn(what, contents, by):
            go(*way)

    if what.words is not None:
        placed = [replace(mark, boxes=boxes.lines(what.words, mark.start, mark.end)) for mark in marks]
        return source_view(
            "sheet", f"{what.name} of {what.of}", _sheet(db, user, document, what.index, what.words),
            [mark for mark in placed if mark.boxes], chosen=lit, on_chosen=picked, on_turned=turned,
        )  # fmt: skip
    [(start, end)] = what.stretches
    text = places.blocks(document.text, provisions, places.Place(what.name, start, end))
    found = register.record(db, user, f"{document.id}.{chosen_id}").obligation if chosen_id else None
    parts = parts_of(found, document.text) if found else ()
    return source_view("source", what.name, text, marks, parts=parts, chosen=lit, on_chosen=picked, on_turned=turned)


def _sheet(db: Database, user: User, document: Document, index: int, words: Sequence[Word]) -> Sheet:
    page = document.pages[index]
    return Sheet(
        image=library.page_png(db, user, document.id, page.number),
        width=page.width,
        height=page.height,
        words=tuple((w.start, w.end, w.x0, w.y0, w.x1, w.y1, document.text[w.start : w.end]) for w in words),
    )


def context(db: Database, user: User, shown: register.ToCheck) -> None:
    """The part of the document that one thing to check stands in, with its words marked; nothing else to do there."""
    document = library.document(db, user, shown.document_id)
    provisions = library.provisions(db, user, shown.document_id)
    contents = places.places(provisions, len(document.text))
    place = contents[places.at(contents, shown.position)]
    mark = Mark(shown.id, shown.position, shown.end or shown.position, "medium", shown.kind, shown.path)
    blocks = places.blocks(document.text, provisions, place)
    source_view("context", place.title, blocks, [mark], chosen=shown.id, can_add=False)


def marks(what: Opened, rows: Sequence[register.Row], leads: Sequence[register.Lead]) -> list[Mark]:
    """Obligations and sentences that nothing covers, where they are seen."""
    found = [
        Mark(row.obligation_id, row.position, row.end, row.risk, row.modality, _label(row))
        for row in rows
        if what.shows(row.position, row.end)
    ]
    for lead in leads:
        if lead.start is not None and lead.end is not None and what.shows(lead.start, lead.end):
            missed = "No obligation covers this sentence"
            found.append(Mark(lead.id, lead.start, lead.end, "uncovered", "uncovered", missed))
    return found


# --- ways: what the URL must say for something else to be open ---------------------------------------------------


def turn(what: Opened, contents: Sequence[places.Place], by: int) -> tuple[str, str] | None:
    """The way to the next or the previous page or place; None where there is none."""
    index = what.index + by
    if not 0 <= index < what.of:
        return None
    return (PAGE, str(index + 1)) if what.sheet else (ARTICLE, contents[index].title)


def go(name: str, value: str) -> None:
    """Open a page or a place; for a callback."""
    st.query_params[name] = value


def go_to_place(what: Opened, place: places.Place) -> None:
    """Open a place of the contents: its page, where pages are shown."""
    if what.sheet and place.page:
        go(PAGE, str(place.page))
        return
    go(ARTICLE, place.title)
    if what.sheet:
        go(VIEW, "text")


def show_alone(what: Opened, contents: Sequence[places.Place], one: Obligation) -> None:
    """Open the place of a norm that the register does not have, and light it up."""
    st.query_params.pop("obligation", None)
    go(PLACE, f"{one.span.start}-{one.span.end}")
    if what.sheet and one.span.page:
        go(PAGE, str(one.span.page))
    else:
        go_to_place(what, contents[places.at(contents, one.span.start)])


def _alone(what: Opened) -> Mark | None:
    """The mark of such a norm, where the URL names a place that is seen."""
    first, _, last = st.query_params.get(PLACE, "").partition("-")
    if not (first.isdecimal() and last.isdecimal() and max(len(first), len(last)) <= url.MOST_DIGITS):
        return None
    start, end = int(first), int(last)
    shown = start < end and what.shows(start, end)
    return Mark(PLACE, start, end, "uncovered", "uncovered", "Only a model's reading has this") if shown else None


def choose(obligation_id: str, *, stay: bool = True) -> None:
    """Make it the chosen one; unless `stay`, the source follows to its place. For a callback."""
    st.query_params.pop(PLACE, None)
    go("obligation", obligation_id)
    if not stay:
        leave()


def leave() -> None:
    """Forget what was opened, so that the source follows the chosen obligation."""
    for name in (PAGE, ARTICLE):
        st.query_params.pop(name, None)


def parts_of(chosen: Obligation, text: str) -> tuple[Part, ...]:
    """What made it an obligation, as places in the text: the mark, who must act, until when, unless."""
    draft = chosen.draft
    found = [(draft.mark, "mark"), (draft.lead_in, "lead")]
    found += [(one.passage, "deadline") for one in draft.deadlines]
    found += [(one, "condition") for one in draft.conditions] + [(one, "exception") for one in draft.exceptions]
    parts = [Part(one.start, one.end or 0, role) for one, role in found if one and one.start is not None]
    for span in filter(None, (chosen.span, chosen.lead_in)):
        at = text.find(draft.bearer.text, span.start, span.end) if draft.bearer.text else -1
        if at >= 0:
            return (*parts, Part(at, at + len(draft.bearer.text), "bearer"))
    return tuple(parts)


def _names(place: places.Place, article: str) -> bool:
    return place.title == article or place.title.startswith(f"{article} —")


def _page(db: Database, user: User, document: Document, chosen: register.Stop | None) -> Opened:
    asked = st.query_params.get(PAGE, "")[: url.MOST_DIGITS]
    number = int(asked) if asked.isdecimal() else (chosen.page if chosen and chosen.page else 1)
    number = min(max(1, number), len(document.pages))
    words = tuple(library.words(db, user, document.id, number))
    return Opened(f"Page {number}", _stretches(words), number - 1, len(document.pages), words)


def _stretches(words: Sequence[Word]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for word in sorted(words, key=lambda one: one.start):
        if found and word.start - found[-1][1] <= GAP:
            found[-1] = (found[-1][0], word.end)
        else:
            found.append((word.start, word.end))
    return tuple(found)


def _label(row: register.Row) -> str:
    who = f": {row.bearer}" if row.bearer else ""
    return f"{row.path}, {label(row.modality).lower()}, {row.risk} risk{who}"
