"""Every attribute that a span may carry, and what its value must look like. Whatever else is offered is refused.

The GenAI names are those of OpenTelemetry's semantic conventions, which are still in beta and private in their package:
here is the one place that knows them, and a test holds them to the package. No check lets a space through.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

Value = str | bool | int | float | Sequence[str]

# --- OpenTelemetry's names --------------------------------------------------------------------------------------

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
MAX_TOKENS = "gen_ai.request.max_tokens"
TEMPERATURE = "gen_ai.request.temperature"
STREAM = "gen_ai.request.stream"
OUTPUT_TYPE = "gen_ai.output.type"
FINISH_REASONS = "gen_ai.response.finish_reasons"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"  # seconds
INPUT_TOKENS = "gen_ai.usage.input_tokens"  # in total, those read from and written to a cache included
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS = "gen_ai.usage.cache_creation.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
ERROR_TYPE = "error.type"  # the class of the error, never what it says
USER_HASH = "enduser.pseudo.id"  # this and the tenant come from the account: telemetry.of

# --- our own: what the conventions have no name for -------------------------------------------------------------

TENANT = "copilot.tenant"
CALL_ID = "copilot.call_id"
DOCUMENT_ID = "copilot.document_id"
DOCUMENT_IDS = "copilot.document_ids"
JOB_ID = "copilot.job_id"
RUN_ID = "copilot.run_id"
TASK = "copilot.task"
PART = "copilot.part"  # which window or step of a run: "window-12", "summary"
PROMPT = "copilot.prompt"  # "extract-obligations/1.0.0"
PROMPT_DIGEST = "copilot.prompt_digest"
RELEASE = "copilot.release"
CLASSIFICATION = "copilot.classification"
POLICY = "copilot.policy_decision"
RISK = "copilot.risk_level"
QUALITY = "copilot.quality"
TOOL_CALLS = "copilot.tool_calls"
COST_USD = "copilot.cost_usd"  # absent where it is not known
SAVED_USD = "copilot.saved_usd"
FROM_CACHE = "copilot.from_cache"
DEGRADED = "copilot.degraded"
MODEL_CHANGED = "copilot.model_changed"  # another model answered than was asked
FELL_FROM = "copilot.fell_from"
REASONS = "copilot.reasons"  # why a stronger model was asked: "low-grounding"
ATTEMPTS = "copilot.attempts"
# How many there were, or for a window which one it was.
WINDOW = "copilot.window"
WINDOWS = "copilot.windows"
PROVISIONS = "copilot.provisions"
CHARACTERS = "copilot.characters"
TOKENS = "copilot.tokens"
QUOTES = "copilot.quotes"
DRAFTS = "copilot.drafts"
OBLIGATIONS = "copilot.obligations"
GROUNDED = "copilot.grounded"
UNGROUNDED = "copilot.ungrounded"
REJECTED = "copilot.rejected"
MISSED = "copilot.missed"
STATEMENTS = "copilot.statements"
ACTIONS = "copilot.actions"
CALLS = "copilot.calls"
CACHED_CALLS = "copilot.cached_calls"

# --- checks -----------------------------------------------------------------------------------------------------

WITHHELD = "withheld"  # instead of a model's name that could be anything
LONGEST_LIST = 64
MOST = 10**12

ID = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{64}")  # as we make them; a telephone number has fewer digits
# One of our own words: "extract", "low-grounding". Without digits, so that no password or number looks like one.
WORD = re.compile(r"[a-z]{2,20}(?:[_-][a-z]{2,20}){0,3}")
STEP = re.compile(r"(?:[a-z]{1,12}[-:.]){0,2}\d{1,6}")
VERSIONED = re.compile(r"[a-z]{2,20}(?:-[a-z]{2,20}){0,3}/\d{1,6}\.\d{1,6}\.\d{1,6}")
RELEASED = re.compile(r"(?:release-|v)?\d{1,4}(?:\.\d{1,4}){1,3}(?:(?:-|\+|\.)?(?:rc|dev|a|b)\.?\d{0,4})?")
TENANT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CLASS_NAME = re.compile(r"[A-Za-z_]{1,80}\d{0,2}")
# "ollama:qwen3:4b", "anthropic:claude-opus-4-5", "openai:meta-llama/Llama-3.1-8B-Instruct", "llama_cpp:Phi-4-Q4_K_M".
MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,99}")
# What no model is called: a telephone, card or account number; the body of a key or token; a person's folder.
NO_MODEL = re.compile(r"\d{9}|(?=[A-Za-z]*\d)[A-Za-z0-9]{20}|//|/(?:home|Users)/|^sk-|:sk-")
STAGE = re.compile(r"copilot\.[a-z][a-z_.]{0,39}")
ATTRIBUTE = re.compile(r"[a-z][a-z_.]{0,60}")  # what may be named in an error
CHAT = "chat "
# Errors that are none: somebody paused, cancelled or ended it.
STOPS = ("Stopped", "Lost", "SystemExit", "KeyboardInterrupt")
KILLED = "Killed"  # what a call ended with whose program was ended in the middle


def count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MOST


def flag(value: object) -> bool:
    return isinstance(value, bool)


def shaped(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def among(*words: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in words


def each(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, tuple) and len(value) <= LONGEST_LIST and all(map(check, value))


def a_model(value: object) -> bool:
    return isinstance(value, str) and MODEL.fullmatch(value) is not None and NO_MODEL.search(value) is None


CHECKS: Mapping[str, Callable[[object], bool]] = {
    OPERATION: among("chat", "embeddings", "execute_tool", "invoke_agent", "retrieval"),
    PROVIDER: shaped(WORD),
    REQUEST_MODEL: a_model,
    RESPONSE_MODEL: a_model,
    MAX_TOKENS: count,
    TEMPERATURE: number,
    STREAM: flag,
    OUTPUT_TYPE: among("text", "json"),
    FINISH_REASONS: each(among("stop", "length", "refused", "tool", "error", "other")),
    FIRST_CHUNK: number,
    **dict.fromkeys((INPUT_TOKENS, OUTPUT_TOKENS, CACHE_READ_TOKENS, CACHE_WRITE_TOKENS, REASONING_TOKENS), count),
    ERROR_TYPE: shaped(CLASS_NAME),
    **dict.fromkeys((CALL_ID, DOCUMENT_ID, JOB_ID, RUN_ID, PROMPT_DIGEST), shaped(ID)),
    DOCUMENT_IDS: each(shaped(ID)),
    TASK: shaped(WORD),
    PART: lambda value: shaped(STEP)(value) or shaped(WORD)(value),
    PROMPT: shaped(VERSIONED),
    RELEASE: lambda value: shaped(RELEASED)(value) or shaped(ID)(value),
    CLASSIFICATION: among("public", "internal", "confidential", "restricted"),
    POLICY: among("allowed", "refused"),
    RISK: among("critical", "high", "medium", "low"),
    QUALITY: among("fast", "good", "best"),
    **dict.fromkeys((FROM_CACHE, DEGRADED, MODEL_CHANGED), flag),
    **dict.fromkeys(
        (
            TOOL_CALLS,
            ATTEMPTS,
            WINDOW,
            WINDOWS,
            PROVISIONS,
            CHARACTERS,
            TOKENS,
            QUOTES,
            DRAFTS,
            OBLIGATIONS,
            GROUNDED,
            UNGROUNDED,
            REJECTED,
            MISSED,
            STATEMENTS,
            ACTIONS,
            CALLS,
            CACHED_CALLS,
        ),
        count,
    ),
    **dict.fromkeys((COST_USD, SAVED_USD), number),
    FELL_FROM: each(a_model),
    REASONS: each(shaped(WORD)),
}


def checked(attributes: Mapping[str, object]) -> dict[str, Value]:
    """The attributes as a span keeps them; those that are None are left out.

    A model's name comes from a person's folder or from a server: one that no model has becomes "withheld". Whatever
    else is not as its check wants it is our own mistake: ValueError names the attribute, never its value.
    """
    found: dict[str, Value] = {}
    for name, given in attributes.items():
        if given is None:
            continue
        value = _plain(given)
        if name in (REQUEST_MODEL, RESPONSE_MODEL):
            value = model(value)
        elif name == FELL_FROM and isinstance(value, tuple):
            value = tuple(map(model, value))
        check = CHECKS.get(name)
        if check is None:
            said = name if ATTRIBUTE.fullmatch(name) else "of this kind"
            raise ValueError(f"telemetry knows no attribute {said}; add it to core/telemetry/names.py with a check")
        if not check(value):
            raise ValueError(f"telemetry refuses this value of {name}; it takes ids, counts and known words only")
        found[name] = value  # type: ignore[assignment]
    return found


def tenant(given: str) -> str:
    """The tenant's id as the account has it; ValueError for what could be text."""
    if TENANT_ID.fullmatch(given) is None:
        raise ValueError("telemetry takes a tenant's id of at most 64 letters, digits, dots and hyphens")
    return given


def model(given: object) -> str:
    """A model's name, or "withheld" for what could be anything else."""
    return str(given) if a_model(given) else WITHHELD


def span_name(given: str) -> str:
    """ "chat MODEL" or a stage such as "copilot.window"; ValueError for every other name."""
    if given.startswith(CHAT):
        return CHAT + model(given.removeprefix(CHAT))
    if STAGE.fullmatch(given) is None:
        raise ValueError("a span is called 'chat MODEL' or 'copilot.stage'; no other text becomes its name")
    return given


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | frozenset | set):
        return tuple(value)
    return value
