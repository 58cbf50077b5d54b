"""One model asked once: the answer that was kept, else the call itself with its budget, its span and its row."""

import math
from collections.abc import Callable, Generator
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlite_utils import Database

from core import switches
from core.errors import Conflict
from core.jobs import Lost
from core.llm import answers, backends, faults, ledger, prices, routes
from core.llm.answering import parsed
from core.llm.catalog import Entry
from core.llm.errands import Answer, Candidate, Errand
from core.llm.gates import gate
from core.prompts import Rendered
from core.settings import Settings
from core.telemetry import names, tracing
from core.types import ChatRequest, Completion

if TYPE_CHECKING:  # the scanners take a while to load, and models on this computer need none
    from core.llm.masking import Masked

# Of UTF-8, and fewer than any model's token has on average: what is reserved is rather too much than too little.
BYTES_PER_TOKEN = 3
# An answer has been paid for: a busy database, for which each try waits some seconds, is not to lose it.
KEPT_TRIES = 12
INSIDE = ("llama_cpp", "scripted")  # these answer in this process
# Faults of a server that had not begun: nothing was taken, so nothing is owed.
NOT_BEGUN = (
    faults.Busy, faults.Unreachable, faults.KeyRefused, faults.ModelMissing, faults.TooLong, faults.BadWeights,
    faults.Missing,
)  # fmt: skip

Heard = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is asked of which model, and who listens."""

    settings: Settings
    db: Database
    errand: Errand
    prompt: Rendered
    request: ChatRequest
    candidate: Candidate
    policy: str
    fell_from: tuple[str, ...]
    stop: Callable[[], bool]
    heard: Heard | None
    waits: Callable[[int], None]

    @property
    def masks(self) -> bool:
        return masks(self.candidate.entry, self.errand)


def masks(entry: Entry, errand: Errand) -> bool:
    """Whether the model sees tokens instead of personal data. Secrets are kept from hosted models in any case."""
    return entry.location == "hosted" and not errand.allows_raw


def answer(one: Attempt) -> Answer:
    """The model's answer. Raises what the backend raises, OverBudget, Stopped, ModelStopped or Declined."""
    name, backend = one.candidate.entry.name, one.candidate.entry.backend
    kind: tracing.Kind = "internal" if backend in INSIDE else "client"
    digest = answers.digest(one.errand, name, one.request, masked=one.masks)
    keeps = answers.keeps(one.errand, one.request)
    kept = answers.look(one.db, one.errand, digest) if keeps and not one.errand.fresh else None

    def limit() -> int:
        return routes.limit(one.settings, backend)

    with (
        nullcontext() if kept else gate(backend).passed(limit, one.stop, urgent=one.errand.urgent, told=one.waits),
        tracing.of(one.errand.user),
        tracing.span(f"{names.CHAT}{name}", kind=kind) as span,
    ):
        span.set(_asked(one))
        return _from_cache(one, digest, kept, span) if kept else _called(one, digest, span, keeps)


def _call(one: Attempt, digest: str, span: tracing.Span) -> ledger.Call:
    entry = one.candidate.entry
    return ledger.Call(
        one.errand, one.prompt, entry, digest, one.policy, one.fell_from, span.trace_id, span.span_id,
        prompt_bytes(one.request),
    )  # fmt: skip


def _from_cache(one: Attempt, digest: str, kept: answers.Kept, span: tracing.Span) -> Answer:
    whole, saved = kept.completion, kept.cost_usd
    call_id = ledger.note(
        one.db, _call(one, digest, span), "cached", answered_by=names.model(whole.answered_by),
        finish_reason=whole.finish_reason, cost_usd="0", saved_usd=None if saved is None else f"{saved:f}",
        **ledger.counted(whole.usage),
    )  # fmt: skip
    span.set({names.FROM_CACHE: True, names.SAVED_USD: saved, names.CALL_ID: call_id})
    if one.heard:
        one.heard(whole.text)
    return Answer(whole.text, whole, call_id, whole.model, Decimal(0), saved, True, one.fell_from)


def _called(one: Attempt, digest: str, span: tracing.Span, keeps: bool) -> Answer:
    entry = one.candidate.entry
    _require_running(one)
    call_id = ledger.start(one.db, _call(one, digest, span), reserved(one), routes.budgets(one.settings))
    span.set({names.CALL_ID: call_id})
    said: Completion | None = None
    begun = False
    try:
        model = backends.open_model(entry.name, one.settings)
        request, hidden = _masked(one)
        begun = True
        said = whole = _followed(one, model.stream(request), hidden)
        if whole.finish_reason == "refused":
            span.set(_answered(whole))
            raise faults.declined(entry.name)
    except BaseException as error:
        begun = begun and (not isinstance(error, NOT_BEGUN) or getattr(error, "begun", False))
        # Told to stop, by whoever asked or by whoever ends this process.
        stopped = isinstance(error, faults.Stopped | Lost) or not isinstance(error, Exception)
        cost = ledger.failed(one.db, call_id, entry, error, begun=begun, stopped=stopped, said=said)
        span.set({names.COST_USD: cost})
        raise

    def keep(cost: Decimal | None) -> None:
        if keeps:
            answers.keep(one.db, one.errand, one.request, digest, whole, cost)

    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

    patient = Retrying(retry=retry_if_exception_type(Conflict), stop=stop_after_attempt(KEPT_TRIES), reraise=True)
    cost, renamed = patient(ledger.done, one.db, call_id, entry, whole, keep)
    span.set(_answered(whole) | {names.COST_USD: cost, names.MODEL_CHANGED: bool(renamed)})
    return Answer(whole.text, whole, call_id, entry.name, cost, None, False, one.fell_from)


