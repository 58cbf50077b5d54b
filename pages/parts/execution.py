"""Under an accepted request: what each tool would do, the calls made, and undoing them."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from sqlite_utils import Database

from core import identity, jobs, tools
from core.review import Item
from core.types import User
from pages.parts import session, shell
from pages.parts.words import badge, count, label, plain, when

STATES = {
    "waiting": "gray", "running": "blue", "done": "green", "failed": "red", "compensating": "orange",
    "compensated": "gray",
}  # fmt: skip
LEVELS = {
    "none": "Staged only",
    "user_confirm": "You confirm",
    "manager_approve": "A manager confirms",
    "human_review": "You confirm; accepted by people",
}
UNDER_WAY = ("waiting", "running", "compensating")
POLL_SECONDS = 2


def panel(db: Database, user: User, item: Item) -> None:
    """Everything about carrying out one request that was accepted at some time."""
    made = tools.executions(db, user, item.id)
    if made:
        _calls(db, user, made)
    if item.state == "accepted":
        _choose(db, user, item)
    if item.state in ("executed", "failed") and any(one.state == "done" for one in made):
        _undo(db, user, item)


# --- before -----------------------------------------------------------------------------------------------------


def _choose(db: Database, user: User, item: Item) -> None:
    st.markdown("**Carry it out**")
    if not identity.may(user, "actions.execute"):
        st.caption(f"This is done by somebody who is {identity.who_may('actions.execute')}.")
        return
    planned = tools.plan(db, user, item.id)
    ready = {one.tool.name: one for one in planned if one.calls}
    chosen = st.pills(
        "With",
        list(ready),
        selection_mode="multi",
        default=[name for name in ("ticket",) if name in ready],
        format_func=lambda name: ready[name].tool.title,
        key=f"tools-{item.id}",
        label_visibility="collapsed",
    )
    for name in chosen:
        _shown(ready[name])
    closed = [one for one in planned if one.refusal]
    if closed:
        with st.expander(f"{count(len(closed), 'tool')} that cannot be used here"):
            st.markdown("\n".join(f"- {plain(one.tool.title)}: {plain(one.refusal)}" for one in closed))
    keys = [call.key for name in chosen for call in ready[name].calls]
    if st.button(
        f"Do exactly this: {count(len(keys), 'call')}" if keys else "Do this",
        type="primary",
        disabled=not keys,
        key=f"execute-{item.id}",
        icon=":material/play_arrow:",
    ):
        done = tools.execute(db, user, item.id, keys)
        waiting = sum(one.state in UNDER_WAY for one in done)
        shell.done(f"{count(waiting, 'call')} under way" if waiting else "Carried out")


def _shown(one: tools.Planned) -> None:
    """The dry run: exactly what the tool would get."""
    level = badge(LEVELS[one.tool.level], "blue" if one.tool.level != "none" else "gray")
    with st.container(border=True, key=f"plan-{one.tool.name}"):
        st.markdown(f"**{plain(one.tool.title)}** {level} {plain(one.tool.about)} Undo: {plain(one.tool.undo)}")
        for place, call in enumerate(one.calls):
            with st.expander(f"{_heading(call.arguments)}", expanded=place == 0 and len(one.calls) == 1):
                _arguments(call.arguments)


def _heading(arguments: dict[str, Any]) -> str:
    named = arguments.get("title") or arguments.get("subject")
    if named:
        return plain(str(named))
    several = arguments.get("entries") or arguments.get("issues") or arguments.get("obligation_ids") or []
    noun = "date" if "entries" in arguments else "issue" if "issues" in arguments else "obligation"
    return count(len(several), noun)


def _arguments(arguments: dict[str, Any]) -> None:
    for name, value in arguments.items():
        if isinstance(value, list):
            lines = [value_line(one) for one in value[:20]]
            st.markdown(f"{plain(label(name))}:\n" + "\n".join(f"- {plain(line)}" for line in lines))
            if len(value) > len(lines):
                st.caption(f"and {count(len(value) - len(lines), 'more', 'more')}")
        elif name == "body":
            st.text(str(value))
        elif value is not None:
            st.markdown(f"{plain(label(name))}: {plain(str(value))}")


def value_line(value: Any) -> str:
    """One entry of a list in a line: "2026-12-31 Report the incident"."""
    if not isinstance(value, dict):
        return str(value)
    return " ".join(str(value[name]) for name in ("due", "summary", "title") if value.get(name))


# --- after ------------------------------------------------------------------------------------------------------


def _calls(db: Database, user: User, made: Sequence[tools.Execution]) -> None:
    st.markdown("**What was done**")
    moving = [one for one in made if one.state in UNDER_WAY and not _waits_for_manager(one)]
    if moving:
        shell.fragment(run_every=POLL_SECONDS)(_watch)([one.id for one in moving], {one.id: one.state for one in made})
    for one in made:
        _call(db, user, one)


def _watch(db: Database, user: User, ids: list[str], before: dict[str, str]) -> None:
    """Redraw the page once a call that the worker makes is further."""
    if any(tools.execution(db, user, one).state != before[one] for one in ids):
        st.rerun(scope="app")
    stage = next((job.stage for job in jobs.jobs(db, user, kind="execute", active=True)), "Waiting for the worker")
    st.caption(f":material/progress_activity: {plain(stage)}")


def _call(db: Database, user: User, one: tools.Execution) -> None:
    title = tools.tools()[one.tool].title if one.tool in tools.tools() else one.tool
    made = _made(one.result)
    with st.container(key=f"call-{one.id}"):
        state = "needs a manager" if _waits_for_manager(one) else one.state
        st.markdown(
            f"{badge(label(state), 'orange' if _waits_for_manager(one) else STATES[one.state])} **{plain(title)}**"
            f"{' · ' + made if made else ''} · {when(one.finished_at or one.asked_at)}"
        )
        if one.error:
            st.error(plain(one.error), icon=":material/error:")
        with st.container(horizontal=True):
            if "file" in one.result and one.state == "done":
                st.download_button(
                    f"Save {one.result['file']}",
                    session.later(lambda db, user, id=one.id: tools.fetch(db, user, id).bytes),  # type: ignore[misc]
                    one.result["file"],
                    key=f"fetch-{one.id}",
                    icon=":material/download:",
                    on_click="ignore",
                )
            if "ticket" in one.result:
                number = one.result["ticket"]
                st.page_link(
                    "pages/tickets.py", label=f"Ticket {number}", icon=":material/confirmation_number:",
                    query_params={"state": "all", "ticket": str(number)},
                )  # fmt: skip
            left = one.state in ("waiting", "running") and tools.abandoned(db, one)
            if (one.state == "failed" or left) and identity.may(user, "actions.execute"):
                _button(db, user, one.id, "Try again", tools.retry, "It is tried again")
            if _waits_for_manager(one):
                _manager(db, user, one)


def _made(result: dict[str, Any]) -> str:
    """What a call made, in words: a link to an issue, how many obligations. A ticket has a link of its own."""
    if address := result.get("address"):
        return f"{plain(str(result['id']))}: {plain(address)}"
    if "before" in result:
        return count(len(result["before"]), "obligation")
    return ""


def _waits_for_manager(one: tools.Execution) -> bool:
    return one.state == "waiting" and one.level == "manager_approve" and one.confirmed_by is None


def _manager(db: Database, user: User, one: tools.Execution) -> None:
    if one.user_id == user.id or not identity.may(user, "actions.confirm"):
        st.caption("It waits for a manager who did not ask for it.")
        return
    with st.popover("Look and confirm…", key=f"confirm-{one.id}"):
        _arguments(one.arguments)
        _button(db, user, one.id, "Let it go", tools.confirm, "It goes")
        reason = st.text_input("Or say why not", key=f"decline-why-{one.id}")
        if st.button("Decline", key=f"decline-{one.id}"):
            tools.decline(db, user, one.id, reason)
            shell.done("Declined")


def _button(db: Database, user: User, id: str, words: str, act: Any, done: str) -> None:
    if st.button(words, key=f"{words}-{id}"):
        act(db, user, id)
        shell.done(done)


def _undo(db: Database, user: User, item: Item) -> None:
    if not identity.may(user, "actions.compensate"):
        st.caption(f"It is undone by somebody who is {identity.who_may('actions.compensate')}.")
        return
    with st.popover("Undo all of it…", key=f"undo-{item.id}", icon=":material/undo:"):
        st.caption("Tickets are closed, records set back where nobody changed them since, files withdrawn.")
        reason = st.text_area("Why", key=f"undo-why-{item.id}", height=68)
        if st.button("Undo it", key=f"undo-now-{item.id}", type="primary"):
            tools.compensate(db, user, item.id, reason)
            shell.done("Undone")
