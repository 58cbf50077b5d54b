"""What is counted as tables: the same on the command line, on the screen's export and in a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.export import cells, csv
from core.export.cells import Value
from core.operations.costs import By, DocumentSpend, Spend, per_document
from core.operations.forecast import Compared
from core.operations.latency import Example, Reliability, Speed
from core.operations.projection import Projection

UNKNOWN = "unknown"
NO_DOCUMENT, UNSEEN = "No document", "Deleted, or not yours to see"
TITLES: Mapping[By, str] = {
    "day": "Day", "model": "Model", "task": "Task", "user": "Person", "document": "Document", "state": "State",
}  # fmt: skip
SPENT = (
    "Cost USD", "Calls of unknown cost", "Calls", "Failed", "Kept answers", "Saved USD", "Tokens in", "Tokens out",
    "Read from cache", "Written to cache", "Documents", "USD a document",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    titles: tuple[str, ...]
    lines: tuple[tuple[Value, ...], ...]

    def csv(self) -> bytes:
        """UTF-8 with a byte-order mark, each cell harmless to a spreadsheet."""
        return csv.table(self.titles, ([cells.shown(value) for value in line] for line in self.lines))


def spent(found: Sequence[Spend], by: Sequence[By], names: Mapping[str, str] | None = None) -> Sheet:
    """A line for each; `names` says what a key is called (a person's mark → "You")."""
    known = names or {}
    lines = ((*(known.get(key, key) for key in one.key), *_spent(one)) for one in found)
    return Sheet((*(TITLES[name] for name in by), *SPENT), tuple(lines))


def documents(found: Sequence[DocumentSpend]) -> Sheet:
    lines = ((one.document_id or "", titled(one), *_spent(one.spend)) for one in found)
    return Sheet(("ID", "Document", *SPENT), tuple(lines))


def titled(one: DocumentSpend) -> str:
    return one.title or (NO_DOCUMENT if one.title is None else UNSEEN)


def latency(speeds: Sequence[Speed], failed: Sequence[Reliability]) -> Sheet:
    """A line for each model that was asked; times in milliseconds."""
    known = {one.model: one for one in speeds}
    lines: list[tuple[Value, ...]] = []
    for one in failed:
        fast = known.get(one.model) or Speed(one.model, 0, None, None, None, None)
        lines.append(
            (
                one.model, fast.answered, fast.p50_ms, fast.p95_ms, fast.first_p50_ms, fast.first_p95_ms, one.asked,
                one.failed, one.lost, None if one.error_rate is None else round(one.error_rate, 4), one.stopped,
                one.fell, one.degraded,
            )
        )  # fmt: skip
    titles = (
        "Model", "Answered", "p50 ms", "p95 ms", "First word p50 ms", "First word p95 ms", "Asked", "Failed", "Lost",
        "Error rate", "Stopped by a person", "As a fallback", "Degraded",
    )  # fmt: skip
    return Sheet(titles, tuple(lines))


def examples(found: Sequence[Example]) -> Sheet:
    """Single calls, each with the trace that shows it."""
    lines = (
        (
            one.id, one.trace_id, one.started_at, one.model, one.task, one.latency_ms, one.first_token_ms,
            usd(one.cost_usd), one.input_tokens, one.output_tokens, one.state, one.error_type,
        )
        for one in found
    )  # fmt: skip
    titles = (
        "ID", "Trace", "When", "Model", "Task", "ms", "First word ms", "USD", "Tokens in", "Tokens out", "State",
        "Fault",
    )  # fmt: skip
    return Sheet(titles, tuple(lines))


def projections(found: Sequence[Projection]) -> Sheet:
    lines = (
        (one.model, usd(one.cost_usd), usd(one.saved_usd), one.calls, one.input_tokens, one.output_tokens)
        for one in found
    )
    return Sheet(("Model", "USD a month", "Saved USD", "Calls", "Tokens in", "Tokens out"), tuple(lines))


def comparison(found: Sequence[Compared]) -> Sheet:
    lines = (
        (
            one.model, one.documents, one.calls, usd(one.per_document_usd), usd(one.least_usd),
            one.tokens_per_document, one.p50_ms, one.p95_ms, one.first_p50_ms,
            None if one.error_rate is None else round(one.error_rate, 4), ", ".join(one.ranked), "not measured yet",
        )
        for one in found
    )  # fmt: skip
    titles = (
        "Model", "Documents", "Calls", "USD a document", "At least", "Tokens a document", "p50 ms", "p95 ms",
        "First word p50 ms", "Error rate", "Quality as set by hand", "Quality as measured",
    )  # fmt: skip
    return Sheet(titles, tuple(lines))


def usd(value: Decimal | None) -> str:
    """Every digit that it has: "0.0001", "12", or "unknown"."""
    if value is None:
        return UNKNOWN
    plain = f"{value:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def _spent(one: Spend) -> tuple[Value, ...]:
    return (
        usd(one.cost_usd), one.unknown_calls, one.calls, one.failed_calls, one.kept_calls, usd(one.saved_usd),
        one.input_tokens, one.output_tokens, one.cached_tokens, one.cache_write_tokens, one.documents,
        usd(per_document(one)) if one.documents else "",
    )  # fmt: skip
