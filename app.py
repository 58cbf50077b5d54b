"""The app: which pages there are and who may open them, and the frame around them. Nothing else."""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from pages.parts import shell


class Row(NamedTuple):
    """`role`: who may open it. A page without a place in the menu is opened by links from others."""

    file: str
    title: str
    icon: str
    role: str
    menu: bool = True


PAGES = [
    Row("pages/overview.py", "Overview", ":material/home:", "analyst"),
    Row("pages/documents.py", "Documents", ":material/folder_open:", "analyst"),
    Row("pages/obligations.py", "Obligations", ":material/checklist:", "analyst"),
    Row("pages/controls.py", "Controls", ":material/verified_user:", "analyst"),
    Row("pages/compare.py", "Compare", ":material/difference:", "analyst"),
    Row("pages/models.py", "Models & prompts", ":material/neurology:", "analyst"),
    Row("pages/costs.py", "Costs", ":material/payments:", "analyst"),
    Row("pages/document.py", "Document", ":material/article:", "analyst", menu=False),
    Row("pages/traces.py", "Traces", ":material/timeline:", "analyst", menu=False),
    Row("pages/help.py", "Help", ":material/help:", "analyst"),
]

# Not ":material/…:", which as a page's icon is fetched from another host.
ICON = Path(__file__).parent / "pages" / "parts" / "icon.svg"

st.set_page_config(
    page_title="Compliance Copilot",
    page_icon=str(ICON),
    layout="wide",
    menu_items={"About": "Compliance Copilot: a regulation in, a verified obligation register out."},
)
with shell.guarded():
    shell.frame()
    user = shell.user()
    page = st.navigation(
        [
            st.Page(row.file, title=row.title, icon=row.icon, visibility="visible" if row.menu else "hidden")
            for row in PAGES
            if row.role in user.roles
        ],
        position="top",
    )
    page.run()
