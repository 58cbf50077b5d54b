"""Change records: a new version of a prompt is proposed by one person, decided by another, and in use from then on.

A record is proposed, then approved, rejected or withdrawn, and never changes again. Approving moves the switch in the
same write. Going back to what was in use before takes one person and no waiting: it was approved then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, get_args

from sqlite_utils import Database

from core import audit, identity, prompts, switches
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.prompts import Prompt
from core.store import new_id, now, one, rows, write
from core.switches import said
from core.types import RiskLevel, User

State = Literal["proposed", "approved", "rejected", "withdrawn"]
Kind = Literal["change", "rollback", "stop", "start"]
LEVELS: tuple[RiskLevel, ...] = get_args(RiskLevel)
ALONE = (
    "Nobody approves their own change, and you are the only person here so far. A proposal waits for a second person"
    " who is engineering owner, risk reviewer or admin; going back to a former version and stopping a model need none."
)


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of a change record. `before` and `after` are the switch's values; None: a model that runs.

    `digest` is that of the prompt's file when it was proposed. `approver` is whoever approved or rejected it;
    `deployed_at` is when it came into use. What took effect at once has an author and no approver.
    """

    number: int
    id: str
    kind: Kind
    subject: str
    before: str | None
    after: str | None
    digest: str | None
    change: str
    reason: str
    affected: str
    risk_level: RiskLevel | Literal[""]
    eval_before: str
    eval_after: str
    security_impact: str
    rollback_plan: str
    author: str
    author_name: str
    proposed_at: str
    state: State
    approver: str | None
    approver_name: str | None
    decision_reason: str
    decided_at: str | None
    deployed_at: str | None


# What must not be empty, as it completes "Say …".
ASKED = {
    "change": "what changes",
    "reason": "why",
    "affected": "who and what is affected",
    "security_impact": "what it means for security and privacy",
    "rollback_plan": "how it would be taken back",
}
# Whoever has one of these has to do with what steers the models: every person with a role, not every program's token.
READERS = ("models.ask", "models.manage", "models.stop", "changes.propose", "changes.decide")
COLUMNS = ", ".join(field.name for field in fields(Record))


# --- read -------------------------------------------------------------------------------------------------------


def records(db: Database, user: User, subject: str | None = None) -> list[Record]:
    """Those of the user's tenant, newest first; none for somebody without a right to do with models."""
    if not _reads(user):
        return []
    sql = (
        f"select {COLUMNS} from change_record where tenant = ? and subject = coalesce(?, subject) order by number desc"
    )
    return [Record(**row) for row in rows(db, sql, [user.tenant, subject])]


def record(db: Database, user: User, id: str) -> Record:
    """One of the tenant's, or NotFound."""
    row = one(db, f"select {COLUMNS} from change_record where tenant = ? and id = ?", [user.tenant, id])
    if row is None or not _reads(user):
        raise NotFound(f"There is no change record {id}; `changes list` names those there are.")
    return Record(**row)


def _reads(user: User) -> bool:
    return any(identity.may(user, one) for one in READERS)


def former(db: Database, user: User, subject: str) -> tuple[str, ...]:
    """What was in use before what is in use now, the latest first: what can be gone back to.

    Going back takes away what came after: to bring that into use again, it is proposed again.
    """
    past, current = past_of(records(db, user, subject)), switches.in_use(db, subject)
    return tuple(dict.fromkeys(used for used in reversed(past) if used != current))


def past_of(found: Sequence[Record]) -> list[str]:
    """What the records of one subject, newest first, brought into use and nobody went back from, oldest first."""
    past: list[str] = []
    for made in reversed(found):
        if made.state != "approved" or not made.before or not made.after:
            continue
        if past[-1:] != [made.before]:  # a release shipped another version meanwhile
            past.append(made.before)
        if made.kind == "rollback":
            while past and past[-1] != made.after:
                past.pop()
        else:
            past.append(made.after)
    return past


def edited(db: Database, user: User, subject: str, version: str) -> bool:
    """Whether the file of a version is not what was approved. False where nobody approved it: it was shipped."""
    approved = (made for made in records(db, user, subject) if made.state == "approved" and made.after == version)
    seen = [made.digest for made in approved]
    return bool(seen and seen[0]) and prompts.named(version).digest != seen[0]


