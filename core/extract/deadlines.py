"""Words of time → ISO 8601: "within 72 hours" PT72H, "at least annually" R/P1Y, "by 17 July 2024" a date."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from core.extract import times
from core.extract.numbers import MONTHS, nth, number
from core.language.verbs import is_base, is_third_person
from core.types import Deadline, DeadlineKind, Passage

LETTERS = {"hour": "H", "day": "D", "week": "W", "month": "M", "year": "Y"}
UNIT_WORDS = ("hour", "day", "week", "month", "year", "quarter", "minute")
RHYTHMS = (
    "each",
    "every",
    "once",
    "twice",
    "times",
    "annual",
    "yearly",
    "month",
    "week",
    "daily",
    "quarter",
    "bienn",
    "trienn",
)
# A yearless date limits something each year only where it is a limit.
FROM_ON = frozenset({"from", "as of", "as from", "until", "with effect from", "starting from", "starting on",
                     "beginning on", "no earlier than", "not earlier than"})  # fmt: skip
# What comes right after a time belongs to it as its anchor.
ADJACENT = 3


@dataclass(frozen=True, slots=True)
class Read:
    """A time as a reader found it: text[start:end] and what it says."""

    start: int
    end: int
    kind: DeadlineKind
    iso: str | None = None
    working: bool = False
    anchor: str | None = None
    date: str | None = None


Reader = Callable[[str], Iterator[Read]]


@lru_cache(maxsize=256)  # a lead-in is read anew for each of its items, a sentence for each of its norms
def deadlines(text: str, offset: int = 0) -> tuple[Deadline, ...]:
    """Every time in a sentence, in text order; `offset` is added to each start. Overlaps go to the earlier reader."""
    low = text.lower()
    found: list[Read] = []
    for words, reader in READERS:
        if not any(map(low.__contains__, words)):
            continue
        for read in reader(text):
            if not any(read.start < other.end and other.start < read.end for other in found):
                found.append(read)
    found = [read for read in found if not _anchored(read, found)]
    found.sort(key=lambda read: read.start)
    return tuple(
        Deadline(
            Passage(text[read.start : read.end], offset + read.start),
            read.kind, read.iso, "working" if read.working else "calendar", read.anchor, read.date,
        )
        for read in found
    )  # fmt: skip


def _anchored(read: Read, found: Iterable[Read]) -> bool:
    """ "30 days before the change": the event is the anchor of the time in front of it and no time of its own."""
    return read.kind == "other" and any(0 <= read.start - other.end <= ADJACENT for other in found if other.anchor)


def anchor_after(text: str, end: int) -> str | None:
    """The event named right after a time, without its preposition; None when none is."""
    match = times.ANCHOR.match(text, end)
    return event_of(match["event"] or text[match.start("soon") :][:140]) if match else None


def event_of(event: str) -> str | None:
    """An event up to where the sentence goes on: "its receipt and keep it there" is "its receipt"."""
    stop = times.ANCHOR_STOP.search(event)
    event = event[: stop.start()] if stop else event
    for further in times.AND_ALSO.finditer(event):
        if is_base(further["verb"].lower()):
            event = event[: further.start()]
            break
    return event.strip() or None


def duration(count: int, unit: str) -> str:
    unit = unit.lower()
    if unit == "quarter":
        return f"P{3 * count}M"
    if unit == "fortnight":
        return f"P{2 * count}W"
    if unit in ("hour", "minute"):
        return f"PT{count}{unit[0].upper()}"
    return f"P{count}{LETTERS[unit]}"


def _length(text: str, match: re.Match[str], kind: DeadlineKind, count: int | None = None) -> Read:
    """A read of COUNT and UNIT, with its anchor behind it."""
    value = count if count is not None else number(match["count"])
    holidays = times.NO_HOLIDAYS.match(text, match.end()) is not None
    working = bool(match["working"]) or holidays
    iso = duration(value, match["unit"])
    return Read(match.start(), match.end(), kind, iso, working, anchor_after(text, match.end()))


def _dates(text: str) -> Iterator[Read]:
    for match in times.DATED.finditer(text):
        lead, iso = " ".join(match["lead"].lower().split()), _date(match)
        day = f"{match['day']} {match['month']}" if match["day"] else f"{match['us_month']} {match['us_day']}"
        if match["yearly"] or (iso is None and lead != "on" and lead not in FROM_ON):
            yield Read(match.start(), match.end(), "recurrence", "R/P1Y", anchor=day)
        elif iso is None or lead == "on" or (lead == "from" and _after_unit(text, match.start())):
            continue
        else:
            yield Read(match.start(), match.end(), "other" if lead in FROM_ON else "date", iso, date=iso)
    for match in times.END_OF.finditer(text):
        year, month = int(match["year"]), MONTHS[match["month"].lower()] if match["month"] else 12
        iso = f"{year:04d}-{month:02d}-{monthrange(year, month)[1]:02d}"
        yield Read(match.start(), match.end(), "date", iso, date=iso)


def _date(match: re.Match[str]) -> str | None:
    if match["iso"]:
        return match["iso"]
    day, month, year = (
        match["day"] or match["us_day"],
        match["month"] or match["us_month"],
        match["year"] or match["us_year"],
    )
    return f"{int(year):04d}-{MONTHS[month.lower()]:02d}-{int(day):02d}" if year else None


def _after_unit(text: str, start: int) -> bool:
    return times.AFTER_UNIT.search(text[max(0, start - 9) : start]) is not None


def _days(text: str) -> Iterator[Read]:
    """ "by the end of the following business day", "on or before the tenth day of each month"."""
    for match in times.DAY_OF.finditer(text):
        yield Read(match.start(), match.end(), "recurrence", f"R/{duration(1, match['unit'])}", anchor=_nth_day(match))
    for match in times.NTH_DAY.finditer(text):
        working = (match["working"] or "").strip().lower() not in ("", "calendar")
        ends = re.search(r"\b(?:end|close)\b", match.group(), re.IGNORECASE)
        follows = re.match(r"\s(?:following|after)\b", text[match.end() :], re.IGNORECASE)
        if not (match["nth"] or working) or not (match["nth"] or ends or follows):
            continue
        word = (match["nth"] or "").lower()
        count = (
            0 if word == "same" else 1 if word in ("next", "following") else nth(word) if word else int(bool(follows))
        )
        if word and word[0].isalpha() and word not in ("same", "next", "following") and not (follows or working):
            continue
        yield Read(match.start(), match.end(), "period", f"P{count}D", working, anchor_after(text, match.end()))


def _nth_day(match: re.Match[str]) -> str:
    return f"{match['nth']} day"


def _periods(text: str) -> Iterator[Read]:
    last: DeadlineKind | None = None
    for match in times.PERIOD.finditer(text):
        if not match["count"] and not match["single"]:
            continue
        if times.LOOKS_BACK.match(text, match.end()):
            continue
        last = "period"
        yield _length(text, match, "period", None if match["count"] else 1)
    if last:
        for match in times.ONE_MORE.finditer(text):
            read = _length(text, match, "period")
            lead = len(match.group()) - len(
                match.group().lstrip(", ").removeprefix("and ").removeprefix("or ").removeprefix("to ")
            )
            yield Read(match.start() + lead, read.end, "period", read.iso, read.working, read.anchor)


def _durations(text: str) -> Iterator[Read]:
    for match in times.DURATION.finditer(text):
        near = text[max(0, match.start() - 160) : match.end() + 80]
        yield _length(text, match, "retention" if times.KEEPING.search(near) else "other")


def _counted(text: str) -> Iterator[Read]:
    for match in (*times.EXTENDED.finditer(text), *times.TIME_GIVEN.finditer(text)):
        read = _length(text, match, "period", None if match["count"] else 1)
        yield Read(match.start("time"), read.end, "period", read.iso, read.working, read.anchor)
    for match in (*times.NOTICE.finditer(text), *times.COUNTED.finditer(text)):
        threshold = times.THRESHOLD.search(text[max(0, match.start() - 20) : match.start()])
        if not threshold or threshold["limit"]:
            kept = re.search(r"\buntil\s$", text[max(0, match.start() - 8) : match.start()]) is not None
            yield _length(
                text, match, "retention" if kept and times.KEEPING.search(text[: match.start()]) else "period"
            )
    for match in times.ONLY_AFTER.finditer(text):
        yield _length(text, match, "other")
    for match in times.LASTING.finditer(text):
        before = text[max(0, match.start() - 80) : match.start()]
        if times.OF_A_TIME.search(before):
            yield _length(text, match, "retention" if "retention" in before.lower() else "period")


def _intervals(text: str) -> Iterator[Read]:
    """ "at intervals of no more than 12 months": a rhythm, though a length stands in it."""
    for match in times.INTERVALS.finditer(text):
        length = duration(number(match["count"].lower()), match["unit"].lower())
        yield Read(match.start(), match.end(), "recurrence", f"R/{length}")


def _recurrences(text: str) -> Iterator[Read]:
    for match in times.RECURRENCE.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        if match["adverb"]:
            if _rhythm(match["adverb"].lower(), before, text, match.end()):
                yield Read(
                    match.start(), match.end(), "recurrence", f"R/{times.ADVERBS[match['adverb'].lower()[:6].strip()]}"
                )
            continue
        each, often = match["each"].lower(), (match["times"] or "").lower().partition(" ")[0]
        if (
            (each in ("a", "per") and not often)
            or (each == "in any" and not often)
            or times.INSIDE_ANCHOR.search(before)
        ):
            continue
        yield Read(match.start(), match.end(), "recurrence", f"R/{_rhythm_length(match, often)}")
    for match in times.REGULAR.finditer(text):
        yield Read(match.start(), match.end(), "recurrence")


def _rhythm_length(match: re.Match[str], often: str) -> str:
    word = (match["count"] or "1").lower()
    count = 2 if word == "other" else nth(word) if word in ("second", "third", "fourth", "fifth") else number(word)
    unit = match["unit"].lower()
    parts = {"once": 1, "twice": 2}.get(often) or (number(often) if often else 1)
    if parts > 1 and count == 1:
        months = {"year": 12, "quarter": 3}.get(unit, 0)
        days = {"month": 30, "week": 7}.get(unit, 0)
        if months and months % parts == 0:
            return f"P{months // parts}M"
        if days:
            return f"P{days // parts}D"
    return duration(count, unit)


def _rhythm(adverb: str, before: str, text: str, end: int) -> bool:
    """Whether "monthly" tells how often: as an adverb, or of a report that is to be made; not in "the monthly fee"."""
    if adverb.endswith("basis") or (
        adverb.endswith("ly") and adverb.startswith(("annual", "semi", "bienn", "bi", "trienn"))
    ):
        return True
    following = re.match(r"\s[a-z]", text[end:])
    if not following or re.match(
        r"\s(?:and|or|by|on|in|to|if|where|at|for|with|of|from|after|before|during)\b", text[end:]
    ):
        return True
    return times.RHYTHMIC.match(text, end) is not None and times.NAMING.search(before) is None


def _immediate(text: str) -> Iterator[Read]:
    for match in times.IMMEDIATE.finditer(text):
        follows = times.ANCHOR.match(text, match.end())
        wanted = follows and (follows["soon"] or follows["how"].lower() in ("after", "upon", "following", "once", "on"))
        yield Read(match.start(), match.end(), "immediate", anchor=anchor_after(text, match.end()) if wanted else None)
    for match in times.AS_SOON_AS.finditer(text):
        event = event_of(match["event"])
        if event:
            yield Read(match.start(), match.start("event") + len(event), "immediate", anchor=event)


def _others(text: str) -> Iterator[Read]:
    for match in times.OTHER.finditer(text):
        yield Read(match.start(), match.end(), "other", anchor=anchor_after(text, match.end()))


def _befores(text: str) -> Iterator[Read]:
    """ "prior to concluding the contract": no length, but a time by which it must be done."""
    for match in times.BEFORE.finditer(text):
        found = times.ANCHOR.match(text, match.start("lead"))
        event = event_of(found["event"]) if found else None
        if event is None or _after_unit(text, match.start()) or _lies_before(event):
            continue
        if times.BEFORE_WHOM.match(event) and times.BROUGHT.search(text[max(0, match.start() - 60) : match.start()]):
            continue
        yield Read(match.start(), text.index(event, match.end()) + len(event), "other", anchor=event)


def _lies_before(event: str) -> bool:
    """ "a case before it" tells a place; "before it takes effect" a time."""
    first, _, rest = event.lower().partition(" ")
    verb = rest.partition(" ")[0]
    return first == "it" and verb not in ("is", "was") and not is_third_person(verb)


# Words without one of which a reader finds nothing, and the readers, the surest first.
OF_RHYTHM = (*RHYTHMS, "regular", "period", "continu", "ongoing", "interval", "fortnight")
OF_HASTE = (
    "delay", "immediate", "prompt", "forthwith", "soon", "earliest", "timely", "once", "expedit", "speed", "quickly",
    "early",
)  # fmt: skip
OF_OTHERS = ("time", "period", "deadline", "advance", "by the", "than the", "at the", "on the", "before the", "due")
READERS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    ((*MONTHS, "20", "19"), _dates), (("at intervals",), _intervals),
    (("day",), _days), (UNIT_WORDS, _durations), (UNIT_WORDS, _periods),
    (UNIT_WORDS, _counted), (OF_RHYTHM, _recurrences), (OF_HASTE, _immediate), (OF_OTHERS, _others),
    (("before", "prior to", "ahead of"), _befores),
)  # fmt: skip
