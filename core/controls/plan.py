"""From gaps to steps: what to do about each group of open duties, who, how urgent and by when.

Duties that the same control may meet are one step, whatever documents they stand in; so are those of one topic that no
control may meet. A person may give a step another owner and date: values in the register's overlay of each of its
documents, so that undo covers them and nobody reads them who may not see one of these documents.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from core import library
from core.controls import shelf
from core.controls.gaps import EVERYTHING, OTHER, Gap, GapFilter, gaps
from core.controls.shelf import Control
from core.errors import BadInput, NotFound
from core.extract.phrases import plain, said
from core.extract.risk import LEVELS
from core.register import gestures
from core.register.dates import parse_date
from core.register.fields import short
from core.register.gestures import Change
from core.settings import lexicon
from core.store import rows
from core.types import User

Kind = Literal["complete", "check", "write"]
OPEN = ("gap", "part")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the plan. `kind`: complete a control that meets its duties in part, check one that may meet them,
    or write one. `control` is its ref, "" where one must be written; `due` an ISO date; `edited` names what a person
    set: owner, due. `documents` are the titles of `document_ids`, `obligations` ids as the register shows them.
    """

    id: str
    kind: Kind
    title: str
    owner: str
    priority: str
    due: str
    topic: str
    control: str
    control_id: str
    documents: tuple[str, ...]
    document_ids: tuple[str, ...]
    places: tuple[str, ...]
    obligations: tuple[str, ...]
    edited: tuple[str, ...] = ()


def plan(db: Database, user: User, filter: GapFilter = EVERYTHING, *, today: date | None = None) -> list[Step]:
    """The steps for every open duty of the filter, the most urgent first. A due date counts from today until somebody
    enters one.
    """
    return plan_of(db, user, gaps(db, user, filter, sort="position", limit=None), today or datetime.now(UTC).date())


def plan_of(db: Database, user: User, found: Sequence[Gap], today: date) -> list[Step]:
    """The steps for those of these duties that are open."""
    controls = {control.id: control for control in shelf.controls(db, user)}
    by_ref = {control.ref: control for control in controls.values()}
    groups: dict[str, list[Gap]] = {}
    for gap in found:
        if gap.coverage in OPEN:
            groups.setdefault(_about(gap, by_ref), []).append(gap)
    steps = [_step(about, group, controls.get(about), today) for about, group in groups.items()]
    edited = _edited(db, steps)
    return sorted(edited, key=lambda one: (-_height(one.priority), one.due, -len(one.obligations), one.title))


def set_plan(db: Database, user: User, id: str, *, owner: str | None = None, due: str | None = None) -> None:
    """Give a step another owner or date; "" goes back to what is proposed, None leaves it as it is. One gesture."""
    step = next((one for one in plan(db, user) if one.id == id), None)
    if step is None:
        raise NotFound("There is no such step; its duties may be covered by now. Look at the plan again.")
    values: dict[str, str | None] = {}
    if owner is not None:
        values["plan_owner"] = " ".join(short(owner).split()) or None
    if due is not None:
        values["plan_due"] = parse_date(due).isoformat() if due.strip() else None
    if not values:
        raise BadInput("Say what to change: the owner or the date.")

    def say() -> list[Change]:
        for document_id in step.document_ids:
            library.found(db, user, document_id, "id")
        return [Change(one, subject(id), field, value) for one in step.document_ids for field, value in values.items()]

    gestures.make(db, user, "plan", "Changed a step of the plan", say)


def subject(id: str) -> str:
    """Under which a step's values stand in the overlay; no obligation is called so."""
    return f"plan-{id}"


def due_date(priority: str, nearest: str | None, today: date, hours: Mapping[str, int]) -> date:
    """So many hours from today by risk, or the day that the law names where that comes first and is not over."""
    proposed = today + timedelta(hours=hours[priority])
    by_law = date.fromisoformat(nearest[:10]) if nearest else None
    return by_law if by_law and today <= by_law < proposed else proposed


def _about(gap: Gap, by_ref: Mapping[str, Control]) -> str:
    """The control that meets it in part, else the one that may meet it, else its topic."""
    partial = next((by_ref[ref].id for ref in gap.controls if ref in by_ref), "")
    return partial or gap.suggested_id or gap.topic


def _step(about: str, group: Sequence[Gap], control: Control | None, today: date) -> Step:
    policy = lexicon("actions")
    kind: Kind = "write" if control is None else "complete" if any(gap.coverage == "part" for gap in group) else "check"
    priority = max((gap.risk for gap in group), key=_height)
    titles = {gap.document_id: gap.document for gap in group}
    future = [gap.due for gap in group if gap.due and gap.due >= today.isoformat()]
    return Step(
        id=hashlib.sha256(about.encode()).hexdigest()[:16],
        kind=kind,
        title=_title(kind, about, control),
        owner=(control.owner if control else "") or owner_role(group, policy),
        priority=priority,
        due=due_date(priority, min(future, default=None), today, policy["due_hours"]).isoformat(),
        topic=(control.topic or control.category) if control else about,
        control=control.ref if control else "",
        control_id=control.id if control else "",
        documents=tuple(titles.values()),
        document_ids=tuple(titles),
        places=tuple(dict.fromkeys(gap.path for gap in group)),
        obligations=tuple(gap.id for gap in group),
    )


def _title(kind: Kind, about: str, control: Control | None) -> str:
    if control is None:
        topic = "duties that no topic fits" if about == OTHER else about if about[:2].isupper() else about.lower()
        return f"Write a control for {topic}"
    return f"{'Complete' if kind == 'complete' else 'Check'} {control.ref}, {control.name}"


def owner_role(group: Sequence[Gap], policy: Mapping[str, Any]) -> str:
    """The role whose topic the most of these duties speak of, as for the recommended actions."""
    texts = [plain(gap.quote, gap.path) for gap in group]
    roles = {
        topic["role"]: sum(bool(said(topic["phrases"], text)) for text in texts) for topic in policy["owner"]["topic"]
    }
    best = max(roles, key=lambda role: roles[role])
    return best if roles[best] else str(policy["owner"]["otherwise"])


def _edited(db: Database, steps: Sequence[Step]) -> list[Step]:
    """The steps with what people set; where documents differ, the latest."""
    documents = sorted({document_id for step in steps for document_id in step.document_ids})
    found = rows(
        db,
        "select document_id, subject, field, value from overlay where document_id in (select value from json_each(?))"
        " and subject >= 'plan-' and subject < 'plan.' and field in ('plan_owner', 'plan_due') order by gesture_id",
        [json.dumps(documents)],
    )
    given: dict[str, dict[str, tuple[str, str]]] = {}
    for row in found:
        name = row["field"].removeprefix("plan_")
        given.setdefault(row["subject"], {})[name] = (row["document_id"], json.loads(row["value"]))
    return [_laid(step, given.get(subject(step.id), {})) for step in steps]


def _laid(step: Step, given: Mapping[str, tuple[str, str]]) -> Step:
    said = {name: value for name, (document_id, value) in given.items() if document_id in step.document_ids}
    return replace(step, owner=said.get("owner", step.owner), due=said.get("due", step.due), edited=tuple(sorted(said)))


def _height(level: str) -> int:
    return [*LEVELS].index(level)  # type: ignore[arg-type]
