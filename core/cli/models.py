"""Models from the command line: the inventory, what each backend needs, bringing models here."""

from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.commands import JSON, REASON, Command, argument
from core.cli.database import opened
from core.cli.imports import done
from core.cli.text import as_json, facts, listing, row, say, table
from core.errors import BadInput

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.llm import Entry
    from core.types import User

UNKNOWN = "unknown"


# --- the inventory ----------------------------------------------------------------------------------------------


def list_models(arguments: Namespace) -> int:
    from core import llm, switches
    from core.settings import settings

    with opened() as (db, _):
        found = llm.reviewed(db, llm.entries(settings()))
        if arguments.json:
            for one in found:
                as_json(one.model_dump(mode="json"))
            return 0
        ready = set(llm.usable(llm.health(db, settings()), settings()))
        halted = switches.stopped(db)
    others = [llm.entry(name, settings()) for name in sorted(ready - {one.name for one in found})]
    table(
        ("Model", "What", "Runs", "May see", "Input", "Output", "Licence", "Ready"),
        (
            (one.name, one.about, one.location, ", ".join(one.classifications), _price(one, "input"),
             _price(one, "output"), one.licence,
             "stopped" if one.name in halted else "yes" if one.name in ready else "no")
            for one in (*found, *others)
        ),
    )  # fmt: skip
    return 0


def show_model(arguments: Namespace) -> int:
    from core import llm, switches
    from core.settings import settings

    with opened() as (db, _):
        [found] = llm.reviewed(db, [llm.entry(arguments.model, settings())])
        if arguments.json:
            as_json(found.model_dump(mode="json"))
            return 0
        facts((("Stopped", switches.stopped(db).get(found.name)),))
    plain = found.model_dump(exclude={"prices", "review", "source", "listed"})
    facts((_label(name), _words(value)) for name, value in plain.items())
    facts((f"Price of {kind}", _price(found, kind)) for kind in ("input", "output", "cached", "cache_write"))
    facts((("Prices as of", found.prices and found.prices.dated),))
    facts((f"Vendor review: {_label(name).lower()}", value) for name, value in found.review.model_dump().items())
    return 0


def review_model(arguments: Namespace) -> int:
    from core import llm

    answers = dict(arguments.answer)
    given = {"owner": arguments.owner, "review_date": arguments.reviewed, **answers}
    said = {field: text for field, text in given.items() if text is not None}
    if not said:
        raise BadInput("There is nothing to say: give --owner, --reviewed or --answer.")
    with opened() as (db, user):
        changed = llm.save_review(db, user, arguments.model, said)
    say(f"Saved for {changed} of {len(arguments.model)} models." if changed else "Nothing was changed.")
    return 0


def _answered(text: str) -> tuple[str, str]:
    field, sign, words = text.partition("=")
    if not sign:
        raise ArgumentTypeError(f"{text!r} is no FIELD=WORDS, such as dpa='Signed on 1 March'")
    return field.strip(), words


def health(arguments: Namespace) -> int:
    from core import llm
    from core.settings import settings

    with opened() as (db, _):
        found, waiting = llm.health(db, settings()), llm.waiting(db, settings())
    for path in waiting:
        say(f"{path} is not added yet: python -m core models add {path}")
    listing(
        ("Backend", "State", "How it is", "What next", "Models here"),
        found,
        lambda one: (one.backend, one.state, one.says, one.next, ", ".join(one.models)),
        arguments.json,
    )
    return 0


