"""Who must act where a sentence names nobody: somebody its article names, marked as inferred."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.extract.sanctions import article_of
from core.language.tokens import singular
from core.types import Bearer, Draft, Passage, Statement

# Shorter nouns ("it", "fee") are in too many acts to say which one is meant.
SHORTEST_NOUN = 4
# How many norms back a subject is looked for.
FARTHEST_NORM = 40
# A reference this far before the mark, or nearer, belongs to the subject.
SUBJECT_CHARACTERS = 200
# After these the subject's own noun is over: "the assessment referred to in paragraph 1".
_ENDS = """of in on for to by with under from referred pursuant provided which that and or made drawn carried set
submitted"""
# "paragraph 1" is cited where its points name who acts.
LAST_POINT = re.compile(r"(?:, point )?\([a-z]{1,4}\)$")
REFERRED = ("referred to in", "laid down in", "provided for in", "required by", "drawn up under")
ENDS_SUBJECT = frozenset(_ENDS.split())


def inferred(found: list[Draft | Statement], articles: dict[str, Draft] | None = None) -> list[Draft | Statement]:
    """A norm without a bearer gets one that its article names, marked so.

    First that of the provision its subject cites ("The notification referred to in paragraph 1 shall"), else of a norm
    before it that speaks of its subject, else the nearest before it, else the first after it. Duties and powers name
    who acts; permissions only where nothing else does, rights never. `articles`: the first norm that names somebody in
    each article before, which a subject may cite too; this one's is added.
    """
    articles = {} if articles is None else articles
    named = [draft for draft in found if isinstance(draft, Draft) and _names(draft)]
    sources = [draft for draft in named if draft.modality != "permission"] or named
    usable = {id(draft) for draft in sources}
    by_path: dict[str, Draft] = {}
    for norm in sources:
        by_path.setdefault(norm.provision.path, norm)
        by_path.setdefault(LAST_POINT.sub("", norm.provision.path), norm)
    first = next((norm for norm in by_path.values() if _telling(norm)), None)
    before: list[Draft] = []
    for place, draft in enumerate(found):
        if isinstance(draft, Statement):
            continue
        if id(draft) in usable:
            before.append(draft)
        elif not draft.bearer.text and (first or before):
            near = before[-FARTHEST_NORM:]
            words = _words_on_recipients(draft)
            others = [norm for norm in near if not _receives(words, norm.bearer)]
            source = (
                _cited(draft, by_path, {} if before else articles)
                or _spoken_of(draft, others)
                or _owner(words, others)
                or (others[-1] if others else first)
            )
            if source is None or _receives(words, source.bearer):
                continue
            bearer = Bearer(source.bearer.text, source.bearer.kind, False, source.provision.path)
            found[place] = replace(draft, bearer=bearer)
    if first is not None:
        articles.setdefault(article_of(first.provision.path), first)
    return found


def _words_on_recipients(draft: Draft) -> str:
    """The quote in lower case without the "to" of "with regard to"."""
    words = " ".join(draft.quote.text.lower().split())
    for phrase in ("regard to", "relation to", "respect to", "relating to"):
        words = words.replace(phrase, "on")
    return words


def _receives(words: str, bearer: Bearer) -> bool:
    """ "Requests shall be addressed to the contact point": to whom something is sent does not send it."""
    name = bearer.text.lower()
    return name in words and any(f" to {word} {name}" in words for word in ("the", "a", "an", "that", "its"))


def _names(draft: Draft) -> bool:
    known = draft.bearer.explicit or (draft.bearer.kind == "member_state" and draft.bearer.inferred is None)
    return known and draft.bearer.kind != "unspecified" and draft.modality != "right"


def _telling(draft: Draft) -> bool:
    """ "Member States may keep further rules": its freedom does not say whom the rules before it bind."""
    return draft.modality != "permission" or draft.bearer.kind in ("regulated", "person")


def _spoken_of(draft: Draft, before: Sequence[Draft]) -> Draft | None:
    """ "The assessment shall contain": who must carry out an assessment, a few norms before."""
    held = draft.lead_in if draft.lead_in and draft.mark and not _holds(draft.quote, draft.mark) else draft.quote
    if draft.mark is None or draft.mark.start is None or held.start is None or not _holds(held, draft.mark):
        return None
    words = held.text[: draft.mark.start - held.start].rsplit(",", 1)[-1].split()
    nouns: list[str] = []
    for word in words:
        if word.lower() in ENDS_SUBJECT and nouns:
            break
        nouns.append(word.lower())
    head = nouns[-1] if nouns else ""
    if len(head) < SHORTEST_NOUN:
        return None
    near = list(reversed(before))
    # Who makes it before who only speaks of it: "carry out an assessment", not "list what needs no assessment".
    made = next((d for d in near if head in d.object.lower().split()), None)
    return made or next((d for d in near if head in d.action.lower()), None)


def _holds(outer: Passage, inner: Passage) -> bool:
    if outer.start is None or inner.start is None or outer.end is None:
        return False
    return outer.start <= inner.start < outer.end


def _referred(draft: Draft, place: int) -> bool:
    """ "The programme referred to in Article 24 shall": the words before the reference at `place`."""
    begin = draft.quote.start
    held = begin is not None and begin < place < begin + len(draft.quote.text)
    before = " ".join(draft.quote.text[: place - (begin or 0)].lower().split()) if held else ""
    return before.endswith(REFERRED)


def _owner(words: str, before: Sequence[Draft]) -> Draft | None:
    """ "The audits shall fit the risk of the financial entity": whose thing it is, though another was named last."""
    if not before or before[-1].bearer.kind not in ("regulated", "person") or before[-1].bearer.text.lower() in words:
        return None
    owners = (d for d in reversed(before) if d.bearer.kind == "regulated")
    return next((d for d in owners if f" of the {_singular(d.bearer.text)}" in words), None)


def _singular(name: str) -> str:
    *rest, last = name.lower().split()
    return " ".join([*rest, singular(last)])


def _cited(draft: Draft, by_path: Mapping[str, Draft], articles: Mapping[str, Draft]) -> Draft | None:
    if draft.mark is None or draft.mark.start is None:
        return None
    for reference in draft.references:
        start = reference.passage.start
        if start is not None and draft.mark.start - SUBJECT_CHARACTERS < start < draft.mark.start:
            target = reference.target or ""
            source = by_path.get(target) or (articles.get(article_of(target)) if _referred(draft, start) else None)
            if source is not None:
                return source
    return None
