"""How the steps of a trace are called on screen."""

from collections.abc import Mapping
from typing import Any

from core.telemetry import names
from pages.parts.cost_words import fault
from pages.parts.words import label

STAGES = {
    "copilot.analyse": "Analyse with a model",
    "copilot.ground": "Find the quotes",
    "copilot.again": "Second pass",
    "copilot.risk": "Risk",
    "copilot.engine": "Built-in reading",
}


ENDS = {
    "NoAnswer": "No model answered",
    "Unread": "Answer could not be read",
    "OverBudget": "A budget was reached",
    "ModelStopped": "The model was stopped",
    "Refused": "Not allowed",
}


def ended(error: str | None) -> str:
    """Why a step ended without a result; stopping is no error, and is called so."""
    if error in names.STOPS:
        return "Stopped"
    return ENDS.get(error or "") or fault(error)


def step(name: str, attributes: Mapping[str, Any]) -> str:
    """ "chat ollama:qwen3:4b" → "Ask ollama:qwen3:4b"; "copilot.window", the third → "Window 3"."""
    if name.startswith(names.CHAT):
        return f"Ask {name.removeprefix(names.CHAT)}"
    said = STAGES.get(name) or label(name.removeprefix("copilot.").replace(".", " "))
    number = attributes.get(names.WINDOW)
    return said if number is None else f"{said} {number:,}"


def model(attributes: Mapping[str, Any]) -> str:
    """The model that answered, with the one that was asked where that is another."""
    asked, answered = attributes.get(names.REQUEST_MODEL, ""), attributes.get(names.RESPONSE_MODEL, "")
    if attributes.get(names.MODEL_CHANGED):
        return f"{answered} (asked: {asked})"
    return str(asked or answered)
