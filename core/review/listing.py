"""The queue: requests, and documents that wait for somebody, filtered, sorted and paged in SQL."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from sqlite_utils import Database

from core import identity, library
from core.errors import BadInput
from core.review import people, policy
from core.review.policy import LEVELS
from core.review.table import PENDING
from core.store import now, rows
from core.types import User

Choice = str | Sequence[str]
View = Literal["mine", "waiting", "overdue", "claimed", "requested", "all"]
VIEWS: tuple[View, ...] = ("mine", "waiting", "overdue", "claimed", "requested", "all")
SORTS = {
    "due": "due_at is null, due_at, number",
    "risk": "rank desc, due_at is null, due_at, number",
    "newest": "asked_at desc, number desc",
    "oldest": "asked_at, number",
    "changed": "changed_at desc, number desc",
    "title": "title, number",
}


COUNTED = 1_000
MOST_WORDS, LONGEST_NUMBER = 20, 16  # of what is sought; SQLite takes no more


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows. `view`: mine (this person may decide on it now), waiting (for anybody), overdue, claimed (by this
    person), requested (by this person), all. Several values of a field mean any of them; `text` is sought in titles,
    "#12" is request 12. `kind`: action or document, "" for both.
    """

    view: View = "mine"
    state: Choice = ()
    risk: Choice = ()
    document: str = ""
    requester: str = ""
    text: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the queue. `kind` "action": a request; "document": one that waits, and `waits_for` says for what.

    `digest` is of the request as it was asked for: what a decision from the list says it was shown. `accepted` of
    `needed` people have accepted that. `mine`: this person may decide on it now. A document has number 0.
    """

    kind: Literal["action", "document"]
    id: str
    number: int
    document_id: str
    document: str
    title: str
    risk: str
    state: str
    waits_for: str
    version: int
    digest: str
    requester: str | None
    submitted_at: str | None
    due_at: str | None
    overdue: bool
    claimed_by: str | None
    claimed_until: str | None
    actions: int
    accepted: int
    needed: int
    bulk: bool
    mine: bool
    changed_at: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of each view, and of what waits those escalated; documents are among them. COUNTED means "or more"."""

    mine: int
    waiting: int
    overdue: int
    claimed: int
    requested: int
    escalated: int


def queue(
    db: Database, user: User, filter: Filter | None = None, sort: str = "due", limit: int = 50, offset: int = 0
) -> list[Row]:
    """One page. `sort`: one of SORTS; "due" has the most pressing first."""
    identity.require(user, "documents.read")
    if sort not in SORTS:
        raise BadInput(f"The queue cannot be sorted by {sort!r}; choose one of: {', '.join(SORTS)}.")
    parts, given = _parts(user, filter or Filter(), sort)
    given |= {"limit": limit, "offset": offset, "upto": -1 if limit < 0 else limit + offset}
    sql = f"select * from ({' union all '.join(parts)}) order by {SORTS[sort]} limit :limit offset :offset"
    return [_row(db, user, row) for row in rows(db, sql, given)]


def count(db: Database, user: User, filter: Filter | None = None, most: int = -1) -> int:
    """How many rows there are; with `most`, no further than that, which stays quick however many wait."""
    identity.require(user, "documents.read")
    parts, given = _parts(user, filter or Filter())
    sql = f"select count(*) from ({' union all '.join(parts)} limit :most)"
    return int(db.conn.execute(sql, {**given, "most": most}).fetchone()[0])


def counts(db: Database, user: User) -> Counts:
    """For the navigation and the tabs: each up to COUNTED, so that it stays quick however many wait."""
    shown: tuple[View, ...] = ("mine", "waiting", "overdue", "claimed", "requested")
    views = {view: count(db, user, Filter(view), COUNTED) for view in shown}
    return Counts(**views, escalated=count(db, user, Filter("waiting", state=("escalated",)), COUNTED))


# --- SQL --------------------------------------------------------------------------------------------------------

