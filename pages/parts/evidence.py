"""What shows that an obligation is met, and what people say about it."""

import streamlit as st
from sqlite_utils import Database

from core import register
from core.types import User
from pages.parts import rights, session, shell
from pages.parts.words import plain, size, when, who


def evidence(db: Database, user: User, found: register.Record) -> None:
    """The list, and a file, link or note to add."""
    id = found.row.id
    st.markdown("**Evidence**" if found.evidence else "**Evidence** :gray[none yet]")
    for one in found.evidence:
        text, away = st.columns([6, 1], vertical_alignment="center")
        with text:
            _show(id, one, user)
        if away.button("Remove", key=f"unevidence-{one.id}", width="stretch", **rights.barred(user, "register.edit")):
            register.remove_evidence(db, user, id, one.id)
            shell.done("Removed; undo brings it back")
    with st.popover(
        "Add evidence",
        icon=":material/attach_file:",
        key=f"evidence-{id}-{len(found.evidence)}",
        **rights.barred(user, "register.edit"),
    ):
        _add(db, user, id)


def _show(id: str, one: register.Evidence, user: User) -> None:
    told = f":gray[{plain(who(one.by, user))}, {when(one.at)}]"
    if one.kind == "note":
        st.markdown(f"{plain(one.text)} {told}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        _open(id, one)
        st.markdown(told, width="content")


def _open(id: str, one: register.Evidence) -> None:
    if one.kind == "file":
        st.download_button(
            f"{plain(one.text)} ({size(one.size)})",
            session.later(lambda db, user: register.evidence_bytes(db, user, id, one.id)),
            one.text,
            key=f"get-{one.id}",
            on_click="ignore",
            type="tertiary",
        )
    else:
        st.link_button(plain(one.text), one.text, type="tertiary")


def _add(db: Database, user: User, id: str) -> None:
    with st.form(f"add-evidence-{id}", border=False, clear_on_submit=True):
        file = st.file_uploader("File", key=f"evidence-file-{id}")
        text = st.text_input("Link or note", key=f"evidence-text-{id}", placeholder="https://… or a sentence")
        if st.form_submit_button("Add", type="primary", **rights.barred(user, "register.edit")):
            with shell.guarded():
                if file:
                    register.add_evidence(db, user, id, "file", file.name, file.getvalue())
                if text:
                    kind = "link" if text.startswith(("https://", "http://")) else "note"
                    register.add_evidence(db, user, id, kind, text)
                shell.done("Added to the record" if file or text else "Nothing to add")


def comments(db: Database, user: User, found: register.Record) -> None:
    """What was said, and a line to say more."""
    for one in found.comments:
        st.markdown(f"{plain(one.text)} :gray[{plain(who(one.by, user))}, {when(one.at)}]")
    with st.form(f"comment-{found.row.id}", border=False, clear_on_submit=True):
        field, button = st.columns([5, 1], vertical_alignment="bottom")
        text = field.text_input("Comment", key=f"comment-text-{found.row.id}")
        if button.form_submit_button("Comment", width="stretch", **rights.barred(user, "register.edit")) and text:
            with shell.guarded():
                register.comment(db, user, found.row.id, text)
                shell.done("Commented")
