"""Questions handed to a provider as one batch, at its price for those who can wait; collected when all are answered.

Everything that holds for a single call holds here: permission, the kill switch, masking, budgets, a row in the ledger.
What the provider has is in the table `batch`, so that after a restart it is collected and not paid for again. The row
holds what was masked, which is text of the document: it goes with its job, or when `forget` says so.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from core import switches, telemetry
from core.errors import BadInput, CopilotError
from core.llm import answers, attempts, catalog, faults, ledger, prices, retracing, routes
from core.llm.answering import parsed
from core.llm.candidates import candidates
from core.llm.catalog import Entry
from core.llm.errands import Errand
from core.llm.masking import PERSONAL, Masked, mask_request
from core.llm.presence import Presence
from core.llm.router import Router
from core.prompts import Rendered
from core.settings import Settings
from core.store import Row, now, rows, write
from core.telemetry import names
from core.types import ChatRequest, Completion

if TYPE_CHECKING:
    from core.llm.anthropic_batches import AnthropicBatches

Result = Completion | CopilotError

CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
MOST = 100_000  # requests that one batch may have


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `custom_id` is its name within the job: letters, digits, - and _ ("window-12")."""

    custom_id: str
    errand: Errand
    prompt: Rendered


@dataclass(frozen=True, slots=True)
class Ready:
    """A question as it will be sent, and what is needed to understand its answer. `keeps`: answers are kept."""

    item: Item
    request: ChatRequest
    hidden: Masked
    digest: str
    keeps: bool
    reserved: ledger.Reserved


def takes(entry: Entry) -> bool:
    """Whether a model can be asked in batches."""
    return entry.backend == "anthropic"


def send(db: Database, settings: Settings, job_id: str, model: str, items: Sequence[Item]) -> None:
    """Hand questions over as one batch of a job. What is kept from before, or in a batch of the job, is not sent again.

    Raises Refused, ModelStopped or NoAnswer when the model may not or cannot be asked, OverBudget when all of them do
    not fit under a cap, and what the backend raises; nothing is sent then.
    """
    entry = catalog.entry(model, settings)
    if not takes(entry):
        raise BadInput(f"{model} takes no batches; choose a Claude model, or run the analysis without one.")
    there = {name for row in _batches(db, job_id) for name in json.loads(row["parts"])}
    waiting = [item for item in items if item.custom_id not in there]
    _require_names(waiting)
    policies = {errand: _permitted(db, settings, model, errand) for errand in {item.errand for item in waiting}}
    found = [_ready(settings, db, entry, item) for item in waiting]
    ready = [one for one in found if one is not None]
    if not ready:
        return
    provider = _provider(entry, settings)
    with telemetry.span("copilot.batch", kind="client") as span:
        span.set(_about(entry, job_id, len(ready)))
        calls = [
            ledger.Call(
                one.item.errand, one.item.prompt, prices.batched(entry), one.digest, policies[one.item.errand], (),
                span.trace_id, span.span_id, attempts.prompt_bytes(one.request), batched=True,
            )
            for one in ready
        ]  # fmt: skip
        _submit(db, settings, job_id, provider, ready, calls)


def collect(db: Database, settings: Settings, job_id: str) -> dict[str, Result] | None:
    """Each question's answer, or what was wrong with it, when all batches of the job have ended; until then None.

    Answers are kept as those of single calls are, so that a run which goes on finds them. It may be called again: what
    is settled is not counted twice. Answers of a model that was stopped meanwhile are paid for, and withheld.
    """
    found = _batches(db, job_id)
    stopped = switches.stopped(db)
    for row in found:
        provider = _provider(catalog.entry(row["model"], settings), settings)
        if row["state"] == "sent" and not provider.ended(row["provider_id"]):
            if row["model"] in stopped:
                provider.cancel(row["provider_id"])
            return None
    settled: dict[str, Result] = {}
    for row in found:
        settled |= _collected(db, settings, job_id, row, stopped.get(row["model"]))
    return settled


