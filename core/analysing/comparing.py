"""A model's run beside the built-in one: worked out when somebody asks, stored nowhere."""

from dataclasses import dataclass

from sqlite_utils import Database

from core import register
from core.errors import NotFound
from core.extract.agreement import Agreement, agreement
from core.register import Run
from core.types import User


@dataclass(frozen=True, slots=True)
class Compared:
    builtin: Run
    model: Run
    agreement: Agreement


def compare(db: Database, user: User, document_id: str, run_id: str) -> Compared:
    """The run beside the latest one of the built-in engine. NotFound where the document lacks either."""
    known = register.runs(db, user, document_id)
    chosen = next((run for run in known if run.id == run_id), None)
    if chosen is None:
        raise NotFound("This document has no such run; choose one from the list of its runs.")
    builtin = next((run for run in reversed(known) if run.model == "builtin"), None)
    if builtin is None:
        raise NotFound("The built-in engine has not read this document, so there is nothing to compare with.")
    ours, theirs = (register.findings(db, user, run.id) for run in (builtin, chosen))
    return Compared(builtin, chosen, agreement(ours, theirs))
