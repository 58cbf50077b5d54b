"""A model's norm made whole with the built-in readers: kinds of bearers, lengths of time, references, sanctions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator

from core.extract.bearers import party
from core.extract.deadlines import deadlines
from core.extract.matching import Region, squeezed
from core.extract.nature import COMMAND, expects
from core.extract.reading import read as read_sentence
from core.extract.salvage import Answered, Lower, MaybeText, Share, Text, seen
from core.extract.sanctions import sanctions, sanctions_of
from core.extract.shaping import Around
from core.extract.source import Source
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
    Passage,
    Provision,
    Reference,
    Rejected,
    Statement,
    Word,
)

LONGEST_REMARK = 600
AS_THE_MODEL_SAYS = "the model's reading"
# What the law prints before a paragraph or an item: "1.", "(a)", "–".
NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[a-z]{1,2}|[ivxlc]{1,6})[.)]|[-–—•*])\s+", re.IGNORECASE)
ARTICLE_SIGN = re.compile(r"\bart(?:icle|\.)?(?=\s|\d)", re.IGNORECASE)

# What a model writes itself is cut where it runs on; what it quotes is taken whole or not at all.
Remark = Annotated[MaybeText, AfterValidator(lambda text: seen(text)[:LONGEST_REMARK])]


class Norm(Answered):
    """One object of the answer to extract-obligations."""

    provision: Text
    quote: Text
    modality: Annotated[Modality, Lower]
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


class Reader:
    """Makes drafts of one window's norms."""

    def __init__(self, window: Window, around: Surroundings, prompt: str) -> None:
        self.window, self.around, self.prompt = window, around, prompt
        self.by_path: dict[str, Provision] = {}
        for provision in window.provisions:
            self.by_path.setdefault(_plain_path(provision.path), provision)
        self.region: Region = around.source.region(window.start, window.end)
        self.misnamed = 0
        self.after: dict[str, int] = {}

    def draft(self, norm: Norm) -> Draft:
        norm = norm.model_copy(update={"quote": self.bare(norm.quote)})
        named = self.by_path.get(_plain_path(norm.provision))
        home = self.home(norm.quote, in_turn=named is None)
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

    def bare(self, quote: str) -> str:
        """The quote without the path over it in the window, or the number before it in print, of a provision."""
        path, _, rest = quote.strip().partition("\n")
        quote = rest if rest.strip() and _plain_path(path) in self.by_path else quote
        number = NUMBERED.match(quote := quote.lstrip())
        said = squeezed(quote[number.end() :]) if number else ""
        text, far = self.around.document.text, 2 * len(quote)
        begins = (squeezed(text[p.span.start : p.span.start + far]).startswith(said) for p in self.window.provisions)
        return quote[number.end() :] if number and said and any(begins) else quote

    def home(self, quote: str, *, in_turn: bool = False) -> Provision | None:
        """The provision of the window in which the quote stands, whatever provision the model named.

        What stands there several times is taken `in_turn`: asked again, the next one.
        """
        if not quote.strip():
            return None
        after = self.after.get(quote, 0) if in_turn else 0
        later = self.region.exact(quote, after) or self.region.normalised(quote, after)
        found = later or self.region.exact(quote) or self.region.normalised(quote)
        if found is None:
            return None
        if in_turn:
            self.after[quote] = found.start + 1
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
