"""All that is checked of the log: its rows, its heads, its guards, and the remarks that it proves."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from core.audit import heads, keys, sealing
from core.audit.chain import HEADS_MISSING
from core.audit.guards import guards
from core.audit.noted import late, noted
from core.audit.problems import MOST, Problem, Problems
from core.audit.proving import all_kept, all_remarks, proved
from core.audit.sealing import Checkpoint
from core.audit.walking import Walk, told, walk
from core.store import Row, now, one

FEW = 3  # entries: where so many are all wrong, they may as well have been changed one by one
GRAVEST = (
    "key",
    "cut",
    "rewritten",
    "removed",
    "inserted",
    "changed",
    "moved",
    "order",
    "standing",
    "remark",
    "guards",
    "heads",
)
# What an entry tells of the log itself, for good.
VERIFIED, RESTORED, GUARDS_PUT_BACK = "log.verified", "log.restored", "log.guards_put_back"
TELLING = (HEADS_MISSING, VERIFIED, RESTORED, GUARDS_PUT_BACK)
# With how many of how many entries are checked.
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry, and with it everything before."""

    number: int
    hash: str
    at: str


@dataclass(frozen=True, slots=True)
class Report:
    """`problems` has the gravest first; `more` counts those past the first hundred. `notes` are no fault of the log.

    `checkpoint` is where the next verification may begin; None unless every entry is well and there is one.
    """

    checked: int
    whole: bool
    head: Head | None
    problems: tuple[Problem, ...]
    more: int
    notes: tuple[str, ...]
    checkpoint: Checkpoint | None

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def first_bad(self) -> int | None:
        return min((problem.first for problem in self.problems if problem.first), default=None)

    @property
    def what(self) -> str:
        """The gravest in a sentence, "" where all is well."""
        return self.problems[0].says if self.problems else ""

    def with_(self, further: Problems) -> "Report":
        """With what else was found to be wrong, in its place; without a checkpoint where anything was."""
        found = sorted([*self.problems, *further.found], key=_gravity)
        checkpoint = None if further.found else self.checkpoint
        return replace(self, problems=tuple(found), more=self.more + further.more, checkpoint=checkpoint)


def verify(db: Database, *, whole: bool = False, tell: Tell | None = None) -> Report:
    """Read what came since the last checkpoint, or the `whole` log with its heads file and every remark.

    In slices, while others go on writing; writes nothing itself. Raises what `tell` raises.
    """
    noted_upto = heads.size(db)  # before the log's end: each line that is there now has its entry already
    end, (known, as_left) = head(db), sealing.read(db)
    upto, since = end.number if end else 0, None if whole else known
    walked = Walk(keys.key(db), since.number, since.hash) if since else Walk(keys.key(db))
    _checkpoint(db, walked.problems, known, as_left, upto)
    guards(db, walked.problems)
    telling = _walk(db, walked, upto, tell)
    if known is None and as_left and sealing.path(db):
        _checkpoint_gone(walked.problems, telling)
    agreement = noted(db, walked, since.heads_bytes if since else 0, noted_upto, upto)
    if not _another_key(db, walked, agreement.agreed, known):
        told(walked)
    if since is None:
        all_remarks(db, walked)
        all_kept(db, walked)
    notes = [*_notes(db, telling), late(db, agreement, since.number if since else 0, upto)]
    return _report(walked, since is None, end, tuple(filter(None, notes)), noted_upto)


def head(db: Database) -> Head | None:
    """None while the log is empty."""
    row = one(db, "select number, hash, at from audit order by number desc limit 1")
    return Head(**row) if row else None


def _report(walked: Walk, whole: bool, end: Head | None, notes: tuple[str, ...], heads_bytes: int) -> Report:
    moment, found = now(), sorted(walked.problems.found, key=_gravity)
    # A checkpoint that somebody changed is named once, and was not used: all was read.
    well = end is not None and all(problem.kind == "checkpoint" for problem in found)
    here = Checkpoint(end.number, end.hash, moment, moment if whole else None, heads_bytes) if end and well else None
    return Report(walked.checked, whole, end, tuple(found), walked.problems.more, notes, here)


