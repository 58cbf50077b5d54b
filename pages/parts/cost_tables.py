"""The tables of Costs, and all of them as CSV files."""

from collections.abc import Callable, Sequence

import streamlit as st
from sqlite_utils import Database

from core import operations
from core.operations import sheets
from core.telemetry import user_hash
from core.types import User
from pages.parts import cost_words, session, tables
from pages.parts.words import day, when

BY = {"model": "Model", "task": "Task", "document": "Document", "user": "Person", "day": "Day"}
WORST = {"dear": "Dearest", "slow": "Slowest", "failed": "Failed last"}
TRACES = "pages/traces.py"
TABLE_PIXELS = 420


def breakdown(db: Database, user: User, wanted: operations.Chosen) -> None:
    """Spend by whatever is chosen; a model or task that is clicked becomes the filter, a document opens."""
    known = [name for name in BY if name != "user" or operations.sees_all(user)]
    with st.container(horizontal=True, vertical_alignment="center", key="costs-by-bar"):
        st.subheader("What it was spent on", anchor=False, width="content")
        by = st.segmented_control(
            "By", known, default=known[0], required=True, format_func=BY.get, key="costs-by",
            label_visibility="collapsed",
        )  # fmt: skip
    ids, names, found = _counted(db, user, wanted, by)
    picked = tables.table(
        f"costs-{by}", ids, {"name": names, **_columns(found)}, {"name": _text(BY[by], 250), **_config()},
        height=TABLE_PIXELS, boxes=False,
    )  # fmt: skip
    if picked.id and by in ("model", "task"):
        st.query_params[by] = picked.id
        st.rerun()
    if picked.id and by == "document" and picked.id in {one for one in ids if not one.startswith("?")}:
        st.switch_page("pages/document.py", query_params={"document": picked.id})
    if hint := {"document": "open the document", "model": "see it alone", "task": "see it alone"}.get(by):
        st.caption(f"Click a row to {hint}.")


def _counted(
    db: Database, user: User, wanted: operations.Chosen, by: str
) -> tuple[list[str], list[str], list[operations.Spend]]:
    """Ids, what people read, and what was counted, the dearest first; days in their order, the latest first."""
    if by == "document":
        listed = operations.by_document(db, user, wanted)
        ids = [one.document_id or f"?{place}" for place, one in enumerate(listed)]
        return ids, [sheets.titled(one) for one in listed], [one.spend for one in listed]
    found = operations.spend(db, user, wanted, [by])  # type: ignore[list-item]
    if by == "day":
        found.reverse()
    else:
        found.sort(key=lambda one: (-one.known_usd, -one.tokens))
    shown: dict[str, Callable[[str], str]] = {
        "task": cost_words.task,
        "day": day,
        "user": lambda key: "You" if key == user_hash(user) else f"Person {key[:6]}",
    }
    return [one.key[0] for one in found], [shown.get(by, str)(one.key[0]) for one in found], found


