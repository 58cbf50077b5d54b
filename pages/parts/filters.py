"""What the register shows: every filter stands in the URL, so that a view can be kept, shared and refreshed."""

from collections.abc import Mapping, Sequence

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import User
from pages.parts import url
from pages.parts.words import BEARERS, DEADLINES, MODALITIES, RISKS, count, label, short

# Parameter in the URL and field of Filter → its name and its values in the order in which people read them.
PILLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "modality": ("Kind", tuple(MODALITIES)),
    "risk": ("Risk", tuple(RISKS)),
    "status": ("Status", register.STATUSES),
    "bearer_kind": ("Bearer", tuple(BEARERS)),
    "applies": ("Ours", ("yes", "no", "unclear")),
}
# Rows that are not in the register any more, which the overview links to.
STATES = {"orphaned": "No longer found", "replaced": "Split or merged"}
# Of a document with several versions the newest counts, until somebody asks for all.
VERSIONS = {"all": "Former versions too"}
NAMES = ("text", "deadline", "state", "versions", "document", "owner", *PILLS)


def bar(db: Database, user: User) -> register.Filter:
    """The widgets, in the row that the caller has opened; each says how many rows a choice would give."""
    shelf = library.documents(db, user)
    titles = {one.id: document_title(one) for one in shelf}
    url.follow(
        one={"text": None, "deadline": DEADLINES, "state": STATES, "versions": VERSIONS},
        many={"document": titles, "owner": None, **{name: values for name, (_, values) in PILLS.items()}},
    )
    counted = register.facets(db, user, _chosen())
    st.text_input(
        "Find", key=url.key("text"), placeholder="Find words, an article, a bearer",
        label_visibility="collapsed", icon=":material/search:", width=230,
    )  # fmt: skip
    _documents(shelf, titles, counted["document"])
    for name, (title, values) in PILLS.items():
        _pills(name, title, values, counted[name])
    _deadline(counted["deadline"])
    _owners(counted["owner"])
    if url.held("state"):
        st.badge(STATES[url.held("state")], color="red")
    url.tell(NAMES)
    chosen = _chosen()
    if chosen != register.Filter() and st.button("Clear", key="clear", icon=":material/close:", type="tertiary"):
        url.clear(NAMES)
    return chosen


def document_title(one: library.DocumentRow) -> str:
    """Short, and which version it is where there are several."""
    return f"{short(one.title)}, version {one.version_number}" if one.version_count > 1 else short(one.title)


def _chosen() -> register.Filter:
    picked = {name: tuple(url.held(name) or ()) for name in (*PILLS, "document", "owner")}
    state = url.held("state") or "current"
    return register.Filter(
        text=url.held("text") or "", deadline=url.held("deadline") or "", state=state,
        former=bool(url.held("versions")), **picked,
    )  # fmt: skip


def _named(title: str, name: str) -> str:
    value = url.held(name)
    return f"{title} · {1 if isinstance(value, str) else len(value)}" if value else title


def _pills(name: str, title: str, values: tuple[str, ...], counted: Mapping[str, int]) -> None:
    with st.popover(_named(title, name), key=f"open-{name}"):
        st.pills(
            title, values, selection_mode="multi", key=url.key(name), width=300, label_visibility="collapsed",
            format_func=lambda value: f"{label(value)} {counted.get(value, 0):,}",
        )  # fmt: skip


def _deadline(counted: Mapping[str, int]) -> None:
    with st.popover(_named("Deadline", "deadline"), key="open-deadline"):
        st.pills(
            "Deadline", tuple(DEADLINES), key=url.key("deadline"), width=300, label_visibility="collapsed",
            format_func=lambda value: f"{DEADLINES[value]} {counted.get(value, 0):,}",
        )  # fmt: skip


def _documents(shelf: Sequence[library.DocumentRow], titles: Mapping[str, str], counted: Mapping[str, int]) -> None:
    with st.popover(_named("Document", "document"), key="open-document"):
        st.multiselect(
            "Documents", tuple(titles), key=url.key("document"), width=480, label_visibility="collapsed",
            placeholder="Choose documents",
            format_func=lambda id: f"{titles.get(id, id)} ({count(counted.get(id, 0), 'row')})",
        )  # fmt: skip
        former(shelf)


def former(shelf: Sequence[library.DocumentRow]) -> None:
    """The way to what a newer version of a document replaced, where there is any."""
    if any(one.version_count > 1 for one in shelf):
        st.caption(
            "Of a document with several versions the newest counts, unless you choose another. What only shares its"
            " title is told apart under the document's Details."
        )
        st.pills(
            "Versions", tuple(VERSIONS), key=url.key("versions"), label_visibility="collapsed",
            format_func=lambda name: VERSIONS[name],
        )  # fmt: skip


def _owners(counted: Mapping[str, int]) -> None:
    names = sorted({name for name in counted if name} | set(url.held("owner") or ()))
    if names:
        with st.popover(_named("Owner", "owner"), key="open-owner"):
            st.multiselect(
                "Owners", names, key=url.key("owner"), width=320, label_visibility="collapsed",
                placeholder="Choose owners",
                format_func=lambda name: f"{name} ({count(counted.get(name, 0), 'row')})",
            )  # fmt: skip
