"""What changed between two versions, as a file: Markdown to read, Excel to work through, JSON for other programs.

Text from a document is escaped as in the other reports; what was taken out is struck through, what was put in is bold.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from core.compare import ArticleChange, Change, Comparison, Piece, redline, summary
from core.errors import BadInput
from core.export import FORMATS, Written
from core.export.cells import Value
from core.export.markdown import escaped
from core.export.xlsx import Sheet, filled
from core.types import Document, Obligation

COMPARED = ("md", "xlsx", "json")
HEADINGS = {"changed": "Changed", "added": "Added", "removed": "Removed", "moved": "Moved without change"}
CHANGE_TITLES = (
    "What became of it", "What changed", "Old place", "New place", "Who", "What", "Old text", "New text", "Old risk",
    "New risk", "Kind", "Old ID", "New ID",
)  # fmt: skip
CHANGE_WIDTHS = (14, 34, 18, 18, 24, 44, 60, 60, 10, 10, 12, 20, 20)
DIFFERENCE_TITLES = ("Place", "What changed", "Aspect", "Way", "Old", "New")
DIFFERENCE_WIDTHS = (20, 32, 14, 14, 60, 60)
ARTICLE_TITLES = ("What became of it", "Article", "Was", "Heading", "Old text", "New text")
ARTICLE_WIDTHS = (14, 20, 20, 30, 70, 70)
FACT_TITLES = ("Fact", "Value")
FACT_WIDTHS = (28, 100)


def write_comparison(name: str, found: Comparison) -> Written:
    """The comparison in one of COMPARED."""
    if name not in COMPARED:
        raise BadInput(f"A comparison cannot be written as {name!r}; choose one of {', '.join(COMPARED)}.")
    writers = {"md": markdown, "xlsx": workbook, "json": as_json}
    return Written(writers[name](found), FORMATS[name].extension, FORMATS[name].mime)


def version(document: Document) -> str:
    """A document's version in a few words: what it says of itself, else the beginning of its digest."""
    return document.version or f"file {document.sha256[:8]}"


# --- Markdown ---------------------------------------------------------------------------------------------------


def markdown(found: Comparison) -> bytes:
    return "\n".join(_report(found)).encode("utf-8", "replace")


def _report(found: Comparison) -> Iterator[str]:
    yield f"# What changed: {escaped(found.new.title)}\n"
    old = "" if found.old.title == found.new.title else f"{escaped(found.old.title)}, "
    yield f"From {old}{escaped(version(found.old))} to {escaped(version(found.new))}.\n"
    yield from (f"- {escaped(sentence)}" for sentence in summary(found))
    for kind, heading in HEADINGS.items():
        here = [one for one in found.changes if one.kind == kind]
        if here:
            yield f"\n## {heading}: {len(here)} obligation{'s' if len(here) > 1 else ''}\n"
        for change in here:
            yield from _change(change)
    yield from _articles(found.articles)


def _change(change: Change) -> Iterator[str]:
    draft = change.here.draft
    yield f"- **{escaped(_place(change))}** {escaped(draft.bearer.text or '(nobody named)')} — {escaped(draft.action)}"
    yield f"  ({draft.modality}, {change.here.risk.level} risk)"
    for one in change.differences:
        told = " → ".join(f"“{escaped(text)}”" for text in (one.old, one.new) if text)
        yield f"  - {one.label}{f': {told}' if told else ''}"
    if change.kind == "changed":
        yield f"  > {_marked(pieces(change))}\n"
    elif change.kind != "moved":
        yield f"  > {escaped(' '.join(filter(None, (change.lead_in, change.old_lead_in, draft.quote.text))))}\n"


def pieces(change: Change, *, same: Literal["old", "new"] = "new") -> tuple[Piece, ...]:
    """An obligation's words with what stands above it, old against new; `same` as for `redline`."""
    texts = [
        " ".join(filter(None, (above, *(one.draft.quote.text.split() if one else ()))))
        for above, one in ((change.old_lead_in, change.old), (change.lead_in, change.new))
    ]
    return redline(*texts, same=same)


def _place(change: Change) -> str:
    path = change.here.draft.provision.path
    return f"{path} (was {change.old.draft.provision.path})" if change.moved and change.old else path


def _articles(articles: Iterable[ArticleChange]) -> Iterator[str]:
    different = [one for one in articles if one.kind != "unchanged"]
    if different:
        yield "\n## The text, article by article\n"
    for one in different:
        was = f" (was {escaped(one.was)})" if one.was else ""
        yield f"### {escaped(one.path)}{was}: {one.kind}\n"
        if one.kind != "moved":
            yield from (f"> {line.strip()}  " for line in _marked(one.redline(), "\n").split("\n") if line.strip())
            yield ""


