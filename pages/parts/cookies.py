"""What the browser keeps for us: which session it has, and where somebody wanted to go before signing in.

Streamlit sends no header of ours, so a script of a few lines writes them (cookies.js); they are read when a window
connects, which is why a session just begun is in `session_state` too.
"""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
DUE = "cookies-due"
_mount = st.components.v2.component(
    "compliance_copilot.cookies", html="<span></span>", js=(HERE / "cookies.js").read_text("utf-8")
)


def session() -> str:
    """The name of the session's cookie. A browser does not tell ports apart, and two copies may run on one host."""
    return f"copilot_session_{st.get_option('server.port')}"


def wanted() -> str:
    return f"copilot_wanted_{st.get_option('server.port')}"


def read(name: str) -> str:
    """ "" when the browser had none as this window connected."""
    return dict(st.context.cookies).get(name, "")


def write(name: str, value: str) -> None:
    """Soon, by `keep`; "" forgets it."""
    st.session_state[DUE] = {**st.session_state.get(DUE, {}), name: value}


def keep(*, address: bool = False) -> None:
    """Draw the script where there is something to write; `address` also keeps where this window is.

    It stays, since one that came and went at once would write nothing; it writes each value once in each window.
    """
    due = st.session_state.get(DUE, {})
    if due or address:
        with st.container(key="frame-cookies"):
            _mount(key="cookies", data={"kept": due, "wanted": wanted() if address else ""})