# --- propose and decide -----------------------------------------------------------------------------------------


def propose(
    db: Database,
    user: User,
    subject: str,
    after: str,
    *,
    change: str,
    reason: str,
    affected: str,
    risk_level: RiskLevel,
    security_impact: str,
    rollback_plan: str,
    eval_before: str = "",
    eval_after: str = "",
) -> str:
    """Propose that `subject`, "prompt:extract", uses `after`, "extract-obligations/1.1.0". Gives the record's id.

    Only eval results may be empty. BadInput names what is missing, or what is wrong with the version; Conflict when it
    is in use or proposed already.
    """
    identity.require(user, "changes.propose")
    words = _worded(
        {"change": change, "reason": reason, "affected": affected, "security_impact": security_impact,
         "rollback_plan": rollback_plan, "eval_before": eval_before, "eval_after": eval_after}
    )  # fmt: skip
    if risk_level not in LEVELS:
        raise BadInput(f"Choose the risk level, one of: {', '.join(LEVELS)}.")
    found, before = sound(subject, after), switches.in_use(db, subject)
    if after == before:
        raise Conflict(f"{after} is in use already.")
    row = {
        "id": new_id(), "tenant": user.tenant, "kind": "change", "subject": subject, "before": before, "after": after,
        "digest": found.digest, "risk_level": risk_level, **words,
        "author": user.id, "author_name": user.name, "proposed_at": now(), "state": "proposed",
    }  # fmt: skip
    with write(db):
        open_one = (
            "select number from change_record where tenant = ? and subject = ? and after = ? and state = 'proposed'"
        )
        if waiting := one(db, open_one, [user.tenant, subject, after]):
            raise Conflict(f"{after} is proposed already, as change {waiting['number']}; decide on that one first.")
        db["change_record"].insert(row)
        _log(db, user, "proposed", str(row["id"]), subject, after, found.digest)
    return str(row["id"])


def decide(db: Database, user: User, id: str, approve: bool, reason: str) -> None:
    """Approve, which brings it into use in the same write, or reject.

    NotAllowed for its author; Conflict when it is decided already, or when what is in use, or the proposed file, is
    not what it was when it was proposed.
    """
    identity.require(user, "changes.decide")
    reason, found = said(reason, "why you decide so"), record(db, user, id)
    _require_open(found)
    if found.author == user.id:
        second = f"Nobody decides on their own change: ask somebody who is {identity.who_may('changes.decide')}."
        raise NotAllowed(f"{ALONE if identity.alone(user) else second} You can withdraw change {found.number}.")
    if approve:
        _require_as_proposed(found)
    shipped = switches.shipped(found.subject)
    with write(db):
        _settle(db, user, found, "approved" if approve else "rejected", reason)
        if approve:
            _move(db, user, found.subject, found.before, str(found.after), shipped, reason, found.id)


def withdraw(db: Database, user: User, id: str, reason: str = "") -> None:
    """Take back one's own proposal."""
    identity.require(user, "changes.propose")
    found = record(db, user, id)
    _require_open(found)
    if found.author != user.id:
        raise NotAllowed(f"Only {found.author_name}, who proposed change {found.number}, can withdraw it; reject it.")
    with write(db):
        _settle(db, user, found, "withdrawn", _short(reason))


def roll_back(db: Database, user: User, subject: str, reason: str, to: str | None = None) -> str:
    """Go back to what was in use before, or to an earlier one of `former`: at once. Gives the record's id."""
    identity.require(user, "changes.decide")
    reason, before, known = said(reason, "why"), switches.in_use(db, subject), former(db, user, subject)
    if not known:
        raise Conflict(f"There is nothing to go back to: {subject} has used only {before or 'nothing'}.")
    target = to or known[0]
    if target not in known:
        raise BadInput(
            f"{target} was not in use before {before}; it was one of: {', '.join(known)}. Propose it instead."
        )
    digest = sound(subject, target, logged=False).digest
    if edited(db, user, subject, target):
        raise Conflict(f"The file of {target} is not what was approved; restore it, or propose it anew.")
    shipped = switches.shipped(subject)
    with write(db):
        change = f"Go back from {before} to {target}"
        change_id = switches.noted(db, user, "rollback", subject, before, target, change, reason, digest)
        _move(db, user, subject, before, target, shipped, reason, change_id)
        _log(db, user, "rolled_back", change_id, subject, target, digest)
    return change_id


