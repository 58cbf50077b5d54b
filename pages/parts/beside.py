"""What stands around the source of a document: its title, its contents, and the panel beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import Document, Obligation, User
from pages.parts import (
    bulk,
    card,
    coverage,
    custody,
    downloads,
    readings,
    record,
    review_actions,
    shelf,
    source,
    summary,
)
from pages.parts.obligation_list import obligation_list
from pages.parts.places import Place, at
from pages.parts.source import PAGE, VIEW, Opened
from pages.parts.words import badge, label, legible, plain

TABS = ("Obligations", "Readings", "Coverage", "Summary", "Actions", "Details", "Export")
KEYS = "`J` `K` next, previous mark · `Enter` opens it · select text, then `A` adds an obligation"


@dataclass(frozen=True, slots=True)
class Open:
    """What is open of a document: `here` are the obligations shown, `stops` those of the whole document."""

    document: Document
    what: Opened
    contents: Sequence[Place]
    stops: Sequence[register.Stop]
    here: Sequence[register.Row]
    chosen: register.Stop | None

    @property
    def noun(self) -> str:
        return "page" if self.what.sheet else "part"

    def name(self, stop: register.Stop) -> str:
        """Where an obligation is to be found: "page 24", or "Article 5"."""
        if self.what.sheet and stop.page:
            return f"page {stop.page}"
        return self.contents[at(self.contents, stop.position)].title.partition(" — ")[0]


def title(shown: library.DocumentRow) -> None:
    with st.container(key="document-title", horizontal=True, vertical_alignment="center", wrap=False):
        st.page_link(
            "pages/documents.py", label="Documents", icon=":material/arrow_back:", query_params={"document": shown.id}
        )
        st.header(plain(legible(shown.title)), anchor=False, width="stretch")
        version = f"version {shown.version_number} of {shown.version_count}"
        kind, number = label(shown.type), shown.regulation or ""
        facts = ["" if number.startswith(kind) else kind, number, version if shown.version_count > 1 else ""]
        state = badge(label(shelf.status(shown)), shelf.STATUSES[shelf.status(shown)])
        st.markdown(f":gray[{plain(' · '.join(filter(None, facts)))}] {state}", width="content")


def toolbar(document: Document, what: Opened, contents: Sequence[Place]) -> None:
    """Back and forth, the contents, and page or text."""
    with st.container(horizontal=True, vertical_alignment="center", key="source-bar"):
        for by, icon, name in ((-1, ":material/chevron_left:", "Previous"), (1, ":material/chevron_right:", "Next")):
            way = source.turn(what, contents, by)
            st.button(
                "", key=f"turn{by}", icon=icon, help=f"{name} {'page' if what.sheet else 'part'}", disabled=way is None,
                on_click=source.go, args=way or (),
            )  # fmt: skip
        if what.sheet:
            key = f"page-{what.index}"
            st.number_input(
                "Page", 1, what.of, what.index + 1, key=key, label_visibility="collapsed", width=110,
                on_change=_with(key, lambda number: source.go(PAGE, str(number))),
            )  # fmt: skip
            st.markdown(f":gray[of {what.of}]")
        _contents(what, contents)
        if document.pages:
            _views(what)


def keys() -> None:
    """What the keyboard does in the source, under it."""
    with st.container(key="source-keys"):
        st.markdown(f":gray[{KEYS}]")


def _contents(what: Opened, contents: Sequence[Place]) -> None:
    """The places of the document; the one that is open, or that the page begins with, stands there."""
    first = what.stretches[0][0] if what.stretches else None
    here = None if first is None else at(contents, first)
    key = f"contents-{what.sheet}-{what.index}"

    def opened(place: int | None) -> None:
        if place is not None:
            source.go_to_place(what, contents[place])

    st.selectbox(
        "Contents", range(len(contents)), here, format_func=lambda place: contents[place].title, key=key,
        label_visibility="collapsed", placeholder="Go to an article", on_change=_with(key, opened),
    )  # fmt: skip


def _views(what: Opened) -> None:
    now = "Page" if what.sheet else "Text"
    key = f"view-{now}"

    def wanted(view: str) -> None:
        source.leave()
        source.go(VIEW, view.lower())

    st.segmented_control(
        "View", ["Page", "Text"], default=now, key=key, label_visibility="collapsed", required=True,
        on_change=_with(key, wanted),
    )  # fmt: skip


def _with(key: str, then: Callable[..., object]) -> Callable[[], None]:
    """A callback that gets what the widget holds: the page is drawn once, with what was chosen."""

    def told() -> None:
        then(st.session_state[key])

    return told


def beside(db: Database, user: User, shown: library.DocumentRow, view: Open) -> None:
    custody.gate(db, user, shown)
    tabs = st.tabs(TABS, key="tab", bind="query-params", on_change="rerun")
    with tabs[0]:
        if tabs[0].open:
            _obligations(db, user, shown, view)
    with tabs[1]:
        if tabs[1].open:
            readings.readings(db, user, shown, lambda one: _show(view, one))
    with tabs[2]:
        if tabs[2].open:
            coverage.coverage(db, user, shown.id)
    with tabs[3]:
        if tabs[3].open:
            summary.summary(db, user, shown)
    with tabs[4]:
        if tabs[4].open:
            review_actions.actions(db, user, shown)
    with tabs[5]:
        if tabs[5].open:
            shelf.warnings(shown)
            shelf.versions(db, user, shown)
            card.card(db, user, shown)
    with tabs[6]:
        if tabs[6].open:
            downloads.downloads(db, user, register.Filter(document=shown.id), shown.title)


def _show(view: Open, one: Obligation) -> None:
    """What a reading found, in the source: chosen where the register has it, else its place lit up."""
    if any(stop.obligation_id == one.id for stop in view.stops):
        source.choose(one.id, stay=False)
    else:
        source.show_alone(view.what, view.contents, one)


def _obligations(db: Database, user: User, shown: library.DocumentRow, view: Open) -> None:
    chosen = view.chosen
    if not view.stops and not chosen:
        _none_at_all(shown)
        return
    _steps(view)
    if view.here:
        obligation_list("here", view.here, chosen.obligation_id if chosen else None, source.choose)
    else:
        _none_here(view)
    if chosen:
        record.record(db, user, f"{shown.id}.{chosen.obligation_id}", buttons=lambda: bulk.undo(db, user))
    elif view.here:
        st.caption("Choose an obligation here or in the source. Select text in the source to add one by hand.")


def _none_at_all(shown: library.DocumentRow) -> None:
    if shown.scope == "in_scope":
        st.info("No obligations were found. Select text in the source to add one by hand.")
        return
    said = {"out_of_scope": "It is out of scope", "escalate": "It was escalated"}[shown.scope]
    why = "; ".join(plain(reason) for reason in shown.scope_reasons)
    st.info(
        f"No obligations were read from this document. {said}{f': {why}' if why else ''}."
        " If that is wrong, select text in the source to add an obligation by hand."
    )


def _none_here(view: Open) -> None:
    """Where the next ones are, and the way there."""
    before, after = _neighbours(view)
    near, which = (after, "next") if after else (before, "last one before it")
    if view.what.sheet and view.document.pages[view.what.index].state == "unread":
        st.warning("This page could not be read; Details says why.", icon=":material/warning:")
    if near is None:
        return
    place = view.name(near)
    st.markdown(
        f"No obligations on this {view.noun}; the {which} is {'on' if view.what.sheet else 'in'} {plain(place)}."
    )
    st.button(
        f"Go to {plain(place)}", key="go-near", icon=":material/arrow_forward:", on_click=source.choose,
        args=(near.obligation_id,), kwargs={"stay": False},
    )  # fmt: skip


def _steps(view: Open) -> None:
    """How many there are, and the way from one to the next through the whole document."""
    place = next((n for n, stop in enumerate(view.stops, 1) if stop == view.chosen), None)
    total, here = f"{len(view.stops):,}", f"{len(view.here)} on this {view.noun}"
    said = f"**{place:,}** of {total} :gray[· {here}]" if place else f"{total} in the document :gray[· {here}]"
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="steps"):
        st.markdown(said, width="stretch")
        for stop, name, key in zip(_neighbours(view), ("Previous", "Next"), ("K", "J"), strict=True):
            st.button(
                name, key=f"step-{name}", shortcut=key, disabled=stop is None, on_click=source.choose,
                args=(stop.obligation_id,) if stop else (), kwargs={"stay": False},
            )  # fmt: skip


def _neighbours(view: Open) -> tuple[register.Stop | None, register.Stop | None]:
    """The obligations before and after the chosen one, or before and after what is open."""
    chosen, stretches = view.chosen, view.what.stretches
    if chosen and view.what.shows(chosen.position, chosen.end):
        place = (chosen.position, chosen.end)
    elif stretches:
        place = (stretches[0][0], stretches[0][0])
    else:  # a blank page
        number = view.what.index + 1
        place = next(
            ((stop.position, stop.end) for stop in view.stops if (stop.page or 0) > number),
            (len(view.document.text), 0),
        )
    others = [stop for stop in view.stops if stop != chosen or not view.what.shows(stop.position, stop.end)]
    after = next((stop for stop in others if (stop.position, stop.end) >= place), None)
    before = next((stop for stop in reversed(others) if (stop.position, stop.end) < place), None)
    return before, after
