"""The JSON of an analysis, schema "analysis/1", key for key.

Offsets are code points into document.text, `end` exclusive; pages count from 1.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict  # pydantic cannot read typing's before Python 3.12

from core.types import BearerKind, DeadlineKind, Match, Modality, RiskLevel, ScopeDecision

SCHEMA = "analysis/1"


class StructureJson(TypedDict):
    articles: int
    recitals: int
    annexes: int
    tables: int


class DocumentJson(TypedDict):
    """`pages` is their number, null in a format that has none. `text` is there with `--with-text`."""

    id: str
    title: str
    type: str
    version: str
    sha256: str
    media_type: str
    pages: int | None
    characters: int
    language: str
    regulation: str | None
    in_force: str | None
    applies_from: str | None
    applies_to: list[str]
    structure: StructureJson
    warnings: list[str]
    text: NotRequired[str]


class ScopeJson(TypedDict):
    decision: ScopeDecision
    reasons: list[str]


class RangeJson(TypedDict):
    start: int
    end: int


class PassageJson(TypedDict):
    text: str
    start: int | None
    end: int | None


class ReferenceJson(PassageJson):
    target: str | None


class DeadlineJson(PassageJson):
    kind: DeadlineKind
    iso8601: str | None
    days: Literal["calendar", "working"]
    anchor: str | None
    date: str | None


class BearerJson(TypedDict):
    text: str
    kind: BearerKind
    explicit: bool


class AppliesJson(TypedDict):
    answer: Literal["yes", "no", "unclear"]
    reason: str


class RiskJson(TypedDict):
    level: RiskLevel
    score: int
    reasons: list[str]


class ObligationJson(TypedDict):
    id: str
    provision: str
    page: int | None
    start: int
    end: int
    quote: str
    lead_in: RangeJson | None
    match: Match
    modality: Modality
    bearer: BearerJson
    via: str | None
    applies: AppliesJson
    action: str
    object: str
    conditions: list[PassageJson]
    exceptions: list[PassageJson]
    deadlines: list[DeadlineJson]
    deadline: DeadlineJson | None
    references: list[ReferenceJson]
    sanctions: list[ReferenceJson]
    risk: RiskJson
    confidence: float
    engine: str


class StatementJson(TypedDict):
    start: int | None
    end: int | None
    kind: str
    reason: str


class UngroundedJson(TypedDict):
    quote: str
    reason: str


class RejectedJson(TypedDict):
    reason: str
    detail: str


class ActionJson(TypedDict):
    id: str
    title: str
    detail: str
    owner_role: str
    priority: RiskLevel
    due: str | None
    obligation_ids: list[str]
    requires_approval: bool


class QualityJson(TypedDict):
    score: int
    reasons: list[str]


class UncoveredJson(TypedDict):
    start: int | None
    end: int | None
    quote: str


class CoverageJson(TypedDict):
    normative_sentences: int
    covered: int
    uncovered: list[UncoveredJson]


class MetadataJson(TypedDict):
    """`cost_usd` is null where a price, or what was used, is unknown: unknown is never zero."""

    request_id: str
    model: str
    prompt_version: str | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: float | None
    latency_ms: int
    created_at: str
    eval_version: str | None
    release: str | None
    policy_decision: str | None


class AnalysisJson(TypedDict):
    schema: Literal["analysis/1"]
    document: DocumentJson
    scope: ScopeJson
    obligations: list[ObligationJson]
    statements: list[StatementJson]
    ungrounded: list[UngroundedJson]
    rejected: list[RejectedJson]
    risk: RiskJson
    actions: list[ActionJson]
    summary: str
    quality: QualityJson
    coverage: CoverageJson
    metadata: MetadataJson
