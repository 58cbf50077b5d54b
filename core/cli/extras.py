"""Commands around the main job: `samples`, `desktop`, `measure`."""

from argparse import REMAINDER, Namespace
from importlib import import_module
from importlib.util import find_spec

from core.cli.commands import Commands, command
from core.cli.text import say, table
from core.errors import Missing


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "samples",
        samples,
        "List the documents that come with the program",
        "Into a pipe tab-separated: path, what it should be read as, title, what it shows.",
        """
        python -m core samples
        python -m core analyze $(python -m core samples --paths) --out all.xlsx
        """,
    )
    parser.add_argument("--paths", action="store_true", help="only their paths, one a line")
    parser = command(
        commands,
        "desktop",
        desktop,
        "Open the app in a window of its own",
        """
        Starts the app if it does not run, and opens it in app mode of an installed Chromium, Chrome, Edge, Brave or
        Vivaldi, else in the default browser. A server that it started runs until Ctrl-C.
        """,
        "python -m core desktop --port 8601",
    )
    parser.add_argument("--port", type=int, default=8501, help="default: 8501")
    parser = command(
        commands,
        "measure",
        measure,
        "Measure how well an engine reads",
        "`measure extraction` compares the built-in engine with labelled sentences; its own --help says more.",
        "python -m core measure extraction --json",
    )
    parser.add_argument("what", choices=("extraction",), help="what to measure")
    parser.add_argument("rest", nargs=REMAINDER, metavar="…", help="options of the measurement")


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


def desktop(arguments: Namespace) -> int:
    from core.desktop import open_app

    server = open_app(arguments.port)
    if server is None:
        say(f"The app runs already; its window is open at http://localhost:{arguments.port}")
        return 0
    say(f"The app runs at http://localhost:{arguments.port} until Ctrl-C")
    try:
        return server.wait()
    finally:
        server.terminate()


def measure(arguments: Namespace) -> int:
    if find_spec("core.measure") is None:
        raise Missing("The measurements are not part of this installation; take the whole repository.")
    return int(import_module("core.measure").main(arguments.rest) or 0)
