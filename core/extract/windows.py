"""A document in stretches that fit a model: whole provisions, lists with their lead-ins, the definitions they need."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import BadInput
from core.extract.coverage import explaining
from core.extract.nature import DEFINED_TERM
from core.language.sentences import sentences
from core.settings import lexicon
from core.types import Document, Provision

Count = Callable[[str], int]
QUOTED_TERM = re.compile(r"[‘“\"']([^’”\"']{2,80})[’”\"']")
PLAIN_TERM = re.compile(r"\s{0,8}(?:The term )?([A-Z][\w‐‑' -]{2,60}?)\smeans\b")
WORD = re.compile(r"\w+")
# Lines that are no text of a provision begin like this.
HEADING, LEAD_IN, TERMS = "# ", "# Already read, for what follows: ", "# What terms mean here"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a document as a model gets it, numbered from 1.

    document.text[start:end] holds what is to be read: `provisions`, of which the first or the last may be cut when one
    alone is larger than a window. `text` is what the prompt gets: paths, headings, lead-ins and `definitions` too.
    """

    number: int
    provisions: tuple[Provision, ...]
    text: str
    start: int
    end: int
    headings: tuple[str, ...]
    definitions: tuple[str, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A provision, or some of its sentences: document.text[start:end]."""

    provision: Provision
    start: int
    end: int
    text: str


Group = list[Piece]


def windows(
    document: Document, provisions: Sequence[Provision], count: Count, most_tokens: int, *, definitions: bool = True
) -> tuple[Window, ...]:
    """Everything that can hold a norm, in text order, packed greedily into windows of at most `most_tokens`.

    Recitals, preambles and notes are left out. `count` gives a text's tokens. BadInput when not even one sentence fits.
    """
    packing = Packing(document, provisions, count, most_tokens, definitions)
    return tuple(replace(window, number=number) for number, window in enumerate(packing.windows(), 1))


def readable(provisions: Sequence[Provision]) -> list[Provision]:
    """The provisions that the built-in engine too reads for norms."""
    silent = explaining(provisions)
    spoken = (p for p in provisions if p.id not in silent and not p.path.startswith("Recital "))
    return [provision for provision in spoken if provision.text.strip()]


def grouped(provisions: Sequence[Provision]) -> Iterator[Group]:
    """A list with its lead-in, at any depth, is one group; any other provision is one by itself."""
    group: Group = []
    ids: set[str | None] = set()
    for provision in provisions:
        piece = Piece(provision, provision.span.start, provision.span.end, provision.text)
        if group and not (provision.kind == "point" and provision.parent in ids):
            yield group
            group, ids = [], set()
        group.append(piece)
        ids.add(provision.id)
    if group:
        yield group


def defined(provisions: Sequence[Provision], longest: int) -> dict[str, Provision]:
    """Each term that a provision defines, as words in small letters → that provision, if short enough to repeat."""
    found: dict[str, Provision] = {}
    for provision in provisions:
        if len(provision.text) <= longest and DEFINED_TERM.match(provision.text):
            named = QUOTED_TERM.search(provision.text) or PLAIN_TERM.match(provision.text)
            term = flat(named[1]) if named else ""
            if term:
                found.setdefault(term.removesuffix("y"), provision)  # "entit" is in "entities" too
    return found


def line(piece: Piece) -> str:
    return f"{piece.provision.path}\n{piece.text.strip()}\n"


def heading(piece: Piece, before: Piece | None) -> str:
    """The heading over a provision, where the one before it stands under another."""
    said = one_line(piece.provision.heading)
    return f"{HEADING}{said}\n" if said and not (before and one_line(before.provision.heading) == said) else ""


def one_line(text: str) -> str:
    return " ".join(text.split())


def flat(text: str) -> str:
    return " ".join(WORD.findall(text.lower()))


class Packing:
    """The state of one packing: what the document offers, what each text costs, and what waits for a window."""

    def __init__(
        self, document: Document, provisions: Sequence[Provision], count: Count, most: int, definitions: bool
    ) -> None:
        self.document, self.count, self.most = document, count, most
        self.rules = lexicon("prompted")["window"]
        self.by_id: Mapping[str, Provision] = {provision.id: provision for provision in provisions}
        read = readable(provisions)
        self.waiting = deque(grouped(read))
        self.terms = defined(read, self.rules["longest_definition"]) if definitions else {}
        self.room = most - int(most * self.rules["definitions_share"]) if self.terms else most
        self.costs: dict[str, int] = {}

    def windows(self) -> Iterator[Window]:
        """Numbered by the caller. Each is counted whole before it is given out."""
        held: Group = []
        used = 0
        while self.waiting:
            group = self.waiting.popleft()
            more = self.estimate(group, held[-1] if held else None)
            if used + more <= self.room if held else self.window(group).tokens <= self.most:
                held, used = [*held, *group], used + more
            elif held:
                self.waiting.appendleft(group)
                yield from self.closed(held)
                held, used = [], 0
            else:
                self.waiting.extendleft(reversed(self.divided(group)))
        yield from self.closed(held)

    def closed(self, pieces: Group) -> Iterator[Window]:
        """The window of these pieces; more than one if together they cost more than they did one by one."""
        if not pieces:
            return
        window = self.window(pieces)
        if window.tokens <= self.most:
            yield window
            return
        for part in self.divided(pieces):
            yield from self.closed(part)

    def divided(self, pieces: Group) -> list[Group]:
        """What is too large for a window in two: between provisions, or a single one between sentences."""
        if len(pieces) > 1:
            at, used = 1, self.estimate(pieces[:1])
            while at < len(pieces) - 1 and (used := used + self.estimate([pieces[at]], pieces[at - 1])) <= self.room:
                at += 1
            return [pieces[:at], pieces[at:]]
        (piece,) = pieces
        ends = [piece.start + end for _, end in sentences(piece.text)]
        if len(ends) < 2:
            raise self.too_small(piece)
        cut = ends[self.fitting(piece, ends)]
        first = replace(piece, end=cut, text=self.document.text[piece.start : cut])
        return [[first], [replace(piece, start=cut, text=self.document.text[cut : piece.end])]]

    def fitting(self, piece: Piece, ends: Sequence[int]) -> int:
        """Which sentence the first part ends with: the last that leaves it small enough, by bisection."""
        low, high = 0, len(ends) - 2
        while low < high:
            middle = (low + high + 1) // 2
            part = replace(piece, end=ends[middle], text=self.document.text[piece.start : ends[middle]])
            low, high = (middle, high) if self.estimate([part]) <= self.room else (low, middle - 1)
        return low

    def estimate(self, pieces: Group, before: Piece | None = None) -> int:
        """Tokens of pieces that follow another, or open a window, counted line by line."""
        total = 0 if before else self.cost(self.opening(pieces[0]))
        for piece in pieces:
            total += self.cost(heading(piece, before)) + self.cost(line(piece))
            before = piece
        return total

    def cost(self, text: str) -> int:
        if text not in self.costs:
            self.costs[text] = self.count(text) if text else 0
        return self.costs[text]

    def opening(self, piece: Piece) -> str:
        """The lead-ins of the lists that a window begins in the middle of, outermost first."""
        above: list[str] = []
        step = piece.provision
        while step.kind == "point" and (parent := self.by_id.get(step.parent or "")) and len(above) < 20:
            lead = parent.text.strip()
            if lead:
                start = [start for start, _ in sentences(lead)][-1]
                above.append(f"{LEAD_IN}{parent.path}\n{lead[start:][-self.rules['longest_lead_in'] :]}\n")
            step = parent
        return "".join(reversed(above))

    def window(self, pieces: Group) -> Window:
        """With as many definitions of terms that occur as there is room for."""
        before = [None, *pieces[:-1]]
        lines = [heading(piece, last) + line(piece) for piece, last in zip(pieces, before, strict=True)]
        given, text = self.explained("".join((self.opening(pieces[0]), *lines)).strip(), pieces)
        headings = dict.fromkeys(said for piece in pieces if (said := one_line(piece.provision.heading)))
        return Window(
            0, tuple(dict.fromkeys(piece.provision for piece in pieces)), text, min(piece.start for piece in pieces),
            max(piece.end for piece in pieces), tuple(headings), given, self.count(text),
        )  # fmt: skip

    def explained(self, body: str, pieces: Group) -> tuple[tuple[str, ...], str]:
        """The definitions that there is room for, in the document's order, and the text with them in front."""
        here, low = {piece.provision.id for piece in pieces}, f" {flat(body)}"
        fitting, room = list[str](), self.most - self.count(body) - self.cost(f"{TERMS}\n\n")
        for term, provision in self.terms.items():
            if provision.id not in here and f" {term}" in low:
                room -= self.cost(text := f"{one_line(provision.text)}\n")
                if room < 0:
                    break
                fitting.append(text)
        while fitting:
            text = f"{TERMS}\n{''.join(fitting)}\n{body}"
            if self.count(text) <= self.most:
                return tuple(line.strip() for line in fitting), text
            fitting.pop()
        return (), body

    def too_small(self, piece: Piece) -> BadInput:
        needs = self.count(self.opening(piece) + heading(piece, None) + line(piece))
        return BadInput(
            f"A sentence of {piece.provision.path} needs {needs:,} tokens, and a window holds {max(0, self.most):,}; "
            "choose a model with a larger context, set COPILOT_CONTEXT_TOKENS higher for one on this computer, or allow"
            " longer answers in models/routes.toml."
        )
