"""The open article or page of a document with marks over it, as one component; see source_view.js beside this file.

Only what is open travels to the browser, never the whole document. Offsets are code points of `Document.text`.
"""

from collections.abc import Callable, Sequence
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


def source_view(
    key: str,
    name: str,
    source: Sequence[TextBlock] | Sheet,
    marks: Sequence[Mark],
    *,
    parts: Sequence[Part] = (),
    chosen: str | None = None,
    can_add: bool = True,
    on_chosen: Callable[[str], object] | None = None,
    on_turned: Callable[[int], object] | None = None,
) -> tuple[int, int] | None:
    """Draw it; gives the stretch of text to be added as an obligation, when the reader has just asked for that.

    `name` is read out by screen readers ("Article 19", "Page 12"). `on_chosen` gets a mark's id, `on_turned` 1 or -1
    past the last or first mark, both before the page is drawn again: a click costs one run of the page, not two.
    """

    def told_chosen() -> None:
        if on_chosen and (found := st.session_state[key].chosen):
            on_chosen(found)

    def told_turned() -> None:
        if on_turned and (found := st.session_state[key].turned):
            on_turned(int(found))

    sheet = isinstance(source, Sheet)
    told = _mount(
        key=key,
        data={
            "view": "page" if sheet else "text",
            "name": name,
            "blocks": [] if isinstance(source, Sheet) else [_block(block) for block in source],
            "page": _page(source, key) if isinstance(source, Sheet) else None,
            "marks": [asdict(mark) for mark in marks],
            "parts": [] if sheet else [asdict(part) for part in parts],
            "chosen": chosen,
            "canAdd": can_add,
        },
        on_chosen_change=told_chosen,
        on_turned_change=told_turned,
        on_selected_change=_nothing,
    )
    span = told.selected
    return (int(span["start"]), int(span["end"])) if span else None


def _nothing() -> None:
    """Streamlit reports an event only where a callback is named."""


def _block(block: TextBlock) -> dict[str, Any]:
    return {"start": block.start, "text": block.text, "kind": block.kind, "level": block.level}


def _page(sheet: Sheet, key: str) -> dict[str, Any]:
    # Streamlit serves the picture like any st.image, so that choosing another obligation does not send it again.
    image = runtime.get_instance().media_file_mgr.add(sheet.image, "image/png", f"{key}-image")
    # Not asdict: copying the thousand words of a page one by one takes longer than all else here.
    return {"image": image, "width": sheet.width, "height": sheet.height, "words": sheet.words}
