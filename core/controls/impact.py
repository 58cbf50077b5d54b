"""How much an obligation weighs for the firm: high, medium or low, from points that each give their reason. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.extract.durations import hours
from core.extract.phrases import plain, said
from core.settings import lexicon
from core.types import Modality, RiskLevel

Level = Literal["high", "medium", "low"]
LEVELS: tuple[Level, ...] = get_args(Level)
Weights = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stake:
    """What decides: `applies` is yes, no or unclear for the firm's profile, `sanctioned` whether the law says so."""

    risk: RiskLevel
    applies: str
    modality: Modality = "obligation"
    sanctioned: bool = False
    deadline_kind: str = ""
    iso8601: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """`score` 0-100; `reasons` with their points, in the order of the sum."""

    level: Level
    score: int
    reasons: tuple[str, ...]


def impact(stake: Stake, weights: Weights | None = None) -> Impact:
    weights = weights or lexicon("controls")["impact"]
    found = [(reason, points) for reason, points in _points(stake, weights) if points]
    share = weights["applies"][stake.applies]
    score = min(100, round(share * sum(points for _, points in found)))
    reasons = [f"{reason} (+{points})" for reason, points in found]
    if share < 1:
        doubt = "does not apply to us" if stake.applies == "no" else "not clear whether it applies to us"
        reasons.append(f"{doubt} (×{share:g})")
    levels = weights["levels"]
    level: Level = "high" if score >= levels["high"] else "medium" if score >= levels["medium"] else "low"
    return Impact(level, score, tuple(reasons))


def _points(stake: Stake, weights: Weights) -> Iterator[tuple[str, int]]:
    yield f"{stake.risk} risk", weights["risk"][stake.risk]
    if stake.sanctioned:
        yield "a sanction is named", weights["sanction"]
    if stake.modality == "prohibition":
        yield "a prohibition", weights["prohibition"]
    yield _deadline(stake, weights)
    if words := said(weights["effort_phrases"], plain(stake.text)):
        yield f"lasting arrangements: “{words}”", weights["effort"]


def _deadline(stake: Stake, weights: Weights) -> tuple[str, int]:
    length = hours(stake.iso8601) if stake.deadline_kind == "period" else None
    if stake.deadline_kind == "period":
        fits = (row["points"] for row in weights["period"] if length is not None and length <= row["hours"])
        return "a period to meet", next(fits, weights["deadline"]["other"])
    return f"a deadline ({stake.deadline_kind})", weights["deadline"].get(stake.deadline_kind, 0)
