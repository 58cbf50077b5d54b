"""Files out: the register, the actions and the analysis in the formats that other programs read.

One row of FORMATS is one format. Writers are imported on use: openpyxl and icalendar are not free.
"""

from dataclasses import dataclass
from importlib import import_module

from core.errors import BadInput, NotAllowed
from core.export.rows import Bundle, ExportAction, ExportRow, Overlay, bundle

__all__ = ["FORMATS", "Bundle", "ExportAction", "ExportRow", "Format", "Overlay", "Written", "bundle", "write"]


@dataclass(frozen=True, slots=True)
class Format:
    """`module` has `write(bundle) -> bytes` and `note(bundle) -> str`: what the file leaves out, "" when nothing."""

    title: str
    extension: str
    mime: str
    module: str


FORMATS: dict[str, Format] = {
    "json": Format("JSON (analysis/1)", "json", "application/json", "core.export.json"),
    "csv": Format("CSV", "csv", "text/csv", "core.export.csv"),
    "xlsx": Format(
        "Excel", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "core.export.xlsx"
    ),
    "md": Format("Markdown report", "md", "text/markdown", "core.export.markdown"),
    "ics": Format("Calendar", "ics", "text/calendar", "core.export.ics"),
    "jira": Format("Jira import (CSV)", "csv", "text/csv", "core.export.jira"),
}


@dataclass(frozen=True, slots=True)
class Written:
    """A file ready to be saved or sent. `note` says what was left out of it, in a sentence, or is empty."""

    data: bytes
    extension: str
    mime: str
    note: str = ""


def write(name: str, contents: Bundle) -> Written:
    """The contents as a file of the format `name`, a key of FORMATS.

    NotAllowed while an escalated document waits for a person: only its reading (JSON) may be seen until then.
    """
    if name not in FORMATS:
        raise BadInput(f"No export format is called {name!r}; choose one of {', '.join(FORMATS)}.")
    if contents.withheld and name != "json":
        titles = ", ".join(f"“{title}”" for title in contents.withheld)
        raise NotAllowed(
            f"Nothing is exported of {titles}: it is escalated and waits until a person releases it."
            " Its reading is there as JSON."
        )
    chosen = FORMATS[name]
    module = import_module(chosen.module)
    return Written(module.write(contents), chosen.extension, chosen.mime, module.note(contents))
