"""Subjects behind their modal: "nor shall the issuer pay", "in no event shall the provider be liable"."""

from collections.abc import Sequence
from dataclasses import replace

from core.extract.marks import DENYING, Mark
from core.language.clauses import Subject
from core.language.tokens import Token
from core.language.verbs import is_base

LONGEST_SUBJECT = 20


def inverted(tokens: Sequence[Token], mark: Mark) -> tuple[Mark, Subject] | None:
    """The mark with its own verb, denied, and the subject between both; None where the order is the usual one."""
    before = " ".join(token.low for token in tokens[max(0, mark.start - 3) : mark.start])
    if mark.word not in ("shall", "must", "may", "will") or not (before.endswith("nor") or before in DENYING):
        return None
    for index in range(mark.start + 2, min(mark.start + LONGEST_SUBJECT, len(tokens))):
        token, left = tokens[index], tokens[index - 1]
        if token.kind in (",", ";", "."):
            return None
        if token.kind in ("be", "have") or (is_base(token.low) and left.kind in ("word", ")", "pron")):
            turned = replace(mark, end=mark.start + 1, verb=index, negated=True)
            return turned, Subject(mark.start + 1, index, "main")
    return None
