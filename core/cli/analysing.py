"""Documents read by a language model: estimated, started, followed, paused, gone on with, compared."""

from argparse import Namespace
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from core.cli import following, run_estimates
from core.cli.commands import DOCUMENT, JSON, Command, argument
from core.cli.database import Act, document_id, each, opened, whole
from core.cli.text import as_json, row, say, table
from core.errors import BadInput

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.analysing import Options
    from core.types import User

QUALITIES = ("fast", "good", "best")
STEPS = ("risk", "actions", "summary")
MOST_RUNS = 1_000


def start(arguments: Namespace) -> int:
    from core import analysing

    options = chosen(arguments)
    with opened() as (db, user):
        wanted = document_id(db, user, arguments.document)
        if arguments.estimate:
            run_estimates.tell(analysing.estimate(db, user, wanted, options), arguments.json)
            return 0
        job_id = analysing.start(db, user, wanted, options)
        if arguments.no_wait:
            row(job_id)
            say("Queued; the worker takes it up.")
            return 0
        if options.batch:
            return following.hand_over(db, user, job_id)
        return following.follow(db, user, job_id, arguments.json)


def chosen(arguments: Namespace) -> "Options":
    """What the options of the command line come to."""
    from core.analysing import STEPS as KNOWN
    from core.analysing import Options

    return Options(
        model=arguments.model,
        quality=arguments.quality,
        second_pass=not arguments.no_second_pass,
        cascade=not arguments.no_stronger,
        steps=tuple(step for step in KNOWN if step not in (arguments.without or ())),
        run_usd=arguments.most_usd,
        fresh=arguments.fresh,
        batch=getattr(arguments, "batch", False),
    )


def watch(arguments: Namespace) -> int:
    with opened() as (db, user):
        return following.follow(db, user, _job(db, user, arguments.job), arguments.json)


# --- what becomes of a run --------------------------------------------------------------------------------------


def pause(arguments: Namespace) -> int:
    from core import jobs

    return _each(arguments.job, jobs.pause, "paused; what it has read is kept.")


def resume(arguments: Namespace) -> int:
    from core import jobs

    return _each(arguments.job, jobs.resume, "goes on; the worker takes it up.")


def cancel(arguments: Namespace) -> int:
    from core import analysing

    return _each(arguments.job, analysing.cancel, "cancelled; `runs retry` goes on where it was.")


def retry(arguments: Namespace) -> int:
    from core import analysing

    def go_on(db: "Database", user: "User", job_id: str) -> None:
        analysing.go_on(db, user, job_id, run_usd=arguments.most_usd)

    return _each(arguments.job, go_on, "goes on where it was; the worker takes it up.")


def _each(ids: list[str], act: Act, said: str) -> int:
    def do(db: "Database", user: "User", given: str) -> None:
        job_id = _job(db, user, given)
        act(db, user, job_id)
        say(f"{job_id}: {said}")

    return each(ids, do)


def _job(db: "Database", user: "User", given: str) -> str:
    from core import jobs

    return whole(given, (one.id for one in jobs.jobs(db, user, kind="analyse", limit=MOST_RUNS)))


def compare(arguments: Namespace) -> int:
    from core import analysing, register
    from core.extract.agreement import rows

    with opened() as (db, user):
        wanted = document_id(db, user, arguments.document)
        run_id = whole(arguments.analysis, (one.id for one in register.runs(db, user, wanted)))
        found = analysing.compare(db, user, wanted, run_id)
    lines = rows(found.agreement)
    if arguments.json:
        for line in lines:
            as_json(asdict(line))
    else:
        table(
            ("Found by", "Place", "Differs in", "Built-in says", "Model says", "Quote"),
            ((one.told, one.path, ", ".join(one.fields), "; ".join(one.builtin), "; ".join(one.model), one.quote)
             for one in lines),
        )  # fmt: skip
    say("; ".join(f"{name}: {number}" for name, number in found.agreement.counts.items()) + ".")
    return 0


