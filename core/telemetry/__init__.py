"""What was done, when, for how long and at what cost, as OpenTelemetry spans; never a word of text, never a name.

names      the attributes that there are, and what their values must look like
tracing    spans, whose they are, and how they reach other threads and go on after a restart
hashing    a mark instead of a person
sending    where spans go; writer: into the database, without keeping anybody waiting
reading    traces again, for those who may see them

    with telemetry.of(user), telemetry.span("copilot.window", **{names.WINDOW: 3}) as span:
        span.set({names.OBLIGATIONS: 12})
"""

from core.telemetry import names
from core.telemetry.hashing import user_hash
from core.telemetry.reading import SpanRow, TraceRow, errors, known, nested, restore, spans, sweep, traces
from core.telemetry.sending import flush, start, tracer
from core.telemetry.tracing import Span, carry, of, resumed, span, trace_of

__all__ = [
    "Span",
    "SpanRow",
    "TraceRow",
    "carry",
    "errors",
    "flush",
    "known",
    "names",
    "nested",
    "of",
    "restore",
    "resumed",
    "span",
    "spans",
    "start",
    "sweep",
    "trace_of",
    "tracer",
    "traces",
    "user_hash",
]
