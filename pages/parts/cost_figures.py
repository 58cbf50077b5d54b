"""The headline figures of Costs, each with what it was before where that says something."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from core import operations
from pages.parts import cost_bar, cost_words
from pages.parts.words import count


class Figure(NamedTuple):
    """`grown` is by how much of what it was (0.25: a quarter more); of money, more is bad."""

    title: str
    value: str
    help: str
    grown: float | None = None
    bad: bool = False


def spent(whole: operations.Spend, before: operations.Spend, wanted: operations.Chosen, *, free: bool) -> None:
    """`free`: only models without charge were asked, so that tokens and time are what there is to say."""
    period = f"{cost_bar.period(wanted)}; the change is against the {count(wanted.days, 'day')} before"
    figures = [
        *(_without_charge(whole, before) if free else _money(whole, before, period)),
        Figure("Tokens", cost_words.amount(whole.tokens), period, _grown(whole, before, "tokens")),
        Figure("Calls", f"{whole.calls:,}", f"{whole.failed_calls:,} failed. {period}", _grown(whole, before, "calls")),
        _saved(whole, before, free=free),
    ]
    if whole.unknown_calls:
        why = "The model's price is not in the inventory, or the call broke off. They are in no sum of money"
        figures.append(Figure("Of unknown cost", count(whole.unknown_calls, "call"), why))
    _draw(figures)


def _grown(whole: operations.Spend, before: operations.Spend, what: str) -> float | None:
    return operations.change(getattr(whole, what), getattr(before, what))


def _money(whole: operations.Spend, before: operations.Spend, period: str) -> Sequence[Figure]:
    now, was = operations.per_document(whole), operations.per_document(before)
    about = f"Of {count(whole.documents, 'document')}. At least so much where the cost of some calls is unknown"
    grown = operations.change(whole.cost_usd, before.cost_usd)
    return (
        Figure("Spend", cost_words.money(whole.cost_usd), f"What is known of it. {period}", grown, bad=True),
        Figure("A document", cost_words.each(whole), about, operations.change(now, was), bad=True),
    )


def _without_charge(whole: operations.Spend, before: operations.Spend) -> Sequence[Figure]:
    time = cost_words.seconds(whole.busy_ms)
    return (
        Figure("Spend", "No charge", "Models on this computer take no money for tokens"),
        Figure("Model time", time, "How long models worked on answers", _grown(whole, before, "busy_ms")),
    )


def _saved(whole: operations.Spend, before: operations.Spend, *, free: bool) -> Figure:
    part = whole.kept_calls / (whole.calls + whole.kept_calls)
    spared = f"{count(whole.kept_calls, 'call')} ({part:.0%}) and {cost_words.amount(whole.kept_tokens)} tokens"
    help = f"Spared: {spared}. The same question is never paid for twice"
    if free:
        return Figure("Kept answers", f"{part:.0%} of calls", help)
    grown = operations.change(whole.saved_usd, before.saved_usd)
    return Figure("Saved by reuse", cost_words.money(whole.saved_usd), help, grown)


def did(failed: Sequence[operations.Reliability]) -> None:
    """How models did in all."""
    asked, wrong = sum(one.asked for one in failed), sum(one.failed for one in failed)
    fell, degraded = sum(one.fell for one in failed), sum(one.degraded for one in failed)
    rate = cost_words.share(wrong / asked if asked else None)
    _draw(
        (
            Figure("Calls", f"{asked:,}", "Put to a model and not stopped by a person"),
            Figure("Error rate", rate, f"{wrong:,} without an answer"),
            Figure("Taken over", f"{fell:,}", "Calls that another model answered after the first had failed"),
            Figure("Degraded", f"{degraded:,}", "Calls for passages that were then read in a lesser way"),
            Figure("Stopped", f"{sum(one.stopped for one in failed):,}", "By a person; these are no errors"),
        )
    )


def month(found: operations.Projection, traffic: operations.Traffic) -> None:
    each = None if found.cost_usd is None else found.cost_usd / traffic.documents
    cost, one = ("No charge", "No charge") if found.free else (cost_words.money(found.cost_usd), cost_words.money(each))
    _draw(
        (
            Figure("A month", cost, found.model),
            Figure("A document", one, "Kept answers included"),
            Figure("Saved by reuse", cost_words.money(found.saved_usd), "Against asking everything anew"),
            Figure("Tokens", cost_words.amount(found.tokens), f"In {count(found.calls, 'call')}"),
        )
    )


def _change(grown: float | None) -> str | None:
    """ "+12%"; nothing where it is the same in whole per cent."""
    shown = None if grown is None else f"{grown:+.0%}"
    return None if shown in ("+0%", "-0%") else shown


def _draw(figures: Sequence[Figure]) -> None:
    with st.container(key="figures"):
        columns = st.columns(len(figures))
    for column, one in zip(columns, figures, strict=True):
        column.metric(
            one.title, one.value, _change(one.grown), border=True, help=one.help,
            height="stretch", delta_color="inverse" if one.bad else "off",
        )  # fmt: skip
