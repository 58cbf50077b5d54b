"""What changed in a few sentences, each of them counted."""

from collections.abc import Iterable, Mapping

from core.compare.comparison import Change, Comparison
from core.compare.differences import Difference, label_counts
from core.types import DUTIES

# Levels of risk that are counted apart.
GRAVE = ("high", "critical")


def summary(found: Comparison) -> tuple[str, ...]:
    """Sentences without document text, so that they may be shown, exported and compared."""
    if found.nothing:
        return (f"Nothing changed: {_nouns(len(found.changes))} and {_parts(found)} as before.",)
    return tuple(
        filter(None, (_come_and_gone(found), _changed(found), _as_before(found), _articles(found), _front(found)))
    )


def differences(found: Iterable[Change]) -> list[Difference]:
    return [one for change in found for one in change.differences]


def _come_and_gone(found: Comparison) -> str:
    told = []
    for kind in ("added", "removed"):
        here = [one for one in found.changes if one.kind == kind]
        duties = [one for one in here if one.here.draft.modality in DUTIES]
        grave = sum(one.here.risk.level in GRAVE for one in duties)
        risk = f", {_all_or(grave, len(duties))} of high or critical risk" if grave else ""
        others = len(here) - len(duties)
        also = f" and {_count(others, 'other norm')}" if others else ""
        told.append(f"{_count(len(duties), 'duty', 'duties')}{also} {kind}{risk}" if here else f"nothing {kind}")
    return _sentence("; ".join(told))


def _changed(found: Comparison) -> str:
    here = [one for one in found.changes if one.kind == "changed"]
    if not here:
        return "No duty changed its words."
    counts = label_counts(differences(here))
    return f"{_nouns(len(here))} changed: {_listed(counts)}."


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} × {label[0].lower()}{label[1:]}" for label, number in counts.items())


def _as_before(found: Comparison) -> str:
    counts = found.counts
    moved = f"{_nouns(counts['moved'])} moved without change; " if counts["moved"] else ""
    return _sentence(f"{moved}{_nouns(counts['unchanged'])} {'is' if counts['unchanged'] == 1 else 'are'} as before")


def _articles(found: Comparison) -> str:
    told = [f"{number:,} {kind}" for kind, number in found.article_counts.items() if number and kind != "unchanged"]
    return f"Of {_parts(found)}, {', '.join(told)}." if told else "The text of every article is as before."


def _front(found: Comparison) -> str:
    """Recitals that a consolidated text leaves out are no change of the law."""
    recitals = found.not_repeated.get("recital", 0)
    return f"Only one of the two has recitals ({recitals:,}); they are not compared." if recitals else ""


def _parts(found: Comparison) -> str:
    return _count(len(found.articles), "article and other part", "articles and other parts")


def _nouns(number: int) -> str:
    return _count(number, "obligation")


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _all_or(number: int, of: int) -> str:
    return "all" if number == of > 1 else f"{number:,}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
