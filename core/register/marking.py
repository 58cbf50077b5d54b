"""Bringing the register up to date with what the firm is: only what applies changes, document by document.

Each document is one write and carries the stamp of what it was marked for, so work that was cut off goes on where it
was, and a choice made meanwhile is never lost.
"""

import json

from sqlite_utils import Database

from core import jobs
from core.extract.profiles import Norm, binds, is_owed
from core.identity import require
from core.register import derived, firm
from core.register.facets import combined
from core.settings import lexicon
from core.store import Row, one, rows, write
from core.types import Bearer, User

COLUMNS = "number, obligation_id, bearer, bearer_kind, modality, applies, risk, status, owner, deadline_kind"


def unmarked(db: Database, tenant: str) -> dict[str, int]:
    """Document id → its rows, where what applies is not that of what the firm is now."""
    wanted = firm.stamp_of(firm.profiles_of(db, tenant))
    found = rows(
        db,
        "select document.id, (select count(*) from register where document_id = document.id) as size"
        " from document left join register_stamp on register_stamp.document_id = document.id"
        " where tenant = ? and coalesce(stamp, '') <> ? order by document.id",
        [tenant, wanted],
    )
    return {row["id"]: row["size"] for row in found}


def mark(db: Database, user: User) -> int:
    """Answer for every document of the tenant anew whose answers are out of date; gives how many documents.

    Also for those that this user may not see: what the firm is holds for everybody, and nothing of them is shown.
    """
    require(user, "documents.read")
    waiting = list(unmarked(db, user.tenant))
    for document_id in waiting:
        _mark(db, document_id)
    return len(waiting)


def keep_marked(db: Database, user: User) -> str | None:
    """`mark` at once where that is quick, else by a job of the worker, whose id is given."""
    waiting = unmarked(db, user.tenant)
    if sum(waiting.values()) <= lexicon("register")["marked_at_once"]:
        if waiting:
            mark(db, user)
        return None
    active = jobs.jobs(db, user, kind="mark", active=True)
    return active[0].id if active else jobs.enqueue(db, user, "mark", {}, "Marking what applies to us")


def mark_documents(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "mark". It ends when nothing is out of date, also of a choice made meanwhile."""
    while True:
        waiting = unmarked(db, user.tenant)
        for number, document_id in enumerate(waiting):
            jobs.progress(db, claim, number / len(waiting), "Marking what applies to us")
            _mark(db, document_id)
        with write(db):
            if not unmarked(db, user.tenant):
                jobs.finish(db, claim)
                return


def _mark(db: Database, document_id: str) -> None:
    """One document in one write, from what the register knows; a right's answer needs its words, so that is derived."""
    with write(db):
        if one(db, "select 1 from document where id = ?", [document_id]) is None:
            return
        about, chosen = firm.source(db, document_id)
        if chosen is None:
            derived.derive(db, document_id)
            return
        known: dict[Norm, str] = {}
        owed, changed = [], []
        for row in _open_rows(db, document_id):
            norm = Norm(Bearer(row["bearer"], row["bearer_kind"]), row["modality"])
            if is_owed(norm):
                owed.append(row["obligation_id"])
                continue
            if norm not in known:
                known[norm] = binds(norm, about, chosen).answer
            if known[norm] != row["applies"]:
                changed.append(_changed(row, known[norm]))
        db.conn.executemany("update register set applies = ?, facet = ? where number = ?", changed)
        if owed:
            derived.derive(db, document_id, owed)
        firm.put_stamp(db, document_id)


def _open_rows(db: Database, document_id: str) -> list[Row]:
    """Those of which no person has said whether they apply."""
    said = rows(db, "select subject from overlay where document_id = ? and field = 'applies'", [document_id])
    return rows(
        db,
        f"select {COLUMNS} from register where document_id = ?"
        " and obligation_id not in (select value from json_each(?))",
        [document_id, json.dumps([row["subject"] for row in said])],
    )


def _changed(row: Row, answer: str) -> tuple[str, str, int]:
    return answer, combined({**row, "applies": answer}), row["number"]
