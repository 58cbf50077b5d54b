"""Which controls may meet an obligation: a score from 0 to 1 and a reason in words. Pure and deterministic."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.controls.terms import LONGEST_TERM, Term, main_topic, stem, terms, topics, words
from core.controls.texts import ControlText
from core.settings import lexicon

Weights = Mapping[str, Any]
# How many of the best by words and topic are also compared by name.
CONTENDERS = 6


@dataclass(frozen=True, slots=True)
class Duty:
    """What matching reads of an obligation."""

    quote: str
    action: str = ""
    lead_in: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A control by its place among those given; `reason` names what it shares with the obligation."""

    control: int
    score: float
    reason: str


class Matcher:
    """The controls, indexed by their terms, so that an obligation meets only those that share one with it."""

    def __init__(self, controls: Sequence[ControlText], weights: Weights | None = None) -> None:
        self.weights = weights or lexicon("controls")["match"]
        self.topics = [control_topics(control) for control in controls]
        self.names = [" ".join(words(control.name)) for control in controls]
        found: dict[Term, dict[int, float]] = defaultdict(dict)
        for place, control in enumerate(controls):
            for term, weight in self._terms(control):
                found[term][place] = max(found[term].get(place, 0.0), weight)
        most = math.log(1 + len(controls)) or 1.0
        # Term → (control, what sharing it counts): the rarer among controls and the longer, the more.
        self.index = {
            term: [
                (place, weight * self._worth(term, len(places), len(controls)) / most)
                for place, weight in places.items()
            ]
            for term, places in found.items()
        }

    def matches(self, duty: Duty) -> list[Match]:
        """The best controls from the threshold on, best first; of equals the earlier control."""
        shared = self._shared(duty)
        totals = self._totals(shared)
        if not totals:
            return []
        about = duty_topics(duty)
        partial = {place: self._partial(total, about, place) for place, total in totals.items()}
        best = sorted(partial, key=lambda place: (-partial[place], place))[:CONTENDERS]
        named = self._named(duty, best)
        scores = {place: round(partial[place] + named[place], 4) for place in best}
        ranked = sorted(best, key=lambda place: (-scores[place], place))
        least = max(self.weights["threshold"], scores[ranked[0]] * self.weights["beside"])
        chosen = [place for place in ranked if scores[place] >= least][: self.weights["suggestions"]]
        return [Match(place, scores[place], self._reason(shared, about, place)) for place in chosen]

    def _terms(self, control: ControlText) -> Iterator[tuple[Term, float]]:
        for field in ("name", "terms", "description"):
            # A list of terms is read one by one: what only stands side by side is no term.
            for part in getattr(control, field).split("," if field == "terms" else ". "):
                for term in terms([stem(word) for word in words(part)]):
                    yield term, self.weights["control"][field]

    def _worth(self, term: Term, having: int, controls: int) -> float:
        return float(self.weights["length"][str(len(term))] * math.log(1 + controls / having))

    def _shared(self, duty: Duty) -> dict[Term, tuple[float, str]]:
        """The duty's terms that a control has: what each counts by its place, and how the duty writes it."""
        shared: dict[Term, tuple[float, str]] = {}
        for field in ("quote", "lead_in", "heading"):
            written, weight = words(getattr(duty, field)), self.weights["obligation"][field]
            stems = [stem(word) for word in written]
            for length in range(1, LONGEST_TERM + 1):
                for at, term in enumerate(zip(*(stems[from_:] for from_ in range(length)), strict=False)):
                    if term in self.index and shared.get(term, (0.0, ""))[0] < weight:
                        shared[term] = weight, " ".join(written[at : at + length])
        return shared

    def _totals(self, shared: Mapping[Term, tuple[float, str]]) -> dict[int, float]:
        totals: dict[int, float] = {}
        for term, (weight, _) in shared.items():
            for place, worth in self.index[term]:
                totals[place] = totals.get(place, 0.0) + weight * worth
        return totals

    def _partial(self, total: float, about: Mapping[str, float], place: int) -> float:
        share, own = self.weights["share"], self.topics[place]
        alike = sum(min(weight, own[name]) for name, weight in about.items() if name in own)
        return float(share["words"] * total / (total + self.weights["words"]["half"]) + share["topic"] * alike)

    def _named(self, duty: Duty, best: Sequence[int]) -> dict[int, float]:
        from rapidfuzz import fuzz

        said = " ".join(dict.fromkeys(words(duty.action or duty.quote)))
        share = self.weights["share"]["name"] / 100
        return {place: share * fuzz.token_set_ratio(said, self.names[place]) for place in best}

    def _reason(self, shared: Mapping[Term, tuple[float, str]], about: Mapping[str, float], place: int) -> str:
        """ "shares: incident, competent authority; about incident reporting"."""
        counted = {term: weight * dict(self.index[term]).get(place, 0.0) for term, (weight, _) in shared.items()}
        shown: list[Term] = []
        for term in sorted(filter(counted.get, counted), key=lambda term: (-counted[term], term)):
            inside = any(set(term) <= set(other) for other in shown)
            if not inside and len(shown) < self.weights["words"]["most_shown"]:
                shown.append(term)
        reason = "shares: " + ", ".join(shared[term][1] for term in shown)
        own = self.topics[place]
        topic = main_topic({name: min(weight, own[name]) for name, weight in about.items() if name in own})
        return f"{reason}; about {_lowered(topic)}" if topic else reason


def control_topics(control: ControlText) -> dict[str, float]:
    """What a control is about: its own topic where that is one of ours, with what its words say."""
    said = topics([(control.name, 2.0), (control.terms, 1.0), (control.description, 0.5)])
    known = {str(topic["name"]).casefold(): str(topic["name"]) for topic in lexicon("controls")["topic"]}
    own = known.get(control.topic.casefold())
    if own is None:
        return said
    return {name: weight / 2 for name, weight in said.items()} | {own: 0.5 + said.get(own, 0.0) / 2}


def duty_topics(duty: Duty) -> dict[str, float]:
    return topics(list(_places(duty)))


def _places(duty: Duty) -> Iterator[tuple[str, float]]:
    yield duty.quote, 1.0
    yield duty.lead_in, 0.5
    yield duty.heading, 0.5


def _lowered(name: str) -> str:
    """A topic inside a sentence; what is written in capitals keeps them ("ICT risk")."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
