"""Where it stands: the page, or place of the text, that holds the chosen obligation, with the others marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from sqlite_utils import Database

from core import library
from core.types import Document, Obligation, User
from pages.parts import boxes, places, source
from pages.parts.source_view import Mark, Sheet, source_view
from pages.parts.words import label, plain, short


@dataclass(frozen=True, slots=True)
class Shown:
    """What is open of the document, in words, and how to draw it."""

    name: str
    draw: Callable[[], object]


def beside(db: Database, user: User, document_id: str, found: Sequence[Obligation], chosen: Obligation) -> None:
    """The heading with the way to the whole document, and the page."""
    document = library.document(db, user, document_id)
    opened = _sheet(db, user, document, found, chosen) or _text(db, user, document, found, chosen)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="review-source-bar"):
        st.page_link(
            "pages/document.py",
            label=plain(short(document.title)),
            icon=":material/article:",
            query_params={"document": document_id, "obligation": chosen.id},
        )
        st.markdown(f":gray[{plain(opened.name)}]", width="content")
    opened.draw()


def _sheet(
    db: Database, user: User, document: Document, found: Sequence[Obligation], chosen: Obligation
) -> Shown | None:
    number = chosen.span.page
    if not document.pages or not number:
        return None
    words = library.words(db, user, document.id, number)
    marks = [_mark(one, boxes.lines(words, one.span.start, one.span.end)) for one in found]
    marks = [mark for mark in marks if mark.boxes]
    if not any(mark.id == chosen.id for mark in marks):
        return None  # a page that was not read word by word: the text shows it
    page = document.pages[number - 1]
    sheet = Sheet(
        image=library.page_png(db, user, document.id, number),
        width=page.width,
        height=page.height,
        words=tuple((w.start, w.end, w.x0, w.y0, w.x1, w.y1, document.text[w.start : w.end]) for w in words),
    )
    name = f"Page {number} of {len(document.pages)}"
    return Shown(name, lambda: _draw("review-sheet", name, sheet, marks, (), chosen))


def _text(db: Database, user: User, document: Document, found: Sequence[Obligation], chosen: Obligation) -> Shown:
    provisions = library.provisions(db, user, document.id)
    contents = places.places(provisions, len(document.text))
    place = contents[places.at(contents, chosen.span.start)]
    blocks = places.blocks(document.text, provisions, place)
    marks = [_mark(one, ()) for one in found if one.span.start < place.end and one.span.end > place.start]
    parts = source.parts_of(chosen, document.text)
    return Shown(place.title, lambda: _draw("review-text", place.title, blocks, marks, parts, chosen))


def _draw(key, name, what, marks, parts, chosen) -> None:  # type: ignore[no-untyped-def]
    def told(obligation_id: str) -> None:
        st.query_params["obligation"] = obligation_id

    source_view(key, name, what, marks, parts=parts, chosen=chosen.id, can_add=False, on_chosen=told)


def _mark(one: Obligation, found: Sequence[tuple[float, float, float, float]]) -> Mark:
    draft = one.draft
    said = f"{draft.provision.path}, {label(draft.modality).lower()}, {one.risk.level} risk"
    return Mark(one.id, one.span.start, one.span.end, one.risk.level, draft.modality, said, tuple(found))
