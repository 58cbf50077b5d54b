"""What the analysis says of the document as a whole."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import User
from pages.parts.words import RISKS, badge, count, day, label, plain, when


def summary(db: Database, user: User, shown: library.DocumentRow) -> None:
    found = register.analysis(db, user, shown.id)
    st.markdown(plain(register.summary(db, user, shown.id)))
    coverage, run = found.coverage, found.metadata
    lines = [
        ("Risk", f"{badge(label(found.risk.level), RISKS[found.risk.level])} {found.risk.score} of 100: "
         + _joined(found.risk.reasons)),
        ("Quality", f"{found.quality.score} of 5: " + _joined(found.quality.reasons)),
        ("Scope", f"{label(found.scope.decision)}: " + _joined(found.scope.reasons)),
        ("Coverage", f"{coverage.covered:,} of {coverage.normative_sentences:,} normative sentences accounted for"),
        ("In force", day(found.document.in_force)),
        ("Applies from", day(found.document.applies_from)),
        ("Structure", _structure(found.document.structure)),
        ("Read by", f"{plain(run.model)}, {when(run.created_at)}, in {run.latency_ms:,} ms"),
    ]  # fmt: skip
    rows = [f"| :gray[{name}] | {value} |" for name, value in lines if value]
    with st.container(key="facts-summary"):
        st.markdown("\n".join(["| | |", "|---|---|", *rows]))
    if firms := found.document.applies_to:
        with st.expander(f"Applies to {count(len(firms), 'kind')} of firm or person"):
            st.markdown("\n".join(f"- {plain(one)}" for one in firms))


def _joined(reasons: Sequence[str]) -> str:
    """Reasons in one line, whether they are sentences or not."""
    return plain("; ".join(reasons).replace(".;", "."))


def _structure(structure: object) -> str:
    names = {"articles": "article", "recitals": "recital", "annexes": "annex", "tables": "table"}
    counts = {name: getattr(structure, name) for name in names}
    return ", ".join(count(counts[name], noun, name) for name, noun in names.items() if counts[name])
