"""The app: which pages there are and who may open them, and the frame around them. Nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from sqlite_utils import Database

from core import identity, review
from core.types import User
from pages.parts import session, shell, sign_in


class Row(NamedTuple):
    """`permissions`: whoever has one of them may open it; none, everybody who has a role.

    A page without a place in the menu is opened by links from others.
    """

    file: str
    title: str
    icon: str
    permissions: tuple[str, ...] = ()
    menu: bool = True


READ = ("documents.read",)
MODELS = ("models.ask", "models.manage", "models.stop", "changes.propose", "changes.decide")
COSTS = ("models.ask", "costs.all")
APPROVALS = ("actions.submit", "actions.review")

PAGES = [
    Row("pages/overview.py", "Overview", ":material/home:", READ),
    Row("pages/documents.py", "Documents", ":material/folder_open:", READ),
    Row("pages/obligations.py", "Obligations", ":material/checklist:", READ),
    Row("pages/approvals.py", "Approvals", ":material/rule:", APPROVALS),
    Row("pages/controls.py", "Controls", ":material/verified_user:", READ),
    Row("pages/compare.py", "Compare", ":material/difference:", READ),
    Row("pages/models.py", "Models & prompts", ":material/neurology:", MODELS),
    Row("pages/costs.py", "Costs", ":material/payments:", COSTS),
    Row("pages/tickets.py", "Tickets", ":material/confirmation_number:", APPROVALS),
    Row("pages/document.py", "Document", ":material/article:", READ, menu=False),
    Row("pages/traces.py", "Traces", ":material/timeline:", COSTS, menu=False),
    Row("pages/activity.py", "Activity", ":material/history:"),
    Row("pages/access.py", "Access", ":material/key:", ("access.read",)),
    Row("pages/help.py", "Help", ":material/help:"),
    Row("pages/inbox.py", "Inbox", ":material/notifications:", menu=False),
    Row("pages/account.py", "My account", ":material/manage_accounts:", menu=False),
]

MOST = 100  # that are counted for the menu, which is drawn with every page
# Not ":material/…:", which as a page's icon is fetched from another host.
ICON = Path(__file__).parent / "pages" / "parts" / "icon.svg"


def may_open(person: User, row: Row) -> bool:
    return bool(person.roles) and (not row.permissions or any(identity.may(person, one) for one in row.permissions))


def waits(db: Database, person: User) -> dict[str, str]:
    """By title: how much waits there for this person."""
    if not identity.may(person, READ[0]):
        return {}
    number = review.count(db, person, review.Filter("mine"), most=MOST)
    return {"Approvals": f" ({MOST - 1}+)" if number == MOST else f" ({number})" if number else ""}


def menu(person: User | None, waiting: Mapping[str, str]) -> list[st.Page]:
    """Each page has its address for everybody: a link to one that is not open says so. The menu has what is."""
    opened = [row for row in PAGES if person and may_open(person, row)]
    return [
        st.Page(
            row.file,
            title=row.title + waiting.get(row.title, "") if row in opened else row.title,
            icon=row.icon,
            default=row is (opened or PAGES)[0],
            visibility="visible" if row.menu and row in opened else "hidden",
        )
        for row in PAGES
    ]


st.set_page_config(
    page_title="Compliance Copilot",
    page_icon=str(ICON),
    layout="wide",
    menu_items={"About": "Compliance Copilot: a regulation in, a verified obligation register out."},
)
shell.look()
person, waiting = None, {}
with shell.guarded(), session.database() as db:
    person = session.known(db)
    waiting = waits(db, person) if person else {}
pages = menu(person, waiting)
page = st.navigation(pages, position="top" if person and person.roles else "hidden")
with shell.guarded():
    if person is None:
        sign_in.screen()
    elif not person.roles:
        sign_in.no_rights(person)
    else:
        sign_in.go_on(pages)
        shell.frame()
        row = PAGES[pages.index(page)]
        if may_open(person, row):
            page.run()
        else:
            sign_in.not_open(row.title, row.permissions, person)
