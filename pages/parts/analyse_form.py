"""Analyse with a model: which one, how, what it would take, and who may not be asked."""

from dataclasses import replace
from decimal import Decimal
from typing import get_args

import streamlit as st
from sqlite_utils import Database

from core import analysing, identity, library, llm
from core.errors import CopilotError, NotAllowed
from core.llm import routes
from core.llm.faults import NoAnswer, Refused
from core.llm.routes import QUALITIES
from core.settings import settings
from core.types import User
from pages.parts import backends, cost_words, rights, run_estimate, shell
from pages.parts.words import plain

ROUTES = {
    "fast": "The cheapest model that will do",
    "good": "The cheapest model rated good or better",
    "best": "The cheapest model rated best",
}
STEPS = {"risk": "Risk", "actions": "Actions", "summary": "Summary"}
FORECAST = "analyse_forecast"
NAMED = "Where you name a model, another one is asked only when it fails and the inventory names a fallback for it."
FEW_LETTERS = 200  # of reasons, which a person reads at a glance


def form(db: Database, user: User, shown: library.DocumentRow) -> None:
    if not identity.may(user, "models.ask"):
        st.caption(rights.why("models.ask"))
        return
    found = llm.usable(backends.looked(), settings())
    choices = [*QUALITIES, *found]
    with st.container(key="analyse"):
        choice = st.selectbox(
            "Analyse with", choices, index=choices.index(_first(found)), format_func=_named,
            key=f"analyse-with-{shown.id}",
        )  # fmt: skip
        options = _options(shown, choice)
        ready = _forecast(db, user, shown, options, found)
        later = ready and _overnight(shown)
        if st.button("Start", type="primary", key="analyse-start", icon=":material/play_arrow:", disabled=not ready):
            analysing.start(db, user, shown.id, replace(options, batch=later))
            shell.done("The model reads the document; you can go on working")


def _first(found: tuple[str, ...]) -> str:
    """What stands there before somebody chooses: a quality that a model here has, else the model that was added."""
    rated = {one.quality for one in routes.route(settings(), "extract").models if one.model in found}
    own = next((name for name in found if not name.startswith("scripted:")), None)
    return "good" if rated & {"good", "best"} or own is None else "fast" if rated else own


def _named(choice: str) -> str:
    if choice in ROUTES:
        return ROUTES[choice]
    title = llm.entry(choice, settings()).title
    return choice if title in choice else f"{title} ({choice})"


def _options(shown: library.DocumentRow, choice: str) -> analysing.Options:
    """What the person has set; everything is on unless they say otherwise."""
    model = None if choice in ROUTES else choice
    with st.expander("Options"):
        again = st.checkbox(
            "Ask again about sentences that no obligation covers", True, key=f"analyse-again-{shown.id}"
        )
        stronger = st.checkbox(
            "Ask a stronger model where a reading is weak", model is None, key=f"analyse-stronger-{shown.id}-{choice}",
            disabled=model is not None, help=NAMED if model else None,
        )  # fmt: skip
        steps = st.multiselect(
            "Let the model also do", get_args(analysing.Step), get_args(analysing.Step), format_func=STEPS.__getitem__,
            key=f"analyse-steps-{shown.id}",
            help="Left out, the built-in rules do it. High risks always need approval.",
        )  # fmt: skip
        cap = st.number_input(
            "Stop at, in USD", min_value=0.0, value=None, step=0.5, key=f"analyse-cap-{shown.id}",
            placeholder="no cap of your own", help="What is done until then is kept, and you can go on.",
        )  # fmt: skip
        fresh = st.checkbox("Ask anew, without answers kept from earlier runs", False, key=f"analyse-fresh-{shown.id}")
    quality = choice if choice in ROUTES else "good"
    spend = None if cap is None else Decimal(str(cap))
    return analysing.Options(model, quality, again, stronger and model is None, tuple(steps), spend, fresh)


def _forecast(
    db: Database, user: User, shown: library.DocumentRow, options: analysing.Options, found: tuple[str, ...]
) -> bool:
    """What it would take, worked out once for each choice; whether it can be started."""
    key = (shown, options, found)
    kept = st.session_state.get(FORECAST)
    if kept is None or kept[0] != key:
        with st.spinner("Working out what it would take…"):
            kept = (key, _worked_out(db, user, shown.id, options))
        st.session_state[FORECAST] = None if isinstance(kept[1], NotAllowed) else kept  # a card may be changed
    if isinstance(kept[1], CopilotError):
        _why_not(shown, kept[1])
        return False
    _told(kept[1])
    return True


def _overnight(shown: library.DocumentRow) -> bool:
    """Whether it is to wait for a batch; asked only where the model that is asked first takes them."""
    found: analysing.Forecast = st.session_state[FORECAST][1]
    later = found.overnight
    if later is None:
        return False
    title = "Overnight (cost unknown)"
    if later.cost_usd is not None:
        title = f"Overnight, at half price (about {cost_words.money(later.cost_usd)})"
        if len(found.parts) > 1:
            title = f"Overnight, the windows at half price (about {cost_words.money(later.cost_usd)} in all)"
    return st.checkbox(
        plain(title), key=f"analyse-overnight-{shown.id}",
        help="The provider answers within a day, mostly sooner. You can close this page; the reading appears here.",
    )  # fmt: skip


def _worked_out(
    db: Database, user: User, document_id: str, options: analysing.Options
) -> analysing.Forecast | CopilotError:
    try:
        return analysing.estimate(db, user, document_id, options)
    except CopilotError as error:
        return error


def _why_not(shown: library.DocumentRow, error: CopilotError) -> None:
    """Why it cannot be started, and the way to where that is decided."""
    told, _, reasons = str(error).partition(". ")
    if isinstance(error, NoAnswer) and len(reasons) > FEW_LETTERS:
        st.warning(f"{plain(told)}. Choose another, or set one up.", icon=":material/block:")
        with st.expander("Why"):
            st.markdown(plain(reasons))
    else:
        st.warning(plain(str(error)), icon=":material/block:")
    if isinstance(error, NotAllowed) and not isinstance(error, Refused):
        st.button("Open the data card", key=f"card-{shown.id}", icon=":material/badge:", on_click=_open_card)
    if isinstance(error, NoAnswer | Refused):
        st.page_link("pages/models.py", label="Set up a model", icon=":material/neurology:")


def _open_card() -> None:
    """By the tabs' own state, which the address follows; a link to this page would leave the address as it was."""
    st.session_state["tab"] = "Details"


def _told(forecast: analysing.Forecast) -> None:
    run_estimate.told(forecast)
    with st.expander(f"Who may be asked ({sum(one.decision.allowed for one in forecast.candidates)})"):
        for one in forecast.candidates:
            mark = ":green[✓]" if one.decision.allowed else ":red[✗]"
            st.markdown(f"{mark} **{plain(one.entry.name)}** · {plain(one.why)}  \n:gray[{plain(one.decision.reason)}]")
