"""A norm that was read → a Draft with its passages: deadlines, conditions, exceptions, references, sanctions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.extract.acts import lemma_of_finite
from core.extract.conditions import circumstances, passages
from core.extract.deadlines import deadlines
from core.extract.lists import LeadIn, completed, item_text
from core.extract.norms import Norm, Sentence
from core.extract.sanctions import Sanctions, sanctions_of
from core.language.references import Places, references
from core.types import Bearer, Deadline, Draft, Passage, Provision, Reference

# "not use the funds", and not "not later than".
NOT_TO_DO = re.compile(r"not\s(?!later|less|more|fewer|earlier|only|exceeding|longer)")
# Openers of conditions whose times are their own.
ON_CONDITION = (
    "where", "if", "when", "unless", "in the event", "in case", "provided", "save", "except", "only if", "only where",
    "in the absence",
    "only when",
)  # fmt: skip
# "where possible within 24 hours": the aside is closed in itself, the time is that of the act.
CLOSED = frozenset({"possible", "applicable", "appropriate", "feasible", "practicable", "necessary", "relevant"})


@dataclass(frozen=True, slots=True)
class Around:
    """What shaping needs to know of the document."""

    known: Places
    tied: Sanctions


@dataclass(frozen=True, slots=True)
class Extras:
    conditions: tuple[Passage, ...] = ()
    exceptions: tuple[Passage, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    references: tuple[Reference, ...] = ()

    def plus(self, other: "Extras") -> "Extras":
        return Extras(
            (*self.conditions, *other.conditions), (*self.exceptions, *other.exceptions),
            (*self.deadlines, *other.deadlines), (*self.references, *other.references),
        )  # fmt: skip


def own_draft(
    norm: Norm, sentence: Sentence, passage: Passage, provision: Provision, around: Around, lead: LeadIn | None = None
) -> Draft:
    """The draft of a clause that stands for itself. A list's lead-in above it adds its conditions."""
    quote = clause_quote(norm, sentence, passage)
    extras = extras_of(norm, sentence, passage, provision, around, only=len(sentence.norms) == 1)
    if lead is not None:
        extras = lead_extras(lead, around).plus(extras)
    return _draft(norm, provision, quote, lead, extras, around, norm.action, mark_of(norm, sentence, passage))


def item_draft(passage: Passage, item: Sentence, provision: Provision, lead: LeadIn, around: Around) -> Draft:
    """The draft of an item that completes its lead-in: bearer and mark from there, the act from both."""
    source = lead.source
    norm = source.norm
    assert norm is not None
    extras = lead_extras(lead, around).plus(plain_extras(item, passage, provision, around))
    stem = norm.action
    steps = []
    level: LeadIn | None = lead
    while level is not None and level.mode == "continued":
        steps.append(level.passage.text)
        level = level.outer
    for step in reversed(steps):
        stem = completed(stem, step)
    mark = mark_of(norm, source.sentence, source.passage)
    act = _act(passage, extras)
    if NOT_TO_DO.match(act) and norm.sense.modality == "obligation" and not stem:
        norm, act = _denied(norm), act[4:].lstrip()
    if norm.via is not None and not stem:
        first, _, rest = act.partition(" ")
        act = f"{lemma_of_finite(first.lower())} {rest}"
    if norm.object.startswith(("all", "the following", "at least", "any")):
        norm = replace(norm, object="")
    return _draft(norm, provision, passage, lead, extras, around, completed(stem, act), mark)


def _denied(norm: Norm) -> Norm:
    """ "The bank shall: (a) not use the funds" forbids."""
    said = "The item says what must not be done."
    return replace(norm, sense=replace(norm.sense, modality="prohibition", rule=f"{norm.sense.rule}_not", reason=said))


def _act(passage: Passage, extras: Extras) -> str:
    """An item without the condition that it starts with: "where applicable, the fact that X"."""
    first = next((c for c in (*extras.conditions, *extras.exceptions) if c.start == passage.start), None)
    if first is None or first.end is None or passage.start is None:
        return passage.text
    return passage.text[first.end - passage.start :].lstrip(" ,") or passage.text


def listed_draft(lead: LeadIn, items: Sequence[Provision], provision: Provision, around: Around) -> Draft:
    """One draft for a lead-in whose items are its conditions or measures."""
    norm = lead.norm
    assert norm is not None
    extras = extras_of(norm, lead.sentence, lead.passage, provision, around, only=False)
    texts = tuple(Passage(item_text(item.text), item.span.start) for item in items if item_text(item.text).strip())
    if lead.mode == "conditions":
        extras = replace(extras, conditions=(*extras.conditions, *texts))
    else:
        norm = replace(norm, action=f"{norm.action}: " + "; ".join(" ".join(text.text.split()) for text in texts)[:400])
    outer = lead.outer if lead.outer and lead.outer.mode != "stated" else None
    return _draft(
        norm, provision, lead.passage, outer, extras, around, norm.action, mark_of(norm, lead.sentence, lead.passage)
    )


def behind_list(draft: Draft, lead: LeadIn, items: Sequence[Provision], bearer: Bearer | None) -> Draft:
    """ "Where an incident: (a) …; (b) …, the entity shall report": what the tail commands, on the list's conditions."""
    texts = tuple(Passage(item_text(item.text), item.span.start) for item in items if item_text(item.text).strip())
    who = bearer if bearer is not None and not draft.bearer.text else draft.bearer
    return replace(draft, bearer=who, lead_in=lead.passage, conditions=(*texts, *draft.conditions))


