"""The nouns. Frozen values with no behaviour beyond what their fields say; every floor above speaks in them.

Offsets are code points into `Document.text`, start inclusive, end exclusive. Pages count from 1.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

Modality = Literal["obligation", "prohibition", "permission", "right", "power"]
BearerKind = Literal["regulated", "authority", "eu_body", "member_state", "person", "unspecified"]
Match = Literal["exact", "normalised", "elided", "fuzzy"]
RiskLevel = Literal["low", "medium", "high", "critical"]
ScopeDecision = Literal["in_scope", "out_of_scope", "escalate"]
DeadlineKind = Literal["immediate", "period", "date", "recurrence", "retention", "other"]
BlockKind = Literal["heading", "paragraph", "item", "table_row", "note"]
ProvisionKind = Literal[
    "preamble", "recital", "article", "paragraph", "subparagraph", "point", "section", "annex", "table_row", "note"
]
PageState = Literal["text", "ocr", "unread", "blank"]
Classification = Literal["public", "internal", "confidential", "restricted"]
UserMode = Literal["local", "account", "oidc", "service", "demo", "command"]

DUTIES: tuple[Modality, ...] = ("obligation", "prohibition")


# --- what a file says -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, table row or note, as a slice of the text without its mark-up.

    `level` is a heading's depth (1 is the outermost), a list item's nesting (1 is the outermost, 0 not known), and
    for a paragraph how many list items it stands in.
    `table` counts tables from 1; a table's first row is its header when `header` is true.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    table: int = 0
    header: bool = False


class Word(NamedTuple):
    """Where text[start:end] is printed: PDF points, origin at the top left of the page as displayed.

    A plain tuple, because a long file has millions of them.
    """

    start: int
    end: int
    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its size in points and whether its text was read, read by OCR, not readable, or not there."""

    number: int
    width: float
    height: float
    state: PageState = "text"


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a parser makes of bytes. `text` is final: every later offset indexes it.

    For plain text and Markdown it is the decoded file itself. `hidden` is text that a reader of the file would not
    see (white on white, zero size, `display:none`); it is not part of `text` and only `scan` reads it.
    `declared` holds what the format itself states: title, regulation (CELEX), language, date, type.
    """

    media_type: str
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    words: Sequence[Word] = ()
    hidden: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    declared: dict[str, str] = field(default_factory=dict)


# --- documents --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class User:
    """Who asks. Every function that reads or writes takes one.

    `mode`: how we know them; "local" is the one person of an app without accounts, "demo" one as whom a facilitator
    acts, "command" one who was named on the command line, which nobody checked. `session` is the id of the row that
    lets them in, "" on the command line and in jobs. `scopes` are the permissions of a service's token: it has no
    others, whatever its roles.
    """

    id: str
    name: str
    tenant: str = "local"
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    clearances: tuple[Classification, ...] = ("public", "internal", "confidential", "restricted")
    mode: UserMode = "account"
    session: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """The label on a document; `library` turns it into the WHERE clause of every query."""

    tenant: str = "local"
    owner: str = "local"
    classification: Classification = "internal"
    groups: tuple[str, ...] = ()
    status: Literal["draft", "approved", "withdrawn"] = "draft"
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    document_id: str
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    articles: int = 0
    recitals: int = 0
    annexes: int = 0
    tables: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A file as text with its identity. `lineage` is the same for all versions of one regulation.

    `type`: regulation, directive, decision, statute, rulebook, guideline, policy, contract or other.
    `regulation` is its official number where it states one (CELEX "32016R0679", "12 CFR 1016"); dates are ISO 8601.
    """

    id: str
    title: str
    type: str
    version: str
    sha256: str
    media_type: str
    text: str
    lineage: str
    pages: tuple[Page, ...] = ()
    access: Access = field(default_factory=Access)
    regulation: str | None = None
    language: str = "en"
    in_force: str | None = None
    applies_from: str | None = None
    applies_to: tuple[str, ...] = ()
    structure: Structure = field(default_factory=Structure)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provision:
    """A place that a lawyer would cite, with its own text: its children's text is not in it.

    `path` as cited ("Article 19(4)(a)"); `label` its last step ("(a)"); `text` starts after the label.
    `parent` is the id of the provision it stands under: for a point, the one that holds the list's lead-in.
    """

    id: str
    path: str
    heading: str
    text: str
    span: Span
    parent: str | None
    kind: ProvisionKind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read: the document, its provisions in text order, where its words are printed, and what it hides."""

    document: Document
    provisions: tuple[Provision, ...]
    words: Sequence[Word] = ()
    hidden: tuple[str, ...] = ()


# --- what an engine finds ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passage:
    """A quote. `start` is an engine's hint until `ground()` has checked it; after that it is a fact.

    None means not located.
    """

    text: str
    start: int | None = None

    @property
    def end(self) -> int | None:
        return None if self.start is None else self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who must act. `explicit` when the sentence itself names the one who acts; `inferred` says from where if not."""

    text: str
    kind: BearerKind = "unspecified"
    explicit: bool = False
    inferred: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """`iso8601`: a duration (PT72H, P1M), a date, or a recurrence (R/P1Y). `anchor` is the event it runs from."""

    passage: Passage
    kind: DeadlineKind
    iso8601: str | None = None
    days: Literal["calendar", "working"] = "calendar"
    anchor: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """`target`: the path of a provision in the same document, or the CELEX number of another act, or None."""

    passage: Passage
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One norm as an engine reads it, before anything is verified.

    `quote` is the sentence or list item, `lead_in` the list's chapeau, `mark` the words that make it a norm.
    `rule` names the rule that decided, `reason` says it in a sentence for a person.
    """

    provision: Provision
    quote: Passage
    modality: Modality
    bearer: Bearer
    action: str
    rule: str
    reason: str
    lead_in: Passage | None = None
    mark: Passage | None = None
    object: str = ""
    via: str | None = None
    conditions: tuple[Passage, ...] = ()
    exceptions: tuple[Passage, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    references: tuple[Reference, ...] = ()
    sanctions: tuple[Reference, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with a normative mark that is not a norm, and why."""

    provision: Provision
    quote: Passage
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer of an engine that could not be read at all."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ungrounded:
    """A draft whose quote is not in the source: shown and counted, never an obligation."""

    quote: str
    reason: str
    provision: str = ""


