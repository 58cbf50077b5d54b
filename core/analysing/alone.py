"""A file read by a model without a library: nothing is stored but what its calls took and cost."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date

from core import telemetry
from core.analysing.keeping import InMemory
from core.analysing.leading import Run, lead
from core.analysing.options import Options, checked
from core.errors import BadInput, NotAllowed
from core.identity import require
from core.llm.errands import Errand
from core.llm.router import Router
from core.pipeline import analyze_reading, is_read, judged
from core.settings import Settings
from core.settings import settings as default_settings
from core.store import connect, new_id
from core.types import Analysis, Classification, User


def read_alone(
    data: bytes,
    filename: str,
    user: User,
    options: Options,
    *,
    classification: Classification = "internal",
    profile: str = "",
    password: str | None = None,
    today: date | None = None,
    settings: Settings | None = None,
    tell: Callable[[float, str], None] = lambda fraction, stage: None,
) -> Analysis:
    """The analysis of a file by a model that may see text of this label. `tell` hears how far it is.

    No answer is kept, so that none of the text is. What lays down no rules goes to no model and comes back as the
    built-in engine leaves it. NotAllowed where it is escalated: only a person who looks at it in the library can
    release it. Raises BadInput and PasswordNeeded from the reader, Refused, OverBudget and NoAnswer.
    """
    from core.ingest import read

    require(user, "models.ask")
    options, ours = checked(options), settings or default_settings()
    if options.batch:
        raise BadInput("Only a document in the library can be read overnight; import it first, or read it now.")
    reading = read(data, filename, password=password, settings=ours)
    document, decision = judged(reading)
    if decision.decision == "escalate":
        raise NotAllowed(
            f"escalated ({'; '.join(decision.reasons)}): it goes to no model until a person has released it; import it,"
            " or read it with --model builtin."
        )
    if not is_read(decision, reading):
        return analyze_reading(reading, profile=profile, today=today)
    run_id = new_id()
    errand = _errand(user, options, classification, run_id)
    trace_id = telemetry.trace_of(run_id)
    ours.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        closing(connect(ours.database)) as db,
        Router(ours) as router,
        telemetry.resumed(trace_id),
        telemetry.of(user),
        telemetry.span("copilot.analyse"),
    ):
        whole = replace(reading, document=document)
        run = Run(ours, router, errand, options, whole, decision, trace_id, profile, today)
        return lead(db, run, InMemory(tell))


def _errand(user: User, options: Options, classification: Classification, run_id: str) -> Errand:
    return Errand(
        user=user,
        task="extract",
        classification=classification,
        job_id=run_id,
        run_usd=options.run_usd,
        model=options.model,
        quality=options.quality,
        fresh=True,
    )
