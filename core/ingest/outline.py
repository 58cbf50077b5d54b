"""Where a label stands among the lists that are open: the sequence of siblings decides, not the file's format."""

from collections.abc import Callable
from dataclasses import dataclass

from core.ingest.labels import Count, Label, Value, first, follows

WIDEST_GAP = 12


@dataclass(slots=True)
class Level:
    """An open list: how it counts and where it stands, the node of its last item, and its nesting if the file says so.

    `holder` is the node that introduces lists below: the item, or its latest subparagraph.
    """

    style: tuple[str, str]
    value: Value
    node: int
    nesting: int
    holder: int

    @property
    def paragraph(self) -> bool:
        """Numbered paragraphs ("1.", "4.2") outlive an unnumbered paragraph; points do not."""
        return self.style in ((".", "number"), ("", "decimal"))


@dataclass(frozen=True, slots=True)
class Place:
    """`depth` levels stay open; the label is counted as `count` in a list that continues, or in a new one."""

    depth: int
    count: Count


# Given two readings, whether a later sibling bears out the second ("(ii)" before "(j)").
Witness = Callable[[Count, Count], bool | None]


def place(levels: list[Level], label: Label, nesting: int, after_colon: bool, witness: Witness) -> Place | None:
    """The list that takes `label`: one that it continues, else a new one below, else one with a gap before it.

    None when an unsure label fits nowhere. `nesting` is the file's own depth of the item, 0 when not known.
    """
    if label.counts[0].style[1] == "decimal":
        return place_decimal(levels, label.counts[0])
    if label.bullet:
        return place_bullet(levels, label.counts[0], nesting)
    going_on = [found for count in label.counts if (found := continued(levels, count, nesting))]
    starting = next((count for count in label.counts if first(count.value)), None)
    if starting and going_on:
        return (
            going_on[0]
            if keeps_on(levels, going_on[0], starting, nesting, after_colon, witness)
            else below(levels, starting, nesting, after_colon)
        )
    if going_on:
        return max(going_on, key=lambda found: found.depth)
    if starting:
        return below(levels, starting, nesting, after_colon)
    return with_gap(levels, label, nesting) or (Place(len(levels), label.counts[0]) if label.sure else None)


def continued(levels: list[Level], count: Count, nesting: int) -> Place | None:
    """The deepest open list that `count` continues, one at the file's own nesting before others."""
    fitting = [
        depth
        for depth in range(len(levels) - 1, -1, -1)
        if levels[depth].style == count.style and follows(count.value, levels[depth].value)
    ]
    same = [depth for depth in fitting if nesting and levels[depth].nesting == nesting]
    return Place((same or fitting)[0], count) if fitting else None


def keeps_on(
    levels: list[Level], found: Place, starting: Count, nesting: int, after_colon: bool, witness: Witness
) -> bool:
    """Whether "(i)" after "(h)" is the ninth letter rather than the first of a roman list below (h)."""
    level = levels[found.depth]
    if nesting and level.nesting and nesting != level.nesting:
        return nesting < level.nesting
    seen = witness(found.count, starting)
    return not after_colon if seen is None else not seen


def below(levels: list[Level], count: Count, nesting: int, after_colon: bool) -> Place:
    """A new list under the deepest level that may hold it."""
    depth = len(levels)
    while depth and nesting and levels[depth - 1].nesting > nesting:
        depth -= 1
    if depth and levels[depth - 1].style == count.style and not after_colon:
        same = nesting == 0 or levels[depth - 1].nesting == nesting
        # "(a)" straight after "(c)" without a lead-in starts a new list in the same place.
        depth -= 1 if same else 0
    return Place(depth, count)


def with_gap(levels: list[Level], label: Label, nesting: int) -> Place | None:
    """The list of the same style that came nearest before: what lies between is deleted, or a label stands twice."""
    fitting = [
        (nesting != 0 and levels[depth].nesting != nesting, count.value[0] - levels[depth].value[0], -depth, count)
        for depth in range(len(levels))
        for count in label.counts
        if levels[depth].style == count.style and 0 <= count.value[0] - levels[depth].value[0] <= WIDEST_GAP
    ]
    if not fitting:
        return None
    _, _, depth, count = min(fitting)
    return Place(-depth, count)


def place_decimal(levels: list[Level], count: Count) -> Place:
    """ "4.2" stands under "4" if that is open, beside "4.1", and otherwise at the top."""
    for depth in range(len(levels) - 1, -1, -1):
        value = levels[depth].value
        if levels[depth].paragraph and len(value) < len(count.value) and value == count.value[: len(value)]:
            return Place(depth + 1, count)
    return Place(0, count)


def place_bullet(levels: list[Level], count: Count, nesting: int) -> Place:
    for depth in range(len(levels) - 1, -1, -1):
        level = levels[depth]
        if level.style == count.style and level.nesting <= nesting:
            if level.nesting < nesting:
                return Place(depth + 1, count)
            return Place(depth, Count(count.style, (level.value[0] + 1,)))
    return Place(len(levels), count)
