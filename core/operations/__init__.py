"""What running models costs and how well they run, counted from the ledger of calls.

choice      which calls: a period, models, tasks, and whose they may be
costs       spend and tokens by day, model, task, person, document; what kept answers saved
burning     the budgets: what is spent of each, and the month day by day
latency     percentiles, first words, faults, fallbacks, changed names
projection  what a month of traffic would cost, from assumptions (pure)
forecast    what the projection starts from, and the models side by side
sheets      all of it as tables, for files and the command line
health      what to know of this installation; storage: whether its disk is encrypted
messages    what people are told, by e-mail or to a webhook
"""

from core.operations.burning import Burn, burn, caps
from core.operations.choice import PERIODS, Chosen, chosen, sees_all
from core.operations.costs import (
    By,
    DocumentSpend,
    Spend,
    by_document,
    change,
    in_flight,
    known,
    per_document,
    recount,
    spend,
    total,
)
from core.operations.forecast import Compared, assumptions, compared, projections, traffic
from core.operations.latency import (
    Example,
    Fault,
    Reliability,
    Renamed,
    Speed,
    examples,
    faults,
    reliability,
    renamed,
    speeds,
)
from core.operations.projection import Assumptions, Projection, Traffic, project, sentences

__all__ = [
    "PERIODS",
    "Assumptions",
    "Burn",
    "By",
    "Chosen",
    "Compared",
    "DocumentSpend",
    "Example",
    "Fault",
    "Projection",
    "Reliability",
    "Renamed",
    "Speed",
    "Spend",
    "Traffic",
    "assumptions",
    "burn",
    "by_document",
    "caps",
    "change",
    "chosen",
    "compared",
    "examples",
    "faults",
    "in_flight",
    "known",
    "per_document",
    "project",
    "projections",
    "recount",
    "reliability",
    "renamed",
    "sees_all",
    "sentences",
    "speeds",
    "spend",
    "total",
    "traffic",
]
