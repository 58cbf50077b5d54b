"""The register from the command line: what there is, one obligation with all that is known of it, and files of it."""

import json
from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.analyze import BINARY, add_format, chosen_format
from core.cli.commands import JSON, OBLIGATION, Command, argument
from core.cli.database import obligation_id, opened
from core.cli.filters import add_filters, add_page, chosen, limit, more
from core.cli.text import as_json, facts, listing, say
from core.errors import NotAllowed

if TYPE_CHECKING:
    from core.register import Event, Overview, Record
    from core.types import Deadline, Passage

SORTS = (
    *("position", "document", "path", "modality", "bearer", "action", "due", "risk", "status", "owner"),
    *("next_review", "confidence"),
)


def overview(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        found = register.overview(db, user)
    if arguments.json:
        as_json(asdict(found))
    else:
        facts(_counted(found))
    return 0


def _counted(found: "Overview") -> list[tuple[str, object]]:
    plain = [(name.replace("_", " "), value) for name, value in asdict(found).items() if isinstance(value, int)]
    counts = (
        ("duties", "risk", found.by_risk),
        ("duties", "status", found.by_status),
        ("norms", "", found.by_modality),
    )
    grouped = [(f"{noun} {kind} {name}".replace("  ", " "), n) for noun, kind, by in counts for name, n in by.items()]
    matrix = [(f"duties of {kind}, {level}", n) for kind, by in found.matrix.items() for level, n in by.items()]
    due = [("next", f"{one.due} {one.id} {one.path}: {one.action}") for one in found.next]
    return [*plain, *grouped, *matrix, *due]


def obligations(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        wanted = chosen(arguments, db, user)
        found = register.rows(
            db, user, wanted, arguments.sort, arguments.descending, limit(arguments), arguments.offset
        )
        total = register.count(db, user, wanted)
    titles = ("ID", "Provision", "Modality", "Bearer", "Action", "Deadline", "Due", "Risk", "Status", "Owner")
    listing(
        titles,
        found,
        lambda o: (o.id, o.path, o.modality, o.bearer, o.action, o.deadline, o.due, o.risk, o.status, o.owner),
        arguments.json,
    )
    if note := more(len(found), total, arguments.offset):
        say(note)
    return 0


# --- one of them ------------------------------------------------------------------------------------------------


def show(arguments: Namespace) -> int:
    from core import activity, register

    with opened() as (db, user):
        found = register.record(db, user, obligation_id(db, user, arguments.id))
        activity.opened(db, user, found.row.document_id)
    if arguments.json:
        as_json(asdict(found))
        return 0
    facts([*_reading(found), *_explanation(found), *_compliance(found)])
    return 0


def _reading(found: "Record") -> list[tuple[str, object]]:
    row, draft = found.row, found.obligation.draft
    named = "" if draft.bearer.explicit else f", inferred from {draft.bearer.inferred or 'its place'}"
    return [
        ("id", row.id),
        ("document", row.document),
        ("place", f"{row.path}{f', page {row.page}' if row.page else ''}, {row.position}-{row.end}"),
        ("lead-in", draft.lead_in.text if draft.lead_in else ""),
        ("quote", draft.quote.text),
        ("kind", draft.modality),
        ("who", f"{draft.bearer.text or 'nobody named'} ({draft.bearer.kind}{named})"),
        ("via", draft.via),
        ("what", draft.action),
        ("object", draft.object),
        ("when", _limit(found.obligation.deadline)),
        ("due", row.due),
        ("if", _texts(draft.conditions)),
        ("unless", _texts(draft.exceptions)),
        ("refers to", tuple(one.target or one.passage.text for one in draft.references)),
        ("sanction", tuple(one.target or one.passage.text for one in draft.sanctions)),
        ("applies", f"{found.obligation.applies.answer} ({found.obligation.applies.reason})"),
        ("risk", f"{found.obligation.risk.level}, {found.obligation.risk.score} of 100"),
    ]


def _explanation(found: "Record") -> list[tuple[str, object]]:
    """Why the engine read it so; what people corrected does not change that."""
    read = found.found
    return [
        ("mark", read.draft.mark.text if read.draft.mark else ""),
        ("rule", read.rule),
        ("because", read.draft.reason),
        ("risk factor", read.risk.reasons),
        ("sure", f"{read.confidence:.0%}, the quote is {read.match} in the source"),
        ("engine", read.engine),
    ]


def _compliance(found: "Record") -> list[tuple[str, object]]:
    row = found.row
    return [
        ("status", row.status),
        ("reason", row.reason),
        ("owner", row.owner),
        ("next review", row.next_review),
        ("event on", row.anchor_date),
        ("to check", "yes" if row.doubtful else ""),
        ("state", row.state if row.state != "current" else ""),
        ("corrected", tuple(f"{c.field}: “{c.found}” → “{c.corrected}” ({c.by}, {c.at})" for c in found.corrections)),
        ("evidence", tuple(f"{e.id} {e.kind}: {e.text} ({e.by}, {e.at})" for e in found.evidence)),
        ("comment", tuple(f"{c.text} ({c.by}, {c.at})" for c in found.comments)),
        ("made from", found.sources),
        ("replaced by", found.replaced_by),
    ]


def _limit(limit: "Deadline | None") -> str:
    if limit is None:
        return ""
    details = [limit.iso8601, "working days" if limit.days == "working" else "", f"from {limit.anchor}"]
    return f"{limit.passage.text or limit.kind} ({', '.join(filter(None, details[: 3 if limit.anchor else 2]))})"


def _texts(passages: "tuple[Passage, ...]") -> tuple[str, ...]:
    return tuple(one.text for one in passages)


def history(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        found = register.history(db, user, obligation_id(db, user, arguments.id))
    listing(("When", "Who", "What", "Field", "From", "To", "Undone"), found, _told, arguments.json)
    return 0


def _told(event: "Event") -> tuple[object, ...]:
    old, new = (_plain(value) for value in (event.old, event.new))
    undone = f"by {event.undone_by}, {event.undone_at}" if event.undone_at else ""
    first = f" (first said by {event.said_by}, {event.said_at})" if event.source else ""
    return event.at, event.by, event.title + first, event.field.partition(":")[0], old, new, undone


def _plain(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- files ------------------------------------------------------------------------------------------------------


def export(arguments: Namespace) -> int:
    from core.export.stored import withheld
    from core.export.taking import take

    name = chosen_format(arguments)
    with opened() as (db, user):
        wanted = chosen(arguments, db, user)
        written = take(db, user, name, wanted, with_text=arguments.with_text)
        kept_back = withheld(db, user, wanted) if name != "json" else []
    files.write(arguments.out, written.data, binary=name in BINARY)
    if written.note:
        say(written.note)
    for title in kept_back:
        say(f"“{title}” is left out: it is escalated and waits until a person releases it.")
    # One that was asked for by its id and is not there is a failure; one among all the others is not.
    return NotAllowed.exit_code if kept_back and arguments.document else 0


TITLE = "The register"
COMMANDS = (
    Command(
        "overview",
        overview,
        "Count what there is and what needs attention",
        "Names and numbers, one a line, and the next deadlines. Duties are obligations and prohibitions.",
        "python -m core overview --json | jq .overdue",
        (argument("--json", action="store_true", help="as one JSON object"),),
    ),
    Command(
        "obligations",
        obligations,
        "List the register",
        """
        On a terminal a table; into a pipe tab-separated lines: id, provision, modality, bearer, action, deadline, due,
        risk, status, owner. An option with several values, or given several times, means any of them.
        """,
        """
        python -m core obligations --risk high critical --deadline overdue
        python -m core obligations --document 3f2a9c41 --bearer "payment institution"
        python -m core obligations --check --json | jq -r '.quote'
        """,
        (
            add_filters,
            argument("--sort", default="position", choices=SORTS, help="default: position, the order of the text"),
            argument("--descending", action="store_true", help="largest or latest first"),
            add_page,
            JSON,
        ),
    ),
    Command(
        "show",
        show,
        "Show one obligation: how it was read and why, and its record",
        "Names and values, one a line; as JSON also where each passage stands.",
        "python -m core show 3f2a9c41.7be01d22",
        (OBLIGATION, argument("--json", action="store_true", help="as one JSON object, with everything")),
    ),
    Command(
        "history",
        history,
        "List what people did to an obligation",
        "The oldest first, what was undone included: when, who, what, field, from, to, undone.",
        "python -m core history 3f2a9c41.7be01d22",
        (OBLIGATION, JSON),
    ),
    Command(
        "export",
        export,
        "Write the register, with people's corrections, to a file",
        """
        The filters of `obligations` choose what goes out. Jira gets no action that awaits approval; how many were left
        out is said. Escalated documents are left out, and named, until a person releases them.
        """,
        """
        python -m core export --out register.xlsx
        python -m core export --document 3f2a9c41 --format ics --out deadlines.ics
        python -m core export --duties --risk high critical --format csv > high.csv
        """,
        (
            add_filters,
            add_format,
            argument("--with-text", action="store_true", help="put the documents' text into the JSON"),
        ),
    ),
)
