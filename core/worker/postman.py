"""Beside the worker's lanes: takes away what people are told, where e-mail or a webhook is set up."""

import time

from sqlite_utils import Database

from core.errors import CopilotError
from core.operations import messages
from core.settings import Settings
from core.worker.lanes import Do
from core.worker.watch import log

SECONDS = 15.0


def postman(settings: Settings) -> Do:
    """As a lane calls it: looks at most each 15 seconds, and never says that there is more to do at once."""
    looked = -SECONDS

    def round(db: Database, lane: str) -> bool:
        nonlocal looked
        if messages.wanted(settings) and time.monotonic() - looked >= SECONDS:
            looked = time.monotonic()
            try:
                messages.deliver(db, settings)
            except CopilotError as error:
                log(f"messages: {error}")
        return False

    return round
