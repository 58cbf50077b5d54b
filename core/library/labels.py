"""The access label under which equal files are one document: tenant, classification, groups, and owner while draft."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sqlite_utils import Database

from core.errors import BadInput
from core.library.access import visible
from core.store import Row, one
from core.types import Classification, User

CLASSIFICATIONS: tuple[Classification, ...] = get_args(Classification)


@dataclass(frozen=True, slots=True)
class Label:
    """`groups` is JSON, sorted, as the database compares it."""

    tenant: str
    classification: str
    groups: str


def label(user: User, classification: str, groups: Sequence[str]) -> Label:
    """BadInput when the user could not read under that label: nobody may hide a file from themselves or probe."""
    if classification not in user.clearances:
        known = ", ".join(value for value in CLASSIFICATIONS if value in user.clearances) or "none"
        raise BadInput(f"You may not handle files classified {classification!r}; choose one of: {known}.")
    strange = sorted(set(groups) - set(user.groups))
    if strange:
        raise BadInput(f"You are not in the group {strange[0]!r}; choose among your own groups.")
    return Label(user.tenant, classification, json.dumps(sorted(set(groups))))


def twin(db: Database, user: User, sha256: str, where: Label | None, *, but: str = "") -> Row | None:
    """The document with these bytes under this label that the user may see, other than `but`; None if there is none.

    Without a label (the user named none), under any that they may see. Their own draft comes before an approved
    one; a withdrawn document is nobody's twin.
    """
    condition, parameters = visible(user)
    values: list[Any] = [sha256, but, user.id, *_label(where), *parameters]
    return one(
        db,
        "select id, title from document where sha256 = ? and id <> ?"
        f" and (status = 'approved' or (status = 'draft' and owner = ?)) and {SAME_LABEL} and {condition}"
        " order by status = 'draft' desc, created_at limit 1",
        values,
    )


def arriving(db: Database, user: User, sha256: str, where: Label | None) -> Row | None:
    """The user's own upload of these bytes under this label that is still being imported."""
    return one(
        db,
        "select document_id, job_id from upload where sha256 = ? and tenant = ? and owner = ?"
        f" and {SAME_LABEL} and job_id in (select id from job where state in ('queued', 'running')) limit 1",
        [sha256, user.tenant, user.id, *_label(where)],
    )


SAME_LABEL = "(? or (classification = ? and groups = ?))"


def _label(where: Label | None) -> list[Any]:
    return [1, "", ""] if where is None else [0, where.classification, where.groups]
