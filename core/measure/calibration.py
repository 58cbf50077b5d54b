"""How sure the engine may say it is: weights of its doubts, learned from norms that were judged right or wrong."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.extract.doubts import confidence
from core.measure.shared import lines
from core.settings import ROOT, lexicon, settings

JUDGED = ROOT / "data" / "evals" / "confidence.jsonl"
# From, up to: the bins in which confidence is set against truth.
BINS = ((0.0, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
# The part of all norms, least sure first, in which errors are counted.
LEAST_SURE = 0.1
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One norm: the doubts that the engine had, whether it was read right, and whether before any rule was mended."""

    doubts: frozenset[str]
    right: bool
    first_sight: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds of being right with no doubt, and what each doubt takes away."""

    base: float
    weight: dict[str, float]

    def sure(self, one: Judged) -> float:
        return 1 / (1 + math.exp(sum(self.weight.get(doubt, 0.0) for doubt in one.doubts) - self.base))


def judged(path: Path = JUDGED) -> list[Judged]:
    rows = []
    for number, line in enumerate(lines(path), 1):
        try:
            row = json.loads(line)
            rows.append(Judged(frozenset(row["doubts"]), bool(row["right"]), row["sight"] == "first"))
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"Line {number} of {path} is no judged norm ({error}); mend or remove it.") from error
    return rows


def fit(rows: Sequence[Judged]) -> Weights:
    """Logistic regression over the doubts (ridge, C = 1); a doubt can only lower confidence, so none weighs below 0."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    names = sorted({doubt for row in rows for doubt in row.doubts})
    while True:
        model = LogisticRegression(C=1.0).fit(
            [[d in row.doubts for d in names] for row in rows], [r.right for r in rows]
        )
        learned = dict(zip(names, (-float(weight) for weight in model.coef_[0]), strict=True))
        if all(weight >= 0 for weight in learned.values()):
            return Weights(round(float(model.intercept_[0]), 2), {d: round(w, 2) for d, w in learned.items()})
        names = [name for name in names if learned[name] >= 0]


def shipped() -> Weights:
    learned = lexicon("confidence")
    return Weights(learned["base"], dict(learned["weight"]))


def reliability(sure: Sequence[float], right: Sequence[bool]) -> list[dict[str, float | int]]:
    """By bin of confidence: from, how many norms, the mean that was claimed, the share that was right."""
    table: list[dict[str, float | int]] = []
    for least, most in BINS:
        inside = [(s, r) for s, r in zip(sure, right, strict=True) if least <= s < most]
        if inside:
            claimed, true = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            table.append({"from": least, "norms": len(inside), "claimed": round(claimed, 3), "right": round(true, 3)})
    return table


def caught(sure: Sequence[float], right: Sequence[bool], part: float = LEAST_SURE) -> float:
    """The share of all errors that lie in the least sure part; equals at its edge count by their share."""
    wanted = max(1, round(len(sure) * part))
    edge = sorted(sure)[wanted - 1]
    below = [not r for s, r in zip(sure, right, strict=True) if s < edge]
    at = [not r for s, r in zip(sure, right, strict=True) if s == edge]
    found = sum(below) + sum(at) * (wanted - len(below)) / len(at)
    return round(found / max(1, len(right) - sum(right)), 3)


def told(rows: Sequence[Judged], sure: Sequence[float]) -> dict[str, Any]:
    right = [row.right for row in rows]
    table = reliability(sure, right)
    return {"norms": len(rows), "wrong": len(rows) - sum(right), "caught": caught(sure, right), "reliability": table}


def measured(rows: Sequence[Judged]) -> dict[str, Any]:
    """The shipped weights against the truth, at first sight alone and over all."""
    first = [row for row in rows if row.first_sight]
    return {
        "first_sight": told(first, [confidence(row.doubts) for row in first]),
        "all": told(rows, [confidence(row.doubts) for row in rows]),
    }


def cross_validated(rows: Sequence[Judged]) -> dict[str, Any]:
    """Each row told by weights that never saw it."""
    sure = [0.0] * len(rows)
    for fold in range(FOLDS):
        weights = fit([row for number, row in enumerate(rows) if number % FOLDS != fold])
        for number in range(fold, len(rows), FOLDS):
            sure[number] = weights.sure(rows[number])
    return told(rows, sure)


def trained(write: bool = False) -> dict[str, Any]:
    """Weights learned anew with their cross-validated figures; `write` puts them into data/lexicon/confidence.toml."""
    rows = judged()
    weights = fit(rows)
    if write:
        _write(weights, settings().lexicon_dir / "confidence.toml")
    return {"base": weights.base, "weight": weights.weight, "cross_validated": cross_validated(rows), **measured(rows)}


def _write(weights: Weights, path: Path) -> None:
    """The numbers are replaced, the card and the comments stay."""
    head = path.read_text("utf-8").split("\nbase = ")[0]
    numbers = "\n".join(f"{doubt} = {weight}" for doubt, weight in sorted(weights.weight.items()))
    path.write_text(f"{head}\nbase = {weights.base}\n\n[weight]\n{numbers}\n", "utf-8")


def as_text(report: dict[str, Any]) -> str:
    """What `measure confidence` prints."""
    parts = [f"base {report['base']}", *(f"  {name:15}-{weight}" for name, weight in report["weight"].items())]
    for name in ("cross_validated", "first_sight", "all"):
        parts += ["", *told_text(name.replace("_", " ").capitalize(), report[name])]
    return "\n".join(parts)


def told_text(title: str, made: dict[str, Any]) -> list[str]:
    share = f"the least sure tenth holds {made['caught']:.0%} of the errors"
    parts = [f"{title}: {made['norms']} norms, {made['wrong']} wrong; {share}"]
    parts.append(f"  {'from':>5}{'norms':>8}{'claimed':>9}{'right':>8}")
    return parts + [
        f"  {row['from']:5.2f}{row['norms']:8d}{row['claimed']:9.3f}{row['right']:8.3f}" for row in made["reliability"]
    ]
