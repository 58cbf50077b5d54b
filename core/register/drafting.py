"""From a stretch of text that a person points at to an obligation with a verified place.

Nothing here is stored. Spans come from `ground()`, as those of every engine do; it must find the stretch exactly where
the person pointed, or there is no obligation.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from core.errors import BadInput
from core.extract.bearers import party
from core.extract.deadlines import deadlines
from core.extract.ground import ground
from core.extract.risk import obligation_risk
from core.extract.terms import document_terms
from core.language.tokens import tokens
from core.types import Bearer, BearerKind, Draft, Modality, Obligation, Passage, Provision, Reading

ENGINE = "person"
LONGEST = 5_000
WORD = re.compile(r"\w")


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without white space at its ends; BadInput when nothing readable is left or it is too long."""
    if not 0 <= start < end <= len(text):
        raise BadInput("Select some text in the source first.")
    stretch = text[start:end]
    start, end = start + len(stretch) - len(stretch.lstrip()), end - (len(stretch) - len(stretch.rstrip()))
    if start >= end or not WORD.search(text, start, end):
        raise BadInput("The selection holds no words; select the sentence that says what must be done.")
    if end - start > LONGEST:
        raise BadInput(f"The selection has {end - start} characters; select at most {LONGEST}, one duty at a time.")
    return start, end


def provision_at(reading: Reading, start: int, end: int) -> Provision:
    """The provision in which the stretch begins, else the first one that it reaches."""
    spans = [provision for provision in reading.provisions if provision.text]
    inside = [one for one in spans if one.span.start <= start < one.span.end]
    touched = inside or [one for one in spans if one.span.start < end and start < one.span.end]
    if not touched:
        raise BadInput("The selection is in no provision (a heading or a note); select text of a provision.")
    return min(touched, key=lambda one: (one.span.start, one.span.end - one.span.start))


def plain_draft(reading: Reading, start: int, end: int, modality: Modality, bearer: Bearer, action: str) -> Draft:
    """A person's own words about the stretch; its deadlines are read from it."""
    text = reading.document.text[start:end]
    return Draft(
        provision=provision_at(reading, start, end),
        quote=Passage(text, start),
        modality=modality,
        bearer=bearer,
        action=action,
        rule="by hand",
        reason="A person selected this passage.",
        deadlines=deadlines(text, start),
    )


def engine_draft(reading: Reading, start: int, end: int) -> Draft | None:
    """How the built-in engine reads the stretch by itself, under the provisions above it; None when it sees no norm."""
    from core.extract.engine import extract  # on use, as every engine is

    provision = provision_at(reading, start, end)
    by_id = {one.id: one for one in reading.provisions}
    above: list[Provision] = []
    parent = by_id.get(provision.parent or "")
    while parent and len(above) < 50:
        above.insert(0, parent)
        parent = by_id.get(parent.parent or "")
    span = replace(provision.span, start=start, end=end)
    alone = replace(provision, text=reading.document.text[start:end], span=span)
    for answer in extract([*above, alone]):
        if isinstance(answer, Draft) and answer.provision.id == provision.id:
            return replace(answer, provision=provision, quote=Passage(alone.text, start))
    return None


def best_draft(reading: Reading, start: int, end: int) -> Draft:
    """The engine's reading, else a plain obligation of nobody in particular."""
    action = " ".join(reading.document.text[start:end].split())
    return engine_draft(reading, start, end) or plain_draft(reading, start, end, "obligation", Bearer(""), action)


def bearer(reading: Reading, name: str, quote: str) -> Bearer:
    """Who is named, of the kind that the document's definitions and the lexicon give."""
    words = tokens(name)
    kind: BearerKind = party(words, 0, len(words), document_terms(reading.provisions)).kind or "unspecified"
    return Bearer(name, kind, explicit=bool(name) and name.lower() in quote.lower())


