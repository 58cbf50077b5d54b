"""What every writer writes: an obligation as one flat row, an action with its state, and both with their analyses."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.types import Action, Analysis, Deadline, Document, Obligation, Passage, Reference

AWAITING = "awaiting approval"
READY = "ready"
# States of a request for approval in which an action has it: one that was carried out, or tried, was accepted before.
APPROVED = ("accepted", "executing", "executed", "failed")


@dataclass(frozen=True, slots=True)
class Overlay:
    """What people said of an obligation. `due` wins over the deadline's own date; `corrected` names fields."""

    status: str = "new"
    owner: str = ""
    next_review: str = ""
    due: str = ""
    corrected: tuple[str, ...] = ()
    reason: str = ""
    comments: int = 0
    evidence: int = 0


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One obligation as the register shows it, flat; the fields in this order are the columns of CSV and XLSX.

    Dates are ISO 8601, "" where there is none. In tuples, white space inside an item is folded to single spaces;
    `quote` is verbatim: document.text[start:end]. `dates` are all calendar dates of the deadlines, `due` the one that
    counts.
    """

    document: str
    version: str
    regulation: str
    provision: str
    heading: str
    modality: str
    bearer: str
    action: str
    object: str
    quote: str
    lead_in: str
    risk: str
    risk_score: int
    risk_reasons: tuple[str, ...]
    deadline: str
    deadline_iso8601: str
    deadline_days: str
    deadline_anchor: str
    due: str
    dates: tuple[str, ...]
    deadlines: tuple[str, ...]
    conditions: tuple[str, ...]
    exceptions: tuple[str, ...]
    bearer_kind: str
    bearer_explicit: bool
    via: str
    applies: str
    applies_reason: str
    references: tuple[str, ...]
    sanctions: tuple[str, ...]
    status: str
    status_reason: str
    owner: str
    next_review: str
    corrected: tuple[str, ...]
    comments: int
    evidence: int
    page: int | None
    start: int
    end: int
    match: str
    confidence: float
    engine: str
    rule: str
    document_id: str
    id: str


@dataclass(frozen=True, slots=True)
class ExportAction:
    """A recommended action of a document, and how far it is: "awaiting approval", "ready", or a state of review."""

    document_id: str
    document: str
    action: Action
    state: str

    @property
    def awaits(self) -> bool:
        """Whether it may not leave the house yet: it needs approval, or somebody asked for it, and it has none."""
        return self.state not in (READY, *APPROVED)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that one export holds. `withheld` are titles of escalated documents that nobody has released.

    `made_at` is a UTC timestamp, ISO 8601 with Z.
    """

    analyses: tuple[Analysis, ...]
    rows: Sequence[ExportRow]
    actions: Sequence[ExportAction]
    withheld: tuple[str, ...] = ()
    with_text: bool = False
    made_at: str = ""


def bundle(
    analyses: Iterable[Analysis],
    overlays: Mapping[tuple[str, str], Overlay] | None = None,
    states: Mapping[tuple[str, str], str] | None = None,
    released: Collection[str] = (),
    with_text: bool = False,
) -> Bundle:
    """Analyses made ready for export.

    `overlays` by (document id, obligation id) and `states` by (document id, action id) come from the register where
    there is one: two versions of a regulation share the ids of obligations that did not change. `released` holds the
    ids of escalated documents that a person let through. `with_text` puts the document's text into JSON.
    """
    found, overlays, states = tuple(analyses), overlays or {}, states or {}
    usual = {True: AWAITING, False: READY}
    return Bundle(
        analyses=found,
        rows=[
            row(item, one.document, overlays.get((one.document.id, item.id)))
            for one in found
            for item in one.obligations
        ],
        actions=[
            ExportAction(document.id, document.title, action, states.get((document.id, action.id), usual[needs]))
            for document, action, needs in (
                (one.document, action, action.requires_approval) for one in found for action in one.actions
            )
        ],
        withheld=tuple(
            one.document.title for one in found if one.scope.decision == "escalate" and one.document.id not in released
        ),
        with_text=with_text,
        made_at=max((one.metadata.created_at for one in found), default=""),
    )


def row(obligation: Obligation, document: Document, overlay: Overlay | None = None) -> ExportRow:
    overlay = overlay or Overlay()
    draft, limit, lead_in = obligation.draft, obligation.deadline, obligation.draft.lead_in
    dates = tuple(sorted({deadline.date for deadline in draft.deadlines if deadline.date}))
    return ExportRow(
        document=document.title,
        version=document.version,
        regulation=document.regulation or "",
        provision=draft.provision.path,
        heading=draft.provision.heading,
        modality=draft.modality,
        bearer=draft.bearer.text,
        action=draft.action,
        object=draft.object,
        quote=draft.quote.text,
        lead_in=lead_in.text if lead_in else "",
        risk=obligation.risk.level,
        risk_score=obligation.risk.score,
        risk_reasons=tuple(folded(reason) for reason in obligation.risk.reasons),
        deadline=limit.passage.text if limit else "",
        deadline_iso8601=(limit.iso8601 or "") if limit else "",
        deadline_days=limit.days if limit else "",
        deadline_anchor=(limit.anchor or "") if limit else "",
        due=overlay.due or (limit.date if limit and limit.date else (dates[0] if dates else "")),
        dates=dates,
        deadlines=tuple(_deadline(deadline) for deadline in draft.deadlines),
        conditions=_texts(draft.conditions),
        exceptions=_texts(draft.exceptions),
        bearer_kind=draft.bearer.kind,
        bearer_explicit=draft.bearer.explicit,
        via=draft.via or "",
        applies=obligation.applies.answer,
        applies_reason=obligation.applies.reason,
        references=_targets(draft.references),
        sanctions=_targets(draft.sanctions),
        status=overlay.status,
        status_reason=overlay.reason,
        owner=overlay.owner,
        next_review=overlay.next_review,
        corrected=overlay.corrected,
        comments=overlay.comments,
        evidence=overlay.evidence,
        page=obligation.span.page,
        start=obligation.span.start,
        end=obligation.span.end,
        match=obligation.match,
        confidence=obligation.confidence,
        engine=obligation.engine,
        rule=obligation.rule,
        document_id=document.id,
        id=obligation.id,
    )


def folded(text: str) -> str:
    return " ".join(text.split())


def _texts(passages: Iterable[Passage]) -> tuple[str, ...]:
    return tuple(folded(passage.text) for passage in passages)


def _deadline(deadline: Deadline) -> str:
    facts = [fact for fact in (deadline.iso8601, deadline.date) if fact]
    facts += ["working days"] if deadline.days == "working" else []
    facts += [f"from {folded(deadline.anchor)}"] if deadline.anchor else []
    text = folded(deadline.passage.text)
    return f"{text} ({', '.join(dict.fromkeys(facts))})" if facts else text


def _targets(references: Iterable[Reference]) -> tuple[str, ...]:
    return tuple(
        f"{folded(reference.passage.text)} → {reference.target}" if reference.target else folded(reference.passage.text)
        for reference in references
    )
