"""The register's own record of the item's duties: in progress, with an owner; and set back."""

import json
from typing import Any

from sqlite_utils import Database

from core.register import derived, gestures
from core.register.gestures import Change
from core.store import rows
from core.types import User

FIELDS = ("status", "owner")


def started(db: Database, user: User, execution_id: str, document_id: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Set them, inside the write of the caller; gives what each held before."""
    ids = [one for one in arguments["obligation_ids"] if one in _there(db, document_id, arguments["obligation_ids"])]
    before = _standing(db, document_id, ids)
    wanted = {"status": arguments["status"], "owner": arguments["owner"]}
    changes = [Change(document_id, one, field, wanted[field]) for one in ids for field in FIELDS]
    gestures.keep(db, user, "execute", f"Began {len(ids)} obligations of an accepted action", changes)
    return {"set": wanted, "before": before, "gone": len(arguments["obligation_ids"]) - len(ids)}


def set_back(db: Database, user: User, document_id: str, result: dict[str, Any]) -> dict[str, Any]:
    """What still stands as we set it gets its former value; what somebody changed since stays, and is counted."""
    standing = _standing(db, document_id, list(result["before"]))
    changes = [
        Change(document_id, one, field, former[field])
        for one, former in result["before"].items()
        for field in FIELDS
        if standing[one][field] == result["set"][field]
    ]
    gestures.keep(db, user, "compensate", "Set back the obligations of an undone action", changes)
    return {"set_back": len(changes), "kept": len(FIELDS) * len(result["before"]) - len(changes)}


def _there(db: Database, document_id: str, ids: list[str]) -> set[str]:
    sql = (
        "select obligation_id from register where document_id = ? and obligation_id in (select value from json_each(?))"
    )
    return {row["obligation_id"] for row in rows(db, sql, [document_id, json.dumps(ids)])}


def _standing(db: Database, document_id: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    laid = derived.overlays(db, document_id, ids)
    return {one: {field: laid.get(one, {}).get(field) for field in FIELDS} for one in ids}
