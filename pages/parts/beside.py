"""What stands around the source of a document: its title, its contents, and the panel beside it."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import Document, User
from pages.parts import bulk, card, coverage, custody, downloads, record, shelf, source, summary, tables
from pages.parts.places import Place
from pages.parts.source import PAGE, VIEW, Opened
from pages.parts.words import badge, count, label, plain

TABS = ("Obligations", "Coverage", "Summary", "Actions", "Details", "Export")


def title(shown: library.DocumentRow) -> None:
    with st.container(key="document-title", horizontal=True, vertical_alignment="center", wrap=False):
        st.header(plain(shown.title), anchor=False, width="stretch")
        version = f"version {shown.version_number} of {shown.version_count}"
        kind, number = label(shown.type), shown.regulation or ""
        facts = ["" if number.startswith(kind) else kind, number, version if shown.version_count > 1 else ""]
        state = badge(label(shelf.status(shown)), shelf.STATUSES[shelf.status(shown)])
        st.markdown(f":gray[{plain(' · '.join(filter(None, facts)))}] {state}", width="content")


def toolbar(document: Document, what: Opened, contents: Sequence[Place]) -> None:
    """Back and forth, the contents, and page or text."""
    with st.container(horizontal=True, vertical_alignment="center", key="source-bar"):
        for by, icon, name in ((-1, ":material/chevron_left:", "Previous"), (1, ":material/chevron_right:", "Next")):
            noun = "page" if what.sheet else "part"
            if st.button(
                "", key=f"turn{by}", icon=icon, help=f"{name} {noun}", disabled=not 0 <= what.index + by < what.of
            ):
                source.turn(what, contents, by)
                st.rerun()
        if what.sheet:
            number = st.number_input(
                "Page", 1, what.of, what.index + 1, key=f"page-{what.index}", label_visibility="collapsed", width=110
            )
            st.markdown(f":gray[of {what.of}]")
            if number != what.index + 1:
                st.query_params[PAGE] = str(number)
                st.rerun()
        _contents(what, contents)
        if document.pages:
            _views(what)


def _contents(what: Opened, contents: Sequence[Place]) -> None:
    here = None if what.sheet else what.index
    place = st.selectbox(
        "Contents", range(len(contents)), here, format_func=lambda at: contents[at].title,
        key=f"contents-{what.sheet}-{what.index}", label_visibility="collapsed", placeholder="Go to an article",
    )  # fmt: skip
    if place is None or place == here:
        return
    source.go(what, contents[place])
    st.rerun()


def _views(what: Opened) -> None:
    now = "Page" if what.sheet else "Text"
    wanted = st.segmented_control(
        "View", ["Page", "Text"], default=now, key=f"view-{now}", label_visibility="collapsed", required=True
    )
    if wanted != now:
        source.leave()
        st.query_params[VIEW] = wanted.lower()
        st.rerun()


def choose(obligation_id: str, *, stay: bool = True) -> None:
    """Make it the chosen one; unless `stay`, the source follows to its place."""
    st.query_params["obligation"] = obligation_id
    if not stay:
        source.leave()
    st.rerun()


def beside(
    db: Database,
    user: User,
    shown: library.DocumentRow,
    what: Opened,
    rows: Sequence[register.Row],
    chosen: register.Row | None,
) -> None:
    custody.gate(db, user, shown)
    tabs = st.tabs(TABS, key="tab", bind="query-params", on_change="rerun")
    with tabs[0]:
        if tabs[0].open:
            _obligations(db, user, what, rows, chosen)
    with tabs[1]:
        if tabs[1].open:
            coverage.coverage(db, user, shown.id)
    with tabs[2]:
        if tabs[2].open:
            summary.summary(db, user, shown)
    with tabs[3]:
        if tabs[3].open:
            summary.actions(db, user, shown)
    with tabs[4]:
        if tabs[4].open:
            shelf.warnings(shown)
            shelf.versions(db, user, shown)
            shelf.runs(db, user, shown)
            card.card(db, user, shown)
    with tabs[5]:
        if tabs[5].open:
            downloads.downloads(db, user, register.Filter(document=shown.id), shown.title)


def _obligations(
    db: Database, user: User, what: Opened, rows: Sequence[register.Row], chosen: register.Row | None
) -> None:
    here = [row for row in rows if what.shows(row.position, row.end)]
    _steps(what, rows, chosen, len(here))
    if here:
        picked = tables.table(
            "beside",
            [row.obligation_id for row in here],
            {
                "path": [row.path for row in here],
                "risk": [[row.risk] for row in here],
                "who": [row.bearer for row in here],
                "what": [row.action for row in here],
            },
            {
                "path": st.column_config.TextColumn("Place", width=120),
                "who": st.column_config.TextColumn("Who", width=120),
                "what": st.column_config.TextColumn("What", width=240),
                "risk": tables.risk_column(),
            },
            height=232,
            chosen=chosen.obligation_id if chosen else None,
        )
        if picked.id:
            choose(picked.id)
    if chosen:
        record.record(db, user, chosen.id, buttons=lambda: bulk.undo(db, user))
    elif here:
        st.caption("Choose an obligation here or in the source. Select text in the source to add one by hand.")


def _steps(what: Opened, rows: Sequence[register.Row], chosen: register.Row | None, here: int) -> None:
    """How many there are, and the way from one to the next through the whole document."""
    place = next((at for at, row in enumerate(rows) if chosen and row.id == chosen.id), None)
    with st.container(horizontal=True, vertical_alignment="center", key="steps"):
        st.markdown(
            f"{count(here, 'obligation')} on this {'page' if what.sheet else 'part'} :gray[of {len(rows):,}]",
            width="stretch",
        )
        before = place - 1 if place is not None else None
        after = (
            place + 1
            if place is not None
            else next((at for at, row in enumerate(rows) if row.position >= what.stretches[0][0]), None)
        )
        for step, name, key in ((before, "Previous", "K"), (after, "Next", "J")):
            possible = step is not None and 0 <= step < len(rows)
            if st.button(name, key=f"step-{name}", shortcut=key, disabled=not possible) and possible:
                choose(rows[step].obligation_id, stay=False)
