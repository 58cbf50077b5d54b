"""Suggestions: derived from readings, libraries and weights, made anew for a document when any of them changed."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core import jobs, library
from core.controls import shelf
from core.controls.impact import Stake, impact
from core.controls.links import ARE_LINKS, Pair
from core.controls.matching import Duty, Matcher, duty_topics
from core.controls.terms import main_topic
from core.controls.texts import ControlText
from core.identity import require
from core.register import derived
from core.register.fields import FIELDS
from core.settings import lexicon
from core.store import Row, one, rows, write
from core.types import DUTIES, User

# What people say of an obligation that changes what it says or whether it is there.
STEERING = (*FIELDS, "made", "replaced", "run")
# A status by which people say that nothing has to be met.
SET_ASIDE = ("not applicable", "not an obligation")
# Bearers that are no firm; without a profile nobody has said so of each of their duties.
PUBLIC = ("authority", "eu_body", "member_state")
BINDING = (
    f"register.state = 'current' and register.modality in {DUTIES} and register.status not in {SET_ASIDE}"
    f" and (register.applies = 'yes' or register.applies = 'unclear' and register.bearer_kind not in {PUBLIC})"
)
# Nothing is asked for on the strength of an escalated document before a person has released it.
RELEASED = "document.gate in ('open', 'released')"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A control that may meet an obligation, nobody having said anything of the two yet. `id` is DOCUMENT.OBLIGATION.

    `rank` 1 is the best for its obligation; `position` and `page` lead to its place.
    """

    id: str
    document_id: str
    obligation_id: str
    document: str
    path: str
    page: int | None
    quote: str
    action: str
    bearer: str
    risk: str
    impact: str
    control_id: str
    ref: str
    control: str
    description: str
    library: str
    rank: int
    score: float
    reason: str

    @property
    def pair(self) -> Pair:
        return self.id, self.control_id


def stale(db: Database, user: User) -> dict[str, int]:
    """Document id → its duties, for documents whose suggestions are not of what holds now."""
    visible, allowed = library.visible(user)
    whole = _whole_stamp(db, user)
    found = rows(
        db,
        "select id, (select stamp from control_stamp where document_id = document.id) as stamp,"
        " (select count(*) from register where document_id = document.id and register.state = 'current'"
        f" and register.modality in {DUTIES}) as duties from document where {visible}",
        allowed,
    )
    return {row["id"]: row["duties"] for row in found if row["stamp"] != _stamp(db, whole, row["id"])}


def suggest(db: Database, user: User, documents: Sequence[str] | None = None) -> int:
    """Match every duty of these documents (None: of those that are stale) anew; gives how many duties that were.

    One write for each document, matched before it.
    """
    require(user, "documents.read")
    wanted = list(stale(db, user)) if documents is None else documents
    controls = shelf.controls(db, user)
    matcher, whole = Matcher([_text(control) for control in controls]), _whole_stamp(db, user)
    return sum(_suggest(db, user, id, matcher, [c.id for c in controls], whole) for id in wanted)


def keep_up(db: Database, user: User) -> str | None:
    """Bring suggestions up to date: at once where that is quick, else by a job of the worker, whose id is given."""
    waiting = stale(db, user)
    if sum(waiting.values()) <= lexicon("controls")["match"]["inline_duties"]:
        suggest(db, user, list(waiting))
        return None
    active = jobs.jobs(db, user, kind="match", active=True)
    return active[0].id if active else jobs.enqueue(db, user, "match", {}, "Matching controls")


