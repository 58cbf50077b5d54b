"""The headings above a place, outermost first."""

from dataclasses import dataclass, field

from core.ingest.citing import Manner


@dataclass(slots=True)
class Step:
    level: int
    path: str
    node: int


@dataclass(slots=True)
class Chain:
    """`annex`, when one is open, stands above all the headings in it."""

    manner: Manner
    steps: list[Step] = field(default_factory=list)
    annex: int | None = None

    def __bool__(self) -> bool:
        return bool(self.steps)

    @property
    def last(self) -> Step | None:
        return self.steps[-1] if self.steps else None

    def add(self, level: int, path: str, node: int) -> None:
        self.steps.append(Step(max(level, 1), path, node))

    def leave(self, level: int) -> None:
        """Close the headings at this depth and below."""
        while self.steps and self.steps[-1].level >= max(level, 1) and self.steps[-1].node != self.annex:
            self.steps.pop()

    def above(self, number: str) -> int | None:
        """The node of the section that a number belongs to: "4" for "4.2", else the heading it stands under."""
        prefix = number.rpartition(".")[0]
        while prefix:
            for step in reversed(self.steps):
                if step.path == self.manner.cited(prefix):
                    return step.node
            prefix = prefix.rpartition(".")[0]
        return self.steps[-1].node if self.steps else None
