"""The control libraries of a tenant: imported, brought up to date by importing again, listed, removed."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from core import audit
from core import library as documents
from core.controls import forms
from core.controls.texts import ControlText, LibraryText
from core.errors import BadInput, NotFound
from core.identity import may, require
from core.settings import ROOT
from core.store import now, one, rows, write
from core.types import User

OURS = ROOT / "data" / "controls" / "payment-institution.yaml"
LINK = "control:"  # a link's field in the overlay is this and the control's id
TEXTS = tuple(field.name for field in fields(ControlText))


@dataclass(frozen=True, slots=True)
class Library:
    """`links` counts what people confirmed with its controls, in documents that this user may see."""

    id: str
    urn: str
    name: str
    description: str
    version: str
    provider: str
    file_name: str
    imported_at: str
    imported_by: str
    controls: int
    links: int


@dataclass(frozen=True, slots=True)
class Control:
    """A control with its library; `links` as in Library. The other fields are those of ControlText."""

    id: str
    library_id: str
    library: str
    ref: str
    name: str
    description: str
    category: str
    topic: str
    owner: str
    function: str
    frequency: str
    evidence: str
    terms: str
    links: int = 0


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, by refs. `orphaned` counts links whose control the new version no longer has."""

    library: Library
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    orphaned: int = 0


def control_id(urn: str, ref: str) -> str:
    """The same for every version of a library that has this ref."""
    return hashlib.sha256(f"{urn.casefold()}\n{ref.casefold()}".encode()).hexdigest()[:16]


def library_id(urn: str) -> str:
    return hashlib.sha256(urn.casefold().encode()).hexdigest()[:16]


def import_library(db: Database, user: User, data: bytes, file_name: str, name: str = "") -> Imported:
    """Take a library in, or bring it up to date by its urn and the refs of its controls: all of it or nothing.

    A control that the new version does not have goes; links to it stop counting until it comes back.
    """
    require(user, "controls.edit")
    text = forms.read(data, file_name, name)
    id = library_id(text.urn)
    given = {control_id(text.urn, control.ref): control for control in text.controls}
    with write(db):
        before = {found.id: found for found in controls(db, user, id)}
        gone = [found for key, found in before.items() if key not in given]
        orphaned = sum(found.links for found in gone)
        _put_library(db, user, id, text, file_name)
        db.execute("delete from control where tenant = ? and library_id = ?", [user.tenant, id])
        _put_controls(db, user, id, given)
        audit.append(
            db, user, "controls.imported", f"controls:{id}", digest=text.digest, controls=len(given), removed=len(gone)
        )
    return Imported(
        library(db, user, id),
        added=tuple(control.ref for key, control in given.items() if key not in before),
        changed=tuple(c.ref for key, c in given.items() if key in before and _texts(before[key]) != asdict(c)),
        removed=tuple(found.ref for found in gone),
        unchanged=sum(key in before and _texts(before[key]) == asdict(c) for key, c in given.items()),
        orphaned=orphaned,
    )


def import_ours(db: Database, user: User, path: Path = OURS) -> Imported:
    """The library that comes with the program, for a payment institution."""
    if not path.is_file():
        raise NotFound(f"The control library {path} is missing; restore it from the repository.")
    return import_library(db, user, path.read_bytes(), path.name)


def libraries(db: Database, user: User) -> list[Library]:
    """By name."""
    return _libraries(db, user, "", ())


def library(db: Database, user: User, id: str) -> Library:
    found = _libraries(db, user, "and library.id = ?", (id,))
    if not found:
        raise NotFound("There is no such control library; look at the list of libraries.")
    return found[0]


def remove_library(db: Database, user: User, id: str) -> Library:
    """Take a library away with its controls; gives what it was.

    Links to its controls are people's work and are kept: they stop counting, and count again when it is imported again.
    """
    require(user, "controls.edit")
    with write(db):
        found = library(db, user, id)
        db.execute("delete from control_library where tenant = ? and id = ?", [user.tenant, id])
        audit.append(db, user, "controls.removed", f"controls:{id}", controls=found.controls)
    return found


