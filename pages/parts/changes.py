"""What changed between two versions: its sentences, its files, and what people said of the old one."""

import streamlit as st
from sqlite_utils import Database

from core import compare, library, register
from core.compare import Comparison
from core.errors import NotAllowed
from core.export import FORMATS
from core.export.compared import COMPARED, write_comparison
from core.export.taking import taken
from core.types import User
from pages.parts import kept, rights, session, shell
from pages.parts.words import count, plain

NAMES = {"md": "Markdown report", "xlsx": "Excel", "json": "JSON"}


def compared(db: Database, user: User, old: library.DocumentRow, new: library.DocumentRow) -> Comparison:
    """Compared once for as long as both registers show the same runs. Who may see what is asked each time."""
    shown = tuple(next((run.id for run in register.runs(db, user, one.id) if run.chosen), "") for one in (old, new))
    return kept.comparison(db, user, old.id, new.id, (shown[0], shown[1]))


def summary(found: Comparison) -> None:
    sentences = compare.summary(found)
    if found.nothing:
        st.success(plain(sentences[0]), icon=":material/check:")
    else:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))


def carrying(db: Database, user: User, found: Comparison) -> None:
    """What people said of unchanged obligations and is not there yet, with one click to carry it over."""
    _made(db, user, found)
    if not register.may_carry(db, user, found.old.id, found.new.id):
        st.caption(
            "More people may read the new version than the old one, so what was said of the old one stays there."
        )
        return
    left = register.offers(db, user, found.old.id, found.new.id, found.staying)
    if not left:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="carrying"):
        text = f"People worked on {count(len(left), 'unchanged obligation')} of the old version; the new one lacks it."
        st.markdown(text, width="content")
        if st.button("Carry it over", key="carry", icon=":material/redo:", **rights.barred(user, "register.edit")):
            done = compare.carry_unchanged(db, user, found.old.id, found.new.id)
            shell.done(f"Carried over to {count(done, 'obligation')}; undo takes it back")


def _made(db: Database, user: User, found: Comparison) -> None:
    """What people added, split or merged is their own reading of the old text: it stays there, and that is said."""
    old = register.Filter(document=found.old.id)
    made = sum(row.origin != "run" for row in register.rows(db, user, old, limit=None))
    if made:
        st.caption(
            f"{count(made, 'obligation')} that people added, split or merged in the old version"
            f" {'is' if made == 1 else 'are'} not compared and not carried over; add what still holds by hand."
        )


def downloads(db: Database, user: User, old: library.DocumentRow, new: library.DocumentRow) -> None:
    st.markdown("Everything that changed, as a file:")
    try:
        for one in (old, new):
            library.require_released(db, user, one.id)
    except NotAllowed as error:
        st.caption(plain(str(error)))
        return
    with st.container(horizontal=True):
        for name in COMPARED:
            st.download_button(
                NAMES[name],
                session.later(_writer(name, old, new)),
                f"changes.{FORMATS[name].extension}",
                FORMATS[name].mime,
                key=f"download-{name}",
                icon=":material/download:",
                on_click="ignore",
            )


def _writer(name: str, old: library.DocumentRow, new: library.DocumentRow):  # type: ignore[no-untyped-def]
    def write(db: Database, user: User) -> bytes:
        for one in (old, new):
            library.require_released(db, user, one.id)
        made = write_comparison(name, compare.compare_stored(db, user, old.id, new.id))
        return taken(db, user, made, f"comparison.{name}", (old.id, new.id)).data

    return write
