"""The entries as a table, the latest first; a click shows one with everything that is sealed in it."""

from collections.abc import Mapping

import streamlit as st
from sqlite_utils import Database

from core import activity
from core.activity import Filter
from core.audit.chain import Entry
from core.types import User
from pages.parts import activity_words, shell, tables
from pages.parts.register_table import page
from pages.parts.words import plain, when

PER_PAGE = 50
TABLE_PIXELS = 480
HALF = 32  # digits of a hash that a narrow line has room for
EMPTY = "The log is empty. It begins with the first document that somebody adds."
NOTHING = "No entry matches. Choose a longer period, or clear the filters."


def entries(db: Database, user: User, wanted: Filter, total: int) -> None:
    """`total` is how many the filter chooses, which the caller has counted."""
    if not total:
        st.info(NOTHING if activity.count(db, user) else EMPTY)
        return
    last = (total - 1) // PER_PAGE
    at = min(page(), last)
    found = activity.entries(db, user, wanted, limit=PER_PAGE, offset=at * PER_PAGE)
    names = activity_words.people(db, user, _people(found))
    titles = activity.titles(db, user, _documents(found))
    chosen = st.query_params.get("entry", "")
    left, right = st.columns([7, 4]) if chosen else (st.container(), None)
    with left:
        _table(found, names, titles, chosen)
        _pager(total, at, last)
    if right is not None:
        with right, shell.guarded():
            _one(db, user, chosen)


def _table(found: list[Entry], names: Mapping[str, str], titles: Mapping[str, str], chosen: str) -> None:
    text, numbers = st.column_config.TextColumn, activity_words.numbered(found)
    picked = tables.table(
        "activity",
        [str(one.number) for one in found],
        {
            "No.": [one.number for one in found],
            "When": [when(one.at) for one in found],
            "Who": [activity_words.who(one, names) for one in found],
            "What": [activity_words.event(one.event) for one in found],
            "About": [activity_words.about(one, titles, names, numbers) for one in found],
            "Details": [activity_words.details(one) for one in found],
        },
        {
            "No.": st.column_config.NumberColumn(width=64, format="localized"),
            "When": text(width=132), "Who": text(width=140), "What": text(width=180), "About": text(width=280),
            "Details": text(width=260),
        },
        chosen=chosen if chosen in {str(one.number) for one in found} else None,
        height=TABLE_PIXELS,
        boxes=False,
    )  # fmt: skip
    if picked.id and picked.id != chosen:
        st.query_params["entry"] = picked.id
        st.rerun()
    if picked.closed:
        _close()


def _pager(total: int, at: int, last: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="activity-pager"):
        st.markdown(f"{at * PER_PAGE + 1:,}–{min(total, (at + 1) * PER_PAGE):,} of {total:,}", width="content")
        for step, icon, name in ((-1, ":material/chevron_left:", "Later"), (1, ":material/chevron_right:", "Earlier")):
            possible = 0 <= at + step <= last
            if st.button("", key=f"activity-step{step}", icon=icon, help=f"{name} entries", disabled=not possible):
                st.query_params["p"] = str(at + step + 1)
                st.query_params.pop("entry", None)
                st.rerun()


def _one(db: Database, user: User, chosen: str) -> None:
    """Everything of one entry, and what was said with it where the reader may see that."""
    with st.container(horizontal=True, vertical_alignment="center", key="activity-one"):
        st.subheader(f"Entry {plain(chosen)}", anchor=False, width="stretch")
        if st.button("", key="activity-close", icon=":material/close:", help="Close", type="tertiary"):
            _close()
    one = activity.entry(db, user, int(chosen) if chosen.isdecimal() and len(chosen) < 16 else 0)
    names = activity_words.people(db, user, _people([one]))
    titles = activity.titles(db, user, _documents([one]))
    if words := activity.remark(db, user, one):
        st.markdown(f"> {plain(words)}")
    st.table(_facts(one, names, titles), border="horizontal")
    if one.document_id in titles:
        way = {"document": one.document_id}
        st.page_link("pages/document.py", label="Open the document", icon=":material/article:", query_params=way)
    if st.button("Everything about the same", key="activity-same", icon=":material/filter_alt:"):
        st.query_params.from_dict({"subject": one.subject, "period": "all"})
        st.rerun()


def _facts(one: Entry, names: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    facts = {
        "When": one.at,
        "Who": f"{activity_words.who(one, names)} · {one.user_id}",
        "What": one.event,
        "About": one.subject,
        "Document": titles.get(one.document_id or "", one.document_id or ""),
        "Digest": one.digest or "",
        **{name.replace("_", " ").capitalize(): _shown(value) for name, value in one.details.items()},
        "Before it": one.prev,
        "Hash": one.hash,
    }
    return {name: plain(_broken(value)) for name, value in facts.items() if value}


def _shown(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode()


def _broken(value: str) -> str:
    """A hash in two halves: as one word it would be cut off."""
    return f"{value[:HALF]} {value[HALF:]}" if len(value) == 2 * HALF and value.isalnum() else value


def _close() -> None:
    st.query_params.pop("entry", None)
    st.rerun()


def _people(found: list[Entry]) -> set[str]:
    about = {one.subject.partition(":")[2] for one in found if one.subject.startswith(("account:", "user:"))}
    return {one.user_id for one in found} | about


def _documents(found: list[Entry]) -> set[str]:
    about = {one.subject.partition(":")[2] for one in found if one.subject.startswith("document:")}
    return about | {one.document_id for one in found if one.document_id}
