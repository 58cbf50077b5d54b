"""What is shown of a comparison: kinds of change as counted pills, then what changed, who bears it and how risky."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.compare import KINDS, Change, Comparison, label_counts
from pages.parts import url
from pages.parts.words import BEARERS, RISKS, label

SHOWN_FIRST = ("changed", "added", "removed", "moved", "unchanged")
NAMES = ("kind", "what", "bearer_kind", "risk")
VIEWS = {"duties": "Obligations", "text": "Text"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty asks for nothing in particular; of kinds, for what differs in more than its number where anything does."""

    kinds: Sequence[str] = ()
    what: Sequence[str] = ()
    bearers: Sequence[str] = ()
    risks: Sequence[str] = ()

    def has(self, change: Change) -> bool:
        labels = {*label_counts(change.differences)}
        return (
            change.kind in self.kinds
            and (not self.what or bool(labels & {*self.what}))
            and (not self.bearers or change.here.draft.bearer.kind in self.bearers)
            and (not self.risks or change.here.risk.level in self.risks)
        )


def bar(found: Comparison) -> tuple[str, Wanted]:
    """The widgets; gives the view and what is wanted."""
    labels = label_counts(one for change in found.changes for one in change.differences)
    url.follow(
        one={},
        many={"kind": KINDS, "what": list(labels), "bearer_kind": BEARERS, "risk": RISKS},
    )
    with st.container(horizontal=True, vertical_alignment="center", key="change-filters"):
        view = "text" if st.query_params.get("show") == "text" else "duties"
        picked = st.segmented_control(
            "View", tuple(VIEWS), default=view, required=True, format_func=VIEWS.get, key=f"view-{view}",
            label_visibility="collapsed",
        )  # fmt: skip
        if picked != view:
            st.query_params["show"] = picked
            st.query_params.pop("p", None)
            st.rerun()
        counts = found.article_counts if view == "text" else found.counts
        _pills("kind", [kind for kind in SHOWN_FIRST if counts[kind]], counts)
        if view == "duties":
            for name, title, sizes in _narrower(found, labels):
                with st.popover(_named(title, name), key=f"open-{name}"):
                    _pills(name, list(sizes), sizes, names=BEARERS if name == "bearer_kind" else {}, width=320)
    url.tell(NAMES)
    kinds, *rest = (url.held(name) or () for name in NAMES)
    different = [kind for kind in ("changed", "added", "removed") if counts[kind]]
    return view, Wanted(kinds or different or ["moved"], *rest)


def _narrower(found: Comparison, labels: Mapping[str, int]) -> list[tuple[str, str, Mapping[str, int]]]:
    different = [one for one in found.changes if one.kind != "unchanged"]
    bearers = {kind: sum(one.here.draft.bearer.kind == kind for one in different) for kind in BEARERS}
    risks = {level: sum(one.here.risk.level == level for one in different) for level in RISKS}
    filled = [("what", "What changed", labels), ("bearer_kind", "Bearer", bearers), ("risk", "Risk", risks)]
    return [(name, title, {key: size for key, size in sizes.items() if size}) for name, title, sizes in filled]


def _pills(
    name: str,
    values: Sequence[str],
    sizes: Mapping[str, int],
    *,
    names: Mapping[str, str] | None = None,
    width: int | None = None,
) -> None:
    st.pills(
        name, values, selection_mode="multi", key=url.key(name), label_visibility="collapsed", width=width or "content",
        format_func=lambda value: f"{(names or {}).get(value) or label(value)} {sizes.get(value, 0):,}",
    )  # fmt: skip


def _named(title: str, name: str) -> str:
    held = url.held(name)
    return f"{title} · {len(held)}" if held else title