def _draft(
    norm: Norm,
    provision: Provision,
    quote: Passage,
    lead: LeadIn | None,
    extras: Extras,
    around: Around,
    action: str,
    mark: Passage,
) -> Draft:
    assert norm.sense.modality is not None
    return Draft(
        provision=provision, quote=quote, modality=norm.sense.modality, bearer=norm.bearer, action=action,
        rule=norm.sense.rule,
        reason=norm.sense.reason, lead_in=lead.passage if lead else None, mark=mark, object=norm.object, via=norm.via,
        conditions=extras.conditions, exceptions=extras.exceptions, deadlines=extras.deadlines,
        references=extras.references,
        sanctions=sanctions_of(provision.path, around.tied) if _punishable(norm) else (), confidence=norm.confidence,
    )  # fmt: skip


def _punishable(norm: Norm) -> bool:
    """A fine threatens who is bound, and who denies a right; not a legislator, a state or a supervisor."""
    return norm.sense.modality in ("obligation", "prohibition", "right") and norm.bearer.kind in (
        "regulated",
        "person",
        "unspecified",
    )


def mark_of(norm: Norm, sentence: Sentence, passage: Passage) -> Passage:
    start = sentence.tokens[norm.mark.start].start
    end = sentence.tokens[norm.mark.end - 1].end
    assert passage.start is not None
    return Passage(sentence.text[start:end], passage.start + start)


def clause_quote(norm: Norm, sentence: Sentence, passage: Passage) -> Passage:
    """The sentence, or the clause where semicolons set it apart from another norm."""
    assert passage.start is not None
    words = sentence.tokens
    opened = norm.start > 0 and words[norm.start - 1].kind == ";"
    closed = norm.end < len(words) and words[norm.end].kind == ";"
    if len(sentence.norms) < 2 or not (opened or norm.start == 0) or not (closed or norm.end == len(words)):
        return passage
    start, end = words[norm.start].start, words[norm.end - 1].end
    return Passage(sentence.text[start:end], passage.start + start)


def extras_of(
    norm: Norm, sentence: Sentence, passage: Passage, provision: Provision, around: Around, only: bool
) -> Extras:
    """The passages of one norm; where the sentence holds several, times go to the clause that they stand in."""
    assert passage.start is not None
    found = plain_extras(sentence, passage, provision, around)
    conditions = passages(sentence.text, sentence.tokens, norm.circumstances, "condition", passage.start)
    exceptions = passages(sentence.text, sentence.tokens, norm.circumstances, "exception", passage.start)
    times = tuple(d for d in found.deadlines if not _conditional(d, (*conditions, *exceptions)))
    if not only:
        words = sentence.tokens
        start = passage.start + words[norm.start].start
        later = [n.start for n in sentence.norms if n.start > norm.start]
        end = passage.start + words[min([norm.end, *later]) - 1].end
        times = tuple(d for d in times if d.passage.start is not None and start <= d.passage.start < end)
    quote = clause_quote(norm, sentence, passage)
    cited = tuple(r for r in found.references if _within(r.passage, quote))
    return Extras(conditions, exceptions, times, cited)


def _within(inner: Passage, outer: Passage) -> bool:
    return inner.start is not None and outer.start is not None and 0 <= inner.start - outer.start < len(outer.text)


def _conditional(deadline: Deadline, around: Sequence[Passage]) -> bool:
    """ "Where it is not made within 72 hours, …": that time belongs to the condition and limits nothing here."""
    start = deadline.passage.start
    return start is not None and any(
        c.start is not None
        and c.end is not None
        and c.start <= start < c.end
        and c.text.lower().startswith(ON_CONDITION)
        and c.text.lower().split()[1].strip(",") not in CLOSED
        for c in around
    )


def plain_extras(sentence: Sentence, passage: Passage, provision: Provision, around: Around) -> Extras:
    """What a stretch of text holds besides its norm; the conditions of a stretch without a norm of its own too."""
    assert passage.start is not None
    found = circumstances(sentence.tokens, sentence.depth, 0, len(sentence.tokens), 0, -1) if not sentence.norms else []
    return Extras(
        passages(sentence.text, sentence.tokens, found, "condition", passage.start),
        passages(sentence.text, sentence.tokens, found, "exception", passage.start),
        deadlines(sentence.text, passage.start),
        references(sentence.text, provision, around.known, passage.start),
    )


def lead_extras(lead: LeadIn, around: Around) -> Extras:
    """What a lead-in, and those above it, give to each of its items."""
    if lead.norm is not None and lead.mode != "continued":
        own = extras_of(
            lead.norm, lead.sentence, lead.passage, lead.provision, around, only=len(lead.sentence.norms) == 1
        )
    else:
        own = plain_extras(lead.sentence, lead.passage, lead.provision, around)
    if lead.tail is not None and not lead.tail.sentence.norms:
        own = own.plus(plain_extras(lead.tail.sentence, lead.tail.passage, lead.tail.provision, around))
    above = lead.outer if lead.mode in ("continued", "none") else None
    return lead_extras(above, around).plus(own) if above else own
