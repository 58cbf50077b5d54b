"""The cursor in the reason as soon as a decision is opened by its key, so that hands stay on the keyboard."""

import streamlit as st

_SCRIPT = """
const seen = new WeakMap();
export default function ({ parentElement, data }) {
  if (seen.get(parentElement) === data.what) return;
  seen.set(parentElement, data.what);
  const find = (tries) => {
    const panel = document.querySelector(".st-key-review-panel");
    const field = panel?.querySelector("textarea");
    if (field) {
      field.focus({ preventScroll: true });
      // The button that confirms, once it is drawn too, and no further: the quote stays in sight.
      new ResizeObserver(() => panel.scrollIntoView({ block: "nearest" })).observe(panel);
    } else if (tries) setTimeout(() => find(tries - 1), 50);
  };
  find(20);
}
"""
_mount = st.components.v2.component("compliance_copilot.review_focus", html="<span></span>", js=_SCRIPT)


def focus(what: str) -> None:
    """Once for each `what`."""
    with st.container(key="review-focus"):
        _mount(key="review-focus-script", data={"what": what})
