"""What the gap view, the plan and the briefing are about: filters in the URL, shared by the three."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import controls, library
from core.types import User
from pages.parts import filters, url
from pages.parts.words import RISKS, count, label, plain

COVERAGES = {"gap": "red", "part": "yellow", "covered": "green"}
COVERAGE_NAMES = {"gap": "No control", "part": "In part", "covered": "Covered"}
IMPACTS = {"high": "red", "medium": "yellow", "low": "gray"}
PILLS = {
    "coverage": ("Coverage", tuple(COVERAGES)),
    "risk": ("Risk", tuple(RISKS)),
    "impact": ("Impact", tuple(IMPACTS)),
    "applies": ("Ours", ("yes", "unclear")),
}
NAMES = ("text", "versions", "document", "topic", "bearer", *PILLS)


def bar(db: Database, user: User) -> controls.GapFilter:
    """The widgets, in a row of their own; each choice says how many duties it has."""
    shelf = library.documents(db, user)
    titles = {one.id: filters.document_title(one) for one in shelf}
    topics = controls.topic_names()
    url.follow(
        one={"text": None, "versions": filters.VERSIONS},
        many={
            "document": titles,
            "topic": topics,
            "bearer": None,
            **{name: values for name, (_, values) in PILLS.items()},
        },
    )
    counted = controls.counts(db, user, controls.GapFilter(former=bool(url.held("versions"))))
    with st.container(horizontal=True, vertical_alignment="center", key="gap-filters"):
        st.text_input(
            "Find", key=url.key("text"), placeholder="Find words, an article", label_visibility="collapsed",
            icon=":material/search:", width=230,
        )  # fmt: skip
        _several("Document", "document", tuple(titles), titles, _sizes(counted, "document"), shelf)
        for name, (title, values) in PILLS.items():
            sizes = _sizes(counted, name)
            with st.popover(_named(title, name), key=f"gap-open-{name}"):
                st.pills(
                    title, values, selection_mode="multi", key=url.key(name), width=300, label_visibility="collapsed",
                    format_func=lambda value, sizes=sizes: f"{_label(value)} {sizes.get(value, 0):,}",
                )  # fmt: skip
        _several("Topic", "topic", topics, {}, _sizes(counted, "topic"))
        if url.held("bearer"):
            st.badge(", ".join(map(plain, url.held("bearer"))), color="gray")
        url.tell(NAMES)
        chosen = _chosen()
        if chosen != controls.GapFilter() and st.button(
            "Clear", key="gap-clear", icon=":material/close:", type="tertiary"
        ):
            url.clear(NAMES)
    return chosen


def _chosen() -> controls.GapFilter:
    return controls.GapFilter(
        text=url.held("text") or "",
        former=bool(url.held("versions")),
        **{name: tuple(url.held(name) or ()) for name in NAMES if name not in ("text", "versions")},
    )


def _several(
    title: str,
    name: str,
    values: tuple[str, ...],
    names: dict[str, str],
    sizes: dict[str, int],
    shelf: Sequence[library.DocumentRow] = (),
) -> None:
    with st.popover(_named(title, name), key=f"gap-open-{name}"):
        st.multiselect(
            title, [value for value in values if sizes.get(value) or value in (url.held(name) or ())],
            key=url.key(name), width=460,
            format_func=lambda value: f"{names.get(value, value)} ({count(sizes.get(value, 0), 'duty', 'duties')})",
        )  # fmt: skip
        filters.former(shelf)


def _label(value: str) -> str:
    return COVERAGE_NAMES.get(value) or label(value)


def _named(title: str, name: str) -> str:
    held = url.held(name)
    return f"{title} · {len(held)}" if held else title


def _sizes(counted: list[controls.Count], name: str) -> dict[str, int]:
    return {value: sum(sizes.values()) for value, sizes in controls.tally(counted, name).items()}
