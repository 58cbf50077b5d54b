"""One window of a document: read by a model, grounded, asked again where it is weak or leaves sentences out.

What has been answered already is not asked again, and all that follows from an answer is worked out anew: a run that
goes on after a restart comes to the same as one that was never interrupted.
"""

import contextlib
from dataclasses import dataclass
from functools import cached_property

from core import telemetry
from core.analysing.asking import Asker, Said
from core.analysing.further import tokens
from core.analysing.options import Options
from core.analysing.plan import Plan
from core.extract import cascade, prompted
from core.extract.enriched import Surroundings, WindowReading
from core.extract.ground import Grounded, ground_in
from core.extract.missed import Missed, answered, parts
from core.extract.missed import missed as find_missed
from core.extract.windows import Window
from core.llm.faults import NoAnswer, Refused
from core.llm.routes import Quality
from core.pipeline import extractor, found
from core.telemetry import names
from core.types import Draft, Reading, Rejected, Statement

BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class WindowRead:
    """`engine` is whose reading it is; `stronger` why another model was asked besides, () where none was.

    `degraded`: no model gave an answer that could be read, so the built-in engine read it. `repeated`: norms that were
    left out because they say what another says.
    """

    number: int
    engine: str
    grounded: Grounded
    statements: tuple[Statement, ...]
    rejected: tuple[Rejected, ...]
    stronger: tuple[str, ...] = ()
    degraded: bool = False
    repeated: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """For who watches: nothing of the text."""
        return {
            "obligations": len(self.grounded.obligations),
            "ungrounded": len(self.grounded.ungrounded),
            "rejected": len(self.rejected),
            "degraded": int(self.degraded),
            "stronger": int(bool(self.stronger)),
        }


@dataclass
class Text:
    """The document as every window needs it; what is costly is worked out once, when first asked for."""

    reading: Reading

    @cached_property
    def around(self) -> Surroundings:
        return Surroundings(self.reading.document, self.reading.provisions, self.reading.words)

    def warm(self) -> None:
        """Work it all out, before several threads ask for it at once."""
        _ = self.around.source, self.around.terms, self.around.around, self.around.expects, self.builtin

    @cached_property
    def builtin(self) -> tuple[list[Draft], list[Statement]]:
        drafts, statements, _ = found(extractor(BUILTIN), self.reading)
        return drafts, statements

    def statements(self, window: Window) -> tuple[Statement, ...]:
        """What the built-in engine says of sentences that are no norms."""
        return tuple(one for one in self.builtin[1] if within(one.quote.start, window))


def within(start: int | None, window: Window) -> bool:
    return start is not None and window.start <= start < window.end


class Unread(NoAnswer):
    """A model answered, and nothing in its answer could be read. `rejected` says why, piece by piece."""

    def __init__(self, model: str, rejected: tuple[Rejected, ...]) -> None:
        super().__init__(f"{model} gave no answer that could be read: {rejected[0].reason}")
        self.rejected = rejected


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one model's answer to a window came to."""

    said: Said
    reading: WindowReading
    grounded: Grounded
    missed: Missed

    @property
    def readable(self) -> bool:
        """An empty list is an answer; prose, or an object that breaks off, is none."""
        return bool(self.reading.drafts or self.reading.statements or not self.reading.rejected)

    @property
    def worth(self) -> tuple[bool, int]:
        """The larger, the better: what is in the text counts for it, what is not and what was left out against it."""
        lost = len(self.grounded.ungrounded) + len(self.reading.rejected) + len(self.missed.sentences)
        return self.readable, len(self.grounded.obligations) - lost


def read(window: Window, text: Text, plan: Plan, options: Options, asker: Asker) -> WindowRead:
    """The window's reading by models. Raises NoAnswer, also where nothing in the answers could be read, and whatever
    else `Router.ask` raises.
    """
    with telemetry.span("copilot.window", repeated=asker.read_before(window.number)) as span:
        span.set({names.WINDOW: window.number, names.TOKENS: window.tokens})
        tried = [_attempt(window, text, plan, asker, f"window-{window.number}")]
        weak = cascade.weak(window, tried[0].reading, tried[0].grounded, tried[0].missed)
        if options.cascade and weak and plan.stronger not in (None, tried[0].said.model):
            with contextlib.suppress(NoAnswer, Refused):  # what there is, is kept
                tried.append(_attempt(window, text, plan, asker, f"best-{window.number}", quality="best"))
        best = max(tried, key=lambda one: one.worth)
        if not best.readable:
            raise Unread(best.said.model, best.reading.rejected)
        again = _again(window, text, plan, options, asker, best)
        result = _whole(window, best, again, weak if len(tried) > 1 else ())
        span.set(
            {
                names.OBLIGATIONS: len(result.grounded.obligations),
                names.UNGROUNDED: len(result.grounded.ungrounded),
                names.REJECTED: len(result.rejected),
            }
        )
        return result


def read_by_rules(window: Window, text: Text, error: NoAnswer | None) -> WindowRead:
    """The last resort: the built-in engine's reading of a window that no model could read, or was asked about."""
    drafts, statements = text.builtin
    grounded = ground_in(text.around.source, [one for one in drafts if within(one.quote.start, window)], BUILTIN)
    kept = tuple(one for one in statements if within(one.quote.start, window))
    rejected = error.rejected if isinstance(error, Unread) else ()
    return WindowRead(window.number, BUILTIN, grounded, kept, rejected, degraded=True)


def _attempt(
    window: Window, text: Text, plan: Plan, asker: Asker, part: str, quality: Quality | None = None
) -> Attempt:
    document = text.reading.document
    said = asker.ask("extract", part, prompted.values(window, document), quality=quality)
    reading = prompted.read(window, said.text, document, text.around, prompt=plan.prompts["extract"])
    grounded = prompted.grounded(window, reading.drafts, text.around, said.model)
    missed = find_missed(window, document, grounded.obligations, text.statements(window), text.around)
    return Attempt(said, reading, grounded, missed)


def _again(
    window: Window, text: Text, plan: Plan, options: Options, asker: Asker, best: Attempt
) -> list[tuple[WindowReading, Grounded]]:
    """What the second pass says of the sentences that were left out, in as many questions as fit; none where it was
    not made.
    """
    found = list[tuple[WindowReading, Grounded]]()
    if not options.second_pass or not best.missed:
        return found
    for asked in parts(best.missed, tokens, plan.rooms["again"]):
        # What is not answered stays open, and is counted as not accounted for.
        with contextlib.suppress(NoAnswer, Refused):
            said = asker.ask("again", f"again-{window.number}", asked.values)
            reading = answered(window, asked, said.text, text.around, prompt=plan.prompts["again"])
            found.append((reading, prompted.grounded(window, reading.drafts, text.around, said.model)))
    return found


def _whole(
    window: Window,
    best: Attempt,
    again: list[tuple[WindowReading, Grounded]],
    stronger: tuple[str, ...],
) -> WindowRead:
    readings = [best.reading, *(reading for reading, _ in again)]
    grounded = [best.grounded, *(one for _, one in again)]
    return WindowRead(
        window.number,
        best.said.model,
        Grounded(
            tuple(obligation for one in grounded for obligation in one.obligations),
            tuple(lost for one in grounded for lost in one.ungrounded),
        ),
        tuple(statement for reading in readings for statement in reading.statements),
        tuple(lost for reading in readings for lost in reading.rejected),
        stronger,
        repeated=sum(reading.repeated for reading in readings),
    )
