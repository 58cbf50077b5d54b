"""Our labelled units of when, unless and of what: deadlines, conditions, exceptions and references to the letter."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.measure.own import deadline_word, norms_of, plain_bearer
from core.measure.shared import lines
from core.settings import ROOT
from core.types import Deadline, Draft

WHEN = ROOT / "data" / "evals" / "deadlines.jsonl"
ASPECTS = ("times", "kinds", "anchors", "conditions", "exceptions", "references")

Expected = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A unit with what differs in it: "missed", "too much", or aspects, each with what was expected and found."""

    id: str
    style: str
    text: str
    wrong: tuple[tuple[str, str, str], ...]
    asked: tuple[str, ...]

    def aspects(self) -> set[str]:
        return {aspect for aspect, _, _ in self.wrong}


def judged(path: Path = WHEN) -> list[Judged]:
    """Every unit of the file beside what the engine finds in it. BadInput for a line that is no unit."""
    found = []
    for number, line in enumerate(lines(path)):
        try:
            row = json.loads(line)
            found.append(_unit(row["id"], row["style"], row["text"], list(row["expect"])))
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"Line {number + 1} of {path} is no labelled unit ({error}); mend or remove it.") from error
    return found


def _unit(name: str, style: str, text: str, expected: Sequence[Expected]) -> Judged:
    drafts = norms_of(text)
    wrong: list[tuple[str, str, str]] = []
    asked: list[str] = []
    for label in expected:
        draft = next((d for d in drafts if label.get("quote", "") in d.quote.text), None)
        if draft is None:
            wrong.append(("missed", label.get("quote", text), ""))
            continue
        drafts.remove(draft)
        for aspect, want, got in _answers(label, draft):
            asked.append(aspect)
            if want != got:
                wrong.append((aspect, str(want), str(got)))
    wrong += [("too much", "", draft.quote.text) for draft in drafts]
    return Judged(name, style, text, tuple(wrong), tuple(asked))


def _answers(label: Expected, draft: Draft) -> list[tuple[str, Any, Any]]:
    """(aspect, as labelled, as found) for what the label judges."""
    found: list[tuple[str, Any, Any]] = []
    times = label.get("times")
    if times is not None:
        got = [_word(deadline) for deadline in draft.deadlines]
        found.append(("times", [word if word is not None else "?" for _, word, _ in times], _blanked(got, times)))
        if len(times) == len(got):
            pairs = list(zip(times, draft.deadlines, strict=True))
            found += [("kinds", kind, deadline.kind) for (kind, _, _), deadline in pairs if kind]
            found += [("anchors", _bare(event), _bare(d.anchor or "")) for (_, _, event), d in pairs if event]
    for aspect, passages in (("conditions", draft.conditions), ("exceptions", draft.exceptions)):
        if label.get(aspect) is not None:
            found.append((aspect, label[aspect], [" ".join(passage.text.split()) for passage in passages]))
    if label.get("references") is not None:
        cited = [[reference.passage.text, reference.target] for reference in draft.references]
        found.append(("references", label["references"], cited))
    return found


def _blanked(got: Sequence[str], times: Sequence[Sequence[Any]]) -> list[str]:
    """ "?" where the label leaves a length open."""
    open_at = {at for at, (_, word, _) in enumerate(times) if word is None}
    return ["?" if at in open_at and len(got) == len(times) else word for at, word in enumerate(got)]


def _word(deadline: Deadline) -> str:
    """ "P5D working", a date, a recurrence; "" where the text gives no length."""
    return deadline_word(deadline) if deadline.iso8601 else ""


def _bare(event: str) -> str:
    return plain_bearer(event)


def when_figures(units: Sequence[Judged]) -> dict[str, Any]:
    """Units, how many are wholly right, and by aspect the share of judged answers that are right."""
    report: dict[str, Any] = {"units": len(units), "units_right": sum(not unit.wrong for unit in units)}
    for aspect in ASPECTS:
        asked = sum(unit.asked.count(aspect) for unit in units)
        wrong = sum(aspect == name for unit in units for name, _, _ in unit.wrong)
        report[aspect] = {"asked": asked, "right": round((asked - wrong) / asked, 4) if asked else 0.0}
    for name in ("missed", "too much"):
        report[name.replace(" ", "_")] = sum(name == said for unit in units for said, _, _ in unit.wrong)
    return report
