"""What is covered and what is not, from the command line: gaps, coverage, the plan, the briefing."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, get_args

from core.cli import files
from core.cli.commands import JSON, Command, argument
from core.cli.database import document_id, opened, whole
from core.cli.filters import MANY, add_page, limit, more
from core.cli.text import listing, row, say
from core.types import RiskLevel

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.controls import GapFilter
    from core.export import Written
    from core.types import User

# As core.controls has them; that takes a while to load, and help must not.
IMPACTS = ("high", "medium", "low")
COVERAGES = ("gap", "part", "covered")
FORMATS = ("csv", "xlsx", "md")


def gaps(arguments: Namespace) -> int:
    from core import controls
    from core.export import controls as export
    from core.export.taking import taken

    with opened() as (db, user):
        controls.suggest(db, user)
        chosen = _chosen(arguments, db, user)
        page = {"limit": None} if arguments.format else {"limit": limit(arguments), "offset": arguments.offset}
        found = controls.gaps(db, user, chosen, sort=arguments.sort, **page)
        total = sum(one.size for one in controls.counts(db, user, chosen))
        if arguments.format:
            made = export.gaps(arguments.format, found)
            documents = {one.document_id for one in found}
            return _written(arguments, taken(db, user, made, f"gaps.{arguments.format}", documents, len(found)))
    listing(
        ("ID", "Coverage", "Risk", "Impact", "Place", "Who", "What", "Due", "Controls", "Suggested"),
        found,
        lambda one: (
            one.id, one.coverage, one.risk, one.impact, one.path, one.bearer, one.action, one.due,
            " ".join(one.controls), one.suggested,
        ),
        arguments.json,
    )  # fmt: skip
    if note := more(len(found), total, arguments.offset):
        say(note)
    return 0


def coverage(arguments: Namespace) -> int:
    from core import controls, library

    with opened() as (db, user):
        controls.suggest(db, user)
        found = controls.counts(db, user, _chosen(arguments, db, user))
        names = {one.id: one.title for one in library.documents(db, user)}
    for value, sizes in controls.tally(found, arguments.by).items():
        cells = (sizes.get(state, 0) for state in COVERAGES)
        row(names.get(value, value), *cells, f"{controls.share(sizes):.0%}")
    return 0


def plan(arguments: Namespace) -> int:
    from core import controls
    from core.export import controls as export
    from core.export.taking import taken

    with opened() as (db, user):
        controls.suggest(db, user)
        found = controls.plan(db, user, _chosen(arguments, db, user))
        if arguments.format:
            made = export.plan(arguments.format, found)
            documents = {id for one in found for id in one.document_ids}
            return _written(arguments, taken(db, user, made, f"plan.{arguments.format}", documents, len(found)))
    listing(
        ("ID", "Priority", "Due", "Owner", "Step", "Topic", "Places"),
        found,
        lambda one: (one.id, one.priority, one.due, one.owner, one.title, one.topic, ", ".join(one.places)),
        arguments.json,
    )
    return 0


def set_step(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        id = whole(arguments.step, (one.id for one in controls.plan(db, user)))
        controls.set_plan(db, user, id, owner=arguments.owner, due=arguments.due)
    say("Kept; `undo` takes it back.")
    return 0


def briefing(arguments: Namespace) -> int:
    from core import controls
    from core.export import controls as export
    from core.export.taking import taken

    with opened() as (db, user):
        controls.suggest(db, user)
        made = controls.briefing(db, user, _chosen(arguments, db, user))
        written = taken(db, user, export.briefing(made), "briefing.md")
    files.write(arguments.out, written.data)
    return 0


def _chosen(arguments: Namespace, db: "Database", user: "User") -> "GapFilter":
    from core.controls import GapFilter

    return GapFilter(
        document=tuple(document_id(db, user, given) for given in arguments.document),
        risk=tuple(arguments.risk),
        impact=tuple(arguments.impact),
        topic=tuple(arguments.topic),
        coverage=tuple(arguments.coverage),
        text=arguments.text,
        former=arguments.former,
    )


def _written(arguments: Namespace, made: "Written") -> int:
    files.write(arguments.out, made.data, binary=arguments.format == "xlsx")
    return 0


def add_chosen(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--document", metavar="ID", **MANY, help="only of these documents")
    add("--former", action="store_true", help="also of versions that a newer one has replaced")
    add("--risk", choices=get_args(RiskLevel), **MANY, help="only of these levels")
    add("--impact", choices=IMPACTS, **MANY, help="only of this impact on the firm")
    add("--topic", metavar="NAME", **MANY, help="only about these topics, as data/lexicon/controls.toml names them")
    add("--coverage", choices=COVERAGES, **MANY, help="only duties with no control, part of one, or one")
    add("--text", default="", metavar="WORDS", help="only where the text has these words")


def add_file(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, help="a whole file instead of a list")
    parser.add_argument("--out", metavar="PATH", help="default: stdout")


TITLE = "Gaps"
COMMANDS = (
    Command(
        "controls gaps",
        gaps,
        "List duties and whether a confirmed control meets them",
        """
        Those that apply to the firm's profile, or may: id, coverage (gap, part, covered), risk, impact, place, who,
        what, due, controls, best suggestion.
        """,
        """
        python -m core controls gaps --coverage gap --risk critical high
        python -m core controls gaps --format xlsx --out gaps.xlsx
        """,
        (
            add_chosen,
            argument("--sort", default="impact", choices=("impact", "risk", "due", "position"), help="default: impact"),
            add_page,
            JSON,
            add_file,
        ),
    ),
    Command(
        "controls coverage",
        coverage,
        "Count how far duties are covered",
        "Value, duties with no control, with part of one, with one, and the share covered (in part counts half).",
        "python -m core controls coverage --by topic",
        (
            add_chosen,
            argument(
                "--by",
                default="document",
                choices=("document", "risk", "impact", "topic", "bearer"),
                help="default: document",
            ),
        ),
    ),
    Command(
        "controls plan",
        plan,
        "List what to do about the gaps",
        "Id, priority, due, owner, step, topic, places. Most urgent first.",
        """
        python -m core controls plan
        python -m core controls plan --format csv --out plan.csv
        """,
        (add_chosen, JSON, add_file),
    ),
    Command(
        "controls set-step",
        set_step,
        "Give a step of the plan another owner or date",
        "'' goes back to what is proposed.",
        "python -m core controls set-step 91c2 --owner 'Head of Payments' --due 2027-01-31",
        (
            argument("step", metavar="STEP", help="its id; the beginning is enough"),
            argument("--owner", metavar="NAME", help="who does it"),
            argument("--due", metavar="DATE", help="such as 2026-12-31"),
        ),
    ),
    Command(
        "controls briefing",
        briefing,
        "Write an executive briefing of three paragraphs",
        "What is asked and of whom, where we stand, what to do next; Markdown, every number counted.",
        "python -m core controls briefing --out briefing.md",
        (add_chosen, argument("--out", metavar="PATH", help="default: stdout")),
    ),
)