def _columns(found: Sequence[operations.Spend]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {
        "cost": [cost_words.money(one.cost_usd) for one in found],
        "unknown": [one.unknown_calls or None for one in found],
        "each": [cost_words.each(one) if one.documents else "" for one in found],
        "calls": [one.calls for one in found],
        "failed": [one.failed_calls or None for one in found],
        "kept": [one.kept_calls or None for one in found],
        "saved": [cost_words.money(one.saved_usd) if one.saved_usd else "" for one in found],
        "in": [one.input_tokens for one in found],
        "out": [one.output_tokens for one in found],
        "time": [cost_words.seconds(one.busy_ms) if one.busy_ms else "" for one in found],
    }
    return {name: values for name, values in columns.items() if any(values) or name in ("cost", "calls", "in", "out")}


def _config() -> dict[str, object]:
    return {
        "cost": _text("Cost", 90, "What is known of it"),
        "unknown": _number("Unknown cost", 100, "Calls of which nobody knows what they cost"),
        "each": _text("A document", 96, "Cost of each document that was worked on"),
        "calls": _number("Calls", 72),
        "failed": _number("Failed", 72),
        "kept": _number("Kept answers", 100, "Answered from what was kept: no charge"),
        "saved": _text("Saved", 80, "What the kept answers cost when they were first asked"),
        "in": _number("Tokens in", 100),
        "out": _number("Tokens out", 100),
        "time": _text("Model time", 100, "How long models worked on answers"),
    }


def calls(db: Database, user: User, wanted: operations.Chosen) -> None:
    """Single calls worth a look, each with the way to its trace."""
    with st.container(horizontal=True, vertical_alignment="center", key="costs-calls-bar"):
        st.subheader("Calls to look at", anchor=False, width="content")
        worst = st.segmented_control(
            "Which", tuple(WORST), default="slow", required=True, format_func=WORST.get, key="costs-worst",
            label_visibility="collapsed",
        )  # fmt: skip
    found = operations.examples(db, user, wanted, worst)
    if not found:
        st.caption("There are none." if worst != "failed" else "None failed.")
        return
    picked = tables.table(
        f"costs-calls-{worst}", [one.id for one in found],
        {
            "when": [when(one.started_at) for one in found],
            "model": [one.model for one in found],
            "task": [cost_words.task(one.task) for one in found],
            "took": [cost_words.seconds(one.latency_ms) for one in found],
            "first": [cost_words.seconds(one.first_token_ms) for one in found],
            "cost": [cost_words.money(one.cost_usd) for one in found],
            "in": [one.input_tokens for one in found],
            "out": [one.output_tokens for one in found],
            "fault": [cost_words.fault("Lost" if one.state == "lost" else one.error_type) for one in found],
        },
        {
            "when": _text("When", 140), "model": _text("Model", 220), "task": _text("Task", 96),
            "took": _text("Took", 80), "first": _text("First word", 84), "cost": _text("Cost", 80),
            "in": _number("Tokens in", 90), "out": _number("Tokens out", 90), "fault": _text("What went wrong", 160),
        },
        height=TABLE_PIXELS, boxes=False,
    )  # fmt: skip
    st.caption("Of the latest 10,000 calls in the period. Click a row to see its trace.")
    traces = {one.id: one.trace_id for one in found}
    if picked.id and traces[picked.id]:
        st.switch_page(TRACES, query_params={"trace": traces[picked.id] or ""})


def models(
    db: Database, user: User, speeds: Sequence[operations.Speed], failed: Sequence[operations.Reliability]
) -> None:
    """How each model did."""
    known = {one.model: one for one in speeds}
    rows = [(one, known.get(one.model, operations.Speed(one.model, 0, None, None, None, None))) for one in failed]
    tables.table(
        "costs-models", [one.model for one in failed],
        {
            "model": [one.model for one in failed],
            "answered": [fast.answered for _, fast in rows],
            "p50": [cost_words.seconds(fast.p50_ms) for _, fast in rows],
            "p95": [cost_words.seconds(fast.p95_ms) for _, fast in rows],
            "first": [cost_words.seconds(fast.first_p50_ms) for _, fast in rows],
            "first95": [cost_words.seconds(fast.first_p95_ms) for _, fast in rows],
            "failed": [one.failed for one, _ in rows],
            "rate": [cost_words.share(one.error_rate) for one, _ in rows],
            "fell": [one.fell for one, _ in rows],
            "degraded": [one.degraded for one, _ in rows],
            "stopped": [one.stopped for one, _ in rows],
        },
        {
            "model": _text("Model", 250), "answered": _number("Answers", 80),
            "p50": _text("p50", 72, "Half of the answers took no longer"),
            "p95": _text("p95", 72, "19 of 20 answers took no longer"),
            "first": _text("First word", 84, "p50 of the time to the first word"),
            "first95": _text("First word p95", 100, "p95 of the time to the first word"),
            "failed": _number("Failed", 72), "rate": _text("Error rate", 84),
            "fell": _number("Stood in", 84, "Calls that it took over from a model that failed"),
            "degraded": _number("Degraded", 84, "Calls for passages that were then read in a lesser way"),
            "stopped": _number("Stopped", 84, "By a person; no failure"),
        },
        boxes=False,
    )  # fmt: skip


def compared(found: Sequence[operations.Compared]) -> None:
    tables.table(
        "costs-compared", [one.model for one in found],
        {
            "model": [one.model for one in found],
            "documents": [one.documents for one in found],
            "each": [each(one) for one in found],
            "tokens": [cost_words.amount(one.tokens_per_document) if one.documents else "" for one in found],
            "p50": [cost_words.seconds(one.p50_ms) for one in found],
            "p95": [cost_words.seconds(one.p95_ms) for one in found],
            "rate": [cost_words.share(one.error_rate) for one in found],
            "hand": [", ".join(one.ranked) or "not set" for one in found],
            "quality": ["Not measured yet"] * len(found),
        },
        {
            "model": _text("Model", 250), "documents": _number("Documents", 90),
            "each": _text("Cost a document", 120), "tokens": _text("Tokens a document", 130),
            "p50": _text("p50", 72), "p95": _text("p95", 72), "rate": _text("Error rate", 84),
            "hand": _text("Quality, set by hand", 150, "In models/routes.toml"),
            "quality": _text("Quality, measured", 130),
        },
        boxes=False,
    )  # fmt: skip


def each(one: operations.Compared) -> str:
    """Cost of a document with this model, at least, where some of it is unknown."""
    if one.per_document_usd is None and one.least_usd:
        return f"≥ {cost_words.money(one.least_usd)}"
    return cost_words.money(one.per_document_usd) if one.documents else "No document"


def exports(user: User, wanted: operations.Chosen) -> None:
    """Every table as CSV; made when it is clicked."""
    known = [name for name in BY if name != "user" or operations.sees_all(user)]
    st.markdown("The chosen period as CSV:")
    with st.container(horizontal=True):
        for by in known:
            _download(f"By {BY[by].lower()}", f"costs-by-{by}", _spent(wanted, by))
        _download("Latency", "latency", _latency(wanted))


def _download(title: str, name: str, sheet: Callable[[Database, User], sheets.Sheet]) -> None:
    made = session.later(lambda db, user: sheet(db, user).csv())
    st.download_button(
        title, made, f"{name}.csv", "text/csv", key=f"download-{name}", on_click="ignore", icon=":material/download:"
    )


def _spent(wanted: operations.Chosen, by: str) -> Callable[[Database, User], sheets.Sheet]:
    def made(db: Database, user: User) -> sheets.Sheet:
        if by == "document":
            return sheets.documents(operations.by_document(db, user, wanted))
        names = {user_hash(user): "you"} if by == "user" else {}
        return sheets.spent(operations.spend(db, user, wanted, [by]), [by], names)  # type: ignore[list-item]

    return made


def _latency(wanted: operations.Chosen) -> Callable[[Database, User], sheets.Sheet]:
    return lambda db, user: sheets.latency(
        operations.speeds(db, user, wanted), operations.reliability(db, user, wanted)
    )


def _text(title: str, width: int, help: str | None = None) -> object:
    return st.column_config.TextColumn(title, width=width, help=help)


def _number(title: str, width: int, help: str | None = None) -> object:
    return st.column_config.NumberColumn(title, width=width, help=help, format="localized")
