"""Two versions of a prompt side by side: what went on the left, what came on the right, the words marked in both."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html import escape
from itertools import groupby
from typing import NamedTuple

import streamlit as st

from core.prompts import Prompt
from pages.parts.words import count

AROUND = 2  # lines that stay, shown around each change
ALIKE = 0.5  # of two lines, from which on one is the other reworded
WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Pair(NamedTuple):
    """A line of the old text and one of the new, as HTML; None where the other side has none."""

    old: str | None
    new: str | None
    same: bool = False


def side_by_side(old: Prompt, new: Prompt, note: str = "") -> None:
    """`note` stands behind the old one's name: "in use"."""
    pairs = list(paired(old.text.splitlines(), new.text.splitlines()))
    if all(pair.same for pair in pairs):
        st.info("The two versions say the same.")
        return
    left = f"{old.name}/{old.version}{f', {note}' if note else ''}"
    head = f"<tr><th>{escape(left)}</th><th>{escape(f'{new.name}/{new.version}')}</th></tr>"
    st.html(f'<table class="redline versions">{head}{"".join(_rows(pairs))}</table>')


def paired(old: list[str], new: list[str]) -> Iterator[Pair]:
    """The lines of two texts beside each other, escaped, with what differs between <del> or <ins>."""
    for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            yield from (Pair(escape(line), escape(line), same=True) for line in old[a:b])
        else:
            yield from _reworded(old[a:b], new[c:d])


def _reworded(old: list[str], new: list[str]) -> Iterator[Pair]:
    """Each old line beside the first of the new ones that is like it; the others stand alone."""
    after = 0
    for line in old:
        like = next((place for place in range(after, len(new)) if _alike(line, new[place])), None)
        if like is None:
            yield Pair(_tagged("del", line), None)
            continue
        yield from (Pair(None, _tagged("ins", one)) for one in new[after:like])
        yield _marked(line, new[like])
        after = like + 1
    yield from (Pair(None, _tagged("ins", one)) for one in new[after:])


def _alike(old: str, new: str) -> bool:
    found = SequenceMatcher(None, WORD.findall(old), WORD.findall(new), autojunk=False)
    return found.real_quick_ratio() >= ALIKE and found.quick_ratio() >= ALIKE and found.ratio() >= ALIKE


def _marked(old: str, new: str) -> Pair:
    before, after = WORD.findall(old), WORD.findall(new)
    left, right = "", ""
    for operation, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        left += escape(gone) if operation == "equal" else _tagged("del", gone)
        right += escape(come) if operation == "equal" else _tagged("ins", come)
    return Pair(left, right)


def _tagged(tag: str, words: str) -> str:
    return f"<{tag}>{escape(words)}</{tag}>" if words else ""


def _rows(pairs: list[Pair]) -> Iterator[str]:
    """Lines far from any change are only counted."""
    changed = [place for place, pair in enumerate(pairs) if not pair.same]
    near = {place + step for place in changed for step in range(-AROUND, AROUND + 1)}
    for shown, run in groupby(range(len(pairs)), near.__contains__):
        places = list(run)
        if shown:
            yield from (f"<tr><td>{pairs[at].old or ''}</td><td>{pairs[at].new or ''}</td></tr>" for at in places)
        else:
            yield f'<tr class="same"><td colspan="2">… {count(len(places), "line")} unchanged …</td></tr>'
