"""Bytes that arrive: refused clearly, or stored and queued as an import. The same file twice is one document."""

import base64
import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from core import audit, jobs
from core.errors import BadInput, Conflict, NotFound, PasswordNeeded
from core.identity import require
from core.library import cards, files
from core.library.labels import Label, arriving, label, twin
from core.library.names import display_name
from core.settings import Settings
from core.settings import settings as default_settings
from core.store import new_id, now, one, rows, stamp, write
from core.types import User

UNLOCK = "core.ingest.unlock:unlock"
ABANDONED_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Receipt:
    """`document_id` when the file is in the library already, else None until the job is done.

    `duplicate_of` is the document, present or arriving, that has the same bytes; `job_id` the import to watch.
    """

    document_id: str | None
    job_id: str | None
    duplicate_of: str | None


@dataclass(frozen=True, slots=True)
class Upload:
    """`sha256`: of what was uploaded. `file`: of what is stored, which differs where a password was taken off."""

    id: str
    tenant: str
    owner: str
    classification: str
    groups: str
    sha256: str
    file: str
    bytes: int
    name: str
    card: dict[str, Any]
    document_id: str
    job_id: str


def receive(
    db: Database,
    user: User,
    data: bytes,
    filename: str,
    *,
    card: dict[str, Any] | None = None,
    password: str | None = None,
    settings: Settings | None = None,
) -> Receipt:
    """Store a file and queue its import. `card` gives the data-card fields that are known already.

    A password is used at once, in the parsing child, and kept nowhere. Raises BadInput on an empty or too large
    file and on a card that does not hold, PasswordNeeded on a wrong password.
    """
    require(user, "documents.add")
    limits = settings or default_settings()
    name = display_name(filename)
    _check_size(data, name, limits)
    given = cards.checked(card or {})
    where = label(user, given.get("sensitivity", cards.defaults()["sensitivity"]).lower(), given.get("groups", ()))
    asked = where if "sensitivity" in given or "groups" in given else None
    sha256 = files.digest(data)
    staged = files.stage(db, _unlocked(data, password, limits) if password else data)
    try:
        with write(db):
            same = _same(db, user, sha256, asked)
            if same:
                return same
            files.keep(db, staged)
            fresh = Upload(
                id=new_id(),
                owner=user.id,
                sha256=sha256,
                file=staged.sha256,
                bytes=len(data),
                name=name,
                card=given,
                document_id=new_id(),
                job_id="",
                **asdict(where),
            )
            return Receipt(None, _insert(db, user, fresh), None)
    finally:
        files.discard(staged)


def _same(db: Database, user: User, sha256: str, asked: Label | None) -> Receipt | None:
    """Of a file that is in the library, or on its way there, already."""
    known = twin(db, user, sha256, asked)
    if known:
        return Receipt(known["id"], None, known["id"])
    coming = arriving(db, user, sha256, asked)
    return Receipt(None, coming["job_id"], coming["document_id"]) if coming else None


def _insert(db: Database, user: User, fresh: Upload) -> str:
    job_id = jobs.insert(db, user, "import", {"upload": fresh.id}, fresh.name, subject=fresh.document_id)
    row = {**asdict(fresh), "card": json.dumps(fresh.card), "job_id": job_id, "created_at": now()}
    db["upload"].insert(row)
    return job_id


def unlock(db: Database, user: User, job_id: str, password: str, *, settings: Settings | None = None) -> None:
    """Answer an import that failed for want of a password: the file is stored without it and queued again."""
    require(user, "documents.add")
    job = jobs.job(db, user, job_id)
    if job.fault != PasswordNeeded.__name__:
        raise Conflict(f"{job.title!r} does not ask for a password; retry it as it is.")
    before = upload(db, user, job.payload["upload"])
    staged = files.stage(db, _unlocked(files.read(db, before.file), password, settings or default_settings()))
    try:
        with write(db):
            jobs.requeue(db, user, job_id)
            files.keep(db, staged)
            db.execute("update upload set file = ? where id = ?", [staged.sha256, before.id])
    finally:
        files.discard(staged)
    files.release(db, before.file)


def dismiss(db: Database, user: User, job_id: str) -> None:
    """Forget an import, or other work, that failed or was cancelled, and the file with it."""
    job = jobs.job(db, user, job_id)
    jobs.require_right(user, job.kind)
    if job.state not in ("failed", "cancelled"):
        raise Conflict(f"{job.title!r} is {job.state}; only a failed or cancelled import can be dismissed.")
    row = one(db, "select file from upload where job_id = ?", [job_id])
    with write(db):
        db.execute("delete from job where id = ? and state in ('failed', 'cancelled')", [job_id])
        audit.append(db, user, "job.dismissed", f"job:{job_id}", document_id=job.subject, kind=job.kind)
    if row:
        files.release(db, row["file"])


def sweep(db: Database) -> int:
    """What crashes and people left behind: files of nobody, and imports that failed a week ago. Gives how many."""
    with write(db):
        old = "select id from job where state in ('failed', 'cancelled') and finished_at < ?"
        moment = stamp(time.time() - ABANDONED_SECONDS)
        for row in rows(db, f"select job_id from upload where job_id in ({old})", [moment]):
            db.execute("delete from job where id = ?", [row["job_id"]])
    return files.sweep(db)


def upload(db: Database, user: User, upload_id: str) -> Upload:
    """The user's own upload, or NotFound."""
    columns = ", ".join(Upload.__dataclass_fields__)
    sql = f"select {columns} from upload where id = ? and tenant = ? and owner = ?"
    row = one(db, sql, [upload_id, user.tenant, user.id])
    if row is None:
        raise NotFound("There is no such upload of yours; upload the file again.")
    return Upload(**{**row, "card": json.loads(row["card"])})


def _check_size(data: bytes, name: str, limits: Settings) -> None:
    if not data:
        raise BadInput(f"{name!r} is empty; choose the file again.")
    size = len(data) / 1_000_000
    if size > limits.max_upload_mb:
        raise BadInput(
            f"{name!r} has {size:.0f} MB and at most {limits.max_upload_mb} MB are taken; "
            "split it, or raise COPILOT_MAX_UPLOAD_MB."
        )


def _unlocked(data: bytes, password: str, limits: Settings) -> bytes:
    from core.ingest import sandbox

    options = {"password": password, "max_pages": limits.max_pages}
    answer = sandbox.call(UNLOCK, data, options, noun="PDF", settings=limits)
    return base64.b64decode(answer["bytes"])
