"""Why a norm may be misread: doubts that each have a name, and the confidence that they leave."""

import math
from collections.abc import Iterable, Iterator

from core.extract.norms import Clause, Words
from core.settings import lexicon
from core.types import Bearer

MOST_SURE = 0.99


def doubts(w: Words, clause: Clause, bearer: Bearer) -> Iterator[str]:
    """Names of what speaks against the reading of one clause; confidence.toml explains each."""
    who, made, mark = clause.who, clause.sense, clause.mark
    if not bearer.text:
        yield "nobody"
    elif not who.known and not made.passive:
        yield "unlisted"
    if bearer.text and (who.pronoun or bearer.inferred):
        yield "pronoun"
    if who.kind is None and not (made.passive or made.state or who.pronoun):
        yield "thing_acts"
    if not clause.subject.sure or clause.subject.role in ("relative", "complement"):
        yield "subject"
    if mark.start and w.tokens[mark.start - 1].kind == ",":
        yield "insertion"
    if sum(token.kind == "modal" for token in w.tokens) > 1:
        yield "several_marks"


def confidence(found: Iterable[str]) -> float:
    """0-0.99 from the learned weights; a doubt without a weight takes nothing away."""
    learned = lexicon("confidence")
    left = learned["base"] - sum(learned["weight"].get(doubt, 0.0) for doubt in found)
    return round(min(MOST_SURE, 1 / (1 + math.exp(-left))), 2)
