"""What shows that an obligation is met: files, links and notes."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlite_utils import Database

from core import store
from core.errors import BadInput, NotFound
from core.library.names import display_name
from core.register import gestures
from core.register.fields import short
from core.register.gestures import Change
from core.register.rows import editable, row
from core.settings import lexicon
from core.types import User

EvidenceKind = Literal["file", "link", "note"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file (`text` is its name), a link (`text` is its address) or a note. `sha256` and `size` in bytes of a file."""

    id: str
    kind: EvidenceKind
    text: str
    at: str
    by: str
    sha256: str = ""
    size: int = 0


def add_evidence(db: Database, user: User, id: str, kind: EvidenceKind, text: str, content: bytes | None = None) -> str:
    """A file (`text` its name, `content` its bytes), a link (http or https) or a note; returns its id."""
    name = store.new_id()
    value: dict[str, Any] = {"kind": kind, "text": short(text)}
    if kind == "file":
        content = _checked(content)
        value = {"kind": kind, "text": display_name(text)}
        value |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    elif kind == "link":
        value["text"] = _web_address(text)
    elif kind != "note" or not text.strip():
        raise BadInput("Evidence is a file, a link or a note with some text; choose one of them.")

    def say() -> list[Change]:
        [shown] = editable(db, user, id)
        if kind == "file":
            db.execute(
                "insert or ignore into evidence_file (document_id, sha256, bytes) values (?, ?, ?)",
                [shown.document_id, value["sha256"], content],
            )
        return [Change(shown.document_id, shown.obligation_id, f"evidence:{name}", value)]

    gestures.make(db, user, "evidence", f"Added a {kind} as evidence", say)
    return name


def remove_evidence(db: Database, user: User, id: str, evidence_id: str) -> None:
    """Take evidence off the record; the history keeps that it was there, and undo brings it back."""
    _named(db, user, id, evidence_id)
    gestures.set_values(db, user, id, "evidence", "Removed evidence", {f"evidence:{evidence_id}": None})


def evidence_bytes(db: Database, user: User, id: str, evidence_id: str) -> bytes:
    """The file as it was given."""
    evidence, document_id = _named(db, user, id, evidence_id)
    file = store.one(
        db, "select bytes from evidence_file where document_id = ? and sha256 = ?", [document_id, evidence.sha256]
    )
    if file is None:
        raise NotFound("This evidence is a link or a note and has no file.")
    return bytes(file["bytes"])


def kept(db: Database, document_id: str, obligation_id: str) -> list[Evidence]:
    """What stands, oldest first. The caller has checked that the user may see the document."""
    entries = gestures.entries(db, document_id, obligation_id, "evidence")
    return [Evidence(id=id, at=at, by=by, **value) for id, value, at, by in entries]


def _named(db: Database, user: User, id: str, evidence_id: str) -> tuple[Evidence, str]:
    shown = row(db, user, id)
    for evidence in kept(db, shown.document_id, shown.obligation_id):
        if evidence.id == evidence_id:
            return evidence, shown.document_id
    raise NotFound("This obligation has no such evidence; reload the record.")


def _checked(content: bytes | None) -> bytes:
    most = lexicon("register")["evidence_most_mb"]
    if not content:
        raise BadInput("The file is empty; choose another one.")
    if len(content) > most * 1_000_000:
        raise BadInput(f"The file has {len(content) / 1e6:.0f} MB; at most {most} MB are kept. Give a link to it.")
    return content


def _web_address(text: str) -> str:
    address = short(text)
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", address)
    except ValueError:
        usable = False
    if not usable:
        raise BadInput(f"{address[:80]!r} is not a web address; it must begin with https:// or http://.")
    return address
