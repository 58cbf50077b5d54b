"""Words of time → ISO 8601: "within 72 hours" PT72H, "at least annually" R/P1Y, "by 17 July 2024" a date."""

import re
from collections.abc import Callable, Iterator

from core.types import Deadline, DeadlineKind, Passage

UNITS_SMALL = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
WORDS = {word: value for value, word in enumerate(UNITS_SMALL.split(), 1)} | {
    "a": 1, "an": 1, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60, "seventy": 70,
    "seventy-two": 72, "eighty": 80, "ninety": 90, "twenty-one": 21, "twenty-four": 24, "twenty-eight": 28, "forty-eight": 48,
    "twenty-five": 25, "thirty-six": 36, "thirty-five": 35,
}  # fmt: skip
MONTHS = {name: number for number, name in enumerate(
    "january february march april may june july august september october november december".split(), 1)}  # fmt: skip

_NUMBER_WORD = "|".join(sorted((w for w in WORDS if len(w) > 2), key=len, reverse=True))
_COUNT = rf"(?P<count>\d{{1,4}}|{_NUMBER_WORD})(?:\s\(\d{{1,4}}\))?"
_UNIT = r"(?P<working>working |business |trading |banking |target )?(?:calendar |clear |consecutive |full |further |additional )?(?P<unit>hour|day|week|month|quarter|year)s?\b"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?P<month>{_MONTH})(?:,?\s(?P<year>\d{{4}}))?|(?P<us_month>{_MONTH})\s(?P<us_day>\d{{1,2}}),\s(?P<us_year>\d{{4}})|(?P<iso>\d{{4}}-\d{{2}}-\d{{2}}))"
_LATEST = r"(?:no later than|not later than|by no later than|in no event later than|at the latest(?: by| on| within)?|no more than|not more than|within)"

# "without undue delay", "immediately", "as soon as possible": at once, with no number.
IMMEDIATE = re.compile(
    r"\b(?:without (?:any )?(?:undue |unreasonable |unnecessary |further |undue further )?delay|with no (?:undue )?delay|immediately|promptly|forthwith|"
    r"as soon as (?:reasonably |practically )?(?:possible|practicable|feasible)|at the earliest opportunity|in a timely manner|at once|expeditiously)\b",
    re.IGNORECASE,
)
# "within one month of receipt", "not later than 72 hours after", "at the latest within 15 working days".
PERIOD = re.compile(
    rf"\b(?:{_LATEST}|within)\s(?:at most |a |the )?(?:maximum |further |additional |total |overall )?(?:period of |maximum of |time limit of |deadline of )?"
    rf"(?:a |an )?(?:further |additional )?(?:{_COUNT}\s|(?P<single>a |an |the same ))?{_UNIT}",
    re.IGNORECASE,
)
# "30 days before the change", "three months after the end": counted from an event, with no "within".
COUNTED = re.compile(
    rf"\b(?:at least |not less than |no less than |no earlier than |a minimum of )?{_COUNT}\s{_UNIT}(?:[’'] (?:prior )?(?:written )?notice)?"
    r"(?=\s(?:before|after|following|from|prior to|in advance|of (?:the )?(?:receipt|date|notification|publication|becoming)))",
    re.IGNORECASE,
)
# "for five years", "for a period of at least seven years", "for no longer than six months".
DURATION = re.compile(
    rf"\b(?:for|during)\s(?:a |the )?(?:further |additional |minimum |maximum |limited )?(?:period |term |duration )?(?:of )?(?:at least |a minimum of |up to |no longer than |"
    rf"not more than |no more than |a maximum of |not less than |a period of |a period of at least |no less than |a minimum period of |a maximum period of )?{_COUNT}\s{_UNIT}",
    re.IGNORECASE,
)
KEEPING = re.compile(
    r"\b(?:retain|retained|retention|keep|kept|keeping|store|stored|storage|preserve|preserved|maintain|maintained|hold|held|archive|archived|available|accessible|records?)\b",
    re.IGNORECASE,
)
# "at least annually", "once a year", "every two years", "on a quarterly basis", "each year".
RECURRENCE = re.compile(
    rf"\b(?:at least |not less than |no less than )?(?:(?:(?P<times>once|twice|\d times) )?(?P<each>every|each|per|a|in each|in every)\s(?:calendar |financial |successive |reporting )?"
    rf"(?:(?P<count>\d{{1,3}}|{_NUMBER_WORD}|other)\s)?(?P<unit>day|week|month|quarter|year)s?\b"
    r"|(?:on an? )?(?P<adverb>annually|annual basis|yearly(?: basis)?|monthly(?: basis)?|weekly(?: basis)?|daily(?: basis)?|quarterly(?: basis)?|half-yearly|semi-annually|biannually|biennially))",
    re.IGNORECASE,
)
ADVERBS = {"annual": "P1Y", "yearly": "P1Y", "monthl": "P1M", "weekly": "P1W", "daily": "P1D", "daily ": "P1D", "quarte": "P3M",
           "half-y": "P6M", "semi-a": "P6M", "biannu": "P6M", "bienni": "P2Y"}  # fmt: skip
