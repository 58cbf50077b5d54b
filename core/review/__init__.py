"""The approval queue: nobody decides on their own request, on something else than was shown, or twice.

table                every step as data
policy               who must accept what: data/lexicon/approvals.toml
items, facts         a request and its versions; exactly what is decided on, and its digest
asking, deciding     put together, asked for, changed, taken back; accepted, rejected, sent back, escalated, revoked
people               who may decide, who is told, refusals logged
listing, showing     the queue; the evidence for one request
carrying             the steps of a request that is carried out, for the tools
"""

import core.store  # noqa: F401  before the rooms below load sqlite-utils with all that it can find
from core.review.asking import AMENDABLE, amend, ask, drop, prepare, submit
from core.review.carrying import begin, compensated, move, require_undoable, settle
from core.review.deciding import Decided, Told, decide, decide_many, revoke
from core.review.facts import Difference, Facts, Stale
from core.review.items import Item, Version, item, versions
from core.review.listing import SORTS, VIEWS, Counts, Filter, Row, count, counts, may_decide, queue
from core.review.people import ADD_A_REVIEWER, SelfApproval
from core.review.policy import Rule, rule, rules
from core.review.showing import Decision, Evidence, Reading, Shown, decisions, evidence
from core.review.table import CLOSED, PENDING, STEPS, VERDICTS, State, TransitionError, Verdict, allowed

__all__ = [
    "ADD_A_REVIEWER", "AMENDABLE", "CLOSED", "PENDING", "SORTS", "STEPS", "VERDICTS", "VIEWS", "Counts", "Decided",
    "Decision", "Difference", "Evidence", "Facts", "Filter", "Item", "Reading", "Row", "Rule", "SelfApproval", "Shown",
    "Stale", "State", "Told", "TransitionError", "Verdict", "Version", "allowed", "amend", "ask", "begin",
    "compensated", "count", "counts", "decide", "decide_many", "decisions", "drop", "evidence", "item", "may_decide",
    "move", "prepare", "queue", "require_undoable", "revoke", "rule", "rules", "settle", "submit", "versions",
]  # fmt: skip
