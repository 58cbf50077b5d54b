"""Personal data that has a shape: e-mail addresses, telephone and account numbers, cards, identity numbers.

Presidio decides, but takes seconds to load and reads 340 KB a second; so it sees only what already looks like one.
Names of people have no shape and are not found.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from ipaddress import IPv6Address
from typing import Any, NamedTuple

from core.scan.broken import Candidate, addresses, numbers
from core.scan.disguise import Plain, undisguised
from core.scan.findings import Finding
from core.settings import lexicon

LEAST = 0.4  # presidio's score of a shape that fits without any word around it
CONTEXT = 48  # characters before a candidate in which a word such as "telephone" may stand

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"
)
CARD = re.compile(r"(?<![\d.,/-])\d(?:[ -]?\d){11,18}(?![\d/]|[.,]\d)")
SOCIAL_SECURITY = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
NATIONAL_INSURANCE = re.compile(r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b")
ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d]|\.\d)")
# Eight groups, or fewer around "::"; never a time of day, which has at most two colons.
ADDRESS_6 = re.compile(
    r"(?<![\w:.])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"
    r"|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?)(?![\w:])"
)
COLONS = re.compile(":[0-9A-Fa-f]{0,4}:")  # what both forms hold, and law hardly ever
# "+44 20 7946 0958", "+46 (0)8 928 571 38", "905-674-3793 x12", "0490 75 40 81"; `likely` leaves out dates and acts.
PHONE = re.compile(
    r"(?<![\w./-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?)?\d{1,5}(?:[ .-]\d{2,8}){1,5}(?: ?x\d{1,5})?(?![\w/])"
    r"|(?<![\w./-])\+?\d{8,13}(?: ?x\d{1,5})?(?![\w/])"
)
NORTH_AMERICAN = re.compile(r"^(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?: ?x\d{1,5})?$")
DATE = (
    r"(?:\d{1,2}[./ -]\d{1,2}[./ -]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8},? \d{4}|[A-Z][a-z]{2,8} \d{1,2},? \d{4})"
)
BIRTH = re.compile(rf"(?:(?:[Dd]ate|[Dd]ay) of [Bb]irth|\b[Bb]orn(?: on)?|\bDOB)\W{{1,6}}{DATE}")


# How print writes a space, a hyphen, or what the shapes know in ASCII.
PRINTED = {
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
    **dict.fromkeys("\u2010\u2011\u2012\u2013", "-"),
    **{chr(0xFEE0 + code): chr(code) for code in map(ord, "0123456789@.+-")},
}  # fmt: skip
# A soft hyphen at the end of a line shows as one.
SOFT_BREAK = re.compile("\u00ad(?=[ \t]{0,8}\r?\n)")
# Six characters of a number or more, which all the numeric shapes hold; the margins take in what stands around it.
NUMBER = re.compile(r"\d[\d ().-]{4,40}\d")
BEFORE, AFTER = 24, 24


class Shape(NamedTuple):
    """`recogniser`: presidio's class, which has the last word; without one the pattern itself decides.

    `sign` is a plain string without which the shape cannot be; shapes without one hold a NUMBER.
    """

    name: str
    pattern: re.Pattern[str]
    sign: str = ""
    recogniser: str = ""
    entity: str = ""


SHAPES = (
    Shape("e-mail address", EMAIL, "@", "EmailRecognizer", "EMAIL_ADDRESS"),
    Shape("date of birth", BIRTH, "birth"),
    Shape("date of birth", BIRTH, "born"),
    Shape("date of birth", BIRTH, "DOB"),
    Shape("IBAN", IBAN, "", "IbanRecognizer", "IBAN_CODE"),
    Shape("payment card number", CARD, "", "CreditCardRecognizer", "CREDIT_CARD"),
    Shape("US social security number", SOCIAL_SECURITY, "", "UsSsnRecognizer", "US_SSN"),
    Shape("UK national insurance number", NATIONAL_INSURANCE, "", "UkNinoRecognizer", "UK_NINO"),
    Shape("IP address", ADDRESS, "", "IpRecognizer", "IP_ADDRESS"),
    Shape("IP address", ADDRESS_6, ":"),
    Shape("telephone number", PHONE, "", "PhoneRecognizer", "PHONE_NUMBER"),
)

MAILBOX, TELEPHONE = SHAPES[0], SHAPES[-1]


def personal(text: str) -> Iterator[Finding]:
    """Each piece of personal data once, however it is printed: what one shape has claimed, a later one does not."""
    for printed in () if text.isascii() else PRINTED.keys() & set(text):
        text = text.replace(printed, PRINTED[printed])
    plain = Plain(text) if text.isascii() else undisguised(SOFT_BREAK.sub("-", text))
    over = list(over_lines(plain.text))
    for name, start, end in (*over, *shaped(plain.text, over)):
        yield Finding("personal", name, *plain.span(start, end))


def over_lines(text: str) -> Iterator[tuple[str, int, int]]:
    """(what it is, start, end) of what is personal data only when its lines are joined, and in no part of it."""
    for one in addresses(text):
        known = one.words.split("@")[0].lower() in lexicon("personal")["offices"]
        if not known and confirmed(MAILBOX, one.words) and not any(confirmed(MAILBOX, part) for part in one.parts):
            yield MAILBOX.name, one.start, one.end
    end = 0
    for one in numbers(text, PHONE):
        if one.start >= end and is_number(one, text):
            end = one.end
            yield TELEPHONE.name, one.start, one.end


def is_number(one: Candidate, text: str) -> bool:
    """Whether two lines hold one telephone number; columns of a table are none, nor a number and what follows."""
    if not 7 <= digits(one.words) <= 15:
        return False
    before = text[max(0, one.start - CONTEXT) : one.start].lower()
    labels = lexicon("personal")["labels"][TELEPHONE.name]
    if digits(one.parts[0]) < 7 and any(word in before[-labels["within"] :] for word in labels["words"]):
        return True
    if one.hyphen and NORTH_AMERICAN.match(one.words):
        return confirmed(TELEPHONE, one.words)
    if one.words.startswith("+") and (one.hyphen or digits(one.parts[0]) < 9 <= digits(one.words)):
        return True
    near = one.words.startswith("+") or any(word in before for word in lexicon("personal")["near_phones"])
    return (
        near
        and confirmed(TELEPHONE, one.words, whole=True)
        and not any(confirmed(TELEPHONE, part) for part in one.parts)
    )


def digits(words: str) -> int:
    """How many a number has without its extension."""
    return sum(map(str.isdigit, words.partition("x")[0]))


def shaped(text: str, over: Sequence[tuple[str, int, int]] = ()) -> Iterator[tuple[str, int, int]]:
    """(what it is, start, end) in a plainly printed text, beside what was found `over` its lines."""
    numbers = merged((found.start() - BEFORE, found.end() + AFTER) for found in NUMBER.finditer(text))
    claimed = [(start, end) for _, start, end in over]
    for shape in SHAPES:
        for candidate in candidates(shape, text, numbers):
            start, end = candidate.span()
            if any(first < end and start < last for first, last in claimed) or not likely(shape, candidate, text):
                continue
            if shape.recogniser and not (labelled(shape, candidate, text) or confirmed(shape, candidate.group())):
                continue
            claimed.append((start, end))
            yield shape.name, start, end


def candidates(shape: Shape, text: str, numbers: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    if not shape.sign:
        for start, end in numbers:
            yield from shape.pattern.finditer(text, start, end)
    elif shape.sign in text and (shape.pattern is not ADDRESS_6 or COLONS.search(text)):
        yield from shape.pattern.finditer(text)


def merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches given in order; those that touch become one, so that no number is cut."""
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((max(0, start), end))
    return joined