def usd(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadInput(f"{text!r} is not an amount of USD; write one such as 0.50.") from error


JOB = argument("job", metavar="JOB", help="id as `jobs list` prints it; its beginning is enough")
JOBS = argument("job", nargs="+", metavar="JOB", help="id as `jobs list` prints it; its beginning is enough")
MOST_USD = argument("--most-usd", type=usd, metavar="USD", help="stop before the run costs more; it can go on later")
READING = (
    argument("--model", metavar="BACKEND:NAME", help="one model; else the cheapest that is good enough"),
    argument("--quality", choices=QUALITIES, default="good", help="how good models have to be (default: good)"),
    argument("--no-second-pass", action="store_true", help="do not ask again for sentences that were left out"),
    argument("--no-stronger", action="store_true", help="do not put weak readings to a stronger model"),
    argument("--without", choices=STEPS, action="append", metavar="STEP", help=f"by rules: {', '.join(STEPS)}"),
    MOST_USD,
    argument("--fresh", action="store_true", help="ask anew where an answer is kept"),
)

TITLE = "Reading with a model"
COMMANDS = (
    Command(
        "runs start",
        start,
        "Let a language model read a document",
        """
        The text is divided into windows that fit the model; each quote of its answers is checked against the source.
        The built-in reading stays, and the register shows the model's once you choose it with `runs choose`. Prints
        the run's id, the document, and how many norms, quotes not in the source, rejected pieces of answers and windows
        read by the built-in engine there are. Ctrl-C leaves the run to the worker: `runs pause` holds it back.

        With --batch the windows are handed over as one batch, answered within a day, mostly sooner; the command
        returns and a worker collects it. Its data card must allow prompting. With --estimate nothing is sent.
        """,
        """
        python -m core runs start 3f2a9c41 --model ollama:qwen3:8b
        python -m core runs start 3f2a9c41 --quality best --most-usd 0.50
        python -m core runs start 3f2a9c41 --model anthropic:claude-haiku-5-5 --batch
        python -m core runs start 3f2a9c41 --estimate
        """,
        (
            DOCUMENT,
            *READING,
            argument("--batch", action="store_true", help="overnight, at half the price; a Claude model is needed"),
            argument("--estimate", action="store_true", help="say what it would take, and who would be asked"),
            argument("--no-wait", action="store_true", help="queue it, print the job's id and return"),
            JSON,
        ),
    ),
    Command(
        "runs watch",
        watch,
        "Follow a run until it ends",
        "As `runs start` does: it is done here where no worker runs.",
        "python -m core runs watch 7be01d22",
        (JOB, JSON),
    ),
    Command(
        "runs pause",
        pause,
        "Hold runs back",
        "The worker drops a running one within a second. The windows that it has read are kept, also over a restart.",
        "python -m core runs pause 7be01d22",
        (JOBS,),
    ),
    Command(
        "runs resume",
        resume,
        "Let paused runs go on",
        "They go on where they were.",
        "python -m core runs resume 7be01d22 && python -m core runs watch 7be01d22",
        (JOBS,),
    ),
    Command(
        "runs cancel",
        cancel,
        "Stop runs",
        """
        Nothing more is asked, and a batch is cancelled at its provider. The windows that were read are kept until the
        document goes, for a retry.
        """,
        "python -m core runs cancel 7be01d22",
        (JOBS,),
    ),
    Command(
        "runs retry",
        retry,
        "Let failed or cancelled runs go on",
        "Windows that were read are not paid for again. With --most-usd the cap of the run is set anew.",
        "python -m core runs retry 7be01d22 --most-usd 2",
        (JOBS, MOST_USD),
    ),
    Command(
        "runs compare",
        compare,
        "Show a model's run beside the built-in reading",
        "In the order of the text: what both found, what only one did, and where they differ.",
        "python -m core runs compare 3f2a9c41 9d10b7aa",
        (
            DOCUMENT,
            argument("analysis", metavar="RUN", help="id as `runs list` prints it; its beginning is enough"),
            JSON,
        ),
    ),
)
