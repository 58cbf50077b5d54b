"""What the entries of the log say, one after another, of how things stand: the last word on each."""

import json
from collections.abc import Callable
from typing import Any

from sqlite_utils import Database

from core.store import Row, rows

SLICE = 5_000  # entries in memory at a time
SELECT = (
    "select number, tenant, user_id, event, subject, document_id, digest, details from audit"
    " where number > ? and substr(event, 1, instr(event, '.') - 1) in (select value from json_each(?))"
    " order by number limit ?"
)
# What is known of a thing, by name: what was never told of it is not there, and nobody can say that it differs.
Facts = dict[str, Any]
Told = dict[str, Facts]

NEW = {"account.made": "active", "account.invited": "invited", "service.made": "active"}
GIVEN = {"account.role_given": ("roles", "role"), "account.group_given": ("groups", "group")}
TAKEN = {"account.role_taken": ("roles", "role"), "account.group_taken": ("groups", "group")}
STATES = {
    "account.disabled": "disabled",
    "account.enabled": "active",
    "account.entered": "active",
    "service.renewed": "active",
}
RIGHTS = ("roles", "groups", "clearances")


def told(db: Database) -> Told:
    """By the log's subject ("user:…", "item:…", "execution:…"), and of what is switched by the switch's."""
    found: Told = {}
    last = 0
    while batch := rows(db, SELECT, [last, json.dumps(list(TELLERS)), SLICE]):
        for row in batch:
            if not row["event"].endswith((".refused", ".seen")):
                _tell(found, row)
        last = batch[-1]["number"]
    return found


def _tell(found: Told, row: Row) -> None:
    try:
        TELLERS[row["event"].partition(".")[0]](found, row, json.loads(row["details"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return  # its details were changed from outside, which verifying it names: it tells nothing any more


def _account(found: Told, row: Row, details: Facts) -> None:
    event = row["event"]
    if event in NEW:
        found[row["subject"]] = {"tenant": row["tenant"], "state": NEW[event], "tokens": frozenset()}
        if event != "service.made":  # which said nothing of rights once
            found[row["subject"]] |= {"roles": frozenset(), "groups": frozenset()}
    facts = found.get(row["subject"], {})
    facts |= {name: frozenset(details[name]) for name in RIGHTS if name in details}
    for changes, change in ((GIVEN, frozenset.union), (TAKEN, frozenset.difference)):
        name, one = changes.get(event, ("", ""))
        if name in facts:
            facts[name] = change(facts[name], {details[one]})
    if event in STATES:
        facts["state"] = details.get("state", STATES[event])
    if event == "service.revoked":
        facts["tokens"] = frozenset()
    elif "token" in details:
        facts["tokens"] = frozenset([token(details["token"], details["scopes"], details["expires"])])


def token(name: str, scopes: list[str], expires: str) -> str:
    """A service's token in words: its name, until which day it holds, and for what."""
    return f"{name} until {expires} for {', '.join(sorted(scopes))}"


def _item(found: Told, row: Row, details: Facts) -> None:
    facts = found.setdefault(row["subject"], {"document": row["document_id"], "decisions": set()})
    facts |= {"digest": row["digest"], "version": details.get("version")}
    if state := details.get("after") or details.get("state"):
        facts["state"] = state
    if row["event"] == "item.draft":
        facts |= {"prepared_by": row["user_id"], "requester": None}
    if details.get("step") == "submit" and facts.get("requester", "") is None:
        facts["requester"] = row["user_id"]
    if "verdict" in details:
        facts["decisions"].add((row["user_id"], details["verdict"], row["digest"]))


def _execution(found: Told, row: Row, details: Facts) -> None:
    if "state" not in details:
        return
    facts = found.setdefault(row["subject"], {"document": row["document_id"]})
    facts |= {"state": details["state"], "digest": row["digest"]}
    if details.get("level") == "manager_approve" and row["event"] in ("execution.asked", "execution.confirmed"):
        facts["confirmed_by"] = row["user_id"] if row["event"] == "execution.confirmed" else None


def _switch(found: Told, row: Row, details: Facts) -> None:
    if row["event"] in ("model.stopped", "model.started"):
        found[row["subject"]] = {"value": "stopped" if row["event"] == "model.stopped" else None}
    elif row["event"] in ("change.approved", "change.rolled_back"):
        found[str(details.get("switch"))] = {"value": details.get("after")}


TELLERS: dict[str, Callable[[Told, Row, Facts], None]] = {
    "account": _account, "service": _account, "item": _item, "execution": _execution, "change": _switch,
    "model": _switch,
}  # fmt: skip
