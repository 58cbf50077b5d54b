"""One thing found in a text: of what kind and where, never the words themselves."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["personal", "secret", "injection"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`name` says what it is ("e-mail address"); `start` and `end` are None for text that a reader does not see."""

    kind: Kind
    name: str
    start: int | None
    end: int | None
    detail: str = ""


def counted(findings: Iterable[Finding], kind: Kind) -> str:
    """As in "2 × e-mail address, 1 × IBAN", most frequent first; empty when there are none of that kind."""
    counts = Counter(finding.name for finding in findings if finding.kind == kind)
    return ", ".join(f"{number} × {name}" for name, number in sorted(counts.items(), key=lambda row: (-row[1], row[0])))
