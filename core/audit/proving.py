"""Remarks against the entries that prove them: as they were said, or gone with their document."""

import json

from sqlite_utils import Database

from core.audit import saying
from core.audit.walking import Walk
from core.store import Row, one, rows

BATCH = 5_000
SELECT = f"select {', '.join(saying.COLUMNS)} from remark"
AMONG = "id in (select value from json_each(?))"


def proved(db: Database, walked: Walk, found: list[Row]) -> None:
    """Each remark whose digest is in one of these rows is there as it was said, or its document is gone."""
    named = {_id(row): row for row in found if row["event"] == saying.SAID and not walked.bad(row["number"])}
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
    """No remark stands there that nobody said: those that an entry names were looked at with it."""
    last = ""
    while found := rows(db, f"{SELECT} where id > ? order by id limit {BATCH}", [last]):
        for row in found:
            if row["digest"] != saying.proof(walked.key, row) and not _named(db, row["id"]):
                walked.problems.add("remark", f"The remark {row['id']} was put in from outside.")
        last = found[-1]["id"]


def _named(db: Database, id: str) -> bool:
    sql = "select 1 from audit where event = ? and json_extract(details, '$.remark') = ? limit 1"
    return one(db, sql, [saying.SAID, id]) is not None


def _id(row: Row) -> str:
    try:
        return str(json.loads(row["details"])["remark"])
    except (ValueError, KeyError, TypeError):
        return ""
