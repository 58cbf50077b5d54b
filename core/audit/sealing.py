"""How far the log was verified, in a file beside the heads, sealed under the key so that nobody can say it was."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from sqlite_utils import Database

from core.audit import heads, keys
from core.audit.chain import sealed
from core.errors import BadInput

SCHEMA = "audit-checkpoint/1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All up to entry `number` was found intact `at` this moment; `whole_at` is when all was last read from the start.

    `heads_bytes` of the heads file were read then.
    """

    number: int
    hash: str
    at: str
    whole_at: str | None
    heads_bytes: int


def path(db: Database) -> Path | None:
    """Beside the heads; None for a database in memory."""
    beside = heads.path(db)
    return beside.with_name(beside.name.replace("-heads.log", "-checkpoint.json")) if beside else None


def read(db: Database) -> tuple[Checkpoint | None, bool]:
    """The checkpoint, and whether its file is as we left it: one that was changed counts for nothing."""
    there = path(db)
    if there is None or not there.exists():
        return None, True
    try:
        found = json.loads(there.read_bytes())
        seal = found.pop("seal")
        checkpoint = Checkpoint(**{name: found[name] for name in Checkpoint.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, False
    return (checkpoint, True) if seal == _seal(db, checkpoint) else (None, False)


def keep(db: Database, checkpoint: Checkpoint) -> None:
    """Written whole and then put in its place; of two at once, the later one stays."""
    there = path(db)
    if there is None:
        return
    told: dict[str, Any] = {"schema": SCHEMA, **asdict(checkpoint), "seal": _seal(db, checkpoint)}
    try:
        handle, draft = mkstemp(dir=there.parent, prefix=f".{there.name}-")  # readable by this account alone
        with os.fdopen(handle, "w") as file:
            file.write(json.dumps(told, indent=1) + "\n")
        Path(draft).replace(there)
    except OSError as error:
        raise BadInput(f"The checkpoint {there} cannot be written ({error.strerror}); the log was verified.") from error


def later(before: Checkpoint | None, now: Checkpoint) -> Checkpoint:
    """With when all was last read, from whichever knows."""
    return replace(now, whole_at=now.whole_at or (before.whole_at if before else None))


def _seal(db: Database, checkpoint: Checkpoint) -> str:
    return sealed(keys.key(db), ["checkpoint", *asdict(checkpoint).values()])
