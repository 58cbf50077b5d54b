"""What the projection starts from: how many tokens documents took so far, and how many there were."""

from dataclasses import dataclass
from decimal import Decimal

from sqlite_utils import Database

from core.library import visible
from core.llm import entries, routes
from core.operations import costs, latency
from core.operations.choice import Chosen, whose
from core.operations.projection import Assumptions, Projection, Traffic, assumed, project
from core.settings import Settings, lexicon
from core.store import one
from core.types import User

PER_MONTH = 30
# Documents before anything was measured: a regulation of some fifty pages.
TYPICAL = Traffic(documents=20, characters=150_000)


def assumptions(db: Database, user: User, settings: Settings) -> Assumptions:
    """From the latest calls about documents that the user may see; from the word list while those are too few.

    A run that was cancelled or failed midway read only some of its document, so it does not count as one of it.
    """
    known = lexicon("operations")["projection"]
    before = assumed(
        characters_per_token=known["characters_per_token"],
        window_tokens=known["window_tokens"],
        prompt_tokens=known["prompt_tokens"],
        output_share=routes.routes(settings).estimate.output_share,
    )
    seen, rights = visible(user)
    condition, parameters = whose(user)
    # A run's calls have its job; two runs of one document count its characters twice, as they read it twice.
    sql = f"""
        select count(distinct document_id) as documents, sum(characters) as characters, sum(taken_in) as taken_in,
            sum(taken_out) as taken_out,
            sum(asked) as asked
        from (
            select document_id, job_id, sum(input_tokens) as taken_in, sum(output_tokens) as taken_out,
                count(*) as asked
            from (
                select document_id, job_id, state, input_tokens, output_tokens from model_call where {condition}
                order by started_at desc limit ?
            )
            where state in ('done', 'cached') and job_id is not null
                and job_id not in (select id from job where state <> 'done') group by document_id, job_id
        ) join (select id, characters from document where {seen}) as shown on shown.id = document_id
        where taken_in > 0
    """
    row = one(db, sql, [*parameters, known["measured_calls"], *rights])
    if row is None or (row["documents"] or 0) < known["least_documents"]:
        return before
    return Assumptions(
        row["taken_in"] / row["characters"], row["taken_out"] / row["characters"], row["characters"] / row["asked"],
        before.characters_per_token, row["documents"],
    )  # fmt: skip


def traffic(db: Database, user: User, wanted: Chosen) -> Traffic:
    """A month like the chosen period: its documents and their average length; TYPICAL where there were none."""
    found = [one for one in costs.by_document(db, user, wanted) if one.document_id]
    spent = costs.total(db, user, wanted)
    if not found:
        return TYPICAL
    asked = spent.calls + spent.kept_calls
    return Traffic(
        documents=max(1, round(len(found) * PER_MONTH / wanted.days)),
        characters=max(1, round(sum(one.characters for one in found) / len(found))),
        kept_share=round(spent.kept_calls / asked, 2) if asked else 0.0,
    )


def projections(month: Traffic, held: Assumptions, settings: Settings) -> list[Projection]:
    """With each model of the inventory; the cheapest first, those of unknown price last."""
    found = [project(month, held, entry) for entry in entries(settings)]
    return sorted(found, key=lambda one: (one.cost_usd is None, one.cost_usd, one.model))


@dataclass(frozen=True, slots=True)
class Compared:
    """A model as it was used: what a document cost, and how fast it answered. None: unknown.

    `least_usd` is what is known of a document's cost: less than all of it where `per_document_usd` is None.

    `ranked` is how well it does by the routes, task by task, as somebody set it by hand; evaluations do not exist yet.
    """

    model: str
    documents: int
    calls: int
    per_document_usd: Decimal | None
    least_usd: Decimal | None
    tokens_per_document: int | None
    p50_ms: int | None
    p95_ms: int | None
    first_p50_ms: int | None
    error_rate: float | None
    ranked: tuple[str, ...]


def compared(db: Database, user: User, settings: Settings, wanted: Chosen) -> list[Compared]:
    """Each model that was asked in the period."""
    speed = {one.model: one for one in latency.speeds(db, user, wanted)}
    failed = {one.model: one.error_rate for one in latency.reliability(db, user, wanted)}
    found = []
    for spent in costs.spend(db, user, wanted, ["model"]):
        model = spent.key[0]
        fast = speed.get(model)
        found.append(
            Compared(
                model, spent.documents, spent.calls, costs.per_document(spent),
                spent.known_usd / spent.documents if spent.documents and spent.cost_usd is not None else None,
                round(spent.tokens / spent.documents) if spent.documents else None,
                fast.p50_ms if fast else None, fast.p95_ms if fast else None, fast.first_p50_ms if fast else None,
                failed.get(model), _ranked(settings, model),
            )
        )  # fmt: skip
    return found


def _ranked(settings: Settings, model: str) -> tuple[str, ...]:
    """ "good" where all tasks say the same, else "extract fast", "risk good"."""
    ranks = {
        task: ranked.quality
        for task, route in routes.routes(settings).task.items()
        for ranked in route.models
        if ranked.model == model
    }
    return (
        (next(iter(ranks.values())),) if len(set(ranks.values())) == 1 else tuple(f"{t} {q}" for t, q in ranks.items())
    )
