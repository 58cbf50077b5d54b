"""Sentences and provisions that others labelled, the engine's answers to them, and published figures."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.extract.engine import extract
from core.settings import ROOT
from core.types import Draft, Provision, Span

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
    place = Span("sentences", 0, len(text))
    return Provision(f"sentence-{number}", f"Sentence {number}", "", text, place, None, "article")


def drafts_of(text: str, number: int = 0) -> list[Draft]:
    return [found for found in extract([as_provision(text, number)]) if isinstance(found, Draft)]


def explained(drafts: Iterable[Draft]) -> str:
    """The rules that fired, for the error list."""
    said = []
    for draft in drafts:
        named = draft.bearer.text or "nobody"
        named += "" if draft.bearer.explicit else ", not explicit"
        said.append(f"{draft.modality} by {draft.rule} [{named}] {draft.action[:60]}")
    return "; ".join(said)


def sentence_answers(path: Path) -> list[Answer]:
    """Regulatory: an obligation, prohibition, right or power whose bearer the sentence names."""
    answers = []
    for number, line in enumerate(lines(path)):
        try:
            row = json.loads(line)
            sentence, expected = row["sentence"], row["label"] == "regulatory"
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(
                f'Line {number + 1} of {path} is not {{"sentence": …, "label": …}}; mend or remove it.'
            ) from error
        drafts = drafts_of(sentence, number)
        found = any(d.modality in COUNTED and d.bearer.explicit for d in drafts)
        held_out = number % HELD_OUT == HELD_OUT - 1
        answers.append(Answer(sentence, expected, found, explained(drafts), held_out))
    return answers


def provision_answers(path: Path, counted: frozenset[str] = DUTIES) -> list[Answer]:
    """Obligation or prohibition present or not. A point is read under its paragraph's lead-in."""
    answers = []
    for number, row in enumerate(csv.DictReader(lines(path))):
        try:
            expected = int(row["n_obligation"]) + int(row["n_prohibition"]) > 0
            text, unit, point = row["paragraph_text"] or row["gdpr_text"], row["gdpr_text"], row["point"]
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(f"Row {number + 1} of {path} lacks a column or a number ({error}); mend it.") from error
        provisions = paragraph(text, number)
        found = [d for d in extract(provisions) if isinstance(d, Draft)]
        if point:
            found = [d for d in found if belongs(d, provisions[0], f"({point})")]
        answers.append(Answer(unit, expected, any(d.modality in counted for d in found), explained(found)))
    return answers


def belongs(draft: Draft, top: Provision, label: str) -> bool:
    """The point's own norm, or the one of the lead-in whose conditions its list gives."""
    return draft.provision.label == label or (draft.provision is top and draft.quote.text.rstrip().endswith(":"))


# "1.", "Article 10" with its heading glued on, and the points of a list.
NUMBERED = re.compile(r"(?:\d{1,3}\.|Article \d{1,3}[^.]{0,200}?(?<=[a-z])(?=[A-Z]))\s?")
POINT = re.compile(r"(?:(?<=[:;.,])|(?<=;or)|(?<=;and)|(?<=; or)|(?<=; and))\(([a-z])\)")


def paragraph(text: str, number: int) -> list[Provision]:
    """A paragraph that holds its points in one string, as the provisions that a parser would make of it."""
    numbered = NUMBERED.match(text)
    start = numbered.end() if numbered else 0
    cuts = list(POINT.finditer(text, start))
    ends = [cut.start() for cut in cuts] + [len(text)]
    top = f"Article {number}(1)"
    head = Provision(top, top, "", text[start : ends[0]], Span("paragraph", start, ends[0]), None, "paragraph")
    provisions = [head]
    for cut, last in zip(cuts, ends[1:], strict=True):
        label, place = f"({cut[1]})", Span("paragraph", cut.end(), last)
        path = top + label
        provisions.append(Provision(path, path, "", text[cut.end() : last], place, top, "point", label))
    return provisions


def lines(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The labelled file {path} cannot be read ({error}); give another.") from error
    return [line for line in text.split("\n") if line.strip()]


def figures(answers: Sequence[Answer]) -> dict[str, float | int]:
    return {name: round(value, 4) for name, value in asdict(score(answers)).items()}


def errors(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Each wrong answer with its place in the file, counted from 0."""
    return [
        {"number": number, **asdict(answer), "text": " ".join(answer.text.split())}
        for number, answer in enumerate(answers)
        if answer.expected != answer.found
    ]
