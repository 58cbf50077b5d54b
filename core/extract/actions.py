"""From duties to steps that a firm takes: what, who, by when, and whether somebody must approve it first."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from core.extract.durations import added
from core.extract.phrases import plain, said
from core.extract.risk import LEVELS, shortened
from core.extract.titles import instruction, title
from core.settings import lexicon
from core.types import DUTIES, Action, Deadline, Obligation, RiskLevel

Policy = Mapping[str, Any]
NEEDS_APPROVAL: tuple[RiskLevel, ...] = ("high", "critical")


def actions(
    obligations: Sequence[Obligation], today: date, policy: Policy | None = None, document_type: str = ""
) -> tuple[Action, ...]:
    """One step for each duty of the firm, in text order; items of one list, and duties alike in title, share a step.

    A duty is the firm's unless its bearer is an authority, a public body or (outside policies and contracts) a private
    person, or the chosen profile says that it does not apply. What only states a consequence ("shall be liable") asks
    for no step.
    """
    policy = policy or lexicon("actions")
    public, ours = (
        public_articles(obligations),
        frozenset(policy["ours"].get(document_type, policy["ours"]["otherwise"])),
    )
    groups: dict[tuple[object, ...], list[Obligation]] = defaultdict(list)
    for duty in obligations:
        if duty.draft.bearer.kind in ours and is_step(duty, public, policy):
            groups[likeness(duty)].append(duty)
    return tuple(action(group, today, policy) for group in groups.values())


def is_step(duty: Obligation, public: frozenset[str], policy: Policy) -> bool:
    draft = duty.draft
    if draft.modality not in DUTIES or duty.applies.answer == "no":
        return False
    if not draft.bearer.text and article_of(draft.provision.path) in public:
        return False
    return not said(policy["no_step"]["starts"], plain(draft.action)[:60])


def public_articles(obligations: Sequence[Obligation]) -> frozenset[str]:
    """Articles whose named bearers are all authorities or public bodies: their unnamed ones are such too."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in obligations:
        if one.draft.bearer.text:
            kinds[article_of(one.draft.provision.path)].add(one.draft.bearer.kind)
    return frozenset(article for article, found in kinds.items() if not found & {"regulated", "unspecified", "person"})


def article_of(path: str) -> str:
    return re.split(r"[(,]", path, maxsplit=1)[0]


def likeness(duty: Obligation) -> tuple[object, ...]:
    """Duties with the same key become one step. An item with a deadline of its own stays on its own."""
    draft, deadline = duty.draft, duty.deadline
    if duty.lead_in and not (deadline and duty.span.start <= (deadline.passage.start or -1) < duty.span.end):
        return duty.lead_in.start, draft.modality, draft.bearer.text, draft.mark
    return plain(instruction(draft)), draft.bearer.text.lower(), deadline.passage.text if deadline else ""


def action(group: Sequence[Obligation], today: date, policy: Policy) -> Action:
    worst = max(group, key=lambda duty: duty.risk.score)
    level = max((duty.risk.level for duty in group), key=LEVELS.index)
    ids = tuple(duty.id for duty in group)
    dates = [(due(duty.deadline, duty.risk.level, today, policy), duty) for duty in group]
    soonest = min((day for day, _ in dates if day), default=None)
    return Action(
        id=hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16],
        title=title([duty.draft for duty in group], policy["title"]["most_characters"]),
        detail=detail(group, worst),
        owner_role=owner_role(group, policy),
        priority=level,
        due=soonest.isoformat() if soonest else None,
        obligation_ids=ids,
        requires_approval=level in NEEDS_APPROVAL,
    )


def due(deadline: Deadline | None, level: RiskLevel, today: date, policy: Policy) -> date | None:
    """The day on which it must be done; None while the event that the period runs from has no date."""
    if deadline is None or deadline.kind in ("retention", "other"):
        return today + timedelta(hours=policy["due_hours"][level])
    if deadline.kind == "recurrence":
        return next_time(deadline, today)
    return date.fromisoformat(deadline.date[:10]) if deadline.date else None


def next_time(deadline: Deadline, today: date) -> date | None:
    """A recurrence's first day from today on, counted from its first date, else one period from today."""
    period = (deadline.iso8601 or "").partition("/")[2]
    if not deadline.date:
        return added(today, period, deadline.days)
    first = day = date.fromisoformat(deadline.date[:10])
    while day < today:
        later = added(day, period, deadline.days)
        if later is None or later <= day:
            return first
        day = later
    return day


def owner_role(group: Sequence[Obligation], policy: Policy) -> str:
    """The first topic that the duty speaks of, else its heading, else the name of its bearer."""
    words = plain(*(part for duty in group for part in (duty.draft.quote.text, duty.draft.action)))
    heading = plain(group[0].draft.provision.heading)
    for text in (words, heading, plain(group[0].draft.bearer.text)):
        for topic in policy["owner"]["topic"]:
            if said(topic["phrases"], text):
                return str(topic["role"])
    return str(policy["owner"]["otherwise"])


def detail(group: Sequence[Obligation], worst: Obligation) -> str:
    """Where it is written, who must do it, when, on what condition, and why it matters; a line each."""
    first = group[0].draft
    lines = [f"{first.provision.path}: “{shortened(first.quote.text, 240)}”"]
    if len(group) > 1:
        lines += [f"{duty.draft.provision.path}: “{shortened(duty.draft.quote.text, 100)}”" for duty in group[1:8]]
    if len(group) > 8:
        lines.append(f"and {len(group) - 8} more")
    if first.bearer.text:
        lines.append(f"Who: {shortened(first.bearer.text, 120)}")
    deadlines = {duty.deadline.passage.text: duty.deadline for duty in group if duty.deadline}
    if deadlines:
        lines.append("When: " + "; ".join(timing(deadline) for deadline in deadlines.values()))
    conditions = list(dict.fromkeys(passage.text for duty in group for passage in duty.draft.conditions))
    exceptions = list(dict.fromkeys(passage.text for duty in group for passage in duty.draft.exceptions))
    if conditions:
        lines.append("Only: " + "; ".join(shortened(text, 120) for text in conditions[:3]))
    if exceptions:
        lines.append("Except: " + "; ".join(shortened(text, 120) for text in exceptions[:3]))
    if worst.risk.reasons:
        lines.append("Why: " + "; ".join(worst.risk.reasons[:3]))
    return "\n".join(lines)


def timing(deadline: Deadline) -> str:
    """The law's own words, and the event that they run from where the words do not name it."""
    words = shortened(deadline.passage.text, 120)
    if deadline.anchor and plain(deadline.anchor) not in plain(deadline.passage.text):
        return f"{words} (from: {shortened(deadline.anchor, 80)})"
    return words
