"""The app in a window of its own: app mode of a Chromium-family browser, else a tab of the default browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from pathlib import Path

from core.errors import Conflict, Missing

START_SECONDS = 60
WINDOW_SECONDS = 2.0  # a browser that cannot show a window ends within this
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "brave-browser",
    "vivaldi",
    "msedge",
    "chrome",
)
MAC_APPS = ("Google Chrome", "Microsoft Edge", "Chromium", "Brave Browser", "Vivaldi")
WINDOWS_PATHS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")


def open_app(port: int = 8501) -> "tuple[subprocess.Popen[bytes] | None, bool]":
    """Open http://localhost:PORT, starting the server if it does not run.

    Gives the server that it started, if any, and whether a window could be opened. Conflict when another program has
    the port, or the server does not answer within a minute.
    """
    server = None if answers(port) else start(port)
    return server, window(f"http://localhost:{port}")


def window(url: str) -> bool:
    """Open the address in a window of its own, else in the default browser; gives whether either could be."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    found = browser()
    if found is None:
        return webbrowser.open(url)
    opened = subprocess.Popen([str(found), f"--app={url}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return opened.wait(WINDOW_SECONDS) == 0  # one that runs already opens the window and ends
    except subprocess.TimeoutExpired:
        return True


def answers(port: int) -> bool:
    """Whether a Streamlit server is at this port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as reply:
            return bool(reply.read().strip() == b"ok")
    except (urllib.error.URLError, OSError, ValueError):
        return False


def start(port: int) -> "subprocess.Popen[bytes]":
    """Start the app's server and wait until it answers."""
    from core.settings import ROOT

    if _taken(port):
        raise Conflict(f"Port {port} is used by another program; choose a free one with --port.")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--browser.gatherUsageStats", "false"]
    server = subprocess.Popen(command, cwd=ROOT)
    waited_until = time.monotonic() + START_SECONDS
    while time.monotonic() < waited_until:
        if server.poll() is not None:
            raise Missing(
                "The server stopped at once; its message is above. Run `make run` to install what is missing."
            )
        if answers(port):
            return server
        time.sleep(0.2)
    server.terminate()
    raise Conflict(f"The server did not answer on port {port} within {START_SECONDS} s; try again, or run `make run`.")


def browser() -> Path | None:
    """An installed browser with an app mode."""
    return next(_candidates(), None)


def _candidates() -> Iterator[Path]:
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    roots = [Path("/Applications"), Path.home() / "Applications"]
    apps = (root / f"{name}.app/Contents/MacOS/{name}" for root in roots for name in MAC_APPS)
    folders = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    windows = (Path(folder) / path for folder in folders if folder for path in WINDOWS_PATHS)
    yield from (path for path in (*apps, *windows) if path.is_file())


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