def _walk(db: Database, walked: Walk, upto: int, tell: Tell | None) -> list[Row]:
    """Gives the entries that tell of the log itself: of each kind the last ones."""
    began, telling = walked.number, list[Row]()
    for found in walk(db, walked, upto):
        proved(db, walked, found)
        telling = [*telling, *(row for row in found if row["event"] in TELLING and not walked.bad(row["number"]))]
        verified = [row for row in telling if row["event"] == VERIFIED][-1:]
        telling = [*[row for row in telling if row["event"] != VERIFIED][-MOST:], *verified]
        if tell:
            tell(walked.number - began, upto - began)
    return telling


def _checkpoint_gone(problems: Problems, telling: list[Row]) -> None:
    """Whoever verified the log left a checkpoint, unless an older copy was put back since."""
    since = max((row["number"] for row in telling if row["event"] == RESTORED), default=0)
    for row in telling:
        if row["event"] == VERIFIED and row["number"] > since:
            says = f"Entry {row['number']:,} says that the log was verified, and the checkpoint of it was taken away."
            problems.add("checkpoint", says)


def _checkpoint(db: Database, problems: Problems, known: Checkpoint | None, as_left: bool, upto: int) -> None:
    """The entry up to which all was verified is there, and is the same."""
    if not as_left:
        problems.add("checkpoint", f"The checkpoint {sealing.path(db)} was changed, or is sealed with another key.")
    if known is None:
        return
    row = one(db, "select hash from audit where number = ?", [known.number])
    if row is None and upto < known.number:
        says = f"The log was verified up to entry {known.number:,} and ends with {upto:,} now: the rest was cut off."
        problems.add("cut", says, upto + 1, known.number)
    elif row is None:
        problems.add("removed", f"Entry {known.number:,} was removed.", known.number)
    elif row["hash"] != known.hash:
        says = f"Entry {known.number:,} is not the one that was verified on {known.at[:10]}: the log was written anew."
        problems.add("rewritten", says, known.number)


def _another_key(db: Database, walked: Walk, agreed: int, known: Checkpoint | None) -> bool:
    """Where no entry at all is sealed with our key, it is the key that is wrong, or the whole log."""
    if walked.sealed or walked.checked <= FEW:
        return False
    if known is not None:  # which is sealed with this very key
        walked.problems.add("rewritten", "The key is right, and no entry is sealed with it: the log was replaced.", 1)
    else:
        why = "it is another key. Put the right one back" if agreed else "the log was replaced, or it is another key"
        walked.problems.add("key", f"No entry is sealed with the key {keys.path(db)}: {why}.")
    return True


def _notes(db: Database, telling: list[Row]) -> list[str]:
    exposed = f"Other accounts of this computer can read the key {keys.path(db)}: chmod 600 it."
    return [exposed] * keys.exposed(db) + [says for row in telling if (says := _noted_of(row))]


def _noted_of(row: Row) -> str:
    entry = f"Entry {row['number']:,} of {row['at'][:10]}"
    if row["event"] == HEADS_MISSING:
        return f"{entry} tells that the heads file had been taken away by then."
    if row["event"] == GUARDS_PUT_BACK:
        return f"{entry} tells that guards of the log's table had been taken away, and were put back."
    if row["event"] == RESTORED:
        return f"{entry} tells that an older copy was put back: {_lost(row)}."
    return ""


def _lost(row: Row) -> str:
    details = json.loads(row["details"])
    ends, noted = int(details.get("ends", 0)), int(details.get("noted", 0))
    if noted <= ends:
        return "the heads file of before is kept beside it"
    return f"entries {ends + 1:,} to {noted:,} of before are not in it; the heads file of before is kept beside it"


def _gravity(problem: Problem) -> tuple[int, int]:
    return (GRAVEST.index(problem.kind) if problem.kind in GRAVEST else len(GRAVEST), problem.first)
