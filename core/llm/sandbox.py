"""Prompts tried in the sandbox: asked by a person, answered by the worker, read while they grow."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from core import audit, jobs, switches, telemetry
from core.errors import BadInput, CopilotError, NotFound
from core.identity import require
from core.llm import backends, catalog, faults, permission
from core.llm.answering import parsed
from core.llm.router import Answer, Errand, Router
from core.prompts import Rendered
from core.settings import settings
from core.store import Row, new_id, now, one, rows, write
from core.types import Classification, Completion, User

TASK = "trial"  # in models/routes.toml
FREE, NO_FILE = "free-text/1.0.0", hashlib.sha256().hexdigest()  # for the ledger: a question that is no prompt of ours
KEPT = 50  # of one person; older ones go, text and all
MOST_CHARACTERS = 400_000
SAVE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Trial:
    """`answer` grows while `state` is running. `cost_usd` None: the price, or what was used, is unknown.

    `prompt` is "name/version" of a prompt of ours, None for free text. `waits` counts the trials before this one;
    `stage` says what a running one waits for.
    `parsed` is whether the answer is a JSON object, None where none was asked for.
    """

    id: str
    job_id: str
    model: str
    prompt: str | None
    classification: Classification
    decision: str
    system: str
    content: str
    answer: str
    state: jobs.State
    stage: str
    fault: str | None
    error: str | None
    waits: int
    answered_by: str | None
    finish_reason: str | None
    usage: dict[str, Any] | None
    cost_usd: Decimal | None
    first_token_ms: int | None
    latency_ms: int | None
    parsed: bool | None
    created_at: str

    @property
    def trace_id(self) -> str:
        """Of its calls, those of a retry included."""
        return telemetry.trace_of(self.job_id)


# --- for the person ---------------------------------------------------------------------------------------------


def ask(
    db: Database,
    user: User,
    model: str,
    content: str = "",
    *,
    prompt: Rendered | None = None,
    classification: Classification = "internal",
    max_output_tokens: int = 512,
) -> str:
    """Put a prompt to a model: free text, or a rendered prompt of ours. Gives the trial's id.

    Raises Refused, with the reason, when the inventory does not allow text of this label to go there, and NotAllowed
    when the model is stopped.
    """
    require(user, "models.ask")
    backends.split(model)
    text = prompt.user if prompt else content.strip()
    if not text:
        raise BadInput("There is nothing to ask; write a prompt.")
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"The prompt has {len(text):,} characters and at most {MOST_CHARACTERS:,} can be tried here.")
    asked = prompt or _rendered({"system": "", "content": text})
    reason, trial_id = _permitted(db, _errand(user, model, classification, max_output_tokens), asked), new_id()
    with write(db):
        job_id = jobs.insert(db, user, "trial", {"trial": trial_id}, f"Ask {model}")
        row = {
            "id": trial_id, "tenant": user.tenant, "user_id": user.id, "job_id": job_id, "model": model,
            "prompt": f"{prompt.name}/{prompt.version}" if prompt else None,
            "prompt_digest": prompt.digest if prompt else None,
            "system": prompt.system if prompt else "", "content": text,
            "schema": json.dumps(prompt.schema) if prompt and prompt.schema else None,
            "max_output_tokens": max_output_tokens, "classification": classification,
            "decision": reason, "created_at": now(),
        }  # fmt: skip
        db["trial"].insert(row)
        _drop_old(db, user)
    return trial_id


def _drop_old(db: Database, user: User) -> None:
    db.execute(
        "delete from trial where tenant = ? and user_id = ? and number not in"
        " (select number from trial where tenant = ? and user_id = ? order by number desc limit ?)",
        [*_own(user), *_own(user), KEPT],
    )


def decision(model: str, classification: Classification) -> permission.Decision:
    """Whether text of this label, of which no data card speaks, may go to the model."""
    entry = catalog.entry(model, settings())
    return permission.allowed(entry, classification, True, catalog.host(entry, settings()))


SELECT = (
    "select trial.*, job.state, job.stage, job.fault, job.error, (select count(*) from job as other"
    " where other.kind = 'trial' and other.state in ('queued', 'running') and other.number < job.number) as waits"
    " from trial join job on job.id = trial.job_id where trial.tenant = ? and trial.user_id = ?"
)


def trials(db: Database, user: User, *, limit: int = 20) -> list[Trial]:
    """The user's own, newest first."""
    return [_trial(row) for row in rows(db, f"{SELECT} order by trial.number desc limit ?", [*_own(user), limit])]


def trial(db: Database, user: User, trial_id: str) -> Trial:
    """One of the user's own, or NotFound."""
    row = one(db, f"{SELECT} and trial.id = ?", [*_own(user), trial_id])
    if row is None:
        raise NotFound("There is no such trial of yours; reload the page.")
    return _trial(row)


