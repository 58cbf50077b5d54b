"""Regulations of a few articles, read and analysed in this process: what the tests of comparing stand on."""

from collections.abc import Iterable, Sequence

from core import ingest, pipeline
from core.compare import Change, Comparison, Side, compare
from core.ingest.markdown import parse

Articles = Sequence[tuple[str, Sequence[str]]]

# Eight articles of two or three paragraphs, none of which is like another.
LAW: Articles = (
    ("Subject matter", ["This Regulation lays down rules on the storage of seeds."]),
    (
        "Register",
        [
            "A seed bank shall keep a register of its deposits.",
            "A seed bank shall update the register at least every two years.",
        ],
    ),
    (
        "Temperature",
        [
            "A seed bank shall store deposits below minus 18 degrees.",
            "Where the temperature rises, the seed bank shall inform the authority within 72 hours.",
        ],
    ),
    ("Access", ["The depositor shall have the right to withdraw a deposit.", "A seed bank may charge a fee for it."]),
    (
        "Inspection",
        ["The authority shall inspect each bank.", "A seed bank shall not refuse an inspector, unless it is night."],
    ),
    ("Samples", ["For the purposes of Article 5, a bank shall hand over samples to the authority within one month."]),
    ("Closure", ["A seed bank that closes shall transfer its deposits to another seed bank."]),
    ("Entry into force", ["This Regulation shall enter into force on 1 May 2027."]),
)  # fmt: skip


def text(articles: Articles = LAW, title: str = "Regulation (XU) 2027/5 on seed banks") -> str:
    """The articles numbered from 1, their paragraphs too where there are several."""
    lines = [f"# {title}"]
    for number, (heading, paragraphs) in enumerate(articles, 1):
        lines.append(f"## Article {number}\n\n### {heading}")
        several = len(paragraphs) > 1
        lines += [f"{at}. {body}" if several else body for at, body in enumerate(paragraphs, 1)]
    return "\n\n".join(lines) + "\n"


def side(markdown: str, document_id: str = "d") -> Side:
    reading = ingest.structured(parse(markdown.encode()), "law.md", "0" * 64, document_id)
    analysis = pipeline.analyze_reading(reading)
    return Side(analysis.document, reading.provisions, analysis.obligations)


def compared(old: str, new: str) -> Comparison:
    return compare(side(old, "old"), side(new, "new"))


def altered(old: str, new: str, articles: Articles = LAW) -> Comparison:
    """The law against itself with one sentence, or part of one, replaced."""
    before = text(articles)
    assert old in before
    return compared(before, before.replace(old, new))


def told(changes: Iterable[Change], *, of: str = "changed") -> list[tuple[str, list[str]]]:
    """(place, what changed) of the changes of one kind."""
    return [(one.here.draft.provision.path, [d.label for d in one.differences]) for one in changes if one.kind == of]


def labels(found: Comparison) -> list[str]:
    return [one.label for change in found.changes for one in change.differences]
