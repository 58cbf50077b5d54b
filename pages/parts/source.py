"""What of a document is open, and the document's obligations as marks over it. The URL says what is open."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import Document, Obligation, User
from pages.parts import boxes, places
from pages.parts.source_view import Event, Mark, Part, Sheet, source_view
from pages.parts.words import label

PAGE, ARTICLE, VIEW = "page", "article", "view"


@dataclass(frozen=True, slots=True)
class Opened:
    """A stretch of the document: a page, or a place of the text. `index` counts pages or places from 0."""

    name: str
    start: int
    end: int
    index: int
    of: int
    sheet: bool


def opened(
    db: Database, user: User, document: Document, chosen: register.Row | None
) -> tuple[Opened, Sequence[places.Place]]:
    """What the URL names, else what holds the chosen obligation, else the beginning."""
    contents = _contents(db, user, document)
    if document.pages and st.query_params.get(VIEW) != "text":
        return _page(db, user, document, chosen, contents), contents
    article = st.query_params.get(ARTICLE)
    index = next((at for at, place in enumerate(contents) if article and _names(place, article)), None)
    if index is None:
        index = places.at(contents, chosen.position) if chosen else _first(contents)
    place = contents[index]
    return Opened(place.title, place.start, place.end, index, len(contents), sheet=False), contents


def view(
    db: Database,
    user: User,
    document: Document,
    what: Opened,
    rows: Sequence[register.Row],
    leads: Sequence[register.Lead],
    chosen: Obligation | None,
    chosen_id: str | None,
) -> Event:
    """Draw it with its marks; gives what the reader did."""
    if what.sheet:
        return _sheet(db, user, document, what, rows, leads, chosen_id)
    provisions = library.provisions(db, user, document.id)
    text = places.blocks(document.text, provisions, places.Place(what.name, what.start, what.end))
    parts = parts_of(chosen, document.text) if chosen else ()
    return source_view("source", what.name, text, _marks(what, rows, leads), parts=parts, chosen=chosen_id)


def turn(what: Opened, contents: Sequence[places.Place], by: int) -> None:
    """Open the next or the previous page or place."""
    index = what.index + by
    if not 0 <= index < what.of:
        return
    if what.sheet:
        st.query_params[PAGE] = str(index + 1)
    else:
        st.query_params[ARTICLE] = contents[index].title


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
            parts.append(Part(at, at + len(draft.bearer.text), "bearer"))
            break
    return tuple(parts)


def _contents(db: Database, user: User, document: Document) -> tuple[places.Place, ...]:
    return places.places(library.provisions(db, user, document.id), len(document.text))


def _names(place: places.Place, article: str) -> bool:
    return place.title == article or place.title.startswith(f"{article} —")


def _first(contents: Sequence[places.Place]) -> int:
    return next(
        (at for at, place in enumerate(contents) if place.title.startswith(("Article", "§", "Section", "1"))), 0
    )


def _page(
    db: Database, user: User, document: Document, chosen: register.Row | None, contents: Sequence[places.Place]
) -> Opened:
    asked = st.query_params.get(PAGE, "")
    number = int(asked) if asked.isdecimal() else (chosen.page if chosen and chosen.page else 1)
    number = min(max(1, number), len(document.pages))
    words = library.words(db, user, document.id, number)
    start, end = (words[0].start, max(word.end for word in words)) if words else (0, 0)
    return Opened(f"Page {number}", start, end, number - 1, len(document.pages), sheet=True)


def _sheet(
    db: Database,
    user: User,
    document: Document,
    what: Opened,
    rows: Sequence[register.Row],
    leads: Sequence[register.Lead],
    chosen_id: str | None,
) -> Event:
    page = document.pages[what.index]
    words = library.words(db, user, document.id, page.number)
    sheet = Sheet(
        image=library.page_png(db, user, document.id, page.number),
        width=page.width,
        height=page.height,
        start=what.start,
        text=document.text[what.start : what.end],
        words=tuple((w.start, w.end, w.x0, w.y0, w.x1, w.y1) for w in words),
    )
    marks = []
    for mark in _marks(what, rows, leads):
        lines = boxes.lines(words, mark.start, mark.end)
        if lines:
            marks.append(Mark(mark.id, mark.start, mark.end, mark.tone, mark.kind, mark.label, lines))
    return source_view("sheet", f"{what.name} of {what.of}", sheet, marks, chosen=chosen_id)


def _marks(what: Opened, rows: Sequence[register.Row], leads: Sequence[register.Lead]) -> list[Mark]:
    found = [
        Mark(row.obligation_id, row.position, row.end, row.risk, row.modality, _label(row))
        for row in rows
        if row.position < what.end and row.end > what.start
    ]
    for lead in leads:
        if lead.start is not None and lead.end is not None and lead.start < what.end and lead.end > what.start:
            found.append(
                Mark(lead.id, lead.start, lead.end, "uncovered", "uncovered", "No obligation covers this sentence")
            )
    return found


def _label(row: register.Row) -> str:
    who = f": {row.bearer}" if row.bearer else ""
    return f"{row.path}, {label(row.modality).lower()}, {row.risk} risk{who}"
