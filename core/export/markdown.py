"""A report for people: the summary, the facts, each norm with its quote, the actions, and what nobody accounted for.

Text from a document or a person is escaped, so that it shows as it is and cannot become mark-up.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from core.export.cells import Value, shown
from core.export.facts import facts
from core.export.rows import Bundle, ExportAction, ExportRow
from core.types import Analysis

MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&$]")
# Only at the start of a line would these make a list or a heading.
LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)
LEFT_OUT = {"Title", "Summary"}  # they have their own places


def write(contents: Bundle) -> bytes:
    reports = ["\n".join(_report(one, contents)) for one in contents.analyses]
    return "\n\n".join(reports).encode("utf-8", "replace")


def note(contents: Bundle) -> str:
    return ""


def escaped(text: str) -> str:
    """The text on one line, with everything that Markdown or HTML would act on disarmed."""
    line = MARKUP.sub(lambda found: "\\" + found[0], " ".join(text.split()))
    return LINE_START.sub(lambda found: f"{found[1]}{_guarded(found[2])}", line)


def _guarded(mark: str) -> str:
    return f"\\{mark}" if len(mark) == 1 else f"{mark[:-1]}\\{mark[-1]}"


def _report(analysis: Analysis, contents: Bundle) -> Iterator[str]:
    document = analysis.document
    yield f"# {escaped(document.title)}\n"
    yield f"{escaped(analysis.summary)}\n"
    yield "## Facts\n"
    yield from _table(("Fact", "Value"), [(name, value) for name, value in facts(analysis) if name not in LEFT_OUT])
    yield "\n## Obligations\n"
    rows = [row for row in contents.rows if row.document_id == document.id]
    for heading, group in groupby(rows, key=lambda row: (row.provision, row.heading)):
        yield f"### {escaped(' — '.join(part for part in heading if part))}\n"
        for row in group:
            yield from _norm(row)
    if not rows:
        yield "None.\n"
    yield "## Actions\n"
    yield from _actions([one for one in contents.actions if one.document_id == document.id])
    yield from _sentences("Sentences that nothing accounts for", [p.text for p in analysis.coverage.uncovered])
    yield from _sentences("Quotes not found in the source", [one.quote for one in analysis.ungrounded])


def _norm(row: ExportRow) -> Iterator[str]:
    who = f"**{escaped(row.bearer)}**" if row.bearer else "**(nobody named)**"
    page = f", page {row.page}" if row.page else ""
    yield f"- {who} — {escaped(row.action)} ({row.modality}, {row.risk} risk{page})"
    quote = f"{row.lead_in} {row.quote}" if row.lead_in else row.quote
    yield f"  > {escaped(quote)}\n"
    details: list[tuple[str, Value]] = [
        ("Deadline", row.deadlines),
        ("Due", row.due),
        ("If", row.conditions),
        ("Unless", row.exceptions),
        ("Via", row.via),
        ("See", row.references),
        ("Sanction", row.sanctions),
        ("Why this risk", row.risk_reasons),
        ("Status", row.status if row.status != "new" else ""),
        ("Owner", row.owner),
        ("Corrected by a person", row.corrected),
    ]
    for name, value in details:
        if value:
            yield f"  - {name}: {_inline(value)}"
    yield ""


def _actions(actions: list[ExportAction]) -> Iterator[str]:
    if not actions:
        yield "None.\n"
        return
    yield from _table(
        ("Action", "Owner", "Priority", "Due", "State"),
        [
            (one.action.title, one.action.owner_role, one.action.priority, one.action.due or "", one.state)
            for one in actions
        ],
    )
    yield ""


def _sentences(heading: str, quotes: list[str]) -> Iterator[str]:
    if quotes:
        yield f"## {heading}\n"
        yield from (f"- {escaped(quote)}" for quote in quotes)
        yield ""


def _table(titles: tuple[str, ...], lines: list[tuple[Value, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for line in lines:
        yield f"| {' | '.join(_inline(value) for value in line)} |"


def _inline(value: Value) -> str:
    if isinstance(value, tuple):
        return "; ".join(escaped(item) for item in value)
    return escaped(value) if isinstance(value, str) else shown(value)
