"""A model's reading of a window: what it is given, its answer object by object, and its quotes grounded there.

The model says which sentences are norms, of what kind, whose and why; what it cannot know (kinds of bearers, lengths
of time, targets of references, sanctions) comes from the built-in readers. Nothing that it quotes counts until it is
found in the window's own text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator

from core.extract.bearers import party
from core.extract.deadlines import deadlines
from core.extract.ground import Grounded, Source, ground_in, outer_limit
from core.extract.matching import Region, squeezed
from core.extract.nature import COMMAND, expects
from core.extract.reading import read as read_sentence
from core.extract.salvage import Answered, MaybeText, Share, Text, salvage
from core.extract.sanctions import sanctions, sanctions_of
from core.extract.shaping import Around
from core.extract.terms import Terms, document_terms
from core.extract.windows import Window
from core.language.references import places, references
from core.language.tokens import tokens
from core.types import (
    DUTIES,
    Bearer,
    Deadline,
    Document,
    Draft,
    Modality,
    Obligation,
    Passage,
    Provision,
    Reference,
    Rejected,
    Statement,
    Ungrounded,
    Word,
)

PROMPT = "extract-obligations/1.0.0"
LONGEST_REMARK = 600
AS_THE_MODEL_SAYS = "the model's reading"
NOT_READ = "It stands in a part of the text that was not to be read for norms."
ARTICLE_SIGN = re.compile(r"\bart(?:icle|\.)?(?=\s|\d)", re.IGNORECASE)

# What a model writes itself is cut where it runs on; what it quotes is taken whole or not at all.
Remark = Annotated[MaybeText, AfterValidator(lambda text: " ".join(text.split())[:LONGEST_REMARK])]


class Norm(Answered):
    """One object of the answer to extract-obligations."""

    provision: Text
    quote: Text
    modality: Modality
    confidence: Share
    lead_in: MaybeText = ""
    bearer: Remark = ""
    action: Remark = ""
    deadline: MaybeText = ""
    condition: MaybeText = ""
    exception: MaybeText = ""
    reason: Remark = ""


@dataclass(frozen=True, slots=True)
class WindowReading:
    """What one answer came to. `repeated` counts objects that said what another had said, `misnamed` those whose
    provision is none of the window's; neither is lost.
    """

    drafts: tuple[Draft, ...]
    rejected: tuple[Rejected, ...]
    statements: tuple[Statement, ...] = ()
    repeated: int = 0
    misnamed: int = 0


@dataclass
class Surroundings:
    """What the reading of any window needs to know of the whole document; worked out once, when first asked for."""

    document: Document
    provisions: Sequence[Provision]
    words: Sequence[Word] = ()

    @cached_property
    def source(self) -> Source:
        return Source(self.document, self.provisions, self.words)

    @cached_property
    def terms(self) -> Terms:
        return document_terms(self.provisions)

    @cached_property
    def around(self) -> Around:
        children: dict[str, list[Provision]] = {}
        for provision in self.provisions:
            if provision.parent is not None and provision.kind == "point":
                children.setdefault(provision.parent, []).append(provision)
        known = places(self.provisions)
        return Around(known, sanctions(self.provisions, children, known))

    @cached_property
    def expects(self) -> bool:
        return expects(self.provisions)


def values(window: Window, document: Document) -> dict[str, str]:
    """The values of the variables of extract-obligations."""
    return {"regulation": " ".join(document.title.split()) or "this document", "provisions": window.text}


def read(
    window: Window, answer: str, document: Document, around: Surroundings, *, prompt: str = PROMPT
) -> WindowReading:
    """The drafts of an answer, made whole with the built-in readers, and what could not be read. Never raises.

    `prompt` is the name and version of the one that was asked; it becomes the drafts' rule.
    """
    salvaged = salvage(answer, Norm, "norms")
    norms, repeated = once(salvaged.found, window, document)
    reader = _Reader(window, around, prompt)
    drafts = tuple(map(reader.draft, norms))
    return WindowReading(drafts, salvaged.rejected, repeated=repeated, misnamed=reader.misnamed)


def grounded(window: Window, drafts: Iterable[Draft], around: Surroundings, engine: str) -> Grounded:
    """The drafts verified against the window's own text. `engine` is the model's name.

    A time that is not in the text keeps the model's words and loses their meaning, so that nothing is due by it.
    """
    found = ground_in(around.source, map(_without_hints, drafts), engine, (window.start, window.end))
    spans = _stretches(window)
    kept, lost = list[Obligation](), list(found.ungrounded)
    for one in found.obligations:
        if any(start <= one.span.start < end for start, end in spans):
            kept.append(_certain(one))
        else:
            lost.append(Ungrounded(one.draft.quote.text, NOT_READ, one.draft.provision.path))
    return Grounded(tuple(kept), tuple(lost))


def once(norms: Sequence[Norm], window: Window, document: Document) -> tuple[list[Norm], int]:
    """The norms without repeats, and how many were left out. One that the text itself repeats may come as often."""
    seen: Counter[tuple[str, ...]] = Counter()
    kept: list[Norm] = []
    text = squeezed(document.text[window.start : window.end]) if len(norms) > 1 else ""
    for norm in norms:
        said = tuple(squeezed(part) for part in (norm.quote, norm.lead_in, norm.modality, norm.bearer, norm.action))
        seen[said] += 1
        if seen[said] == 1 or seen[said] <= text.count(said[0]) <= len(text) // 2:
            kept.append(norm)
    return kept, len(norms) - len(kept)


class _Reader:
    """Makes drafts of one window's norms."""

    def __init__(self, window: Window, around: Surroundings, prompt: str) -> None:
        self.window, self.around, self.prompt = window, around, prompt
        self.by_path: dict[str, Provision] = {}
        for provision in window.provisions:
            self.by_path.setdefault(_plain_path(provision.path), provision)
        self.region: Region = around.source.region(window.start, window.end)
        self.misnamed = 0

    def draft(self, norm: Norm) -> Draft:
        named, home = self.by_path.get(_plain_path(norm.provision)), self.home(norm.quote)
        self.misnamed += named is None
        provision = named or home or self.window.provisions[0]
        lead_in = Passage(norm.lead_in) if norm.lead_in.strip() else None
        made = Draft(
            provision=provision,
            quote=Passage(norm.quote),
            modality=norm.modality,
            bearer=self.bearer(norm),
            action=norm.action or " ".join(norm.quote.split())[:LONGEST_REMARK],
            rule=self.prompt,
            reason=norm.reason,
            lead_in=lead_in,
            mark=mark(norm),
            conditions=_quoted(norm.condition),
            exceptions=_quoted(norm.exception),
            deadlines=timed(norm),
            references=self.references(norm.quote, home or provision),
            confidence=norm.confidence,
        )
        return replace(made, via=self.via(norm), sanctions=self.sanctions(made, home or provision))

    def home(self, quote: str) -> Provision | None:
        """The provision of the window in which the quote stands, whatever provision the model named."""
        found = self.region.exact(quote) or self.region.normalised(quote) if quote.strip() else None
        if found is None:
            return None
        return next((p for p in self.window.provisions if p.span.start <= found.start < p.span.end), None)

    def bearer(self, norm: Norm) -> Bearer:
        text = norm.bearer.strip()
        if not text:
            return Bearer("")
        words = tokens(text)
        kind = party(words, 0, len(words), self.around.terms).kind or "unspecified"
        said = squeezed(text).lower() in squeezed(f"{norm.lead_in} {norm.quote}").lower()
        return Bearer(text, kind, explicit=said, inferred=None if said else AS_THE_MODEL_SAYS)

    def references(self, quote: str, provision: Provision) -> tuple[Reference, ...]:
        cited = references(quote, provision, self.around.around.known)
        return tuple(replace(one, passage=Passage(one.passage.text)) for one in cited)

    def sanctions(self, draft: Draft, provision: Provision) -> tuple[Reference, ...]:
        """A fine threatens who is bound, and who denies a right; not a legislator, a state or a supervisor."""
        bound = draft.bearer.kind in ("regulated", "person", "unspecified")
        if not bound or draft.modality not in (*DUTIES, "right"):
            return ()
        return sanctions_of(provision.path, self.around.around.tied)

    def via(self, norm: Norm) -> str | None:
        """ "Member States shall ensure that the bank …": through whom the bearer is bound, as the built-in reads it."""
        for text in (norm.quote, norm.lead_in):
            if "that" not in text:
                continue
            for found in read_sentence(text, self.around.terms, expects=self.around.expects).norms:
                if found.via and squeezed(found.bearer.text).lower() == squeezed(norm.bearer).lower():
                    return found.via
        return None