Extractor = Callable[[Sequence[Provision]], Iterable["Draft | Statement | Rejected"]]


@dataclass(frozen=True, slots=True)
class Risk:
    """`score` 0-100; `reasons` name the factors that made it so."""

    level: RiskLevel = "low"
    score: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applies:
    """Whether a norm binds the chosen firm profile."""

    answer: Literal["yes", "no", "unclear"] = "unclear"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Obligation:
    """A norm with a verified place: document.text[span.start:span.end] == draft.quote.text, always.

    All passages inside `draft` are verified too. `deadline` is the outer limit of the draft's deadlines.
    """

    id: str
    provision_id: str
    draft: Draft
    span: Span
    lead_in: Span | None
    match: Match
    confidence: float
    engine: str
    rule: str
    risk: Risk = field(default_factory=Risk)
    applies: Applies = field(default_factory=Applies)
    deadline: Deadline | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    decision: ScopeDecision
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A step recommended to a firm. `due` is an ISO date, or None while its anchor event has no date."""

    id: str
    title: str
    detail: str
    owner_role: str
    priority: RiskLevel
    due: str | None
    obligation_ids: tuple[str, ...]
    requires_approval: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """How far the reading can be trusted, 1 (little) to 5."""

    score: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every sentence with a normative mark is covered by an obligation or a statement, or listed."""

    normative_sentences: int
    covered: int
    uncovered: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """How an analysis came to be. `request_id` of a model's run is the id of its trace. Tokens as providers count them.

    `model` is the one that read most of it; `cost_usd` is None where a price, or what was used, is unknown.
    """

    request_id: str
    model: str
    created_at: str
    latency_ms: int = 0
    prompt_version: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = 0.0
    eval_version: str | None = None
    release: str | None = None
    policy_decision: str | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    document: Document
    scope: Scope
    obligations: tuple[Obligation, ...]
    statements: tuple[Statement, ...]
    ungrounded: tuple[Ungrounded, ...]
    rejected: tuple[Rejected, ...]
    risk: Risk
    actions: tuple[Action, ...]
    summary: str
    quality: Quality
    coverage: Coverage
    metadata: Metadata


# --- models -----------------------------------------------------------------------------------------------------

Finish = Literal["stop", "length", "refused", "other"]


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a model is asked. `system` is the fixed part: backends evaluate it once and reuse it where they can.

    `schema` is the JSON schema of an object that the answer must be. `temperature` None leaves it to the model.
    `thinking_tokens` is what the model may think before it answers, besides `max_output_tokens`; each backend has its
    own way of allowing that, or none.
    """

    messages: tuple[Message, ...]
    system: str = ""
    schema: Mapping[str, Any] | None = None
    max_output_tokens: int = 1_024
    temperature: float | None = 0.0
    thinking_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counts them. `input_tokens` is the total, those read from and written to a cache included.

    `raw` is what the provider reported, word for word.
    """

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's whole answer. `parsed` is its JSON object where a schema was asked for, None if it is none.

    `model` is the one asked ("backend:name"), `answered_by` the name that the server gave itself. `usage` is None
    where none was reported. `time_to_first_token_ms` is None where no text came.
    """

    text: str
    model: str
    answered_by: str
    finish_reason: Finish
    usage: Usage | None
    latency_ms: int
    time_to_first_token_ms: int | None
    parsed: dict[str, Any] | None = None


class Model(Protocol):
    """A chat model behind one of the backends. Faults are CopilotErrors of `core.llm.faults`."""

    def complete(self, request: ChatRequest) -> Completion: ...

    def stream(self, request: ChatRequest) -> Generator[str, None, Completion]:
        """The answer piece by piece, an empty piece being a sign of life; the generator returns the whole."""
        ...