def match_documents(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "match": document by document, so that what is done stays done."""
    waiting = list(stale(db, user))
    for number, document_id in enumerate(waiting):
        jobs.progress(db, claim, number / len(waiting), "Matching obligations with controls")
        suggest(db, user, [document_id])
    with write(db):
        jobs.finish(db, claim)


def to_review(
    db: Database,
    user: User,
    *,
    document: str = "",
    above: float = 0.0,
    best_only: bool = False,
    limit: int | None = 50,
    offset: int = 0,
) -> list[Suggestion]:
    """What nobody has decided on, the surest first; `best_only`: one control for each obligation.

    An obligation that a control meets in full is settled: nothing more is suggested for it.
    """
    where, given = _waiting(user, document, above, best_only=best_only, by_score=True)
    found = rows(
        db,
        "select register.document_id || '.' || register.obligation_id as id, register.document_id,"
        " register.obligation_id, document.title as document, register.path, register.page, register.quote,"
        " register.action, register.bearer, register.risk, coalesce(duty.impact, 'medium') as impact,"
        " control.id as control_id, control.ref, control.name as control, control.description,"
        " library.name as library, match.rank, match.score, match.reason"
        f" {where} order by match.score desc, match.document_id, match.obligation_id, match.rank limit ? offset ?",
        [*given, -1 if limit is None else limit, offset],
    )
    return [Suggestion(**row) for row in found]


def to_review_count(
    db: Database, user: User, *, document: str = "", above: float = 0.0, best_only: bool = False
) -> int:
    where, given = _waiting(user, document, above, best_only=best_only)
    return int(db.conn.execute(f"select count(*) {where}", given).fetchone()[0])


def suggested(db: Database, user: User, id: str) -> list[tuple[str, float, str]]:
    """(control id, score, reason) for one obligation, the best first, decided on or not."""
    document_id, _, obligation_id = id.rpartition(".")
    visible, allowed = library.visible(user)
    found = rows(
        db,
        "select control_id, score, reason from control_match where document_id = ? and obligation_id = ?"
        f" and document_id in (select id from document where {visible})"
        " and control_id in (select id from control where tenant = ?) order by rank",
        [document_id, obligation_id, *allowed, user.tenant],
    )
    return [(row["control_id"], row["score"], row["reason"]) for row in found]


def _waiting(
    user: User, document: str, above: float, *, best_only: bool, by_score: bool = False
) -> tuple[str, list[Any]]:
    """FROM and WHERE, and their parameters. `by_score`: walk the best first, without sorting all of very many."""
    # What a former version asks for needs no control any more; whoever names it sees what was suggested.
    visible, allowed = library.visible(user) if document else library.newest(user)
    counted = visible if document else f"document.id in ({visible})"
    said = (
        f"select 1 from overlay where document_id = match.document_id and subject = match.obligation_id and {ARE_LINKS}"
    )
    narrow, given = (" and match.document_id = ?", [document]) if document else ("", [])
    return (
        "from control_match as match cross join register on register.document_id = match.document_id"
        " and register.obligation_id = match.obligation_id cross join document on document.id = match.document_id"
        " join control on control.tenant = ? and control.id = match.control_id"
        " join control_library as library on library.tenant = control.tenant and library.id = control.library_id"
        " left join control_duty as duty on duty.document_id = match.document_id"
        " and duty.obligation_id = match.obligation_id"
        f" where match.score >= ?{' and match.rank = 1' if best_only else ''}{narrow}"
        f" and {BINDING} and {'+' if by_score else ''}match.document_id in"
        f" (select id from document where {RELEASED} and {counted})"
        f" and not exists ({said} and (field = 'control:' || match.control_id"
        " or (json_extract(value, '$.state') = 'full' and substr(field, 9) in"
        " (select id from control where tenant = document.tenant))))",
        [user.tenant, above, *given, *allowed],
    )


# --- making them ------------------------------------------------------------------------------------------------


def _suggest(db: Database, user: User, document_id: str, matcher: Matcher, controls: Sequence[str], whole: str) -> int:
    library.found(db, user, document_id, "id")
    stamp = _stamp(db, whole, document_id)
    duties = list(_duties(db, document_id))
    facts, matches = [], []
    for row in duties:
        duty = Duty(row["quote"], row["action"], row["lead_in"] or "", row["heading"])
        weighed = impact(_stake(row))
        place = [document_id, row["obligation_id"]]
        topic = main_topic(duty_topics(duty))
        facts.append([*place, weighed.level, weighed.score, json.dumps(weighed.reasons, ensure_ascii=False), topic])
        for rank, match in enumerate(matcher.matches(duty), 1):
            matches.append([*place, controls[match.control], rank, match.score, match.reason])
    with write(db):
        # While it was matched it may have been deleted; then nothing of it may come back.
        if not any(rows(db, "select 1 from document where id = ?", [document_id])):
            return 0
        for table in ("control_duty", "control_match", "control_stamp"):
            db.execute(f"delete from {table} where document_id = ?", [document_id])
        db.conn.executemany("insert into control_duty values (?, ?, ?, ?, ?, ?)", facts)
        db.conn.executemany("insert into control_match values (?, ?, ?, ?, ?, ?)", matches)
        db.execute("insert into control_stamp values (?, ?)", [document_id, stamp])
    return len(duties)


def _duties(db: Database, document_id: str) -> Iterator[Row]:
    """The register's duties with what only the finding knows: the lead-in, and whether a sanction is named."""
    yield from rows(
        db,
        "select register.obligation_id, register.quote, register.action, register.heading, register.risk,"
        " register.applies, register.modality, register.deadline_kind, register.iso8601,"
        " json_extract(finding.obligation, '$.draft.lead_in.text') as lead_in,"
        " coalesce(json_array_length(finding.obligation, '$.draft.sanctions'), 0) as sanctions"
        " from register left join finding on finding.document_id = register.document_id"
        " and finding.obligation_id = register.obligation_id and finding.run_id = register.run_id"
        f" where register.document_id = ? and register.state = 'current' and register.modality in {DUTIES}"
        " order by register.position, register.obligation_id",
        [document_id],
    )


def _stake(row: Row) -> Stake:
    return Stake(
        risk=row["risk"],
        applies=row["applies"],
        modality=row["modality"],
        sanctioned=bool(row["sanctions"]),
        deadline_kind=row["deadline_kind"],
        iso8601=row["iso8601"],
        text=f"{row['lead_in'] or ''} {row['quote']}",
    )


def _text(control: shelf.Control) -> ControlText:
    return ControlText(**{name: getattr(control, name) for name in shelf.TEXTS})


def _whole_stamp(db: Database, user: User) -> str:
    """Of what every document's suggestions depend on: libraries and weights."""
    weights = json.dumps(lexicon("controls"), sort_keys=True, ensure_ascii=False)
    return _digest(shelf.stamp(db, user), weights)


def _stamp(db: Database, whole: str, document_id: str) -> str:
    """Of one document: what its register is derived from, as far as it changes what an obligation says."""
    said = rows(
        db,
        "select subject, field, gesture_id from overlay where document_id = ?"
        " and field in (select value from json_each(?)) order by subject, field",
        [document_id, json.dumps(STEERING)],
    )
    corrections = [list(row.values()) for row in said]
    marked = str(one(db, "select stamp from register_stamp where document_id = ?", [document_id]))
    return _digest(whole, str(derived.chosen_run(db, document_id)), json.dumps(corrections), marked)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
