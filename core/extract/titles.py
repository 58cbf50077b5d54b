"""A duty as an instruction: "Notify the competent authority of a personal data breach"."""

from collections.abc import Mapping
from typing import Any

from core.extract.risk import shortened
from core.types import Draft


def title(draft: Draft, limits: Mapping[str, Any], items: int = 1) -> str:
    """In the imperative, at most `most_characters` long."""
    words = " ".join(f"{draft.action} {draft.object}".split()).rstrip(".;:, ")
    if draft.modality == "prohibition":
        words = f"do not {words}"
    words = words[:1].upper() + words[1:]
    tail = f" ({items} items)" if items > 1 else ""
    return shortened(words, int(limits["most_characters"]) - len(tail)) + tail
