"""Answers that need not be paid for again. They hold text: each belongs to its document and goes with it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from core.llm.errands import Errand
from core.store import now, one
from core.types import ChatRequest, Completion, Usage


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with what its asking cost; None: unknown."""

    completion: Completion
    cost_usd: Decimal | None


def digest(errand: Errand, model: str, request: ChatRequest, *, masked: bool) -> str:
    """Of everything that decides an answer, the document and the tenant included: nobody else's text can match it."""
    decides = {
        "tenant": errand.user.tenant, "document": errand.document_id, "model": model, "masked": masked,
        "system": request.system, "messages": [asdict(one) for one in request.messages],
        "schema": None if request.schema is None else dict(request.schema), "temperature": request.temperature,
        "max_output_tokens": request.max_output_tokens, "thinking_tokens": request.thinking_tokens,
    }  # fmt: skip
    plain = json.dumps(decides, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def keeps(errand: Errand, request: ChatRequest) -> bool:
    """Whether answers to this are kept: those that belong to a document and that chance does not decide."""
    return errand.document_id is not None and request.temperature == 0


def look(db: Database, errand: Errand, digest: str) -> Kept | None:
    """The answer that was kept. Whoever holds the errand's document may see it: they have shown that by having it."""
    sql = "select completion, cost_usd from answer_cache where digest = ? and document_id = ?"
    row = one(db, sql, [digest, errand.document_id])
    if row is None:
        return None
    return Kept(_read(json.loads(row["completion"])), None if row["cost_usd"] is None else Decimal(row["cost_usd"]))


def keep(
    db: Database, errand: Errand, request: ChatRequest, digest: str, whole: Completion, cost: Decimal | None
) -> None:
    """Keep an answer if it is complete: ended by itself and, where an object was asked for, one.

    A document that was deleted meanwhile keeps nothing. Opens no write: the one that ends the call holds it.
    """
    keep_whole(db, str(errand.document_id), digest, whole, cost, as_json=request.schema is not None)


def keep_whole(
    db: Database, document_id: str, digest: str, whole: Completion, cost: Decimal | None, *, as_json: bool
) -> None:
    """As `keep`, where the request itself is not at hand any more."""
    if whole.finish_reason != "stop" or (as_json and whole.parsed is None):
        return
    usage = None if whole.usage is None else replace(whole.usage, raw=dict(whole.usage.raw))
    plain = json.dumps(asdict(replace(whole, usage=usage)))
    db.execute(
        "insert or replace into answer_cache (digest, document_id, model, completion, cost_usd, kept_at)"
        " select ?, id, ?, ?, ?, ? from document where id = ?",
        [digest, whole.model, plain, None if cost is None else f"{cost:f}", now(), document_id],
    )


def _read(plain: Mapping[str, Any]) -> Completion:
    usage = plain["usage"]
    return Completion(**{**plain, "usage": None if usage is None else Usage(**usage)})
