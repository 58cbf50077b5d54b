"""What stands in the database against what the log said of it last: who may what, requests and the decisions on them,
calls of tools, what is switched. Whoever changes such a row from outside cannot write the entry that tells of it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlite_utils import Database

from core.audit import content, keys
from core.audit.problems import Problems
from core.audit.telling import RIGHTS, Told, token, told
from core.audit.walking import any_bytes
from core.store import now, one, rows

ACCOUNTS = """select id, tenant, state, clearances,
    (select json_group_array(role) from account_role where account_id = account.id) as roles,
    (select json_group_array(name) from account_group where account_id = account.id) as groups
    from account"""
TOKENS = (
    "select account_id, substr(digest, 1, 16) as name, scopes, substr(expires_at, 1, 10) as day from service_token"
    " where revoked_at is null and expires_at > ?"
)
REQUESTS = "select id, number, state, version, digest, prepared_by, requester from item"
CALLS = "select id, state, arguments_digest as digest, confirmed_by from execution"
UNDER_WAY = ("running", "compensating")  # taken up by the worker, of which no entry tells
DECISIONS = "select number, item_id, reviewer, verdict, decision.digest from decision join item on item.id = item_id"
UNTOLD = "no entry of the log tells of it: it was put in from outside, or entries were taken away"


def compare(db: Database) -> Problems:
    """What is there is as its last entries say, and nothing is there that no entry tells of.

    All of one moment, while others go on writing. That the entries are as they were written is `verifying`'s to say.
    """
    problems = Problems()
    with _one_moment(db), any_bytes(db):
        by_log, there = told(db), {**_accounts(db), **_requests(db), **_calls(db), **_switches(db)}
        began = one(db, "select at from audit order by number limit 1")
        _differences(problems, by_log, there, began["at"] if began else "")
        _decisions(problems, by_log, db)
        _gone(problems, by_log, there, {row["id"] for row in rows(db, "select id from document")})
    return problems


@contextmanager
def _one_moment(db: Database) -> Iterator[None]:
    db.conn.execute("begin")
    try:
        yield
    finally:
        db.conn.execute("rollback")


# --- what is there: by the log's subject, with what a sentence calls it -----------------------------------------


def _accounts(db: Database) -> Told:
    key, tokens = keys.key(db), dict[str, set[str]]()
    for row in rows(db, TOKENS, [now()]):
        tokens.setdefault(row["account_id"], set()).add(token(row["name"], json.loads(row["scopes"]), row["day"]))
    return {
        f"user:{row['id']}": {
            "label": f"Account {row['id']}", "tenant": row["tenant"], "state": row["state"],
            "tokens": frozenset(tokens.get(row["id"], ())),
            **{name: frozenset(content.coded(key, one) for one in json.loads(row[name])) for name in RIGHTS},
        }
        for row in rows(db, ACCOUNTS)
    }  # fmt: skip


def _requests(db: Database) -> Told:
    return {f"item:{row.pop('id')}": {"label": f"Request {row.pop('number')}", **row} for row in rows(db, REQUESTS)}


def _calls(db: Database) -> Told:
    found = rows(db, CALLS)
    for row in found:
        if row["state"] in UNDER_WAY:
            del row["state"]
    return {f"execution:{row['id']}": {"label": f"Call {row.pop('id')}", **row} for row in found}


def _switches(db: Database) -> Told:
    key = keys.key(db)
    return {
        content.coded(key, row["subject"]): {
            "label": f"The switch {row['subject']}", "value": content.coded(key, row["value"]), "since": row["set_at"],
        }
        for row in rows(db, "select subject, value, set_at from switch")
    }  # fmt: skip


# --- against what the log says ----------------------------------------------------------------------------------


def _differences(problems: Problems, by_log: Told, there: Told, since: str) -> None:
    for subject, facts in there.items():
        known = by_log.get(subject)
        if known is None and facts.get("since", since) >= since:  # what is older than the log is told of by no entry
            problems.add("standing", f"{facts['label']} is there, and {UNTOLD}.")
        for name in facts.keys() & (known or {}).keys():
            stands, says = facts[name], (known or {})[name]
            # A token that ran out stands no more, and no entry tells of that.
            if not (stands <= says if name == "tokens" else stands == says):
                differs = f"its {name.replace('_', ' ')} {_words(stands)}, and the log says {_words(says)}"
                problems.add("standing", f"{facts['label']} was changed from outside: {differs}.")


def _decisions(problems: Problems, by_log: Told, db: Database) -> None:
    for row in rows(db, DECISIONS):
        known = by_log.get(f"item:{row['item_id']}")
        if known and (row["reviewer"], row["verdict"], row["digest"]) not in known["decisions"]:
            what = f"A decision on request {row['number']} ({row['verdict']}, by {row['reviewer']})"
            problems.add("standing", f"{what} is there, and {UNTOLD}.")


def _gone(problems: Problems, by_log: Told, there: Told, documents: set[str]) -> None:
    """What goes with its document is no alarm."""
    for subject in sorted(by_log.keys() - there.keys()):
        facts = by_log[subject]
        stays = facts["document"] in documents if "document" in facts else facts.get("value", "") is not None
        if stays:
            problems.add(
                "standing", f"The log tells of {subject}, and it is not there: it was taken away from outside."
            )


def _words(stands: Any) -> str:
    if isinstance(stands, frozenset):
        return " and ".join(sorted(stands)) or "none"
    return "none" if stands is None else str(stands)
