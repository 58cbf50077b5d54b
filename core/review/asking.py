"""Asking for approval: put together, asked for, changed, dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlite_utils import Database

from core import identity, library, register
from core.audit.saying import visible
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import rates
from core.register import ActionRow, derived
from core.review import facts, people, policy
from core.review.deciding import accept_by_policy
from core.review.items import Asked, Item, authors, dumped, item, later, move, note, put
from core.review.people import logged
from core.review.table import ASKED, PENDING, TransitionError, require_step, said
from core.store import new_id, now, one, write
from core.types import Action, User

# What somebody may word differently, and how long it may be. What it rests on, and how urgent it is, is the reading's.
AMENDABLE = {"title": 300, "detail": 10_000, "owner_role": 200, "due": 10}
Contents = Mapping[str, Mapping[str, str | None]]


def submit(
    db: Database, user: User, document_id: str, action_ids: Sequence[str], *, grouped: bool = True, note: str = ""
) -> list[Item]:
    """Ask for these actions to be approved; like ones (same risk, same owner) as one request unless not `grouped`.

    What the policy lets pass is accepted at once. All of them are asked for, or none. Conflict names an action that
    is in a request already or is not recommended any more.
    """
    with logged(db, user, f"document:{document_id}", "submit"):
        _require_person(user)
        with write(db):
            wanted = _recommended(db, user, document_id, action_ids)
            groups = _grouped(wanted) if grouped else [[one] for one in wanted]
            drafts = [_insert(db, user, document_id, group) for group in groups]
            return [_ask(db, user, draft, note) for draft in drafts]


def prepare(db: Database, user: User, document_id: str, action_ids: Sequence[str]) -> Item:
    """Put these actions together as one draft, which waits until somebody asks for it."""
    with logged(db, user, f"document:{document_id}", "prepare"):
        _require_person(user)
        with write(db):
            return _insert(db, user, document_id, _recommended(db, user, document_id, action_ids))


def ask(db: Database, user: User, item_id: str, note: str = "") -> Item:
    """Ask for a draft to be approved, or again after a change was requested. Whoever asks is its requester."""
    with logged(db, user, f"item:{item_id}", "submit"), write(db):
        found = item(db, user, item_id)
        _require_person(user)
        if found.state != "draft" and user.id not in authors(db, found):
            raise NotAllowed(f"Only who asked for request {found.number}, or changed it, can ask for it again.")
        return _ask(db, user, found, note)


def amend(db: Database, user: User, item_id: str, contents: Contents, *, version: int | None = None) -> Item:
    """Word some of its actions differently: {action id: {field: words}}, fields of AMENDABLE; kept side by side.

    One that a change was requested of is asked for again by this. Whoever changes a request does not decide on it,
    and what was accepted before counts no more. `version` is the one that the person saw.
    """
    with logged(db, user, f"item:{item_id}", "amend"), write(db):
        found = item(db, user, item_id)
        _require_may_amend(user, found)
        rates.spend(db, user, "requests")
        if version is not None and version != found.version:
            raise Conflict(f"Somebody else changed request {found.number} meanwhile; look at it again.")
        changed = _amended(db, user, found, contents)
        return _ask(db, user, changed) if changed.state == "change_requested" else changed


def drop(db: Database, user: User, item_id: str, reason: str = "") -> Item:
    """Take back a request that is not decided. Only who asked for it, or put it together, may."""
    with logged(db, user, f"item:{item_id}", "drop"), write(db):
        found = item(db, user, item_id)
        require_step("drop", found.state, found.number)
        if user.id not in (found.requester, found.prepared_by):
            raise NotAllowed(f"Only who asked for request {found.number} can take it back; you can reject it.")
        rates.spend(db, user, "requests")
        remark = people.say(db, user, found, "reason", reason).digest if reason.strip() else None
        return move(db, user, found, "drop", remark=remark)


# --- inside a write ---------------------------------------------------------------------------------------------


def _recommended(db: Database, user: User, document_id: str, action_ids: Sequence[str]) -> list[ActionRow]:
    """In the order of the register; each once."""
    ids, most = list(dict.fromkeys(action_ids)), policy.most_actions()
    if not 0 < len(ids) <= most:
        raise BadInput(f"Choose 1 to {most} actions; {len(ids)} were chosen.")
    document = library.found(db, user, document_id)
    facts.require_usable(document)
    _require_read_by_others(user, document)
    found = register.actions(db, user, document_id, ids)
    if missing := [id for id in ids if id not in {row.action.id for row in found}]:
        raise Conflict(
            f"{len(missing)} of {len(ids)} actions are not recommended any more: the register shows another reading,"
            " or their duty does not apply to the firm. Reload the page."
        )
    for row in found:
        if row.item and row.state not in ("rejected", "revoked", "expired", "compensated"):
            number = one(db, "select number from item where id = ?", [row.item])
            raise Conflict(
                f"“{row.action.title}” is in request {number['number'] if number else ''} already, which is"
                f" {said(row.state)}."
            )
    return found


def _require_read_by_others(user: User, document: Mapping[str, object]) -> None:
    today = datetime.now(UTC).date().isoformat()
    if identity.alone(user):
        return
    if document["status"] == "draft" and not document["awaiting_second"]:
        raise Conflict(f"The data card of {document['title']!r} is not signed, so no reviewer could see it; sign it.")
    if document["expires"] and str(document["expires"]) <= today:
        raise Conflict(f"{document['title']!r} has expired, so no reviewer could see it; change its date first.")


def _grouped(found: Sequence[ActionRow]) -> list[list[ActionRow]]:
    groups: dict[tuple[str, str], list[ActionRow]] = {}
    for row in found:
        groups.setdefault((row.action.priority, row.action.owner_role), []).append(row)
    return list(groups.values())


def _insert(db: Database, user: User, document_id: str, found: Sequence[ActionRow]) -> Item:
    actions = [replace(row.action, due=row.due) for row in found]
    id, moment = new_id(), now()
    told = facts.facts(db, user, Asked(document_id, tuple(actions)))
    level, mark = facts.risk_of(told), facts.digest(told)
    row = {
        "id": id, "tenant": user.tenant, "document_id": document_id, "title": _title(actions), "risk": level,
        "run_id": derived.chosen_run(db, document_id), "state": "draft", "version": 1, "digest": mark,
        "rule": policy.rule(level).as_json(), "prepared_by": user.id, "prepared_at": moment, "changed_at": moment,
    }  # fmt: skip
    db.execute(f"insert into item ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
    insert = "insert into item_action (item_id, document_id, action_id, position, open) values (?, ?, ?, ?, 1)"
    for position, action in enumerate(actions):
        db.execute(insert, [id, document_id, action.id, position])
    _insert_version(db, user, id, 1, actions)
    facts.keep(db, id, mark, told)
    made = item(db, user, id)
    note(db, user, made, "draft", after="draft", actions=len(actions))
    return made


def _insert_version(db: Database, user: User, item_id: str, number: int, actions: Sequence[Action]) -> None:
    sql = "insert into item_version (item_id, number, content, made_by, made_at) values (?, ?, ?, ?, ?)"
    db.execute(sql, [item_id, number, dumped(actions), user.id, now()])


def _ask(db: Database, user: User, found: Item, words: str = "") -> Item:
    """Of what holds now: it is read anew, so that what is asked for is what a reviewer will see."""
    require_step("submit", found.state, found.number)
    moment, requester = now(), found.requester or user.id
    told = facts.facts(db, user, replace(found, requester=requester, submitted_at=moment))
    level, mark = facts.risk_of(told), facts.digest(told)
    rule = policy.rule(level)
    facts.keep(db, found.id, mark, told)
    fresh = put(
        db, found, digest=mark, risk=level, rule=rule.as_json(), requester=requester,
        submitted_at=moment, due_at=later(moment, hours=rule.hours), expires_at=later(moment, days=rule.valid_days),
        escalated_at=None, decided_at=None,
    )  # fmt: skip
    remark = people.say(db, user, fresh, "comment", words).digest if words.strip() else None
    asked = move(db, user, fresh, "submit", remark=remark)
    # The policy lets pass what a reading recommends; what somebody worded themselves, a person reads.
    if rule.auto and found.version == 1:
        return accept_by_policy(db, user, asked, rule)
    people.tell_deciders(db, user, asked, "assigned")
    return asked


def _require_may_amend(user: User, found: Item) -> None:
    people.require_human(user)
    if found.state not in ("draft", *ASKED):
        raise TransitionError(f"Request {found.number} is {said(found.state)}, so it stays as it is.")
    if not (found.state in PENDING and identity.may(user, "actions.review")):
        identity.require(user, "actions.submit", f"request {found.number}")


def _amended(db: Database, user: User, found: Item, contents: Contents) -> Item:
    if unknown := contents.keys() - {action.id for action in found.actions}:
        raise BadInput(f"Request {found.number} has no action {', '.join(sorted(unknown))}.")
    actions = tuple(replace(one, **checked(contents.get(one.id, {}))) for one in found.actions)
    if actions == found.actions:
        raise BadInput("Nothing is different; change some words first.")
    number = found.version + 1
    told = facts.facts(db, user, replace(found, actions=actions, version=number))
    level, mark = facts.risk_of(told), facts.digest(told)
    _insert_version(db, user, found.id, number, actions)
    facts.keep(db, found.id, mark, told)
    changed = put(
        db, found, version=number, digest=mark, title=_title(actions), risk=level, rule=policy.rule(level).as_json()
    )
    changed = replace(changed, actions=actions)
    note(db, user, changed, "amended", state=found.state)
    return changed


def checked(words: Mapping[str, str | None]) -> dict[str, Any]:
    """The words trimmed, if each field may be changed and holds what it may; otherwise BadInput names the field."""
    kept: dict[str, Any] = {}
    for field, given in words.items():
        if field not in AMENDABLE:
            raise BadInput(f"The {field} of an action cannot be changed; these can: {', '.join(AMENDABLE)}.")
        text = visible(given or "").strip()
        if len(text) > AMENDABLE[field]:
            raise BadInput(f"The {field} has {len(text):,} characters; at most {AMENDABLE[field]:,} are kept.")
        if field in ("title", "owner_role") and not text:
            raise BadInput(f"The {field.replace('_', ' ')} cannot be empty.")
        kept[field] = _day(text) if field == "due" else text if field == "detail" else " ".join(text.split())
    return kept


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError as error:
        raise BadInput(f"{text!r} is not a date like 2026-12-31.") from error


def _title(actions: Sequence[Action]) -> str:
    first = actions[0].title
    return first if len(actions) == 1 else f"{first} (and {len(actions) - 1} more for {actions[0].owner_role})"


def _require_person(user: User) -> None:
    people.require_human(user)
    identity.require(user, "actions.submit")
