"""Runs as jobs: asked for by a person, led by the worker, paused and gone on with, seen by every tab."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from core import jobs, library, prompts, register, telemetry
from core.analysing import overnight
from core.analysing import plan as plans
from core.analysing.forecasting import Forecast, forecast
from core.analysing.keeping import WithJob, watched
from core.analysing.leading import Run, first_of, lead
from core.analysing.options import Options, checked, packed, unpacked
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import require
from core.llm import batches, ledger
from core.llm.errands import Errand
from core.llm.router import Router
from core.pipeline import is_read, judged
from core.settings import Settings
from core.settings import settings as default_settings
from core.store import one, write
from core.telemetry import names
from core.types import Analysis, Reading, Scope, User

KIND = "analyse"


@dataclass(frozen=True, slots=True)
class Partial:
    """How far a run is. `windows` None: it has not been divided yet. `run` is the id of what came of it.

    `cost_usd` None: some price is unknown. `open_calls` were begun and not answered; whether they cost nobody knows.
    """

    job: jobs.Job
    windows: int | None
    done: int
    obligations: int
    ungrounded: int
    rejected: int
    degraded: int
    stronger: int
    calls: int
    cached_calls: int
    open_calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    run: str | None


# --- for the person ---------------------------------------------------------------------------------------------


def start(db: Database, user: User, document_id: str, options: Options) -> str:
    """Ask for a run; gives the job's id. Refused, with every reason, when no model may see the document.

    NotAllowed while it is escalated or its card does not allow prompting. The document's owner and whoever may see it
    find the run beside the built-in one; the register shows it when somebody chooses it.
    """
    require(user, "models.ask")
    options = checked(options)
    run = _run(db, user, document_id, options, None)
    require_rules(run.reading, run.decision)
    _require_model(db, run)
    if options.batch:
        overnight.require_possible(first_of(run.errand, run.router, db)[0].entry)
    payload = packed(options)
    for job in jobs.jobs(db, user, kind=KIND, active=True):
        if job.subject == document_id and {**job.payload, **payload} == job.payload:
            raise Conflict(f"{job.title!r} is under way already; wait for it, or cancel it first.")
    title = library.document_row(db, user, document_id).title
    return jobs.enqueue(db, user, KIND, payload, f"Analyse {title}", subject=document_id)


def estimate(db: Database, user: User, document_id: str, options: Options) -> Forecast:
    """What `start` with these options would take. Raises as it does."""
    run = _run(db, user, document_id, checked(options), None)
    require_rules(run.reading, run.decision)
    return forecast(db, run)


def go_on(db: Database, user: User, job_id: str, *, run_usd: Decimal | None = None) -> None:
    """Let a failed or cancelled run go on where it was; `run_usd` sets its cap anew."""
    job = _analysis(db, user, job_id)
    with write(db):
        if run_usd is not None:
            options = checked(replace(unpacked(job.payload), run_usd=run_usd))
            jobs.change_payload(db, user, job_id, {**job.payload, **packed(options)})
        jobs.requeue(db, user, job_id)


def cancel(db: Database, user: User, job_id: str) -> None:
    """Stop a run, at once here, and its batch at the provider; what that has answered by then is billed.

    Raises what the provider raises when it could not be told; the run is cancelled all the same.
    """
    _analysis(db, user, job_id)
    jobs.cancel(db, user, job_id)
    batches.cancel(db, _settings(db), job_id)


def partial(db: Database, user: User, job_id: str) -> Partial:
    """What there is so far, from any tab; NotFound for somebody else's."""
    job = _analysis(db, user, job_id)
    taken = ledger.taken(db, telemetry.trace_of(job_id))
    return Partial(
        job=job,
        **_counts(db, job),
        calls=taken.calls,
        cached_calls=taken.cached_calls,
        open_calls=taken.open_calls,
        input_tokens=taken.input_tokens,
        output_tokens=taken.output_tokens,
        cost_usd=taken.cost_usd,
        run=job.payload.get("run"),
    )


def _analysis(db: Database, user: User, job_id: str) -> jobs.Job:
    job = jobs.job(db, user, job_id)
    if job.kind != KIND:
        raise BadInput(f"{job.title!r} is no analysis by a model.")
    return job


COUNTED = ("obligations", "ungrounded", "rejected", "degraded", "stronger")


