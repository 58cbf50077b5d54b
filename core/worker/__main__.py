"""As the app starts it: polite to the screens, quiet in its log, gone when nobody wants it."""

import os
import sys
from types import TracebackType

from core.errors import CopilotError
from core.worker.loop import run
from core.worker.watch import log


def stopped(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The log gets our own sentences and the names of defects; their words may quote a document."""
    log(f"stopped: {error if isinstance(error, CopilotError) else kind.__name__}")


sys.excepthook = stopped
if hasattr(os, "nice"):
    os.nice(5)  # with two cores, pages stay quick while a document is read
run(stay=False)
