"""How an obligation was read: its words, who must do what, and why the engine says so."""

import streamlit as st

from core import register
from core.types import Deadline, Obligation, Passage
from pages.parts.words import BEARERS, MODALITIES, RISKS, STATUSES, badge, day, label, plain

Facts = list[tuple[str, str]]


def heading(shown: register.Row) -> None:
    """Where it stands and how it stands, in one line."""
    parts = [
        badge(label(shown.modality), MODALITIES[shown.modality]),
        badge(f"{label(shown.risk)} risk", RISKS[shown.risk]),
        badge(label(shown.status), STATUSES[shown.status]),
    ]
    if shown.doubtful:
        parts.append(badge("To check", "violet"))
    if shown.state == "orphaned":
        parts.append(badge("No longer found", "red"))
    st.markdown(f"**{plain(shown.path)}** {' '.join(parts)}", width="stretch")


def quote(record: register.Record) -> None:
    """The words of the source; the list's lead-in before them."""
    lead = record.obligation.draft.lead_in
    lines = [f"> :gray[{plain(lead.text)}]", ">"] if lead else []
    st.markdown("\n".join([*lines, f"> {plain(record.obligation.draft.quote.text)}"]))


def facts(record: register.Record) -> None:
    """Who must do what, when, unless; what people corrected shows what the engine had read."""
    was = {one.field: one.found for one in record.corrections}
    draft, row = record.obligation.draft, record.row
    rows: Facts = [
        ("Who", _who(record.obligation) + _before(was, "bearer")),
        ("Via", plain(draft.via or "")),
        ("What", plain(draft.action) + _before(was, "action")),
        ("Object", plain(draft.object) + _before(was, "object")),
        ("When", _limit(record.obligation.deadline, row) + _before(was, "deadline")),
        ("If", _list(draft.conditions)),
        ("Unless", _list(draft.exceptions)),
        ("Refers to", ", ".join(plain(one.target or one.passage.text) for one in draft.references)),
        ("Sanctions", ", ".join(plain(one.target or one.passage.text) for one in draft.sanctions)),
        ("Ours", _applies(record.obligation) + _before(was, "applies")),
    ]
    table(rows)


def explanation(record: register.Record) -> None:
    """Why this was read as what it is: the mark, the subject, the rule, and what makes its risk."""
    found, draft = record.found, record.found.draft
    rows: Facts = [
        ("Mark", f"“{plain(draft.mark.text)}”" if draft.mark else ""),
        ("Subject", _who(found)),
        ("Rule", f"`{found.rule}`" if found.rule else ""),
        ("Because", plain(draft.reason)),
        ("Risk", f"{found.risk.score} of 100: {'; '.join(plain(one) for one in found.risk.reasons) or 'no factor'}"),
        ("Sure", f"{found.confidence:.0%}; {_matched(found)} in the source"),
        ("Engine", plain(found.engine)),
    ]
    table(rows)


def _matched(found: Obligation) -> str:
    if found.match == "elided":
        return "the model's quote left words out of what stands"
    return f"the quote is {label(found.match).lower()}"


def table(rows: Facts) -> None:
    """Labels and values; empty ones are left out. Values are Markdown that is safe already."""
    lines = [f"| :gray[{name}] | {value} |" for name, value in rows if value]
    with st.container(key=f"facts-{abs(hash(tuple(lines)))}"):
        st.markdown("\n".join(["| | |", "|---|---|", *lines]))


def _who(obligation: Obligation) -> str:
    bearer = obligation.draft.bearer
    kind = BEARERS[bearer.kind]
    if not bearer.text:
        return kind
    how = "" if bearer.explicit else f", inferred from {plain(bearer.inferred)}" if bearer.inferred else ", inferred"
    return f"{plain(bearer.text)} :gray[({kind}{how})]"


def _limit(limit: Deadline | None, row: register.Row) -> str:
    if limit is None:
        return ""
    words = plain(limit.passage.text or limit.iso8601 or label(limit.kind))
    details = [
        limit.iso8601 if limit.iso8601 != limit.passage.text else "",
        "working days" if limit.days == "working" else "",
    ]
    details.append(f"from {plain(limit.anchor)}" if limit.anchor else "")
    more = ", ".join(filter(None, details))
    due = f" **due {day(row.due)}**" if row.due else ""
    return f"{words}{f' :gray[({more})]' if more else ''}{due}"


def _applies(obligation: Obligation) -> str:
    reason = f" :gray[({plain(obligation.applies.reason)})]" if obligation.applies.reason else ""
    return label(obligation.applies.answer) + reason


def _before(was: dict[str, str], field: str) -> str:
    return f" :violet[corrected, was “{plain(was[field]) or 'empty'}”]" if field in was else ""


def _list(passages: tuple[Passage, ...]) -> str:
    return "; ".join(plain(one.text) for one in passages)
