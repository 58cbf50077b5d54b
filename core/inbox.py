"""Whom to tell of what: a row for each person, written with what happened. Ids only; a screen says it in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from core.store import now, rows, write
from core.types import User


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind`: assigned, decided, change_requested, mentioned, overdue, executed, failed. `about`: an item's number."""

    id: int
    kind: str
    subject: str
    about: int | None
    made_at: str
    read_at: str | None

    @property
    def subject_id(self) -> str:
        """Of the request or document, without its kind."""
        return self.subject.partition(":")[2]


COLUMNS = ", ".join(Notice.__dataclass_fields__)


def post(db: Database, tenant: str, user_ids: Iterable[str], kind: str, subject: str, about: int | None = None) -> None:
    """Tell these people, in the write that is open. `subject` is a kind and an id: "item:…"."""
    moment = now()
    db.conn.executemany(
        "insert into notice (tenant, user_id, kind, subject, about, made_at) values (?, ?, ?, ?, ?, ?)",
        ([tenant, user_id, kind, subject, about, moment] for user_id in dict.fromkeys(user_ids)),
    )


def notices(db: Database, user: User, *, unread: bool = False, limit: int = 50) -> list[Notice]:
    """What this person was told, newest first."""
    only = " and read_at is null" if unread else ""
    sql = f"select {COLUMNS} from notice where tenant = ? and user_id = ?{only} order by id desc limit ?"
    return [Notice(**row) for row in rows(db, sql, [user.tenant, user.id, limit])]


def mark_read(db: Database, user: User, upto: int) -> None:
    """Everything up to and with the notice of this number is read."""
    with write(db):
        sql = "update notice set read_at = ? where tenant = ? and user_id = ? and id <= ? and read_at is null"
        db.execute(sql, [now(), user.tenant, user.id, upto])
