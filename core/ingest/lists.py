"""The lists open while a text is read: opened by labels, closed by plain words, reopened by their next item."""

from core.ingest.labels import Label, first, follows
from core.ingest.outline import Level, Place, Witness, continued, place

REMEMBERED = 4


class Lists:
    """`levels` from the outermost to the deepest; `closed` what they were each time plain words closed some of them."""

    def __init__(self) -> None:
        self.levels: list[Level] = []
        self.closed: list[list[Level]] = []

    def __bool__(self) -> bool:
        return bool(self.levels)

    @property
    def deepest(self) -> Level:
        return self.levels[-1]

    def expects(self, label: Label) -> bool:
        """Whether the label is the next item of one of the open lists."""
        return any(
            level.style == count.style and follows(count.value, level.value)
            for level in self.levels
            for count in label.counts
        )

    def place(self, label: Label, nesting: int, after_colon: bool, witness: Witness) -> Place | None:
        """Where the label stands; None when an unsure one fits nowhere."""
        self.reopen(label, nesting)
        return place(self.levels, label, nesting, after_colon, witness)

    def reopen(self, label: Label, nesting: int) -> None:
        """Open again the list that words in between had closed: "(b) …, or which in any case …; (c) …"."""
        if any(first(count.value) for count in label.counts):
            return
        if any(continued(self.levels, count, nesting) for count in label.counts):
            return
        for closed in reversed(self.closed):
            for count in label.counts:
                found = continued(closed, count, nesting)
                if found and closed[: found.depth] == self.levels[: found.depth]:
                    self.levels = closed[: found.depth + 1]
                    return

    def cut(self, found: Place) -> Level | None:
        """Close what ends at the place; the sibling before it, if its list goes on there."""
        before = self.levels[found.depth] if found.depth < len(self.levels) else None
        del self.levels[found.depth :]
        goes_on = before is not None and before.style == found.count.style and not first(found.count.value)
        return before if goes_on else None

    def end_points(self, nesting: int, style: str) -> None:
        """Close the lists that an unnumbered paragraph at this nesting ends; numbered paragraphs stay open.

        `style` is the root's: a recital, and a paragraph of an article, always goes on.
        """
        before = list(self.levels)
        while self.levels:
            level = self.levels[-1]
            outermost = len(self.levels) == 1
            if outermost and (style == "recitals" or (style == "article" and level.paragraph)):
                return
            if level.paragraph and level.nesting <= nesting:
                return
            if level.nesting and nesting and level.nesting <= nesting:
                return
            self.levels.pop()
            self.closed = [*self.closed[1 - REMEMBERED :], before] if self.closed[-1:] != [before] else self.closed
