"""Which part of the approval queue is shown: the views with their counts, and filters that stand in the URL."""

from dataclasses import dataclass

import streamlit as st
from sqlite_utils import Database

from core import identity, library, review
from core.types import User
from pages.parts import url
from pages.parts.review_words import STATES, size
from pages.parts.words import RISKS, label, short

VIEWS = {
    "mine": "My queue",
    "requested": "Asked by me",
    "overdue": "Overdue",
    "decided": "Decided",
    "all": "All",
    "figures": "Figures",
}
DECIDED = tuple(state for state in STATES if state not in ("draft", "submitted", "escalated", "change_requested"))
# Views in which states differ: state → what it may be narrowed to. The others hold what waits.
BY_STATE = {"requested": tuple(STATES), "decided": DECIDED, "all": tuple(STATES)}
NAMES = ("text", "risk", "state", "document")
# What another list, or another part of it, has no use for.
PLACE = ("p", "item", "obligation")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`narrowed`: whether any filter is set, so that an empty list can say why it is empty."""

    view: str
    filter: review.Filter
    narrowed: bool

    @property
    def sort(self) -> str:
        """What presses most first where things wait, else what was asked for last: both have an index."""
        return "due" if self.view in ("mine", "overdue") else "newest"


def bar(db: Database, user: User) -> Wanted:
    """The widgets, in one row."""
    counts = review.counts(db, user)
    view = _view(db, user, counts)
    if view == "figures":
        return Wanted(view, review.Filter(), narrowed=False)
    titles = {one.id: short(one.title) for one in library.documents(db, user)}
    url.follow(one={"text": None, "document": titles}, many={"risk": RISKS, "state": STATES})
    st.text_input(
        "Find", key=url.key("text"), placeholder="Find words, or #12", label_visibility="collapsed",
        icon=":material/search:", width=180,
    )  # fmt: skip
    _pills("risk", "Risk", tuple(RISKS))
    if view in BY_STATE:
        _pills("state", "State", BY_STATE[view])
    st.selectbox(
        "Document", tuple(titles), key=url.key("document"), width=210, label_visibility="collapsed",
        placeholder="Any document", format_func=lambda id: titles.get(id, id),
    )  # fmt: skip
    url.tell(NAMES)
    wanted = Wanted(view, _filter(view), narrowed=any(url.held(name) for name in NAMES))
    if wanted.narrowed and st.button("Clear", key="clear", icon=":material/close:", type="tertiary"):
        url.clear(NAMES)
    return wanted


def first_view(db: Database, user: User, counts: review.Counts) -> str:
    """Who decides sees what waits for them; who has asked, what became of it; everybody else what others asked for."""
    if identity.may(user, "actions.review") and not identity.alone(user):
        return "mine"
    asked_by_others = not counts.requested and review.count(db, user, review.Filter("all"), most=1)
    return "all" if asked_by_others else "requested"


def _view(db: Database, user: User, counts: review.Counts) -> str:
    shown = st.query_params.get("view")
    shown = shown if shown in VIEWS else first_view(db, user, counts)
    waiting = {"mine": counts.mine, "overdue": counts.overdue}
    names = {key: f"{name} · {size(waiting[key])}" if waiting.get(key) else name for key, name in VIEWS.items()}
    picked = st.segmented_control(
        "View", tuple(VIEWS), default=shown, required=True, label_visibility="collapsed", format_func=names.get,
        key=f"review-view-{shown}",
    )  # fmt: skip
    if picked != shown:
        for name in PLACE:
            st.query_params.pop(name, None)
        st.query_params["view"] = picked
        st.rerun()
    return shown


def _filter(view: str) -> review.Filter:
    states = tuple(one for one in url.held("state") or () if one in BY_STATE.get(view, ()))
    return review.Filter(
        view="all" if view == "decided" else view,
        state=states or (DECIDED if view == "decided" else ()),
        risk=tuple(url.held("risk") or ()),
        document=url.held("document") or "",
        text=url.held("text") or "",
    )


def _pills(name: str, title: str, values: tuple[str, ...]) -> None:
    with st.popover(_named(title, name), key=f"open-{name}"):
        st.pills(
            title, values, selection_mode="multi", key=url.key(name), width=300, label_visibility="collapsed",
            format_func=label,
        )  # fmt: skip


def _named(title: str, name: str) -> str:
    held = url.held(name)
    return f"{title} · {len(held)}" if held else title
