"""An executive summary built from counted facts; no sentence in it is anybody's opinion."""

import re
from collections import Counter
from collections.abc import Sequence

from core.extract.risk import LEVELS, shortened
from core.types import DUTIES, Action, Coverage, Document, Obligation, Risk, Scope

LONGEST_TITLE = 100
# Where the official title of an act goes on to say who adopted it, when, and on what.
LONG_TITLE = re.compile(r",? (?:of the [A-Z]|of \d|af \d|laying down |on the )")


def summary(
    document: Document,
    scope: Scope,
    obligations: Sequence[Obligation],
    actions: Sequence[Action],
    risk: Risk,
    coverage: Coverage,
) -> str:
    """Four to six sentences: what it is, what it asks of whom, what is risky, by when, what to do, what is open."""
    if scope.decision == "out_of_scope":
        seen = [reason for reason in scope.reasons if "(+" not in reason]
        return f"{named(document)} was not analysed, because it lays down no rules: {'; '.join(seen)}."
    duties = [one for one in obligations if one.draft.modality in DUTIES]
    if scope.decision == "escalate":
        opening = f"{named(document)} waits for a person's decision: {'; '.join(scope.reasons)}."
    else:
        opening = f"{named(document)} holds {counted(len(duties), 'duty', 'duties')}{others(obligations)}."
    sentences = [opening, bearers(duties), stakes(duties, risk), timing(duties), steps(actions), gaps(coverage)]
    return " ".join(sentence for sentence in sentences if sentence)


def named(document: Document) -> str:
    """Its title as people say it: "Regulation (EU) 2016/679", not the hundred words that follow."""
    title = " ".join(document.title.split()).rstrip(".")
    if len(title) > LONGEST_TITLE:
        title = LONG_TITLE.split(title, maxsplit=1)[0]
    return shortened(title, LONGEST_TITLE) or "This document"


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def others(obligations: Sequence[Obligation]) -> str:
    counts = Counter(one.draft.modality for one in obligations if one.draft.modality not in DUTIES)
    named_counts = [counted(number, kind, f"{kind}s") for kind, number in counts.most_common()]
    return f", with {listed(named_counts)}" if named_counts else ""


def bearers(duties: Sequence[Obligation]) -> str:
    texts = [" ".join(one.draft.bearer.text.split()) for one in duties if one.draft.bearer.text.strip()]
    shown = {same(text): text[:1].lower() + text[1:] if text[1:].islower() else text for text in reversed(texts)}
    counts = Counter(map(same, texts))
    top = [f"{shown[key]} ({number})" for key, number in counts.most_common(3) if len(shown[key]) <= 80]
    return f"Most of its duties fall on {listed(top)}." if top else ""


def same(text: str) -> str:
    """One key for "Financial entities" and "financial entity"."""
    low = text.lower().removeprefix("the ")
    return low[:-3] + "y" if low.endswith("ies") else low.removesuffix("s")


def stakes(duties: Sequence[Obligation], risk: Risk) -> str:
    if not duties:
        return ""
    counts = Counter(one.risk.level for one in duties)
    spread = [f"{counts[level]} {level}" for level in reversed(LEVELS) if counts[level]]
    return f"Its risk is {risk.level} ({risk.score} of 100): {listed(spread)}."


def timing(duties: Sequence[Obligation]) -> str:
    timed = [one for one in duties if one.deadline]
    if not timed:
        return ""
    dated = sorted(str(one.deadline.date) for one in timed if one.deadline and one.deadline.date)
    tight = [
        f"“{' '.join(one.deadline.passage.text.split())}” in {one.draft.provision.path}"
        for one in sorted(timed, key=lambda one: (one.draft.bearer.kind != "regulated", -one.risk.score))
        if one.deadline and one.deadline.kind == "period" and len(one.deadline.passage.text) <= 60
    ]
    words = f"{counted(len(timed), 'duty names', 'duties name')} a deadline"
    words += f", for example {tight[0]}" if tight else ""
    words += f"; the first fixed date is {dated[0]}" if dated else ""
    return words + "."


def steps(actions: Sequence[Action]) -> str:
    if not actions:
        return ""
    roles = Counter(action.owner_role for action in actions).most_common(3)
    approval = sum(action.requires_approval for action in actions)
    words = f"{counted(len(actions), 'action is', 'actions are')} recommended, mostly for "
    words += listed([f"{role} ({number})" for role, number in roles])
    return words + (f"; {approval} of them need approval first." if approval else ".")


def gaps(coverage: Coverage) -> str:
    if not coverage.normative_sentences:
        return ""
    share = (
        f"{coverage.covered} of {counted(coverage.normative_sentences, 'normative sentence', 'normative sentences')}"
    )
    return f"{share} are accounted for" + (
        f"; {counted(len(coverage.uncovered), 'needs', 'need')} a look." if coverage.uncovered else "."
    )


def listed(parts: Sequence[str]) -> str:
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"
