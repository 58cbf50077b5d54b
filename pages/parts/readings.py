"""A document’s readings: by the built-in engine and by models, which one the register shows, and how they differ."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import streamlit as st
from sqlite_utils import Database

from core import analysing, library, register
from core.errors import CopilotError
from core.extract.agreement import Agreement, Row, rows
from core.llm import ledger
from core.register import Run
from core.types import Obligation, User
from pages.parts import analyse_form, cost_words, rights, run_progress, shell, tables
from pages.parts.words import badge, count, label, plain, when

COLOURS = {"differing": "orange", "only built-in": "blue", "only model": "violet", "both": "green"}
FIELDS = {"modality": "kind", "bearer": "who", "deadline": "when", "action": "what"}
TALLEST = 460
ALL = "All"


def readings(db: Database, user: User, shown: library.DocumentRow, show: Callable[[Obligation], None]) -> None:
    """`show` is called with what was chosen of a comparison, to show it in the source."""
    found = register.runs(db, user, shown.id)
    by_model = [run for run in found if run.model != "builtin"]
    under_way = run_progress.progress(db, user, shown)
    opened = not by_model and not under_way
    with st.expander("Analyse with a model", expanded=opened, icon=":material/neurology:"), shell.guarded():
        analyse_form.form(db, user, shown)
    for run in reversed(found):
        _run(db, user, shown, run)
    if by_model:
        _beside(db, user, shown, by_model, show)


def _run(db: Database, user: User, shown: library.DocumentRow, run: Run) -> None:
    """One reading: by whom, what it took, and whether the register shows it."""
    with st.container(border=True, key=f"reading-{run.id}"):
        text, button = st.columns([5, 1], vertical_alignment="center")
        change = "" if run.chosen else f" · {_change(run)} the one shown"
        named = "Built-in engine" if run.model == "builtin" else plain(run.model)
        text.markdown(f"**{named}** · {count(run.obligations, 'norm')}{change} · :gray[{when(run.created_at)}]")
        if run.chosen:
            button.markdown(badge("Shown", "green"))
        elif button.button(
            "Show",
            key=f"show-{run.id}",
            width="stretch",
            **rights.barred(user, "register.edit", "Let the register show this reading"),
        ):
            register.choose_run(db, user, shown.id, run.id)
            shell.done("The register shows this reading; corrections lie over it")
        if run.model != "builtin":
            _took(db, user, shown, run)


def _change(run: Run) -> str:
    return f"{run.added:,} more and {run.gone:,} fewer than" if run.added or run.gone else "the same as"


def _took(db: Database, user: User, shown: library.DocumentRow, run: Run) -> None:
    analysis = register.analysis(db, user, shown.id, run.id)
    took = analysis.metadata
    spent = None if took.cost_usd is None else Decimal(str(took.cost_usd))
    cost = cost_words.of_calls(spent, ledger.taken(db, took.request_id).open_calls)
    lost = [
        f"{count(len(analysis.ungrounded), 'quote')} not in the text" if analysis.ungrounded else "",
        f"{count(len(analysis.rejected), 'piece')} rejected" if analysis.rejected else "",
        f"{count(len(analysis.coverage.uncovered), 'sentence')} open" if analysis.coverage.uncovered else "",
    ]
    facts = [
        f"{took.input_tokens:,} tokens in, {took.output_tokens:,} out", cost,
        cost_words.seconds(took.latency_ms), *filter(None, lost),
    ]  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        prompts = (took.prompt_version or "").replace(", ", "\n\n")
        st.caption(plain(" · ".join(facts)), help=f"Prompts, with their digests:\n\n{plain(prompts)}")
        st.page_link(
            "pages/traces.py", label="Trace", icon=":material/timeline:", query_params={"trace": took.request_id}
        )
    ours = set(library.document_row(db, user, shown.id).warnings)
    for warning in analysis.document.warnings:
        if warning not in ours:
            st.warning(plain(warning), icon=":material/warning:")
    if analysis.ungrounded or analysis.rejected:
        with st.expander("What the model said that is not in the register"):
            for lost_quote in analysis.ungrounded:
                st.markdown(f"“{plain(lost_quote.quote)}”  \n:gray[{plain(lost_quote.reason)}]")
            for refused in analysis.rejected:
                st.markdown(f":red[Rejected]: {plain(refused.reason)}")
                if refused.detail:
                    st.code(refused.detail, language=None, wrap_lines=True)


def _beside(
    db: Database, user: User, shown: library.DocumentRow, by_model: list[Run], show: Callable[[Obligation], None]
) -> None:
    """A model's reading beside the built-in one, line by line."""
    st.markdown("**Beside the built-in reading**")
    known = {run.id: run for run in reversed(by_model)}
    run_id = next(iter(known))
    if len(known) > 1:
        run_id = st.selectbox(
            "Reading", list(known), format_func=lambda one: f"{known[one].model}, {when(known[one].created_at)}",
            key=f"beside-{shown.id}", label_visibility="collapsed",
        )  # fmt: skip
    try:
        found = analysing.compare(db, user, shown.id, run_id)
    except CopilotError as error:
        st.caption(plain(str(error)))
        return
    lines = rows(found.agreement)
    counts = {told: sum(row.told == told for row in lines) for told in COLOURS}
    kinds = [ALL, *(told for told in COLOURS if counts[told])]
    told = st.segmented_control(
        "Show", kinds, default="differing" if counts["differing"] else ALL, required=True, key=f"told-{run_id}",
        format_func=lambda kind: f"{label(kind)} {counts.get(kind, len(lines)):,}", label_visibility="collapsed",
    )  # fmt: skip
    picked = _lines(run_id, [row for row in lines if told in (ALL, row.told)], every=told == ALL)
    st.caption(
        "Choose a line to see its place in the source. **Show**, above, lets the register use a reading;"
        " corrections stay."
    )
    ours = sum(one.engine == "builtin" for one in _of_model(found.agreement))
    if ours:
        st.caption(
            f"{count(ours, 'norm')} here {'was' if ours == 1 else 'were'} found by the built-in engine in the model’s"
            " place; that they agree says nothing about the model."
        )
    norms = {one.id: one for pair in found.agreement.both for one in (*pair.model, *pair.builtin)}
    norms |= {one.id: one for one in (*found.agreement.only_model, *found.agreement.only_builtin)}
    if picked:
        show(norms[next(iter((*picked.builtin_ids, *picked.model_ids)))])
        st.rerun()


