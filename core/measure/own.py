"""Our own labelled sentences: what the engine should find in each, and how far it does."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.extract.engine import extract
from core.language.tokens import singular
from core.measure.shared import lines
from core.settings import ROOT
from core.types import Deadline, Draft, Provision, Span

OWN = ROOT / "data" / "evals" / "extraction.jsonl"
ASPECTS = ("modality", "bearer", "bearer kind", "explicit", "deadlines", "conditions")
POINT = re.compile(r"\((?P<label>[a-z])\) ")
DETERMINER = re.compile(r"(?:the|an?|any|each|every|no|all|either|neither|its|their|both)\s", re.IGNORECASE)
# Confidence is told in these bins: from, up to.
BINS = ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
FAR = 100

Expected = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """What a label expects beside what was found; one of them is None when the other has no partner."""

    expected: Expected | None
    found: Draft | None

    def wrong(self) -> list[str]:
        """The aspects that differ; "missed" or "too much" when there is no pair."""
        if self.expected is None:
            return ["too much"]
        if self.found is None:
            return ["missed"]
        return [aspect for aspect in ASPECTS if agrees(self.expected, self.found, aspect) is False]


@dataclass(frozen=True, slots=True)
class Unit:
    id: str
    style: str
    text: str
    pairs: tuple[Pair, ...]

    def wrong(self) -> list[str]:
        return sorted({aspect for pair in self.pairs for aspect in pair.wrong()})


def units(path: Path = OWN) -> list[Unit]:
    """Every unit with the engine's norms beside its labels. BadInput for a line that is no unit."""
    read = []
    for number, line in enumerate(lines(path)):
        try:
            row = json.loads(line)
            text, expected = row["text"], list(row["expect"])
            unit = Unit(row["id"], row["style"], text, paired(expected, norms_of(text)))
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"Line {number + 1} of {path} is no labelled unit ({error}); mend or remove it.") from error
        read.append(unit)
    return read


def norms_of(text: str) -> list[Draft]:
    return [found for found in extract(list(provisions(text))) if isinstance(found, Draft)]


def provisions(text: str) -> Iterator[Provision]:
    """Each line a paragraph of one article; "(a) …" is a point of the paragraph above it."""
    parent, at = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        point = POINT.match(line) if parent else None
        start = at + (point.end() if point else 0)
        path = f"{parent}({point['label']})" if point else f"Article 1({number})"
        kind, body, label = ("point", line[point.end() :], f"({point['label']})") if point else ("paragraph", line, "")
        place = Span("unit", start, start + len(body))
        yield Provision(path, path, "", body, place, parent if point else None, kind, label)  # type: ignore[arg-type]
        parent = parent if point else path
        at += len(line) + 1


def paired(expected: Sequence[Expected], found: Sequence[Draft]) -> tuple[Pair, ...]:
    """Labels and norms matched where most agrees, nearest in order first; the rest stand alone."""
    offers = sorted(
        (-_likeness(label, draft), abs(i - j), i, j)
        for i, label in enumerate(expected)
        for j, draft in enumerate(found)
        if label.get("quote", "") in draft.quote.text
    )
    partner: dict[int, int] = {}
    for _, _, i, j in offers:
        if i not in partner and j not in partner.values():
            partner[i] = j
    pairs = [Pair(label, found[partner[i]] if i in partner else None) for i, label in enumerate(expected)]
    return (*pairs, *(Pair(None, draft) for j, draft in enumerate(found) if j not in partner.values()))


def _likeness(expected: Expected, found: Draft) -> int:
    weights = {"modality": 3, "bearer": 3, "deadlines": 2, "explicit": 1}
    return sum(weight for aspect, weight in weights.items() if agrees(expected, found, aspect))


def agrees(expected: Expected, found: Draft, aspect: str) -> bool | None:
    """Whether the norm has what its label says; None where the label leaves it open."""
    key = aspect.replace(" ", "_")
    if key not in expected:
        return None
    wanted = expected[key]
    if aspect == "bearer":
        return plain_bearer(wanted) == plain_bearer(found.bearer.text)
    if aspect == "deadlines":
        return {_year(d) for d in wanted} == {_year(deadline_word(d)) for d in found.deadlines}
    if aspect == "conditions":
        least, most = wanted if isinstance(wanted, list) else (wanted, wanted)
        return bool(least <= len(found.conditions) + len(found.exceptions) <= most)
    value = {"modality": found.modality, "bearer_kind": found.bearer.kind, "explicit": found.bearer.explicit}[key]
    return bool(wanted == value)


