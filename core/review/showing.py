"""The evidence for one request: all that somebody reads before they decide, and the digest of exactly that."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from core import audit, identity, library, register
from core.audit import Remark
from core.errors import Conflict, NotAllowed
from core.extract.agreement import Field, agreement
from core.library.cards import Fields
from core.register import Row as Duty
from core.register import derived
from core.review import facts, people, policy
from core.review.facts import Difference
from core.review.items import Item, Version, item, versions
from core.review.policy import Rule
from core.review.table import STEPS, allowed
from core.store import one, rows, write
from core.types import Action, Obligation, User

BUILTIN = "builtin"
FEW = 10
# What a person should look at twice before accepting, as a screen says it.
CAUTIONS = {
    "fuzzy": "The quote of {path} is not word for word in the source.",
    "unsure": "The reading of {path} is unsure ({confidence:.0%}).",
    "apart": "The built-in engine and the model read {path} differently ({fields}).",
    "lone": "Only one of the two readings found {path}.",
    "status": "{path} is marked “{status}” in the register.",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one engine's latest run says of an obligation. `found` is empty where it did not find it."""

    engine: str
    run: int
    found: tuple[Obligation, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An obligation as it stands: `row` as the register lists it, `obligation` with all its passages.

    `corrected` names fields that people corrected; `readings` has the built-in engine and the model, where they ran;
    `differing`: the fields in which the two differ; `references` are the provisions that it refers to.
    """

    id: str
    row: Duty
    obligation: Obligation
    corrected: tuple[str, ...]
    readings: tuple[Reading, ...]
    differing: tuple[Field, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Somebody's decision, of the item that `number` and `title` name. `stands`: whether they may decide still, without
    which an acceptance counts no more.
    """

    id: str
    item_id: str
    number: int
    title: str
    version: int
    digest: str
    reviewer: str
    roles: tuple[str, ...]
    verdict: str
    override: bool
    reason: str
    result: str
    decided_at: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """`digest` is of what is decided on (`facts`), `changed` what is different since it was asked for.

    `steps` are those that this person may take now, `barred` why they may not decide, "" where they may. `unusable`
    says why nobody may: the document is escalated, or the action is not recommended any more; then `digest` is the
    one that was asked for. `need` is the policy in words; `accepted` of `rule.approvers` have accepted this.
    """

    item: Item
    actions: tuple[Action, ...]
    version: int
    digest: str
    facts: facts.Facts
    changed: tuple[Difference, ...]
    versions: tuple[Version, ...]
    obligations: tuple[Shown, ...]
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    related: tuple[Duty, ...]
    similar: tuple[Decision, ...]
    document: library.DocumentRow
    card: Fields
    warnings: tuple[str, ...]
    model: str
    prompt: str
    rule: Rule
    need: str
    accepted: int
    lacking: tuple[str, ...]
    decisions: tuple[Decision, ...]
    remarks: tuple[Remark, ...]
    steps: tuple[str, ...]
    barred: str
    unusable: str


def evidence(db: Database, user: User, item_id: str) -> Evidence:
    """All of it for one request. What is shown under a new digest is kept, and that it was seen is logged."""
    found = item(db, user, item_id)
    told, unusable = _facts(db, user, found)
    digest = facts.digest(told)
    shown = _obligations(db, user, found) if not unusable else ()
    metadata = _metadata(db, user, found)
    rule, document = policy.rule(facts.risk_of(told)), library.document_row(db, user, found.document_id)
    made, mark = decisions(db, user, found.id), digest
    accepted = people.accepted(db, found.id, mark)
    barred = unusable or _barred(db, user, found)
    _seen(db, user, found, digest, told)
    return Evidence(
        item=found, actions=found.actions, version=found.version, digest=digest, facts=told,
        changed=tuple(facts.differences(facts.kept(db, found.id, found.digest) or told, told)),
        versions=tuple(versions(db, user, found.id)), obligations=shown,
        reasons=tuple(dict.fromkeys(reason for one in shown for reason in one.obligation.risk.reasons)),
        cautions=tuple(cautions(shown)), related=_related(db, user, found, shown), similar=_similar(db, user, found),
        document=document, card=library.card(db, user, found.document_id), warnings=document.warnings,
        model=metadata[0], prompt=metadata[1], rule=rule, need=rule.words, accepted=len(accepted),
        lacking=rule.lacking(accepted), decisions=tuple(made),
        remarks=tuple(audit.remarks(db, user, found.subject)), steps=_steps(user, found, barred), barred=barred,
        unusable=unusable,
    )  # fmt: skip


def decisions(db: Database, user: User, item_id: str) -> list[Decision]:
    """Every decision on a request, oldest first."""
    found = item(db, user, item_id)
    return _decisions(db, "decision.item_id = ? order by decision.rowid", [found.id])


def cautions(shown: Iterable[Shown]) -> Iterable[str]:
    """What to look at twice, once each."""
    said: dict[str, None] = {}
    for each in shown:
        row, both = each.row, len(each.readings) == 2
        lone = both and not all(reading.found for reading in each.readings)
        tests = {
            "fuzzy": row.match == "fuzzy",
            "unsure": row.match != "fuzzy" and row.doubtful,
            "apart": bool(each.differing),
            "lone": lone,
            "status": row.status in ("not an obligation", "not applicable"),
        }
        values = {"path": row.path, "confidence": row.confidence, "fields": ", ".join(each.differing)}
        said |= {CAUTIONS[name].format(**values, status=row.status): None for name, true in tests.items() if true}
    return said


# --- parts ------------------------------------------------------------------------------------------------------


def _facts(db: Database, user: User, found: Item) -> tuple[facts.Facts, str]:
    """What holds now; or what was asked for, and why nothing may be decided on it any more."""
    try:
        return facts.facts(db, user, found), ""
    except Conflict as error:
        return facts.kept(db, found.id, found.digest) or {"risk": found.risk}, str(error)


@dataclass(frozen=True, slots=True)
class Run:
    """The latest run of an engine, and where each of its findings stands: (start, end, obligation id)."""

    id: str
    number: int
    model: str
    places: tuple[tuple[int, int, str], ...]


def _obligations(db: Database, user: User, found: Item) -> tuple[Shown, ...]:
    recommended = register.actions(db, user, found.document_id, [one.id for one in found.actions])
    ids = dict.fromkeys(id for row in recommended for id in row.action.obligation_ids)
    standing = register.standing_of(db, user, found.document_id, ids)
    runs = _runs(db, found.document_id)
    return tuple(
        _shown(db, row, standing[row.obligation_id], runs)
        for row in register.rows_of(db, user, found.document_id, list(standing))
    )


def _runs(db: Database, document_id: str) -> tuple[Run, ...]:
    """That of the built-in engine and that of a model, where they ran."""
    known = rows(db, "select id, number, model from run where document_id = ? order by number", [document_id])
    latest = {row["model"] == BUILTIN: row for row in known}
    spans = (
        "select json_extract(obligation, '$.span.start') as first, json_extract(obligation, '$.span.end') as last,"
        " obligation_id from finding where run_id = ?"
    )
    return tuple(
        Run(**latest[ours], places=tuple(tuple(row.values()) for row in rows(db, spans, [latest[ours]["id"]])))
        for ours in (True, False)
        if ours in latest
    )


def _shown(db: Database, row: Duty, standing: register.Standing, runs: Sequence[Run]) -> Shown:
    norm = standing.obligation
    readings = tuple(Reading(run.model, run.number, _meeting(db, row.document_id, run, norm)) for run in runs)
    differing: tuple[Field, ...] = ()
    if len(readings) > 1:
        pairs = agreement(readings[0].found, readings[1].found).differing
        differing = tuple(dict.fromkeys(field for pair in pairs for field in pair.fields))
    return Shown(row.id, row, norm, standing.corrected, readings, differing, _references(norm))


def _meeting(db: Database, document_id: str, run: Run, norm: Obligation) -> tuple[Obligation, ...]:
    """The run's findings whose quote touches this one."""
    ids = [id for start, end, id in run.places if start < norm.span.end and end > norm.span.start]
    return tuple(derived.findings(db, document_id, run.id, ids).values()) if ids else ()


def _references(norm: Obligation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.target for one in norm.draft.references if one.target))


