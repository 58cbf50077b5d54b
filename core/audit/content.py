"""What a row of the log may hold besides who and when: ids, codes, counts and states, and no sentence of anybody."""

import hmac
import re
from collections.abc import Mapping
from typing import Any

EVENT = re.compile(r"[a-z][a-z_]{0,30}(?:\.[a-z][a-z_]{0,30}){1,2}")
# At most three words, as in "risk reviewer" or "not an obligation", and no sign of an address: a quoted sentence, a
# reason or "ada@example.org" is none of these. Names of models and versions have dots, colons and slashes. Half of a
# pair of code units is no text, and no database keeps it.
CODE = re.compile(r"[^\s@\ud800-\udfff]{1,100}(?: [^\s@\ud800-\udfff]{1,30}){0,2}")
WITHHELD = "hmac:"


def checked(event: str) -> str:
    """The event, or ValueError: it is a word of ours, noun.verb."""
    if not EVENT.fullmatch(event):
        raise ValueError("an event of the log is noun.verb in small letters")
    return event


def safe(key: bytes, value: Any) -> Any:
    """The value without what could be somebody's words: of such a text its digest under the key stays."""
    if isinstance(value, Mapping):
        return {coded(key, str(name)): safe(key, one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        listed = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [safe(key, one) for one in listed]
    if value is None or isinstance(value, bool | int | float):
        return value
    return coded(key, str(value))


def coded(key: bytes, text: str) -> str:
    """The text where it is a code, "" too; else its digest, which can be compared and not read."""
    if not text or CODE.fullmatch(text):
        return text
    return WITHHELD + hmac.digest(key, text.encode("utf-8", "replace"), "sha256").hex()[:32]
