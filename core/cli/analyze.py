"""`analyze`: files in, their obligations out, with no database."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from core.cli import files
from core.cli.analysing import MOST_USD
from core.cli.commands import Command, argument, day
from core.cli.database import asker
from core.cli.text import counted, say
from core.errors import BadInput, NotAllowed
from core.export import FORMATS, bundle, write
from core.types import DUTIES, Classification

if TYPE_CHECKING:
    from core.types import Analysis

BINARY = {"xlsx"}


def add_format(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=list(FORMATS), help="default: by the ending of --out, else json")
    parser.add_argument("--out", metavar="PATH", help="file (written whole or not at all) or folder; default: stdout")


def chosen_format(arguments: Namespace) -> str:
    """The format asked for, by name or by the ending of the output."""
    if arguments.format:
        return str(arguments.format)
    ending = Path(arguments.out or "").suffix[1:].lower()
    if not ending or files.is_folder(arguments.out):
        return "json"
    if ending not in FORMATS:
        raise BadInput(f"No format is known for {arguments.out!r}; add --format {'|'.join(FORMATS)}.")
    return ending


def run(arguments: Namespace) -> int:
    sources: Sequence[str] = arguments.file
    if sources.count(files.STDIN) > 1:
        raise BadInput("Standard input can be read only once; give - once.")
    name, tally, password = chosen_format(arguments), files.Tally(), files.password(arguments)
    apart, taken = files.is_folder(arguments.out), set[str]()
    at_once = name == "json" and arguments.out is None
    found: list[Analysis] = []
    for source in sources:
        with tally.attempt(files.shown(source)):
            analysis = _analysis(source, arguments, password)
            _tell(files.shown(source), analysis)
            if name != "json":
                _require_exportable(analysis)
            if apart:
                save(name, [analysis], files.named(arguments.out, taken, source, FORMATS[name].extension), arguments)
            elif at_once:
                save(name, [analysis], None, arguments)
            else:
                found.append(analysis)
    if found:
        with tally.attempt(arguments.out or "standard output"):
            save(name, found, arguments.out, arguments)
    return tally.code


def _analysis(source: str, arguments: Namespace, password: str | None) -> "Analysis":
    from core.pipeline import analyze
    from core.settings import settings

    if ":" in arguments.model:
        return _by_model(source, arguments, password)
    return analyze(
        files.read(source),
        files.shown(source),
        model=arguments.model,
        profile=arguments.profile or settings().profile,
        password=password,
        today=arguments.today,
    )


def _by_model(source: str, arguments: Namespace, password: str | None) -> "Analysis":
    """The analysis of a language model; on stderr, how far it is."""
    from core import analysing, worker
    from core.settings import settings

    tenths = {-1}

    def tell(fraction: float, stage: str) -> None:
        if int(fraction * 10) not in tenths:
            tenths.add(int(fraction * 10))
            say(f"{files.shown(source)}: {fraction:.0%} {stage}")

    # Weights are loaded by one process at a time: by the worker, or here while there is none.
    alone = worker.alone(settings()) if arguments.model.startswith("llama_cpp:") else nullcontext()
    with alone:
        return analysing.read_alone(
            files.read(source),
            files.shown(source),
            asker(),
            analysing.Options(model=arguments.model, run_usd=arguments.most_usd),
            classification=arguments.label,
            profile=arguments.profile or settings().profile,
            password=password,
            today=arguments.today,
            tell=tell,
        )


def save(name: str, found: "Sequence[Analysis]", out: str | None, arguments: Namespace) -> None:
    """Into `out`, or onto stdout. JSON of several files is one object a line, however many of them could be read."""
    if name == "json":
        from core.export.json import dump, to_json

        indent = 2 if len(arguments.file) == 1 or files.is_folder(arguments.out) else None
        lines = (dump(to_json(one, arguments.with_text), indent) + "\n" for one in found)
        files.write(out, "".join(lines).encode("utf-8"))
        return
    written = write(name, bundle(found))
    files.write(out, written.data, binary=name in BINARY)
    if written.note:
        say(written.note)


def _require_exportable(analysis: "Analysis") -> None:
    if analysis.scope.decision == "escalate":
        raise NotAllowed(
            f"escalated ({'; '.join(analysis.scope.reasons)}): only its reading is given; use --format json,"
            " or import it and let a person release it."
        )


def _tell(source: str, analysis: "Analysis") -> None:
    """One line about the reading, so that an empty result is never mistaken for a clean one."""
    duties = sum(one.draft.modality in DUTIES for one in analysis.obligations)
    facts = [counted(duties, "duty", "duties"), counted(len(analysis.obligations) - duties, "other norm")]
    open_sentences = len(analysis.coverage.uncovered)
    facts += [f"{counted(open_sentences, 'sentence')} not accounted for"] if open_sentences else []
    facts += [counted(len(analysis.ungrounded), "quote") + " not found in the source"] if analysis.ungrounded else []
    decision = analysis.scope.decision
    if decision != "in_scope":
        facts.append(f"{decision.replace('_', ' ')}: {'; '.join(analysis.scope.reasons)}")
    say(f"{source}: {', '.join(facts)}")
    for warning in analysis.document.warnings:
        say(f"{source}: {warning}")


TITLE = "Files, without a database"
COMMANDS = (
    Command(
        "analyze",
        run,
        "Read files and print their obligations, without a database",
        """
        Each file is read, its obligations found and every quote checked against the source. JSON of one file is one
        object in schema analysis/1; of several files it is one object a line (JSON Lines), printed as they are
        finished. The other formats put several files into one table. With --out naming a folder, each file gets an
        output of its own there. A file that cannot be read does not stop the others.

        A document that is escalated (text aimed at a model, unreadable pages, another language) gives JSON only.

        With --model backend:name a language model reads, window by window, if its entry in the inventory allows text
        of this label. What its calls took and cost is kept in the data folder; none of the text is. Such a run cannot
        be paused: for long documents, import them and use `runs start`.
        """,
        """
        python -m core analyze act.pdf | jq '.obligations[] | select(.deadline) | .quote'
        python -m core analyze *.pdf --out register.xlsx
        python -m core analyze *.html --format md --out reports/
        curl -s https://example.org/act.html | python -m core analyze - --format csv
        python -m core analyze policy.docx --model ollama:qwen3:8b --label confidential
        """,
        (
            argument("file", nargs="+", metavar="FILE", help="PDF, DOCX, HTML, XML, Markdown, text; - is stdin"),
            argument(
                "--model",
                default="builtin",
                metavar="MODEL",
                help="builtin (default), or a language model: backend:name",
            ),
            argument("--label", choices=get_args(Classification), default="internal", help="of the text, for a model"),
            MOST_USD,
            add_format,
            argument("--with-text", action="store_true", help="put the document's text into the JSON"),
            argument("--profile", default="", metavar="NAME", help="mark what binds this kind of firm"),
            argument("--today", type=day, metavar="DATE", help="day from which due dates count (default: today)"),
            files.add_password,
        ),
    ),
)
