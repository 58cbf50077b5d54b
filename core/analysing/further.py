"""What follows from the norms: risk, actions, summary. The model's word where it was asked and is sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.analysing.asking import Asker
from core.analysing.options import Step
from core.extract.actions import actions
from core.pipeline import Findings
from core.types import Action, Reading


@dataclass(frozen=True, slots=True)
class Advised:
    """`summary` None: it is counted from the findings. `warnings` say which step no model did."""

    findings: Findings
    actions: tuple[Action, ...]
    summary: str | None = None
    warnings: tuple[str, ...] = ()


def further(asker: Asker, reading: Reading, findings: Findings, steps: Sequence[Step], today: date) -> Advised:
    """The three steps, those that are wanted by the model."""
    return Advised(findings, actions(findings.obligations, today, document_type=reading.document.type))
