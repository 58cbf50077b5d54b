"""Spans on their way into the database: a queue, and a thread that writes what waits in it with its own connection."""

import contextlib
import json
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Conflict, CopilotError
from core.store import NoRoom, connect, write
from core.telemetry import names

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

BATCH = 512
BATCH_SECONDS = 1.0  # what a process that is killed has not written yet is no older than this
RETRY_SECONDS = 0.5
MOST_WAITING = 100_000  # about 200 MB; so many gather only while the disk is full for hours
COLUMNS = (
    "trace_id", "span_id", "parent_id", "name", "kind", "tenant", "user_hash", "started_ns", "ended_ns", "error_type",
    "attributes",
)  # fmt: skip
# A batch that was kept although its commit seemed to fail is not kept twice.
INSERT = f"insert or ignore into span ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
PASSING = (Conflict, NoRoom, sqlite3.OperationalError, OSError)
log = logging.getLogger("copilot.telemetry")


class Writer:
    """Takes spans without ever waiting, and writes them in batches. A database that is busy or full delays them."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self._waiting: deque[ReadableSpan] = deque()
        self._changed = threading.Condition()
        self._taken = self._settled = self._refused = 0
        self._hurry = self._closed = False
        self._thread: threading.Thread | None = None

    def put(self, span: "ReadableSpan") -> None:
        """Keep the span soon. Past 100,000 that wait, it is counted in the log and dropped."""
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                self._refused += 1
                return
            self._waiting.append(span)
            self._taken += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="telemetry")
                self._thread.start()
            if len(self._waiting) in (1, BATCH):
                self._changed.notify_all()

    def flush(self, timeout_seconds: float) -> bool:
        """Write what was put so far, now; gives whether all of it is settled within the time."""
        with self._changed:
            wanted, self._hurry = self._taken, True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._settled >= wanted, timeout_seconds)

    def close(self, timeout_seconds: float) -> None:
        """Write the rest, and let the thread end when that is done."""
        self._closed = True
        self.flush(timeout_seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    self._thread = None
                    return
                self._changed.wait_for(lambda: self._hurry or len(self._waiting) >= BATCH, BATCH_SECONDS)
                batch = list(islice(self._waiting, BATCH))
            settled = self._kept(batch)
            with self._changed:
                if not settled:
                    self._changed.wait(RETRY_SECONDS)
                    continue
                for _ in batch:
                    self._waiting.popleft()
                self._settled += len(batch)
                self._hurry = bool(self._waiting) and (self._hurry or self._closed)
                self._changed.notify_all()

    def _kept(self, batch: Iterable["ReadableSpan"]) -> bool:
        """Whether the batch is done with: it is in the database, or there is none that it could go into."""
        if not self.database.exists():  # somebody deleted it, or it was never made: telemetry does not make one
            return True
        try:
            with contextlib.closing(connect(self.database, must_exist=True)) as db, write(db):
                db.conn.executemany(INSERT, map(row, batch))
        except PASSING:
            return False
        except (CopilotError, sqlite3.Error) as error:  # not our database, or one of a later version
            log.warning("spans could not be kept: %s", type(error).__name__)
        if self._refused:
            log.warning("%d spans were dropped while the database took none", self._refused)
            self._refused = 0
        return True


def row(span: "ReadableSpan") -> tuple[str | int | None, ...]:
    """A span as the table has it; tenant, user and error have columns of their own."""
    attributes = dict(span.attributes or {})
    tenant, user, fault = (attributes.pop(name, None) for name in (names.TENANT, names.USER_HASH, names.ERROR_TYPE))
    started = span.start_time or 0
    return (
        f"{span.context.trace_id:032x}",
        f"{span.context.span_id:016x}",
        f"{span.parent.span_id:016x}" if span.parent else None,
        span.name,
        span.kind.name.lower(),
        str(tenant or ""),
        str(user or ""),
        started,
        max(started, span.end_time or 0),
        None if fault is None else str(fault),
        json.dumps(attributes, sort_keys=True),
    )
