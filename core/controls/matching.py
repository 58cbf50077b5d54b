"""Which controls may meet an obligation: a score from 0 to 1 and a reason in words. Pure and deterministic."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.controls.forms import ControlText
from core.controls.terms import Term, main_topic, terms, topics
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
        self.names = [" ".join(word for _, word in terms(control.name)) for control in controls]
        self.index: dict[Term, dict[int, float]] = defaultdict(dict)
        for place, control in enumerate(controls):
            for field in ("name", "terms", "description"):
                # A list of terms is read one by one: what only stands side by side is no term.
                for part in getattr(control, field).split("," if field == "terms" else ". "):
                    for term, _ in terms(part):
                        postings = self.index[term]
                        postings[place] = max(postings.get(place, 0.0), self.weights["control"][field])
        most = math.log(1 + len(controls)) or 1.0
        self.rarity = {term: math.log(1 + len(controls) / len(found)) / most for term, found in self.index.items()}

    def matches(self, duty: Duty) -> list[Match]:
        """The best controls from the threshold on, best first; of equals the earlier control."""
        shared, written = self._shared(duty)
        if not shared:
            return []
        about = duty_topics(duty)
        partial = {place: self._partial(found, about, place) for place, found in shared.items()}
        best = sorted(partial, key=lambda place: (-partial[place], place))[:CONTENDERS]
        named = self._named(duty, best)
        scores = {place: round(partial[place] + named[place], 4) for place in best}
        ranked = sorted(best, key=lambda place: (-scores[place], place))
        least = max(self.weights["threshold"], scores[ranked[0]] * self.weights["beside"])
        chosen = [place for place in ranked if scores[place] >= least][: self.weights["suggestions"]]
        return [Match(place, scores[place], self._reason(shared[place], written, about, place)) for place in chosen]

    def _shared(self, duty: Duty) -> tuple[dict[int, dict[Term, float]], dict[Term, str]]:
        """Control → the terms that it shares, each with what it counts; and how the obligation writes them."""
        counted: dict[Term, float] = {}
        written: dict[Term, str] = {}
        for field in ("quote", "lead_in", "heading"):
            for term, words in terms(getattr(duty, field)):
                if term in self.index:
                    counted[term] = max(counted.get(term, 0.0), self.weights["obligation"][field])
                    written.setdefault(term, words)
        shared: dict[int, dict[Term, float]] = defaultdict(dict)
        for term, weight in counted.items():
            for place, own in self.index[term].items():
                length = self.weights["length"][str(len(term))]
                shared[place][term] = weight * own * length * self.rarity[term]
        return shared, written

    def _partial(self, found: Mapping[Term, float], about: Mapping[str, float], place: int) -> float:
        total, share = sum(found.values()), self.weights["share"]
        alike = sum(min(weight, about[name]) for name, weight in self.topics[place].items() if name in about)
        return float(share["words"] * total / (total + self.weights["words"]["half"]) + share["topic"] * alike)

    def _named(self, duty: Duty, best: Sequence[int]) -> dict[int, float]:
        from rapidfuzz import fuzz

        said = " ".join(dict.fromkeys(written for term, written in terms(duty.action or duty.quote) if len(term) == 1))
        share = self.weights["share"]["name"] / 100
        return {place: share * fuzz.token_set_ratio(said, self.names[place]) for place in best}

    def _reason(
        self, found: Mapping[Term, float], written: Mapping[Term, str], about: Mapping[str, float], place: int
    ) -> str:
        """ "shares: incident, competent authority; about incident reporting"."""
        shown: list[Term] = []
        for term in sorted(found, key=lambda term: (-found[term], term)):
            inside = any(set(term) <= set(other) for other in shown)
            if not inside and len(shown) < self.weights["words"]["most_shown"]:
                shown.append(term)
        reason = "shares: " + ", ".join(written[term] for term in shown)
        common = {name: min(weight, about[name]) for name, weight in self.topics[place].items() if name in about}
        topic = main_topic(common)
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
