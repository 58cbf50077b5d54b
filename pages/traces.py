"""Traces: what was asked of models lately, and one of them as a waterfall."""

import streamlit as st
from sqlite_utils import Database

from core import activity, telemetry
from core.types import User
from pages.parts import shell, trace_list, trace_view


def page(db: Database, user: User) -> None:
    asked = st.query_params.get("trace")
    if not asked:
        trace_list.traces(db, user)
        return
    found = telemetry.spans(db, user, asked)
    if found:
        activity.traced(db, user, asked)
        trace_view.trace(asked, found)
    else:
        trace_view.gone()


shell.run(page)
