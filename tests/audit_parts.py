"""A log on disk, and what somebody can do to it who has the files and not the program."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core import audit
from core.audit import heads
from core.identity import LOCAL
from core.store import Database, connect, write
from core.types import User

GUARDS = ("audit_follows", "audit_fixed", "audit_kept")
MAI = User(id="mai", name="Mai", roles=("manager",), session="s-mai")
ANA = User(id="ana", name="Ana", roles=("analyst",), session="s-ana")


def log(folder: Path, entries: int = 0) -> Database:
    db = connect(folder / "copilot.db")
    for number in range(1, entries + 1):
        act(db, number)
    return db


def act(db: Database, number: int, user: User = LOCAL) -> int:
    with write(db):
        return audit.append(db, user, "item.accepted", f"item:{number:016x}", digest=f"{number:064x}", count=number)


def outside(db: Database, *statements: str, guards: bool = True) -> None:
    """Change the file as an attacker would: the triggers away, the change, and the triggers back where told so."""
    with closing(sqlite3.connect(str(path(db)))) as raw:
        kept = raw.execute("select sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'").fetchall()
        for name in GUARDS:
            raw.execute(f"drop trigger if exists {name}")
        for statement in statements:
            raw.execute(statement)
        for (sql,) in kept if guards else ():
            raw.execute(sql)
        raw.commit()


def path(db: Database) -> Path:
    (name,) = db.conn.execute("select file from pragma_database_list where name = 'main'").fetchone()
    return Path(name)


def noted(db: Database) -> Path:
    there = heads.path(db)
    assert there
    return there
