"""What reading a sentence gives: its clauses, its norms, and what it only states."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.extract.bearers import Party
from core.extract.conditions import Circumstance
from core.extract.marks import Mark, Sense
from core.extract.terms import Terms
from core.language.clauses import Subject
from core.language.tokens import Token
from core.types import Bearer


@dataclass(frozen=True, slots=True)
class Norm:
    """A clause that directs somebody. Indices are tokens of `Sentence.tokens`."""

    sense: Sense
    mark: Mark
    subject: Subject
    who: Party
    bearer: Bearer
    action: str
    object: str
    start: int
    end: int
    via: str | None = None
    circumstances: tuple[Circumstance, ...] = ()
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Stated:
    """A mark that commands nobody, and why."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Antecedent:
    """Who an "it" or "they" of the next sentence may be: `seen` without `bearer` when the last subject was a thing."""

    bearer: Bearer | None = None
    plural: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """`named`: whom it gives a status, without a norm: "they shall be joint controllers. They shall …"."""

    text: str
    tokens: Sequence[Token]
    depth: Sequence[int]
    norms: tuple[Norm, ...]
    stated: tuple[Stated, ...]
    expects: bool = False
    named: Antecedent | None = None

    def slice(self, start: int, end: int) -> str:
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence while it is read: its tokens, how deep in brackets each is, who is known and who came before.

    `expects`: it stands in a text that says "should" of what it expects, as guidelines do.
    """

    text: str
    tokens: Sequence[Token]
    depth: Sequence[int]
    terms: Terms
    before: Antecedent
    expects: bool = False

    def slice(self, start: int, end: int) -> str:
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""


@dataclass(slots=True)
class Clause:
    mark: Mark
    subject: Subject
    who: Party
    sense: Sense
    begin: int = 0
