"""Which of two deadlines leaves less time. Where that depends on the calendar or on the reader, nobody says so here."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

from core.compare.wording import likeness, words
from core.extract.durations import HOURS, parts
from core.ingest.dates import first_date
from core.settings import lexicon
from core.types import Deadline, Draft

# (way, as it was, as it is); ways: tightened, relaxed, moved, lengthened, shortened, changed, added, removed.
Told = tuple[str, str, str]
Opposite = tuple[Deadline | None, Deadline | None]

# A month has 28 to 31 days, a year 365 or 366.
SHORTEST = {**HOURS, "months": 28 * 24, "years": 365 * 24}
LONGEST = {**HOURS, "months": 31 * 24, "years": 366 * 24}
LONG_UNITS = ("years", "months")
YEARLY, SOME_YEAR = "R/P1Y", 2001


def deadline_changes(old: Draft, new: Draft) -> list[Told]:
    """What became of each deadline; [] when all of them are as they were."""
    before, after = list(old.deadlines), list(new.deadlines)
    for one in old.deadlines:
        same = next((other for other in after if _same(one, other)), None)
        if same is not None:
            before.remove(one)
            after.remove(same)
    return [(_way(one, other, old, new), printed(one), printed(other)) for one, other in _opposite(before, after)]


def order(old: Deadline, new: Deadline) -> int | None:
    """-1 when the new one ends sooner or comes more often, 1 later or less often, 0 the same; None: nobody can say.

    Months are compared with months and days with days; across the two only where no calendar could turn it round.
    """
    if old.date and new.date:
        return _sign(date.fromisoformat(new.date).toordinal() - date.fromisoformat(old.date).toordinal())
    before, after = parts(old.iso8601), parts(new.iso8601)
    if before is None or after is None or _recurs(old) != _recurs(new):
        return None
    for units in (LONG_UNITS, [unit for unit in HOURS if unit not in LONG_UNITS]):
        others = [unit for unit in HOURS if unit not in units]
        if old.days == new.days and all(before[unit] == after[unit] for unit in others):
            weights = {"years": 12, "months": 1} if units == LONG_UNITS else HOURS
            return _sign(sum((after[unit] - before[unit]) * weights[unit] for unit in units))
    (least, most), (new_least, new_most) = _bounds(before, old.days), _bounds(after, new.days)
    return -1 if new_most < least else 1 if most < new_least else None


def printed(one: Deadline | None) -> str:
    """In the document's words, on one line."""
    return " ".join(one.passage.text.split()) or one.iso8601 or "" if one else ""


def _way(old: Deadline | None, new: Deadline | None, before: Draft, after: Draft) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    if _day_of_year(old) and _day_of_year(new) and _day_of_year(old) != _day_of_year(new):
        return "moved"
    sign = order(old, new) if old.kind == new.kind else None
    if not sign:
        return "changed"
    if old.kind == "retention":
        return "lengthened" if sign > 0 else "shortened"
    asks_more = _asks_more_when_longer(old, before)
    if asks_more != _asks_more_when_longer(new, after):
        return "changed"
    return "tightened" if (sign < 0) != asks_more else "relaxed"


def _asks_more_when_longer(one: Deadline, draft: Draft) -> bool:
    """ "At least ten days before the meeting": whoever must give notice has less time when it is twenty days."""
    if one.kind != "period":
        return False
    rules, text = lexicon("compare"), printed(one).casefold()
    behind = " ".join(draft.quote.text.partition(one.passage.text)[2].casefold().split()[:4])
    back = rf"\b(?:{'|'.join(map(re.escape, rules['backwards']))})\b"
    return bool(re.search(back, text) or re.match(back, behind)) or text.startswith(tuple(rules["minimum"]))


def _same(old: Deadline, new: Deadline) -> bool:
    if (old.kind, old.iso8601, old.date, old.days) != (new.kind, new.iso8601, new.date, new.days):
        return False
    if _day_of_year(old) != _day_of_year(new):
        return False
    if old.kind == "other" and old.iso8601 is None:
        return words(printed(old)) == words(printed(new))
    # Whether the engine found the event in both versions says little about the law; another event says much.
    found = old.anchor and new.anchor
    return (
        not found or likeness(words(old.anchor or ""), words(new.anchor or "")) >= lexicon("compare")["alike_passage"]
    )


def _opposite(before: Sequence[Deadline], after: Sequence[Deadline]) -> list[Opposite]:
    """Each with its counterpart: those of one kind first, then what is left in the order of the text."""
    left, right, found = list(before), list(after), list[Opposite]()
    for one in before:
        other = next((other for other in right if other.kind == one.kind), None)
        if other is not None:
            found.append((one, other))
            left.remove(one)
            right.remove(other)
    return [*found, *zip_longest(left, right)]


def _day_of_year(one: Deadline) -> str | None:
    """ "By 31 March of each year": "03-31"."""
    if one.iso8601 != YEARLY or not one.anchor:
        return None
    found = first_date(f"{one.anchor} {SOME_YEAR}")
    return found[5:] if found else None


def _recurs(one: Deadline) -> bool:
    return (one.iso8601 or "").startswith("R")


def _bounds(counted: dict[str, int], days: str) -> tuple[float, float]:
    """The least and the most hours that it can last. Ten working days are 14 calendar days, or more with holidays."""
    least, most = (sum(table[unit] * count for unit, count in counted.items()) for table in (SHORTEST, LONGEST))
    if days == "calendar":
        return least, most
    weekends, holidays = counted["days"] // 5 * 48, counted["days"] / 5 * 24
    return least + weekends, most + weekends + 48 + holidays


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
