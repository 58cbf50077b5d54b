"""The open article or page of a document with marks over it, as one component; see source_view.js beside this file.

Only what is open travels to the browser, never the whole document. Offsets are code points of `Document.text`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime

HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "compliance_copilot.source_view",
    html='<div class="source-view" role="group" tabindex="0"></div>',
    css=(HERE / "source_view.css").read_text("utf-8"),
    js=(HERE / "source_view.js").read_text("utf-8"),
    isolate_styles=False,  # a shadow root would hide the reader's selection from the script; all classes begin with sv-
)

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in points, origin top left


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to choose. `tone` colours it (a risk level, or "uncovered"); `kind` is a modality or "uncovered"."""

    id: str
    start: int
    end: int
    tone: str
    kind: str
    label: str
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What made the chosen passage an obligation: role is mark, bearer, deadline, condition, exception or lead."""

    start: int
    end: int
    role: str


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph as the document has it; `level` indents it."""

    start: int
    text: str
    kind: str = "paragraph"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page image with its words: (start, end, x0, y0, x1, y1, the word itself)."""

    image: bytes
    width: float
    height: float
    words: tuple[tuple[int, int, float, float, float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What the reader did since the last rerun, if anything. `turned` is 1 or -1 past the last or first mark."""

    chosen: str | None = None
    selected: tuple[int, int] | None = None
    turned: int = 0


def source_view(
    key: str,
    name: str,
    source: Sequence[TextBlock] | Sheet,
    marks: Sequence[Mark],
    *,
    parts: Sequence[Part] = (),
    chosen: str | None = None,
    can_add: bool = True,
) -> Event:
    """Draw it. `name` is read out by screen readers ("Article 19", "Page 12")."""
    sheet = isinstance(source, Sheet)
    found = _mount(
        key=key,
        data={
            "view": "page" if sheet else "text",
            "name": name,
            "blocks": [] if isinstance(source, Sheet) else [asdict(block) for block in source],
            "page": _page(source, key) if isinstance(source, Sheet) else None,
            "marks": [asdict(mark) for mark in marks],
            "parts": [] if sheet else [asdict(part) for part in parts],
            "chosen": chosen,
            "canAdd": can_add,
        },
        on_chosen_change=_nothing,
        on_selected_change=_nothing,
        on_turned_change=_nothing,
    )
    span = found.selected
    return Event(
        chosen=found.chosen,
        selected=(int(span["start"]), int(span["end"])) if span else None,
        turned=int(found.turned or 0),
    )


def _nothing() -> None:
    """Streamlit reports an event only where a callback is named."""


def _page(sheet: Sheet, key: str) -> dict[str, Any]:
    plain = asdict(sheet)
    # Streamlit serves the picture like any st.image, so that choosing another obligation does not send it again.
    plain["image"] = runtime.get_instance().media_file_mgr.add(sheet.image, "image/png", f"{key}-image")
    return plain
