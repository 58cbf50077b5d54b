"""The triggers that refuse a change of the log: whoever wants to change it from outside takes them away first."""

import re

from sqlite_utils import Database

from core.audit.problems import Problems
from core.migrations.audit import TABLES
from core.store import rows, statements

# SQLite writes "create trigger" its own way and keeps the rest.
TRIGGER = re.compile(r"create trigger (\w+)(.*)", re.DOTALL | re.IGNORECASE)


def guards(db: Database, problems: Problems) -> None:
    """Whether they are all there, as they were made, and no others."""
    wanted = dict(filter(None, map(_named, statements(TABLES))))
    found = rows(db, "select sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'")
    there = dict(filter(None, (_named(row["sql"]) for row in found)))
    for name in sorted(wanted.keys() - there.keys()):
        problems.add("guards", f"The guard {name} of the log's table was taken away; somebody could change entries.")
    for name in sorted(there.keys() - wanted.keys()):
        problems.add("guards", f"Somebody added {name} to the log's table, which this program does not know.")
    for name in sorted(wanted.keys() & there.keys()):
        if wanted[name] != there[name]:
            problems.add("guards", f"The guard {name} of the log's table was changed.")


def _named(sql: str) -> tuple[str, str] | None:
    """A trigger's name and its SQL without the white space."""
    found = TRIGGER.search(sql)
    return (found[1], " ".join(found[2].rstrip(" ;\n").split())) if found else None
