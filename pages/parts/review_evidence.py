"""The evidence for one request: what is asked and why it matters, the obligations with both readings, the document."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core import library, review
from core.types import Action, Obligation
from pages.parts import reading
from pages.parts.review_words import VERDICTS, due, state
from pages.parts.words import (
    BEARERS,
    MODALITIES,
    RISKS,
    STATUSES,
    badge,
    count,
    day,
    label,
    lines,
    must,
    plain,
    short,
    when,
)

Names = Mapping[str, str]
MATCHES = {"exact": "green", "normalised": "gray", "elided": "orange", "fuzzy": "orange"}
FIELDS = {"modality": "Kind", "bearer": "Who", "action": "What", "deadline": "When"}
# Of the data card, what a reviewer asks for first.
CARD = ("source", "sensitivity", "personal_data", "secrets", "licence", "known_quality_issues", "prohibited_use")
MOST = 5


def heading(found: review.Evidence, names: Names) -> None:
    """What it is, how it stands, who asked and when."""
    item = found.item
    badges = [badge(f"{label(found.rule.risk)} risk", RISKS[found.rule.risk]), state(item.state)]
    if item.state in review.PENDING and (left := due(item.due_at)):
        badges.append(badge(*left))
    by = names.get(item.requester or item.prepared_by, "")
    asked = f"asked by {plain(by)}, {when(item.submitted_at)}" if item.requester else f"put together by {plain(by)}"
    version = f" · version {found.version}" if found.version > 1 else ""
    st.subheader(plain(item.title), anchor=False)
    st.markdown(f"{' '.join(badges)} :gray[No. {item.number} · {asked}{version}]{_count(found)}")


def _count(found: review.Evidence) -> str:
    """How far it is: "1 of 2 accepted, needs a risk reviewer"."""
    if found.item.state not in review.PENDING or found.rule.approvers == 1:
        return ""
    lacking = f", needs a {' and a '.join(found.lacking)}" if found.lacking else ""
    return f" :gray[·] **{found.accepted} of {found.rule.approvers} accepted{plain(lacking)}**"


def asked(actions: Sequence[Action]) -> None:
    """Each action as it would become work."""
    for one in actions:
        with st.container(border=True, key=f"asked-{one.id}"):
            title = f"**{plain(one.title)}**\n\n" if len(actions) > 1 else ""  # of one, it stands above
            st.markdown(f"{title}{lines(one.detail)}")
            limit = f"due {day(one.due)}" if one.due else "no due date yet"
            st.markdown(
                f":gray[Owner] {plain(one.owner_role)} :gray[·] {plain(limit)} :gray[·]"
                f" {badge(label(one.priority), RISKS[one.priority])}"
            )


def reasons(found: review.Evidence) -> None:
    """Why somebody must decide, and what to look at twice."""
    need = f"{label(found.rule.risk)} risk takes {found.need}."
    st.markdown(f"**Why it needs approval**\n\n{plain(need)}")
    if found.reasons:
        st.markdown("\n".join(f"- {plain(one)}" for one in found.reasons))
    for caution in found.cautions:
        st.warning(plain(caution), icon=":material/visibility:")


def obligations(found: review.Evidence, chosen: str) -> None:
    """Each with its words, how sure the reading is, and what each engine said of it."""
    st.markdown(f"**Rests on {count(len(found.obligations), 'obligation')}**")
    for one in found.obligations:
        with st.container(border=True, key=f"basis-{one.id}"):
            _obligation(one, is_open=one.row.obligation_id == chosen)


def _obligation(one: review.Shown, *, is_open: bool) -> None:
    row = one.row
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(
            f"**{plain(row.path)}** {badge(label(row.modality), MODALITIES[row.modality])}"
            f" {badge(f'{label(row.risk)} risk', RISKS[row.risk])} {badge(label(row.status), STATUSES[row.status])}",
            width="stretch",
        )
        st.button(
            "Shown" if is_open else "Show", key=f"show-basis-{one.id}", disabled=is_open, type="tertiary",
            icon=":material/arrow_forward:", on_click=_show, args=(row.obligation_id,), help="Show it in the source",
        )  # fmt: skip
    lead = one.obligation.draft.lead_in
    lines = [f"> :gray[{plain(lead.text)}]", ">"] if lead else []
    st.markdown("\n".join([*lines, f"> {plain(row.quote)}"]))
    corrected = f" · corrected by people: {plain(', '.join(one.corrected))}" if one.corrected else ""
    st.markdown(f"{badge(f'{label(row.match)} quote', MATCHES[row.match])} :gray[{row.confidence:.0%} sure{corrected}]")
    _readings(one)


def _show(obligation_id: str) -> None:
    st.query_params["obligation"] = obligation_id


def _readings(one: review.Shown) -> None:
    """A column for each engine that read the document; where they differ, both say it in colour."""
    sides = [(_engine(side.engine), side.found) for side in one.readings]
    lines = ["| | " + " | ".join(plain(name) for name, _ in sides) + " |", "|---|" + "---|" * len(sides)]
    for field, title in FIELDS.items():
        values = ["; ".join(filter(None, (_value(field, norm) for norm in norms))) for _, norms in sides]
        if any(values):
            shown = [_cell(value, differs=field in one.differing) for value in values]
            lines.append(f"| :gray[{title}] | {' | '.join(shown)} |")
    with st.container(key=f"readings-{one.id}"):
        st.markdown("\n".join(lines))
        if len(sides) == 1:
            st.caption("No model has read this document, so there is no second reading.")


def _engine(name: str) -> str:
    return "Built-in engine" if name == "builtin" else name


def _cell(value: str, *, differs: bool) -> str:
    words = plain(value) if value else "not found"
    return f":orange[{words}]" if differs else words if value else f":gray[{words}]"


def _value(field: str, norm: Obligation) -> str:
    draft = norm.draft
    if field == "modality":
        return label(draft.modality)
    if field == "bearer":
        return draft.bearer.text or BEARERS[draft.bearer.kind]
    if field == "action":
        return must(draft.modality, draft.action)
    limit = norm.deadline
    return (limit.passage.text or limit.iso8601 or label(limit.kind)) if limit else ""


def related(found: review.Evidence) -> None:
    """Other obligations of the same places."""
    if not found.related:
        return
    with st.expander(f"Related obligations ({len(found.related)})"):
        lines = [
            f"- **{plain(row.path)}** {badge(label(row.risk), RISKS[row.risk])} {plain(row.bearer)}"
            f" {plain(must(row.modality, row.action) or row.quote)}"
            for row in found.related
        ]
        st.markdown("\n".join(lines))


def similar(found: review.Evidence, names: Names) -> None:
    """What was decided before on the same actions, or on like ones."""
    with st.expander(f"Similar decisions before ({len(found.similar)})", expanded=bool(found.similar)):
        if not found.similar:
            st.caption("Nothing like it was decided before.")
        for one in found.similar[:MOST]:
            name, colour = VERDICTS[one.verdict][1:]
            why = f" “{plain(one.reason)}”" if one.reason else ""
            by = plain(names.get(one.reviewer, one.reviewer))
            st.markdown(f"{badge(name, colour)} {plain(one.title)}  \n:gray[{by}, {when(one.decided_at)}]{why}")
            st.page_link(
                "pages/approvals.py", label=f"No. {one.number}", icon=":material/rule:",
                query_params={"view": "all", "item": one.item_id},
            )  # fmt: skip


def document(found: review.Evidence) -> None:
    """The data card and the warnings of the file that all this comes from, and what read it."""
    shown, labels = found.document, {field.key: field.label for field in library.FIELDS}
    warned = f", {count(len(found.warnings), 'warning')}" if found.warnings else ""
    with st.expander(f"{plain(short(shown.title))}: data card{warned}", expanded=bool(found.warnings)):
        for warning in found.warnings:
            st.warning(plain(warning), icon=":material/warning:")
        facts = [(labels[key], plain(_text(found.card.get(key)))) for key in CARD if key in labels]
        signed = ", ".join(when(one["signed_at"]) for one in found.card.get("signatures", ()))
        reader = f"{_engine(found.model)}{f', prompts {found.prompt}' if found.prompt else ''}"
        reading.table([*facts, ("Signed", signed or "Not signed"), ("Read by", plain(reader))])


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
