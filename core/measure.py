"""The measuring stick of the built-in engine: labelled sentences and provisions of others, with published figures beside."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.extract.engine import extract
from core.settings import ROOT
from core.types import Draft, Provision, ProvisionKind, Span

SHARED = ROOT.parent / "shared" / "data" / "obligations"
SENTENCES = SHARED / "eu_regulatory_sentences_dev.jsonl"
PROVISIONS = SHARED / "gdpr_provision_labels_dev.csv"
# What others reach on these sentences (arXiv 2505.00479); the last one's answers stand in the file itself.
PUBLISHED = {
    "shall/must rule": 0.54,
    "dependency parser": 0.80,
    "InLegalBERT + XGBoost (paper)": 0.84,
    "InLegalBERT + XGBoost (these sentences)": 0.876,
}
PUBLISHED_PROVISIONS = {"shall/must rule on the paragraph": 0.83}
COUNTED = frozenset({"obligation", "prohibition", "right", "power"})
DUTIES = frozenset({"obligation", "prohibition"})
# Every fourth sentence was kept unread while the rules were written.
HELD_OUT = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """One labelled unit: what it is and what the engine made of it, with the words that explain it."""

    text: str
    expected: bool
    found: bool
    why: str
    held_out: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    count: int
    accuracy: float
    precision: float
    recall: float
    f1: float


def score(answers: Sequence[Answer]) -> Score:
    """Figures 0-1 of the positive class; a measure with nothing to divide by is 0."""
    hit = sum(a.expected and a.found for a in answers)
    right = sum(a.expected == a.found for a in answers)
    claimed, there = sum(a.found for a in answers), sum(a.expected for a in answers)
    precision, recall = hit / claimed if claimed else 0.0, hit / there if there else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Score(len(answers), right / len(answers) if answers else 0.0, precision, recall, f1)


def as_provision(text: str, number: int) -> Provision:
    """A loose sentence as the provision that the engine expects."""
    return Provision(
        f"sentence-{number}", f"Sentence {number}", "", text, Span("sentences", 0, len(text)), None, "article"
    )


def drafts_of(text: str, number: int = 0) -> list[Draft]:
    return [found for found in extract([as_provision(text, number)]) if isinstance(found, Draft)]


def explained(drafts: Iterable[Draft]) -> str:
    return "; ".join(
        f"{d.modality} {d.rule} [{d.bearer.text or '-'}{'' if d.bearer.explicit else ' (not explicit)'}] {d.action[:60]}"
        for d in drafts
    )


def sentence_answers(path: Path) -> list[Answer]:
    """Regulatory: an obligation, prohibition, right or power whose bearer the sentence names."""
    answers = []
    for number, line in enumerate(lines(path)):
        row = json.loads(line)
        drafts = drafts_of(row["sentence"], number)
        found = any(d.modality in COUNTED and d.bearer.explicit for d in drafts)
        answers.append(
            Answer(
                row["sentence"],
                row["label"] == "regulatory",
                found,
                explained(drafts),
                number % HELD_OUT == HELD_OUT - 1,
            )
        )
    return answers


def provision_answers(path: Path) -> list[Answer]:
    """Obligation or prohibition present or not. A point is read under its paragraph's lead-in."""
    answers = []
    for number, row in enumerate(csv.DictReader(lines(path))):
        expected = int(row["n_obligation"]) + int(row["n_prohibition"]) > 0
        units = paragraph(row["paragraph_text"] or row["gdpr_text"], number)
        found = [d for d in extract(units) if isinstance(d, Draft)]
        if row["point"]:
            found = [d for d in found if belongs(d, units[0], f"({row['point']})")]
        answers.append(Answer(row["gdpr_text"], expected, any(d.modality in DUTIES for d in found), explained(found)))
    return answers


def belongs(draft: Draft, top: Provision, label: str) -> bool:
    """The point's own norm, or the one of the lead-in whose conditions its list gives."""
    return draft.provision.label == label or (draft.provision is top and draft.quote.text.rstrip().endswith(":"))