# --- what is checked --------------------------------------------------------------------------------------------


def sound(subject: str, version: str, *, logged: bool = True) -> Prompt:
    """The prompt, if the task can use it. BadInput or NotFound says why not."""
    kind, _, task = subject.partition(":")
    if kind != "prompt" or task not in switches.tasks():
        known = ", ".join(f"prompt:{name}" for name in switches.tasks())
        raise BadInput(f"{subject!r} has no versions to choose from; it is one of: {known or 'none yet'}.")
    found = prompts.named(version)
    if found.task != task:
        raise BadInput(f"{version} is for the task {found.task!r} and not for {task!r}; choose one that is.")
    # What is shipped with the program is what the program fills in.
    ours = prompts.named(str(switches.shipped(subject)))
    if {each.name for each in found.variables} != {each.name for each in ours.variables}:
        wanted = ", ".join(each.name for each in ours.variables)
        raise BadInput(f"{version} must have the variables that the program fills in, no more and no less: {wanted}.")
    if logged and not found.changes and prompts.versions(found.name)[-1] != found.version:
        raise BadInput(f'{version} does not say what is different; add a line `changes = "…"` to the head of its file.')
    return found


def _require_open(found: Record) -> None:
    if found.state != "proposed":
        raise Conflict(f"Change {found.number} is {found.state} already; a decided record stays as it is.")


def _require_as_proposed(found: Record) -> None:
    if sound(found.subject, str(found.after)).digest != found.digest:
        raise Conflict(
            f"The file of {found.after} changed since it was proposed; reject change {found.number}, give the new text"
            " a new version, and propose that."
        )


def _worded(words: dict[str, str]) -> dict[str, str]:
    """What a person wrote, trimmed. BadInput names all that is missing, so that nobody is asked one by one."""
    if missing := [what for name, what in ASKED.items() if not words[name].strip()]:
        raise BadInput(f"Say {', '.join(missing)}: whoever decides needs it.")
    return {name: _short(text) for name, text in words.items()}


def _short(text: str) -> str:
    return said(text, "it") if text.strip() else ""


# --- inside a write ---------------------------------------------------------------------------------------------


def _settle(db: Database, user: User, found: Record, state: State, reason: str) -> None:
    """Exactly one of those who decide at the same moment gets here first; the others are told."""
    moment, decides = now(), state != "withdrawn"
    settled = db.execute(
        "update change_record set state = ?, approver = ?, approver_name = ?, decision_reason = ?, decided_at = ?,"
        " deployed_at = ? where id = ? and tenant = ? and state = 'proposed' and (author = ?) = ?",
        [state, user.id if decides else None, user.name if decides else None, reason, moment,
         moment if state == "approved" else None, found.id, user.tenant, user.id, not decides],
    )  # fmt: skip
    if not settled.rowcount:
        raise Conflict(f"Somebody else decided on change {found.number} a moment ago; look at it again.")
    _log(db, user, state, found.id, found.subject, str(found.after), found.digest)


def _log(db: Database, user: User, done: str, id: str, switch: str, after: str, digest: str | None) -> None:
    audit.append(db, user, f"change.{done}", f"change:{id}", digest=digest, switch=switch, after=after)


def _move(
    db: Database, user: User, subject: str, before: str | None, after: str, shipped: str | None, reason: str, id: str
) -> None:  # fmt: skip
    switched = switches.value(db, subject)
    if (switched or shipped) != before or not switches.move(db, user, subject, switched, after, reason, id):
        raise Conflict(
            f"Meanwhile {switched or shipped} is in use, and no longer {before}, which this would replace; look again,"
            " and propose it anew if it is still wanted."
        )
