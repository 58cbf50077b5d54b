"""The log verified at a person's word: how far is kept beside its heads, and that it was done is an entry itself."""

from dataclasses import dataclass, replace

from sqlite_utils import Database

from core import audit, jobs
from core.activity.entries import Filter, entries
from core.audit import mending, outside, saying, sealing, standing
from core.audit.chain import Entry
from core.audit.sealing import Checkpoint
from core.audit.verifying import VERIFIED, Head, Report, Tell, head, verify
from core.errors import CopilotError, NotAllowed
from core.identity import rates, require
from core.store import write
from core.types import User

JOB = "verify"
AT_ONCE = 20_000  # entries of a log that a click verifies itself: half a second
AT_A_GLANCE = 1_000  # entries that are looked at whenever the page is drawn
TOLD = 3  # problems in a job's error
SUBJECT, FOUND_WRONG = "log:chain", "log.found_wrong"
TITLE = "Verifying the whole log"


class LogChanged(CopilotError):
    """The log, or what guards it, is not as this program left it."""

    exit_code = 7


@dataclass(frozen=True, slots=True)
class Kept:
    """How far the log was verified, where it ends, and the last check, if it found something wrong.

    `as_left`: the checkpoint's file is as this program wrote it. `report` is on what came since the checkpoint, None
    where that is much.
    """

    checkpoint: Checkpoint | None
    as_left: bool
    head: Head | None
    wrong: Entry | None
    report: Report | None

    @property
    def new(self) -> int:
        """Entries since."""
        return (self.head.number if self.head else 0) - (self.checkpoint.number if self.checkpoint else 0)


def kept(db: Database, user: User) -> Kept:
    """A look that writes nothing. Raises NotAllowed without `audit.read`."""
    require(user, "audit.read")
    (checkpoint, as_left), end = sealing.read(db), head(db)
    found = entries(db, user, Filter(subject=SUBJECT), limit=1)
    wrong = next((one for one in found if one.event == FOUND_WRONG), None)
    state = Kept(checkpoint, as_left, end, wrong, None)
    return replace(state, report=verify(db)) if state.new <= AT_A_GLANCE else state


def check(db: Database, user: User, *, whole: bool = False, tell: Tell | None = None) -> Report:
    """Verify what is new, or the `whole` log, and that roles, requests and the like stand as it tells; remember how far
    all is well, and log that and by whom it was done.
    """
    require(user, "audit.read")
    with write(db):
        rates.spend(db, user, "verifications")
    report = verify(db, whole=whole, tell=tell).with_(standing.compare(db))
    if not (report.ok or report.whole):  # what was tampered with may lie before: then all of it is read, and named
        report = verify(db, whole=True, tell=tell).with_(standing.compare(db))
    if report.checkpoint:
        before, _ = sealing.read(db)
        sealing.keep(db, sealing.later(before, report.checkpoint))
    if report.checked or not report.ok:
        with write(db):
            _log(db, user, report)
    return report


def keep_checked(db: Database, user: User, *, whole: bool = False) -> Report | str:
    """`check` at once where that is quick, else by a job of the worker, whose id is given."""
    require(user, "audit.read")
    end = head(db)
    if end is None or end.number <= AT_ONCE:  # what stands is compared with all of them, also where few are new
        return check(db, user, whole=whole)
    active = jobs.jobs(db, user, kind=JOB, active=True)
    return active[0].id if active else jobs.enqueue(db, user, JOB, {"whole": whole}, TITLE)


def head_file(db: Database, user: User) -> bytes:
    """The head as a file to be kept elsewhere. NotAllowed without `audit.read`, as of what follows."""
    require(user, "audit.read")
    return outside.written(db)


def compared(db: Database, user: User, given: bytes) -> outside.Compared:
    """The log against a head that was kept elsewhere."""
    require(user, "audit.read")
    return outside.compare(db, given)


def put_guards_back(db: Database, user: User) -> int:
    """The triggers of the log's table as they were made; gives how many were wrong. For an administrator."""
    require(user, "access.manage", "the log's guards")
    return mending.put_guards_back(db, user)


def accept_copy(db: Database, user: User, reason: str) -> int:
    """Go on with an older copy of the database that was put back, which the log then tells for good; gives the number
    of that entry. For an administrator, with a reason; Conflict where that is not what happened.
    """
    require(user, "access.manage", "an older copy of the log")
    if user.mode == "demo":
        raise NotAllowed("This is not done while you act as somebody else; be yourself again first.")
    return mending.accept_copy(db, user, saying.written(reason))


def check_log(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "verify". What is wrong is the job's error; nothing is repaired."""
    report = check(
        db, user, whole=bool(claim.job.payload["whole"]),
        tell=lambda done, total: jobs.progress(db, claim, done / max(1, total), f"{done:,} of {total:,} entries"),
    )  # fmt: skip
    if not report.ok:
        raise LogChanged(" ".join(problem.says for problem in report.problems[:TOLD]))
    with write(db):
        jobs.finish(db, claim)


def _log(db: Database, user: User, report: Report) -> None:
    if report.ok:
        audit.append(db, user, VERIFIED, SUBJECT, checked=report.checked, whole=report.whole)
        return
    gravest = report.problems[0].kind
    audit.append(
        db, user, FOUND_WRONG, SUBJECT, checked=report.checked, whole=report.whole, problem=gravest,
        first=report.first_bad, problems=len(report.problems) + report.more,
    )  # fmt: skip
