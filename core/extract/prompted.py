"""A model's reading of a window: what it is given, its answer object by object, and its quotes grounded there.

The model says which sentences are norms, of what kind, whose and why; what it cannot know comes from the built-in
readers. Nothing that it quotes counts until it is found in the window's own text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.extract.enriched import Norm, Reader, Surroundings, WindowReading
from core.extract.ground import Grounded, ground_in, outer_limit
from core.extract.matching import squeezed
from core.extract.missed import Missed, answered, missed
from core.extract.salvage import salvage, seen
from core.extract.windows import Window
from core.language.sentences import sentences
from core.settings import lexicon
from core.types import Deadline, Document, Draft, Obligation, Passage, Provision, Ungrounded

__all__ = ["Missed", "Surroundings", "WindowReading", "answered", "grounded", "missed", "read", "values"]

PROMPT = "extract-obligations/1.0.1"
LONGEST_TITLE = 200
NOT_READ = "It stands in a part of the text that was not to be read for norms."
TOO_SHORT = "So few words stand there by chance; a norm is a whole sentence, or a whole item of a list."
TOO_MUCH = "It takes in too much at once; a norm is a sentence, or a list or an item of one."
WORD = re.compile(r"\w+")


def values(window: Window, document: Document) -> dict[str, str]:
    """The values of the variables of extract-obligations."""
    title = seen(document.title)[:LONGEST_TITLE]  # 1.0.0, to which one may go back, does not fence it
    return {"regulation": title or "this document", "provisions": window.text}


def read(
    window: Window, answer: str, document: Document, around: Surroundings, *, prompt: str = PROMPT
) -> WindowReading:
    """The drafts of an answer, made whole with the built-in readers, and what could not be read. Never raises.

    `prompt` is the name and version of the one that was asked; it becomes the drafts' rule.
    """
    salvaged = salvage(answer, Norm, "norms")
    norms, repeated = once(salvaged.found, window, document)
    reader = Reader(window, around, prompt)
    drafts = tuple(map(reader.draft, norms))
    return WindowReading(drafts, salvaged.rejected, repeated=repeated, misnamed=reader.misnamed)


def grounded(window: Window, drafts: Iterable[Draft], around: Surroundings, engine: str) -> Grounded:
    """The drafts verified against the window's own text. `engine` is the model's name.

    A time that is not in the text keeps the model's words and loses their meaning, so that nothing is due by it.
    """
    found = ground_in(around.source, map(_without_hints, drafts), engine, (window.start, window.end))
    kept, lost = list[Obligation](), list(found.ungrounded)
    for one in found.obligations:
        if reason := _no_norm(one, window, around):
            lost.append(Ungrounded(one.draft.quote.text, reason, one.draft.provision.path))
        else:
            kept.append(_certain(one))
    return Grounded(tuple(kept), tuple(lost))


def once(norms: Sequence[Norm], window: Window, document: Document) -> tuple[list[Norm], int]:
    """The norms without repeats, and how many were left out. One that the text itself repeats may come as often."""
    seen: Counter[tuple[str, ...]] = Counter()
    quoted: Counter[str] = Counter()
    kept: list[Norm] = []
    text, most = squeezed(document.text[window.start : window.end]), lexicon("ground")["most_norms"]
    for norm in norms:
        said = tuple(squeezed(part) for part in (norm.quote, norm.lead_in, norm.modality, norm.bearer, norm.action))
        seen[said] += 1
        quoted[said[0]] += 1
        stands = text.count(said[0]) if quoted[said[0]] > 1 else 1
        again = seen[said] > 1 and not seen[said] <= stands <= len(text) // 2
        if not again and quoted[said[0]] <= most * max(1, stands):
            kept.append(norm)
    return kept, len(norms) - len(kept)


def _no_norm(one: Obligation, window: Window, around: Surroundings) -> str:
    """Why what was quoted is no norm although it stands there; "" where it may be one."""
    start, end = one.span.start, one.span.end
    touched = [p for p in window.provisions if p.span.start < end and start < p.span.end]
    if not touched or not max(touched[0].span.start, window.start) <= start < window.end:
        return NOT_READ
    if not _says_enough(one.draft):
        return TOO_SHORT
    lists = {_list_of(provision, around) for provision in touched}
    # One quote over all of it would hide every sentence that was left out.
    said = sum(1 for _ in sentences(one.draft.quote.text)) if len(touched) == 1 else 0
    return TOO_MUCH if len(lists) > 1 or said > lexicon("ground")["most_sentences"] else ""


def _list_of(provision: Provision, around: Surroundings) -> str:
    """The id of what stands above all points of the list that a provision belongs to; its own where it is no point."""
    while provision.kind == "point" and (parent := around.source.by_id.get(provision.parent or "")):
        provision = parent
    return provision.id


def _says_enough(draft: Draft) -> bool:
    words = WORD.findall(draft.quote.text)
    return len(words) >= lexicon("ground")["fewest_words"] or words == WORD.findall(draft.provision.text)


def _without_hints(draft: Draft) -> Draft:
    return draft if draft.quote.start is None else replace(draft, quote=Passage(draft.quote.text))


def _certain(one: Obligation) -> Obligation:
    """An obligation whose times are all in the text, or mean nothing."""
    times = tuple(
        time if time.passage.start is not None else Deadline(time.passage, "other") for time in one.draft.deadlines
    )
    sure = [time for time in times if time.passage.start is not None]
    kept = one.deadline if one.deadline in sure else outer_limit(sure)
    return replace(one, draft=replace(one.draft, deadlines=times), deadline=kept)
