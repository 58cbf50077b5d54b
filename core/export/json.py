"""An analysis as JSON, schema "analysis/1", and back; several of them as one document, schema "analyses/1"."""

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from core.errors import BadInput
from core.export.rows import Bundle
from core.export.schema import (
    ActionJson,
    AnalysisJson,
    DeadlineJson,
    DocumentJson,
    MetadataJson,
    ObligationJson,
    PassageJson,
    ReferenceJson,
    RiskJson,
)
from core.types import Action, Analysis, Deadline, Document, Metadata, Obligation, Passage, Reference, Risk

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SEVERAL = "analyses/1"  # also of none, so that the file is never empty
SURROGATE = re.compile("[\ud800-\udfff]")


def write(contents: Bundle) -> bytes:
    """One object, indented; several analyses are the list in one object, an analysis a line."""
    found = [to_json(one, contents.with_text) for one in contents.analyses]
    if len(found) == 1:
        return f"{dump(found[0], indent=2)}\n".encode()
    lines = ",\n".join(dump(one) for one in found)
    return f'{{"schema": "{SEVERAL}", "analyses": [\n{lines}\n]}}\n'.encode()


def note(contents: Bundle) -> str:
    return ""


def read(data: bytes) -> list[AnalysisJson]:
    """The analyses in what `write` wrote, or in JSON Lines as `analyze` prints them. BadInput for anything else."""
    try:
        text = data.decode("utf-8-sig")
        try:
            found = [json.loads(text)]
        except json.JSONDecodeError:
            found = [json.loads(line) for line in text.split("\n") if line]
    except ValueError as error:
        raise BadInput(f"The file is not JSON ({error}); give one that `analyze --format json` wrote.") from error
    return [from_json(one) for value in found for one in _several(value)]


def _several(value: object) -> list[object]:
    if not isinstance(value, dict) or value.get("schema") != SEVERAL:
        return [value]
    analyses = value.get("analyses")
    if not isinstance(analyses, list):
        raise BadInput(f"This file says that it is {SEVERAL}, but it holds no list of analyses; export it again.")
    return analyses


