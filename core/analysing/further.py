"""What follows from the norms: risk, actions, summary. The model's word where it was asked and is sound."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core import telemetry
from core.analysing.asking import Asker
from core.analysing.options import Step
from core.analysing.plan import Plan
from core.errors import BadInput
from core.extract import advised
from core.extract.actions import actions
from core.extract.coverage import coverage
from core.extract.risk import document_risk
from core.extract.summary import summary
from core.llm.faults import NoAnswer, Refused
from core.pipeline import Findings
from core.types import Action, Obligation, Reading, Rejected, Scope

BYTES_PER_TOKEN = 3  # so many at least: the same questions come of the same findings, whoever counts
TITLES: dict[Step, str] = {"risk": "the risk", "actions": "the actions", "summary": "the summary"}


@dataclass(frozen=True, slots=True)
class Advised:
    """`summary` None: it is counted from the findings. `warnings` say which step no model did."""

    findings: Findings
    actions: tuple[Action, ...]
    summary: str | None
    warnings: tuple[str, ...]


class Further:
    """The three steps, each by the model where that is wanted. What a model cannot do, the built-in rules do."""

    def __init__(self, asker: Asker, plan: Plan, reading: Reading, decision: Scope, steps: Sequence[Step]) -> None:
        self.asker, self.plan, self.reading, self.decision, self.steps = asker, plan, reading, decision, steps
        self.rejected: list[Rejected] = []
        self.failed: list[Step] = []

    def advised(self, findings: Findings, today: date) -> Advised:
        """Raises OverBudget, Stopped and what else ends a run; a step that only this model failed is done by rules."""
        document = self.reading.document
        found = replace(findings, obligations=self.risks(findings.obligations))
        steps = self.actions(actions(found.obligations, today, document_type=document.type), found.obligations)
        words = self.summary(found, steps)
        named = " and ".join(TITLES[step] for step in self.failed)
        told = (f"No model could say {named}; the built-in rules did.",) if named else ()
        return Advised(replace(found, rejected=(*found.rejected, *self.rejected)), steps, words, told)

    def risks(self, obligations: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
        if not self.wanted("risk", obligations):
            return obligations
        found = list[Obligation]()
        try:
            asked = advised.risk_questions(obligations, self.reading.document, tokens, self.plan.rooms["risk"])
            for number, question in enumerate(asked, 1):
                said = advised.risks(question, self.ask("risk", f"risk-{number}", question.values))
                self.rejected += said.rejected
                found += said.items
        except (NoAnswer, Refused, BadInput):
            self.failed.append("risk")
            return obligations
        return tuple(found)

    def actions(self, ours: tuple[Action, ...], obligations: tuple[Obligation, ...]) -> tuple[Action, ...]:
        if not self.wanted("actions", ours):
            return ours
        found = list[Action]()
        document, room = self.reading.document, self.plan.rooms.get("actions", 0)
        try:
            asked = advised.action_questions(ours, obligations, document, tokens, room)
            for number, question in enumerate(asked, 1):
                said = advised.steps(question, self.ask("actions", f"actions-{number}", question.values))
                self.rejected += said.rejected
                found += said.items
        except (NoAnswer, Refused, BadInput):
            self.failed.append("actions")
            return ours
        return tuple(found)

    def summary(self, found: Findings, steps: tuple[Action, ...]) -> str | None:
        if not self.wanted("summary", found.obligations):
            return None
        document = self.reading.document
        covered = coverage(document, self.reading.provisions, found.obligations, found.statements)
        ours = summary(document, self.decision, found.obligations, steps, document_risk(found.obligations), covered)
        try:
            question = advised.summary_question(ours, found.obligations, document, tokens, self.plan.rooms["summary"])
            said = advised.summarised(question, ours, self.ask("summary", "summary", question.values))
        except (NoAnswer, Refused, BadInput):
            self.failed.append("summary")
            return None
        self.rejected += said.rejected
        return said.items[0] if said.taken else None

    def wanted(self, step: Step, about: Sequence[object]) -> bool:
        return step in self.steps and bool(about)

    def ask(self, task: Step, part: str, values: dict[str, str]) -> str:
        with telemetry.span(f"copilot.{task}", repeated=self.asker.answered(part)):
            said = self.asker.ask(task, part, values)
        self.asker.settle()
        return said.text


def tokens(text: str) -> int:
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN)
