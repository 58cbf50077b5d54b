"""Bytes in, Analysis out: read, scan, decide the scope, extract, ground, and say what it means for a firm."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import import_module

from core.errors import BadInput
from core.extract import EXTRACTORS
from core.extract.actions import actions
from core.extract.coverage import coverage
from core.extract.ground import Grounded, ground, located
from core.extract.profiles import applies, kinds
from core.extract.quality import quality
from core.extract.risk import document_risk, obligation_risk
from core.extract.scope import in_our_language, scope
from core.extract.summary import summary
from core.scan import Finding, counted, scan
from core.settings import Settings
from core.types import (
    Action,
    Analysis,
    Coverage,
    Document,
    Draft,
    Extractor,
    Metadata,
    Obligation,
    Reading,
    Rejected,
    Scope,
    Statement,
    Ungrounded,
)

ALLOWED = "allowed"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
NONE = Coverage(0, 0)


def analyze(
    data: bytes,
    filename: str,
    *,
    model: str = "builtin",
    profile: str = "",
    password: str | None = None,
    today: date | None = None,
    settings: Settings | None = None,
) -> Analysis:
    """Read a file (in a child process) and analyse it. BadInput and PasswordNeeded come from the reader."""
    from core.ingest import read

    extractor(model)
    reading = read(data, filename, password=password, settings=settings)
    return analyze_reading(reading, model=model, profile=profile, today=today)


def analyze_reading(
    reading: Reading,
    *,
    model: str = "builtin",
    profile: str = "",
    today: date | None = None,
    findings: Sequence[Finding] | None = None,
) -> Analysis:
    """Analyse what was read. The same reading gives the same analysis but for request id, time and latency.

    `today` is the day from which actions without a legal deadline are due; the system's day if not given. `findings`
    are those of `scan` over this reading, where the caller has them; None scans it here.
    """
    started, extract = time.perf_counter(), extractor(model)
    kinds(profile)  # refused before anything is read
    document, decision = judged(reading, findings)
    drafts, statements, rejected = found(extract, reading) if is_read(decision, reading) else ([], [], [])
    grounded = ground(drafts, document, reading.provisions, reading.words, engine=model)
    obligations = weighed(grounded, reading, profile)
    policy, steps = recommended(decision, obligations, today or date.today(), document.type)
    made = Metadata(
        request_id=uuid.uuid4().hex,
        model=model,
        created_at=datetime.now(UTC).strftime(MOMENT),
        policy_decision=policy,
    )
    read = Findings(obligations, tuple(statements), grounded.ungrounded, tuple(rejected))
    analysis = concluded(replace(reading, document=document), decision, read, steps, made)
    taken = round(1000 * (time.perf_counter() - started))
    return replace(analysis, metadata=replace(made, latency_ms=taken))


@dataclass(frozen=True, slots=True)
class Findings:
    """What an engine's answers came to, whichever engine it was."""

    obligations: tuple[Obligation, ...]
    statements: tuple[Statement, ...] = ()
    ungrounded: tuple[Ungrounded, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def judged(reading: Reading, findings: Sequence[Finding] | None = None) -> tuple[Document, Scope]:
    """The document with what it should warn of, and whether it is read; `findings` as in `analyze_reading`."""
    document = reading.document
    findings = scan(document.text, reading.hidden) if findings is None else findings
    return replace(document, warnings=(*document.warnings, *warned(findings))), scope(reading, findings)


def concluded(
    reading: Reading,
    decision: Scope,
    read: Findings,
    steps: tuple[Action, ...],
    made: Metadata,
    words: str | None = None,
) -> Analysis:
    """What the findings mean for a firm: the risk, what is not accounted for, how far the reading can be trusted.

    `words` is the summary, where somebody has written one; else it is counted from the findings.
    """
    document = reading.document
    covered = NONE
    if is_read(decision, reading):
        covered = coverage(document, reading.provisions, read.obligations, read.statements)
    risk = document_risk(read.obligations)
    return Analysis(
        document=document,
        scope=decision,
        obligations=read.obligations,
        statements=read.statements,
        ungrounded=read.ungrounded,
        rejected=read.rejected,
        risk=risk,
        actions=steps,
        summary=words or summary(document, decision, read.obligations, steps, risk, covered),
        quality=quality(
            document, read.obligations, covered, read.ungrounded, read.rejected, understood=in_our_language(document)
        ),
        coverage=covered,
        metadata=made,
    )


def extractor(model: str) -> Extractor:
    """The engine of that name; BadInput names those that exist."""
    if model not in EXTRACTORS:
        raise BadInput(f"There is no model {model!r}; choose one of: {', '.join(sorted(EXTRACTORS))}.")
    module, _, name = EXTRACTORS[model].partition(":")
    engine: Extractor = getattr(import_module(module), name)
    return engine


def warned(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What the text carries besides law, counted and never quoted."""
    personal, secret = counted(findings, "personal"), counted(findings, "secret")
    lines = [
        f"It carries personal data: {personal}." if personal else "",
        f"It carries secrets: {secret}." if secret else "",
    ]
    return tuple(line for line in lines if line)


def is_read(decision: Scope, reading: Reading) -> bool:
    """What lays down no rules, or is in a language that the engine does not read, is not extracted from."""
    return decision.decision != "out_of_scope" and in_our_language(reading.document)


def found(extract: Extractor, reading: Reading) -> tuple[list[Draft], list[Statement], list[Rejected]]:
    """The engine's answers by kind; its statements located."""
    answers = list(extract(reading.provisions))
    drafts = [answer for answer in answers if isinstance(answer, Draft)]
    statements = [answer for answer in answers if isinstance(answer, Statement)]
    rejected = [answer for answer in answers if isinstance(answer, Rejected)]
    return drafts, located(statements, reading.document, reading.provisions), rejected


def weighed(grounded: Grounded, reading: Reading, profile: str) -> tuple[Obligation, ...]:
    """Each obligation with its risk and whether it binds the profile."""
    return tuple(
        replace(one, risk=obligation_risk(one), applies=applies(one, reading.document, profile))
        for one in grounded.obligations
    )


def recommended(
    decision: Scope, obligations: Sequence[Obligation], today: date, document_type: str
) -> tuple[str, tuple[Action, ...]]:
    """(policy decision, actions): an escalated document's actions are withheld until a person releases it."""
    if decision.decision == "escalate":
        return f"actions withheld: {'; '.join(decision.reasons)}", ()
    return ALLOWED, actions(obligations, today, document_type=document_type)