def dump(value: object, indent: int | None = None) -> str:
    """JSON text that any reader takes; half a surrogate pair, which UTF-8 cannot hold, is written as an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def from_json(value: object) -> AnalysisJson:
    """The value, checked key by key, so that its offsets, quotes and kinds can be relied on.

    BadInput names the first key that is wrong. It stays plain values: an `Analysis` holds more than the schema does.
    """
    from pydantic import ValidationError

    try:
        return _schema().validate_python(value, strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the object"
        raise BadInput(f"This is not an analysis in schema analysis/1 ({place}: {first['msg']}).") from error


@cache
def _schema() -> "TypeAdapter[AnalysisJson]":
    from pydantic import TypeAdapter

    return TypeAdapter(AnalysisJson)


def to_json(analysis: Analysis, with_text: bool = False) -> AnalysisJson:
    """The analysis as plain values. `with_text` adds document.text, which offsets of most formats index."""
    coverage = analysis.coverage
    return {
        "schema": "analysis/1",
        "document": _document(analysis.document, with_text),
        "scope": {"decision": analysis.scope.decision, "reasons": list(analysis.scope.reasons)},
        "obligations": [_obligation(one) for one in analysis.obligations],
        "statements": [
            {"start": one.quote.start, "end": one.quote.end, "kind": one.kind, "reason": one.reason}
            for one in analysis.statements
        ],
        "ungrounded": [{"quote": one.quote, "reason": one.reason} for one in analysis.ungrounded],
        "rejected": [{"reason": one.reason, "detail": one.detail} for one in analysis.rejected],
        "risk": _risk(analysis.risk),
        "actions": [_action(one) for one in analysis.actions],
        "summary": analysis.summary,
        "quality": {"score": analysis.quality.score, "reasons": list(analysis.quality.reasons)},
        "coverage": {
            "normative_sentences": coverage.normative_sentences,
            "covered": coverage.covered,
            "uncovered": [{"start": one.start, "end": one.end, "quote": one.text} for one in coverage.uncovered],
        },
        "metadata": _metadata(analysis.metadata),
    }


def _document(document: Document, with_text: bool) -> DocumentJson:
    structure = document.structure
    plain: DocumentJson = {
        "id": document.id,
        "title": document.title,
        "type": document.type,
        "version": document.version,
        "sha256": document.sha256,
        "media_type": document.media_type,
        "pages": len(document.pages) or None,
        "characters": len(document.text),
        "language": document.language,
        "regulation": document.regulation,
        "in_force": document.in_force,
        "applies_from": document.applies_from,
        "applies_to": list(document.applies_to),
        "structure": {
            "articles": structure.articles,
            "recitals": structure.recitals,
            "annexes": structure.annexes,
            "tables": structure.tables,
        },
        "warnings": list(document.warnings),
    }
    return {**plain, "text": document.text} if with_text else plain


def _obligation(one: Obligation) -> ObligationJson:
    draft, bearer = one.draft, one.draft.bearer
    return {
        "id": one.id,
        "provision": draft.provision.path,
        "page": one.span.page,
        "start": one.span.start,
        "end": one.span.end,
        "quote": draft.quote.text,
        "lead_in": {"start": one.lead_in.start, "end": one.lead_in.end} if one.lead_in else None,
        "match": one.match,
        "modality": draft.modality,
        "bearer": {"text": bearer.text, "kind": bearer.kind, "explicit": bearer.explicit},
        "via": draft.via,
        "applies": {"answer": one.applies.answer, "reason": one.applies.reason},
        "action": draft.action,
        "object": draft.object,
        "conditions": [_passage(passage) for passage in draft.conditions],
        "exceptions": [_passage(passage) for passage in draft.exceptions],
        "deadlines": [_deadline(deadline) for deadline in draft.deadlines],
        "deadline": _deadline(one.deadline) if one.deadline else None,
        "references": [_reference(reference) for reference in draft.references],
        "sanctions": [_reference(reference) for reference in draft.sanctions],
        "risk": _risk(one.risk),
        "confidence": one.confidence,
        "engine": one.engine,
    }


def _passage(passage: Passage) -> PassageJson:
    return {"text": passage.text, "start": passage.start, "end": passage.end}


def _deadline(deadline: Deadline) -> DeadlineJson:
    return {
        **_passage(deadline.passage),
        "kind": deadline.kind,
        "iso8601": deadline.iso8601,
        "days": deadline.days,
        "anchor": deadline.anchor,
        "date": deadline.date,
    }


def _reference(reference: Reference) -> ReferenceJson:
    return {**_passage(reference.passage), "target": reference.target}


def _risk(risk: Risk) -> RiskJson:
    return {"level": risk.level, "score": risk.score, "reasons": list(risk.reasons)}


def _action(action: Action) -> ActionJson:
    return {
        "id": action.id,
        "title": action.title,
        "detail": action.detail,
        "owner_role": action.owner_role,
        "priority": action.priority,
        "due": action.due,
        "obligation_ids": list(action.obligation_ids),
        "requires_approval": action.requires_approval,
    }


def _metadata(metadata: Metadata) -> MetadataJson:
    return {
        "request_id": metadata.request_id,
        "model": metadata.model,
        "prompt_version": metadata.prompt_version,
        "input_tokens": metadata.input_tokens,
        "output_tokens": metadata.output_tokens,
        "cached_tokens": metadata.cached_tokens,
        "cost_usd": metadata.cost_usd,
        "latency_ms": metadata.latency_ms,
        "created_at": metadata.created_at,
        "eval_version": metadata.eval_version,
        "release": metadata.release,
        "policy_decision": metadata.policy_decision,
    }
