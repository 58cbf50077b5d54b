"""Where spans go: into the database of the settings, and to a collector where one is configured."""

import atexit
import importlib.util
import threading
from functools import cache
from typing import TYPE_CHECKING

from core.errors import BadInput, Missing
from core.settings import ROOT, Settings
from core.settings import settings as default_settings
from core.telemetry import hashing, tracing
from core.telemetry.writer import Writer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
    from opentelemetry.trace import Tracer

FLUSH_SECONDS = 10.0
COLLECTOR_SECONDS = 3.0  # a collector that is not there is waited for no longer, at the end of a process either
TRACES_PATH = "/v1/traces"
EXPORTER = "opentelemetry.exporter.otlp.proto.http"


class Outlet:
    """What takes the spans of one process, as its settings have it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.writer = Writer(settings.database)
        self.collector = _collector(settings.otlp_endpoint) if settings.otlp_endpoint else None

    def take(self, span: "ReadableSpan") -> None:
        self.writer.put(span)
        if self.collector:
            self.collector.on_end(span)

    def flush(self, timeout_seconds: float) -> bool:
        kept = self.writer.flush(timeout_seconds)
        if self.collector:
            self.collector.force_flush(round(timeout_seconds * 1_000))
        return kept

    def close(self) -> None:
        self.writer.close(FLUSH_SECONDS)
        if self.collector:
            self.collector.shutdown()


_outlet: Outlet | None = None
_lock = threading.Lock()


def start(settings: Settings | None = None) -> None:
    """Say where spans go from now on. Cheap, and as often as you like: only what changed is done.

    BadInput or Missing when COPILOT_OTLP_ENDPOINT cannot be used.
    """
    global _outlet
    ours = settings or default_settings()
    with _lock:
        if _outlet is not None and _outlet.settings == ours:
            return
        before, _outlet = _outlet, Outlet(ours)
        hashing.use(ours.data_dir)
    if before is not None:
        before.close()


def flush(timeout_seconds: float = FLUSH_SECONDS) -> bool:
    """Write what has ended so far, now; gives whether the database has it all. At the end of a process it is done."""
    return _outlet is None or _outlet.flush(timeout_seconds)


@cache
def tracer() -> "Tracer":
    """What makes spans. It is our own: libraries that report to OpenTelemetry's global one reach nothing of ours."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import RandomIdGenerator, ReadableSpan, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            wanted = tracing.wanted_trace()
            return int(wanted, 16) if wanted else super().generate_trace_id()

    class Forwarding(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            if _outlet is None:
                start()
            if _outlet is not None:
                _outlet.take(span)

    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=Resource({"service.name": "compliance-copilot"}),
        shutdown_on_exit=False,
        id_generator=Ids(),
    )
    provider.add_span_processor(Forwarding())
    atexit.register(flush)
    return provider.get_tracer("copilot")


def _collector(endpoint: str) -> "SpanProcessor":
    if not endpoint.startswith(("http://", "https://")):
        raise BadInput("COPILOT_OTLP_ENDPOINT is no web address; write it as http://127.0.0.1:4318, or leave it empty.")
    if importlib.util.find_spec(EXPORTER) is None:
        raise Missing(f"Sending spans to a collector needs a package: pip install -r {ROOT / 'requirements-core.txt'}")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    address = endpoint.rstrip("/")
    whole = address if address.endswith(TRACES_PATH) else address + TRACES_PATH
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=whole, timeout=COLLECTOR_SECONDS))