def _price(entry: "Entry", kind: str) -> str:
    """USD per million tokens."""
    found = None if entry.prices is None else getattr(entry.prices, kind)
    return UNKNOWN if found is None else f"{found.normalize():f}"


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _words(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


# --- the kill switch --------------------------------------------------------------------------------------------


def stop(arguments: Namespace) -> int:
    from core import llm, switches
    from core.settings import settings

    name = llm.entry(arguments.model, settings()).name
    with opened() as (db, user):
        switches.stop(db, user, name, arguments.reason)
    say(f"{name} is stopped: nothing asks it any more. `models start` lets it run again.")
    return 0


def start(arguments: Namespace) -> int:
    from core import switches

    with opened() as (db, user):
        switches.start(db, user, arguments.model, arguments.reason)
    say(f"{arguments.model} runs again.")
    return 0


# --- bringing models here ---------------------------------------------------------------------------------------


def add(arguments: Namespace) -> int:
    from core import llm

    with opened() as (db, user):
        if Path(arguments.source).expanduser().exists():
            job_id = llm.add_file(db, user, arguments.source)
        else:
            job_id = llm.download_file(db, user, arguments.source, arguments.sha256)
        _waited(db, user, job_id, arguments)
        if not arguments.no_wait:
            newest = max(llm.added(db), key=lambda one: one.added_at)
            row(f"llama_cpp:{newest.name}", newest.architecture, newest.quantisation, newest.context, newest.sha256)
    return 0


def forget(arguments: Namespace) -> int:
    from core import llm

    with opened() as (db, user):
        llm.forget_weights(db, user, arguments.name.removeprefix("llama_cpp:"))
    say(f"{arguments.name} is taken out of the list; its file stays.")
    return 0


def pull(arguments: Namespace) -> int:
    from core import llm

    with opened() as (db, user):
        name = arguments.name.removeprefix("ollama:")
        _waited(db, user, llm.pull_model(db, user, name, create=arguments.create), arguments)
        row(f"ollama:{name}")
    return 0


def _waited(db: "Database", user: "User", job_id: str, arguments: Namespace) -> None:
    if arguments.no_wait:
        say("Queued; the worker takes it up.")
    else:
        done(db, user, job_id)


MODEL = argument("model", metavar="MODEL", help="backend:name, as `models list` prints it")
NO_WAIT = argument("--no-wait", action="store_true", help="queue it for the worker and return")
TITLE = "Models"
COMMANDS = (
    Command(
        "models list",
        list_models,
        "List the model inventory",
        "Where each runs, which text it may see, its price in USD per million tokens, whether it is ready.",
        "python -m core models list",
        (JSON,),
    ),
    Command(
        "models show",
        show_model,
        "Show a model's inventory entry and vendor review",
        "All fields of its entry in models/catalog.toml, with what `models review` said over it.",
        "python -m core models show anthropic:claude-sonnet-5-5",
        (MODEL, JSON),
    ),
    Command(
        "models review",
        review_model,
        "Say who owns a model and answer its vendor review",
        """
        Of one model, or the same of several. Fields of the review are those that `models show` lists, such as dpa or
        trains_on_data; no words take an answer back. Which text a model may see stays with models/catalog.toml.
        """,
        """
        python -m core models review ollama:qwen3:8b --owner 'Head of Data' --reviewed 2026-11-23
        python -m core models review anthropic:claude-haiku-5-5 anthropic:claude-sonnet-5-5 --answer dpa='Signed'
        """,
        (
            argument("model", nargs="+", metavar="MODEL", help="backend:name, as `models list` prints it"),
            argument("--owner", metavar="NAME", help="who answers for it"),
            argument("--reviewed", metavar="DATE", help="the day of the review, such as 2026-12-31"),
            argument("--answer", action="append", type=_answered, default=[], metavar="FIELD=WORDS", help="repeatable"),
        ),
    ),
    Command(
        "models stop",
        stop,
        "Stop a model at once",
        """
        Nothing asks it any more, until somebody starts it again. It takes one person, an engineering owner or admin,
        and a reason, which is shown wherever the model is offered and kept as a change record.
        """,
        "python -m core models stop ollama:qwen3:8b --reason 'It repeats itself since the update'",
        (MODEL, REASON),
    ),
    Command(
        "models start",
        start,
        "Start a stopped model again",
        "With a reason, kept as a change record.",
        "python -m core models start ollama:qwen3:8b --reason 'Mended by the update of today'",
        (MODEL, REASON),
    ),
    Command(
        "models health",
        health,
        "Say what each backend needs and whether it has it",
        "Only servers on this computer are asked; a key is looked for and never shown.",
        "python -m core models health",
        (JSON,),
    ),
    Command(
        "models add",
        add,
        "Add a GGUF file, from here or downloaded",
        """
        A path on this computer, an https address, or OWNER/REPOSITORY/FILE.gguf of Hugging Face. Its header is checked
        and its SHA-256 kept; it is checked again before each load. A download that broke off goes on where it was.
        """,
        """
        python -m core models add ~/models/tiny.gguf
        python -m core models add Qwen/Qwen3-4B-GGUF/Qwen3-4B-Q4_K_M.gguf
        """,
        (
            argument("source", metavar="SOURCE", help="path, address, or name on Hugging Face"),
            argument("--sha256", default="", metavar="HEX", help="compare the download with this checksum"),
            NO_WAIT,
        ),
    ),
    Command(
        "models forget",
        forget,
        "Take a GGUF file out of the list",
        "The file stays where it is.",
        "python -m core models forget Qwen3-4B-Q4_K_M",
        (argument("name", metavar="NAME", help="as `models health` lists it"),),
    ),
    Command(
        "models pull",
        pull,
        "Let Ollama pull a model, or create ours",
        "With --create the model is made from models/Modelfile under the name that you give.",
        """
        python -m core models pull qwen3:4b
        python -m core models pull compliance-reader --create
        """,
        (
            argument("name", metavar="NAME", help="as Ollama names it"),
            argument("--create", action="store_true", help="create it from models/Modelfile"),
            NO_WAIT,
        ),
    ),
)
