"""Which of several versions of a document counts: the newest, unless somebody asks for the former ones too."""

from datetime import date

from sqlite_utils import Database

from core.library.access import visible
from core.store import rows
from core.types import User

# Versions are as old as the date that they bear ("original 2019-11-27"), else as their arrival: whoever adds all files
# of a folder at once adds them by name.
AGE = (
    "case when version glob '*[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"
    " then substr(version, -10) else substr(created_at, 1, 10) end"
)
# What versions of one document share, beside their language.
SERIES = "coalesce(series, lineage)"
OLDEST_FIRST = f"{AGE}, created_at, id"
NEWEST_FIRST = f"{AGE} desc, created_at desc, id desc"
# What is withdrawn or has expired, or what nobody has released, takes the place of no version.
OUT = "status = 'withdrawn' or gate in ('waiting', 'rejected') or coalesce(expires <= ?, 0)"


def newest(user: User, *, today: date | None = None) -> tuple[str, list[str | int]]:
    """A SELECT of the ids of the documents that this user may see and that no newer version replaces; its parameters.

    A translation is no version. Of documents that are all withdrawn, expired or unreleased, the newest is among them.
    """
    condition, parameters = visible(user, today=today)
    day = parameters[-1]  # the one that `visible` compares with
    sql = (
        f"select id from (select id, row_number() over (partition by {SERIES}, language"
        f" order by {OUT}, {NEWEST_FIRST}) as place from document where {condition}) where place = 1"
    )
    return sql, [day, *parameters]


def newest_ids(db: Database, user: User) -> set[str]:
    sql, parameters = newest(user)
    return {row["id"] for row in rows(db, sql, parameters)}
