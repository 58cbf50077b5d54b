"""Which documents are versions of one another: found by number or title and text at import, or said by a person."""

import re

from sqlite_utils import Database

from core import audit
from core.errors import BadInput, Conflict
from core.library.access import found
from core.library.documents import document_row, namesakes, versions
from core.library.newest import NEWEST_FIRST, SERIES, newest_ids
from core.library.signing import owned
from core.settings import lexicon
from core.store import new_id, one, rows, write
from core.types import Document, User

WORD = re.compile(r"\w+")


def series_of(db: Database, user: User, document: Document) -> str:
    """The series of a document that is about to be kept: of the latest one with its name and language that shares
    some of its text, else one of its own.

    Two firms' "Complaints policy" have a title in common and no text. Looked for also among what this user may not
    see, since others may see both; nothing tells this user what was found there.
    """
    alike = rows(
        db,
        f"select id, {SERIES} as series from document where tenant = ? and lineage = ? and language = ?"
        f" order by {NEWEST_FIRST}",
        [user.tenant, document.lineage, document.language],
    )
    ours = _runs(document.text) if alike else frozenset()
    for other in alike:
        stored = one(db, "select text from document_text where document_id = ?", [other["id"]])
        if _share(ours, _runs(stored["text"] if stored else "")):
            return str(other["series"])
    return document.id if alike else document.lineage


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """Every few words in a row."""
    words, length = [word.casefold() for word in WORD.findall(text)], lexicon("identity")["versions"]["words_in_a_row"]
    return frozenset(zip(*(words[start:] for start in range(length)), strict=False))


def _share(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    """Whether the shorter text is to some part in the longer; a text that was not read tells nothing against it."""
    least = min(len(one), len(other))
    return least == 0 or len(one & other) >= lexicon("identity")["versions"]["shared"] * least


# --- what people say --------------------------------------------------------------------------------------------


def set_apart(db: Database, user: User, document_id: str) -> None:
    """This document is no version of the others it was counted with: it counts by itself, and so do they."""
    with write(db):
        row = owned(db, user, document_id)
        if len(versions(db, user, document_id)) == 1:
            raise Conflict(f"{row['title']!r} is no version of another document; reload the page.")
        _put(db, user, document_id, new_id(), "document.set_apart")


def count_as_version(db: Database, user: User, document_id: str, of: str) -> None:
    """This document is a version of that one, whatever its title; takes `set_apart` back."""
    with write(db):
        row = owned(db, user, document_id)
        other = found(db, user, of, f"title, language, {SERIES} as series")
        if other["language"] != row["language"]:
            raise BadInput(f"{row['title']!r} is in another language, and a translation is no version.")
        if other["series"] == (row["series"] or row["lineage"]):
            raise Conflict(f"{row['title']!r} is a version of that document already; reload the page.")
        _put(db, user, document_id, other["series"], "document.versioned", of=of)


def _put(db: Database, user: User, document_id: str, series: str, event: str, **details: str) -> None:
    db.execute("update document set series = ? where id = ?", [series, document_id])
    audit.append(db, user, event, f"document:{document_id}", document_id=document_id, **details)


def counted_as(db: Database, user: User, document_id: str) -> str:
    """What whoever brought a document in should know of others with its name; "" where there is none."""
    shown, known = document_row(db, user, document_id), versions(db, user, document_id)
    if len(known) > 1:
        newest = newest_ids(db, user)
        out = ", ".join(row.file_name for row in known if row.id not in newest)
        return (
            f"“{shown.title}” ({shown.file_name}) counts as version {shown.version_number} of {shown.version_count}: of"
            f" these the newest alone is counted. Left out: {out}."
        )
    others = namesakes(db, user, document_id)
    if not others:
        return ""
    return (
        f"“{shown.title}” ({shown.file_name}) has the title of {others[0].file_name}, but another text: it is no"
        " version of it, and both count."
    )
