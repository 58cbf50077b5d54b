"""The triggers that refuse a change of the log: whoever wants to change it from outside takes them away first."""

import re

from sqlite_utils import Database

from core.audit.problems import Problems
from core.migrations.audit import TABLES
from core.store import rows, statements

# SQLite writes "create trigger" its own way and keeps the rest.
TRIGGER = re.compile(r'create trigger "?(\w+)"?(.*)', re.DOTALL | re.IGNORECASE)


def guards(db: Database, problems: Problems) -> None:
    """Whether they are all there, as they were made, and no others."""
    wanted, there = _wanted(), _there(db)
    for name in sorted(wanted.keys() - there.keys()):
        problems.add("guards", f"The guard {name} of the log's table was taken away; somebody could change entries.")
    for name in sorted(there.keys() - wanted.keys()):
        problems.add("guards", f"Somebody added {name} to the log's table, which this program does not know.")
    for name in sorted(wanted.keys() & there.keys()):
        if wanted[name] != there[name]:
            problems.add("guards", f"The guard {name} of the log's table was changed.")


def put_back(db: Database) -> int:
    """Inside a write: the guards as they were made, and no others; gives how many were wrong."""
    wanted, there = _wanted(), _there(db)
    wrong = [name for name in sorted(wanted.keys() | there.keys()) if wanted.get(name) != there.get(name)]
    for name in wrong:
        if name in there:
            db.execute(f'drop trigger "{name}"')
        if name in wanted:
            db.execute(f"create trigger {name} {wanted[name]}")
    return len(wrong)


def _wanted() -> dict[str, str]:
    """Name → SQL."""
    return dict(filter(None, map(_named, statements(TABLES))))


def _there(db: Database) -> dict[str, str]:
    found = rows(db, "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'")
    return {row["name"]: (_named(row["sql"]) or ("", row["sql"]))[1] for row in found}


def _named(sql: str) -> tuple[str, str] | None:
    """A trigger's name and its SQL without the white space."""
    found = TRIGGER.search(sql)
    return (found[1], " ".join(found[2].rstrip(" ;\n").split())) if found else None
