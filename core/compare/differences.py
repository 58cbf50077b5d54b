"""What changed in an obligation, in the words that an analyst uses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from core.compare.deadlines import deadline_changes
from core.compare.wording import MARKS, likeness, trimmed, words
from core.settings import lexicon
from core.types import Draft, Obligation, Passage, Reference

# Whether a path of the old version and one of the new one are the same place.
SamePlace = Callable[[str, str], bool]

LEVELS = ("low", "medium", "high", "critical")
# Aspects in the order in which people want to know of them.
ASPECTS = (
    "modality", "deadline", "bearer", "condition", "exception", "sanction", "risk", "via", "action", "reference",
    "wording",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """`aspect` of ASPECTS and what became of it; `old` and `new` in the documents' words, "" where there is none."""

    aspect: str
    way: str
    old: str = ""
    new: str = ""

    @property
    def label(self) -> str:
        """ "Deadline tightened", "Permission became obligation"."""
        if self.aspect == "modality":
            return f"{self.old.capitalize()} became {self.new}"
        if self.aspect == "risk":
            return f"Risk {self.way} to {self.new}"
        return LABELS.get((self.aspect, self.way)) or f"{self.aspect.capitalize()} {self.way}"


LABELS = {
    ("deadline", "lengthened"): "Retention lengthened",
    ("deadline", "shortened"): "Retention shortened",
    ("reference", "redirected"): "Reference leads to another place",
    ("reference", "renumbered"): "Reference follows the renumbering",
    ("action", "changed"): "Action reworded",
    ("via", "changed"): "Another one must ensure it",
    ("wording", "changed"): "Other words changed",
    ("wording", "punctuation"): "Only punctuation changed",
}


def differences(old: Obligation, new: Obligation, same: SamePlace, *, same_text: bool) -> tuple[Difference, ...]:
    """What changed from one to the other; `same` tells whether two paths are the same place.

    Of equal texts only what comes from elsewhere is told: who must act, the sanction and the risk that follows, and
    references whose words now lead to another place.
    """
    before, after = old.draft, new.draft
    found = [*_bearer(before, after), *_sanctions(before, after, same), *_risk(old, new)]
    if same_text:
        found += _redirected(before, after, same)
    else:
        found += [
            *_modality(before, after),
            *(Difference("deadline", *told) for told in deadline_changes(before, after)),
            *_passages("condition", before.conditions, after.conditions),
            *_passages("exception", before.exceptions, after.exceptions),
            *_via(before, after),
            *_references(before, after, same),
            *_action(before, after),
        ]
        found = found or _wording(before, after)
    return tuple(sorted(found, key=lambda one: ASPECTS.index(one.aspect)))


def _modality(old: Draft, new: Draft) -> Iterable[Difference]:
    if old.modality != new.modality:
        yield Difference("modality", "changed", old.modality, new.modality)


def _bearer(old: Draft, new: Draft) -> Iterable[Difference]:
    before, after = parties(old.bearer.text), parties(new.bearer.text)
    if before == after:
        return
    if not before or not after:
        way = "named" if after else "no longer named"
    else:
        way = "widened" if _within(before, after) else "narrowed" if _within(after, before) else "changed"
    yield Difference("bearer", way, old.bearer.text, new.bearer.text)


def parties(text: str) -> frozenset[tuple[str, ...]]:
    """Everybody whom a bearer names, without articles, in the singular: "credit institutions and the bank" is two."""
    rules, found = lexicon("compare"), [list[str]()]
    for word in words(text):
        if word in (",", ";", "/", *rules["connectors"]):
            found.append([])
        elif word not in rules["determiners"]:
            found[-1].append(word[:-1] if word.endswith("s") and not word.endswith("ss") else word)
    return frozenset(tuple(party) for party in found if party)


def _within(some: frozenset[tuple[str, ...]], others: frozenset[tuple[str, ...]]) -> bool:
    """Whether each of `some` is one of `others`, or one of a kind of it: a payment institution is an institution."""
    return all(any(party[-len(other) :] == other for other in others) for party in some)


def _via(old: Draft, new: Draft) -> Iterable[Difference]:
    if parties(old.via or "") != parties(new.via or ""):
        yield Difference("via", "changed", old.via or "", new.via or "")


def _risk(old: Obligation, new: Obligation) -> Iterable[Difference]:
    before, after = old.risk.level, new.risk.level
    if before != after:
        way = "raised" if LEVELS.index(after) > LEVELS.index(before) else "lowered"
        yield Difference("risk", way, before, after)


