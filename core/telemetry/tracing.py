"""Spans: opened around a piece of work, nested by where they are opened, in this thread or one they are handed to."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

from core.telemetry import names
from core.telemetry.hashing import user_hash
from core.types import User

if TYPE_CHECKING:
    from opentelemetry.trace import Span as OpenSpan

P = ParamSpec("P")
T = TypeVar("T")
Kind = Literal["internal", "client"]

_who: ContextVar[Mapping[str, str]] = ContextVar("telemetry_who", default={})  # noqa: B039 - never changed in place
_trace: ContextVar[str | None] = ContextVar("telemetry_trace", default=None)
_inside: ContextVar["Span | None"] = ContextVar("telemetry_inside", default=None)


class Span:
    """A piece of work under way. `trace_id` has 32 hex digits, `span_id` 16."""

    __slots__ = ("_open", "ended_ns", "span_id", "started_ns", "trace_id", "used")

    def __init__(self, opened: "OpenSpan", started_ns: int) -> None:
        context = opened.get_span_context()
        self.started_ns = started_ns
        self.ended_ns = started_ns  # the latest end of a span inside it, so far
        self.used = False  # whether a span inside it is kept
        self._open = opened
        self.trace_id = f"{context.trace_id:032x}"
        self.span_id = f"{context.span_id:016x}"

    def set(self, attributes: Mapping[str, object]) -> None:
        """Add what is known by now; None is left out. ValueError names the attribute that is not allowed."""
        self._open.set_attributes(names.checked(attributes))


@contextmanager
def span(name: str, *, kind: Kind = "internal", repeated: bool = False, **attributes: object) -> Iterator[Span]:
    """A span around the block: "chat MODEL", or a stage such as "copilot.window".

    An error that leaves the block leaves its class name here, never what it says, and goes on. "client" is for calls
    that leave this process. `repeated` is for work that was traced before and is gone through again after a restart:
    it is kept only if there is a span inside it. ValueError for a name or an attribute that is not allowed.
    """
    from opentelemetry import trace

    from core.telemetry.sending import tracer

    outer, clock = _inside.get(), time.perf_counter_ns()
    # Whatever a clock that is set says meanwhile: what is inside begins later, and ends inside.
    started = max(time.time_ns(), outer.started_ns + 1 if outer else 0)
    opened = tracer().start_span(
        names.span_name(name),
        kind=trace.SpanKind.CLIENT if kind == "client" else trace.SpanKind.INTERNAL,
        attributes={**_who.get(), **names.checked(attributes)},
        start_time=started,
        record_exception=False,
        set_status_on_exception=False,
    )
    mine = Span(opened, started)
    token = _inside.set(mine)
    try:
        with trace.use_span(opened, record_exception=False, set_status_on_exception=False):
            yield mine
    except BaseException as error:
        opened.set_attributes(names.checked({names.ERROR_TYPE: _class_name(error)}))
        opened.set_status(trace.StatusCode.ERROR)
        raise
    finally:
        _inside.reset(token)
        if mine.used or not repeated:  # a span that never ends is never kept
            # Not the clock on the wall, which may be set while a model answers.
            ended = max(started + time.perf_counter_ns() - clock, mine.ended_ns)
            if outer is not None:
                outer.used, outer.ended_ns = True, max(outer.ended_ns, ended)
            opened.end(ended)


@contextmanager
def of(user: User) -> Iterator[None]:
    """Every span that is opened inside is this user's: their tenant, and a hash instead of who they are."""
    token = _who.set({names.TENANT: names.tenant(user.tenant), names.USER_HASH: user_hash(user)})
    try:
        yield
    finally:
        _who.reset(token)


def carry() -> Callable[[Callable[P, T]], Callable[P, T]]:
    """For work that another thread does: what it opens belongs to the span, the user and the trace of this place.

    `pool.submit(telemetry.carry()(work), …)`; one `carry()` serves any number of functions and calls.
    """
    here = copy_context()

    def carried(function: Callable[P, T]) -> Callable[P, T]:
        def run(*arguments: P.args, **named: P.kwargs) -> T:
            return here.copy().run(function, *arguments, **named)  # a context is entered by one thread at a time

        return run

    return carried


@contextmanager
def resumed(trace_id: str) -> Iterator[None]:
    """Spans inside belong to this trace (32 hex digits), whatever is open around: work that goes on after a restart."""
    from opentelemetry import context

    if len(trace_id) != 32 or not int(trace_id, 16):
        raise ValueError("a trace id has 32 hexadecimal digits, not all of them 0")
    outside = context.attach(context.Context())
    token = _trace.set(trace_id)
    try:
        yield
    finally:
        _trace.reset(token)
        context.detach(outside)


def trace_of(job_id: str) -> str:
    """The trace of a job: the same one each time it is taken up."""
    return hashlib.sha256(job_id.encode()).hexdigest()[:32]


def wanted_trace() -> str | None:
    """The trace to which the next span without a parent belongs, where somebody said so."""
    return _trace.get()


def _class_name(error: BaseException) -> str:
    name = type(error).__name__
    return name if names.CLASS_NAME.fullmatch(name) else "Error"
