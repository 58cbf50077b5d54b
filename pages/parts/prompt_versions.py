"""Prompts: which version each task uses, what each says, what differs between two, and changing which is used."""

import streamlit as st
from sqlite_utils import Database

from core import changes, identity, prompts, switches
from core.types import User
from pages.parts import change_records, proposing, tables
from pages.parts.prompt_diff import side_by_side
from pages.parts.words import badge, plain

WHOLE = "Nothing: show it whole"


def prompt_versions(db: Database, user: User) -> None:
    known = switches.by_task()
    found = {one.name: one for one in known}
    if not found:
        st.info("There is no prompt yet. A prompt is a file: models/prompts/NAME/VERSION.md.")
        return
    change_records.told(db, user)
    name = _chosen(db, known)
    _prompt(db, user, found[name])
    change_records.waiting(db, user)
    change_records.decided(db, user)


def _chosen(db: Database, found: list[prompts.Prompt]) -> str:
    """A table of all; the one that was clicked, else the first."""
    used = [_used(db, one) for one in found]
    names = [one.name for one in found]
    asked = st.query_params.get("prompt")
    picked = tables.table(
        "prompts",
        names,
        {
            "Prompt": names,
            "Task": [one.task for one in found],
            "In use": [name.partition("/")[2] if name.startswith(f"{one.name}/") else "–"
                       for one, name in zip(found, used, strict=True)],
            "Versions": [", ".join(prompts.versions(name)) for name in names],
            "What it is for": [one.title for one in found],
        },
        {
            "Prompt": st.column_config.TextColumn(width=190),
            "Task": st.column_config.TextColumn(width=100),
            "In use": st.column_config.TextColumn(width=90),
            "Versions": st.column_config.TextColumn(width=220),
        },
        chosen=asked if asked in names else names[0],
    )  # fmt: skip
    if picked.id:
        st.query_params["prompt"] = picked.id
        st.rerun()
    return asked if asked in names else names[0]


def _used(db: Database, one: prompts.Prompt) -> str:
    return switches.in_use(db, f"prompt:{one.task}") or ""


def _prompt(db: Database, user: User, newest: prompts.Prompt) -> None:
    name, used = newest.name, _used(db, newest)
    known, active = prompts.versions(name), used.partition("/")[2] if used.startswith(f"{name}/") else ""
    left, right = st.columns(2)
    version = left.selectbox(
        "Version", known, key=f"prompt-version-{name}", format_func=lambda one: _named(one, active)
    )
    older = [WHOLE, *(one for one in known if one != version)]
    # A version that is not in use is read against the one that is.
    start = older.index(active) if active in older else 0
    other = right.selectbox(
        "Compared with", older, start, key=f"prompt-other-{name}-{version}", disabled=len(older) == 1,
        format_func=lambda one: _named(one, active),
    )  # fmt: skip
    chosen = prompts.prompt(name, version)
    subject = f"prompt:{newest.task}"
    with st.container(horizontal=True, vertical_alignment="center", key="prompt-acts"):
        st.markdown(
            f"**{plain(chosen.title)}** · task {plain(chosen.task)} · SHA-256 `{chosen.digest[:16]}…`"
            f" {_state(db, user, chosen, used)}"
        )
        if used:
            _proposing(user, subject, used, f"{name}/{version}")
            proposing.going_back(db, user, subject)
    if chosen.changes:
        st.markdown(f"**What is different:** {plain(chosen.changes)}")
    if other == WHOLE:
        _whole(chosen)
    else:
        side_by_side(prompts.prompt(name, other), chosen, "in use" if other == active else "")
    _log(name)


def _named(version: str, active: str) -> str:
    return f"{version} (in use)" if version == active else version


def _state(db: Database, user: User, chosen: prompts.Prompt, used: str) -> str:
    name, subject = f"{chosen.name}/{chosen.version}", f"prompt:{chosen.task}"
    if not used:
        return badge("No task uses it", "gray")
    if changes.edited(db, user, subject, name):
        return badge("Its file was edited after it was approved", "red")
    if name != used:
        return badge("Not in use", "gray")
    return badge("In use", "green") if switches.value(db, subject) else badge("In use, as shipped", "green")


def _proposing(user: User, subject: str, used: str, name: str) -> None:
    may = identity.may(user, "changes.propose")
    if name != used and st.button("Propose this version…", disabled=not may, icon=":material/edit_note:"):
        proposing.propose(subject, used, name)


def _log(name: str) -> None:
    log = prompts.changelog(name)
    if len(log) > 1:
        with st.expander("Change log"):
            st.markdown("\n".join(f"- **{version}** {plain(said) or 'The first version.'}" for version, said in log))
    st.caption(
        "A released version is never edited: a change is a new file with a higher number, and in use only when a second"
        " person has approved it. Text of a document stands in the user turn only, between two marks that it does not"
        " contain."
    )


def _whole(chosen: prompts.Prompt) -> None:
    for one in chosen.variables:
        kind = "text of a document, fenced" if one.data else "text"
        st.markdown(f"`{{{{{one.name}}}}}` · {plain(one.about)} · {kind}")
    system, user = st.columns(2)
    with system:
        st.markdown("**System turn**")
        st.code(chosen.system, language=None, wrap_lines=True, height=420)
    with user:
        st.markdown("**User turn**")
        st.code(chosen.user, language=None, wrap_lines=True)
        if chosen.schema:
            st.markdown("**The answer must be this**")
            st.json(chosen.schema, expanded=3)