def _sanctions(old: Draft, new: Draft, same: SamePlace) -> Iterable[Difference]:
    before, after = ([one.target or one.passage.text for one in draft.sanctions] for draft in (old, new))
    gone = [one for one in before if not any(same(one, other) for other in after)]
    come = [other for other in after if not any(same(one, other) for one in before)]
    yield from (Difference("sanction", "removed", one, "") for one in dict.fromkeys(gone))
    yield from (Difference("sanction", "added", "", one) for one in dict.fromkeys(come))


def _passages(aspect: str, old: Sequence[Passage], new: Sequence[Passage]) -> Iterable[Difference]:
    """Equal ones aside, each with the one that is most like it."""
    before, after = [" ".join(one.text.split()) for one in old], [" ".join(one.text.split()) for one in new]
    for text in list(before):
        same = next((other for other in after if trimmed(words(other)) == trimmed(words(text))), None)
        if same is not None:
            before.remove(text)
            after.remove(same)
    for text in before:
        nearest = max(after, key=lambda other: likeness(words(text), words(other)), default=None)
        if nearest is None or likeness(words(text), words(nearest)) < lexicon("compare")["alike_passage"]:
            yield Difference(aspect, "removed", text, "")
        else:
            after.remove(nearest)
            yield Difference(aspect, "changed", text, nearest)
    yield from (Difference(aspect, "added", "", text) for text in after)


def _references(old: Draft, new: Draft, same: SamePlace) -> Iterable[Difference]:
    """References to other places than before; one that leads to the same place under its new number is told apart."""
    before, after = list(old.references), list(new.references)
    for one in old.references:
        twin = next((other for other in after if _leads_alike(one, other, same)), None)
        if twin is None:
            continue
        before.remove(one)
        after.remove(twin)
        if one.target != twin.target:
            yield Difference("reference", "renumbered", *_printed(one, twin))
    opposite: Iterable[tuple[Reference | None, Reference | None]] = zip_longest(before, after)
    for first, second in opposite:
        way = "added" if first is None else "removed" if second is None else "changed"
        yield Difference("reference", way, *_printed(first, second))


def _redirected(old: Draft, new: Draft, same: SamePlace) -> Iterable[Difference]:
    """ "Article 5" is what it said and what it says, but the article that was number 5 is number 6 now."""
    for one, other in zip(old.references, new.references, strict=False):
        if one.target and other.target and not same(one.target, other.target):
            yield Difference("reference", "redirected", one.target, other.target)


def _leads_alike(old: Reference, new: Reference, same: SamePlace) -> bool:
    if old.target is None or new.target is None:
        return words(old.passage.text) == words(new.passage.text)
    return same(old.target, new.target)


def _printed(old: Reference | None, new: Reference | None) -> tuple[str, str]:
    return _line(old), _line(new)


def _line(one: Reference | None) -> str:
    return " ".join(one.passage.text.split()) if one else ""


def _action(old: Draft, new: Draft) -> Iterable[Difference]:
    """The deed itself: deadlines, conditions, exceptions and references are told apart from it."""
    before, after = _deed(old), _deed(new)
    if before != after and not _only_marks(before, after):
        yield Difference("action", "changed", " ".join(old.action.split()), " ".join(new.action.split()))


def _deed(draft: Draft) -> tuple[str, ...]:
    text = " ".join(draft.action.split())
    aside = [one.text for one in (*draft.conditions, *draft.exceptions)]
    aside += [one.passage.text for one in draft.references]
    # An event after a deadline goes with it: "after the incident was closed".
    aside += [text for one in draft.deadlines for text in (one.passage.text, one.anchor or "")]
    for passage in sorted((" ".join(one.split()) for one in aside), key=len, reverse=True):
        if passage:
            text = text.replace(passage, " ")
    return trimmed(words(text))


def _only_marks(old: Sequence[str], new: Sequence[str]) -> bool:
    return [word for word in old if word not in MARKS] == [word for word in new if word not in MARKS]


def _wording(old: Draft, new: Draft) -> list[Difference]:
    before, after = words(old.quote.text), words(new.quote.text)
    return [Difference("wording", "punctuation" if _only_marks(before, after) else "changed")]


def label_counts(found: Iterable[Difference]) -> Mapping[str, int]:
    """How often each label occurs, the most telling aspects first."""
    ordered = sorted(found, key=lambda one: (ASPECTS.index(one.aspect), one.label))
    counts: dict[str, int] = {}
    for one in ordered:
        label = _summed(one)
        counts[label] = counts.get(label, 0) + 1
    return counts


def _summed(one: Difference) -> str:
    return f"Risk {one.way}" if one.aspect == "risk" else one.label