RANK = "case risk " + " ".join(f"when '{level}' then {place}" for place, level in enumerate(LEVELS)) + " end"
ASKED_AT = "coalesce(item.submitted_at, item.prepared_at)"
ITEM = (
    "'action' as kind, item.id, item.number, item.document_id, item.title, item.risk, item.state, '' as waits_for,"
    " item.version, item.digest, item.requester, item.submitted_at, item.due_at, item.claimed_by, item.claimed_until,"
    f" item.changed_at, {RANK} as rank, {ASKED_AT} as asked_at"
)
# When a document began to wait: as it was signed first, or came in.
DOCUMENT_ASKED = "coalesce((select max(signed_at) from signature where document_id = document.id), created_at)"
DOCUMENT = (
    "'document' as kind, document.id, 0 as number, document.id as document_id, document.title, 'high' as risk,"
    " case gate when 'waiting' then 'escalated' else 'submitted' end as state,"
    " case gate when 'waiting' then 'release' else 'second signature' end as waits_for, 0 as version, '' as digest,"
    " document.owner as requester, {asked} as submitted_at,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', {asked}, :document_hours) as due_at, null as claimed_by, null as claimed_until,"
    " {asked} as changed_at, 2 as rank, {asked} as asked_at"
).replace("{asked}", DOCUMENT_ASKED)
# Nobody decides on what they asked for or wrote, nor twice on the same; a version after the first is looked up.
UNDECIDED = """item.state in ('submitted', 'escalated') and item.requester <> :me and item.prepared_by <> :me
    and (item.version = 1
        or not exists (select 1 from item_version where item_id = item.id and made_by = :me))
    and item.id not in (select item_id from decision join item as same on same.id = item_id
        and same.digest = decision.digest where reviewer = :me)
    and (item.claimed_by is null or item.claimed_by = :me or item.claimed_until <= :now)"""


def _parts(user: User, filter: Filter, sort: str = "") -> tuple[list[str], dict[str, Any]]:
    """Queries of requests and of documents under one head, access included; the first of each in an order, or all."""
    if filter.view not in VIEWS:
        raise BadInput(f"{filter.view!r} is no view of the queue; choose one of: {', '.join(VIEWS)}.")
    if filter.kind not in ("", "action", "document"):
        raise BadInput(f"{filter.kind!r} is no kind of row; choose action or document.")
    condition, values = library.visible(user)
    names = [f"v{place}" for place in range(len(values))]
    for name in names:
        condition = condition.replace("?", f":{name}", 1)
    given: dict[str, Any] = dict(zip(names, values, strict=True))
    given |= {"me": user.id, "tenant": user.tenant, "now": now(), "document_hours": f"+{policy.document_hours()} hours"}
    parts = []
    if filter.kind in ("", "action"):
        tests = [_items(user, filter), *_narrowing(filter, given, "item")]
        parts += _requests(f"item.document_id in (select id from document where {condition})", tests, filter, sort)
    if filter.kind in ("", "document"):
        tests = [_documents(user, filter), *_narrowing(filter, given, "document")]
        waiting = f"select {DOCUMENT} from document where {condition} and {WAITS}"
        parts.append(f"select {'*' if sort else '1'} from ({waiting}) as document where {_all(tests)}")
    return parts, given


def _requests(seen: str, tests: Sequence[str], filter: Filter, sort: str) -> list[str]:
    """What is pending by its due date is walked along an index, state by state, only as far as the page needs.

    Every other order sorts narrow rows; only the page itself is read in full.
    """
    pending = filter.view in PENDING_VIEWS
    found = []
    for state in PENDING if pending else ("",):
        only = f"item.state = '{state}' and " if state else ""
        where = f"item.tenant = :tenant and {only}{seen} and {_all(tests)}"
        if not sort:
            found.append(f"select 1 from item where {where}")
            continue
        order = (
            "item.due_at, item.number"
            if pending and sort == "due"
            else SORTS[sort].replace("rank", RANK).replace("asked_at", ASKED_AT)
        )
        first = f"select item.number from item where {where} order by {order} limit :upto"
        found.append(f"select {ITEM} from item where item.number in ({first})")
    return found


PENDING_VIEWS = ("mine", "waiting", "overdue", "claimed")
WAITS = "document.status <> 'withdrawn' and (gate = 'waiting' or (document.status = 'draft' and awaiting_second = 1))"


