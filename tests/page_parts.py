"""The app as its pages see it, without a browser: a folder of its own, and no worker process besides the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from core.settings import settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "overview",
    "documents",
    "obligations",
    "controls",
    "compare",
    "document",
    "help",
    "models",
    "costs",
    "traces",
    "activity",
    "approvals",
    "tickets",
    "inbox",
    "access",
    "account",
)


@contextmanager
def folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The settings point to `path`; its worker's lock is held, so that the app starts no worker of its own."""
    path.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("COPILOT_DATA_DIR", str(path))
    settings.cache_clear()
    try:
        with FileLock(path / "worker.lock"):
            yield path
    finally:
        settings.cache_clear()


def opened(page: str = "overview", **asked: str | list[str]) -> AppTest:
    """The app on this page, as if its address had been typed."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
    if page != "overview":
        at.switch_page(f"pages/{page}.py")
    for name, value in asked.items():
        at.query_params[name] = value
    return at.run()


def said(at: AppTest) -> str:
    """Every text on the page."""
    kinds = (at.markdown, at.caption, at.header, at.subheader, at.error, at.warning, at.info, at.success, at.toast)
    return "\n".join(element.value for kind in kinds for element in kind)


def button(at: AppTest, label: str):  # type: ignore[no-untyped-def]
    """The first button with this label."""
    return next(one for one in at.button if one.label == label)
