"""The samples that come with the app: one click brings them in, as if they had been uploaded."""

import streamlit as st
from sqlite_utils import Database

from core import library
from core.errors import NotFound
from core.samples import Sample, samples
from core.settings import settings
from core.types import User
from pages.parts import rights, shell
from pages.parts.words import count, plain


def offer(db: Database, user: User, *, uploader: bool = False) -> None:
    """What to do first, where nothing is there yet; `uploader` where one stands on this very page."""
    found = _found()
    with st.container(border=True, key="samples"):
        st.markdown(
            "**No documents yet.** Add a regulation, policy or contract, or look around with the samples."
            " Each is read on this computer; its obligations appear with their places in the source, for you to check."
        )
        with st.container(horizontal=True):
            if not uploader and st.button(
                "Add documents", type="primary", icon=":material/upload_file:", **rights.barred(user, "documents.add")
            ):
                st.switch_page("pages/documents.py")
            if found and st.button(
                f"Import {count(len(found), 'sample')}",
                icon=":material/library_add:",
                **rights.barred(user, "documents.add"),
            ):
                for sample in found:
                    library.receive(db, user, sample.path.read_bytes(), sample.path.name)
                shell.done(f"{count(len(found), 'sample')} on the way")
        if found:
            with st.expander("What the samples show"):
                lines = [f"| {plain(one.title)} | {plain(one.about)} |" for one in found]
                with st.container(key="facts-samples"):
                    st.markdown("\n".join(["| | |", "|---|---|", *lines]))


def _found() -> list[Sample]:
    try:
        return [sample for sample in samples(settings().samples_dir) if sample.path.is_file()]
    except NotFound:  # an installation without them offers none
        return []