def _related(db: Database, user: User, found: Item, shown: Sequence[Shown]) -> tuple[Duty, ...]:
    """The other obligations of the same provisions, and of those that these refer to."""
    named = {one.row.path for one in shown} | {path for one in shown for path in one.references}
    articles = {path.partition("(")[0] for path in named}
    ours = {one.row.obligation_id for one in shown}
    sql = (
        "select obligation_id, path from register where document_id = ? and state = 'current'"
        " and (path in (select value from json_each(?)) or"
        " substr(path, 1, instr(path || '(', '(') - 1) in (select value from json_each(?))) order by position"
    )
    near = rows(db, sql, [found.document_id, json.dumps(sorted(named)), json.dumps(sorted(articles))])
    ids = [row["obligation_id"] for row in near if row["obligation_id"] not in ours]
    return tuple(register.rows_of(db, user, found.document_id, ids[:FEW]))


def _similar(db: Database, user: User, found: Item) -> tuple[Decision, ...]:
    """Latest first: on the same actions in former requests, then on requests of the same risk and owner."""
    condition, parameters = library.visible(user)
    seen = f"item.tenant = ? and item.id <> ? and item.document_id in (select id from document where {condition})"
    given = [user.tenant, found.id, *parameters]
    ids, owners = ([getattr(one, name) for one in found.actions] for name in ("id", "owner_role"))
    same = _decisions(
        db,
        f"{seen} and decision.item_id in"
        " (select item_id from item_action where action_id in (select value from json_each(?)))"
        " order by decision.rowid desc limit ?",
        [*given, json.dumps(ids), FEW],
    )
    like = _decisions(
        db,
        f"{seen} and item.risk = ? and decision.reviewer <> 'policy' and exists (select 1 from item_version,"
        " json_each(item_version.content) as one where item_version.item_id = item.id and item_version.number ="
        " item.version and one.value ->> 'owner_role' in (select value from json_each(?)))"
        " order by decision.rowid desc limit ?",
        [*given, found.risk, json.dumps(owners), FEW],
    )
    return tuple({one.id: one for one in (*same, *like)}.values())[:FEW]


