"""The provisions of a document as what a citation may mean: by path, by plain path, and seen from a place."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.types import Provision

PLAIN_WORDS = re.compile(r"\b(?:article|section|clause|rule|regulation|part|point|paragraph|annex)\b|[§\s,]")
STEP = re.compile(r"\([^()]{1,8}\)")


@dataclass(frozen=True, slots=True)
class Places:
    """The provisions of a document by their path, and by their path without its words, to find what a text cites."""

    paths: frozenset[str]
    plain: dict[str, str]

    def find(self, path: str) -> str | None:
        if path in self.paths:
            return path
        return self.plain.get(plain_path(path))

    def first(self, paths: Iterable[str]) -> str | None:
        """The first of several readings of a citation that the document has."""
        return next((found for path in paths if (found := self.find(path))), None)


def plain_path(path: str) -> str:
    """ "Section 4.2(a)", "§ 4.2(a)" and "4.2(a)" are one place. "Annex" stays apart from "Article"."""
    low = path.lower()
    return ("annex" if low.startswith("annex") else "") + PLAIN_WORDS.sub("", low)


def places(provisions: Sequence[Provision]) -> Places:
    plain: dict[str, str] = {}
    for provision in provisions:
        plain.setdefault(plain_path(provision.path), provision.path)
        # A UK rule is cited without its part: "2.1" for "Outsourcing 2.1".
        tail = provision.path.rsplit(" ", 1)[-1]
        if tail[:1].isdigit() and not provision.path.startswith(("Recital", "Annex", "Article")):
            plain.setdefault(tail.lower(), provision.path)
    return Places(frozenset(p.path for p in provisions), plain)


@dataclass(frozen=True, slots=True)
class Base:
    """Where a text stands: "Article 19(4)(a)" → article "Article 19", paragraph "Article 19(4)"."""

    article: str
    paragraph: str
    path: str

    @property
    def part(self) -> str:
        """The name before a rule's number: "Outsourcing" of "Outsourcing 2.1"."""
        return self.article.rpartition(" ")[0]

    def around(self, label: str) -> list[str]:
        """What "point (a)" may mean here: a point of this place, one beside it, one further up, nearest first."""
        found = [
            self.path + label,
            self.paragraph + label,
            f"{self.path}, point {label}",
            f"{self.path.rstrip()}{label}",
        ]
        steps = list(STEP.finditer(self.path))
        found += [self.path[: step.start()] + label for step in reversed(steps)]
        found += [self.path[: step.end()] + label for step in reversed(steps)]
        whole, _, rest = self.path.partition(",")
        found += [f"{whole},{rest.split(', point')[0]}, point {label}"] if rest else []
        return list(dict.fromkeys([*found, self.article + label]))


def base_of(path: str) -> Base:
    whole = path.split(",", 1)[0]
    steps = STEP.findall(whole)
    article = whole.split("(", 1)[0].strip()
    numbered = bool(steps) and steps[0][1:2].isdigit()
    return Base(article, article + steps[0] if numbered else article, path)
