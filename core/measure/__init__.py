"""The measuring stick of the built-in engine: what others labelled, what we labelled, and published figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.measure import calibration
from core.measure.own import ASPECTS, OWN, own_errors, own_figures, units
from core.measure.shared import (
    DUTIES,
    PROVISIONS,
    PUBLISHED,
    PUBLISHED_PROVISIONS,
    SENTENCES,
    Answer,
    errors,
    figures,
    paragraph,
    provision_answers,
    score,
    sentence_answers,
)

__all__ = ["Answer", "as_text", "measure_extraction", "paragraph", "score"]


def measure_extraction(
    sentences: Path | None = None, provisions: Path | None = None, own: Path | None = None
) -> dict[str, Any]:
    """Figures and errors as one object: sentences (all, read, held_out), provisions, own, published figures, errors.

    Without paths the shared development sets and our own set are used; a set that is absent is left out. BadInput for
    a path that cannot be read. `provisions_with_rights` counts a right as somebody's duty, as some of those labels do.
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
        answered = provision_answers(provisions or PROVISIONS)
        report["provisions"] = figures(answered)
        report["provision_errors"] = errors(answered)
        report["provisions_with_rights"] = figures(provision_answers(provisions or PROVISIONS, DUTIES | {"right"}))
    if own or OWN.exists():
        read = units(own or OWN)
        report["own"] = own_figures(read)
        report["own_errors"] = own_errors(read)
    if calibration.JUDGED.exists():
        report["confidence"] = calibration.measured(calibration.judged())
    return report


def as_text(report: dict[str, Any], with_errors: bool = False) -> str:
    """The report as a person reads it."""
    sets = {f"sentences, {name}": made for name, made in report.get("sentences", {}).items()}
    sets |= {
        name.replace("_", " "): report[name] for name in ("provisions", "provisions_with_rights") if name in report
    }
    parts = [f"{'set':28}{'n':>6}{'accuracy':>10}{'precision':>11}{'recall':>8}{'F1':>8}"]
    for name, made in sets.items():
        row = f"{name:28}{made['count']:6d}{made['accuracy']:10.3f}{made['precision']:11.3f}"
        parts.append(f"{row}{made['recall']:8.3f}{made['f1']:8.3f}")
    parts += ["", "Published, accuracy on the sentences:"]
    parts += [f"  {name}: {value}" for name, value in report["published"].items()]
    parts += ["Published, F1 on the provisions:"]
    parts += [f"  {name}: {value}" for name, value in report["published_provisions"].items()]
    if "own" in report:
        parts += ["", *_own_text(report["own"])]
    for name, made in report.get("confidence", {}).items():
        parts += ["", *calibration.told_text(f"Confidence against truth, {name.replace('_', ' ')}", made)]
    for title in ("sentence_errors", "provision_errors") if with_errors else ():
        parts += ["", title.replace("_", " ").capitalize() + ":", *_error_text(report.get(title, ()))]
    if with_errors and "own_errors" in report:
        parts += ["", "Own errors:"]
        for error in report["own_errors"]:
            parts += [f"  {error['id']}: {error['text'][:220]}", *(f"       {pair}" for pair in error["pairs"])]
    return "\n".join(parts)


def _own_text(own: dict[str, Any]) -> list[str]:
    parts = [f"Own set: {own['units']} units with {own['norms']} norms; {own['units_wrong']} units not wholly right"]
    norm = f"precision {own['norm_precision']:.3f}, recall {own['norm_recall']:.3f}"
    parts.append(f"  norm F1        {own['norm_f1']:.3f}  ({norm})")
    parts += [f"  {aspect:15}{own[aspect.replace(' ', '_')]:.3f}" for aspect in ASPECTS]
    parts += ["", "Confidence against truth:", f"  {'from':>5}{'norms':>8}{'claimed':>9}{'right':>8}"]
    parts += [
        f"  {row['from']:5.2f}{row['norms']:8d}{row['claimed']:9.3f}{row['right']:8.3f}"
        for row in own["reliability"]
        if row["norms"]
    ]
    return parts


def _error_text(found: Sequence[dict[str, Any]]) -> list[str]:
    parts = []
    for error in found:
        parts.append(f"  {error['number']:4d} {'missed' if error['expected'] else 'too much'}: {error['text'][:220]}")
        parts.append(f"       {error['why'] or 'nothing found'}")
    return parts
