"""`check`: whether every quote is still where it is said to be, character by character."""

from argparse import Namespace
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from core.cli import files
from core.cli.commands import Command, argument
from core.cli.database import document_id, opened
from core.cli.text import counted, printable, say
from core.errors import BadInput, CopilotError

if TYPE_CHECKING:
    from core.export.schema import AnalysisJson

Part = Literal["conditions", "exceptions", "deadlines", "references", "sanctions"]
PASSAGES: tuple[Part, ...] = ("conditions", "exceptions", "deadlines", "references", "sanctions")


class SpanMismatch(CopilotError):
    """A stored place does not hold the text that it is said to hold."""

    exit_code = 7


def run(arguments: Namespace) -> int:
    if bool(arguments.analysis) != bool(arguments.against):
        raise BadInput("ANALYSIS.json and --against go together: python -m core check act.json --against act.pdf")
    if arguments.analysis:
        return _exported(arguments)
    if arguments.file:
        return _files(arguments)
    return _library(arguments)


def mismatches(analysis: "AnalysisJson", text: str) -> Iterator[str]:
    """Each place in the analysis that does not hold its text, as a sentence."""
    if len(text) != analysis["document"]["characters"]:
        yield f"the text has {len(text)} characters, not {analysis['document']['characters']}"
    for one in analysis["obligations"]:
        name = f"{one['provision']} ({one['id']})"
        if text[one["start"] : one["end"]] != one["quote"]:
            yield f"{name}: the quote is not at {one['start']}-{one['end']}"
        for kind in PASSAGES:
            for part in one[kind]:
                # What a person entered without pointing at the source has no place.
                if part["start"] is not None and text[part["start"] : part["end"]] != part["text"]:
                    yield f"{name}: one of its {kind} is not at {part['start']}-{part['end']}"
        lead_in = one["lead_in"]
        if lead_in and not text[lead_in["start"] : lead_in["end"]].strip():
            yield f"{name}: its lead-in is not at {lead_in['start']}-{lead_in['end']}"
    for sentence in analysis["coverage"]["uncovered"]:
        if sentence["start"] is not None and text[sentence["start"] : sentence["end"]] != sentence["quote"]:
            yield f"the uncovered sentence at {sentence['start']} is not there"


def verify(name: str, analysis: "AnalysisJson", text: str) -> None:
    """SpanMismatch when any place is wrong; each one is told, and on stdout how many were right."""
    wrong = list(mismatches(analysis, text))
    for sentence in wrong:
        say(f"{name}: {sentence}")
    if wrong:
        raise SpanMismatch(f"{counted(len(wrong), 'place')} wrong; analyse the document again and report this.")
    passages = sum(len(one[kind]) for one in analysis["obligations"] for kind in PASSAGES)
    quotes = counted(len(analysis["obligations"]), "quote")
    print(f"{printable(name)}: {quotes} and {counted(passages, 'passage')} at their places", flush=True)


def _files(arguments: Namespace) -> int:
    from core.export.json import to_json
    from core.pipeline import analyze

    tally, password = files.Tally(), files.password(arguments)
    for source in arguments.file:
        name = files.shown(source)
        with tally.attempt(name):
            analysis = analyze(files.read(source), name, password=password)
            verify(name, to_json(analysis), analysis.document.text)
    return tally.code


def _exported(arguments: Namespace) -> int:
    from core.export.json import read
    from core.ingest import read as read_document

    tally, password = files.Tally(), files.password(arguments)
    sources = {sha256(data).hexdigest(): (path, data) for path in arguments.against for data in [files.read(path)]}
    for exported in arguments.analysis:
        with tally.attempt(exported):
            for analysis in read(files.read(exported)):
                digest = analysis["document"]["sha256"]
                if digest not in sources:
                    raise SpanMismatch(f"it was made from other bytes (SHA-256 {digest[:12]}…) than --against has.")
                path, data = sources[digest]
                reading = read_document(data, files.shown(path), password=password)
                verify(f"{exported} against {files.shown(path)}", analysis, reading.document.text)
    return tally.code


def _library(arguments: Namespace) -> int:
    from core import library
    from core.export.json import to_json
    from core.export.stored import standing
    from core.register import Filter

    tally = files.Tally()
    with opened() as (db, user):
        wanted = [document_id(db, user, given) for given in arguments.document]
        for row in library.documents(db, user):
            if wanted and row.id not in wanted:
                continue
            with tally.attempt(row.title):
                for one in standing(db, user, Filter(document=row.id)):
                    verify(row.title, to_json(one.analysis), one.analysis.document.text)
    return tally.code


COMMANDS = (
    Command(
        "check",
        run,
        "Verify that every quote is where it is said to be",
        """
        Without arguments every obligation in the library is checked against the text of its document: its quote and
        all its passages must be document.text[start:end]. With --file files are analysed and checked, without a
        database. With ANALYSIS.json, which `analyze` wrote, and --against its source, the export is checked: its
        source is read again, and must be the same bytes. Leaves with code 7 when something is not at its place.
        """,
        """
        python -m core check
        python -m core check --file act.pdf policy.docx
        python -m core analyze act.pdf > act.json && python -m core check act.json --against act.pdf
        """,
        (
            argument("analysis", nargs="*", metavar="ANALYSIS.json", help="exported analyses; needs --against"),
            argument("--against", nargs="+", default=[], metavar="FILE", help="the sources of ANALYSIS.json"),
            argument("--file", nargs="+", default=[], metavar="FILE", help="analyse these and check the result"),
            argument("--document", nargs="+", default=[], metavar="ID", help="only these documents of the library"),
            files.add_password,
        ),
    ),
)
