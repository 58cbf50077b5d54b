"""Controls: libraries of them, which of them may meet an obligation, which do, and what is left open.

texts, forms, ciso, sheet     a library as a file says it
shelf                  the libraries of a tenant
terms, matching        which control may meet which obligation, and why (pure)
impact                 what an obligation weighs for the firm (pure)
suggestions            both, derived for every duty and kept up
links                  what people decide
gaps, plan, briefing   what is met, what is open, what to do next
"""

from core.controls.briefing import Briefing, Facts, briefing
from core.controls.gaps import COVERAGES, Count, Gap, GapFilter, counts, gaps, share, tally, topic_names
from core.controls.impact import LEVELS, Impact, Stake, impact
from core.controls.links import STATES, Link, confirm, link, links, reject, unlink
from core.controls.plan import Step, plan, set_plan
from core.controls.shelf import (
    Control,
    Imported,
    Library,
    control,
    controls,
    import_library,
    import_ours,
    libraries,
    library,
    remove_library,
)
from core.controls.suggestions import Suggestion, keep_up, stale, suggest, suggested, to_review, to_review_count

__all__ = [
    "COVERAGES",
    "LEVELS",
    "STATES",
    "Briefing",
    "Control",
    "Count",
    "Facts",
    "Gap",
    "GapFilter",
    "Impact",
    "Imported",
    "Library",
    "Link",
    "Stake",
    "Step",
    "Suggestion",
    "briefing",
    "confirm",
    "control",
    "controls",
    "counts",
    "gaps",
    "impact",
    "import_library",
    "import_ours",
    "keep_up",
    "libraries",
    "library",
    "link",
    "links",
    "plan",
    "reject",
    "remove_library",
    "set_plan",
    "share",
    "stale",
    "suggest",
    "suggested",
    "tally",
    "to_review",
    "to_review_count",
    "topic_names",
    "unlink",
]
