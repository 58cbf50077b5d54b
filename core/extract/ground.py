"""Drafts in, obligations out: the only maker of an obligation's span, and only where the quote really stands."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.extract.durations import hours
from core.extract.elided import elided, leaves_out
from core.extract.matching import BLANK, Found, NotFound, Region, squeezed
from core.extract.source import Source
from core.settings import lexicon
from core.types import (
    Deadline,
    Document,
    Draft,
    Obligation,
    Passage,
    Provision,
    Reference,
    Span,
    Statement,
    Ungrounded,
    Word,
)

# Which kind of deadline limits most firmly, and so is the one shown and dated; among equals the longest.
FIRMNESS = {"date": 5, "period": 4, "recurrence": 3, "immediate": 2, "retention": 1, "other": 0}


@dataclass(frozen=True, slots=True)
class Grounded:
    obligations: tuple[Obligation, ...]
    ungrounded: tuple[Ungrounded, ...]


def ground(
    drafts: Iterable[Draft],
    document: Document,
    provisions: Sequence[Provision],
    words: Sequence[Word] = (),
    engine: str = "builtin",
) -> Grounded:
    """Verify each draft against the document. Obligations come in text order, each with text[start:end] == quote.

    A quote that occurs several times in its provision is taken in order: the first draft gets the first.
    A draft that repeats another in every word is dropped; one whose quote is not there is Ungrounded, with the reason.
    """
    return ground_in(Source(document, provisions, words), drafts, engine)


def ground_in(source: Source, drafts: Iterable[Draft], engine: str, within: tuple[int, int] | None = None) -> Grounded:
    """As `ground`, on a source that serves many calls. `within`: quotes are sought in this stretch of the text only,
    and in all of it when they are not where the draft says.
    """
    placed: list[tuple[Draft, Found, Span | None, float]] = []
    ungrounded: list[Ungrounded] = []
    after: dict[tuple[str, str], int] = defaultdict(int)
    for draft in drafts:
        key = (draft.provision.id, draft.quote.text)
        found = find_quote(draft, source, after[key], within)
        if isinstance(found, Ungrounded):
            ungrounded.append(found)
            continue
        after[key] = found.start + 1
        placed.append(verified(draft, found, source))
    unique = {(draft, found.start): (draft, found, lead_in, sure) for draft, found, lead_in, sure in placed}
    ordered = sorted(unique.values(), key=lambda one: (one[1].start, one[1].end))
    return Grounded(tuple(numbered(ordered, source, engine)), tuple(ungrounded))


def located(statements: Iterable[Statement], document: Document, provisions: Sequence[Provision]) -> list[Statement]:
    """Statements with their quotes as the document prints them; start None where one is not in its provision."""
    source = Source(document, provisions)
    return [
        replace(statement, quote=locate(statement.quote, [source.own[statement.provision.id]]))
        for statement in statements
        if statement.provision.id in source.own
    ]


def find_quote(
    draft: Draft, source: Source, after: int = 0, within: tuple[int, int] | None = None
) -> Found | Ungrounded:
    """The quote's place: as hinted, else exactly, normalised, nearly in its provision, else the same in its article.

    One that leaves words out is the whole passage (see `elided`) or nothing.
    Where it must stand `within` a stretch, all of that is looked at last, and nothing outside of it.
    """
    rules, quote = lexicon("ground"), draft.quote.text.strip()
    path = draft.provision.path if within is None else "the text that was read"

    def missing(reason: str) -> Ungrounded:
        return Ungrounded(draft.quote.text, reason, draft.provision.path)

    if draft.provision.id not in source.by_id:
        return missing(f"The document has no provision {draft.provision.path!r}.")
    if not quote.strip(BLANK):
        return missing("The quote is empty.")
    regions = source.sought(draft.provision, within)
    hint = draft.quote.start
    if hint is not None and any(region.stands(draft.quote.text, hint) for region in regions):
        return Found(hint, hint + len(draft.quote.text), "exact")
    for region in regions:
        for search in (region.exact, region.normalised):
            if found := search(quote, after) or search(quote):
                return found
    if leaves_out(quote):
        whole = elided(quote, source, regions, after, rules)
        return whole if isinstance(whole, Found) else missing(f"With words left out, it is not in {path}: {whole}.")
    if len(quote) < rules["fuzzy_least_characters"]:
        return missing(f"These words are not in {path}, and are too few to look for something like them.")
    near = likest(quote, regions, rules)
    if isinstance(near, Found):
        return near
    if near.differing:
        return missing(f"The closest passage of {path} differs in: {', '.join(near.differing)}.")
    return missing(f"Nothing in {path} is like it{f' (best {near.score:.0f} of 100)' if near.score else ''}.")


def likest(quote: str, regions: Sequence[Region], rules: Mapping[str, Any]) -> Found | NotFound:
    """The passage most like the quote: in its own provision, else in the widest region that is not too long for it."""
    searched = [region for region in regions if region.end - region.start <= rules["fuzzy_most_characters"]]
    widest = max(searched, key=lambda region: region.end - region.start, default=None)
    closest = NotFound()
    for region in [searched[0], *([widest] if widest is not searched[0] else [])] if widest else ():
        near = region.fuzzy(
            quote, rules["fuzzy_threshold"], *map(frozenset, (rules["must_agree"], rules["never_added"]))
        )
        if isinstance(near, Found):
            return near
        closest = max(closest, near, key=lambda one: (bool(one.differing), one.score))
    return closest


def verified(draft: Draft, found: Found, source: Source) -> tuple[Draft, Found, Span | None, float]:
    """The draft with every passage as the document prints it, its lead-in's span, and what confidence is left."""
    named = source.own[draft.provision.id]
    moved = not (named.start <= found.start < named.end or found.start <= named.start < found.end)
    if moved:
        draft = replace(draft, provision=home(found, draft.provision, source))
    own = source.own[draft.provision.id]
    lead_in = locate(draft.lead_in, lead_in_regions(draft, source)) if draft.lead_in else None
    quote = source.region(found.start, found.end)
    regions = [quote, own, source.article(draft.provision)]
    if lead_in and lead_in.start is not None and lead_in.end is not None:
        regions.insert(1, source.region(lead_in.start, lead_in.end))

    def place(passage: Passage) -> Passage:
        return locate(passage, regions)

    def refer(reference: Reference) -> Reference:
        return replace(reference, passage=place(reference.passage))

    def tie(sanction: Reference) -> Reference:
        """Fines stand in an article of their own: a right hint may lie anywhere in the document."""
        return sanction if source.whole.stands(sanction.passage.text, sanction.passage.start) else refer(sanction)

    checked = replace(
        draft,
        quote=Passage(quote.text, found.start),
        lead_in=lead_in,
        mark=place(draft.mark) if draft.mark else None,
        conditions=tuple(map(place, draft.conditions)),
        exceptions=tuple(map(place, draft.exceptions)),
        deadlines=tuple(replace(deadline, passage=place(deadline.passage)) for deadline in draft.deadlines),
        references=tuple(map(refer, draft.references)),
        sanctions=tuple(map(tie, draft.sanctions)),
    )
    weights = lexicon("ground")["confidence"]
    sure = draft.confidence * weights[found.match] * (found.score / 100)
    sure *= weights["unlocated"] ** sum(passage.start is None for passage in passages(checked))
    sure *= weights["elsewhere"] if moved else 1.0
    return checked, found, span_of(lead_in, source), round(max(0.0, min(1.0, sure)), 4)


