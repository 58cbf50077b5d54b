"""How far the reading of one document can be trusted, from what went unread, unmatched or unaccounted for."""

from collections.abc import Sequence

from core.settings import lexicon
from core.types import Coverage, Document, Obligation, Quality, Rejected, Ungrounded


def quality(
    document: Document,
    obligations: Sequence[Obligation],
    coverage: Coverage,
    ungrounded: Sequence[Ungrounded] = (),
    rejected: Sequence[Rejected] = (),
    understood: bool = True,
) -> Quality:
    """5 less what each shortcoming costs, never under 1; `reasons` name them, or say that there is none.

    A text in a language that the engine does not read is not `understood`: 1.
    """
    rules = lexicon("quality")
    if not understood:
        return Quality(1, (rules["not_understood"].format(language=document.language or "unknown"),))
    found = shortcomings(document, obligations, coverage, len(ungrounded), len(rejected))
    lost, reasons = 0.0, []
    for name, share in found.items():
        limits = rules[name]
        cost = next((step["cost"] for step in limits["steps"] if share >= step["from"]), 0)
        if cost:
            lost += cost
            reasons.append(limits["says"].format(percent=f"{100 * share:.0f} %" if share >= 0.01 else "under 1 %"))
    return Quality(max(1, round(5 - lost)), tuple(reasons or [rules["none"]]))


def shortcomings(
    document: Document, obligations: Sequence[Obligation], coverage: Coverage, ungrounded: int, rejected: int
) -> dict[str, float]:
    """Each as a share from 0 to 1."""
    rules = lexicon("quality")
    norms = max(1, len(obligations))
    answers = max(1, len(obligations) + ungrounded + rejected)
    pages = max(1, len(document.pages))
    return {
        "unread": sum(page.state == "unread" for page in document.pages) / pages,
        "ocr": sum(page.state == "ocr" for page in document.pages) / pages,
        "uncovered": len(coverage.uncovered) / max(1, coverage.normative_sentences),
        "ungrounded": ungrounded / answers,
        "rejected": rejected / answers,
        "fuzzy": sum(one.match == "fuzzy" for one in obligations) / norms,
        "doubtful": sum(one.confidence < rules["doubtful_below"] for one in obligations) / norms,
    }