def _require_running(one: Attempt) -> None:
    """Asked again at the last moment: the wait at the gate may have been long."""
    name = one.candidate.entry.name
    reason = switches.stopped(one.db).get(name)
    if reason is not None:
        raise faults.ModelStopped(f"{name} is stopped ({reason}); start it again under Models & prompts.")


def _masked(one: Attempt) -> "tuple[ChatRequest, Masked | None]":
    """The request as its model may see it, and how to put back what was hidden; None where nothing was."""
    if one.candidate.entry.location != "hosted":
        return one.request, None
    from core.llm.masking import PERSONAL, mask_request

    request, hidden = mask_request(one.request, frozenset() if one.masks else PERSONAL)
    return request, hidden if hidden.pairs else None


def _followed(one: Attempt, speaking: Generator[str, None, Completion], hidden: "Masked | None") -> Completion:
    """The whole answer; between its pieces it can be stopped. What was hidden is in it again.

    Where something is hidden, pieces are signs of life only: a token may be cut between two of them.
    """
    with closing(speaking):
        while True:
            if one.stop():
                raise faults.Stopped("Stopped while the model was answering; nothing of this answer is kept.")
            try:
                piece = next(speaking)
            except StopIteration as end:
                return _restored(one, end.value, hidden)
            if one.heard:
                one.heard("" if hidden else piece)


def _restored(one: Attempt, whole: Completion, hidden: "Masked | None") -> Completion:
    if hidden is None:
        return whole
    as_json = one.request.schema is not None
    text = hidden.restore(whole.text, json=as_json)
    if one.heard:
        one.heard(text)
    return replace(whole, text=text, parsed=parsed(text) if as_json else None)


def reserved(one: Attempt) -> ledger.Reserved:
    """The most that the call may take."""
    tokens = at_most(one.request)
    answer_tokens = one.request.max_output_tokens + one.request.thinking_tokens
    return ledger.Reserved(prices.most(tokens, answer_tokens, one.candidate.entry), tokens + answer_tokens)


def at_most(request: ChatRequest) -> int:
    """Tokens of a prompt, rather too many than too few, and at once: no tokenizer and no server is asked."""
    return math.ceil(prompt_bytes(request) / BYTES_PER_TOKEN)


def prompt_bytes(request: ChatRequest) -> int:
    """Of all texts that the model reads, in UTF-8."""
    texts = [request.system, *(message.content for message in request.messages)]
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def _asked(one: Attempt) -> dict[str, object]:
    errand = one.errand
    return {
        names.OPERATION: "chat", names.PROVIDER: one.candidate.entry.backend,
        names.REQUEST_MODEL: one.candidate.entry.name.partition(":")[2],
        names.MAX_TOKENS: one.request.max_output_tokens, names.TEMPERATURE: one.request.temperature,
        names.STREAM: True, names.OUTPUT_TYPE: "text" if one.request.schema is None else "json",
        names.TASK: errand.task, names.PART: errand.part or None, names.DOCUMENT_ID: errand.document_id,
        names.JOB_ID: errand.job_id, names.PROMPT: f"{one.prompt.name}/{one.prompt.version}",
        names.PROMPT_DIGEST: one.prompt.digest, names.RELEASE: errand.release, names.RISK: errand.risk_level,
        names.CLASSIFICATION: errand.classification, names.POLICY: "allowed", names.TOOL_CALLS: 0,
        names.FELL_FROM: one.fell_from or None, names.DEGRADED: errand.degraded or None,
    }  # fmt: skip


def _answered(whole: Completion) -> dict[str, object]:
    first, usage = whole.time_to_first_token_ms, whole.usage
    known: dict[str, object] = {
        names.RESPONSE_MODEL: whole.answered_by, names.FINISH_REASONS: (whole.finish_reason,),
        names.FIRST_CHUNK: None if first is None else first / 1_000,
    }  # fmt: skip
    if usage is None:
        return known
    return known | {
        names.INPUT_TOKENS: usage.input_tokens, names.OUTPUT_TOKENS: usage.output_tokens,
        names.CACHE_READ_TOKENS: usage.cached_tokens, names.CACHE_WRITE_TOKENS: usage.cache_write_tokens,
    }  # fmt: skip
