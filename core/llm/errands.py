"""What the router is asked for, and what it gives back."""

from dataclasses import dataclass
from decimal import Decimal

from core.llm.catalog import Entry
from core.llm.permission import Decision
from core.llm.routes import Quality
from core.types import Classification, Completion, RiskLevel, User


@dataclass(frozen=True, slots=True)
class Errand:
    """Why a model is asked, for whom, and about which text.

    `allows_prompting` and `allows_raw` (personal data, though never a secret, may go to a hosted model as it is)
    come from the data card.
    `model` names one; its entry's fallbacks stand behind it, unless it is asked `alone`. Without it, those that the
    task's route has in `quality` or better. `part` says which piece of a run this is ("window-12"). `fresh` asks anew
    even where an answer is kept. `run_usd` is a cap for the job that the person chose; the owner's cap holds besides.
    `most_tokens` asks for a shorter answer than the route allows. `urgent`: somebody is looking, so it goes before what
    runs by itself. `degraded`, `risk_level` and `release` are only noted in the ledger.
    """

    user: User
    task: str
    classification: Classification
    allows_prompting: bool = True
    allows_raw: bool = False
    document_id: str | None = None
    job_id: str | None = None
    run_usd: Decimal | None = None
    model: str | None = None
    quality: Quality = "good"
    part: str = ""
    fresh: bool = False
    alone: bool = False
    urgent: bool = False
    most_tokens: int | None = None
    degraded: bool = False
    risk_level: RiskLevel | None = None
    release: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is what the model said, personal data restored. `cost_usd` None: unknown. One from the cache cost 0, and
    `saved_usd` is what its first asking cost (None: unknown, or nothing was saved).

    `completion.usage` of an answer from the cache is that of its first asking. `fell_from`: models that failed before.
    """

    text: str
    completion: Completion
    call_id: str
    model: str
    cost_usd: Decimal | None
    saved_usd: Decimal | None
    from_cache: bool
    fell_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that the task could go to. `decision` says whether it will be asked, and why not; `why` is a few words
    for a list: "no charge", "0.1 + 0.5 USD per million tokens", "stopped".

    `refused` is whether it is its entry, the label or the data card that forbids it: asking later changes nothing.
    """

    entry: Entry
    decision: Decision
    why: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Takes:
    """Tokens of some calls together, their cost in USD and the time until all are answered; None: unknown."""

    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What some calls would take. `cost_usd` and `seconds` None: unknown. `exact`: tokens were counted, not guessed.

    `cached_calls` of the `calls` are answered already and take nothing. `basis` says in words what it rests on;
    by how far that may be off, it may take as little as `least` and as much as `most`.
    """

    calls: int
    cached_calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    seconds: float | None
    model: str
    exact: bool = False
    basis: str = ""
    least: Takes | None = None
    most: Takes | None = None
