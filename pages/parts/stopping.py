"""The kill switch of a model: stopped at once with a reason, and marked wherever it is offered."""

import streamlit as st
from sqlite_utils import Database

from core import changes, identity, switches
from core.types import User
from pages.parts import shell
from pages.parts.words import plain, when


def stopped_models(db: Database, user: User) -> dict[str, str]:
    """The stopped models with their reasons, said above everything else."""
    found = switches.stopped(db)
    for model, reason in found.items():
        st.error(f"**{plain(model)} is stopped.** {plain(reason)}{_by(db, user, model)}", icon=":material/block:")
    return found


def button(db: Database, user: User, model: str) -> None:
    """Stop it or start it again, with a reason; the built-in engine has none."""
    if model.startswith("builtin:"):
        return
    stopped = model in switches.stopped(db)
    name, icon = ("Start again…", "play_arrow") if stopped else ("Stop this model…", "block")
    allowed = identity.may(user, "models.stop")
    help = None if allowed else f"This takes somebody who is {identity.who_may('models.stop')}."
    with st.popover(name, key=f"switch-{model}", icon=f":material/{icon}:", disabled=not allowed, help=help):
        st.markdown(
            "Everybody may ask it again." if stopped else "At once, for everybody; a second person is not needed."
        )
        shown = "Kept in the change record" if stopped else "Shown to everybody, and kept"
        reason = st.text_area("Why", key=f"switch-why-{model}", height=68, placeholder=shown)
        if st.button("Start it" if stopped else "Stop it", type="primary", key=f"switch-now-{model}"):
            (switches.start if stopped else switches.stop)(db, user, model, reason)
            shell.done(f"{model} runs again" if stopped else f"{model} is stopped")


def _by(db: Database, user: User, model: str) -> str:
    """Who stopped it and when, where that is this tenant's to know."""
    found = changes.records(db, user, f"model:{model}")
    latest = next((one for one in found if one.kind == "stop"), None)
    return f" ({plain(latest.author_name)}, {when(latest.proposed_at)})" if latest else ""
