"""Personal data and secrets on their way to a hosted model: replaced by tokens of the same length, put back after it.

Because lengths stay, a place in the masked text is the same place in the text. A token is one word of capital letters,
which models copy as it stands. It says nothing of its value: which one a value gets is decided by order alone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, count
from json import dumps
from random import Random
from typing import NamedTuple

from core.scan.personal import personal
from core.scan.secrets import secrets
from core.types import ChatRequest

PERSONAL = frozenset({"personal"})  # as `allow`: the card's owner lets personal data go as it is; secrets still do not

# No vowels, so that no word comes of them, and no letters of which a word that the scanners look for can be made.
LETTERS = "BCDFGHJKLNPQRTVWXZ"
LEAST_LETTERS = 6  # without the word for its kind: 34 million tokens
MOST_LETTERS = 48  # no value that anybody quotes is longer; the rest of a key is filled up
# What the model is told of a value. Words that make the scanners see a telephone number in what follows are avoided.
KINDS = {
    "e-mail address": "EMAIL",
    "telephone number": "SUBSCRIBER",
    "date of birth": "BIRTHDATE",
    "IBAN": "ACCOUNT",
    "payment card number": "PAYCARD",
    "IP address": "NETADDRESS",
}
OTHER_KINDS = "WITHHELD"
# A secret goes on as long as its letters do, also where the scanner has seen enough of it.
SECRET_TAIL = re.compile(r"[\w+/=~-]*")
# Behind a private key's first line: its last one within so many characters, or what looks like lines of a key.
KEY_END, LONGEST_KEY = "-----END ", 20_000
KEY_LINES = re.compile(r"(?:\s{1,4}[A-Za-z0-9+/=]{16,80})*")
# Between messages that are masked together: longer than any gap that a scanner reads across.
BETWEEN = "\x1e" * 8


class Stretch(NamedTuple):
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Masked:
    """`pairs` are (token, value). No token stands in another, in the text as it was, or twice for different values."""

    text: str
    pairs: tuple[tuple[str, str], ...] = ()

    def restore(self, answer: str, *, json: bool) -> str:
        """The answer with each whole token made its value again, escaped where the answer is `json`.

        A token that the model changed in any way stays what it is: what holds it will not be found in the text.
        """
        if not self.pairs:
            return answer
        values = {token: dumps(value, ensure_ascii=False)[1:-1] if json else value for token, value in self.pairs}
        return re.sub("|".join(values), lambda found: values[found[0]], answer)


def masked(text: str, allow: frozenset[str] = frozenset(), beside: str = "") -> Masked:
    """The text without personal data and secrets. `allow`: kinds ("personal") or names of findings that may stay.

    `beside` is what else the model reads; no token stands there either. A secret is never allowed.
    """
    stretches, attempt = _found(text, allow), 0
    while stretches:
        made = _replaced(text, stretches, attempt, beside)
        # What was next to a value may be one itself now that its neighbour is a word ("a@b.example@c.example").
        left = _found(made.text, allow)
        wider = _joined([*stretches, *left, *_elsewhere(text, stretches)])
        if [one[:2] for one in wider] != [one[:2] for one in stretches]:
            stretches = wider
        elif not left and made.restore(made.text, json=False) == text:
            return made
        else:
            attempt += 1
    return Masked(text)


def mask_request(request: ChatRequest, allow: frozenset[str] = frozenset()) -> tuple[ChatRequest, Masked]:
    """The request as a hosted model may see it: all messages together, so that a value is one token in all of them.

    The system turn and the schema are ours and stay.
    """
    texts = [message.content for message in request.messages]
    beside = request.system + dumps(dict(request.schema or {}))
    whole = masked(BETWEEN.join(texts), allow, beside)
    starts = accumulate((len(text) + len(BETWEEN) for text in texts), initial=0)
    messages = tuple(
        replace(message, content=whole.text[start : start + len(message.content)])
        for message, start in zip(request.messages, starts, strict=False)
    )
    return replace(request, messages=messages), whole


def _found(text: str, allow: frozenset[str]) -> list[Stretch]:
    found = [
        Stretch(one.start, one.end, one.name)
        for one in personal(text)
        if one.start is not None and one.end is not None and not {one.kind, one.name} & allow
    ]
    for one in secrets(text):
        if one.start is not None and one.end is not None:
            end = _key_end(text, one.end) if one.name == "private key" else one.end
            tail = SECRET_TAIL.match(text, end)
            found.append(Stretch(one.start, tail.end() if tail else end, one.name))
    return _joined(found)


def _key_end(text: str, start: int) -> int:
    """Where the private key ends whose first line ends at `start`: the scanner reports that line alone."""
    end = text.find(KEY_END, start, start + LONGEST_KEY)
    if end >= 0 and BETWEEN not in text[start:end]:
        return end + len(KEY_END)  # the rest of this line is no secret, and what is left of it is no key
    lines = KEY_LINES.match(text, start)
    return lines.end() if lines else start


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order; those that overlap or touch become one."""
    joined: list[Stretch] = []
    for one in sorted(stretches):
        if joined and one.start <= joined[-1].end:
            last = joined[-1]
            joined[-1] = last._replace(end=max(last.end, one.end))
        else:
            joined.append(one)
    return joined


def _elsewhere(text: str, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The same values where nothing around them told what they are ("Phone: 467 3395 … or 467 3395")."""
    for value, kind in {text[one.start : one.end]: one.kind for one in stretches}.items():
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if not _goes_on(text[at - 1 : at], value[0]) and not _goes_on(value[-1], text[end : end + 1]):
                yield Stretch(at, end, kind)
            at = text.find(value, end)


def _goes_on(left: str, right: str) -> bool:
    """Whether two characters that stand side by side belong to one word or number."""
    return left.isalnum() and right.isalnum()


def _replaced(text: str, stretches: list[Stretch], attempt: int, beside: str) -> Masked:
    there = f"{text}{BETWEEN}{beside}".casefold()
    tokens: dict[str, str] = {}
    parts: list[str] = []
    done = 0
    for start, end, kind in stretches:
        value = text[start:end]
        if value not in tokens:
            tokens[value] = _token(len(value), kind, there, tokens.values(), f"{len(tokens)}/{attempt}")
        parts += [text[done:start], tokens[value]]
        done = end
    return Masked("".join([*parts, text[done:]]), tuple((token, value) for value, token in tokens.items()))


def _token(length: int, kind: str, there: str, taken: Iterable[str], seed: str) -> str:
    """A word of this length that stands nowhere yet, in capitals or not, and in which no other token stands."""
    word = KINDS.get(kind, OTHER_KINDS)[: max(0, length - LEAST_LETTERS)]
    for attempt in count():
        letters = Random(f"{seed}/{attempt}").choices(LETTERS, k=min(length - len(word), MOST_LETTERS))
        token = (word + "".join(letters)).ljust(length, "X")
        if token.casefold() not in there and not any(token in other or other in token for other in taken):
            return token
    raise AssertionError  # `count` has no end
