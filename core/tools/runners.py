"""What does each kind of tool that stays here: inside the write that records it, so that nothing half happens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core.tools import files, records, tickets
from core.types import User

Arguments = dict[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Runner:
    """`do` and `undo` run inside the caller's write: (db, user, execution id, document id, arguments or result)."""

    do: Callable[[Database, User, str, str, Arguments], Result]
    undo: Callable[[Database, User, str, str, Result], Result]


def _staged(make: Callable[[Mapping[str, Any], str], files.Staged]) -> Runner:
    def do(db: Database, user: User, execution_id: str, document_id: str, arguments: Arguments) -> Result:
        file = make(arguments, f"action-{execution_id[:8]}")
        files.stage(db, execution_id, file)
        return {"file": file.name}

    def undo(db: Database, user: User, execution_id: str, document_id: str, result: Result) -> Result:
        return {"withdrawn": files.withdraw(db, execution_id)}

    return Runner(do, undo)


def _close_ticket(db: Database, user: User, execution_id: str, document_id: str, result: Result) -> Result:
    return {"closed": tickets.shut(db, result["ticket"], "The action was undone.")}


def _set_back(db: Database, user: User, execution_id: str, document_id: str, result: Result) -> Result:
    return records.set_back(db, user, document_id, result)


LOCAL: dict[str, Runner] = {
    "ticket": Runner(tickets.opened, _close_ticket),
    "record": Runner(records.started, _set_back),
    "email": _staged(files.email),
    "calendar": _staged(files.calendar),
    "jira_csv": _staged(files.jira_csv),
}
