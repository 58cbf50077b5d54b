"""What people may put right about the log, each with an entry that tells of it for good: its guards put back, and an
older copy of the database taken for the log that goes on.

No entry is ever changed: where the entries themselves are wrong, nothing here helps.
"""

import hashlib
from pathlib import Path

from sqlite_utils import Database

from core.audit import guards, heads, keys, sealing
from core.audit.chain import append
from core.audit.problems import Problems
from core.audit.saying import say
from core.audit.verifying import GUARDS_PUT_BACK, RESTORED, head, verify
from core.audit.walking import Walk, told, walk
from core.errors import Conflict
from core.store import after_commit, write
from core.types import User

SUBJECT = "log:chain"
# What an older copy of the database looks like: the files beside it know of more.
OF_A_COPY = frozenset({"cut", "rewritten", "heads", "checkpoint"})


def put_guards_back(db: Database, user: User) -> int:
    """The triggers that keep the log from being changed, as they were made; gives how many were wrong. Nothing is
    logged where none was.
    """
    problems = Problems()
    guards.guards(db, problems)
    if not problems.found:
        return 0
    with write(db):
        wrong = guards.put_back(db)
        if wrong:
            append(db, user, GUARDS_PUT_BACK, SUBJECT, guards=wrong)
    return wrong


def accept_copy(db: Database, user: User, reason: str) -> int:
    """Go on with an older copy of the database that somebody put back; gives the number of the entry that says so.

    The heads file and the checkpoint, which know of entries that are not in the copy, are put aside and kept. Conflict
    where nothing is missing, or where the entries that are there are not as they were written.
    """
    found = {problem.kind for problem in verify(db, whole=True).problems}
    if not found:
        raise Conflict("Nothing is missing from the log: it and the files beside it agree. Nothing was changed.")
    if beyond := sorted(found - OF_A_COPY):
        raise Conflict(
            f"The log has more wrong with it than an older copy explains ({', '.join(beyond)}); keep all as it is, and"
            " tell whoever answers for the system."
        )
    with write(db):
        _require_sound(db)
        last, there = head(db), heads.path(db)
        before = there.read_bytes() if there and there.exists() else b""
        noted = max((line.number for line in heads.lines(db, 0, len(before))), default=0)
        # Before the line of this very entry is noted, which begins the new file.
        after_commit(db, "audit aside", lambda: _put_aside(noted, [there, sealing.path(db)]))
        number = append(
            db, user, RESTORED, SUBJECT, ends=last.number if last else 0, noted=noted, bytes=len(before),
            heads=hashlib.sha256(before).hexdigest(),
        )  # fmt: skip
        say(db, user, SUBJECT, "reason", reason)
    return number


def _require_sound(db: Database) -> None:
    """Every entry that is there is sealed, and follows the one before."""
    last, walked = head(db), Walk(keys.key(db))
    for _ in walk(db, walked, last.number if last else 0):
        pass
    told(walked)
    if walked.problems.found:
        raise Conflict(f"{walked.problems.found[0].says} An older copy does not explain that; nothing was changed.")


def _put_aside(noted: int, files: list[Path | None]) -> None:
    for file in files:
        if file and file.exists():
            file.rename(_free(file, noted))


def _free(file: Path, noted: int) -> Path:
    """A name beside it that nobody has: "copilot-audit-heads-until-800.log"."""
    names = (file.with_stem(f"{file.stem}-until-{noted}{again}") for again in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(name for name in names if not name.exists())