REGULAR = re.compile(
    r"\b(?:regularly|periodically|on a regular basis|on a periodic basis|at regular intervals|on an ongoing basis|on a continuous basis)\b",
    re.IGNORECASE,
)
# "by 17 January 2025", "no later than 21 July 2021", "by 30 September each year".
DATED = re.compile(
    rf"\b(?P<lead>by no later than|by|before|no later than|not later than|at the latest by|at the latest on|at the latest|until|on or before|from|as of|as from)\s(?:the )?{_DATE}"
    r"(?P<yearly>\s(?:of )?(?:each|every)(?: calendar)? year)?",
    re.IGNORECASE,
)
# "within the time limits laid down in Article 20", "within a reasonable period", "in good time before".
OTHER = re.compile(
    r"\b(?:within (?:the|a|an) (?:same |applicable |relevant |specified |set |reasonable |appropriate |agreed )?(?:time[- ]?limits?|time ?frames?|timelines?|periods?|deadlines?|time)"
    r"|by the deadline|within the deadlines?|in good time|in due time|sufficiently in advance|in advance|at the time when|at the time of|at the latest at the time of)\b",
    re.IGNORECASE,
)
# What a time runs from: "of receipt of the request", "after having become aware of it".
ANCHOR = re.compile(
    r"[’']?\s?,?\s?(?:(?:as )?(?P<how>of|from|after|following|before|prior to|upon|on|starting from|counted from|since|once|in advance of)"
    r"|(?P<soon>as soon as))\s(?P<event>[^,;:.()]{3,140})",
    re.IGNORECASE,
)
ANCHOR_STOP = re.compile(
    r"\s(?:where|unless|if|and in any|and shall|and, |or within|whichever|when|provided|in accordance|pursuant|to the (?:extent|competent)|by means|shall|must|may|which)\b|(?<=request)\sof\b|(?<=application)\sof\b"
)
LETTERS = {"hour": "H", "day": "D", "week": "W", "month": "M", "year": "Y"}


# Without one of these there is no time to read; plain substrings, because they are looked for in every sentence.
ANY_TIME = """hour day week month quarter year annual delay immediate prompt forthwith soon earliest timely once expedit
regular periodic continuous ongoing time deadline 20 19 daily advance biennial""".split()


def deadlines(text: str, offset: int = 0) -> tuple[Deadline, ...]:
    """Every time in a sentence, in text order; `offset` is added to each start. Overlaps go to the earlier reader."""
    low = text.lower()
    if not any(word in low for word in ANY_TIME):
        return ()
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, Deadline]] = []
    for reader in READERS:
        for start, end, made in reader(text):
            if not any(start < e and s < end for s, e in taken):
                taken.append((start, end))
                passage = Passage(text[start:end], offset + start)
                found.append((start, made(passage)))
    found.sort(key=lambda item: item[0])
    return tuple(deadline for _, deadline in found)


Made = Iterator[tuple[int, int, Callable[[Passage], Deadline]]]


def _make(
    kind: DeadlineKind, iso: str | None, working: bool = False, anchor: str | None = None, date: str | None = None
) -> Callable[[Passage], Deadline]:
    return lambda passage: Deadline(passage, kind, iso, "working" if working else "calendar", anchor, date)