def cancel(db: Database, settings: Settings, job_id: str) -> None:
    """Ask the provider to end the job's batches. What it has answered by then is billed, and can be collected."""
    for row in _batches(db, job_id):
        if row["state"] == "sent":
            _provider(catalog.entry(row["model"], settings), settings).cancel(row["provider_id"])


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch that its provider works on."""

    model: str
    provider_id: str


def under_way(db: Database, document_id: str) -> tuple[Sent, ...]:
    """Those of all runs of a document: to be ended when it goes, and its jobs with it."""
    sql = "select model, provider_id from batch join job on job.id = job_id where subject = ? and batch.state = 'sent'"
    return tuple(Sent(**row) for row in rows(db, sql, [document_id]))


def end(settings: Settings, sent: Iterable[Sent]) -> tuple[str, ...]:
    """Ask the provider to end batches that nobody waits for any more; a sentence for each that could not be ended."""
    told = []
    for one in sent:
        try:
            _provider(catalog.entry(one.model, settings), settings).cancel(one.provider_id)
        except faults.ModelMissing:  # the provider has it no longer, which is as good
            continue
        except CopilotError as error:
            told.append(
                f"The overnight batch {one.provider_id} of {one.model} could not be cancelled ({error}) It ends by"
                " itself within a day; what it answers is billed and used by nobody. Cancel it at the provider."
            )
    return tuple(told)


def forget(db: Database, job_id: str) -> None:
    """The job needs its batches no more. Inside a write."""
    db.execute("delete from batch where job_id = ?", [job_id])


def _batches(db: Database, job_id: str) -> list[Row]:
    sql = "select number, model, provider_id, parts, state from batch where job_id = ? and state <> 'failed'"
    return rows(db, f"{sql} order by number", [job_id])


def _provider(entry: Entry, settings: Settings) -> "AnthropicBatches":
    from core.llm.anthropic_batches import AnthropicBatches

    catalog.require_named_host(entry, settings)
    return AnthropicBatches(entry.name.partition(":")[2], settings)


def _about(entry: Entry, job_id: str, calls: int) -> dict[str, object]:
    return {
        names.PROVIDER: entry.backend, names.REQUEST_MODEL: entry.name.partition(":")[2], names.JOB_ID: job_id,
        names.CALLS: calls,
    }  # fmt: skip


# --- sending ----------------------------------------------------------------------------------------------------


def _require_names(items: Sequence[Item]) -> None:
    ids = [item.custom_id for item in items]
    if len(set(ids)) < len(ids) or not all(CUSTOM_ID.fullmatch(name) for name in ids) or len(ids) > MOST:
        raise ValueError("each item of a batch needs a name of its own: letters, digits, - and _, at most 64")


def _permitted(db: Database, settings: Settings, model: str, errand: Errand) -> str:
    """The decision by which the text may go to the model; raises, with its reason, where it may not."""
    alone = replace(errand, model=model, alone=True)
    (found,) = candidates(db, settings, alone, Presence(settings))
    if found.decision.allowed:
        return found.decision.reason
    if found.refused:
        raise faults.Refused(found.decision.reason)
    fault = faults.ModelStopped if model in switches.stopped(db) else faults.NoAnswer
    raise fault(found.decision.reason)


def _ready(settings: Settings, db: Database, entry: Entry, item: Item) -> Ready | None:
    """None where the answer is kept already."""
    request = Router(settings).request(db, item.errand, item.prompt, entry)
    masks = attempts.masks(entry, item.errand)
    digest = answers.digest(item.errand, entry.name, request, masked=masks)
    keeps = answers.keeps(item.errand, request)
    if keeps and not item.errand.fresh and answers.look(db, item.errand, digest):
        return None
    hosted = entry.location == "hosted"
    sent, hidden = mask_request(request, frozenset() if masks else PERSONAL) if hosted else (request, Masked(""))
    most = attempts.at_most(request), request.max_output_tokens + request.thinking_tokens
    reserved = ledger.Reserved(prices.most(*most, prices.batched(entry)), sum(most))
    return Ready(item, sent, hidden, digest, keeps, reserved)


def _submit(
    db: Database,
    settings: Settings,
    job_id: str,
    provider: "AnthropicBatches",
    ready: Sequence[Ready],
    calls: Sequence[ledger.Call],
) -> None:
    """Reserve, hand over, and note what the provider has; whatever goes wrong, no reservation is left open."""
    begun, ids = False, list[str]()
    try:
        for one, call in zip(ready, calls, strict=True):
            ids.append(ledger.start(db, call, one.reserved, routes.budgets(settings)))
        begun = True
        provider_id = provider.submit({one.item.custom_id: one.request for one in ready})
    except BaseException as error:
        begun = begun and not isinstance(error, attempts.NOT_BEGUN)
        stopped = not isinstance(error, Exception)
        for call_id, call in zip(ids, calls, strict=False):
            ledger.failed(db, call_id, call.entry, error, begun=begun, stopped=stopped, said=None)
        raise
    parts = {one.item.custom_id: _part(one, call_id) for one, call_id in zip(ready, ids, strict=True)}
    with write(db):
        db.execute(
            "insert into batch (job_id, model, provider_id, parts, state, sent_at) values (?, ?, ?, ?, 'sent', ?)",
            [job_id, provider.asked, provider_id, json.dumps(parts), now()],
        )


def _part(one: Ready, call_id: str) -> dict[str, Any]:
    return {
        "call": call_id,
        "digest": one.digest,
        "json": one.request.schema is not None,
        "document": one.item.errand.document_id if one.keeps else None,
        "pairs": one.hidden.pairs,
    }


# --- collecting -------------------------------------------------------------------------------------------------


def _collected(db: Database, settings: Settings, job_id: str, row: Row, stopped: str | None) -> dict[str, Result]:
    entry = catalog.entry(row["model"], settings)
    parts: dict[str, Any] = json.loads(row["parts"])
    with telemetry.span("copilot.batch", kind="client") as span:
        span.set(_about(entry, job_id, len(parts)))
        said = dict(_provider(entry, settings).results(row["provider_id"]))
    settled: dict[str, Result] = {}
    for name, part in parts.items():
        settled[name] = _settled(db, prices.batched(entry), part, said.get(name), stopped)
    with write(db):
        sql = "update batch set state = 'collected', ended_at = coalesce(ended_at, ?) where number = ?"
        db.execute(sql, [now(), row["number"]])
    retracing.retrace(db)
    return settled


def _settled(db: Database, entry: Entry, part: dict[str, Any], said: Result | None, stopped: str | None) -> Result:
    """End the call's row with what was said, and keep the answer if it may be used."""
    whole = said if isinstance(said, Completion) else None
    fault = _fault(entry, said, stopped)
    if whole is None or fault is not None:
        fault = fault or faults.broken_off(entry.name)
        # What was not answered is not billed; where the result is missing, nobody here knows.
        begun, ended = said is None or whole is not None, isinstance(fault, faults.Stopped)
        ledger.failed(db, part["call"], entry, fault, begun=begun, stopped=ended, said=whole)
        return fault
    hidden = Masked("", tuple((token, value) for token, value in part["pairs"]))
    text = hidden.restore(whole.text, json=part["json"])
    whole = replace(whole, text=text, parsed=parsed(text) if part["json"] else None)

    def keep(cost: Decimal | None) -> None:
        if part["document"]:
            answers.keep_whole(db, part["document"], part["digest"], whole, cost, as_json=part["json"])

    ledger.done(db, part["call"], entry, whole, keep, timed=False)
    return whole


def _fault(entry: Entry, said: Result | None, stopped: str | None) -> CopilotError | None:
    """Why an answer may not be used; None when it may, or when there is none."""
    if isinstance(said, CopilotError):
        return said
    if said is not None and stopped is not None:
        return faults.ModelStopped(f"{entry.name} is stopped ({stopped}); its answers are not used.")
    return faults.declined(entry.name) if said is not None and said.finish_reason == "refused" else None
