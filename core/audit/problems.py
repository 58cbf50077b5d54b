"""What can be wrong with the log, each in one sentence that names the entries."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "changed", "removed", "inserted", "moved", "order", "cut", "rewritten", "key", "guards", "heads", "checkpoint",
    "remark", "standing",
]  # fmt: skip
MOST = 100  # kept in a report; of those past it there is a count


@dataclass(frozen=True, slots=True)
class Problem:
    """`first` and `last` are numbers of entries, 0 where it is about none."""

    kind: Kind
    says: str
    first: int = 0
    last: int = 0


class Problems:
    """Gathers problems; of very many, the first ones."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.more = 0

    def add(self, kind: Kind, says: str, first: int = 0, last: int = 0) -> None:
        if len(self.found) < MOST:
            self.found.append(Problem(kind, says, first, last or first))
        else:
            self.more += 1


def entries(first: int, last: int) -> str:
    """ "Entry 7", "Entries 7 and 8", "Entries 7 to 19"."""
    if first == last:
        return f"Entry {first:,}"
    return f"Entries {first:,} {'and' if last == first + 1 else 'to'} {last:,}"


def were(first: int, last: int) -> str:
    return "was" if first == last else "were"