def controls(db: Database, user: User, library_id: str = "") -> list[Control]:
    """Of one library or of all, in their own order; none for somebody whose roles do not read."""
    if not may(user, "documents.read"):
        return []
    visible, allowed = documents.visible(user)
    narrow, given = ("and control.library_id = ?", [library_id]) if library_id else ("", [])
    found = rows(
        db,
        f"select control.*, library.name as library, ({_links(visible, 'overlay.field = ? || control.id')}) as links"
        " from control join control_library as library"
        " on library.tenant = control.tenant and library.id = control.library_id"
        f" where control.tenant = ? {narrow} order by library.name, library.id, control.position",
        [LINK, *allowed, user.tenant, *given],
    )
    names = Control.__dataclass_fields__
    return [Control(**{name: value for name, value in row.items() if name in names}) for row in found]


def control(db: Database, user: User, id: str) -> Control:
    """By id, or by ref where only one library has it."""
    found = [one for one in controls(db, user) if id in (one.id, one.ref)]
    if not found:
        raise NotFound(f"There is no control {id!r}; look at the list of controls.")
    if len(found) > 1:
        raise BadInput(f"{len(found)} libraries have a control {id!r}; give its id.")
    return found[0]


def stamp(db: Database, user: User) -> str:
    """Changes when any control of any library does."""
    found = one(
        db,
        "select group_concat(id || digest) as stamp from (select id, digest from control_library"
        " where tenant = ? order by id)",
        [user.tenant],
    )
    return str(found and found["stamp"])


def _libraries(db: Database, user: User, narrow: str, given: Sequence[str]) -> list[Library]:
    if not may(user, "documents.read"):
        return []
    visible, allowed = documents.visible(user)
    mine = "select ? || id from control where tenant = library.tenant and library_id = library.id"
    found = rows(
        db,
        "select id, urn, name, description, version, provider, file_name, imported_at, imported_by,"
        " (select count(*) from control where tenant = library.tenant and library_id = library.id) as controls,"
        f" ({_links(visible, f'overlay.field in ({mine})')}) as links"
        f" from control_library as library where tenant = ? {narrow} order by name, id",
        [LINK, *allowed, user.tenant, *given],
    )
    return [Library(**row) for row in found]


def _links(visible: str, which: str) -> str:
    """Counts confirmed links; its parameters are those of `which`, then of `visible`."""
    return (
        "select count(*) from overlay where overlay.field >= 'control:' and overlay.field < 'control;'"
        f" and {which} and json_extract(overlay.value, '$.state') <> 'rejected'"
        f" and overlay.document_id in (select id from document where {visible})"
    )


def _texts(found: Control) -> dict[str, Any]:
    return {name: getattr(found, name) for name in TEXTS}


def _put_library(db: Database, user: User, id: str, text: LibraryText, file_name: str) -> None:
    row = {
        "tenant": user.tenant, "id": id, "urn": text.urn, "name": text.name, "description": text.description,
        "version": text.version, "provider": text.provider, "file_name": file_name, "digest": text.digest,
        "imported_at": now(), "imported_by": user.id,
    }  # fmt: skip
    names = ", ".join(row)
    updates = ", ".join(f"{name} = excluded.{name}" for name in row)
    db.execute(
        f"insert into control_library ({names}) values ({', '.join('?' * len(row))})"
        f" on conflict (tenant, id) do update set {updates}",
        list(row.values()),
    )


def _put_controls(db: Database, user: User, library_id: str, given: dict[str, ControlText]) -> None:
    names = ("tenant", "id", "library_id", "position", *TEXTS)
    db.conn.executemany(
        f"insert into control ({', '.join(names)}) values ({', '.join('?' * len(names))})",
        (
            [user.tenant, id, library_id, position, *asdict(control).values()]
            for position, (id, control) in enumerate(given.items())
        ),
    )
