"""What is covered and what to do about the rest, as files: CSV, Excel, Markdown; and the briefing as Markdown."""

from collections.abc import Iterator, Sequence

from core.controls.briefing import Briefing
from core.controls.gaps import Gap
from core.controls.plan import Step
from core.errors import BadInput
from core.export import Written, cells, csv
from core.export.cells import Value
from core.export.markdown import escaped
from core.export.xlsx import Sheet, filled

FORMATS = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "md": ("Markdown", "text/markdown"),
}
GAP_TITLES = (
    "Coverage", "Controls", "Suggested control", "Score", "Risk", "Impact", "Why this impact", "Topic", "Bearer",
    "Action", "Quote", "Place", "Document", "Applies", "Deadline", "Due", "Owner", "Status", "ID",
)  # fmt: skip
GAP_WIDTHS = (10, 16, 14, 8, 10, 10, 34, 22, 24, 45, 70, 18, 30, 10, 24, 12, 18, 14, 36)
STEP_TITLES = (
    "Title", "Owner", "Priority", "Due", "Kind", "Control", "Topic", "Duties", "Places", "Documents", "Obligation IDs",
    "ID",
)  # fmt: skip
STEP_WIDTHS = (60, 22, 10, 12, 10, 10, 22, 8, 30, 40, 40, 20)


def gaps(name: str, found: Sequence[Gap]) -> Written:
    """Duties with their coverage, as a file of the format `name`: csv, xlsx or md."""
    return _written(name, "Coverage of duties", Sheet("Coverage", GAP_TITLES, GAP_WIDTHS, [_gap(one) for one in found]))


def plan(name: str, found: Sequence[Step]) -> Written:
    """The action plan, as a file of the format `name`: csv, xlsx or md."""
    return _written(name, "Action plan", Sheet("Plan", STEP_TITLES, STEP_WIDTHS, [_step(one) for one in found]))


def briefing(made: Briefing) -> Written:
    """Three paragraphs under a heading; text of documents cannot become mark-up."""
    lines = [f"# Briefing, {made.made_on}", *(escaped(paragraph) for paragraph in made.paragraphs)]
    return Written(("\n\n".join(lines) + "\n").encode("utf-8", "replace"), "md", "text/markdown")


def _written(name: str, heading: str, sheet: Sheet) -> Written:
    if name not in FORMATS:
        raise BadInput(f"No format is called {name!r}; choose one of {', '.join(FORMATS)}.")
    if name == "xlsx":
        data = filled(sheet)
    elif name == "csv":
        data = csv.table(sheet.titles, ([cells.shown(value) for value in line] for line in sheet.lines))
    else:
        data = "\n".join(_markdown(heading, sheet)).encode("utf-8", "replace")
    return Written(data, name, FORMATS[name][1])


def _markdown(heading: str, sheet: Sheet) -> Iterator[str]:
    yield f"# {heading}\n"
    yield f"| {' | '.join(sheet.titles)} |"
    yield f"|{'---|' * len(sheet.titles)}"
    for line in sheet.lines:
        yield f"| {' | '.join(_inline(value) for value in line)} |"
    yield ""


def _inline(value: Value) -> str:
    return "; ".join(escaped(part) for part in value) if isinstance(value, tuple) else escaped(str(value or ""))


def _gap(one: Gap) -> tuple[Value, ...]:
    return (
        one.coverage, one.controls, one.suggested, round(one.score, 2), one.risk, one.impact, one.impact_reasons,
        one.topic, one.bearer, one.action, one.quote, one.path, one.document, one.applies, one.deadline,
        one.due or "", one.owner, one.status, one.id,
    )  # fmt: skip


def _step(one: Step) -> tuple[Value, ...]:
    return (
        one.title, one.owner, one.priority, one.due, one.kind, one.control, one.topic, len(one.obligations),
        one.places, one.documents, one.obligations, one.id,
    )  # fmt: skip