# "1.", "Article 10" with its heading glued on, and the points of a list.
NUMBERED = re.compile(r"^(?:\d+\.|Article \d+[^.]*?(?<=[a-z])(?=[A-Z]))\s*")
POINT = re.compile(r"(?:(?<=[:;.,])|(?<=;or)|(?<=;and)|(?<=; or)|(?<=; and))\(([a-z])\)")


def paragraph(text: str, number: int) -> list[Provision]:
    """A paragraph that holds its points in one string, as the provisions that a parser would make of it."""
    start = NUMBERED.match(text).end() if NUMBERED.match(text) else 0  # type: ignore[union-attr]
    cuts = list(POINT.finditer(text, start))
    ends = [cut.start() for cut in cuts] + [len(text)]
    top = f"Article {number}(1)"

    def made(path: str, first: int, last: int, kind: ProvisionKind, label: str = "") -> Provision:
        return Provision(
            path, path, "", text[first:last], Span("paragraph", first, last), None if path == top else top, kind, label
        )

    provisions = [made(top, start, ends[0], "paragraph")]
    for cut, last in zip(cuts, ends[1:], strict=True):
        label = f"({cut[1]})"
        provisions.append(made(top + label, cut.end(), last, "point", label))
    return provisions


def lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise BadInput(
            f"The labelled file {path} cannot be read ({error.strerror}); give another with --sentences or --provisions."
        ) from error


def measure_extraction(sentences: Path | None = None, provisions: Path | None = None) -> dict[str, Any]:
    """Figures and errors as one object: sentences (all, read, held out), provisions, published, errors.

    Without paths the shared development sets are used; a set that is absent is left out. BadInput for a path that
    cannot be read.
    """
    report: dict[str, Any] = {"published": PUBLISHED, "published_provisions": PUBLISHED_PROVISIONS}
    if sentences or SENTENCES.exists():
        answers = sentence_answers(sentences or SENTENCES)
        report["sentences"] = {
            "all": figures(answers),
            "read": figures([a for a in answers if not a.held_out]),
            "held_out": figures([a for a in answers if a.held_out]),
        }
        report["sentence_errors"] = errors(answers)
    if provisions or PROVISIONS.exists():
        units = provision_answers(provisions or PROVISIONS)
        report["provisions"] = figures(units)
        report["provision_errors"] = errors(units)
    return report


def figures(answers: Sequence[Answer]) -> dict[str, float | int]:
    made = score(answers)
    return {
        "count": made.count,
        "accuracy": round(made.accuracy, 4),
        "precision": round(made.precision, 4),
        "recall": round(made.recall, 4),
        "f1": round(made.f1, 4),
    }


def errors(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "text": " ".join(a.text.split()),
            "expected": a.expected,
            "found": a.found,
            "why": a.why,
            "held_out": a.held_out,
        }
        for number, a in enumerate(answers)
        if a.expected != a.found
    ]


def as_text(report: dict[str, Any], with_errors: bool = False) -> str:
    """The report as a person reads it."""
    parts = ["Set                              n   accuracy precision recall  F1"]
    for name, made in {
        **{f"sentences, {k}": v for k, v in report.get("sentences", {}).items()},
        **({"GDPR provisions": report["provisions"]} if "provisions" in report else {}),
    }.items():
        parts.append(
            f"{name:30} {made['count']:4d}   {made['accuracy']:.3f}    {made['precision']:.3f}    {made['recall']:.3f}   {made['f1']:.3f}"
        )
    parts += ["", "Published on the sentences (accuracy):"] + [
        f"  {name}: {value}" for name, value in report["published"].items()
    ]
    parts += ["Published on the provisions (F1):"] + [
        f"  {name}: {value}" for name, value in report["published_provisions"].items()
    ]
    if with_errors:
        for title in ("sentence_errors", "provision_errors"):
            parts += ["", title.replace("_", " ").capitalize() + ":"]
            parts += [
                f"  {e['number']:4d} {'missed' if e['expected'] else 'too much'}: {e['text'][:220]}\n       {e['why'] or 'nothing found'}"
                for e in report.get(title, ())
            ]
    return "\n".join(parts)
