"""The edge: what goes wrong is said in one sentence where it happened."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import streamlit as st

from core.errors import CopilotError
from pages.parts.words import plain

log = logging.getLogger("copilot.pages")


@contextmanager
def guarded() -> Iterator[None]:
    """What goes wrong inside is said in one sentence where it happened; the rest of the page stays."""
    try:
        yield
    except CopilotError as error:
        st.error(plain(str(error)), icon=":material/error:")
    except Exception as error:  # noqa: BLE001 - the edge: nobody ever sees a traceback
        reference = uuid4().hex[:8]
        # Where it happened and of what kind, never the error's own words: they may quote the document.
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("reference %s: %s\n%s", reference, type(error).__name__, frames)  # noqa: TRY400
        st.error(
            f"This part of the page could not be shown. Nothing was lost; reload the page to try again."
            f" If it stays, report reference {reference}.",
            icon=":material/error:",
        )
