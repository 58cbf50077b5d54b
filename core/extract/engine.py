"""The built-in extractor: provisions in, norms and statements out. Deterministic, offline, one pass over the text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from core.extract.bearers import party
from core.extract.inference import inferred
from core.extract.lists import LeadIn, Tail, is_lead_in, list_mode, tails
from core.extract.naming import as_bearer
from core.extract.nature import COMMAND, REASONS, expects, no_norms, noted
from core.extract.norms import Antecedent, Norm, Sentence
from core.extract.passing import listed_norm
from core.extract.reading import inner_norm, read, words_of
from core.extract.sanctions import article_of, sanctions
from core.extract.shaping import Around, behind_list, item_draft, listed_draft, own_draft
from core.extract.tables import Columns, row_draft, row_of, tables
from core.extract.terms import Terms, document_terms
from core.extract.unfolding import unfolded
from core.language.chunks import has_verb
from core.language.references import places
from core.language.sentences import sentences
from core.types import Bearer, Draft, Passage, Provision, Rejected, Statement

# A sentence without any of these has nothing to say to the engine; kept wide so that nothing normative is skipped.
ANY_MARK = (
    "shall", "must", "may", "cannot", "will", "should", " is ", " are ", " has ", " have ",
    " need", "gree", "ndertak", "ovenant", "ommit", "ledge", "romise", "reserve", "Do not ", "Never ",
)  # fmt: skip
LONGEST_HEADING_WORDS = 6
FARTHEST_NAMED = 30
# An item that a later act took out, and whose letter is kept: "[deleted]".
STRUCK_OUT = re.compile(
    r"\s{0,8}[\[(](?:deleted|omitted|repealed|revoked|reserved|blank)\.?[\])][\s.;,]{0,4}(?:and|or)?", re.IGNORECASE
)
# Stated though the sentence has no word of command: "A firm should", "is subject to a civil penalty".
SAID_ALWAYS = frozenset({"recommendation", "sanction"})
SILENT = frozenset({"preamble", "note"})

Found = list[Draft | Statement]


@dataclass(slots=True)
class _Document:
    """What the reading of one provision needs to know of the rest."""

    terms: Terms
    around: Around
    children: dict[str, list[Provision]]
    by_id: dict[str, Provision]
    tails: dict[str, Provision]
    tables: dict[str, Columns]
    expects: bool
    leads: dict[str, LeadIn | None] = field(default_factory=dict)


def extract(provisions: Sequence[Provision]) -> Iterator[Draft | Statement | Rejected]:
    """Norms and statements in text order. Quotes are slices of Provision.text; `start` is the offset in the document.

    Pure and deterministic; time grows with the length of the text.
    """
    unfolded_too, homes = unfolded(provisions)
    document = _survey(unfolded_too)
    articles: dict[str, Draft] = {}
    for group in _articles(unfolded_too):
        for found in inferred(_article(group, document), articles):
            yield replace(found, provision=homes.get(found.provision.id, found.provision))


def _survey(provisions: Sequence[Provision]) -> _Document:
    children: dict[str, list[Provision]] = {}
    for provision in provisions:
        if provision.parent is not None and provision.kind == "point":
            children.setdefault(provision.parent, []).append(provision)
    known = places(provisions)
    tied = sanctions(provisions, children, known)
    by_id = {p.id: p for p in provisions}
    terms, around = document_terms(provisions), Around(known, tied)
    return _Document(terms, around, children, by_id, tails(provisions), tables(provisions), expects(provisions))


def _articles(provisions: Sequence[Provision]) -> Iterator[list[Provision]]:
    group: list[Provision] = []
    for provision in provisions:
        if group and article_of(provision.path) != article_of(group[-1].path):
            yield group
            group = []
        group.append(provision)
    if group:
        yield group


def _article(group: Sequence[Provision], document: _Document) -> Found:
    found: Found = []
    before = Antecedent()
    for provision in group:
        if provision.kind in SILENT or not provision.text.strip():
            continue
        kind = no_norms(provision, document.by_id)
        if kind:
            found += noted(provision, kind)
            continue
        columns = row_of(provision, document.tables)
        if columns is not None and not COMMAND.search(provision.text):
            row = row_draft(provision, columns, document.terms, document.around.known)
            found += [row] if row else []
            continue
        more, before = _provision(provision, document, before)
        found += more
    return found


def _provision(provision: Provision, document: _Document, before: Antecedent) -> tuple[Found, Antecedent]:
    found: Found = []
    above = _lead_above(provision, document)
    own = _lead(provision, document, before)
    spans = list(sentences(provision.text))
    if above is not None:
        spans = _with_heading(provision.text, spans)
    for number, (start, end) in enumerate(spans):
        passage = Passage(provision.text[start:end], provision.span.start + start)
        if own is not None and number == len(spans) - 1:
            found += _lead_results(own, provision, document)
            before = _after(own.sentence, before)
            continue
        lead = above if number == 0 else None
        if lead is None and not any(map(passage.text.__contains__, ANY_MARK)):
            continue
        sentence = read(passage.text, document.terms, before, document.expects)
        if lead is not None:
            if lead.mode != "none":
                sentence = replace(sentence, norms=tuple(n for n in sentence.norms if n.sense.rule != "imperative_not"))
            found += _item(sentence, passage, provision, lead, document)
        else:
            found += _sentence(sentence, passage, provision, document)
            if number == 0 and document.tails.get(provision.parent or "") is provision:
                found = _behind_list(found, provision, document)
        before = _after(sentence, before)
    return found, before


def _behind_list(found: Found, provision: Provision, document: _Document) -> Found:
    """The norms of a tail whose lead-in has none: "A bank that: (a) …; (b) …, shall report"."""
    lead = document.leads.get(provision.parent or "")
    if lead is None or lead.norm is not None or lead.mode != "none":
        return found
    items = document.children[lead.provision.id]
    w = words_of(lead.passage.text, document.terms)
    who = party(w.tokens, 0, len(w.tokens), document.terms)
    bearer = as_bearer(w, who) if who.kind is not None and w.tokens[0].kind != "sub" else None
    return [behind_list(one, lead, items, bearer) if isinstance(one, Draft) else one for one in found]


def _with_heading(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """An item with a heading of its own ("Customer. An individual who …") completes its lead-in with both."""
    if len(spans) < 2 or len(text[slice(*spans[0])].split()) > LONGEST_HEADING_WORDS or COMMAND.search(text, *spans[1]):
        return spans
    return [(spans[0][0], spans[1][1]), *spans[2:]]


def _lead_above(provision: Provision, document: _Document) -> LeadIn | None:
    if provision.kind != "point" or provision.parent is None:
        return None
    return document.leads.get(provision.parent)


def _lead(provision: Provision, document: _Document, before: Antecedent) -> LeadIn | None:
    """The provision's last sentence, when points stand under it and it leads into them."""
    if provision.id not in document.children:
        return None
    spans = list(sentences(provision.text))
    if not spans or not is_lead_in(provision.text[slice(*spans[-1])]):
        return None
    start, end = spans[-1]
    passage = Passage(provision.text[start:end], provision.span.start + start)
    outer = _lead_above(provision, document) if len(spans) == 1 else None
    sentence = read(passage.text, document.terms, before, document.expects)
    mode = list_mode(sentence, outer)
    norm = sentence.norms[-1] if sentence.norms else None
    if norm is not None and mode == "open":
        norm = listed_norm(sentence, document.terms) or norm
    lead = LeadIn(provision, passage, sentence, mode, norm, outer, _tail(provision, document))
    document.leads[provision.id] = lead
    return lead


