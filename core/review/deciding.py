"""One decision in one write: who may, on exactly what was shown, once; the state moves when the policy is met."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core import library
from core.audit.saying import written
from core.errors import BadInput, Conflict, CopilotError, NotAllowed
from core.identity import rates
from core.library.custody import required_reason
from core.review import facts, people, policy
from core.review.items import Item, item, later, move, note, put, until
from core.review.people import logged
from core.review.policy import LEVELS, Rule
from core.review.table import STEPS, VERDICTS, State, Verdict, require_step
from core.store import new_id, now, one, rows, write
from core.types import RiskLevel, User

POLICY = "policy"
LONGEST_TOKEN = 200
AGAINST: tuple[Verdict, ...] = ("reject", "request_change")  # what a reading recommended
DECIDED = {"accepted": "decided", "rejected": "decided", "change_requested": "change_requested", "escalated": "decided"}


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to. `counted` of `needed` people have accepted; `lacking`: roles still to be among them.

    `replayed`: the same decision was sent before, and this is what it came to then.
    """

    item: Item
    verdict: Verdict
    state: State
    replayed: bool
    counted: int
    needed: int
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one of several: decided, or in `refusal` why not."""

    item_id: str
    decided: Decided | None
    refusal: str = ""


def decide(
    db: Database,
    user: User,
    item_id: str,
    verdict: Verdict,
    *,
    shown: str,
    token: str,
    reason: str = "",
    override: bool = False,
) -> Decided:
    """Accept, reject, request a change of, or escalate what was shown under the digest `shown`.

    `token` is made once where the buttons are drawn: sent again it changes nothing and gives the first result.
    `override` says that it goes against what the evidence suggests. All but a plain acceptance need a reason.
    Stale (with what is different) when anything changed since it was shown; SelfApproval, NotAllowed, TransitionError,
    Conflict and BadInput say why not. Each refusal is logged.
    """
    with logged(db, user, f"item:{item_id}", verdict if verdict in VERDICTS else "decide"):
        why = _checked(verdict, token, reason, override)
        with write(db):
            found = item(db, user, item_id)
            if first := _same(db, user, found, verdict, shown, token, why, override):
                return first
            return _decided(db, user, found, verdict, shown, token, why, override)


def decide_many(
    db: Database, user: User, shown: Sequence[tuple[str, str]], verdict: Verdict, token: str, reason: str = ""
) -> list[Told]:
    """The same verdict on several, each (item id, digest) as the list showed it; only what the policy lets go in bulk.

    NotAllowed, and nothing is decided, when one of them is not such; after that each is told by itself.
    """
    with logged(db, user, f"items:{len(shown)}", "bulk"):
        for item_id, digest in shown:
            found = item(db, user, item_id)
            risk = _shown_risk(db, found, digest)
            if not policy.rule(risk).bulk:
                raise NotAllowed(f"Request {found.number} is {risk}, so it is decided by itself; take it out.")
    told = []
    for item_id, digest in shown:
        try:
            done = decide(db, user, item_id, verdict, shown=digest, token=f"{token}:{item_id}", reason=reason)
            told.append(Told(item_id, done))
        except CopilotError as error:
            told.append(Told(item_id, None, str(error)))
    return told


def revoke(db: Database, user: User, item_id: str, reason: str) -> Item:
    """Take an acceptance back before it is carried out. Anybody who may decide on it, with a reason."""
    with logged(db, user, f"item:{item_id}", "revoke"):
        why = required_reason(reason)
        with write(db):
            found = item(db, user, item_id)
            require_step("revoke", found.state, found.number)
            people.require_decider(db, user, found)
            remark = people.say(db, user, found, "reason", why).digest
            after = move(db, user, found, "revoke", remark=remark)
            people.tell_authors(db, user, after, "decided")
            return after


def _shown_risk(db: Database, found: Item, digest: str) -> RiskLevel:
    """Of what was shown, which may be higher than when it was asked for; only that digest can be decided on."""
    told = facts.kept(db, found.id, digest)
    return max(found.risk, facts.risk_of(told), key=LEVELS.index) if told else found.risk


# --- inside a write ---------------------------------------------------------------------------------------------


def _checked(verdict: str, token: str, reason: str, override: bool) -> str:
    if verdict not in VERDICTS:
        raise BadInput(f"{verdict!r} is no verdict; choose one of: {', '.join(VERDICTS)}.")
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise BadInput("A decision needs a token of its own, so that sending it twice decides once.")
    return written(required_reason(reason)) if reason.strip() or override or STEPS[verdict].reason else ""


def _same(
    db: Database, user: User, found: Item, verdict: Verdict, shown: str, token: str, why: str, override: bool
) -> Decided | None:
    """The first result of a decision that was sent before. Conflict when the token was used for another one."""
    row = one(
        db,
        "select decision.*, remark.text as reason from decision left join remark on remark.id = decision.remark_id"
        " where token = ?",
        [token],
    )
    if row is None:
        return None
    asked = (found.id, shown, user.id, verdict, int(override), why)
    if asked != tuple(row[name] or "" if name == "reason" else row[name] for name in SENT):
        raise Conflict("This decision was sent before with other words; reload the page and decide again.")
    accepted = people.accepted(db, found.id, shown, upto=row["id"])
    rule = policy.rule(found.risk)
    return Decided(found, verdict, row["result"], True, len(accepted), rule.approvers, rule.lacking(accepted))


SENT = ("item_id", "digest", "reviewer", "verdict", "override", "reason")


def _decided(
    db: Database, user: User, found: Item, verdict: Verdict, shown: str, token: str, why: str, override: bool
) -> Decided:
    require_step(verdict, found.state, found.number)
    user = people.require_decider(db, user, found)
    _require_free(user, found)
    rates.spend(db, user, "decisions")
    told = facts.facts(db, user, found)
    mark = facts.require_same(db, found.id, found.number, shown, told)
    others = _others(db, user, found, mark)
    if mark != found.digest:  # that of what was asked for is kept already
        facts.keep(db, found.id, mark, told)
    rule = policy.rule(facts.risk_of(told))
    remark = people.say(db, user, found, "reason", why) if why else None
    accepted = people.accepted(db, found.id, mark) + ([frozenset(user.roles)] if verdict == "accept" else [])
    lacking = rule.lacking(accepted)
    met = verdict != "accept" or (len(accepted) >= rule.approvers and not lacking)
    state = STEPS[verdict].after if met else found.state
    _insert(db, user.id, found, verdict, mark, token, state, user.roles, remark.id if remark else None, override)
    values = {"digest": mark, "risk": rule.risk, "rule": rule.as_json(), "claimed_by": None, "claimed_until": None}
    details: dict[str, Any] = {"verdict": verdict, "override": override, "counted": len(accepted)}
    details |= {"needed": rule.approvers, "remark": remark.digest if remark else None}
    # Left out where it is not so: the reading recommended it, and others read the same.
    details |= {"against_reading": verdict in AGAINST or None, "against_reviewers": bool(others - {verdict}) or None}
    if met:
        after = _moved(db, user, found, verdict, rule, values, **details)
    else:
        after = put(db, found, **values)
        note(db, user, after, "counted", state=found.state, **details)
    return Decided(after, verdict, after.state, False, len(accepted), rule.approvers, lacking)


def _moved(
    db: Database, user: User, found: Item, step: Verdict, rule: Rule, values: Mapping[str, Any], **details: Any
) -> Item:
    moment = now()
    if step == "accept":
        values = {**values, "decided_at": moment, "expires_at": later(moment, days=rule.valid_days)}
        library.keep(db, user, found.document_id, "decided", "Actions of it were decided on.")
    else:
        values = {**values, "escalated_at" if step == "escalate" else "decided_at": moment}
    after = move(db, user, found, step, values, **details)
    if step == "escalate":
        people.tell_deciders(db, user, after, "assigned")
    people.tell_authors(db, user, after, DECIDED[after.state])
    return after


def accept_by_policy(db: Database, user: User, found: Item, rule: Rule) -> Item:
    """What the policy lets pass is accepted as it is asked for, by a reviewer called "policy", and logged as such."""
    by = User(id=POLICY, name="the policy", tenant=user.tenant, clearances=(), mode=user.mode, session=user.session)
    token = f"policy:{found.id}:{found.version}:{found.submitted_at}"
    _insert(db, POLICY, found, "accept", found.digest, token, "accepted", (), None, False)
    return _moved(db, by, found, "accept", rule, {}, verdict="accept", counted=1, needed=rule.approvers)


def _insert(
    db: Database, reviewer: str, found: Item, verdict: Verdict, mark: str, token: str, state: State,
    roles: Sequence[str], remark_id: str | None, override: bool,
) -> None:  # fmt: skip
    row = {
        "id": new_id(), "item_id": found.id, "version": found.version, "digest": mark, "reviewer": reviewer,
        "roles": json.dumps(list(roles)), "verdict": verdict, "override": int(override), "remark_id": remark_id,
        "token": token, "result": state, "decided_at": now(),
    }  # fmt: skip
    db.execute(f"insert into decision ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))


def _others(db: Database, user: User, found: Item, shown: str) -> set[str]:
    """The verdicts of others on exactly the same. Conflict where this person has given theirs."""
    sql = "select reviewer, verdict from decision where item_id = ? and digest = ?"
    given = rows(db, sql, [found.id, shown])
    if any(row["reviewer"] == user.id for row in given):
        raise Conflict(f"You have decided on request {found.number} already; it waits for somebody else.")
    return {row["verdict"] for row in given}


def _require_free(user: User, found: Item) -> None:
    if found.claimed_by not in (None, user.id) and str(found.claimed_until) > now():
        raise Conflict(
            f"Somebody else is reading request {found.number} until {until(str(found.claimed_until))}; wait, or ask"
            " them, or a manager, to let go of it."
        )
