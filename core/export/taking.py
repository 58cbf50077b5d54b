"""What leaves as a file: asked for, made, and noted in the log before anybody has it."""

import hashlib
from collections.abc import Collection
from typing import Any

from sqlite_utils import Database

from core import audit
from core.export import Written, write
from core.export.stored import stored
from core.identity import rates, require
from core.register import Filter
from core.store import write as writing
from core.types import User

READING = "json"  # the reading of an escalated document may be seen by whoever looks at it


def take(db: Database, user: User, name: str, filter: Filter, **how: Any) -> Written:
    """The register as a file of the format `name`. Raises as `stored` and `write` do; `how` goes to `stored`."""
    require(user, "register.export")
    contents = stored(db, user, filter, gated=name == READING, **how)
    made = write(name, contents)
    documents = {one.document.id for one in contents.analyses}
    return taken(db, user, made, f"register.{name}", documents, len(contents.rows))


def taken(
    db: Database, user: User, made: Written, what: str, documents: Collection[str] = (), rows: int | None = None
) -> Written:
    """The file, once the log says who took it: `what` ("gaps.csv"), of which documents, with how many rows."""
    require(user, "register.export")
    single = next(iter(documents)) if len(documents) == 1 else None
    subject = f"document:{single}" if single else "register"
    with writing(db):
        rates.spend(db, user, "exports")
        audit.append(
            db, user, "document.exported", subject, document_id=single, digest=hashlib.sha256(made.data).hexdigest(),
            what=what, documents=len(documents), rows=rows, bytes=len(made.data),
        )  # fmt: skip
    return made
