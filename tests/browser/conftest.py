"""The app as a person meets it: a real server, its real worker, a real Chromium."""

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
# Without these Chromium looks for updates and accounts on the network at every start.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
START_SECONDS = 300
# Milliseconds: how long anybody waits for what a person would see soon, on a machine that does much else.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    reason = f"none of {', '.join(BROWSERS)} is installed"
    if os.environ.get("CI"):
        pytest.fail(f"the browser tests must run here, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str) -> dict[str, object]:
    return {"executable_path": chromium, "args": [*QUIET, "--disable-sync"]}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    return {"viewport": {"width": 1440, "height": 900}, "accept_downloads": True}


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    return patient(context)


def patient(context: BrowserContext) -> BrowserContext:
    """The same, and none of its pages gives up sooner than PATIENCE."""
    context.set_default_timeout(PATIENCE)
    return context


def click_in_table(page: Page, x: int, y: int, shown: Locator) -> None:
    """Click a place of the first table for what it shows then. A table is a canvas, drawn anew whenever the page is: a
    click that comes between is lost, and made again once the page has come to rest.
    """
    table = page.get_by_test_id("stDataFrame").first
    for _ in range(5):
        expect(table).to_be_visible()
        page.wait_for_selector("[data-test-script-state=notRunning]")
        table.click(position={"x": x, "y": y})
        with suppress(TimeoutError):
            return shown.wait_for(timeout=PATIENCE / 5)
    raise AssertionError(f"no click at {x}, {y} shows {shown}")


def free_port() -> int:
    """Below those that outgoing connections take: until the app has it, none of them comes between."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 1_000):
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port of a thousand is free")


def wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise AssertionError(f"the app ended at start with code {server.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the app did not answer on {url} within {START_SECONDS} s")


def end(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def end_worker(database: Path) -> None:
    """The app's worker outlives it, and would take its share of the processor from the tests that follow."""
    with suppress(sqlite3.OperationalError, ProcessLookupError), closing(sqlite3.connect(database)) as db:
        for (pid,) in db.execute("select pid from worker where stopped_at is null"):
            os.kill(pid, signal.SIGTERM)


@contextmanager
def serving(folder: Path, *, port: int = 0, **settings: str) -> Iterator[str]:
    """The app on the database in `folder`/var. Its log is shown when a test fails. `settings`: of its environment."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (folder / "app.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--server.headless", "true", "--server.fileWatcherType", "none"],
            cwd=ROOT,
            env={**os.environ, "COPILOT_DATA_DIR": str(folder / "var"), **settings},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until_up(url := f"http://localhost:{port}", server)
            yield url
        finally:
            end(server)
            end_worker(folder / "var" / "copilot.db")
            print((folder / "app.log").read_text("utf-8", "replace")[-4000:])


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fresh app on an empty database."""
    with serving(tmp_path_factory.mktemp("app")) as url:
        yield url