def home(found: Found, named: Provision, source: Source) -> Provision:
    """The provision in which the quote begins, of the same article if it can be; the one named if it is in none."""
    root = source.roots[named.id]
    there = [p for p in source.provisions if p.span.start <= found.start < p.span.end]
    return next((p for p in there if source.roots[p.id] == root), there[0] if there else named)


def locate(passage: Passage, regions: Sequence[Region]) -> Passage:
    """The passage where it stands, in the document's own words; as given, with start None, when it is nowhere."""
    for region in regions:
        if region.stands(passage.text, passage.start):
            return passage
    for region in regions:
        if passage.text and (found := region.exact(passage.text) or region.normalised(passage.text)):
            return Passage(region.document[found.start : found.end], found.start)
    return replace(passage, start=None)


def lead_in_regions(draft: Draft, source: Source) -> list[Region]:
    """A lead-in stands in a provision above the item's, nearest first; else before it in its own or in the article."""
    regions: list[Region] = []
    parent = source.by_id.get(draft.provision.parent or "")
    while parent and len(regions) < 50:
        regions.append(source.own[parent.id])
        parent = source.by_id.get(parent.parent or "")
    return [*regions, source.own[draft.provision.id], source.article(draft.provision)]


def passages(draft: Draft) -> Iterator[Passage]:
    """Every passage of a draft but its quote."""
    yield from (passage for passage in (draft.lead_in, draft.mark) if passage)
    yield from (*draft.conditions, *draft.exceptions)
    yield from (deadline.passage for deadline in draft.deadlines)
    yield from (reference.passage for reference in (*draft.references, *draft.sanctions))


