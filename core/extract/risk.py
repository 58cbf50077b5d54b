"""How much is at stake in a norm, and in a document, from factors that each name themselves."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.extract.durations import hours
from core.extract.phrases import plain, said
from core.settings import lexicon
from core.types import DUTIES, Deadline, Obligation, Risk, RiskLevel

LEVELS: tuple[RiskLevel, ...] = ("low", "medium", "high", "critical")
Weights = Mapping[str, Any]
Factor = tuple[str, float]


def obligation_risk(obligation: Obligation, weights: Weights | None = None) -> Risk:
    """The risk of one norm: base points of its modality plus its factors, scaled by whose duty it is.

    `reasons` name each factor with its points, largest first.
    """
    weights = weights or lexicon("risk")
    draft = obligation.draft
    kind, whose = weights["modality"][draft.modality], weights["bearer"][draft.bearer.kind]
    factors = sorted(factors_of(obligation, weights), key=lambda factor: -factor[1])
    scale = kind["share"] * whose
    score = min(100, round(kind["base"] * whose + scale * sum(points for _, points in factors)))
    reasons = [f"{name} (+{points:.0f})" for name, points in factors if points]
    if draft.modality not in DUTIES:
        reasons.append(f"a {draft.modality}, not a duty (×{kind['share']})")
    elif whose < 1:
        reasons.append(f"bearer is {draft.bearer.kind.replace('_', ' ')} (×{whose})")
    return Risk(level_of(score, weights), score, tuple(reasons))


def level_of(score: int, weights: Weights) -> RiskLevel:
    return max((level for level in LEVELS if score >= weights["levels"].get(level, 0)), key=LEVELS.index)


def factors_of(obligation: Obligation, weights: Weights) -> Iterator[Factor]:
    """(name with the words that show it, points) for each factor that is met; each name once."""
    draft = obligation.draft
    if draft.modality == "prohibition":
        yield "prohibition", weights["modality"]["prohibition"]["base"] - weights["modality"]["obligation"]["base"]
    if obligation.deadline:
        yield deadline_factor(obligation.deadline, weights)
    # The bearer's own name is no factor: not every duty of a "third-party service provider" is about outsourcing.
    text = plain(draft.lead_in.text if draft.lead_in else "", draft.quote.text).replace(plain(draft.bearer.text), " ")
    heading = plain(draft.provision.heading)
    both = text + heading
    seen: set[str] = set()
    if draft.sanctions:
        seen.add(weights["sanction"]["name"])
        yield (
            f"{weights['sanction']['name']}: “{shortened(draft.sanctions[0].passage.text)}”",
            weights["sanction"]["points"],
        )
    for factor in weights["factor"]:
        if factor["name"] in seen or met(factor, both) is None:
            continue
        for place, share in ((text, 1.0), (heading, weights["heading"]["share"])):
            words = met(factor, place)
            if words:
                seen.add(factor["name"])
                yield f"{factor['name']}: “{words}”", factor["points"] * share
                break


def met(factor: Mapping[str, Any], text: str) -> str | None:
    """The words of a `plain` text that meet the factor, or None."""
    first = said(factor["phrases"], text)
    if first is None or "with" not in factor:
        return first
    second = said(factor["with"], text)
    return f"{first} … {second}" if second else None


def deadline_factor(deadline: Deadline, weights: Weights) -> Factor:
    name = f"deadline: “{shortened(deadline.passage.text)}”"
    length = hours(deadline.iso8601)
    if deadline.kind == "period" and length is not None:
        fitting = (row["points"] for row in weights["deadline"] if length <= row["hours"])
        return name, next(fitting, weights["deadline_kind"]["other"])
    soft = deadline.kind == "immediate" and said(weights["soft"]["phrases"], plain(deadline.passage.text))
    points = weights["deadline_kind"]
    return name, points["soft"] if soft else points.get(deadline.kind, points["other"])


def shortened(text: str, limit: int = 60) -> str:
    words = " ".join(text.split())
    return words if len(words) <= limit else words[: limit - 1].rsplit(" ", 1)[0] + "…"


def document_risk(obligations: Sequence[Obligation], weights: Weights | None = None) -> Risk:
    """Level: the highest that enough of its duties reach; score: that of its riskiest tenth, on average."""
    weights = weights or lexicon("risk")
    duties = [one for one in obligations if one.draft.modality in DUTIES]
    if not duties:
        return Risk("low", 0, ("No duties were found.",))
    counts = Counter(one.risk.level for one in duties)
    enough = min(weights["document"]["least"], 1 + int(len(duties) * weights["document"]["share"]))
    level: RiskLevel = "low"
    for candidate in LEVELS:
        if sum(counts[reached] for reached in LEVELS[LEVELS.index(candidate) :]) >= enough:
            level = candidate
    scores = sorted((one.risk.score for one in duties), reverse=True)
    top = scores[: max(1, len(scores) // 10)]
    spread = ", ".join(f"{counts[each]} {each}" for each in reversed(LEVELS))
    common = Counter(
        reason.split(":")[0].split(" (")[0]
        for one in duties
        if one.risk.level in ("high", "critical")
        for reason in one.risk.reasons
        if "(+" in reason
    )
    named = ", ".join(f"{name} ({times})" for name, times in common.most_common(3))
    reasons = [f"{len(duties)} duties: {spread}."]
    if named:
        reasons.append(f"Most frequent factors of the high and critical ones: {named}.")
    return Risk(level, round(sum(top) / len(top)), tuple(reasons))
