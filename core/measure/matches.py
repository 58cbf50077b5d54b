"""How often the first control suggested, or one of the first three, is the right one: our own labelled pairs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.controls import forms
from core.controls.matching import Duty, Matcher
from core.controls.shelf import OURS
from core.controls.texts import ControlText
from core.errors import BadInput
from core.measure.shared import lines
from core.settings import ROOT

PAIRS = ROOT / "data" / "evals" / "controls.jsonl"


@dataclass(frozen=True, slots=True)
class Answered:
    """A labelled duty: the controls that would be right, and those suggested, both by ref."""

    id: str
    set: str
    text: str
    right: tuple[str, ...]
    suggested: tuple[str, ...]
    scores: tuple[float, ...]


def measure_controls(path: Path = PAIRS, library: Path = OURS) -> dict[str, Any]:
    """Figures for all pairs and for each set of them, and the errors. BadInput for a line that is no pair."""
    controls = forms.read(library.read_bytes(), library.name).controls
    matcher = Matcher(controls)
    answers = [_answered(line, number, matcher, controls) for number, line in enumerate(lines(path), 1)]
    sets = {name: [one for one in answers if one.set == name] for name in dict.fromkeys(one.set for one in answers)}
    return {
        "all": figures(answers),
        **{name: figures(found) for name, found in sets.items()},
        "errors": [
            {"id": one.id, "text": one.text, "right": list(one.right), "suggested": list(one.suggested)}
            for one in answers
            if (one.suggested[:1] or ("",))[0] not in (one.right or ("",))
        ],
    }


def figures(answers: Sequence[Answered]) -> dict[str, float]:
    """precision_at_1: of those with a suggestion; recall_at_3: of those that have a right control."""
    suggested = [one for one in answers if one.suggested]
    labelled = [one for one in answers if one.right]
    first = sum(one.suggested[0] in one.right for one in suggested)
    among = sum(bool(set(one.suggested[:3]) & set(one.right)) for one in labelled)
    none = [one for one in answers if not one.right]
    return {
        "count": len(answers),
        "precision_at_1": first / len(suggested) if suggested else 0.0,
        "recall_at_3": among / len(labelled) if labelled else 0.0,
        "silent_where_none_is_right": sum(not one.suggested for one in none) / len(none) if none else 1.0,
    }


def as_text(report: dict[str, Any], with_errors: bool = False) -> str:
    parts = [f"{'set':10}{'n':>5}{'precision@1':>13}{'recall@3':>10}{'silent':>8}"]
    for name, made in report.items():
        if name != "errors":
            row = f"{name:10}{made['count']:5d}{made['precision_at_1']:13.3f}{made['recall_at_3']:10.3f}"
            parts.append(f"{row}{made['silent_where_none_is_right']:8.2f}")
    parts.append("silent: nothing is suggested where no control is right")
    for error in report["errors"] if with_errors else ():
        right, suggested = (", ".join(error[key]) or "none" for key in ("right", "suggested"))
        parts += [f"  {error['id']} right: {right}; suggested: {suggested}", f"       {error['text'][:160]}"]
    return "\n".join(parts)


def _answered(line: str, number: int, matcher: Matcher, controls: Sequence[ControlText]) -> Answered:
    try:
        row = json.loads(line)
        duty = Duty(row["text"], "", row["lead_in"], row["heading"])
        right = tuple(row["controls"])
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise BadInput(
            f"Line {number} is no labelled pair ({error}); it has id, set, heading, lead_in, text, controls."
        ) from error
    found = matcher.matches(duty)
    refs = tuple(controls[match.control].ref for match in found)
    return Answered(row["id"], row["set"], row["text"], right, refs, tuple(match.score for match in found))
