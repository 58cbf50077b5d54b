"""Actions as CSV for Jira's "import issues from CSV": one issue an action, less those that await approval.

Dates are yyyy-MM-dd: say so in the importer's date format field. The two Labels columns become two labels.
"""

from collections.abc import Mapping

from core.export import cells, csv
from core.export.rows import Bundle, ExportAction, ExportRow

TITLES = ("Summary", "Description", "Issue Type", "Priority", "Due Date", "Labels", "Labels", "External ID")
PRIORITY = {"critical": "Highest", "high": "High", "medium": "Medium", "low": "Low"}
SUMMARY_LIMIT = 254  # Jira refuses a longer summary


def write(contents: Bundle) -> bytes:
    rows = {(row.document_id, row.id): row for row in contents.rows}
    return csv.table(TITLES, (_issue(one, rows) for one in contents.actions if not one.awaits))


def note(contents: Bundle) -> str:
    waiting = sum(one.awaits for one in contents.actions)
    if waiting == 1:
        return "1 action awaits approval and is left out."
    return f"{waiting} actions await approval and are left out." if waiting else ""


def _issue(one: ExportAction, rows: Mapping[tuple[str, str], ExportRow]) -> list[str]:
    action = one.action
    values = [
        _short(action.title),
        _description(one, [row for id in action.obligation_ids if (row := rows.get((one.document_id, id)))]),
        "Task",
        PRIORITY[action.priority],
        action.due or "",
        "compliance",
        f"risk-{action.priority}",
        action.id,
    ]
    return [cells.neutralised(value) for value in values]


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= SUMMARY_LIMIT else line[: SUMMARY_LIMIT - 1] + "…"


def _description(one: ExportAction, rows: list[ExportRow]) -> str:
    parts = [one.action.detail, f"Owner: {one.action.owner_role}", f"Source: {one.document}"]
    parts += [f"{row.provision}: “{row.quote}”" for row in rows]
    return "\n\n".join(part for part in parts if part)
