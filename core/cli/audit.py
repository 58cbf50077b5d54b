"""The log from the command line: read, verified, taken away, and its head kept elsewhere and compared."""

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.commands import JSON, REASON, Command, argument, day
from core.cli.database import opened
from core.cli.filters import SCREENFUL
from core.cli.text import as_json, counted, facts, say, table

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.activity import Filter
    from core.audit.chain import Entry
    from core.audit.verifying import Report

# As core.activity has them, which takes a while to load.
KINDS, FORMATS = ("did", "saw", "refused"), ("csv", "jsonl")
WRONG = 7


def list_entries(arguments: Namespace) -> int:
    from core import activity

    with opened() as (db, user):
        wanted = _chosen(db, user.tenant, arguments)
        total = activity.count(db, user, wanted)
        limit = arguments.limit or (SCREENFUL if sys.stdout.isatty() else total)
        found = activity.entries(db, user, wanted, limit=limit, before=arguments.before)
        names = _names(db, user.tenant, found)
    if arguments.json:
        for one in found:
            as_json(asdict(one))
        return 0
    titles = ("No.", "At", "Who", "Mode", "What", "About", "Details")
    table(
        titles,
        ((one.number, one.at, names.get(one.user_id, one.user_id), one.mode, one.event, one.subject, _flat(one))
         for one in found),
    )  # fmt: skip
    if not total:
        say("No entry of the log matches, or none is yours to read.")
    elif len(found) < total and found:
        say(f"{len(found):,} of {total:,} shown; --before {found[-1].number} shows the next.")
    return 0


def show(arguments: Namespace) -> int:
    from core import activity

    with opened() as (db, user):
        one = activity.entry(db, user, arguments.number)
        said = activity.remark(db, user, one)
        titles = activity.titles(db, user, [one.document_id] if one.document_id else [])
        names = _names(db, user.tenant, [one])
    if arguments.json:
        as_json({**asdict(one), "remark_text": said})
        return 0
    facts(
        [
            ("Entry", one.number), ("At", one.at), ("Who", f"{names.get(one.user_id, '')} {one.user_id}".strip()),
            ("Mode", one.mode), ("What", one.event), ("About", one.subject), ("Document", one.document_id),
            ("Title", titles.get(one.document_id or "")), ("Digest", one.digest), ("Details", _flat(one)),
            ("Said", said), ("Before it", one.prev), ("Hash", one.hash),
        ]
    )  # fmt: skip
    return 0


def verify(arguments: Namespace) -> int:
    from core import activity

    with opened() as (db, user):
        report = activity.check(db, user, whole=arguments.all, tell=_progress)
    if arguments.json:
        as_json(_plain(report))
        return 0 if report.ok else WRONG
    for problem in report.problems:
        say(problem.says)
    if report.more:
        say(f"And {counted(report.more, 'problem')} more.")
    for note in report.notes:
        say(note)
    whole = "all of it" if report.whole else "what came since the last verification (--all reads every entry)"
    verdict = "intact" if report.ok else "NOT intact"
    upto = f", up to entry {report.head.number:,}" if report.head else ""
    say(f"The log is {verdict}: {counted(report.checked, 'entry', 'entries')} read, {whole}{upto}.")
    return 0 if report.ok else WRONG


def head(arguments: Namespace) -> int:
    from core import activity

    with opened() as (db, user):
        made = activity.head_file(db, user)
    files.write(arguments.out, made)
    return 0


def compare(arguments: Namespace) -> int:
    from core import activity

    given = files.read(arguments.file)
    with opened() as (db, user):
        found = activity.compared(db, user, given)
    say(found.says)
    return 0 if found.ok else WRONG


def put_back(arguments: Namespace) -> int:
    from core import activity

    with opened() as (db, user):
        wrong = activity.put_guards_back(db, user)
    say(f"{counted(wrong, 'guard')} put back; an entry tells of it." if wrong else "All guards are as they were made.")
    return 0


def accept_copy(arguments: Namespace) -> int:
    from core import activity

    with opened() as (db, user):
        number = activity.accept_copy(db, user, arguments.reason)
    say(f"The log goes on from the older copy: entry {number:,} tells of it, and the former heads file is kept.")
    return 0


def export(arguments: Namespace) -> int:
    from core import activity

    ending = (arguments.out or "").rpartition(".")[2]
    form = arguments.format or (ending if ending in FORMATS else FORMATS[-1])
    with opened() as (db, user):
        made = activity.exported(db, user, _chosen(db, user.tenant, arguments), form)
    files.write(arguments.out, made)
    return 0


# --- parts ------------------------------------------------------------------------------------------------------