def _counts(db: Database, job: jobs.Job) -> dict[str, Any]:
    """From the steps while there are any, from the finished job's payload after that. No text is read."""
    if "run" in job.payload:
        return {name: job.payload[name] for name in ("windows", "done", *COUNTED)}
    sums = ", ".join(f"coalesce(sum(json_extract(result, '$.{name}')), 0) as {name}" for name in COUNTED)
    row = one(db, f"select count(*) as done, {sums} from step where job_id = ? and name like 'done-%'", [job.id]) or {}
    sql = "select json_array_length(result, '$.windows') as windows from step where job_id = ? and name = 'plan'"
    plan = one(db, sql, [job.id])
    return {**row, "windows": plan["windows"] if plan else None}


def _held(analysis: Analysis) -> dict[str, int]:
    """What the reading holds at the end: windows repeat each other, and further steps reject pieces, too."""
    return {name: len(getattr(analysis, name)) for name in ("obligations", "ungrounded", "rejected")}


# --- for the worker ---------------------------------------------------------------------------------------------


def analyse(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "analyse". Rights are checked at each start, before each window and at the end."""
    document_id = str(claim.job.subject)
    try:
        run = _run(db, user, document_id, unpacked(claim.job.payload), claim.job.id)
    except NotAllowed:  # its card was closed, or it was withdrawn: what the provider has of it is of no use either
        batches.end(_settings(db), batches.under_way(db, document_id))
        raise
    with (
        run.router,
        telemetry.resumed(run.trace_id),
        telemetry.of(user),
        watched(run.settings, claim) as lost,
    ):
        keeper = WithJob(db, user, claim, document_id, lost)
        if run.options.batch:
            _require_collected(db, run, keeper)
        with telemetry.span("copilot.analyse") as span:
            span.set({names.JOB_ID: claim.job.id, names.DOCUMENT_ID: document_id, names.ATTEMPTS: claim.job.attempts})
            analysis = lead(db, run, keeper)
        left = {name: keeper.finished["plan"][name] for name in plans.LEFT}
        counts = _counts(db, claim.job) | _held(analysis) | left
        with write(db):
            # Once more, inside the write: it may have been deleted, closed or taken from this person meanwhile.
            library.require_use(db, user, document_id, "prompting")
            run_id = register.insert_run(db, user, analysis)
            jobs.forget_steps(db, claim.job.id)
            jobs.finish(db, claim, run=run_id, **counts)
            register.log_run(db, user, analysis, run_id)


def _require_collected(db: Database, run: Run, keeper: WithJob) -> None:
    """Later while the provider works on the run's batch."""
    since = overnight.waits(db, run, keeper)
    if since is not None:
        stage = f"Waits for the provider since {since[:10]} {since[11:16]} UTC"
        raise jobs.Later(overnight.LOOK_SECONDS, stage)


def _run(db: Database, user: User, document_id: str, options: Options, job_id: str | None) -> Run:
    """What there is to read, if this user may put it to a model."""
    library.require_use(db, user, document_id, "prompting")
    reading = library.reading(db, user, document_id)
    document, decision = judged(reading)
    reading = replace(reading, document=document)
    if job_id is None:  # one that goes on has prompts of its own, settled as it began
        plans.require_as_approved(db, user, plans.versions(db, options))
    errand = Errand(
        user=user,
        task="extract",
        classification=document.access.classification,
        allows_raw=library.allows_raw(db, user, document_id),
        document_id=document_id,
        job_id=job_id,
        run_usd=options.run_usd,
        model=options.model,
        quality=options.quality,
        fresh=options.fresh,
    )
    own = _settings(db)
    trace_id = telemetry.trace_of(job_id) if job_id else ""
    return Run(own, Router(own), errand, options, reading, decision, trace_id)


def require_rules(reading: Reading, decision: Scope) -> None:
    """BadInput where there is nothing to ask a model about."""
    if not is_read(decision, reading):
        why = "; ".join(decision.reasons)
        raise BadInput(f"{reading.document.title!r} is not put to a model, since nothing is read from it: {why}.")


def _require_model(db: Database, run: Run) -> None:
    """Refused or NoAnswer, noted in the ledger, when nobody will answer."""
    prompt = plans.loaded(plans.version(db, "extract"))
    empty: Mapping[str, str] = {variable.name: "-" for variable in prompt.variables}
    found = run.router.candidates(db, run.errand)
    run.router.require_one(db, run.errand, prompts.render(prompt, empty), found)


def _settings(db: Database) -> Settings:
    """Ours, with the database that the job is in."""
    ours = default_settings()
    folder = Path(library.database(db)).parent
    return ours if folder == ours.data_dir else ours.model_copy(update={"data_dir": folder})