def _decisions(db: Database, where: str, given: Sequence[object]) -> list[Decision]:
    columns = ", ".join(f"decision.{name}" for name in DECIDED)
    found = rows(
        db,
        f"select {columns}, item.number, item.title, coalesce(remark.text, '') as reason, {people.STANDS} as stands"
        " from decision"
        " cross join item on item.id = decision.item_id left join remark on remark.id = decision.remark_id"
        f" where {where}",
        list(given),
    )
    return [
        Decision(
            **row
            | {name: bool(row[name]) for name in ("override", "stands")}
            | {"roles": tuple(json.loads(row["roles"]))}
        )
        for row in found
    ]


DECIDED = ("id", "item_id", "version", "digest", "reviewer", "roles", "verdict", "override", "result", "decided_at")


def _metadata(db: Database, user: User, found: Item) -> tuple[str, str]:
    """Model and prompt version of the run that the register shows."""
    run_id = derived.chosen_run(db, found.document_id)
    row = one(db, "select model, analysis from run where id = ?", [run_id])
    if row is None:
        return "", ""
    return row["model"], register.codec.unpack(row["analysis"], "", ()).metadata.prompt_version or ""


def _barred(db: Database, user: User, found: Item) -> str:
    try:
        people.require_decider(db, user, found)
    except NotAllowed as error:
        return str(error)
    return ""


def _steps(user: User, found: Item, barred: str) -> tuple[str, ...]:
    """What the person may do next: steps of the table, besides "amend" and "comment"."""
    names = []
    for name in allowed(found.state):
        permission = STEPS[name].permission
        mine = user.id in (found.requester, found.prepared_by)
        asking = mine or (name == "submit" and found.state == "draft")
        decides = permission != "actions.review" or not barred
        if permission and identity.may(user, permission) and decides and (permission != "actions.submit" or asking):
            names.append(name)
    return tuple(names)


def _seen(db: Database, user: User, found: Item, digest: str, told: facts.Facts) -> None:
    if facts.kept(db, found.id, digest) is None:
        with write(db):
            facts.keep(db, found.id, digest, told)
    audit.seen(db, user, found.subject, digest, document_id=found.document_id, number=found.number)
