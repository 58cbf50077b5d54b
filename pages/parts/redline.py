"""A redline on the screen: taken out is struck through, put in is underlined, each on its colour."""

from collections.abc import Iterable
from html import escape

import streamlit as st

from core import compare
from core.compare import Piece
from pages.parts.words import count

TAGS = {"same": "span", "out": "del", "in": "ins"}


def redline(pieces: Iterable[Piece], *, only: str = "") -> None:
    """All of it, or with `only` "out" or "in" one side of it: the old or the new text."""
    left_out = {"out": "in", "in": "out"}.get(only)
    shown = (_marked(one) for one in pieces if one.operation != left_out)
    st.html(f'<div class="redline">{"".join(shown)}</div>')


def _marked(one: Piece) -> str:
    """The mark ends with the words: white space after them belongs to both sides."""
    words, tag = one.text.rstrip(), TAGS[one.operation]
    return f"<{tag}>{lines(words)}</{tag}>{lines(one.text[len(words) :])}"


def folded(pieces: Iterable[Piece]) -> None:
    """Only the lines in which something changed; how many others stand between them is said."""
    shown, same = [], 0
    for line in compare.by_line(pieces):
        if not compare.changed(line):
            same += 1
            continue
        shown.append(f"{_skipped(same)}<p>{''.join(map(_marked, line))}</p>")
        same = 0
    st.html(f'<div class="redline">{"".join(shown)}{_skipped(same)}</div>')


def _skipped(same: int) -> str:
    return f'<p class="same">… {count(same, "paragraph")} unchanged …</p>' if same else ""


def text(words: str) -> None:
    """The text alone, as it stands in a redline."""
    st.html(f'<div class="redline">{lines(words)}</div>')


def lines(words: str) -> str:
    """Text from a document as HTML that shows it as it is."""
    return escape(words).replace("\n", "<br>")