def anchor_after(text: str, end: int) -> str | None:
    """The event named right after a time, without its preposition; None when none is."""
    match = ANCHOR.match(text, end)
    if not match:
        return None
    event = match["event"]
    stop = ANCHOR_STOP.search(event)
    event = (event[: stop.start()] if stop else event).strip()
    return event or None


def number(word: str) -> int:
    return int(word) if word.isdigit() else WORDS[word.lower()]


def duration(count: int, unit: str) -> str:
    unit = unit.lower()
    if unit == "quarter":
        return f"P{3 * count}M"
    return f"PT{count}H" if unit == "hour" else f"P{count}{LETTERS[unit]}"


def _dates(text: str) -> Made:
    for match in DATED.finditer(text):
        iso = _date(match)
        lead = match["lead"].lower()
        if match["yearly"]:
            yield match.start(), match.end(), _make("recurrence", "R/P1Y", anchor=f"{match['day']} {match['month']}")
        elif iso is None:
            continue
        elif lead in ("from", "as of", "as from", "until"):
            yield match.start(), match.end(), _make("other", iso, date=iso)
        else:
            yield match.start(), match.end(), _make("date", iso, date=iso)


def _date(match: re.Match[str]) -> str | None:
    if match["iso"]:
        return match["iso"]
    day, month, year = (
        match["day"] or match["us_day"],
        match["month"] or match["us_month"],
        match["year"] or match["us_year"],
    )
    if not year:
        return None
    return f"{int(year):04d}-{MONTHS[month.lower()]:02d}-{int(day):02d}"


def _periods(text: str) -> Made:
    for match in PERIOD.finditer(text):
        single = match["single"]
        if not match["count"] and not single:
            continue
        count = number(match["count"]) if match["count"] else 1
        iso = duration(count, match["unit"])
        yield match.start(), match.end(), _make("period", iso, bool(match["working"]), anchor_after(text, match.end()))


def _durations(text: str) -> Made:
    for match in DURATION.finditer(text):
        near = text[max(0, match.start() - 160) : match.end() + 40]
        kind: DeadlineKind = "retention" if KEEPING.search(near) else "other"
        iso = duration(number(match["count"]), match["unit"])
        yield match.start(), match.end(), _make(kind, iso, bool(match["working"]), anchor_after(text, match.end()))


def _counted(text: str) -> Made:
    for match in COUNTED.finditer(text):
        iso = duration(number(match["count"]), match["unit"])
        yield match.start(), match.end(), _make("period", iso, bool(match["working"]), anchor_after(text, match.end()))


def _recurrences(text: str) -> Made:
    for match in RECURRENCE.finditer(text):
        if match["adverb"]:
            adverb = match["adverb"].lower()
            yield match.start(), match.end(), _make("recurrence", f"R/{ADVERBS[adverb[:6].strip()]}")
            continue
        each = match["each"].lower()
        if each in ("a", "per") and not match["times"]:
            continue
        word = (match["count"] or "1").lower()
        count = 2 if word == "other" else number(word)
        iso = (
            "P6M"
            if (match["times"] or "").lower() == "twice" and match["unit"].lower() == "year"
            else duration(count, match["unit"])
        )
        yield match.start(), match.end(), _make("recurrence", f"R/{iso}")
    for match in REGULAR.finditer(text):
        yield match.start(), match.end(), _make("recurrence", None)


def _immediate(text: str) -> Made:
    for match in IMMEDIATE.finditer(text):
        follows = ANCHOR.match(text, match.end())
        wanted = follows and (follows["soon"] or follows["how"].lower() in ("after", "upon", "following", "once", "on"))
        yield (
            match.start(),
            match.end(),
            _make("immediate", None, anchor=anchor_after(text, match.end()) if wanted else None),
        )


def _others(text: str) -> Made:
    for match in OTHER.finditer(text):
        yield match.start(), match.end(), _make("other", None, anchor=anchor_after(text, match.end()))


READERS: tuple[Callable[[str], Made], ...] = (_dates, _periods, _durations, _counted, _recurrences, _immediate, _others)
