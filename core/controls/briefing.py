"""An executive briefing in three paragraphs: what is asked and of whom, where we stand, what to do next.

Every number in it is counted from the database; the facts stand beside the paragraphs so that they can be checked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlite_utils import Database

from core import library, register
from core.controls import shelf
from core.controls.gaps import EVERYTHING, GapFilter, counts, gaps, tally
from core.controls.plan import OPEN, Step, plan_of
from core.errors import NotFound
from core.extract import profiles
from core.extract.risk import LEVELS, shortened
from core.types import User

NEXT_STEPS, NEXT_DATES, MOST_NAMED = 3, 2, 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted. Duties are those that apply to the firm or may; gaps those without a confirmed control.

    `dates`: (ISO date, place, action) of the nearest duties not covered that certainly apply, from today on.
    """

    profile: str
    documents: tuple[str, ...]
    duties: int
    certain: int
    by_risk: dict[str, int]
    bearers: tuple[tuple[str, int], ...]
    topics: tuple[tuple[str, int], ...]
    controls: int
    covered: int
    part: int
    gaps: int
    gaps_by_risk: dict[str, int]
    high_impact_gaps: int
    overdue: int
    dates: tuple[tuple[str, str, str], ...]
    suggestions: int
    steps: tuple[Step, ...]

    @property
    def percent(self) -> int:
        """Of the duties, covered in full; below 100 while one is not."""
        return 100 * self.covered // self.duties if self.duties else 0


@dataclass(frozen=True, slots=True)
class Briefing:
    """`paragraphs` are three, plain text."""

    made_on: str
    facts: Facts
    paragraphs: tuple[str, str, str]


def briefing(db: Database, user: User, filter: GapFilter = EVERYTHING, *, today: date | None = None) -> Briefing:
    """NotFound when no duty that applies to the firm is in sight."""
    today = today or datetime.now(UTC).date()
    found = facts(db, user, filter, today)
    if not found.duties:
        raise NotFound("There is no duty to brief on; add a document, or choose another filter.")
    return Briefing(today.isoformat(), found, (asked(found), standing(found), next_steps(found)))


def facts(db: Database, user: User, filter: GapFilter, today: date) -> Facts:
    combinations = counts(db, user, filter)
    by_coverage, by_risk = tally(combinations, "applies"), tally(combinations, "risk")
    sizes: Counter[str] = Counter()
    for one in by_coverage.values():
        sizes.update(one)
    shown = {one.document for one in combinations}
    duties = gaps(db, user, filter, sort="position", limit=None)
    open_duties = sorted((gap for gap in duties if gap.coverage in OPEN), key=lambda gap: gap.due or "")
    ahead = [gap for gap in open_duties if gap.due and gap.due >= today.isoformat() and gap.applies == "yes"]
    late = [gap for gap in open_duties if gap.due and gap.due < today.isoformat() and gap.status != "met"]
    return Facts(
        profile=_firm_of(db, user),
        documents=tuple(row.title for row in library.documents(db, user) if row.id in shown),
        duties=sum(sizes.values()),
        certain=sum(by_coverage.get("yes", {}).values()),
        by_risk={level: sum(by_risk.get(level, {}).values()) for level in reversed(LEVELS)},
        bearers=_most(tally(combinations, "bearer")),
        topics=_most({name: found for name, found in tally(combinations, "topic").items() if name != "Other"}),
        controls=len(shelf.controls(db, user)),
        covered=sizes["covered"],
        part=sizes["part"],
        gaps=sizes["gap"],
        gaps_by_risk={level: by_risk.get(level, {}).get("gap", 0) for level in reversed(LEVELS)},
        high_impact_gaps=tally(combinations, "impact").get("high", {}).get("gap", 0),
        overdue=len(late),
        dates=tuple((str(gap.due), gap.path, gap.action) for gap in ahead[:NEXT_DATES]),
        suggestions=sum(bool(gap.suggested_id) and gap.coverage == "gap" for gap in duties),
        steps=tuple(plan_of(db, user, duties, today)),
    )


def _firm_of(db: Database, user: User) -> str:
    """ "a payment institution and a data controller"; "" where no profile is chosen."""
    names = profiles.names()
    return " and ".join(profiles.article(names[key]) for key in register.our_firm(db, user).profiles)


