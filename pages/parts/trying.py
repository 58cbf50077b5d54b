"""The sandbox: a prompt put to a model, its answer as it grows, and what it took."""

from typing import get_args

import streamlit as st
from sqlite_utils import Database

from core import jobs, llm, prompts, switches
from core.settings import settings
from core.types import Classification, User
from pages.parts import rights, shell
from pages.parts.words import badge, label, plain, when

POLL_SECONDS = 0.5
ACTIVE = ("queued", "running")
FREE = "Free text"
EARLIER = 10
FINISHES = {"length": "stopped at its length", "refused": "the model refused", "other": "ended otherwise"}


def form(db: Database, user: User, found: tuple[llm.Health, ...]) -> None:
    ready = llm.usable(found, settings())
    left, right = st.columns([3, 2])
    with right:
        stopped = switches.stopped(db)
        model = st.selectbox(
            "Model", ready, format_func=lambda name: _title(name) + (" · stopped" if name in stopped else ""),
            key="try-model",
        )  # fmt: skip
        labels = get_args(Classification)
        classification = st.selectbox("Label of the text", labels, index=1, format_func=label, key="try-label")
        room = st.slider("Longest answer, in tokens", 64, 4096, 1024, 64, key="try-room")
        decided = llm.decision(model, classification)
        (st.caption if decided.allowed else st.warning)(plain(decided.reason))
        if model in stopped:
            st.error(f"It is stopped: {plain(stopped[model])}", icon=":material/block:")
        if ready == ("scripted:echo",):
            st.info(
                "No model is set up yet, so only the echo can be asked. Add one under *Add a model*; *Models* says how."
            )
    with left:
        titles = {one.name: one.title for one in prompts.prompts()}
        kind = st.selectbox(
            "Prompt", [FREE, *titles], key="try-prompt", format_func=lambda name: titles.get(name, name)
        )
        values = _variables(kind) if kind != FREE else {}
        text = "" if values else st.text_area("What to ask", key="try-text", height=180)
        barred = rights.barred(user, "models.ask")
        if not decided.allowed or model in stopped:
            barred["disabled"] = True
        if st.button("Try it", type="primary", **barred):
            rendered = prompts.render(_chosen(kind), values) if kind != FREE else None
            llm.ask(db, user, model, text, prompt=rendered, classification=classification, max_output_tokens=room)
            st.rerun()


def _title(name: str) -> str:
    return f"{llm.entry(name, settings()).title} ({name})"


def _chosen(name: str) -> prompts.Prompt:
    return prompts.prompt(name, st.session_state.get(f"try-version-{name}"))


def _variables(name: str) -> dict[str, str]:
    """A field for each variable of the prompt's chosen version."""
    known = prompts.versions(name)
    st.selectbox("Version", known, key=f"try-version-{name}") if len(known) > 1 else None
    values = {}
    for one in _chosen(name).variables:
        draw = st.text_area if one.data else st.text_input
        values[one.name] = draw(label(one.name), key=f"try-{name}-{one.name}", help=one.about)
    return values


def answers(db: Database, user: User) -> None:
    """What was asked, newest first. Polls only while an answer is on its way."""
    waiting = bool(jobs.jobs(db, user, kind="trial", active=True, limit=1))
    shell.fragment(run_every=POLL_SECONDS if waiting else None)(_answers)(waiting)


def _answers(db: Database, user: User, waiting: bool) -> None:
    found = llm.trials(db, user, limit=EARLIER)
    if waiting and not any(one.state in ACTIVE for one in found):
        st.rerun()  # the polling ends with the last answer
    if not found:
        st.caption(
            "Nothing was tried yet. What you try here is yours alone and is kept until you delete it, 50 at most."
        )
        return
    _answer(db, user, found[0])
    if found[1:]:
        with st.expander(f"Earlier ({len(found) - 1})"):
            for one in found[1:]:
                _answer(db, user, one)


def _answer(db: Database, user: User, one: llm.Trial) -> None:
    with st.container(border=True, key=f"trial-{one.id}"):
        head, again, away = st.columns([8, 1, 1], vertical_alignment="center")
        head.markdown(f"**{plain(one.model)}** · {plain(one.prompt or FREE)} · {when(one.created_at)} {_state(one)}")
        if away.button(
            "Stop" if one.state in ACTIVE else "Delete",
            key=f"forget-{one.id}",
            width="stretch",
            **rights.barred(user, "models.ask"),
        ):
            llm.forget(db, user, one.id)
            st.rerun()
        if one.state == "failed" and again.button(
            "Retry", key=f"retry-{one.id}", width="stretch", **rights.barred(user, "models.ask")
        ):
            jobs.retry(db, user, one.job_id)
            st.rerun()
        if one.error:
            st.error(plain(one.error), icon=":material/error:")
        if one.answer:
            st.code(one.answer, language="json" if one.parsed else None, wrap_lines=True, height=_height(one.answer))
        if one.finish_reason:
            st.markdown(_counted(one))
        with st.container(horizontal=True, vertical_alignment="center"):
            _sent(one)
            if one.state not in ACTIVE:
                trace = {"trace": one.trace_id}
                st.page_link("pages/traces.py", label="Trace", icon=":material/timeline:", query_params=trace)


def _sent(one: llm.Trial) -> None:
    with st.popover("What was asked"):
        st.code("\n\n".join(filter(None, (one.system, one.content))), language=None, wrap_lines=True)
        st.caption(plain(one.decision))
        if llm.entry(one.model, settings()).location == "hosted":
            st.caption("Personal data and secrets did not leave: the model saw placeholders, put back in its answer.")


def _state(one: llm.Trial) -> str:
    if one.state == "queued" and one.waits:
        return badge(f"{one.waits} before this one", "blue")
    if one.state in ACTIVE:
        return badge(one.stage if one.state == "running" else "Waiting for the first word", "blue")
    if one.parsed is False:
        return badge("The answer is not the JSON that was asked for", "orange")
    return badge(FINISHES[one.finish_reason], "orange") if one.finish_reason in FINISHES else ""


def _counted(one: llm.Trial) -> str:
    """Tokens, cost and times in one line; what is not known is said to be unknown."""
    usage = one.usage
    tokens = "tokens not reported"
    if usage:
        cached = f" ({usage['cached_tokens']:,} from a cache)" if usage["cached_tokens"] else ""
        tokens = f"{usage['input_tokens']:,} tokens in{cached}, {usage['output_tokens']:,} out"
    cost = "cost unknown" if one.cost_usd is None else f"{one.cost_usd:.6f} USD" if one.cost_usd else "no charge"
    first = "" if one.first_token_ms is None else f"first word after {one.first_token_ms:,} ms, "
    named = "" if one.answered_by in (None, one.model) else f" · answered by {plain(one.answered_by or '')}"
    return f"{tokens} · {plain(cost)} · {first}{one.latency_ms or 0:,} ms in all{named}"


def _height(text: str) -> int | str:
    return 320 if len(text) > 1_500 or text.count("\n") > 14 else "content"
