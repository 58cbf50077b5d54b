"""Every step that a request may take, as a table: from which states, to which one, and who may."""

from dataclasses import dataclass
from typing import Literal

from core.errors import Conflict

State = Literal[
    "draft", "submitted", "change_requested", "accepted", "rejected", "escalated", "revoked", "expired", "dropped",
    "executing", "executed", "failed", "compensated",
]  # fmt: skip
Verdict = Literal["accept", "reject", "request_change", "escalate"]

VERDICTS: tuple[Verdict, ...] = ("accept", "reject", "request_change", "escalate")
PENDING: tuple[State, ...] = ("submitted", "escalated")
# What an action may be asked for again after, and what it may not while it is.
CLOSED: tuple[State, ...] = ("rejected", "revoked", "expired", "dropped", "compensated")
ASKED: tuple[State, ...] = ("submitted", "escalated", "change_requested")


class TransitionError(Conflict):
    """The request is in a state from which this step does not lead."""


@dataclass(frozen=True, slots=True)
class Step:
    """`permission` is what the person needs, "" where the program itself takes the step."""

    before: tuple[State, ...]
    after: State
    permission: str = ""
    reason: bool = False


STEPS: dict[str, Step] = {
    "submit": Step(("draft", "change_requested"), "submitted", "actions.submit"),
    "drop": Step(("draft", *ASKED), "dropped", "actions.submit"),
    "accept": Step(PENDING, "accepted", "actions.review"),
    "reject": Step(PENDING, "rejected", "actions.review", reason=True),
    "request_change": Step(PENDING, "change_requested", "actions.review", reason=True),
    "escalate": Step(("submitted",), "escalated", "actions.review", reason=True),
    "revoke": Step(("accepted", "failed"), "revoked", "actions.review", reason=True),
    "overdue": Step(("submitted",), "escalated"),
    "expire": Step((*ASKED, "accepted"), "expired"),
    "begin": Step(("accepted", "failed"), "executing", "actions.execute"),
    "succeed": Step(("executing",), "executed"),
    "fail": Step(("executing",), "failed"),
    "compensate": Step(("executed", "failed"), "compensated", "actions.compensate"),
}


# A step as what is done to a request, where its state says something else.
PUT = {"begin": "carried out", "request_change": "sent back for change", "submit": "asked for", "compensate": "undone"}


def allowed(state: State) -> tuple[str, ...]:
    """The steps that lead on from a state, in the order of the table."""
    return tuple(name for name, step in STEPS.items() if state in step.before)


def require_step(name: str, state: State, number: int) -> Step:
    """The step, or a TransitionError that says why not."""
    step = STEPS[name]
    if state not in step.before:
        raise TransitionError(
            f"Request {number} is {said(state)}, so it cannot be {PUT.get(name, said(step.after))}; look at it again."
        )
    return step


def said(state: str) -> str:
    """A state as a person reads it."""
    return {"change_requested": "waiting for a change"}.get(state, state)
