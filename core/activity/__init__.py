"""The log as people read it: each their own entries, and whoever answers for it all of the tenant's.

entries    read, filtered and searched
figures    counted by day
files      taken away as CSV or JSON Lines, which is logged
opening    a document with a guarded label, or somebody else's trace, was looked at
words      what its ids stand for, as far as the reader may see that
checking   verified at a person's word: what is new at once, all of it by a job
"""

from core.activity.checking import (
    AT_ONCE,
    JOB,
    Kept,
    LogChanged,
    accept_copy,
    check,
    compared,
    head_file,
    keep_checked,
    kept,
    put_guards_back,
)
from core.activity.entries import KINDS, Filter, choices, count, entries, entry, sees_all
from core.activity.figures import Day, by_day
from core.activity.files import FORMATS, exported
from core.activity.opening import opened, traced
from core.activity.words import remark, titles

__all__ = [
    "AT_ONCE", "FORMATS", "JOB", "KINDS", "Day", "Filter", "Kept", "LogChanged", "accept_copy", "by_day", "check",
    "choices", "compared", "count", "entries", "entry", "exported", "head_file", "keep_checked", "kept", "opened",
    "put_guards_back", "remark", "sees_all", "titles", "traced",
]  # fmt: skip