def likely(shape: Shape, candidate: re.Match[str], text: str) -> bool:
    """What law itself is full of is not personal data: section numbers, dates, numbers of acts, office mailboxes."""
    rules, words = lexicon("personal"), candidate.group()
    before = text[max(0, candidate.start() - CONTEXT) : candidate.start()].lower()
    if shape.name == "e-mail address":
        return words.split("@")[0].lower() not in rules["offices"]
    if shape.pattern is ADDRESS_6:
        return is_address(words)
    if shape.name == "IP address":
        parts = [int(part) for part in words.split(".")]
        return max(parts) <= 255 and (max(parts) > 40 or any(word in before for word in rules["near_addresses"]))
    if shape.name == "telephone number":
        if not 7 <= digits(words) <= 15:
            return False
        international = words.startswith("+") and digits(words) >= 9
        return (
            international or bool(NORTH_AMERICAN.match(words)) or any(word in before for word in rules["near_phones"])
        )
    return True


def is_address(words: str) -> bool:
    """Whether it is an address of IPv6, and none that is written like a::b in a program."""
    try:
        return not IPv6Address(words).is_unspecified and any(map(str.isdigit, words))
    except ValueError:
        return False


def labelled(shape: Shape, candidate: re.Match[str], text: str) -> bool:
    """The text itself calls it so just before ("Fax: 467 3395", "my card 6304 2737 3398"), or its country code does."""
    if shape.name == "telephone number" and candidate.group().startswith("+"):
        return True
    labels = lexicon("personal")["labels"].get(shape.name, {"words": (), "within": 0})
    before = text[max(0, candidate.start() - labels["within"]) : candidate.start()].lower()
    return any(word in before for word in labels["words"])


def confirmed(shape: Shape, words: str, *, whole: bool = False) -> bool:
    """Presidio's own judgement (checksums, number plans) of the candidate alone; `whole`: of all of it."""
    results = recogniser(shape.recogniser).analyze(
        words.upper() if shape.name == "IBAN" else words, [shape.entity], None
    )
    return any(
        result.score >= LEAST and (not whole or (result.start, result.end) == (0, len(words))) for result in results
    )


@cache
def recogniser(name: str) -> Any:
    import tldextract

    # Left as it is, it asks the network for a list of suffixes at the first e-mail address.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    from presidio_analyzer import predefined_recognizers

    made = getattr(predefined_recognizers, name)
    return made(supported_regions=tuple(lexicon("personal")["regions"])) if name == "PhoneRecognizer" else made()
