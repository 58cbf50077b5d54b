"""Commands around the main job: `check`, `reindex`, `measure`, `samples`, `demo`, `health`, `inbox`, `desktop`."""

import json
from argparse import Namespace
from pathlib import Path

from core.cli import check
from core.cli.commands import JSON, Command, argument
from core.cli.database import opened
from core.cli.text import listing, say, table
from core.errors import NotFound


def samples(arguments: Namespace) -> int:
    from core.samples import samples
    from core.settings import settings

    found = samples(settings().samples_dir)
    if arguments.paths:
        print(*(one.path for one in found), sep="\n")
    else:
        titles = ("File", "Read as", "Title", "Shows")
        table(titles, ((one.path, one.scope.replace("_", " "), one.title, one.about) for one in found))
    return 0


def demo(arguments: Namespace) -> int:
    from contextlib import redirect_stderr
    from io import StringIO

    from core.demo import seed
    from core.settings import settings

    ours = settings()
    ours.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    said: list[str] = []
    with redirect_stderr(StringIO()):  # the worker's log of ids
        made = seed(ours, said.append)
    for line in said:
        say(f"{line}.")
    say("The demo is ready." if made else "The demo is there already.")
    return 0


def reindex(arguments: Namespace) -> int:
    from core import identity, operations, register

    with opened() as (db, user):
        identity.require(user, "access.manage", "what is derived for everybody")
        register.reindex(db)
        operations.recount(db)
    say("The register and the counts of calls are built again, for everybody here.")
    return 0


def health(arguments: Namespace) -> int:
    from core.operations.health import health
    from core.settings import settings

    with opened() as (db, user):
        found = health(db, user, settings())
    listing(("What", "Level", "Words"), found, lambda one: (one.name, one.level, one.words), arguments.json)
    return 0


def inbox(arguments: Namespace) -> int:
    from core import activity, inbox, review

    with opened() as (db, user):
        found = inbox.notices(db, user, unread=not arguments.all)
        ids = [one.subject_id for one in found]
        titles = {**review.titles(db, user, ids), **activity.titles(db, user, ids)}
        listing(
            ("No.", "Kind", "About", "Subject", "At", "Title"),
            found,
            lambda one: (one.id, one.kind, one.about, one.subject, one.made_at, titles.get(one.subject_id)),
            arguments.json,
        )
        if arguments.read and found:
            inbox.mark_read(db, user, found[0].id)
    return 0


def desktop(arguments: Namespace) -> int:
    from core.desktop import open_app

    server, seen = open_app(arguments.port)
    url = f"http://localhost:{arguments.port}"
    where = f"its window is open at {url}" if seen else f"no window could be opened here; open {url} in a browser"
    if server is None:
        say(f"The app runs already; {where}")
        return 0
    say(f"The app runs until Ctrl-C; {where}")
    try:
        return server.wait()
    finally:
        server.terminate()


def measure(arguments: Namespace) -> int:
    from core.measure import as_text, calibration, matches, measure_extraction

    if arguments.what == "controls":
        found = matches.measure_controls()
        shown = json.dumps(found, ensure_ascii=False, indent=2) if arguments.json else ""
        print(shown or matches.as_text(found, not arguments.brief))
        return 0
    if arguments.what == "confidence":
        learned = calibration.trained(arguments.write)
        print(json.dumps(learned, indent=2) if arguments.json else calibration.as_text(learned))
        return 0
    for path in (arguments.sentences, arguments.provisions):
        if path and not path.is_file():
            raise NotFound(f"There is no file {path}; check the path.")
    report = measure_extraction(arguments.sentences, arguments.provisions)
    if not report.keys() & {"sentences", "provisions"}:
        raise NotFound(
            "There is nothing labelled to measure with; give --sentences FILE.jsonl or --provisions FILE.csv."
        )
    print(json.dumps(report, ensure_ascii=False, indent=2) if arguments.json else as_text(report, not arguments.brief))
    return 0


TITLE = "Upkeep"
COMMANDS = (
    *check.COMMANDS,
    Command(
        "demo",
        demo,
        "Make a database to show the program with",
        """
        In the folder that COPILOT_DATA_DIR names, which must be new: the samples analysed, three people, one request
        that waits, one that was rejected, one carried out. `make demo` opens the app on it, as a facilitator.
        """,
        "COPILOT_DATA_DIR=data/demo python -m core demo",
    ),
    Command(
        "health",
        health,
        "Say what somebody who answers for this installation should know",
        "Encryption at rest, the key of the log, who is let in, copies, messages.",
        "python -m core health",
        (JSON,),
    ),
    Command(
        "inbox",
        inbox,
        "List what you were told",
        "Requests that wait for you, decisions on yours, comments that name you. Unread ones unless --all.",
        """
        python -m core inbox
        python -m core inbox --read
        """,
        (
            argument("--all", action="store_true", help="also what was read"),
            argument("--read", action="store_true", help="and mark it as read"),
            JSON,
        ),
    ),
    Command(
        "reindex",
        reindex,
        "Build again everything that is derived from the database",
        "Findings and corrections are the truth; the register's table is built from them again. For an administrator.",
        "python -m core reindex",
    ),
    Command(
        "measure",
        measure,
        "Measure how well an engine reads",
        """
        `measure extraction` runs the built-in engine over labelled sentences and provisions and prints accuracy,
        precision, recall and F1 beside published figures, then every error, sentence by sentence.
        `measure confidence` learns anew how much each doubt of the engine weighs and sets its confidence against truth.
        `measure controls` matches labelled duties with our control library: how often the first suggestion is right,
        and how often one of the first three.
        """,
        """
        python -m core measure extraction
        python -m core measure confidence
        python -m core measure controls --brief
        python -m core measure extraction --sentences mine.jsonl --json | jq .sentences
        """,
        (
            argument("what", choices=("extraction", "confidence", "controls"), help="what to measure"),
            argument("--sentences", type=Path, metavar="FILE.jsonl", help="labelled sentences"),
            argument("--provisions", type=Path, metavar="FILE.csv", help="labelled provisions of the GDPR"),
            argument("--json", action="store_true", help="the whole report as JSON"),
            argument("--brief", action="store_true", help="the figures without the errors"),
            argument("--write", action="store_true", help="keep the weights that `measure confidence` learned"),
        ),
    ),
    Command(
        "samples",
        samples,
        "List the documents that come with the program",
        "Into a pipe tab-separated: path, what it should be read as, title, what it shows.",
        """
        python -m core samples
        python -m core import $(python -m core samples --paths)
        python -m core analyze $(python -m core samples --paths) --out all.xlsx
        """,
        (argument("--paths", action="store_true", help="only their paths, one a line"),),
    ),
    Command(
        "desktop",
        desktop,
        "Open the app in a window of its own",
        """
        Starts the app if it does not run, and opens it in app mode of an installed Chromium, Chrome, Edge, Brave or
        Vivaldi, else in the default browser. A server that it started runs until Ctrl-C.
        """,
        "python -m core desktop --port 8601",
        (argument("--port", type=int, default=8501, help="default: 8501"),),
    ),
)