def _tail(provision: Provision, document: _Document) -> Tail | None:
    tail = document.tails.get(provision.id)
    if tail is None:
        return None
    start, end = next(sentences(tail.text))
    text = tail.text[start:end]
    return Tail(tail, Passage(text, tail.span.start + start), read(text, document.terms, expects=document.expects))


def _lead_results(lead: LeadIn, provision: Provision, document: _Document) -> Found:
    """What a lead-in gives by itself: its earlier norms, one norm for a list of conditions, or a statement."""
    around = document.around
    earlier = [own_draft(norm, lead.sentence, lead.passage, provision, around) for norm in lead.sentence.norms[:-1]]
    if lead.mode in ("conditions", "measure"):
        return [*earlier, listed_draft(lead, document.children[provision.id], provision, around)]
    if lead.norm is not None and not any(item.text.strip() for item in document.children[provision.id]):
        return [own_draft(norm, lead.sentence, lead.passage, provision, around) for norm in lead.sentence.norms]
    items = document.children[provision.id]
    if lead.mode in ("open", "that") and all(item.id in document.children for item in items):
        return [*earlier, Statement(provision, lead.passage, "lead-in", REASONS["lead-in"])]
    if lead.mode in ("stated", "none"):
        return [*earlier, *_stated(lead.sentence, lead.passage, provision)]
    if lead.mode == "continued" and COMMAND.search(lead.passage.text):
        return [*earlier, *_stated(lead.sentence, lead.passage, provision)]
    return list(earlier)


