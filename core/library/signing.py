"""The data card of a document: saved and signed by its owner, by a second person where it is sensitive, and obeyed."""

import json
from collections.abc import Mapping
from textwrap import shorten
from typing import Any

from sqlite_utils import Database

from core import audit
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import may, require
from core.library import cards
from core.library.access import found
from core.library.labels import label, twin
from core.store import Row, now, one, rows, write
from core.types import User

TITLE_LETTERS = 80  # of a title inside a sentence


def card(db: Database, user: User, document_id: str) -> cards.Fields:
    """The fields by key, see `cards.FIELDS`, and `signatures`: who signed the card as it is now, and when."""
    found(db, user, document_id, "id")
    fields = _fields(db, document_id)
    sql = "select user_id, signed_at from signature where document_id = ? and digest = ? order by signed_at"
    return {**fields, "signatures": rows(db, sql, [document_id, cards.digest(fields)])}


def save_card(db: Database, user: User, document_id: str, fields: Mapping[str, Any]) -> bool:
    """Change some fields. A signed card that changes must be signed again, and is a draft until then.

    Gives whether anything changed. Only the owner may; BadInput names a field that does not hold, Conflict when the
    new label is one under which the same file is a document already.
    """
    wanted = cards.checked({key: value for key, value in fields.items() if key != "signatures"})
    with write(db):
        row = owned(db, user, document_id)
        before = _fields(db, document_id)
        new = cards.changed(before, wanted)
        if not new:
            return False
        after = {**before, **new}
        where = label(user, after["sensitivity"].lower(), after["groups"])
        _require_alone(db, user, row, where.classification, after["groups"])
        db.execute(
            "update card set fields = ?, saved_at = ?, saved_by = ? where document_id = ?",
            [json.dumps(after), now(), user.id, document_id],
        )
        db.execute("delete from signature where document_id = ?", [document_id])
        db.execute(
            "update document set title = ?, classification = ?, groups = ?, awaiting_second = 0,"
            " status = case status when 'approved' then 'draft' else status end where id = ?",
            [after["name"] or row["title"], where.classification, where.groups, document_id],
        )
        _log(db, user, "card.saved", document_id, cards.digest(after), fields=sorted(new))
    return True


def sign_card(db: Database, user: User, document_id: str) -> str:
    """Sign the card as it is now; gives the document's status after it.

    The owner signs first. A confidential or restricted document stays a draft until a second person signs too.
    """
    with write(db):
        return sign(db, user, document_id)


def sign(db: Database, user: User, document_id: str) -> str:
    """As `sign_card`, inside the write of the caller."""
    row = found(db, user, document_id)
    fields = _fields(db, document_id)
    _require_signable(row, fields)
    if row["owner"] == user.id:
        require(user, "documents.manage", repr(row["title"]))
        if row["awaiting_second"]:
            raise Conflict(f"You have signed the card of {row['title']!r}; a second person must sign it too.")
        _require_alone(db, user, row, row["classification"], fields["groups"])
        second = fields["sensitivity"] in cards.TWO_SIGNATURES
    else:
        require(user, "documents.second", repr(row["title"]))
        if not row["awaiting_second"]:
            raise NotAllowed(f"The card of {row['title']!r} is signed by its owner first, then by a reviewer.")
        second = False
    db.execute(
        "insert into signature (document_id, user_id, digest, signed_at) values (?, ?, ?, ?)",
        [document_id, user.id, cards.digest(fields), now()],
    )
    status = "draft" if second else "approved"
    db.execute("update document set status = ?, awaiting_second = ? where id = ?", [status, second, document_id])
    _log(db, user, "card.signed", document_id, cards.digest(fields), status=status)
    return status


def allowed(db: Database, user: User, document_id: str, use: str) -> bool:
    """Whether the document may be put to a use ("prompting", "rag", "evaluation", "fine_tuning", "logging")."""
    return _refusal(db, user, document_id, use) is None


def require_use(db: Database, user: User, document_id: str, use: str) -> None:
    """NotAllowed, with the reason and what to do, unless the signed card allows the use."""
    refusal = _refusal(db, user, document_id, use)
    if refusal:
        raise NotAllowed(refusal)


def allows_raw(db: Database, user: User, document_id: str) -> bool:
    """Whether personal data in the document may go to a hosted model as it is: only where a signed card says so."""
    said = _fields(db, document_id).get("hosted_personal_data")
    return allowed(db, user, document_id, "prompting") and said == cards.RAW


def owned(db: Database, user: User, document_id: str) -> Row:
    """The document's row for somebody who may change its card or fate: its owner.

    Where the owner has left, an administrator whose other roles let them read it and do this.
    """
    row = found(db, user, document_id)
    require(user, "documents.manage", repr(row["title"]))
    if row["owner"] != user.id and not may(user, "access.manage"):
        raise NotAllowed(f"Only the owner of {row['title']!r} can do this; ask them.")
    return row


def _log(db: Database, user: User, event: str, document_id: str, digest: str, **details: Any) -> None:
    audit.append(db, user, event, f"document:{document_id}", document_id=document_id, digest=digest, **details)


def _refusal(db: Database, user: User, document_id: str, use: str) -> str | None:
    if use not in cards.USES:
        raise BadInput(f"There is no use {use!r}; the data card knows: {', '.join(cards.USES)}.")
    row = found(db, user, document_id)
    name, title = cards.USES[use], shorten(row["title"], TITLE_LETTERS, placeholder="…")
    if row["gate"] in ("waiting", "rejected"):
        return f"{name} of {title!r} is withheld: the document was escalated and is not released."
    if row["status"] != "approved":
        if row["status"] == "withdrawn":
            return f"{name} of {title!r} is not allowed: the document was withdrawn."
        return f"{name} of {title!r} is not allowed yet: its data card is not signed."
    if not _fields(db, document_id)["allowed_use"].get(use):
        return f"{name} of {title!r} is switched off on its data card; its owner can allow it there."
    return None


def _require_signable(row: Row, fields: cards.Fields) -> None:
    if row["status"] != "draft":
        raise Conflict(f"{row['title']!r} is {row['status']}, so there is nothing to sign.")
    if row["gate"] == "rejected":
        raise Conflict(f"{row['title']!r} was rejected and cannot be approved; delete it or release it first.")
    empty = cards.missing(fields)
    if empty:
        raise BadInput(f"The data card lacks {', '.join(empty)}; fill it in, then sign.")


def _require_alone(db: Database, user: User, row: Row, classification: str, groups: list[str]) -> None:
    """The same file is one document under one label, also after the label changes."""
    other = twin(db, user, row["sha256"], label(user, classification, groups), but=row["id"])
    if other:
        raise Conflict(f"The same file is in the library under this label as {other['title']!r}; keep one of the two.")


def _fields(db: Database, document_id: str) -> cards.Fields:
    row = one(db, "select fields from card where document_id = ?", [document_id])
    found_fields: cards.Fields = json.loads(row["fields"]) if row else {}
    return found_fields
