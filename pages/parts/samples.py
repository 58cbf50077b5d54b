"""The samples that come with the app: one click brings them in, as if they had been uploaded."""

import tomllib

import streamlit as st
from sqlite_utils import Database

from core import library
from core.settings import settings
from core.types import User
from pages.parts import shell
from pages.parts.words import count


def offer(db: Database, user: User, *, uploader: bool = False) -> None:
    """What to do first, where nothing is there yet; `uploader` where one stands on this very page."""
    listed = _listed()
    with st.container(border=True, key="samples"):
        st.markdown("**No documents yet.** Add a regulation, policy or contract, or look around with the samples.")
        with st.container(horizontal=True):
            if not uploader and st.button("Add documents", type="primary", icon=":material/upload_file:"):
                st.switch_page("pages/documents.py")
            if listed and st.button(f"Import {count(len(listed), 'sample')}", icon=":material/library_add:"):
                for name in listed:
                    library.receive(db, user, (settings().samples_dir / name).read_bytes(), name)
                shell.done(f"{count(len(listed), 'sample')} on the way")


def _listed() -> list[str]:
    index = settings().samples_dir / "samples.toml"
    if not index.exists():
        return []
    files = [sample["file"] for sample in tomllib.loads(index.read_text("utf-8"))["sample"]]
    return [name for name in files if (settings().samples_dir / name).exists()]