def _sentence(
    sentence: Sentence, passage: Passage, provision: Provision, document: _Document, lead: LeadIn | None = None
) -> Found:
    if not sentence.norms:
        return _stated(sentence, passage, provision)
    drafts: Found = [own_draft(norm, sentence, passage, provision, document.around, lead) for norm in sentence.norms]
    return drafts + _left_out(drafts, sentence, passage, provision)


def _left_out(drafts: Found, sentence: Sentence, passage: Passage, provision: Provision) -> Found:
    """Marks of a sentence that no draft's quote holds, because the clause with the norm was set apart."""
    if any(draft.quote == passage for draft in drafts):
        return []
    assert passage.start is not None
    held = [(d.quote.start, d.quote.end) for d in drafts if d.quote.start is not None and d.quote.end is not None]
    places = [passage.start + match.start() for match in COMMAND.finditer(passage.text)]
    if all(any(start <= place < end for start, end in held) for place in places):
        return []
    return _stated(sentence, passage, provision)


def _stated(sentence: Sentence, passage: Passage, provision: Provision) -> Found:
    """One statement for a sentence without norms; the clause that decides is its own, not a subordinate one."""
    commanded = COMMAND.search(passage.text) or (sentence.expects and "should" in passage.text)
    if not commanded and not any(s.kind in SAID_ALWAYS for s in sentence.stated):
        return []
    best = next(
        (s for s in sentence.stated if s.kind != "subordinate"), sentence.stated[0] if sentence.stated else None
    )
    kind, reason = (best.kind, best.reason) if best else ("not a mark", REASONS["not a mark"])
    return [Statement(provision, passage, kind, reason)]


def _item(sentence: Sentence, passage: Passage, provision: Provision, lead: LeadIn, document: _Document) -> Found:
    """An item under a lead-in: it completes the norm above, stands for itself, or is part of a condition."""
    if STRUCK_OUT.fullmatch(passage.text):
        return []
    around = document.around
    own = [norm for norm in sentence.norms if norm.subject.role != "relative"]
    conditions = lead.source.mode == "conditions" or _open_condition(lead)
    if conditions or lead.source.mode in ("measure", "stated"):
        if not conditions and own:
            return _sentence(sentence, passage, provision, document)
        if not COMMAND.search(passage.text):
            return []
        kind = "condition" if conditions else "part of a list"
        return [Statement(provision, passage, kind, REASONS.get(kind, "It is part of the list in its lead-in."))]
    if lead.mode == "none" or lead.source.norm is None:
        return _sentence(sentence, passage, provision, document, lead) if own else _stated(sentence, passage, provision)
    if own and own[0].start == 0:
        return _named_above(_sentence(sentence, passage, provision, document, lead), lead)
    inner = _inner(sentence, lead, document) if lead.source.mode == "that" else None
    if inner is not None:
        return [own_draft(inner, sentence, passage, provision, around, lead)]
    return _completing(sentence, passage, provision, lead, document)


