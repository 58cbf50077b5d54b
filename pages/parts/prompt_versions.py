"""Prompts: each version as it is, and what changed between two."""

import streamlit as st

from core import prompts
from pages.parts.words import plain

WHOLE = "Nothing: show it whole"


def prompt_versions() -> None:
    found = prompts.prompts()
    if not found:
        st.info("There is no prompt yet. A prompt is a file: models/prompts/NAME/VERSION.md.")
        return
    names = [one.name for one in found]
    left, middle, right = st.columns(3)
    name = left.selectbox("Prompt", names, key="prompt-name")
    known = prompts.versions(name)
    version = middle.selectbox("Version", known, key=f"prompt-version-{name}")
    older = [WHOLE, *(one for one in known if one != version)]
    other = right.selectbox("Compared with", older, key=f"prompt-other-{name}", disabled=len(older) == 1)
    chosen = prompts.prompt(name, version)
    st.markdown(f"**{plain(chosen.title)}** · task {plain(chosen.task)} · SHA-256 `{chosen.digest[:16]}…`")
    st.caption(
        "A released version is never edited: a change is a new file with a higher number. Text of a document stands in"
        " the user turn only, between two marks that it does not contain."
    )
    if other == WHOLE:
        _whole(chosen)
    else:
        lines = prompts.diff(name, other, version)
        st.code("\n".join(lines) or "The two versions say the same.", language="diff", wrap_lines=True)


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
