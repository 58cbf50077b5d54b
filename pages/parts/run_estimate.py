"""What a reading by a model would take, before it is asked for: how much, what that is made of, how sure it is."""

import streamlit as st

from core import analysing
from pages.parts import cost_words
from pages.parts.words import count, plain

PARTS = {
    "windows": "Windows",
    "stronger": "Weak windows again",
    "again": "Second pass",
    "risk": "Risk",
    "actions": "Actions",
    "summary": "Summary",
}


def told(found: analysing.Forecast) -> None:
    whole = found.estimate
    kept = f", {whole.cached_calls:,} of its calls answered already" if whole.cached_calls else ""
    facts = [
        f"**{count(found.windows, 'window')}**{_range(*(f'{number:,}' for number in found.between))}{kept}",
        f"{cost_words.amount(whole.input_tokens)} tokens in, {cost_words.amount(whole.output_tokens)} out",
        _cost(whole),
        _time(whole),
    ]
    st.markdown(" · ".join(facts))
    if found.warning:
        st.warning(plain(found.warning), icon=":material/savings:")
    behind = f" Weak readings go to {plain(found.stronger)}." if found.stronger else ""
    sure = "Tokens are counted" if whole.exact else "The number of tokens is a guess"
    st.caption(f"{plain(whole.model)} is asked first.{behind} {sure}: {plain(whole.basis)}.")
    with st.expander("What it is made of"):
        st.markdown("\n".join(_rows(found)))


def _cost(whole: analysing.Estimate) -> str:
    if whole.cost_usd is None:
        return "**cost unknown**"
    if whole.cost_usd == 0:
        return "**no charge**"
    ends = [one.cost_usd for one in (whole.least, whole.most) if one and one.cost_usd is not None]
    return (
        f"**about {plain(cost_words.money(whole.cost_usd))}**{_range(*(plain(cost_words.money(one)) for one in ends))}"
    )


def _time(whole: analysing.Estimate) -> str:
    if whole.seconds is None:
        return "time unknown"
    ends = [one.seconds for one in (whole.least, whole.most) if one and one.seconds is not None]
    told = _range(*(cost_words.seconds(1_000 * one) for one in ends))
    return f"about {cost_words.seconds(1_000 * whole.seconds)}{told}"


def _range(*ends: str) -> str:
    return f" ({ends[0]} to {ends[1]})" if len(set(ends)) == 2 else ""


def _rows(found: analysing.Forecast) -> list[str]:
    lines = ["| | Calls | Tokens in, out | Cost | Rests on |", "|---|--:|--:|--:|---|"]
    for one in found.parts:
        made = one.estimate
        other = f"; {plain(made.model)}" if made.model != found.estimate.model else ""
        tokens = f"{cost_words.amount(made.input_tokens)}, {cost_words.amount(made.output_tokens)}"
        cost = "no charge" if made.cost_usd == 0 else plain(cost_words.money(made.cost_usd))
        rests = plain(one.rests) or "the text"
        lines.append(f"| {PARTS[one.name]} | {made.calls:,} | {tokens} | {cost} | {rests}{other} |")
    return lines