def _open_condition(lead: LeadIn) -> bool:
    """ "If, under any rule in this Chapter:": the rule comes after the list of its conditions."""
    words = lead.sentence.tokens
    opened = lead.mode == "none" and bool(words) and words[0].low in ("if", "where", "when", "unless")
    return opened and not has_verb(words, 1, len(words))


def _named_above(drafts: Found, lead: LeadIn) -> Found:
    """ "shall require the bank to safeguard funds in either of these ways: (a) funds shall be deposited": the bank."""
    norm = lead.source.norm
    if norm is None or norm.bearer.kind not in ("regulated", "person"):
        return drafts
    bearer = Bearer(norm.bearer.text, norm.bearer.kind, False, lead.source.provision.path)
    return [
        replace(draft, bearer=bearer, via=norm.via) if isinstance(draft, Draft) and not draft.bearer.text else draft
        for draft in drafts
    ]


def _completing(sentence: Sentence, passage: Passage, provision: Provision, lead: LeadIn, document: _Document) -> Found:
    """The part of the item before its own first norm completes the lead-in; its own norms follow."""
    around = document.around
    own = list(sentence.norms)
    head = passage
    first = next((norm for norm in own if norm.subject.role != "relative"), None)
    if first is not None and first.start > 0 and sentence.tokens[first.start - 1].kind == ";":
        text = sentence.text[: sentence.tokens[first.start - 1].end]
        head = Passage(text, passage.start)
    part = sentence if head is passage else read(head.text, document.terms, expects=document.expects)
    first_draft = item_draft(head, replace(part, norms=()), provision, lead, around)
    if not first_draft.bearer.text:
        first_draft = replace(first_draft, bearer=_for_whom(part, document.terms) or first_draft.bearer)
    drafts: Found = [first_draft]
    drafts += [own_draft(norm, sentence, passage, provision, around) for norm in own]
    return drafts + _left_out(drafts, sentence, passage, provision)


def _for_whom(item: Sentence, terms: Terms) -> Bearer | None:
    """ "shall be disclosed as follows: (a) for fund managers, in the prospectus": the item says whom it binds."""
    words = item.tokens
    comma = next((i for i, token in enumerate(words[:FARTHEST_NAMED]) if token.kind == ","), 0)
    manner = comma + 1 < len(words) and words[comma + 1].kind == "prep"
    if not comma or words[0].low != "for" or not manner:
        return None
    who = party(words, 1, comma, terms)
    return Bearer(item.slice(who.start, who.end), who.kind, explicit=True) if who.known and who.kind else None


def _inner(sentence: Sentence, lead: LeadIn, document: _Document) -> Norm | None:
    """ "Member States (the contract) shall ensure that: (a) the bank keeps records": the item's subject must do it."""
    source = lead.source.norm
    if source is None or source.who.kind not in ("member_state", None):
        return None
    words = lead.source.sentence
    via = source.bearer.text if source.who.kind else words.slice(source.subject.start, source.subject.end)
    return inner_norm(sentence.text, document.terms, replace(source, via=via))


def _after(sentence: Sentence, before: Antecedent) -> Antecedent:
    """Who "it" and "they" of the next sentence may be: the subject of the last norm."""
    if not sentence.norms:
        return sentence.named or (before if not sentence.stated else Antecedent(None, False, seen=True))
    norm = sentence.norms[0]
    plural = sentence.tokens[norm.who.end - 1].low.endswith("s") if norm.who.end > norm.who.start else False
    if norm.bearer.text and not norm.sense.passive and norm.via is None:
        return Antecedent(replace(norm.bearer, inferred=None), plural or " and " in norm.bearer.text, seen=True)
    return Antecedent(None, plural, seen=True)