def _marked(found: Iterable[Piece], line: str = " ") -> str:
    """Struck through and bold; marks stand at the words, as Markdown wants them, and close before a line ends."""
    sides = {"same": "", "out": "~~", "in": "**"}
    return "".join(
        _around(part, sides[piece.operation]) if part.strip() else line if part == "\n" else part
        for piece in found
        for part in piece.text.replace("\n", "\0\n\0").split("\0")
    )


def _around(text: str, mark: str) -> str:
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    # Two marks that touch would be read as one, and one between a letter and a comma as none.
    apart = " " if mark and not after else ""
    before = before or (" " if mark and not text[0].isalnum() else "")
    return f"{before}{mark}{escaped(text)}{mark}{after}{apart}"


# --- Excel ------------------------------------------------------------------------------------------------------


def workbook(found: Comparison) -> bytes:
    return filled(
        Sheet("Obligations", CHANGE_TITLES, CHANGE_WIDTHS, [_line(one) for one in found.changes]),
        Sheet("Differences", DIFFERENCE_TITLES, DIFFERENCE_WIDTHS, _differences(found)),
        Sheet(
            "Articles",
            ARTICLE_TITLES,
            ARTICLE_WIDTHS,
            [(one.kind, one.path, one.was, one.heading, one.old, one.new) for one in found.articles],
        ),
        Sheet("Summary", FACT_TITLES, FACT_WIDTHS, _facts(found)),
    )


def _line(change: Change) -> tuple[Value, ...]:
    old, new = change.old, change.new
    return (
        change.kind,
        "; ".join(one.label for one in change.differences),
        old.draft.provision.path if old else "",
        new.draft.provision.path if new else "",
        change.here.draft.bearer.text,
        change.here.draft.action,
        old.draft.quote.text if old else "",
        new.draft.quote.text if new else "",
        old.risk.level if old else "",
        new.risk.level if new else "",
        change.here.draft.modality,
        old.id if old else "",
        new.id if new else "",
    )


def _differences(found: Comparison) -> list[tuple[Value, ...]]:
    return [
        (change.here.draft.provision.path, one.label, one.aspect, one.way, one.old, one.new)
        for change in found.changes
        for one in change.differences
    ]


def _facts(found: Comparison) -> list[tuple[Value, ...]]:
    named = [("Old", found.old), ("New", found.new)]
    return [
        *((f"{name} title", one.title) for name, one in named),
        *((f"{name} version", version(one)) for name, one in named),
        *((f"{name} SHA-256", one.sha256) for name, one in named),
        *((f"Obligations {kind}", count) for kind, count in found.counts.items()),
        *((f"Articles {kind}", count) for kind, count in found.article_counts.items()),
        *(("Summary", sentence) for sentence in summary(found)),
    ]


# --- JSON -------------------------------------------------------------------------------------------------------


def as_json(found: Comparison) -> bytes:
    whole = {
        "schema": "comparison/1",
        "old": _document(found.old),
        "new": _document(found.new),
        "summary": list(summary(found)),
        "counts": dict(found.counts),
        "article_counts": dict(found.article_counts),
        "not_repeated": dict(found.not_repeated),
        "changes": [_change_json(one) for one in found.changes],
        "articles": [
            {"kind": one.kind, "path": one.path, "was": one.was or None, "heading": one.heading}
            | ({"redline": _redline(one.redline())} if one.kind == "changed" else {})
            for one in found.articles
        ],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _document(one: Document) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "version": one.version,
        "sha256": one.sha256,
        "regulation": one.regulation,
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "moved": change.moved,
        "differences": [
            {"label": one.label, "aspect": one.aspect, "way": one.way, "old": one.old, "new": one.new}
            for one in change.differences
        ],
        "old": _obligation(change.old),
        "new": _obligation(change.new),
    } | ({"redline": _redline(pieces(change))} if change.kind == "changed" else {})


def _obligation(one: Obligation | None) -> dict[str, Any] | None:
    if one is None:
        return None
    draft = one.draft
    return {
        "id": one.id,
        "provision": draft.provision.path,
        "start": one.span.start,
        "end": one.span.end,
        "quote": draft.quote.text,
        "modality": draft.modality,
        "bearer": draft.bearer.text,
        "action": draft.action,
        "risk": one.risk.level,
    }


def _redline(found: Iterable[Piece]) -> list[list[str]]:
    return [[piece.operation, piece.text] for piece in found]
