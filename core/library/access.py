"""Who may see which document: one condition, part of the SQL of every query that reads anything of a document."""

import json
from datetime import UTC, date, datetime
from functools import lru_cache

from sqlite_utils import Database

from core.errors import NotFound
from core.identity import may
from core.store import Row, one
from core.types import User

# Without a tenant, a clearance or a group that is asked for, no row: nothing is granted by leaving something out.
# A draft, a withdrawn and an expired document are their owner's alone; a draft that waits for a second person (for
# their signature, or because it was escalated) is also for those who may give that.
CONDITION = """(
    {document}.tenant = ?
    and {document}.classification in (select value from json_each(?))
    and (
        {document}.groups = '[]'
        or exists (select 1 from json_each({document}.groups) where value in (select value from json_each(?)))
    )
    and (
        {document}.owner = ?
        or (
            ({document}.status = 'approved' or ({document}.status = 'draft' and ?
                and ({document}.awaiting_second = 1 or {document}.gate in ('waiting', 'rejected'))))
            and ({document}.expires is null or {document}.expires > ?)
        )
    )
)"""


def visible(user: User, *, document: str = "document", today: date | None = None) -> tuple[str, list[str | int]]:
    """A WHERE condition on the rows of table `document` (or its alias) that this user may see, and its parameters.

    For rows of other tables: f"... where document_id in (select id from document where {condition})".
    A document expires at the start of its last date, UTC. The label says which documents; whether any at all, the
    user's roles do.
    """
    # No role that reads: as if without any clearance, so that nothing is found by any path.
    clearances = user.clearances if may(user, "documents.read") else ()
    parameters: list[str | int] = [
        user.tenant,
        _listed(clearances),
        _listed(user.groups),
        user.id,
        int(may(user, "documents.second")),
        (today or datetime.now(UTC).date()).isoformat(),
    ]
    return CONDITION.format(document=document), parameters


@lru_cache(maxsize=1024)
def _listed(names: tuple[str, ...]) -> str:
    """As SQL reads a list; asked for with every query, of a handful of people."""
    return json.dumps(names)


def found(db: Database, user: User, document_id: str, columns: str = "*") -> Row:
    """The document's row. NotFound when there is none or the user may not see it: the two sound the same."""
    condition, parameters = visible(user)
    row = one(db, f"select {columns} from document where id = ? and {condition}", [document_id, *parameters])
    if row is None:
        raise NotFound("There is no such document, or you may not see it; go back to the list of documents.")
    return row
