"""The evidence for one request: all that somebody reads before they decide, and the digest of exactly that."""

from dataclasses import dataclass

from sqlite_utils import Database

from core import audit, identity, library, register
from core.audit import Remark
from core.errors import Conflict, NotAllowed
from core.library.cards import Fields
from core.register import Row as Duty
from core.register import derived
from core.review import facts, people, policy
from core.review.duties import Shown, cautions, obligations, related
from core.review.facts import Difference
from core.review.history import Decision, decisions, similar
from core.review.items import Item, Version, item, versions
from core.review.policy import Rule
from core.review.table import STEPS, allowed
from core.store import one, write
from core.types import Action, User


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
    shown = obligations(db, user, found) if not unusable else ()
    metadata = _metadata(db, found)
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
        cautions=tuple(cautions(shown)), related=related(db, user, found, shown), similar=similar(db, user, found),
        document=document, card=library.card(db, user, found.document_id), warnings=document.warnings,
        model=metadata[0], prompt=metadata[1], rule=rule, need=rule.words, accepted=len(accepted),
        lacking=rule.lacking(accepted), decisions=tuple(made),
        remarks=tuple(audit.remarks(db, user, found.subject)), steps=_steps(user, found, barred), barred=barred,
        unusable=unusable,
    )  # fmt: skip


def _facts(db: Database, user: User, found: Item) -> tuple[facts.Facts, str]:
    """What holds now; or what was asked for, and why nothing may be decided on it any more."""
    try:
        return facts.facts(db, user, found), ""
    except Conflict as error:
        return facts.kept(db, found.id, found.digest) or {"risk": found.risk}, str(error)


def _metadata(db: Database, found: Item) -> tuple[str, str]:
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
