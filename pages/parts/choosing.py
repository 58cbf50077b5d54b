"""Lists of rows of which one is chosen, by a click or by keys: what they look like and do alike."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent


def choosing(name: str, prefix: str, about: str) -> Callable[..., Any]:
    """The component `name`, with NAME.css and NAME.js of its own behind the ones that all lists share.

    It shares one look with what stands beside it: styles are not isolated, and its classes begin with `prefix`.
    """
    css, js = ("\n".join(_text(f"{one}.{kind}") for one in ("choosing", name)) for kind in ("css", "js"))
    html = f'<div class="choose-list {prefix}-list" role="listbox" aria-label="{about}"></div>'
    return st.components.v2.component(f"compliance_copilot.{name}", html=html, css=css, js=js, isolate_styles=False)


def _text(file: str) -> str:
    return (HERE / file).read_text("utf-8")