def plain_bearer(text: str) -> str:
    """ "The Financial entities" and "a financial entity" are the same bearer."""
    words = " ".join(text.lower().split())
    while DETERMINER.match(words):
        words = words.split(" ", 1)[1]
    return " ".join(singular(word) for word in words.split())


def deadline_word(deadline: Deadline) -> str:
    """ "P5D working"; "immediate", "regular" or "other" where there is no number."""
    if deadline.iso8601:
        return deadline.iso8601 + (" working" if deadline.days == "working" else "")
    return "regular" if deadline.kind == "recurrence" else deadline.kind


def _year(word: str) -> str:
    return word.replace("P12M", "P1Y")


def own_figures(read: Sequence[Unit]) -> dict[str, Any]:
    """Norm precision, recall and F1; the share of judged pairs that agree, by aspect; confidence against truth."""
    pairs = [pair for unit in read for pair in unit.pairs]
    both = [(p.expected, p.found) for p in pairs if p.expected is not None and p.found is not None]
    claimed, there = sum(p.found is not None for p in pairs), sum(p.expected is not None for p in pairs)
    precision, recall = _share(len(both), claimed), _share(len(both), there)
    shares = {"norm_precision": precision, "norm_recall": recall, "norm_f1": _share(2 * len(both), claimed + there)}
    for aspect in ASPECTS:
        answers = [answer for label, draft in both if (answer := agrees(label, draft, aspect)) is not None]
        shares[aspect.replace(" ", "_")] = _share(sum(answers), len(answers))
    wrong = sum(bool(unit.wrong()) for unit in read)
    return {"units": len(read), "norms": there, "units_wrong": wrong, **shares, "reliability": reliability(pairs)}


def reliability(pairs: Sequence[Pair]) -> list[dict[str, float | int]]:
    """By bin of confidence: how many norms, the mean that was claimed, and the share that was wholly right.

    Right is a norm that its label has with modality, bearer, its kind and explicitness; times count apart.
    """
    table: list[dict[str, float | int]] = []
    for least, most in BINS:
        drafts = [(p.found.confidence, p) for p in pairs if p.found and least <= p.found.confidence < most]
        right = sum(not set(pair.wrong()) - {"deadlines", "conditions"} for _, pair in drafts)
        mean = _share(sum(confidence for confidence, _ in drafts), len(drafts))
        table.append({"from": least, "norms": len(drafts), "claimed": mean, "right": _share(right, len(drafts))})
    return table


def _share(part: float, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def own_errors(read: Sequence[Unit]) -> list[dict[str, Any]]:
    """Each unit that is not wholly right: its id, what is wrong, what was expected and what was found."""
    return [
        {"id": unit.id, "wrong": unit.wrong(), "text": " / ".join(unit.text.split("\n")), "pairs": _told(unit)}
        for unit in read
        if unit.wrong()
    ]


def _told(unit: Unit) -> list[str]:
    told = []
    for pair in unit.pairs:
        wrong = pair.wrong()
        if not wrong:
            continue
        found = _said(pair.found) if pair.found else "nothing"
        label = "nothing" if pair.expected is None else _labelled(pair.expected)
        told.append(f"{', '.join(wrong)}: expected {label}; found {found}")
    return told


def _labelled(expected: Expected) -> str:
    named = f"[{expected.get('bearer', '?')}, {expected.get('bearer_kind', '?')}, {expected.get('explicit', '?')}]"
    return f"{expected['modality']} {named} {expected.get('deadlines', '?')} {expected.get('conditions', '?')}"


def _said(draft: Draft) -> str:
    named = f"[{draft.bearer.text}, {draft.bearer.kind}, {draft.bearer.explicit}]"
    times = [deadline_word(deadline) for deadline in draft.deadlines]
    around = [passage.text for passage in (*draft.conditions, *draft.exceptions)]
    return f"{draft.modality} by {draft.rule} {named} {times} {around} {draft.action[:FAR]}"