def forget(db: Database, user: User, trial_id: str) -> None:
    """Delete a trial with its text; one that is under way is stopped."""
    require(user, "models.ask")
    found = trial(db, user, trial_id)
    if found.state in ("queued", "running"):
        jobs.cancel(db, user, found.job_id)
    with write(db):
        db.execute("delete from trial where id = ? and tenant = ? and user_id = ?", [trial_id, *_own(user)])
        audit.append(db, user, "trial.forgotten", f"trial:{trial_id}")


# --- for the worker ---------------------------------------------------------------------------------------------


def answer(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "trial": what comes is written as it comes, and kept whatever happens then."""
    asked = trial(db, user, claim.job.payload["trial"])
    row = one(db, "select * from trial where id = ?", [asked.id]) or {}
    prompt = _rendered(row)
    errand = _errand(user, asked.model, asked.classification, row["max_output_tokens"], claim.job.id)
    # The inventory may have changed since it was asked, and the model may have been stopped.
    _permitted(db, errand, prompt)
    backends.open_model(asked.model, settings())  # what it lacks, it says itself: a key, a package, a file
    _save(db, claim, asked.id, "", "Waiting for the first word")  # a try before may have left a beginning
    with telemetry.resumed(asked.trace_id):
        said = _followed(db, claim, asked, errand, prompt)
    whole, cost = said.completion, said.cost_usd
    with write(db):
        db.execute(
            "update trial set answer = ?, answered_by = ?, finish_reason = ?, usage = ?, cost_usd = ?,"
            " first_token_ms = ?, latency_ms = ? where id = ?",
            [said.text, whole.answered_by, whole.finish_reason, _usage(whole), None if cost is None else f"{cost:f}",
             whole.time_to_first_token_ms, whole.latency_ms, asked.id],
        )  # fmt: skip
        jobs.finish(db, claim)


def _followed(db: Database, claim: jobs.Claim, asked: Trial, errand: Errand, prompt: Rendered) -> Answer:
    """The whole answer; its beginning is in the table while the rest is still to come."""
    said: list[str] = []
    saved = 0.0  # the first piece shows at once

    def heard(piece: str) -> None:
        nonlocal saved
        said.append(piece)
        if piece and time.monotonic() - saved > SAVE_SECONDS:
            saved = time.monotonic()
            _save(db, claim, asked.id, "".join(said))

    def waits(before: int) -> None:
        jobs.progress(db, claim, 0.0, f"{before} call{'s' if before > 1 else ''} before this one")

    try:
        return Router(settings()).ask(errand, prompt, stop=jobs.losing(db, claim), heard=heard, waits=waits)
    except faults.Stopped as error:
        raise jobs.Lost(str(error)) from error
    except CopilotError:
        if any(said):
            _save(db, claim, asked.id, "".join(said))
        raise


def _save(db: Database, claim: jobs.Claim, trial_id: str, text: str, stage: str = "Answering") -> None:
    """Raises Lost when the trial was cancelled or forgotten."""
    jobs.progress(db, claim, 0.5 if text else 0.0, stage)
    with write(db):
        db.execute("update trial set answer = ? where id = ?", [text, trial_id])


# --- both -------------------------------------------------------------------------------------------------------


def _errand(
    user: User, model: str, classification: Classification, most_tokens: int, job_id: str | None = None
) -> Errand:
    """This model and no other; nothing of it is kept for the next time, since it belongs to no document."""
    return Errand(
        user,
        TASK,
        classification,
        model=model,
        job_id=job_id,
        fresh=True,
        alone=True,
        urgent=True,
        most_tokens=most_tokens,
    )


def _rendered(row: Mapping[str, Any]) -> Rendered:
    """What is asked, from a row of the table; free text is a prompt of no file."""
    name, _, version = (row.get("prompt") or FREE).partition("/")
    schema = json.loads(row["schema"]) if row.get("schema") else None
    return Rendered(name, version, row.get("prompt_digest") or NO_FILE, row["system"], row["content"], schema)


def _permitted(db: Database, errand: Errand, prompt: Rendered) -> str:
    """The reason why it is allowed; NotAllowed, or Refused and noted in the ledger, with the reason why not."""
    model = str(errand.model)
    switches.require_running(db, model)
    decided = decision(model, errand.classification)
    if not decided.allowed:
        router = Router(settings())
        router.require_one(db, errand, prompt, router.candidates(db, errand))
    return decided.reason


def _usage(whole: Completion) -> str | None:
    return None if whole.usage is None else json.dumps(asdict(replace(whole.usage, raw=dict(whole.usage.raw))))


def _own(user: User) -> list[str]:
    return [user.tenant, user.id]


def _trial(row: Row) -> Trial:
    known: Mapping[str, Any] = {name: row[name] for name in Trial.__dataclass_fields__ if name in row}
    ended = row["finish_reason"] is not None
    return Trial(
        **{
            **known,
            "usage": json.loads(row["usage"]) if row["usage"] else None,
            "cost_usd": None if row["cost_usd"] is None else Decimal(row["cost_usd"]),
            "parsed": parsed(row["answer"]) is not None if row["schema"] and ended else None,
        }
    )
