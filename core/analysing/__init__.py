"""A stored document read by a language model, window by window, as a durable job, beside the built-in reading.

options    what a person may choose
plan       settled as a run begins: versions of prompts, windows of the text
asking     a question to a model, asked once however often the run is taken up
windows    one window: read, grounded, asked again where it is weak or leaves sentences out
pool       some windows at once
further    risk, actions and summary by the model, checked
keeping    where finished steps are kept; whether the job is still ours
leading    the whole run: from the plan to an Analysis
overnight  the windows handed over as one batch, and collected
rehearsing a run gone through with the answers that are kept, and nobody asked
forecasting  what a run would take, part by part, and which budget may not hold it
job        the handler, and what a person does about a run: start, estimate, go on, see how far it is
alone      the same for a file without a library
comparing  a run beside the built-in one
"""

from core.analysing.alone import read_alone
from core.analysing.comparing import Compared, compare
from core.analysing.forecasting import Forecast, Part
from core.analysing.job import Partial, analyse, cancel, estimate, go_on, partial, start
from core.analysing.options import STEPS, Options, Step
from core.llm.errands import Estimate

__all__ = [
    "STEPS",
    "Compared",
    "Estimate",
    "Forecast",
    "Options",
    "Part",
    "Partial",
    "Step",
    "analyse",
    "cancel",
    "compare",
    "estimate",
    "go_on",
    "partial",
    "read_alone",
    "start",
]
