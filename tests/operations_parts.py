"""Calls of models as the ledger keeps them, on days of the test's choice."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from core.store import Database, new_id, write
from core.telemetry import user_hash
from core.types import User
from tests.library_parts import ADA

HAIKU, OWN, PLAIN = "anthropic:claude-haiku-5-5", "ollama:qwen3:8b", "openai:house-model"
OWNER = User(id="olu", name="Olu", roles=("analyst", "engineering owner"))
_places = count()


def today() -> date:
    """By the clock that core goes by, read anew: a run of all tests may begin on one day and end on the next."""
    return datetime.now(UTC).date()


def call(db: Database, user: User = ADA, day: str | None = None, **more: Any) -> str:
    """An answered call; gives its id. Whatever is named replaces a column of the ledger."""
    number = next(_places)
    row: dict[str, Any] = {
        "id": new_id(),
        "trace_id": f"{number:032x}",
        "tenant": user.tenant,
        "user_hash": user_hash(user),
        "task": "extract",
        "model": HAIKU,
        "prompt": "extract-obligations/1.0.0",
        "prompt_digest": "p",
        "request_digest": str(number),
        "classification": "internal",
        "policy_decision": "allowed",
        "state": "done",
        "fell_from": json.dumps(more.pop("fell_from", ())),
        "started_at": f"{day or today().isoformat()}T10:00:{number % 60:02}.000Z",
        "input_tokens": 1_000,
        "output_tokens": 200,
        "cached_tokens": 0,
        "cache_write_tokens": 0,
        "cost_usd": "0.002",
        "latency_ms": 2_000,
        "first_token_ms": 300,
        **more,
    }
    row["answered_by"] = more.get("answered_by", row["model"].partition(":")[2])
    if row["state"] != "done":
        row |= {name: None for name in ("answered_by", "latency_ms", "first_token_ms") if name not in more}
    if row["state"] in ("failed", "lost", "stopped", "refused"):
        row |= {name: None for name in ("input_tokens", "output_tokens", "cost_usd") if name not in more}
    with write(db):
        db["model_call"].insert(row)
    return str(row["id"])


def usd(text: str) -> Decimal:
    return Decimal(text)