def asked(found: Facts) -> str:
    """What is asked, and of whom."""
    sentences = [
        f"{_counted(len(found.documents), 'document')} {_lay(len(found.documents))}"
        f" {_counted(found.duties, 'duty', 'duties')} on {_firm(found)}: {found.certain:,} certainly,"
        f" {found.duties - found.certain:,} that may apply and should be decided on."
    ]
    if found.documents:
        named = [f"“{shortened(title, 90)}”" for title in found.documents[:MOST_NAMED]]
        rest = len(found.documents) - len(named)
        sentences.append(f"{'They are' if len(found.documents) > 1 else 'It is'} {_listed(named, rest)}.")
    if found.bearers:
        names = [f"“{shortened(name, 50)}” ({size:,})" for name, size in found.bearers]
        sentences.append(f"Those named most often are {_listed(names)}.")
    if found.topics:
        sentences.append(f"They ask most about {_listed([f'{_low(name)} ({size:,})' for name, size in found.topics])}.")
    sentences.append(f"By risk, {_levels(found.by_risk)}.")
    return " ".join(sentences)


def standing(found: Facts) -> str:
    """Where we stand."""
    if not found.controls:
        sentences = ["No control library has been imported, so no duty can be shown to be covered yet."]
    elif not found.covered + found.part:
        sentences = [f"The library holds {_counted(found.controls, 'control')}; none is confirmed for any duty yet."]
    else:
        sentences = [
            f"Of the {_counted(found.duties, 'duty', 'duties')}, {found.covered:,} ({found.percent} %) have a control"
            f" that somebody confirmed, {found.part:,} are covered in part, and {found.gaps:,} have none; the library"
            f" holds {_counted(found.controls, 'control')}."
        ]
    if found.gaps:
        high = (
            f"{found.high_impact_gaps:,} {'has' if found.high_impact_gaps == 1 else 'have'} a high impact on the firm"
        )
        sentences.append(f"Of those without a control, {_levels(found.gaps_by_risk)}; {high}.")
    if found.overdue:
        sentences.append(f"{_counted(found.overdue, 'open duty', 'open duties')} had a date that is past.")
    if found.dates:
        dates = [f"{_day(day)} ({path}: {shortened(action, 80)})" for day, path, action in found.dates]
        sentences.append(f"The nearest {'dates are' if len(dates) > 1 else 'date is'} {_listed(dates)}.")
    else:
        sentences.append("No open duty has a date ahead that is known; dates of events are still to be entered.")
    return " ".join(sentences)


def next_steps(found: Facts) -> str:
    """What to do next."""
    if not found.steps:
        return "Every duty has a confirmed control. Next, keep the evidence for them up to date and review them yearly."
    urgent = sum(step.priority in ("critical", "high") for step in found.steps)
    sentences = [
        f"The plan has {_counted(len(found.steps), 'step')}, {urgent:,} of critical or high priority."
        f" First: {_listed([_told(step) for step in found.steps[:NEXT_STEPS]], joint='; ')}."
    ]
    if found.suggestions:
        waiting = _counted(found.suggestions, "duty has", "duties have")
        sentences.append(f"{waiting} a suggested control that somebody should confirm or reject.")
    if uncertain := found.duties - found.certain:
        sentences.append(f"Decide for {_counted(uncertain, 'duty', 'duties')} whether they apply to the firm.")
    return " ".join(sentences)


def _told(step: Step) -> str:
    duties = _counted(len(step.obligations), "duty", "duties")
    return f"{_low(step.title)} ({duties}; {step.owner}, by {_day(step.due)})"


def _most(found: dict[str, dict[str, int]]) -> tuple[tuple[str, int], ...]:
    sizes = {name: sum(coverage.values()) for name, coverage in found.items() if name}
    return tuple(sorted(sizes.items(), key=lambda one: (-one[1], one[0]))[:MOST_NAMED])


def _levels(sizes: dict[str, int]) -> str:
    parts = [f"{size:,} {'is' if size == 1 else 'are'} {level}" for level, size in sizes.items() if size]
    return _listed(parts) if parts else "none is rated"


def _firm(found: Facts) -> str:
    return found.profile or "the firm (no firm profile is chosen)"


def _lay(number: int) -> str:
    return "lays" if number == 1 else "lay"


def _counted(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _listed(parts: Sequence[str], rest: int = 0, joint: str = ", ") -> str:
    parts = [*parts, f"{rest:,} more"] if rest else list(parts)
    return parts[0] if len(parts) == 1 else f"{joint.join(parts[:-1])}{';' if joint == '; ' else ''} and {parts[-1]}"


def _low(words: str) -> str:
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _day(iso: str) -> str:
    found = date.fromisoformat(iso[:10])
    return f"{found.day} {found:%B %Y}"
