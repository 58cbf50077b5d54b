"""Exactly what is decided on, as one flat table of names and words, and its digest.

A fact is what a reviewer reads: what is asked for, each obligation as it stands with its quote, the risk, the model,
the document and the policy. Comments, claims and other people's decisions are no facts: they change nothing of it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from core import library, register
from core.errors import Conflict
from core.library.cards import digest as card_digest
from core.register import Row, Standing
from core.register.derived import chosen_run
from core.review import policy
from core.review.items import Asked, Item
from core.review.policy import LEVELS
from core.store import now, one, rows
from core.types import Action, Deadline, Obligation, RiskLevel, User

Facts = dict[str, str]
Difference = tuple[str, str, str]
# Of an action: what it says, under the name that people read.
ACTION = {
    "title": "title", "detail": "detail", "owner_role": "owner", "priority": "priority", "due": "due",
    "obligation_ids": "obligations",
}  # fmt: skip
# The reading that is shown and those that there are, under names that people read; "builtin" is the engine's own.
READING = {
    "model": "Reading shown, by", "run": "Reading shown, number", "digest": "Reading shown, digest",
    "others": "Readings",
}  # fmt: skip
ABSENT = "nothing"


class Stale(Conflict):
    """What was shown is not what holds now. `differences`: name, before, now; () where nothing was shown under it."""

    def __init__(self, message: str, differences: Sequence[Difference] = ()) -> None:
        super().__init__(message)
        self.differences = tuple(differences)


def facts(db: Database, user: User, asked: Asked | Item) -> Facts:
    """What holds now of what is asked for, the same for everybody who may see its document.

    Conflict, with the reason, when nothing may be decided on them: the document is escalated, rejected or withdrawn,
    or the run that the register shows does not recommend one of them any more.
    """
    document_id, actions = asked.document_id, asked.actions
    document = library.found(db, user, document_id)
    require_usable(document)
    recommended = {row.action.id: row for row in register.actions(db, user, document_id, [one.id for one in actions])}
    for action in actions:
        if action.id not in recommended:
            raise Conflict(
                f"“{action.title}” is not recommended any more: the register shows another reading, or its duty does"
                " not apply to the firm. Drop this request."
            )
    ids = dict.fromkeys(id for action in actions for id in recommended[action.id].action.obligation_ids)
    standing = register.standing_of(db, user, document_id, ids)
    shown = {row.obligation_id: row for row in register.rows_of(db, user, document_id, list(standing))}
    told = _asked(asked) | _document(db, document, document_id) | _reading(db, document_id)
    for action in actions:
        told |= _action(action)
    for id, row in shown.items():
        told |= _obligation(row, standing[id])
    level = risk([one.priority for one in actions], [row.risk for row in shown.values()])
    return told | _risk(level)


def risk(priorities: Sequence[RiskLevel], standing: Sequence[str]) -> RiskLevel:
    """The highest of what the reading said and of what holds now: a correction can raise it and never lower it."""
    return max((*priorities, *(level for level in LEVELS if level in standing)), key=LEVELS.index)


def risk_of(told: Facts) -> RiskLevel:
    return next(level for level in LEVELS if level == told["risk"])


def digest(told: Facts) -> str:
    """SHA-256 over every name and its words."""
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """What is not the same, under names that people read, in the order of what is shown."""
    names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    # A digest or an id that differs beside words that differ says nothing more to a person.
    plain = [name for name in names if not name.endswith(("digest", " id"))] or names
    both = {**before, **after}
    return [(label(name, both), before.get(name, ABSENT), after.get(name, ABSENT)) for name in plain]


def label(name: str, told: Mapping[str, str]) -> str:
    """ "action/a1/due" as "Notify: due", "obligation/o1/deadline" as "Article 1(2): deadline"."""
    kind, _, rest = name.partition("/")
    id, _, field = rest.partition("/")
    if kind == "action":
        return f"{told.get(f'action/{id}/title', 'Action')}: {field}"
    if kind == "obligation":
        return f"{told.get(f'obligation/{id}/path') or 'Obligation'}: {field}"
    if kind == "reading":
        return READING.get(rest, rest)
    return f"{kind}: {rest}" if rest else kind


def keep(db: Database, item_id: str, mark: str, told: Facts) -> None:
    """What a digest stands for, inside the write of the caller; the first time counts."""
    db.execute(
        "insert into item_shown (item_id, digest, facts, first_at) values (?, ?, ?, ?) on conflict do nothing",
        [item_id, mark, json.dumps(told, ensure_ascii=False), now()],
    )


def kept(db: Database, item_id: str, mark: str) -> Facts | None:
    """What was shown under a digest; None where nothing was."""
    row = one(db, "select facts from item_shown where item_id = ? and digest = ?", [item_id, mark])
    found: Facts | None = json.loads(row["facts"]) if row else None
    return found


def require_same(db: Database, item_id: str, number: int, shown: str, told: Facts) -> str:
    """The digest of what holds, if it is what was shown. Stale, with what differs, if not."""
    mark = digest(told)
    if mark == shown:
        return mark
    before = kept(db, item_id, shown)
    if before is None:
        raise Stale(f"What you decide on is not what request {number} shows; open it and read it again.")
    found = differences(before, told)
    names = ", ".join(name for name, _, _ in found[:3]) + (" …" if len(found) > 3 else "")
    raise Stale(f"Request {number} changed since you read it ({names}); look at what is different.", found)


def require_usable(document: Mapping[str, Any]) -> None:
    """Conflict, with the reason, where nothing of the document may be asked for or decided."""
    title = document["title"]
    if document["status"] == "withdrawn":
        raise Conflict(f"{title!r} was withdrawn; nothing more is decided on it.")
    if document["gate"] == "waiting":
        raise Conflict(f"{title!r} was escalated and waits to be released; its actions wait with it.")
    if document["gate"] == "rejected":
        raise Conflict(f"{title!r} was escalated and rejected; nothing may be taken from it.")


# --- what is told -----------------------------------------------------------------------------------------------


def _asked(asked: Asked | Item) -> Facts:
    """Each time that somebody asks is another thing to decide on, also where the words are the same as before."""
    return {
        "request/version": str(asked.version),
        "request/asked by": asked.requester or "",
        "request/asked at": asked.submitted_at or "",
    }


def _document(db: Database, document: Mapping[str, Any], document_id: str) -> Facts:
    card = one(db, "select fields from card where document_id = ?", [document_id])
    return {
        "document/title": document["title"],
        "document/version": document["version"],
        "document/classification": document["classification"],
        "document/warnings": "\n".join(json.loads(document["warnings"])),
        "document/text digest": document["sha256"],
        "document/card digest": card_digest(json.loads(card["fields"])) if card else "",
    }


def _reading(db: Database, document_id: str) -> Facts:
    """The run that is shown: its digest is of model, prompt and findings; and the latest run of each model."""
    chosen = chosen_run(db, document_id)
    known = rows(db, "select id, number, model, digest from run where document_id = ? order by number", [document_id])
    latest = {row["model"]: row["number"] for row in known}
    shown = next(row for row in known if row["id"] == chosen)
    return {
        "reading/model": shown["model"],
        "reading/run": str(shown["number"]),
        "reading/digest": shown["digest"],
        "reading/others": "\n".join(f"{model}, run {number}" for model, number in sorted(latest.items())),
    }


def _action(action: Action) -> Facts:
    return {f"action/{action.id}/{name}": _words(getattr(action, field)) for field, name in ACTION.items()}


def _obligation(row: Row, standing: Standing) -> Facts:
    told = {**_place(row), **_norm(standing.obligation), "due": _words(row.due), "status": row.status}
    told |= {"status reason": row.reason, "corrected": ", ".join(standing.corrected)}
    return {f"obligation/{row.obligation_id}/{name}": words for name, words in told.items()}


def _place(row: Row) -> Facts:
    return {
        "path": row.path, "heading": row.heading, "quote": row.quote, "place": f"{row.position}–{row.end}",
        "page": _words(row.page),
    }  # fmt: skip


def _norm(found: Obligation) -> Facts:
    draft = found.draft
    return {
        "lead-in": draft.lead_in.text if draft.lead_in else "",
        "kind": draft.modality,
        "bearer": f"{draft.bearer.text} ({draft.bearer.kind})",
        "via": draft.via or "",
        "action": draft.action,
        "object": draft.object,
        "conditions": "\n".join(passage.text for passage in draft.conditions),
        "exceptions": "\n".join(passage.text for passage in draft.exceptions),
        "deadline": deadline(found.deadline),
        "sanctions": "\n".join(one.passage.text for one in draft.sanctions),
        "risk": f"{found.risk.level} ({found.risk.score})",
        "risk reasons": "\n".join(found.risk.reasons),
        "applies": f"{found.applies.answer} ({found.applies.reason})",
        "match": found.match,
        "confidence": f"{found.confidence:.3f}",
        "engine": found.engine,
        "rule": found.rule,
    }


def deadline(found: Deadline | None) -> str:
    if found is None:
        return ""
    said = [found.passage.text, found.iso8601, found.date, found.anchor, found.days]
    return "; ".join(dict.fromkeys(part for part in said if part))


def _risk(level: RiskLevel) -> Facts:
    rule = policy.rule(level)
    return {"risk": level, "policy/approval": rule.words, "policy/digest": digest({"rule": rule.as_json()})}


def _words(value: object) -> str:
    if isinstance(value, tuple | list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)
