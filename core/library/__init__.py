"""The only reader and writer of documents and provisions. The user is an argument of all of it, access is inside.

    access, seeing         who may see what, and why
    newest, series         which of several versions counts, and what is a version of what
    labels                 under which label equal files are one document
    names, files, uploads  file names and bytes from outside; what waits to be imported
    documents, pages       what was read, as rows
    cards, signing         the data card, who signed it and what it allows
    custody, deletion      withdrawn, held, released; gone

Functions whose docstring says "inside a write" open none themselves, so that several share one.
"""

import core.store  # noqa: F401  before the rooms below load sqlite-utils with all that it can find
from core.library.access import found, visible
from core.library.cards import FIELDS, USES
from core.library.custody import (
    expire,
    hold,
    holds,
    keep,
    reject,
    release,
    require_released,
    unhold,
    withdraw,
)
from core.library.deletion import Deleted, Tombstone, contents, delete, derived_tables, tombstones
from core.library.documents import (
    STATUSES,
    DocumentRow,
    complete,
    document,
    document_row,
    documents,
    namesakes,
    pack,
    provisions,
    reading,
    versions,
    words,
)
from core.library.files import database
from core.library.files import read as stored
from core.library.newest import NEWEST_FIRST, SERIES, newest, newest_ids
from core.library.pages import page_png
from core.library.seeing import Sight, sight
from core.library.series import count_as_version, counted_as, series_of, set_apart
from core.library.signing import allowed, allows_raw, card, owned, require_use, save_card, sign_card
from core.library.uploads import Receipt, Upload, dismiss, receive, sweep, unlock, upload

__all__ = [
    "FIELDS",
    "NEWEST_FIRST",
    "SERIES",
    "STATUSES",
    "USES",
    "Deleted",
    "DocumentRow",
    "Receipt",
    "Sight",
    "Tombstone",
    "Upload",
    "allowed",
    "allows_raw",
    "card",
    "complete",
    "contents",
    "count_as_version",
    "counted_as",
    "database",
    "delete",
    "derived_tables",
    "dismiss",
    "document",
    "document_row",
    "documents",
    "expire",
    "found",
    "hold",
    "holds",
    "keep",
    "namesakes",
    "newest",
    "newest_ids",
    "owned",
    "pack",
    "page_png",
    "provisions",
    "reading",
    "receive",
    "reject",
    "release",
    "require_released",
    "require_use",
    "save_card",
    "series_of",
    "set_apart",
    "sight",
    "sign_card",
    "stored",
    "sweep",
    "tombstones",
    "unhold",
    "unlock",
    "upload",
    "versions",
    "visible",
    "withdraw",
    "words",
]
