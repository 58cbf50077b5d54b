"""The obligation register: the findings of the chosen run with people's corrections laid over them."""

import core.store  # noqa: F401  before the rooms below load sqlite-utils with all that it can find
from core.register.carrying import Offer, carry, carry_over, earlier_version, may_carry, offers, take_over
from core.register.check import Checked, Mismatch, check, checked
from core.register.corrections import Correction, Standing, correct, correct_all, standing_all, standing_of
from core.register.derived import reindex
from core.register.duties import duties_by_document
from core.register.evidence import Evidence, add_evidence, evidence_bytes, remove_evidence
from core.register.facets import facets
from core.register.fields import FIELDS, values
from core.register.filters import DEADLINES, FACETS, STATUSES, Filter
from core.register.firm import Firm, choose_firm, firm_choices, may_choose_firm, our_firm
from core.register.gestures import Event, Undone, undo
from core.register.leads import Lead, ToCheck, accept, lead, to_check, to_check_count, uncovered, ungrounded
from core.register.leaving import as_left
from core.register.made import add_by_hand, merge, promote, repair, split
from core.register.marking import keep_marked, mark
from core.register.outline import Stop, outline, rows_of
from core.register.overview import OUR_ANSWERS, OURS, Overview, overview
from core.register.records import (
    Comment,
    Record,
    assign,
    comment,
    history,
    record,
    save_record,
    set_anchor_date,
    set_next_review,
    set_status,
)
from core.register.rows import Row, count, place, row, rows
from core.register.runs import (
    ActionRow,
    Run,
    actions,
    analysis,
    choose_run,
    findings,
    insert_run,
    log_run,
    runs,
    statements,
    store_run,
    summary,
)

__all__ = [
    "DEADLINES",
    "FACETS",
    "FIELDS",
    "OURS",
    "OUR_ANSWERS",
    "STATUSES",
    "ActionRow",
    "Checked",
    "Comment",
    "Correction",
    "Event",
    "Evidence",
    "Filter",
    "Firm",
    "Lead",
    "Mismatch",
    "Offer",
    "Overview",
    "Record",
    "Row",
    "Run",
    "Standing",
    "Stop",
    "ToCheck",
    "Undone",
    "accept",
    "actions",
    "add_by_hand",
    "add_evidence",
    "analysis",
    "as_left",
    "assign",
    "carry",
    "carry_over",
    "check",
    "checked",
    "choose_firm",
    "choose_run",
    "comment",
    "correct",
    "correct_all",
    "count",
    "duties_by_document",
    "earlier_version",
    "evidence_bytes",
    "facets",
    "findings",
    "firm_choices",
    "history",
    "insert_run",
    "keep_marked",
    "lead",
    "log_run",
    "mark",
    "may_carry",
    "may_choose_firm",
    "merge",
    "offers",
    "our_firm",
    "outline",
    "overview",
    "place",
    "promote",
    "record",
    "reindex",
    "remove_evidence",
    "repair",
    "row",
    "rows",
    "rows_of",
    "runs",
    "save_record",
    "set_anchor_date",
    "set_next_review",
    "set_status",
    "split",
    "standing_all",
    "standing_of",
    "statements",
    "store_run",
    "summary",
    "take_over",
    "to_check",
    "to_check_count",
    "uncovered",
    "undo",
    "ungrounded",
    "values",
]
