"""Files that wait for a person: a draft e-mail, a calendar, an import. Nothing is sent; fetching one is logged."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, NamedTuple

from sqlite_utils import Database

from core import audit, library
from core.errors import Conflict, NotFound
from core.export import cells, csv, ics, jira
from core.store import now, one, write
from core.types import User

Arguments = Mapping[str, Any]


class Staged(NamedTuple):
    name: str
    media_type: str
    bytes: bytes


def email(arguments: Arguments, name: str) -> Staged:
    """A message without sender or recipient, which mail programs open as a draft."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _line_of_mail(arguments["subject"])
    message["X-Unsent"] = "1"  # Outlook opens it for writing
    message.set_content(ics.printable(arguments["body"]))
    return Staged(f"{name}.eml", "message/rfc822", bytes(message))


def _line_of_mail(text: str) -> str:
    """One line, in which nothing is an encoded word: Python before 3.11.10 decodes one that a header is given, and
    writes the line end inside it as it is, so that a document's title could add a header (CVE-2024-6923).
    """
    return " ".join(ics.printable(text).split()).replace("=?", "= ?")


def calendar(arguments: Arguments, name: str, moment: datetime | None = None) -> Staged:
    """A whole day for each dated action."""
    made_at = moment or datetime.now(UTC)
    events = (
        ics.whole_day(
            f"{name}-{place}", date.fromisoformat(entry["due"]), entry["summary"], entry["description"],
            entry["priority"], made_at,
        )
        for place, entry in enumerate(arguments["entries"])
    )  # fmt: skip
    return Staged(f"{name}.ics", "text/calendar", ics.calendar("Accepted actions", events))


def jira_csv(arguments: Arguments, name: str) -> Staged:
    """One line an issue, in the columns of the export for Jira; cells that a spreadsheet would run are neutralised."""
    return Staged(f"{name}-jira.csv", "text/csv", csv.table(jira.TITLES, map(_line, arguments["issues"])))


def _line(issue: Arguments) -> Sequence[str]:
    line = [
        issue["title"], issue["body"], "Task", jira.PRIORITY[issue["priority"]], issue["due"] or "", "compliance",
        f"risk-{issue['priority']}", issue["id"],
    ]  # fmt: skip
    return [cells.neutralised(value) for value in line]


# --- kept, fetched, withdrawn -----------------------------------------------------------------------------------


def stage(db: Database, execution_id: str, file: Staged) -> None:
    """Inside the write of the caller."""
    sql = "insert into staged_file (execution_id, name, media_type, bytes) values (?, ?, ?, ?)"
    db.execute(sql, [execution_id, *file])


def fetch(db: Database, user: User, execution_id: str) -> Staged:
    """The file, for somebody who may see its document. Conflict when it was withdrawn."""
    condition, parameters = library.visible(user)
    sql = (
        "select staged_file.*, execution.document_id from staged_file join execution on execution.id = execution_id"
        f" join document on document.id = execution.document_id where {condition} and execution_id = ?"
    )
    with write(db):
        found = one(db, sql, [*parameters, execution_id])
        if found is None:
            raise NotFound("There is no such file, or you may not see its document.")
        if found["withdrawn_at"]:
            raise Conflict(f"{found['name']} was withdrawn; nothing is fetched.")
        library.require_released(db, user, found["document_id"])
        audit.append(db, user, "execution.fetched", f"execution:{execution_id}", document_id=found["document_id"])
    return Staged(found["name"], found["media_type"], found["bytes"])


def withdraw(db: Database, execution_id: str) -> bool:
    """Inside the write of the caller; gives whether it was there to be fetched."""
    sql = "update staged_file set withdrawn_at = ? where execution_id = ? and withdrawn_at is null"
    return bool(db.execute(sql, [now(), execution_id]).rowcount)
