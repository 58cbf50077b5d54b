"""What all backends share about an answer: its clock, its end, its JSON, and when to try again."""

import json
import math
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from core.llm import faults
from core.types import ChatRequest, Completion, Finish, Usage

T = TypeVar("T")
TRIES = 4
MOST_CHARACTERS_PER_TOKEN = 64  # no honest token is longer; a server that goes on past that is cut off
MOST_TOKENS = 10**9  # of one call; a server that reports more, or less than none, did not count
THOUGHTS_END = "</think>"  # whether they begin with a mark of their own depends on the chat template
LONGEST_WAIT_SECONDS = 60.0  # a server that asks for more is told to the person instead


@dataclass(frozen=True, slots=True)
class Ending:
    """What a backend knows when the last piece has come."""

    finish_reason: Finish
    usage: Usage | None
    answered_by: str


def answered(
    model: str, request: ChatRequest, pieces: Generator[str, None, Ending], timeout_seconds: float
) -> Generator[str, None, Completion]:
    """Pass the pieces on and make the Completion of them. TookTooLong when the whole takes longer than allowed.

    Its times are the model's: what our reader does with a piece is not counted.
    """
    started, ours = time.monotonic(), 0.0
    first: float | None = None
    said: list[str] = []
    room = request.max_output_tokens * MOST_CHARACTERS_PER_TOKEN
    try:
        while True:
            try:
                piece = next(pieces)
            except StopIteration as stop:
                ending: Ending = stop.value
                break
            if not isinstance(piece, str):
                raise faults.garbled(model)
            piece = piece.encode("utf-8", "replace").decode()  # half a character is none, and no database takes it
            if piece:
                first = time.monotonic() - started - ours if first is None else first
                said.append(piece)
                room -= len(piece)
            given = time.monotonic()
            yield piece
            ours += time.monotonic() - given
            if room < 0:
                raise faults.endless(model, request.max_output_tokens)
            if time.monotonic() - started > timeout_seconds:
                raise faults.took_too_long(model, timeout_seconds)
    finally:
        pieces.close()
    text = "".join(said) if request.schema is None else without_thoughts("".join(said))
    return Completion(
        text=text,
        model=model,
        answered_by=ending.answered_by if isinstance(ending.answered_by, str) else "",
        finish_reason=ending.finish_reason,
        usage=ending.usage,
        latency_ms=_milliseconds(time.monotonic() - started - ours),
        time_to_first_token_ms=None if first is None else _milliseconds(first),
        parsed=None if request.schema is None else parsed(text),
    )


def without_thoughts(text: str) -> str:
    """An answer to a schema without what some servers leave in front of it: thoughts may hold objects, and are none."""
    before, mark, after = text.partition(THOUGHTS_END)
    return after if mark and parsed(text) is None and not before.lstrip().startswith("{") else text


def counted(*reported: object) -> bool:
    """Whether these can be numbers of tokens: what a server says of them becomes money, and is data like its text."""
    return all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= MOST_TOKENS for one in reported)


def drain(answer: Generator[str, None, Completion]) -> Completion:
    """The whole answer, without looking at its pieces."""
    while True:
        try:
            next(answer)
        except StopIteration as stop:
            whole: Completion = stop.value
            return whole


def parsed(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is, or None."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def patiently(start: Callable[[], T], sleep: Callable[[float], None] = time.sleep, wait_seconds: float = 0.5) -> T:
    """Begin a call; again with growing, jittered waits while the server is busy, four times at most.

    It says so instead of beginning, so nothing is paid twice. A Retry-After is honoured up to a minute.
    """
    from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

    grown = wait_random_exponential(multiplier=wait_seconds, max=8)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, faults.Busy) else None
        return grown(state) if asked is None else asked + grown(state) / 8

    def passes(error: BaseException) -> bool:
        return isinstance(error, faults.Busy) and (error.retry_after or 0.0) <= LONGEST_WAIT_SECONDS

    again = retry_if_exception(passes)
    return Retrying(retry=again, wait=wait, stop=stop_after_attempt(TRIES), sleep=sleep, reraise=True)(start)


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a Retry-After asks for, as a number or as a date by the server's own clock; None without one."""
    said = headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        at, now = _moment(said), _moment(headers.get("date", "")) or datetime.now(UTC)
        return None if at is None else max(0.0, (at - now).total_seconds())
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)
