"""What the summary sheet and the report say about an analysis, as counted facts."""

from collections import Counter

from core.export.cells import Value
from core.types import DUTIES, Analysis

Fact = tuple[str, Value]


def facts(analysis: Analysis) -> list[Fact]:
    """Name and value, in the order of reading."""
    document, metadata, coverage = analysis.document, analysis.metadata, analysis.coverage
    kinds = Counter[str](item.draft.modality for item in analysis.obligations)
    duties = [item for item in analysis.obligations if item.draft.modality in DUTIES]
    levels = Counter[str](item.risk.level for item in duties)
    return [
        ("Title", document.title),
        ("Type", document.type),
        ("Version", document.version),
        ("Number", document.regulation or ""),
        ("Language", document.language),
        ("In force", document.in_force or ""),
        ("Applies from", document.applies_from or ""),
        ("Scope", analysis.scope.decision.replace("_", " ")),
        ("Scope reasons", analysis.scope.reasons),
        ("Duties", len(duties)),
        *((f"{kind.capitalize()}s", kinds[kind]) for kind in _KINDS),
        *((f"Duties of {level} risk", levels[level]) for level in ("critical", "high", "medium", "low")),
        ("Risk of the document", analysis.risk.level),
        ("Risk reasons", analysis.risk.reasons),
        ("Normative sentences", coverage.normative_sentences),
        ("Covered", coverage.covered),
        ("Not accounted for", len(coverage.uncovered)),
        ("Statements, not norms", len(analysis.statements)),
        ("Quotes not found in the source", len(analysis.ungrounded)),
        ("Pieces of answers rejected", len(analysis.rejected)),
        ("Quality of the reading, 1 to 5", analysis.quality.score),
        ("Quality reasons", analysis.quality.reasons),
        ("Warnings", document.warnings),
        ("Summary", analysis.summary),
        ("Model", metadata.model),
        ("Made at", metadata.created_at),
        ("Request", metadata.request_id),
        ("SHA-256 of the file", document.sha256),
    ]


_KINDS = ("obligation", "prohibition", "permission", "right", "power")


def summary(analysis: Analysis) -> list[tuple[str, str, Value]]:
    """The facts as lines of a table, with the document's title first."""
    return [(analysis.document.title, name, value) for name, value in facts(analysis)]
