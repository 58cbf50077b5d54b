"""Which two versions are compared: the newest two of a regulation, or any two documents."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import library
from core.types import User
from pages.parts.words import day, plain, short

Rows = Sequence[library.DocumentRow]
Pair = tuple[library.DocumentRow, library.DocumentRow]


def choose(db: Database, user: User) -> Pair | None:
    """The widgets, in the row that the caller has opened; None while there are no two documents to compare.

    The URL decides: `old` and `new`, else `document`, whose two latest versions are meant.
    """
    shelf = library.documents(db, user)
    asked = [st.query_params.get(name) for name in ("old", "new")]
    for id in (*asked, st.query_params.get("document")):
        if id:
            library.document_row(db, user, id)  # one that may not be seen is said not to exist
    old, new = asked if all(asked) else _latest(shelf, st.query_params.get("document"))
    if old is None or new is None:
        return None
    ordered = sorted(shelf, key=lambda one: (_family(one) != _family(_row(shelf, new)), one.title, one.version_number))
    ids = [one.id for one in ordered]
    picked = [
        st.selectbox(
            title, ids, ids.index(id), key=f"{title}-{id}", width="stretch",
            format_func=lambda one: named(_row(shelf, one)),
        )
        for title, id in (("Old", old), ("New", new))
    ]  # fmt: skip
    if st.button("", icon=":material/swap_horiz:", key="swap", help="Swap old and new"):
        picked.reverse()
    if picked != [old, new]:
        st.query_params.clear()
        st.query_params.update({"old": picked[0], "new": picked[1]})
        st.rerun()
    return _row(shelf, old), _row(shelf, new)


def named(one: library.DocumentRow) -> str:
    """Its version first: the title is the same for all of them and often long."""
    number = f"version {one.version_number}, " if one.version_count > 1 else ""
    return f"{short(one.title)}: {number}{one.version or day(one.created_at)}"


def nothing(db: Database, user: User) -> None:
    """Why there is nothing to compare, and what to do about it."""
    shelf = library.documents(db, user)
    if not shelf:
        st.info("There is nothing to compare yet. Add a regulation, and later its next version.")
    else:
        st.info(
            "There is only one version so far. Add the next one under Documents: a file with the same official number"
            " or title becomes version 2, and what you said of unchanged duties is carried over."
        )
    st.page_link("pages/documents.py", label="Add a document", icon=":material/folder_open:")
    if len(shelf) > 1:
        here = _row(shelf, st.query_params.get("document") or shelf[0].id)
        other = st.selectbox(
            f"Or compare {plain(short(here.title))} with another document",
            [one.id for one in shelf if one.id != here.id],
            index=None,
            placeholder="Choose a document",
            format_func=lambda id: named(_row(shelf, id)),
            width=480,
        )
        if other:
            st.query_params.update({"old": other, "new": here.id})
            st.rerun()


def _latest(shelf: Rows, document_id: str | None) -> tuple[str | None, str | None]:
    """The two latest versions of this document's regulation, or of the one that got a version last."""
    wanted = _family(_row(shelf, document_id)) if document_id else None
    for one in shelf:
        if one.version_count > 1 and wanted in (None, _family(one)):
            numbered = sorted(
                (row for row in shelf if _family(row) == _family(one)), key=lambda row: row.version_number
            )
            return numbered[-2].id, numbered[-1].id
    return None, None


def _family(one: library.DocumentRow) -> str:
    """What versions of each other share."""
    return one.first_version


def _row(shelf: Rows, id: str) -> library.DocumentRow:
    return next(one for one in shelf if one.id == id)
