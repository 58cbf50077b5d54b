"""A document as a place to seek quotes in: by provision, by article, whole, and by page."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from core.extract.matching import Printed, Region
from core.types import Document, Provision, Word


@dataclass
class Source:
    """A document cut into the regions in which quotes are sought; its text is squeezed once, when first asked for."""

    document: Document
    provisions: Sequence[Provision]
    words: Sequence[Word] = ()

    @cached_property
    def by_id(self) -> dict[str, Provision]:
        return {provision.id: provision for provision in self.provisions}

    @cached_property
    def starts(self) -> list[int]:
        """Where provisions begin, in text order."""
        return sorted(provision.span.start for provision in self.provisions)

    @cached_property
    def roots(self) -> dict[str, str]:
        """Provision id → id of the article (or other outermost provision) that it is part of."""
        found: dict[str, str] = {}
        for provision in self.provisions:
            trail = [provision]
            while (parent := trail[-1].parent) in self.by_id and parent not in found and len(trail) < 50:
                trail.append(self.by_id[str(parent)])
            root = found.get(str(trail[-1].parent), trail[-1].id)
            found.update((step.id, root) for step in trail)
        return found

    @cached_property
    def articles(self) -> dict[str, Region]:
        """Root id → the stretch of text from its first provision to its last."""
        ends: dict[str, tuple[int, int]] = {}
        for provision in self.provisions:
            root, span = self.roots[provision.id], provision.span
            start, end = ends.get(root, (span.start, span.end))
            ends[root] = min(start, span.start), max(end, span.end)
        return {root: self.region(*stretch) for root, stretch in ends.items()}

    @cached_property
    def own(self) -> dict[str, Region]:
        return {p.id: self.region(p.span.start, p.span.end) for p in self.provisions}

    @cached_property
    def printed(self) -> Printed:
        return Printed(self.document.text)

    @cached_property
    def whole(self) -> Region:
        return self.region(0, len(self.document.text))

    def region(self, start: int, end: int) -> Region:
        return Region(self.document.text, start, end, lambda: self.printed)

    def sought(self, provision: Provision, within: tuple[int, int] | None) -> list[Region]:
        """Where a quote of this provision may stand, the likeliest first."""
        regions = [self.own[provision.id], self.article(provision)]
        if within is None:
            return regions
        cut = [(max(region.start, within[0]), min(region.end, within[1])) for region in regions]
        return [self.region(*stretch) for stretch in dict.fromkeys((*cut, within)) if stretch[0] < stretch[1]]

    def article(self, provision: Provision) -> Region:
        return self.articles[self.roots[provision.id]]

    def page(self, start: int, end: int) -> int | None:
        """The page on which text[start:end] begins; None where the format has no pages."""
        if not self.words:
            return None
        at = max(0, bisect_right(self.words, start, key=attrgetter("start")) - 1)
        for word in self.words[at : at + 2]:
            if word.end > start and word.start < end:
                return word.page
        return None
