"""The approval queue: nobody decides on their own request, on something else than was shown, or twice.

table                every step as data
policy               who must accept what: data/lexicon/approvals.toml
items, facts         a request and its versions; exactly what is decided on, and its digest
asking, deciding     put together, asked for, changed, taken back; accepted, rejected, sent back, escalated, revoked
people               who may decide, who is told, refusals logged
listing, showing     the queue; the evidence for one request
duties, history      what the evidence is made of: its obligations as each engine read them, and decisions before
holding, talking     taken by one person at a time; comments, and people named in them
gates                documents that wait for a second person, in the same queue
upkeep, figures      escalated when overdue, expired, documents told of; how the queue does
carrying             the steps of a request that is carried out, for the tools
"""

import core.store  # noqa: F401  before the rooms below load sqlite-utils with all that it can find
from core.review.asking import AMENDABLE, amend, ask, drop, prepare, submit
from core.review.carrying import begin, compensated, move, require_going_on, require_undoable, settle
from core.review.deciding import Decided, Told, decide, decide_many, revoke
from core.review.duties import Reading, Shown
from core.review.facts import Difference, Facts, Stale
from core.review.figures import Differing, Disagreement, Figures, report
from core.review.gates import Waiting, decide_document, waiting
from core.review.history import Decision, decisions
from core.review.holding import claim, may_free, release
from core.review.items import Item, Version, digests, ids, item, titles, versions
from core.review.listing import COUNTED, SORTS, VIEWS, Counts, Filter, Row, count, counts, may_decide, queue
from core.review.people import ADD_A_REVIEWER, SelfApproval
from core.review.policy import Rule, rule, rules
from core.review.showing import Evidence, evidence
from core.review.table import CLOSED, PENDING, STEPS, VERDICTS, State, TransitionError, Verdict, allowed
from core.review.talking import comment, comments
from core.review.upkeep import escalate_overdue, expire_due, tell_of_documents, tend

__all__ = [
    "ADD_A_REVIEWER", "AMENDABLE", "CLOSED", "COUNTED", "PENDING", "SORTS", "STEPS", "VERDICTS", "VIEWS", "Counts",
    "Decided", "Decision", "Difference", "Differing", "Disagreement", "Evidence", "Facts", "Figures", "Filter",
    "Item", "Reading", "Row", "Rule", "SelfApproval", "Shown", "Stale", "State", "Told", "TransitionError", "Verdict",
    "Version", "Waiting", "allowed", "amend", "ask", "begin", "claim", "comment", "comments", "compensated", "count",
    "counts", "decide", "decide_document", "decide_many", "decisions", "digests", "drop", "escalate_overdue",
    "evidence", "expire_due", "ids", "item", "may_decide", "may_free", "move", "prepare", "queue", "release",
    "report", "require_going_on", "require_undoable", "revoke", "rule", "rules", "settle", "submit",
    "tell_of_documents", "tend", "titles", "versions", "waiting",
]  # fmt: skip
