"""Two readings of one document side by side: what both found, what only one did, and where they differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from core.extract.matching import squeezed
from core.extract.summary import same
from core.settings import lexicon
from core.types import Deadline, Obligation

Field = Literal["modality", "bearer", "deadline", "action"]
FIELDS: tuple[Field, ...] = ("modality", "bearer", "deadline", "action")


@dataclass(frozen=True, slots=True)
class Pair:
    """The same norm in both readings. More than one on a side: it took an item for each what the other took as one.

    `fields`: in what the readings differ.
    """

    builtin: tuple[Obligation, ...]
    model: tuple[Obligation, ...]
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line for a screen, in the order of the text; `builtin` and `model` say each field that differs."""

    told: Literal["both", "differing", "only built-in", "only model"]
    path: str
    quote: str
    fields: tuple[Field, ...] = ()
    builtin: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    builtin_ids: tuple[str, ...] = ()
    model_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """`both` holds every pair, `differing` those of them that differ in something."""

    both: tuple[Pair, ...]
    only_builtin: tuple[Obligation, ...]
    only_model: tuple[Obligation, ...]
    differing: tuple[Pair, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Numbers for a screen: pairs, pairs that differ (in all and by field), and what only one has."""
        fields = {f"differing in {name}": sum(name in pair.fields for pair in self.differing) for name in FIELDS}
        return {
            "both": len(self.both), "differing": len(self.differing), **fields,
            "only built-in": len(self.only_builtin), "only model": len(self.only_model),
        }  # fmt: skip


def agreement(builtin: Sequence[Obligation], model: Sequence[Obligation]) -> Agreement:
    """Pair what overlaps in the text, the likest first; then what one reading splits and the other does not.

    Deterministic; the time grows with the length of the readings as long as their quotes are sentences.
    """
    ours, theirs = (sorted(side, key=lambda one: (one.span.start, one.span.end)) for side in (builtin, model))
    pairs = _one_to_one(ours, theirs)
    left = _split([one for one in ours if one.id not in pairs], theirs)
    right = _split([one for one in theirs if one.id not in pairs.values()], ours)
    whole = {one.id: one for one in theirs}
    groups: list[tuple[list[Obligation], list[Obligation]]] = []
    home: dict[tuple[str, str], tuple[list[Obligation], list[Obligation]]] = {}
    for one in ours:
        if one.id in pairs:
            groups.append(([one], [whole[pairs[one.id]]]))
            home["builtin", one.id] = home["model", pairs[one.id]] = groups[-1]
    _joined(left, groups, home, "model")
    _joined(right, groups, home, "builtin")
    placed = set(home)
    made = sorted((_pair(a, b) for a, b in groups), key=lambda pair: pair.builtin[0].span.start)
    return Agreement(
        tuple(made),
        tuple(one for one in ours if ("builtin", one.id) not in placed),
        tuple(one for one in theirs if ("model", one.id) not in placed),
        tuple(pair for pair in made if pair.fields),
    )


def rows(found: Agreement) -> tuple[Row, ...]:
    """The agreement in the order of the text, one line for each pair and each norm that only one reading has."""
    lines = [(pair.builtin[0].span.start, _row(pair)) for pair in found.both]
    lines += [(one.span.start, _alone("only built-in", one)) for one in found.only_builtin]
    lines += [(one.span.start, _alone("only model", one)) for one in found.only_model]
    return tuple(row for _, row in sorted(lines, key=lambda line: line[0]))


def _one_to_one(ours: Sequence[Obligation], theirs: Sequence[Obligation]) -> dict[str, str]:
    """Id of a built-in norm → id of the model's that overlaps it by half of both and is likest."""
    least = lexicon("prompted")["agreement"]["overlap"]
    scored = [
        (likeness(one, other), -one.span.start, one.id, other.id)
        for one, other in _meeting(ours, theirs)
        if shared(one, other) >= least * max(_length(one), _length(other))
    ]
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, one, other in sorted(scored, reverse=True):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return pairs


def _split(unpaired: Sequence[Obligation], others: Sequence[Obligation]) -> list[tuple[Obligation, Obligation]]:
    """(norm, the one of the other reading that holds it or is its lead-in) where the two cut the text differently."""
    rules = lexicon("prompted")["agreement"]
    found: dict[str, tuple[Obligation, Obligation]] = {}
    for one, other in _meeting(unpaired, others, lead_ins=True):
        length = _length(one)
        inside = shared(one, other) >= rules["inside"] * length and length < rules["smaller"] * _length(other)
        if inside or (shared(one, other) == 0 and _leads(other, one)):
            found.setdefault(one.id, (one, other))
    return list(found.values())


def _joined(
    split: Sequence[tuple[Obligation, Obligation]],
    groups: list[tuple[list[Obligation], list[Obligation]]],
    home: dict[tuple[str, str], tuple[list[Obligation], list[Obligation]]],
    side: Literal["builtin", "model"],
) -> None:
    """Put each norm beside the one that holds it; `side` is that of the holder."""
    other: Literal["builtin", "model"] = "model" if side == "builtin" else "builtin"
    for one, holder in split:
        group = home.get((side, holder.id))
        if group is None:
            group = ([], [holder]) if side == "model" else ([holder], [])
            groups.append(group)
            home[side, holder.id] = group
        if (other, one.id) not in home:
            group[0 if other == "builtin" else 1].append(one)
            home[other, one.id] = group


def _meeting(
    ones: Sequence[Obligation], others: Sequence[Obligation], lead_ins: bool = False
) -> Iterator[tuple[Obligation, Obligation]]:
    """Pairs whose stretches touch, lead-ins counted where asked for; both sides come in the order of the text."""
    reaches = sorted((_reach(other, lead_ins), number) for number, other in enumerate(others))
    longest = max((end - start for (start, end), _ in reaches), default=0)
    first = 0
    for (start, end), number in sorted((_reach(one, lead_ins), number) for number, one in enumerate(ones)):
        while first < len(reaches) and reaches[first][0][0] + longest <= start:
            first += 1
        for (begins, ends), other in islice(reaches, first, None):
            if begins >= end:
                break
            if ends > start:
                yield ones[number], others[other]


def _reach(one: Obligation, lead_ins: bool) -> tuple[int, int]:
    starts = one.lead_in.start if lead_ins and one.lead_in else one.span.start
    return min(starts, one.span.start), one.span.end


def shared(one: Obligation, other: Obligation) -> int:
    """Characters that both quotes hold."""
    return max(0, min(one.span.end, other.span.end) - max(one.span.start, other.span.start))


def _length(one: Obligation) -> int:
    return max(1, one.span.end - one.span.start)


def _leads(whole: Obligation, item: Obligation) -> bool:
    """Whether one reading's norm is the lead-in of the list whose item is the other's."""
    lead = item.lead_in
    return lead is not None and min(lead.end, whole.span.end) - max(lead.start, whole.span.start) > 0


def likeness(one: Obligation, other: Obligation) -> float:
    """How alike two overlapping norms are: by their stretch first, then by what they say."""
    union = max(one.span.end, other.span.end) - min(one.span.start, other.span.start)
    differing = len(differences((one,), (other,)))
    return shared(one, other) / max(1, union) + (len(FIELDS) - differing) / 10


def differences(builtin: Sequence[Obligation], model: Sequence[Obligation]) -> tuple[Field, ...]:
    """The fields in which no norm of one side says what one of the other does."""
    return tuple(
        name for name in FIELDS if not any(_alike(name, one, other) for one in builtin for other in model)
    )  # fmt: skip


def _alike(name: Field, one: Obligation, other: Obligation) -> bool:
    a, b = one.draft, other.draft
    if name == "modality":
        return a.modality == b.modality
    if name == "bearer":
        ours, theirs = same(squeezed(a.bearer.text)), same(squeezed(b.bearer.text))
        return ours == theirs or (bool(ours and theirs) and (ours in theirs or theirs in ours))
    if name == "deadline":
        return _time(one.deadline) == _time(other.deadline)
    return _verb(a.action) == _verb(b.action)


def _time(deadline: Deadline | None) -> tuple[str, ...]:
    if deadline is None:
        return ()
    return (deadline.iso8601 or squeezed(deadline.passage.text).lower(),)


def _verb(action: str) -> str:
    """The first word that is to be done: "to report it" and "report the incident" begin alike."""
    words = [word.strip(".,;:").lower() for word in action.split()]
    return next((word for word in words if word not in ("to", "not", "be")), "")


def _pair(builtin: Sequence[Obligation], model: Sequence[Obligation]) -> Pair:
    return Pair(tuple(builtin), tuple(model), differences(builtin, model))


def said(name: Field, norms: Sequence[Obligation]) -> str:
    """What a reading says in one field; several norms' answers once each."""
    return "; ".join(dict.fromkeys(" ".join(_told(name, one).split()) for one in norms))


def _told(name: Field, one: Obligation) -> str:
    if name == "modality":
        return one.draft.modality
    if name == "bearer":
        return one.draft.bearer.text or "not named"
    if name == "deadline":
        return one.deadline.passage.text if one.deadline else "none"
    return one.draft.action


def _row(pair: Pair) -> Row:
    first = pair.builtin[0]
    return Row(
        "differing" if pair.fields else "both", first.draft.provision.path, first.draft.quote.text, pair.fields,
        tuple(said(name, pair.builtin) for name in pair.fields), tuple(said(name, pair.model) for name in pair.fields),
        tuple(one.id for one in pair.builtin), tuple(one.id for one in pair.model),
    )  # fmt: skip


def _alone(told: Literal["only built-in", "only model"], one: Obligation) -> Row:
    ours, theirs = ((one.id,), ()) if told == "only built-in" else ((), (one.id,))
    return Row(told, one.draft.provision.path, one.draft.quote.text, builtin_ids=ours, model_ids=theirs)
