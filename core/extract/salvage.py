"""Objects out of whatever a model answered, one by one: a malformed one costs itself and nothing else.

A repairing JSON reader is not used: it completes what was cut off, and a quote that ends where the answer broke off
would pass as the law's own words. Here an object is whole or lost.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from core.types import Rejected

# A sentence of law has hundreds of characters; what is longer than this is no quote of anything.
LONGEST_TEXT = 20_000
LONGEST_DETAIL = 200
# Each mark is passed once: the quantifiers never give back what they took.
STRING = r'"(?:[^"\\]++|\\.)*+"'
WORD = r'[^\s"{}\[\],:]++'
LIST = rf"\[(?:\s*+(?:{STRING}|{WORD})\s*+,?+)*+\s*+\]"
FLAT = re.compile(rf"\{{\s*+(?:{STRING}\s*+:\s*+(?:{STRING}|{LIST}|{WORD})\s*+(?:,\s*+)?+)*+\}}", re.DOTALL)
OPENING = re.compile(r'\{\s*+"(\w{0,40})')
# What steers a terminal, turns the direction of writing, or is not seen at all.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
LEFT_OVER_COMMA = re.compile(rf"({STRING})|,(?=\s*+[}}\]])", re.DOTALL)
NUMBER = re.compile(r"\s*\d{1,3}(?:\.\d{1,20})?\s*", re.ASCII)
FENCE_OPENS = re.compile(r"```\w*+")

NO_JSON = "The answer holds no JSON object that was asked for."
CUT_OFF = "The answer breaks off inside this object."
NOT_JSON = "This object is not valid JSON."
NO_OBJECT = "An object was expected here."
WRONG = {
    "missing": "the field {} is missing",
    "literal_error": "the field {} holds none of the words that were to choose from",
    "less_than_equal": "the field {} is out of its range",
    "greater_than_equal": "the field {} is out of its range",
    "finite_number": "the field {} is out of its range",
    "string_too_long": "the field {} is too long",
    "string_too_short": "the field {} is empty",
    "too_long": "the field {} is too long",
}
WRONG_TYPE = "the field {} is of the wrong type"


def seen(text: str) -> str:
    """A model's own words on one line, with nothing in them that a reader would not see."""
    return " ".join(UNSEEN.sub(" ", text).split())


