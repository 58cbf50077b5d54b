"""What is kept beside the log against the entries that prove it: remarks, as they were said or gone with their
document; views and sessions.
"""

import json

from sqlite_utils import Database

from core.audit import saying
from core.audit.walking import Walk
from core.store import Row, rows

BATCH = 5_000
SELECT = f"select {', '.join(saying.COLUMNS)} from remark"
AMONG = "id in (select value from json_each(?))"


def proved(db: Database, walked: Walk, found: list[Row]) -> None:
    """Each remark whose digest is in one of these rows is there as it was said, or its document is gone."""
    named = {id: row for id, row in _proven(walked, found).items() if not walked.bad(row["number"])}
    if not named:
        return
    kept = {row["id"]: row for row in rows(db, f"{SELECT} where {AMONG}", [json.dumps(list(named))])}
    gone = [row["document_id"] for id, row in named.items() if id not in kept and row["document_id"]]
    standing = {row["id"] for row in rows(db, f"select id from document where {AMONG}", [json.dumps(gone)])}
    for id, row in named.items():
        number, document_id = row["number"], row["document_id"]
        if id not in kept and (document_id is None or document_id in standing):
            walked.problems.add("remark", f"The remark {id} that entry {number:,} proves was removed.", number)
        elif id in kept and saying.proof(walked.key, kept[id]) != row["digest"]:
            walked.problems.add("remark", f"The remark {id} was changed: entry {number:,} proves another.", number)


def all_remarks(db: Database, walked: Walk) -> None:
    """No remark stands there that nobody said: those that an entry names were looked at with it. One that is sealed
    under the key was said, so its entry was there.
    """
    last = ""
    while found := rows(db, f"{SELECT} where id > ? order by id limit {BATCH}", [last]):
        if not walked.said.issuperset(row["id"] for row in found):
            _later(db, walked)
        for row in (row for row in found if row["id"] not in walked.said):
            if row["digest"] == saying.proof(walked.key, row):
                says = f"The remark {row['id']} was said on {row['at'][:10]}; its entry was taken away."
                walked.problems.add("removed", says)
            else:
                walked.problems.add("remark", f"The remark {row['id']} was put in from outside.")
        last = found[-1]["id"]


# What each row of these stands for, and what is said of one that no entry tells of, and of several.
KEPT = (
    ("select subject, digest from sight", "One view is noted as logged", "{many:,} views are noted as logged"),
    (
        "select 'session' as kind, substr(id, 1, 16) as id from session",
        "One session is there",
        "{many:,} sessions are there",
    ),
)


def all_kept(db: Database, walked: Walk) -> None:
    """Nothing stands in the database that was never logged: views, which would be seen again without an entry, and
    sessions. What was put in from outside looks the same as what was logged and cut off.
    """
    for sql, single, several in KEPT:
        there = {hash(tuple(row.values())) for row in rows(db, sql)}
        if not there <= walked.proved:
            _later(db, walked)
        if missing := len(there - walked.proved):
            said = single if missing == 1 else several.format(many=missing)
            says = f"{said}, and no entry tells of it: entries were taken away, or it was put in from outside."
            walked.problems.add("removed", says)


def _later(db: Database, walked: Walk) -> None:
    """What others said and saw meanwhile, after the last entry that was walked."""
    sql = "select number, user_id, event, subject, digest, details from audit where number > ?"
    _proven(walked, rows(db, sql, [walked.number]))


def _proven(walked: Walk, found: list[Row]) -> dict[str, Row]:
    """Note what these entries prove; gives those of remarks, by the remark's id."""
    walked.proved |= {hash(proved) for row in found if (proved := _proves(row))}
    told = {_named(row, "remark"): row for row in found if row["event"] == saying.SAID}
    walked.said |= told.keys()
    return told


def _proves(row: Row) -> tuple[str, str] | None:
    """As KEPT has it."""
    if row["event"].endswith(".seen"):
        return row["subject"], row["digest"]
    return ("session", _named(row, "session")) if row["event"] == "session.opened" else None


def _named(row: Row, name: str) -> str:
    try:
        return str(json.loads(row["details"])[name])
    except (ValueError, KeyError, TypeError):
        return ""