def grounded(reading: Reading, draft: Draft) -> Obligation:
    """The obligation with its verified span, its risk and whether it applies; its id is the one an engine would give.

    BadInput when the quote does not stand exactly there, or reaches over several articles.
    """
    found = ground([draft], reading.document, reading.provisions, reading.words, engine=ENGINE).obligations
    if not found or found[0].draft.quote != draft.quote:  # words and place
        raise BadInput("The selection reaches over several articles; select text within one.")
    obligation = replace(found[0], confidence=1.0)
    return replace(obligation, risk=obligation_risk(obligation))


def own(obligation: Obligation, how: str, sources: Iterable[str] = ()) -> Obligation:
    """With an id of its own, so that it never stands in for one that an engine finds."""
    key = "\n".join((obligation.id, how, *sorted(sources)))
    return replace(obligation, id=hashlib.sha256(key.encode()).hexdigest()[:16])


def halves(reading: Reading, obligation: Obligation, offset: int) -> tuple[Draft, Draft]:
    """Two drafts, before and after `offset`. What was read of the whole goes to the half in which it stands."""
    text, span = reading.document.text, obligation.span
    if not span.start < offset < span.end:
        raise BadInput("The place to split is outside of this obligation; choose one inside its text.")
    first, second = trimmed(text, span.start, offset), trimmed(text, offset, span.end)
    return _half(reading, obligation.draft, *first), _half(reading, obligation.draft, *second)


def joined(reading: Reading, obligations: Sequence[Obligation]) -> Draft:
    """One draft from the start of the first to the end of the last; BadInput when other text stands between them."""
    ordered = sorted(obligations, key=lambda one: one.span.start)
    for before, after in pairwise(ordered):
        if _text_between(reading, before.span.end, after.span.start):
            raise BadInput("Other text stands between these obligations; only neighbours can be merged.")
    start, end = ordered[0].span.start, max(one.span.end for one in ordered)
    drafts = [one.draft for one in ordered]
    trimmed(reading.document.text, start, end)
    return replace(
        drafts[0],
        quote=Passage(reading.document.text[start:end], start),
        action="; ".join(dict.fromkeys(filter(None, (draft.action for draft in drafts)))),
        object="; ".join(dict.fromkeys(filter(None, (draft.object for draft in drafts)))),
        conditions=tuple(dict.fromkeys(one for draft in drafts for one in draft.conditions)),
        exceptions=tuple(dict.fromkeys(one for draft in drafts for one in draft.exceptions)),
        deadlines=tuple(dict.fromkeys(one for draft in drafts for one in draft.deadlines)),
        references=tuple(dict.fromkeys(one for draft in drafts for one in draft.references)),
        sanctions=tuple(dict.fromkeys(one for draft in drafts for one in draft.sanctions)),
    )


def _half(reading: Reading, whole: Draft, start: int, end: int) -> Draft:
    text = reading.document.text[start:end]

    def here(passage: Passage) -> bool:
        """In this half, or outside of the quote altogether: then it holds for both."""
        place, quote = passage.start, whole.quote
        if place is None or quote.start is None or quote.end is None or not quote.start <= place < quote.end:
            return True
        return start <= place < end

    alone = None if whole.action in text else engine_draft(reading, start, end)
    return replace(
        whole,
        provision=provision_at(reading, start, end),
        quote=Passage(text, start),
        action=whole.action if whole.action in text else alone.action if alone else " ".join(text.split()),
        modality=alone.modality if alone else whole.modality,
        mark=whole.mark if whole.mark and here(whole.mark) else alone.mark if alone else None,
        object=whole.object if whole.object in text else "",
        conditions=tuple(filter(here, whole.conditions)),
        exceptions=tuple(filter(here, whole.exceptions)),
        deadlines=tuple(one for one in whole.deadlines if here(one.passage)),
        references=tuple(one for one in whole.references if here(one.passage)),
        sanctions=tuple(one for one in whole.sanctions if here(one.passage)),
    )


def _text_between(reading: Reading, start: int, end: int) -> bool:
    """Whether words of a provision stand there; labels and headings belong to no provision's text."""
    text = reading.document.text
    return any(
        WORD.search(text, max(start, one.span.start), min(end, one.span.end))
        for one in reading.provisions
        if one.span.start < end and start < one.span.end
    )
