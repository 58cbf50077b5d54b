"""The shape of the database, as numbered steps that are appended and never edited once released.

A module's tables stand in its own file here; add a row below with the next number. `change` is SQL (any number of
statements, each ended by a semicolon) or a function that takes the open connection. It runs inside one
BEGIN IMMEDIATE with all other steps that are due, so it holds no BEGIN, COMMIT, PRAGMA or VACUUM.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from core.migrations import (
    audit,
    calls,
    controls,
    firm,
    identity,
    jobs,
    library,
    models,
    operations,
    register,
    review,
    steering,
    telemetry,
    tools,
)


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    change: str | Callable[[sqlite3.Connection], None]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "jobs: durable work and its worker", jobs.TABLES),
    Migration(2, "library: documents, provisions, cards, tombstones", library.TABLES),
    Migration(3, "register: runs and their findings, what people say, the register derived from both", register.TABLES),
    Migration(4, "controls: libraries of controls, and what matching derives from them", controls.TABLES),
    Migration(5, "models: weights on this machine, prompts tried in the sandbox", models.TABLES),
    Migration(6, "firm: what kinds of firm we are, and for which the register was marked", firm.TABLES),
    Migration(7, "telemetry: spans", telemetry.TABLES),
    Migration(8, "calls: what models were asked and what it cost, answers kept", calls.TABLES),
    Migration(9, "steering: versions in use, stopped models, change records", steering.TABLES),
    Migration(10, "jobs: those that a person holds back", jobs.HELD),
    Migration(11, "models: benchmarks and batches", models.MEASURED),
    Migration(12, "operations: calls counted by day", operations.TABLES),
    Migration(13, "audit: the log, what was seen, what people said", audit.TABLES),
    Migration(14, "identity: accounts, rights, sessions", identity.TABLES),
    Migration(15, "review: the approval queue and its decisions", review.TABLES),
    Migration(16, "inbox: whom to tell", review.NOTICES),
    Migration(17, "tools: what accepted actions became", tools.TABLES),
    Migration(18, "audit: what was refused again and again is counted", audit.FOLDED),
    Migration(19, "library: documents that share a title and are no versions of each other", library.SERIES),
    Migration(20, "models: who owns them, and what a review of their vendor found", models.REVIEWED),
)