def add_filters(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--event", nargs="+", action="extend", default=[], metavar="EVENT", help="only these, such as item.accepted")
    add("--who", nargs="+", action="extend", default=[], metavar="NAME", help="only of these people, by name or id")
    add("--kind", default="", choices=KINDS, help="what was done, seen or refused")
    add("--about", default="", metavar="SUBJECT", help="only about this, such as item:3f2a9c417be01d22")
    add("--document", default="", metavar="ID", help="only about this document; its whole id, which outlives it")
    add("--from", dest="first", type=day, metavar="DATE", help="from this day on, UTC")
    add("--to", dest="last", type=day, metavar="DATE", help="up to this day, UTC")
    add("--text", default="", metavar="WORD", help="part of an id or a digest, or an entry's number")


def _chosen(db: "Database", tenant: str, arguments: Namespace) -> "Filter":
    from core.activity import Filter
    from core.identity import accounts

    known = accounts.by_name(db, tenant, arguments.who)
    return Filter(
        events=tuple(arguments.event),
        users=tuple(known[name].id if name in known else name for name in arguments.who),
        kind=arguments.kind,
        subject=arguments.about,
        document=arguments.document,
        first=arguments.first,
        last=arguments.last,
        text=arguments.text,
    )


def _names(db: "Database", tenant: str, found: "list[Entry]") -> dict[str, str]:
    from core.identity import accounts

    return accounts.names(db, tenant, {one.user_id for one in found})


def _flat(one: "Entry") -> str:
    return json.dumps(one.details, ensure_ascii=False) if one.details else ""


def _plain(report: "Report") -> dict[str, object]:
    return {
        "ok": report.ok, "checked": report.checked, "whole": report.whole, "first_bad": report.first_bad,
        "head": asdict(report.head) if report.head else None, "problems": [asdict(one) for one in report.problems],
        "more": report.more, "notes": list(report.notes),
    }  # fmt: skip


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty() and done < total:
        print(f"\rcopilot: {done:,} of {total:,} entries", end="", file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


OUT = argument("--out", metavar="PATH", help="default: stdout")

TITLE = "The log"
COMMANDS = (
    Command(
        "audit list",
        list_entries,
        "List what people did and saw, the latest first",
        """
        Your own entries, or with a role that may read the log (see `permissions`) everybody's. The log holds ids,
        counts and digests: no text of a document, and of people nothing but their id.
        """,
        """
        python -m core audit list --kind saw --document 3f2a9c417be01d22
        python -m core audit list --who local --event item.accepted item.rejected --from 2026-11-01
        """,
        (
            add_filters,
            argument("--limit", type=int, default=0, metavar="N", help="at most so many (default: 50; in a pipe all)"),
            argument("--before", type=int, metavar="NUMBER", help="only entries before this one"),
            JSON,
        ),
    ),
    Command(
        "audit show",
        show,
        "Show one entry with everything that is sealed in it",
        "With what was said, where you may see that.",
        "python -m core audit show 1204",
        (argument("number", type=int, metavar="NUMBER", help="as it is listed"), JSON),
    ),
    Command(
        "audit verify",
        verify,
        "Verify that nobody changed the log",
        """
        Reads what came since the last verification, or --all. Names entries that were changed, removed, put in, moved
        or cut off, another key, missing guards, a changed heads file, and remarks that are not as they were said. Each
        time it compares what stands in the database with the last word of the log on it: accounts with their rights and
        tokens, requests and the decisions on them, calls of tools, stopped models and versions in use. Leaves with 7
        when anything is wrong.
        """,
        """
        python -m core audit verify
        python -m core audit verify --all --json
        """,
        (argument("--all", action="store_true", help="from the first entry on, and every remark"), JSON),
    ),
    Command(
        "audit head",
        head,
        "Export the log's head, to be kept elsewhere",
        """
        A small JSON file with the number and the hash of the last entry. Keep it where nobody who can reach this
        computer can change it; `audit compare` then proves what the log held.
        """,
        "python -m core audit head --out head-2026-11-22.json",
        (OUT,),
    ),
    Command(
        "audit compare",
        compare,
        "Compare the log with a former head",
        "Leaves with 7 when entries were taken away or written anew since.",
        "python -m core audit compare head-2026-11-22.json",
        (argument("file", metavar="FILE", help="what `audit head` gave; - reads standard input"),),
    ),
    Command(
        "audit guards",
        put_back,
        "Put back the triggers that guard the log",
        """
        Whoever wants to change the log from outside takes them away first. The worker puts them back by itself now and
        then; an entry tells of it for good. Entries that were changed meanwhile are named by `audit verify`.
        """,
        "python -m core audit guards",
    ),
    Command(
        "audit accept-copy",
        accept_copy,
        "Go on with an older copy of the database that was put back",
        """
        After a restored backup the heads file knows of entries that the copy does not have, and `audit verify` says
        that the log was cut. This keeps the former heads file beside a new one and writes an entry with the reason, of
        which every verification tells from then on. For an administrator; refused where anything else is wrong.
        """,
        "python -m core audit accept-copy --reason 'The disk failed; restored from the backup of 21 November'",
        (REASON,),
    ),
    Command(
        "audit export",
        export,
        "Take entries away as CSV or JSON Lines",
        "The oldest first. That you took them is an entry, too.",
        """
        python -m core audit export --out log.jsonl
        python -m core audit export --kind refused --format csv > refused.csv
        """,
        (add_filters, argument("--format", choices=FORMATS, help="default: as --out ends, else jsonl"), OUT),
    ),
)
