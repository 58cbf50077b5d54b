"""How many duties each document lays on somebody, for a list of documents."""

from sqlite_utils import Database

from core.register.filters import Filter, condition
from core.types import DUTIES, User


def duties_by_document(db: Database, user: User) -> dict[str, dict[str, int]]:
    """Document id → risk level → obligations and prohibitions. Documents without any are left out."""
    where, parameters = condition(user, Filter(modality=DUTIES, former=True))
    sql = (
        f"select register.document_id, register.risk, count(*) from register where {where}"
        " group by register.document_id, register.risk"
    )
    counted: dict[str, dict[str, int]] = {}
    for document_id, risk, size in db.conn.execute(sql, parameters).fetchall():
        counted.setdefault(document_id, {})[risk] = size
    return counted
