"""What a text carries that somebody should know of before it is used: personal data, secrets, text aimed at a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found and where, never the words themselves. `start` and `end` are None for hidden text."""

    kind: Literal["personal", "secret", "injection"]
    name: str
    start: int | None
    end: int | None
    detail: str = ""


def scan(text: str, hidden: Sequence[str] = ()) -> tuple[Finding, ...]:
    return ()
