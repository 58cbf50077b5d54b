"""The table of permissions as people read it: what, and which roles may."""

import streamlit as st

from core import identity
from core.types import User
from pages.parts.words import label, plain

YES = ":material/check:"
ROOMS = {
    "documents": "Documents",
    "register": "Register",
    "controls": "Controls",
    "firm": "Our firm",
    "models": "Models",
    "changes": "Changes of what steers models",
    "costs": "Costs",
    "actions": "Actions",
    "audit": "The log",
    "access": "Access",
    "demo": "Demo",
}


def matrix(user: User) -> None:
    """Rows are permissions, columns are roles; one's own are marked."""
    names = [f"**{label(role)}**" if role in user.roles else label(role) for role in identity.ROLES]
    lines = [f"| May … | {' | '.join(names)} |", f"|---|{':-:|' * len(names)}"]
    room = ""
    for key, (act, roles) in identity.PERMISSIONS.items():
        if (now := key.partition(".")[0]) != room:
            room = now
            lines.append(f"| **{ROOMS.get(room, label(room))}** |{' |' * len(names)}")
        marks = [YES if role in roles else "" for role in identity.ROLES]
        lines.append(f"| {plain(act)} | {' | '.join(marks)} |")
    with st.container(key="access-matrix"):
        st.markdown("\n".join(lines))
    st.caption(
        "A role says what somebody may do. Which documents that reaches, the documents' labels say: a person sees what"
        " they are cleared for, and of what is for groups only, what is for one of theirs. Your own roles are bold."
    )