Text = Annotated[str, Field(strict=True), StringConstraints(max_length=LONGEST_TEXT)]
# Models say null for what there is none of.
MaybeText = Annotated[Text, BeforeValidator(lambda given: "" if given is None else given)]
Words = Annotated[Text, AfterValidator(seen)]
# They say "Obligation" for one of our words, and "0.9" for a number.
Lower = BeforeValidator(lambda given: given.strip().lower() if isinstance(given, str) else given)
Number = BeforeValidator(lambda given: float(given) if isinstance(given, str) and NUMBER.fullmatch(given) else given)
Share = Annotated[float, Number, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


class Answered(BaseModel):
    """What every object of an answer has in common: fields of its own, checked, and no others kept."""

    model_config = ConfigDict(frozen=True, extra="ignore")


T = TypeVar("T", bound=Answered)


@dataclass(frozen=True, slots=True)
class Salvaged(Generic[T]):
    """The sound objects in order, and a Rejected for each that was lost."""

    found: tuple[T, ...]
    rejected: tuple[Rejected, ...]


def salvage(answer: str, kind: type[T], key: str) -> Salvaged[T]:
    """The objects of one kind in an answer that should be `{key: [object, …]}`. Linear in its length; never raises.

    `reason` of what is lost names a field at most; `detail` holds the beginning of what the model wrote there.
    """
    checked, found, rejected = TypeAdapter(kind), list[T](), list[Rejected]()
    for given in objects(answer, key, frozenset(kind.model_fields)):
        if isinstance(given, Rejected):
            rejected.append(given)
            continue
        try:
            found.append(checked.validate_python(given))
        except ValidationError as error:
            rejected.append(Rejected(said_wrong(error), shown(json.dumps(given, ensure_ascii=False, default=str))))
    return Salvaged(tuple(found), tuple(rejected))


def objects(answer: str, key: str, fields: frozenset[str]) -> Iterator[Any]:
    """The raw objects of an answer, or a Rejected for each that cannot be read."""
    whole = loaded(unfenced(answer))
    if whole is None:  # it may stand between words
        whole = loaded(answer[answer.find("{") : answer.rfind("}") + 1])
    listed = whole if isinstance(whole, list) else under(whole, key, fields)
    if listed is None or any(wraps(one, fields) for one in listed):
        yield from picked(answer, key, fields)
        return
    for one in listed:
        yield one if isinstance(one, dict) else Rejected(NO_OBJECT, shown(str(one)))


def unfenced(answer: str) -> str:
    """The answer without a Markdown fence around all of it. Small models go on with spaces until they are cut off."""
    inside = answer.strip()
    opened = FENCE_OPENS.match(inside)
    return inside[opened.end() if opened else 0 :].removesuffix("```")


def under(whole: Any, key: str, fields: frozenset[str]) -> list[Any] | None:
    """The list of a whole answer: under its key, the answer itself where it is one object, or the only list in it."""
    if not isinstance(whole, dict):
        return None
    if isinstance(whole.get(key), list):
        return list(whole[key])
    if fields & whole.keys():
        return [whole]
    lists = [value for value in whole.values() if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else None


def wraps(one: Any, fields: frozenset[str]) -> bool:
    """Whether an object has none of our fields, but others that may hold one that does."""
    held = isinstance(one, dict) and not fields & one.keys()
    return held and any(isinstance(value, dict | list) for value in one.values())


def picked(answer: str, key: str, fields: frozenset[str]) -> Iterator[Any]:
    """Objects without objects in them, wherever they stand: in prose, between broken ones, in what was cut off."""
    at, seen = 0, False
    while opening := OPENING.search(answer, at):
        start, at = opening.start(), opening.end()
        match = FLAT.match(answer, start)
        given = loaded(match.group()) if match else None
        if isinstance(given, dict) and isinstance(given.get(key), list) and not fields & given.keys():
            seen, at = True, match.end() if match else at
        elif isinstance(given, dict) and fields & given.keys():
            seen, at = True, match.end() if match else at
            yield given
        elif opening[1] in fields:
            seen = True
            lost = answer[start : start + LONGEST_DETAIL * 2]
            yield Rejected(NOT_JSON if match or OPENING.search(answer, at) else ended(answer, start), shown(lost))
    if not seen:
        yield Rejected(NO_JSON, shown(answer))


def ended(answer: str, start: int) -> str:
    """Why the last object could not be read: the answer stops in it, or it is closed and malformed."""
    return NOT_JSON if answer.rfind("}") > start else CUT_OFF


def loaded(text: str) -> Any:
    """JSON with raw control characters and left-over commas allowed; None where it is none."""
    for piece in (text, None):
        try:
            return sound(json.loads(LEFT_OVER_COMMA.sub(_kept, text) if piece is None else piece, strict=False))
        except (ValueError, RecursionError):
            continue
    return None


def _kept(found: re.Match[str]) -> str:
    return found[1] or ""


def sound(value: Any) -> Any:
    """The value with nothing in its strings that no text can hold: halves of characters, zero bytes."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [sound(one) for one in value]
    return {sound(name): sound(one) for name, one in value.items()} if isinstance(value, dict) else value


def said_wrong(error: ValidationError) -> str:
    """The first thing wrong, by the name of our own field; nothing of what the model wrote."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    said = WRONG.get(first["type"], WRONG_TYPE).format(first["loc"][0] if first["loc"] else "?")
    return f"{said[:1].upper()}{said[1:]}."


def shown(text: str) -> str:
    """A piece of an answer, short enough to look at, on one line."""
    line = " ".join(text[: LONGEST_DETAIL * 2].split())
    line = line.encode("utf-8", "replace").decode()
    return line if len(line) <= LONGEST_DETAIL else f"{line[: LONGEST_DETAIL - 1]}…"
