"""Words of time → ISO 8601: "within 72 hours" PT72H, "at least annually" R/P1Y, "by 17 July 2024" a date."""

import re
from collections.abc import Callable, Iterator

from core.extract.numbers import MONTHS, NUMBER_WORD, number
from core.language.patterns import spaced
from core.types import Deadline, DeadlineKind, Passage

_COUNT = rf"(?P<count>\d{{1,4}}|{NUMBER_WORD})(?: \(\d{{1,4}}\))?"
_UNIT = (
    r"(?:calendar |clear |consecutive |full |further |additional )?"
    r"(?P<working>working |business |trading |banking |target )?"
    r"(?:calendar |clear |consecutive |full |further |additional )?(?P<unit>hour|day|week|month|quarter|year)s?\b"
)
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = (
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<us_month>{_MONTH}) (?P<us_day>\d{{1,2}}), (?P<us_year>\d{{4}})|(?P<iso>\d{{4}}-\d{{2}}-\d{{2}}))"
)
_LATEST = (
    r"(?:no later than|not later than|by no later than|in no event later than|at the latest(?: by| on| within)?"
    r"|no more than|not more than|not exceed(?:ing)?|beyond|before the (?:end|expiry) of|by the end of|within)"
)

# "without undue delay", "immediately", "as soon as possible": at once, with no number.
IMMEDIATE = spaced(
    r"\b(?:without (?:any )?(?:undue |unreasonable |unnecessary |further |undue further )?delay",
    r"|with no (?:undue )?delay",
    r"|immediately|promptly|forthwith|as soon as (?:reasonably |practically )?(?:possible|practicable|feasible)",
    r"|at the earliest opportunity|in a timely manner|at once|expeditiously)\b",
)
# "within one month of receipt", "not later than 72 hours after", "at the latest within 15 working days".
PERIOD = spaced(
    rf"\b{_LATEST} (?:at most |a |the )?(?:maximum |further |additional |total |overall )?",
    r"(?:period (?:of |not exceeding |of not more than |of no more than |of up to )",
    r"|maximum of |time limit of |deadline of )?",
    rf"(?:a |an )?(?:further |additional )?(?:{_COUNT} |(?P<single>a |an |the same ))?{_UNIT}",
)
# "30 days before the change", "three months after the end": counted from an event, with no "within".
COUNTED = spaced(
    rf"\b(?:at least |not less than |no less than |no earlier than |a minimum of )?{_COUNT} {_UNIT}",
    r"(?:[’'] (?:prior )?(?:written )?notice)?(?= (?:before|after|following|from|prior to|in advance",
    r"|of (?:the )?(?:receipt|date|notification|publication|becoming)))",
)
# "on 30 days' notice", "at least 60 days' prior written notice".
NOTICE = spaced(
    rf"\b(?:(?:on|upon|with|by|giving) )?(?:at least |not less than |no less than )?{_COUNT} {_UNIT}[’']s?",
    r" (?:prior )?(?:written )?notice\b",
)
# A threshold and no limit: "received more than 37 days before the sale".
THRESHOLD = spaced(r"(?:^|(?P<limit>\b(?:not|no) )|[^a-z])(?:more|less|longer|earlier) than $")
# "for five years", "for a period of at least seven years", "for no longer than six months".
DURATION = spaced(
    r"(?:\b(?:for|during) (?:a |the )?(?:further |additional |minimum |maximum |limited )?",
    r"(?:period |term |duration )?(?:of )?|(?<=,) of )",
    r"(?:at least |a minimum of |up to |no longer than |not more than |no more than |a maximum of ",
    r"|not less than |no less than ",
    rf"|a period of (?:at least )?|a minimum period of |a maximum period of )?{_COUNT} {_UNIT}",
)
KEEPING = spaced(
    r"\b(?:retain|retained|retention|keep|kept|keeping|store|stored|storage|preserve|preserved|maintain|maintained|hold|held",
    r"|archive|archived|available|accessible|records?)\b",
)
# "at least annually", "once a year", "every two years", "on a quarterly basis", "each year".
RECURRENCE = spaced(
    r"\b(?:at least |not less than |no less than )?(?:(?:(?P<times>once|twice|\d times) )?",
    r"(?P<each>every|each|per|a|in each|in every) (?:calendar |financial |successive |reporting |business |working )?",
    rf"(?:(?P<count>\d{{1,3}}|{NUMBER_WORD}|other) )?(?P<unit>day|week|month|quarter|year)s?\b",
    r"|(?:on an? )?(?P<adverb>annually|annual basis|yearly(?: basis)?|monthly(?: basis)?|weekly(?: basis)?",
    r"|daily(?: basis)?",
    r"|quarterly(?: basis)?|half-yearly|semi-annually|biannually|biennially))",
)
# By the first six letters of the adverb.
ADVERBS = {
    "annual": "P1Y", "yearly": "P1Y", "monthl": "P1M", "weekly": "P1W", "daily": "P1D",
    "quarte": "P3M", "half-y": "P6M", "semi-a": "P6M", "biannu": "P6M", "bienni": "P2Y",
}  # fmt: skip
REGULAR = spaced(
    r"\b(?:regularly|periodically|on a regular basis|on a periodic basis|at regular intervals|on an ongoing basis",
    r"|on a continuous basis)\b",
)
# "by 17 January 2025", "no later than 21 July 2021", "by 30 September each year".
DATED = spaced(
    r"\b(?P<lead>by no later than|by|before|no later than|not later than|at the latest by|at the latest on",
    rf"|at the latest|until|on or before|from|as of|as from) (?:the )?{_DATE}",
    r"(?P<yearly> (?:of )?(?:each|every)(?: calendar)? year)?",
)
# "for five years from 1 January 2026": the date is where the period starts.
AFTER_UNIT = re.compile(r"(?:day|week|month|year)s?\s$")
# "within the time limits laid down in Article 20", "within a reasonable period", "in good time before".
OTHER = spaced(
    r"\b(?:within (?:the|a|an) (?:same |applicable |relevant |specified |set |reasonable |appropriate |agreed )?",
    r"(?:time(?:-| )?limits?|time ?frames?|timelines?|periods?|deadlines?|time)|by the deadline|within the deadlines?",
    r"|in good time|in due time|sufficiently in advance|in advance|at the time when|at the time of",
    r"|at the latest at the time of)\b",
)
# What a time runs from: "of receipt of the request", "after having become aware of it".
ANCHOR = spaced(
    r"[’']?\s?,?\s?(?:(?:as )?(?P<how>of|from|after|following|before|prior to|upon|on|starting from|counted from|since",
    r"|once|in advance of)|(?P<soon>as soon as)) (?P<event>[^,;:.()]{3,140})",
)
ANCHOR_STOP = spaced(
    r"\s(?:where|unless|if|and in any|and shall|and,|or within|whichever|when|provided|in accordance|pursuant",
    r"|to the (?:extent|competent)|by means|shall|must|may|which)\b|(?<=request)\sof\b|(?<=application)\sof\b",
)
LETTERS = {"hour": "H", "day": "D", "week": "W", "month": "M", "year": "Y"}
# Without one of these there is no time to read; plain substrings, because they are looked for in every sentence.
ANY_TIME = [
    "hour", "day", "week", "month", "quarter", "year", "annual", "delay", "immediate", "prompt", "forthwith", "soon",
    "earliest", "timely", "once", "expedit", "regular", "periodic", "continuous", "ongoing", "time", "deadline", "20",
    "19", "daily", "advance", "biennial",
]  # fmt: skip


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
        elif iso is None or (
            lead.endswith("from") and AFTER_UNIT.search(text[max(0, match.start() - 9) : match.start()])
        ):
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
    for match in (*NOTICE.finditer(text), *COUNTED.finditer(text)):
        threshold = THRESHOLD.search(text[max(0, match.start() - 20) : match.start()])
        if threshold and not threshold["limit"]:
            continue
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
