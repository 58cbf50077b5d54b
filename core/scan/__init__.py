"""What a text carries that somebody should know of before it is used: personal data, secrets, text aimed at a model."""

from collections.abc import Sequence

from core.scan.aimed import aimed
from core.scan.findings import Finding, counted
from core.scan.personal import personal
from core.scan.secrets import secrets

__all__ = ["Finding", "counted", "scan"]


def scan(text: str, hidden: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Findings in text order, those in hidden text last. None of them carries the words that were found."""
    found = [*personal(text), *secrets(text), *aimed(text, hidden)]
    return tuple(sorted(found, key=lambda one: (one.start is None, one.start or 0, one.kind, one.name)))