def _items(user: User, filter: Filter) -> str:
    pending = f"item.state in {PENDING}"
    return {
        "mine": _mine(user),
        "waiting": pending,
        "overdue": f"{pending} and item.due_at < :now",
        "claimed": f"{pending} and item.claimed_by = :me and item.claimed_until > :now",
        "requested": "item.requester = :me or item.prepared_by = :me",
        "all": "1",
    }[filter.view]


def _mine(user: User) -> str:
    if not may_decide(user):
        return "0"
    # Once escalated, a request takes one of the roles that the policy names for its risk.
    levels = [level for level, rule in policy.rules().items() if set(rule.escalate_to) & set(user.roles)]
    named = ", ".join(f"'{level}'" for level in levels) or "''"
    return f"{UNDECIDED} and (item.state = 'submitted' or item.risk in ({named}))"


def may_decide(user: User) -> bool:
    """Whether this person may decide on anything at all."""
    return identity.may(user, "actions.review") and not identity.alone(user) and user.mode != "service"


def _documents(user: User, filter: Filter) -> str:
    signs = identity.may(user, "documents.second") and not identity.alone(user) and user.mode != "service"
    return {
        "mine": "document.requester <> :me" if signs else "0",
        "waiting": "1",
        "overdue": "document.due_at < :now",
        "claimed": "0",
        "requested": "document.requester = :me",
        "all": "1",
    }[filter.view]


def _narrowing(filter: Filter, given: dict[str, Any], table: str) -> list[str]:
    tests = []
    for name in ("state", "risk"):
        if wanted := _choices(getattr(filter, name)):
            tests.append(f"{table}.{name} in (select value from json_each(:{name}))")
            given[name] = json.dumps(wanted)
    for name, column in (("document", "document_id"), ("requester", "requester")):
        if wanted := getattr(filter, name):
            tests.append(f"{table}.{column} = :{name}")
            given[name] = wanted
    for place, word in enumerate(filter.text.split()[:MOST_WORDS]):
        if word.startswith("#") and word[1:].isdecimal() and len(word) <= LONGEST_NUMBER:
            tests.append(f"{table}.number = :w{place}")
            given[f"w{place}"] = int(word[1:])
        else:
            tests.append(f"{table}.title like :w{place} escape '\\'")
            given[f"w{place}"] = "%" + "".join(f"\\{mark}" if mark in "\\%_" else mark for mark in word) + "%"
    return tests


def _all(tests: Sequence[str]) -> str:
    return " and ".join(f"({test})" for test in tests)


def _choices(choice: Choice) -> list[str]:
    return [choice] if isinstance(choice, str) and choice else list(choice)


# --- rows -------------------------------------------------------------------------------------------------------

BESIDE = """select (select title from document where id = :document) as document,
    (select count(*) from item_action where item_id = :id) as actions,
    (select count(*) from decision where item_id = :id and digest = :digest and verdict = 'accept' and {stands})
        as accepted,
    exists (select 1 from item where id = :id and {mine}) as mine"""


def _row(db: Database, user: User, plain: dict[str, Any]) -> Row:
    """What only the page itself needs is asked for row by row."""
    rule, action = policy.rule(plain["risk"]), plain["kind"] == "action"
    given = {
        "id": plain["id"],
        "document": plain["document_id"],
        "digest": plain["digest"],
        "me": user.id,
        "now": now(),
    }
    [beside] = rows(db, BESIDE.format(mine=_mine(user) if action else "0", stands=people.STANDS), given)
    mine = bool(beside["mine"]) if action else _documents(user, Filter()) != "0" and plain["requester"] != user.id
    held = {name: plain[name] for name in KEPT}
    due, pending = plain["due_at"], plain["state"] in PENDING
    return Row(
        **held, document=beside["document"], overdue=bool(pending and due and due < given["now"]), mine=mine,
        actions=beside["actions"], accepted=beside["accepted"], needed=rule.approvers if action else 1,
        bulk=action and rule.bulk,
    )  # fmt: skip


WORKED_OUT = {"document", "overdue", "mine", "actions", "accepted", "needed", "bulk"}
KEPT = tuple(field.name for field in fields(Row) if field.name not in WORKED_OUT)
