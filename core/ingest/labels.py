"""Labels in front of a text: "1.", "(a)", "(iv)", "4.2", "—". What each may count as, never where it belongs."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

Numbering = Literal["number", "lower", "upper", "roman", "ROMAN", "decimal", "bullet"]
Value = tuple[int, ...]


class Count(NamedTuple):
    """One way to count a label: "(i)" is roman 1 or letter 9; "(ca)" is letter 3, first insertion."""

    style: tuple[str, Numbering]
    value: Value


@dataclass(frozen=True, slots=True)
class Label:
    """`text` as printed, `name` as cited ("1." is cited "(1)"), `counts` every way to read it.

    `sure` is false where the same characters often open a plain sentence ("12. april", "1.5 million").
    """

    text: str
    name: str
    counts: tuple[Count, ...]
    sure: bool = True

    @property
    def bullet(self) -> bool:
        return self.counts[0].style[1] == "bullet"


# Two-column list rows keep the column bar in Markdown: "(a) | the name of the payer;".
GAP = r"(?:\s*\|)?(?:\s+|$)"
PAREN = re.compile(r"\(\s?(\*{0,3}\d{1,4}[a-z]{0,2}|[A-Za-z]{1,6})\s?\)\s*")
# "4.2", "2.5A", and as the FCA prints its rules: "SYSC 8.1.1R", "8.1.1 R".
DECIMAL = re.compile(
    r"((?:[A-Z]{3,8}\s)?(\d{1,4}[A-Z]?(?:\.\d{1,3}[A-Z]{0,2}){1,5}))\.?(?:\s?([RGEDPCK])(?=\s))?" + GAP
)
DOT = re.compile(r"(\d{1,3}[a-z]{0,2}|[A-Za-z]|[ivxlc]{1,5}|[IVXLC]{1,5})\.(?:[—–-]|\s*(?=\()|" + GAP + ")")
HALF = re.compile(r"(\d{1,3}|[A-Za-z]|[ivxlc]{1,5})\)" + GAP)
BARE = re.compile(r"(\d{1,3})\s+(?=\S)")
BULLET = re.compile(r"([—–‐‑•·▪◦●○■□‣⁃-])" + GAP)
OPENING_QUOTE = re.compile(r"[‘“„«\"'‚]\s?")
BAR = re.compile(r"\|\s*")

ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})|(x[lc]|l?x{0,3})(ix|iv|v?i{0,3})|c{1,3}(x[lc]|l?x{0,3})(ix|iv|v?i{0,3})")
DIGIT = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def roman(text: str) -> int:
    """The value of a well-formed lower-case roman numeral under 400; 0 for anything else."""
    if not text or not ROMAN.fullmatch(text):
        return 0
    values = [DIGIT[letter] for letter in text]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def letters(text: str) -> list[Value]:
    """How lower-case letters count: "c" is 3; "aa" is 27 or the first insertion after "a"; "ca" follows "c"."""
    ordinals = [ord(letter) - 96 for letter in text]
    if len(text) == 1:
        return [(ordinals[0],)]
    if len(text) == 2:
        doubled = [(26 + ordinals[0],)] if text[0] == text[1] else []
        return [*doubled, (ordinals[0], ordinals[1])]
    return [(26 * (len(text) - 1) + ordinals[0],)] if len(set(text)) == 1 else []


@lru_cache(maxsize=4_096)
def counts(body: str, form: str) -> tuple[Count, ...]:
    """All readings of a label's body ("12", "12a", "iv", "B"), the likelier first."""
    if body.startswith("*"):
        return counts(body.strip("*"), "*")
    if body[0].isdigit():
        digits = re.match(r"\d+", body)
        assert digits is not None
        inserted = letters(body[digits.end() :].lower()) if digits.end() < len(body) else [()]
        return tuple(Count((form, "number"), (int(digits.group()), *value)) for value in inserted)
    if body.islower():
        numeral = [Count((form, "roman"), (roman(body),))] if roman(body) else []
        letter = [Count((form, "lower"), value) for value in letters(body)]
        return (*letter, *numeral) if len(body) == 1 else (*numeral, *letter)
    if body.isupper():
        numeral = [Count((form, "ROMAN"), (roman(body.lower()),))] if roman(body.lower()) else []
        letter = [Count((form, "upper"), value) for value in letters(body.lower()) if len(value) == 1]
        return (*letter, *numeral) if len(body) == 1 else (*numeral, *letter)
    return ()


def leading(text: str, start: int, end: int, heading: bool = False) -> tuple[tuple[Label, ...], int]:
    """The labels that text[start:end] opens with, outermost first, and where its content starts.

    Usually none or one; "(a)(1)" and "4.—(1)" are chains. An opening quotation mark before a label is skipped.
    In a heading a bare number is a label too: "4 Incident response".
    """
    bare = BARE.match(text, start, end) if heading else None
    if bare:
        return (Label(bare[1], f"({bare[1]})", counts(bare[1], "."), sure=False),), bare.end()
    quote = OPENING_QUOTE.match(text, start, end)
    position = quote.end() if quote else start
    found: list[Label] = []
    while len(found) < 4:
        label, after = one(text, position, end, found[-1] if found else None)
        if label is None:
            break
        found.append(label)
        position = after
    bar = BAR.match(text, position, end) if found else None
    return tuple(found), (bar.end() if bar else position) if found else start


def one(text: str, position: int, end: int, before: Label | None) -> tuple[Label | None, int]:
    """The next label at `position`; `before` is the one in front of it, if any."""
    paren = PAREN.match(text, position, end)
    if paren:
        readings = counts(paren[1], "()")
        # "(a)(1)" and "4.—(1)" are chains, and so is "2.4 (1)"; "(b) (ii) of Article 3 applies" has one label.
        glued = before is None or not text[position - 1].isspace()
        opens = before is not None and not before.text.startswith("(") and any(first(c.value) for c in readings)
        if not readings or not (glued or opens):
            return None, position
        return Label(paren[0].strip(), f"({paren[1]})", readings), paren.end()
    if before is not None:
        return None, position
    decimal = DECIMAL.match(text, position, end)
    if decimal:
        value = tuple(int(re.sub(r"\D", "", step)) for step in decimal[2].split("."))
        name = decimal[1] + (decimal[3] or "")
        return Label(decimal[1], name, (Count(("", "decimal"), value),), sure=False), decimal.end()
    for pattern, form in ((DOT, "."), (HALF, ")")):
        match = pattern.match(text, position, end)
        if match and (readings := counts(match[1], form)):
            return Label(match[1] + form, f"({match[1]})", readings, sure=False), match.end()
    bullet = BULLET.match(text, position, end)
    if bullet:
        return Label(bullet[1], bullet[1], (Count(("", "bullet"), (1,)),)), bullet.end()
    return None, position


def follows(value: Value, last: Value) -> bool:
    """Whether `value` is the next in a list after `last`: 4 after 3, 3a after 3, 3b after 3a, 4 after 3b."""
    if len(value) == 1:
        return value[0] == last[0] + 1
    before = last[1] if len(last) > 1 else 0
    return value[0] == last[0] and value[1] == before + 1


def first(value: Value) -> bool:
    return value in {(1,), (0,)}
