"""Each changed obligation: old beside new with what differs marked, in a word what changed, and its places."""

from collections.abc import Mapping

import streamlit as st
from sqlite_utils import Database

from core import register
from core.compare import Change, Comparison
from core.export.compared import pieces
from core.types import Obligation, User
from pages.parts import paging, redline, rights, shell
from pages.parts.change_filters import Wanted
from pages.parts.words import RISKS, badge, count, label, plain

KIND_COLOURS = {"added": "green", "removed": "red", "changed": "blue", "moved": "violet", "unchanged": "gray"}
# What asks less of the bearer, or the reader's attention, is marked quietly.
QUIET = ("Reference follows the renumbering", "Only punctuation changed", "Other words changed")


def changes(db: Database, user: User, found: Comparison, wanted: Wanted) -> None:
    listed = [one for one in found.changes if wanted.has(one)]
    if not listed:
        st.info("No change matches. Clear a filter to see more.")
        return
    offered = {one.new: one for one in register.offers(db, user, found.old.id, found.new.id, found.altered)}
    for number, one in enumerate(paging.part(listed)):
        with st.container(border=True, key=f"change-{number}"):
            _change(db, user, found, one, offered)
    paging.pager(len(listed), "change-pager")


def _change(db: Database, user: User, found: Comparison, one: Change, offered: Mapping[str, register.Offer]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _heading(one)
        _places(found, one)
    if one.kind == "changed":
        left, right = st.columns(2)
        with left:
            st.caption("Old")
            redline.redline(pieces(one, same="old"), only="out")
        with right:
            st.caption("New")
            redline.redline(pieces(one), only="in")
    else:
        redline.text(one.here.draft.quote.text if one.kind == "moved" else _whole(one))
    if one.new and (offer := offered.get(f"{found.new.id}.{one.new.id}")):
        _offer(db, user, offer)


def _heading(one: Change) -> None:
    here = one.here
    was = f" :gray[was {plain(one.old.draft.provision.path)}]" if one.moved and one.old else ""
    badges = [badge(label(one.kind), KIND_COLOURS[one.kind])]
    badges += [badge(told.label, "gray" if told.label in QUIET else "orange") for told in one.differences]
    badges.append(badge(f"{label(here.risk.level)} risk", RISKS[here.risk.level]))
    who = plain(here.draft.bearer.text or "Nobody named")
    st.markdown(
        f"**{plain(here.draft.provision.path)}**{was} · {who} {' '.join(dict.fromkeys(badges))}", width="stretch"
    )


def _whole(one: Change) -> str:
    return " ".join(filter(None, (one.lead_in or one.old_lead_in, one.here.draft.quote.text)))


def _places(found: Comparison, one: Change) -> None:
    sides: list[tuple[str, str, Obligation | None]] = [
        ("Old", found.old.id, one.old), ("New", found.new.id, one.new)
    ]  # fmt: skip
    for name, document_id, obligation in sides:
        if obligation:
            st.page_link(
                "pages/document.py",
                label=f"{name} source",
                help=plain(obligation.draft.provision.path),
                icon=":material/article:",
                query_params={"document": document_id, "obligation": obligation.id},
            )


def _offer(db: Database, user: User, offer: register.Offer) -> None:
    """What was said of the old one is not carried over by itself, because the words differ."""
    facts = [
        f"owner {offer.owner}" if offer.owner else "",
        f"status {offer.status}" if offer.status else "",
        f"corrected {', '.join(one.replace('_', ' ') for one in offer.corrections)}" if offer.corrections else "",
        count(offer.comments, "comment") if offer.comments else "",
        f"{offer.evidence} piece{'s' if offer.evidence > 1 else ''} of evidence" if offer.evidence else "",
        f"a decision on {count(offer.controls, 'control')}" if offer.controls else "",
        count(offer.dates, "date") if offer.dates else "",
    ]
    with st.container(horizontal=True, vertical_alignment="center", key=f"offer-{offer.new}"):
        told = ", ".join(filter(None, facts)) or "a remark"
        st.markdown(f":material/history: In the old version: {plain(told)}. Does it still hold?", width="content")
        if st.button("Take it over", key=f"take-{offer.new}", **rights.barred(user, "register.edit")):
            register.take_over(db, user, offer.old, offer.new)
            shell.done("Taken over; undo takes it back")
