"""What is switched, read by everything that asks a model: which models are stopped, which version a task uses.

A switch belongs to the whole installation, and each of its moves leaves a change record, written in the same write.
Nothing is switched as the program comes: every model runs, and models/routes.toml names each task's prompt.
"""

import tomllib
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from core import audit, prompts
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import require
from core.prompts import Prompt
from core.settings import settings
from core.store import new_id, now, one, rows, write
from core.types import User

STOPPED = "stopped"
MOST_CHARACTERS = 4_000


# --- read on every call -----------------------------------------------------------------------------------------


def stopped(db: Database) -> dict[str, str]:
    """The models that nobody may ask now, each with the reason."""
    sql = "select substr(subject, 7) as model, reason from switch where subject like 'model:%' and value = ?"
    return {row["model"]: row["reason"] for row in rows(db, sql, [STOPPED])}


def require_running(db: Database, model: str) -> None:
    """NotAllowed, with the reason, when the model is stopped."""
    if (reason := stopped(db).get(model)) is not None:
        raise NotAllowed(f"{model} is stopped ({reason}); choose another model, or start it again.")


def value(db: Database, subject: str) -> str | None:
    """What `subject` is switched to: "prompt:extract" → "extract-obligations/1.1.0". None: as shipped."""
    row = one(db, "select value from switch where subject = ?", [subject])
    return None if row is None else str(row["value"])


def shipped(subject: str) -> str | None:
    """What models/routes.toml names for a task: "prompt:extract" → "extract-obligations/1.0.0". Else None."""
    kind, _, task = subject.partition(":")
    return _prompts(settings().models_dir / "routes.toml").get(task) if kind == "prompt" else None


def in_use(db: Database, subject: str) -> str | None:
    """What is in use now, switched or as shipped."""
    return value(db, subject) or shipped(subject)


def tasks() -> tuple[str, ...]:
    """The tasks that models/routes.toml has a prompt for."""
    return tuple(_prompts(settings().models_dir / "routes.toml"))


def by_task() -> list[Prompt]:
    """The newest version of each prompt, in the order of the tasks; those that no task knows come last."""
    known = tasks()
    return sorted(prompts.prompts(), key=lambda one: known.index(one.task) if one.task in known else len(known))


# --- at once: an emergency needs no second person ---------------------------------------------------------------


def stop(db: Database, user: User, model: str, reason: str) -> None:
    """From now on nobody asks this model. Conflict when it is stopped already."""
    require(user, "models.stop", model)
    reason, subject = said(reason, "why it is stopped"), _of_model(model)
    with write(db):
        change_id = noted(db, user, "stop", subject, None, STOPPED, f"Stop {model}", reason)
        if not move(db, user, subject, None, STOPPED, reason, change_id):
            raise Conflict(f"{model} is stopped already.")
        audit.append(db, user, "model.stopped", subject, change=change_id)


def start(db: Database, user: User, model: str, reason: str) -> None:
    """It may be asked again. Conflict when it is not stopped."""
    require(user, "models.stop", model)
    reason, subject = said(reason, "why it may run again"), _of_model(model)
    with write(db):
        change_id = noted(db, user, "start", subject, STOPPED, None, f"Start {model} again", reason)
        if not db.execute("delete from switch where subject = ? and value = ?", [subject, STOPPED]).rowcount:
            raise Conflict(f"{model} is not stopped.")
        audit.append(db, user, "model.started", subject, change=change_id)


# --- inside a write of the caller -------------------------------------------------------------------------------


def move(db: Database, user: User, subject: str, before: str | None, after: str, reason: str, change_id: str) -> bool:
    """Set the switch to `after`, unless it stands elsewhere than at `before`. Opens no write: the caller's holds it.

    `before` None: it must not be set at all. Whether an unset switch stands at `before` as shipped is the caller's
    to know: a file is not read inside a write.
    """
    moved = db.execute(
        "insert into switch (subject, value, reason, change_id, set_by, set_at) values (?, ?, ?, ?, ?, ?)"
        " on conflict (subject) do update set value = excluded.value, reason = excluded.reason,"
        " change_id = excluded.change_id, set_by = excluded.set_by, set_at = excluded.set_at where switch.value is ?",
        [subject, after, reason, change_id, user.id, now(), before],
    )
    return bool(moved.rowcount)


def noted(
    db: Database, user: User, kind: str, subject: str, before: str | None, after: str | None, change: str, reason: str,
    digest: str | None = None,
) -> str:  # fmt: skip
    """The record of what one person did at once. Opens no write: the caller's holds it. Gives the record's id."""
    moment, change_id = now(), new_id()
    db["change_record"].insert(
        {
            "id": change_id, "tenant": user.tenant, "kind": kind, "subject": subject, "before": before, "after": after,
            "digest": digest, "change": change, "reason": reason, "author": user.id, "author_name": user.name,
            "proposed_at": moment, "state": "approved", "decided_at": moment, "deployed_at": moment,
        }
    )  # fmt: skip
    return change_id


def said(words: str, what: str) -> str:
    """What a person wrote, trimmed. BadInput when it is empty or very long; `what` completes "Say …"."""
    text = words.strip()
    if not text:
        raise BadInput(f"Say {what}: whoever reads the record will ask.")
    if len(text) > MOST_CHARACTERS:
        raise BadInput(
            f"This has {len(text):,} characters and at most {MOST_CHARACTERS:,} are kept; say {what} shorter."
        )
    return text


def _of_model(model: str) -> str:
    backend, _, name = model.partition(":")
    if not backend or not name:
        raise BadInput(f"{model!r} is no model; write backend:name, as `models list` prints it.")
    if backend == "builtin":
        raise BadInput("The built-in engine is the last resort: it calls no model, and cannot be stopped.")
    return f"model:{model}"


def _prompts(path: Path) -> dict[str, str]:
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {}


@cache
def _read(path: Path, changed: int) -> dict[str, str]:
    """Task → prompt; read again when the file has changed. What else is in the file is the router's to check."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML ({error}); mend that line.") from error
    tables = found.get("task", {})
    return {task: str(row["prompt"]) for task, row in tables.items() if isinstance(row, dict) and row.get("prompt")}
