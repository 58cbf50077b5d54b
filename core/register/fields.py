"""The fields of an obligation that a person may correct: what each accepts, and how it is laid over a finding.

Pure: values in, values out. A correction is plain JSON; "" empties a field, None takes the correction back.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

from core.errors import BadInput
from core.register import dates
from core.types import (
    Applies,
    Bearer,
    BearerKind,
    Deadline,
    DeadlineKind,
    Draft,
    Modality,
    Obligation,
    Passage,
    Risk,
    RiskLevel,
)

RISKS: tuple[RiskLevel, ...] = get_args(RiskLevel)
SCORES: dict[RiskLevel, int] = {"low": 10, "medium": 40, "high": 65, "critical": 90}
LONGEST = 10_000

Corrections = Mapping[str, Any]
Judge = Callable[[Obligation], Applies]


def short(text: str) -> str:
    """The text without white space around it; BadInput when it is longer than a comment should be."""
    if len(text) > LONGEST:
        raise BadInput(f"The text has {len(text)} characters; at most {LONGEST} are kept. Give it as a file.")
    return text.strip()


def _one_of(*allowed: str) -> Callable[[str, str], str]:
    def check(field: str, value: str) -> str:
        if value not in allowed:
            raise BadInput(f"{value!r} is no {field.replace('_', ' ')}; choose one of: {', '.join(allowed)}.")
        return value

    return check


def _text(field: str, value: str) -> str:
    return short(value)


def _some_text(field: str, value: str) -> str:
    if not value:
        raise BadInput(f"The {field} cannot be empty; write what must be done, or set the status instead.")
    return _text(field, value)


def _yes_no(field: str, value: str) -> str:
    return _one_of("yes", "no")(field, value)


def _deadline(field: str, value: str) -> str:
    return dates.checked(value) if value else ""


# What may be corrected → the check of its new value. `conditions` and `exceptions` are one passage a line.
FIELDS: dict[str, Callable[[str, str], str]] = {
    "modality": _one_of(*get_args(Modality)),
    "bearer": _text,
    "bearer_kind": _one_of(*get_args(BearerKind)),
    "explicit": _yes_no,
    "via": _text,
    "action": _some_text,
    "object": _text,
    "conditions": _text,
    "exceptions": _text,
    "deadline": _deadline,
    "deadline_kind": _one_of(*get_args(DeadlineKind)),
    "days": _one_of("calendar", "working"),
    "anchor": _text,
    "risk": _one_of(*RISKS),
    "applies": _one_of("yes", "no", "unclear"),
}


def checked(field: str, value: str | None) -> str | None:
    """The value as it will be kept; BadInput for an unknown field or a value that it does not take."""
    if field not in FIELDS:
        raise BadInput(f"{field!r} cannot be corrected; these can: {', '.join(FIELDS)}.")
    return None if value is None else FIELDS[field](field, value.strip())


def located(value: str, text: str, start: int, end: int) -> list[dict[str, Any]]:
    """Each line as a passage of text[start:end]; BadInput names the first line that is not there."""
    passages = []
    for line in filter(None, map(str.strip, value.splitlines())):
        place = text.find(line, start, end)
        if place < 0:
            raise BadInput(f"“{line[:80]}” is not in this provision; copy the words from the source.")
        passages.append({"text": line, "start": place})
    return passages


def laid(obligation: Obligation, corrections: Corrections, judge: Judge) -> Obligation:
    """The obligation as it stands after a person's corrections. Its span and quote are never touched.

    `judge` answers whether it applies to us as it stands; a person's own answer wins.
    """
    if not corrections.keys() & FIELDS.keys():
        return replace(obligation, applies=judge(obligation))
    draft, limit = obligation.draft, _limit(obligation.deadline, corrections)
    draft = replace(
        draft,
        modality=corrections.get("modality", draft.modality),
        bearer=_bearer(draft.bearer, corrections),
        via=corrections.get("via", draft.via) or None,
        action=corrections.get("action", draft.action),
        object=corrections.get("object", draft.object),
        conditions=_passages(draft.conditions, corrections.get("conditions")),
        exceptions=_passages(draft.exceptions, corrections.get("exceptions")),
        deadlines=_deadlines(draft, obligation.deadline, limit),
    )
    risk = obligation.risk
    if "risk" in corrections:
        risk = Risk(corrections["risk"], SCORES[corrections["risk"]], (*risk.reasons, "set by a person"))
    stands = replace(obligation, draft=draft, deadline=limit, risk=risk)
    said = "applies" in corrections
    return replace(stands, applies=Applies(corrections["applies"], "set by a person") if said else judge(stands))


def values(obligation: Obligation) -> dict[str, str]:
    """Every correctable field as the text that a person would type into it."""
    draft, limit = obligation.draft, obligation.deadline
    return {
        "modality": draft.modality,
        "bearer": draft.bearer.text,
        "bearer_kind": draft.bearer.kind,
        "explicit": "yes" if draft.bearer.explicit else "no",
        "via": draft.via or "",
        "action": draft.action,
        "object": draft.object,
        "conditions": "\n".join(passage.text for passage in draft.conditions),
        "exceptions": "\n".join(passage.text for passage in draft.exceptions),
        "deadline": (limit.date or limit.iso8601 or "") if limit else "",
        "deadline_kind": limit.kind if limit else "",
        "days": limit.days if limit else "",
        "anchor": (limit.anchor or "") if limit else "",
        "risk": obligation.risk.level,
        "applies": obligation.applies.answer,
    }


def _bearer(found: Bearer, corrections: Corrections) -> Bearer:
    named = corrections.get("explicit")
    return replace(
        found,
        text=corrections.get("bearer", found.text),
        kind=corrections.get("bearer_kind", found.kind),
        explicit=found.explicit if named is None else named == "yes",
    )


def _passages(found: tuple[Passage, ...], corrected: list[dict[str, Any]] | None) -> tuple[Passage, ...]:
    if corrected is None:
        return found
    return tuple(Passage(one["text"], one["start"]) for one in corrected)


def _limit(found: Deadline | None, corrections: Corrections) -> Deadline | None:
    """The outer limit after corrections: an empty deadline removes it, a length or date without one adds it."""
    if not corrections.keys() & {"deadline", "deadline_kind", "days", "anchor"}:
        return found
    wanted = corrections.get("deadline")
    if wanted == "" or (found is None and wanted is None):
        return None
    limit = found or Deadline(Passage(""), "period")
    if wanted is not None:
        fixed = wanted if dates.is_date(wanted) else None
        kind: DeadlineKind = "date" if fixed else "recurrence" if wanted.startswith("R") else "period"
        limit = replace(limit, kind=kind, iso8601=wanted, date=fixed)
    return replace(
        limit,
        kind=corrections.get("deadline_kind", limit.kind),
        days=corrections.get("days", limit.days),
        anchor=corrections.get("anchor", limit.anchor) or None,
    )


def _deadlines(draft: Draft, found: Deadline | None, limit: Deadline | None) -> tuple[Deadline, ...]:
    if limit == found:
        return draft.deadlines
    others = tuple(one for one in draft.deadlines if one != found)
    return others if limit is None else (*others, limit)