def _of_model(found: Agreement) -> list[Obligation]:
    return [*(one for pair in found.both for one in pair.model), *found.only_model]


def _lines(run_id: str, lines: list[Row], *, every: bool) -> Row | None:
    """The table; gives the row that was chosen. Columns that would be empty, or the same in each row, are left out."""
    columns: dict[str, list[Any]] = {"Found": [[row.told] for row in lines]} if every else {}
    columns |= {"Where": [row.path for row in lines], "Quote": [row.quote for row in lines]}
    if any(row.fields for row in lines):
        columns["Built-in"] = [_side(row, row.builtin) for row in lines]
        columns["Model"] = [_side(row, row.model) for row in lines]
    config = {
        "Found": tables.chips("Found", COLOURS, width=110),
        "Where": st.column_config.TextColumn(width=100),
        "Quote": st.column_config.TextColumn(width=150 if "Model" in columns else None),
        "Built-in": st.column_config.TextColumn(width=170),
        "Model": st.column_config.TextColumn(width=170),
    }
    ids = [str(number) for number in range(len(lines))]
    picked = tables.table(f"agreement-{run_id}", ids, columns, config, height=TALLEST, boxes=False)
    return None if picked.id is None else lines[int(picked.id)]


def _side(row: Row, said: tuple[str, ...]) -> str:
    """What one reading says where the two differ: "who: the firm; when: within 3 days"."""
    return "; ".join(f"{FIELDS[name]}: {one}" for name, one in zip(row.fields, said, strict=True))