def mark(norm: Norm) -> Passage | None:
    """The words that command: in the lead-in of a list's item, else in the sentence."""
    for text in (norm.lead_in, norm.quote):
        if found := COMMAND.search(text):
            return Passage(found.group())
    return None


def timed(norm: Norm) -> tuple[Deadline, ...]:
    """The times that the model quoted, read in their sentence; kind "other" where no reader knows such words."""
    words = norm.deadline.strip()
    if not words:
        return ()
    for text in (norm.quote, norm.lead_in):
        at = text.find(words)
        if at >= 0:
            found = [d for d in deadlines(text) if _overlap(d.passage, at, at + len(words))]
            if found:
                return tuple(map(_unplaced, found))
    return tuple(map(_unplaced, deadlines(words))) or (Deadline(Passage(words), "other"),)


def _overlap(passage: Passage, start: int, end: int) -> bool:
    return passage.start is not None and passage.start < end and start < passage.start + len(passage.text)


def _unplaced(deadline: Deadline) -> Deadline:
    return replace(deadline, passage=Passage(deadline.passage.text))


def _quoted(text: str) -> tuple[Passage, ...]:
    return (Passage(text),) if text.strip() else ()


def _plain_path(path: str) -> str:
    return squeezed(ARTICLE_SIGN.sub("article", path)).lower()


def _stretches(window: Window) -> list[tuple[int, int]]:
    """What of a window was to be read: its provisions, cut where the window cuts them."""
    return [(max(p.span.start, window.start), min(p.span.end, window.end)) for p in window.provisions]


def _without_hints(draft: Draft) -> Draft:
    return draft if draft.quote.start is None else replace(draft, quote=Passage(draft.quote.text))


def _certain(one: Obligation) -> Obligation:
    """An obligation whose times are all in the text, or mean nothing."""
    times = tuple(
        time if time.passage.start is not None else Deadline(time.passage, "other") for time in one.draft.deadlines
    )
    sure = [time for time in times if time.passage.start is not None]
    kept = one.deadline if one.deadline in sure else outer_limit(sure)
    return replace(one, draft=replace(one.draft, deadlines=times), deadline=kept)
