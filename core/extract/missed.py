"""The second pass: sentences with a normative mark that nothing accounts for are put to a model one by one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from core.extract.coverage import inside, is_month, mark_pattern, merged, spans
from core.extract.enriched import Norm, Reader, Remark, Surroundings, WindowReading
from core.extract.salvage import LONGEST_DETAIL, Answered, Lower, MaybeText, Share, salvage
from core.extract.windows import Window
from core.language.sentences import sentences
from core.scan.aimed import level
from core.settings import lexicon
from core.types import Document, Draft, Modality, Obligation, Passage, Provision, Rejected, Statement

PROMPT = "find-missed/1.0.0"
NOT_ASKED = "It answers for a sentence that was not asked about."
NO_KIND = "It calls a sentence a norm and does not say of what kind."
NO_REASON = "It says that a sentence is no norm and not what it is instead."
Kind = Literal[
    "definition", "application", "legal effect", "exemption", "possibility", "purpose", "recommendation", "sanction",
    "condition", "part of a list",
]  # fmt: skip


class Verdict(Answered):
    """One object of the answer to find-missed: a norm, or what the sentence is instead."""

    number: Annotated[int, Field(strict=True)]
    norm: Annotated[bool, Field(strict=True)]
    kind: Annotated[Kind | Literal["norm"], Lower]
    confidence: Share
    modality: Annotated[Modality | Literal["none"], Lower] = "none"
    quote: MaybeText = ""
    lead_in: MaybeText = ""
    bearer: Remark = ""
    action: Remark = ""
    deadline: MaybeText = ""
    condition: MaybeText = ""
    exception: MaybeText = ""
    reason: Remark = ""


@dataclass(frozen=True, slots=True)
class Open:
    """A sentence of a window that nothing accounts for. `lead_in` is that of the list in which it stands."""

    provision: Provision
    passage: Passage
    lead_in: str = ""


@dataclass(frozen=True, slots=True)
class Missed:
    """What a window still leaves open, numbered from 1 for the prompt. False when nothing is open.

    `total` counts the window's sentences with a normative mark, those that are accounted for too.
    """

    sentences: tuple[Open, ...]
    total: int
    values: dict[str, str]

    def __bool__(self) -> bool:
        return bool(self.sentences)


def missed(
    window: Window,
    document: Document,
    obligations: Iterable[Obligation],
    statements: Iterable[Statement],
    around: Surroundings,
) -> Missed:
    """The sentences of a window that direct somebody by their words and that no obligation or statement covers."""
    accounted = merged(spans(obligations, statements))
    starts = [start for start, _ in accounted]
    found, total = list[Open](), 0
    for provision, passage, marks in normative(window, document, around):
        total += 1
        if not all(inside(mark, accounted, starts) for mark in marks):
            found.append(Open(provision, passage, lead_above(provision, around)))
    title = " ".join(document.title.split()) or "this document"
    return Missed(tuple(found), total, {"regulation": title, "sentences": numbered(found)})


def parts(asked: Missed, count: Callable[[str], int], most_tokens: int) -> tuple[Missed, ...]:
    """What is open in as few questions as fit, each numbered from 1. A sentence too large for any stays open."""
    found, held, room = list[Missed](), list[Open](), 0
    for one in asked.sentences:
        cost = count(f"{numbered([one])}\n\n")
        if cost > room and held:
            found.append(_asked(held, asked))
            held = []
        if not held:
            room = most_tokens - count(asked.values["regulation"])
        if cost <= room:
            held, room = [*held, one], room - cost
    return (*found, _asked(held, asked)) if held else tuple(found)


def _asked(held: Sequence[Open], whole: Missed) -> Missed:
    return Missed(tuple(held), whole.total, {**whole.values, "sentences": numbered(held)})


def normative(
    window: Window, document: Document, around: Surroundings
) -> Iterator[tuple[Provision, Passage, list[int]]]:
    """(provision, sentence, places of its marks) for each sentence of a window that has one."""
    pattern = mark_pattern(around.expects)
    for provision in window.provisions:
        start, end = max(provision.span.start, window.start), min(provision.span.end, window.end)
        text = document.text[start:end]
        places = [at.start() for at in pattern.finditer(level(text)) if not is_month(text, at.start(), at.end())]
        for first, last in sentences(text) if places else ():
            within = [start + place for place in places if first <= place < last]
            if within:
                yield provision, Passage(text[first:last], start + first), within


def lead_above(provision: Provision, around: Surroundings) -> str:
    """The opening words of the list that a point stands in."""
    parent = around.source.by_id.get(provision.parent or "") if provision.kind == "point" else None
    if parent is None or not parent.text.strip():
        return ""
    start, end = list(sentences(parent.text))[-1]
    return parent.text[start:end] if end - start <= lexicon("prompted")["window"]["longest_lead_in"] else ""


def numbered(found: Sequence[Open]) -> str:
    """The sentences as the prompt gives them: a number, where it stands, in which list, and its words."""
    blocks = []
    for number, one in enumerate(found, 1):
        heading = f" ({' '.join(one.provision.heading.split())})" if one.provision.heading.strip() else ""
        under = f"In the list that begins: {' '.join(one.lead_in.split())}\n" if one.lead_in else ""
        blocks.append(f"{number}. {one.provision.path}{heading}\n{under}{one.passage.text}")
    return "\n\n".join(blocks)


def answered(
    window: Window, asked: Missed, answer: str, around: Surroundings, *, prompt: str = PROMPT
) -> WindowReading:
    """The answer to find-missed: a draft for each norm, a statement for each sentence that is none. Never raises.

    The drafts are to be grounded like any other; a sentence without an answer stays open.
    """
    salvaged = salvage(answer, Verdict, "sentences")
    reader = Reader(window, around, prompt)
    drafts, statements, rejected = list[Draft](), list[Statement](), list(salvaged.rejected)
    for one in dict.fromkeys(salvaged.found):
        made = judged(one, asked, reader)
        if isinstance(made, Draft):
            drafts.append(made)
        elif isinstance(made, Statement):
            statements.append(made)
        else:
            rejected.append(made)
    repeated = len(salvaged.found) - len(set(salvaged.found))
    return WindowReading(tuple(drafts), tuple(rejected), tuple(statements), repeated)


def judged(one: Verdict, asked: Missed, reader: Reader) -> Draft | Statement | Rejected:
    detail = one.reason[:LONGEST_DETAIL]
    if not 1 <= one.number <= len(asked.sentences):
        return Rejected(NOT_ASKED, detail)
    sentence = asked.sentences[one.number - 1]
    if not one.norm:
        if one.kind == "norm":
            return Rejected(NO_REASON, detail)
        return Statement(sentence.provision, sentence.passage, one.kind, one.reason)
    if one.modality == "none":
        return Rejected(NO_KIND, detail)
    norm = Norm(
        provision=sentence.provision.path, quote=one.quote.strip() or sentence.passage.text, modality=one.modality,
        confidence=one.confidence, lead_in=one.lead_in, bearer=one.bearer, action=one.action, deadline=one.deadline,
        condition=one.condition, exception=one.exception, reason=one.reason,
    )  # fmt: skip
    return reader.draft(norm)
