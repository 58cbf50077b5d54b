"""Which passwords are too easy to guess: short ones, common ones, walks over the keyboard, one's own name."""

import re
import unicodedata
from itertools import pairwise
from typing import Any

from core.errors import BadInput
from core.identity.names import folded
from core.settings import lexicon

NO_LETTER_OR_DIGIT = re.compile(r"[\W_]")
DIGIT = re.compile(r"\d")


def require_strong(password: str, name: str) -> None:
    """BadInput says what is wrong, never with a part of the password."""
    rules = _rules()
    if len(password) < rules["least"]:
        raise BadInput(f"Take at least {rules['least']} characters: four words in a row are easy to remember.")
    if len(password) > most():
        raise BadInput(f"Take at most {most():,} characters.")
    if why := weakness(password, name):
        raise BadInput(f"{why}; take four words in a row that nobody would expect.")


def weakness(password: str, name: str) -> str:
    """Why it is guessed early, "" where nothing is known against it."""
    rules = _rules()
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < rules["different"]:
        return "This repeats a few characters"
    if any(_walks(plain, row) for row in rules["rows"]):
        return "This is a row of keys or numbers"
    core = _core(plain)
    if _made_of(core, rules["common"]) or _made_of(_core(_period(plain)), rules["common"]):
        return "This is one of the passwords that are tried first"
    own = folded(name).replace(" ", "")
    if len(own) >= 3 and len(core.replace(own, "")) < rules["beside_name"] and own in core:
        return "This is little more than the name"
    return ""


def most() -> int:
    return int(_rules()["most"])


def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = lexicon("limits")["passwords"]
    return rules


def _core(plain: str) -> str:
    """The word in it: without the digits and signs around it, and with letters for those that stand for letters."""
    letters = [place for place, mark in enumerate(plain) if mark.isalpha()]
    inner = plain[letters[0] : letters[-1] + 1] if letters else ""
    return NO_LETTER_OR_DIGIT.sub("", inner.translate(str.maketrans(_rules()["stand_for"])))


def _made_of(core: str, common: list[str]) -> bool:
    """Whether next to nothing is left without the common words."""
    for word in sorted(common, key=len, reverse=True):
        core = core.replace(word, "")
    return len(DIGIT.sub("", core)) < 3


def _walks(plain: str, row: str) -> bool:
    """Whether most of it goes along a row of keys, forwards or backwards."""
    steps = {*pairwise(row), *pairwise(row[::-1])}
    along = sum(pair in steps for pair in pairwise(plain))
    return along >= float(_rules()["along"]) * (len(plain) - 1)


def _period(plain: str) -> str:
    """The shortest piece of which the text is a repetition: itself, mostly."""
    return plain[: (plain + plain).find(plain, 1)]
