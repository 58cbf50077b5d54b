"""What people are called: shown as they write it, and told apart as a reader would."""

import unicodedata

from core.errors import BadInput
from core.scan.disguise import undisguised
from core.settings import lexicon

# Control, format and private characters, surrogates, and line ends: what a name on a screen must not hold.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def named(given: str) -> str:
    """A name as it is kept: NFKC, single spaces. BadInput says what is wrong with it."""
    name = tidy(given)
    most, reserved = lexicon("limits")["names"]["most"], lexicon("limits")["names"]["reserved"]
    if not any(letter.isalnum() for letter in name):
        raise BadInput("Give a name with at least one letter or digit.")
    if len(name) > most:
        raise BadInput(f"This name has {len(name)} characters; at most {most} are kept.")
    if name != " ".join(unicodedata.normalize("NFKC", given).split()):
        raise BadInput("This name holds characters that nobody sees; write it without them.")
    if folded(name) in map(folded, reserved):
        raise BadInput(f"The name {name!r} is taken by the program itself; choose another.")
    return name


def tidy(given: str) -> str:
    """The same without what no reader sees; for names that come from elsewhere."""
    plain = unicodedata.normalize("NFKC", given)
    shown = (letter if letter.isspace() or unicodedata.category(letter) not in UNSEEN else "" for letter in plain)
    return " ".join("".join(shown).split())


def folded(name: str) -> str:
    """The key of a name: two that a reader would take for the same have the same. "Ada", "ADA" and Cyrillic "Аdа"."""
    plain = undisguised(unicodedata.normalize("NFKC", name)).text
    return " ".join(unicodedata.normalize("NFKC", plain.casefold()).split())
