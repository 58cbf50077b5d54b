"""The log as people read it: each their own entries, and whoever answers for it all of the tenant's.

entries    read, filtered and searched
figures    counted by day
files      taken away as CSV or JSON Lines, which is logged
checking   verified at a person's word: what is new at once, all of it by a job
"""

from core.activity.checking import Kept, check, keep_checked, kept
from core.activity.entries import KINDS, Filter, choices, count, entries, entry, sees_all
from core.activity.figures import Day, by_day
from core.activity.files import FORMATS, exported

__all__ = [
    "FORMATS", "KINDS", "Day", "Filter", "Kept", "by_day", "check", "choices", "count", "entries", "entry", "exported",
    "keep_checked", "kept", "sees_all",
]  # fmt: skip