def span_of(passage: Passage | None, source: Source) -> Span | None:
    if passage is None or passage.start is None or passage.end is None:
        return None
    return Span(source.document.id, passage.start, passage.end, source.page(passage.start, passage.end))


def numbered(
    placed: Sequence[tuple[Draft, Found, Span | None, float]], source: Source, engine: str
) -> Iterator[Obligation]:
    """Obligations with ids that a second run, or a second printing of the same text, gives again."""
    ids = Ids(source.document)
    for draft, found, lead_in, confidence in placed:
        yield Obligation(
            id=ids.next(draft),
            provision_id=draft.provision.id,
            draft=draft,
            span=Span(source.document.id, found.start, found.end, source.page(found.start, found.end)),
            lead_in=lead_in,
            match=found.match,
            confidence=confidence,
            engine=engine,
            rule=draft.rule,
            deadline=outer_limit(draft.deadlines),
        )


class Ids:
    """The ids of a document's norms in text order; what is said alike in one provision is told apart by its turn."""

    def __init__(self, document: Document) -> None:
        self.lineage = document.lineage
        self.seen: dict[str, int] = defaultdict(int)

    def next(self, draft: Draft) -> str:
        said = squeezed(draft.quote.text).lower()
        stem = "\n".join((self.lineage, draft.provision.path, draft.modality, said))
        self.seen[stem] += 1
        return hashlib.sha256(f"{stem}\n{self.seen[stem]}".encode("utf-8", "replace")).hexdigest()[:16]


def together(parts: Iterable[Grounded], document: Document) -> Grounded:
    """What was grounded part by part as one: in text order, each norm once, with the ids of one reading."""
    parts, ids = tuple(parts), Ids(document)
    found = sorted((one for part in parts for one in part.obligations), key=lambda one: (one.span.start, one.span.end))
    once: dict[tuple[object, ...], Obligation] = {}
    for one in found:
        same = (one.span, one.draft.modality, one.draft.bearer.text.lower(), squeezed(one.draft.action).lower())
        once.setdefault(same, one)
    kept = tuple(replace(one, id=ids.next(one.draft)) for one in once.values())
    return Grounded(kept, tuple(one for part in parts for one in part.ungrounded))


def outer_limit(deadlines: Sequence[Deadline]) -> Deadline | None:
    """The one that ends it: "without delay and in any event within 24 hours" ends after 24 hours.

    A date before a period, a period before a recurrence; the latest date, the longest period, else the first named.
    """
    return max(
        deadlines,
        key=lambda one: (FIRMNESS[one.kind], one.date or "", hours(one.iso8601) or 0.0),
        default=None,
    )
