"""The pictures of the README, taken from the app with its own samples: `python -m tests.browser.screenshots`."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import BROWSERS, QUIET, ROOT, end, free_port, wait_until_up

DOCS = ROOT / "docs"
SAMPLES = ("ict-incident-reporting.pdf", "data-protection.html", "outsourcing-contract.pdf", "us-customer-funds.txt")
NEXT = "ict-incident-reporting-v2.pdf"
SETTLED = 5_000  # milliseconds that a page is given to draw its last picture


def imported(folder: Path) -> str:
    """The samples imported into a database in `folder`; the id of the first document."""
    os.environ["COPILOT_DATA_DIR"] = str(folder)
    command("import", *(str(ROOT / "data" / "samples" / name) for name in SAMPLES))
    from core import library
    from core.identity import local_user
    from core.store import connect

    rows = library.documents(connect(folder / "copilot.db"), local_user())
    return next(row.id for row in rows if "ICT incidents" in row.title)


def command(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "core", *arguments], cwd=ROOT, check=True)


def next_version(folder: Path, document: str) -> None:
    """The next version of a document of which people have said something: one duty changes, one does not."""
    from core import register
    from core.identity import local_user
    from core.store import connect

    db = connect(folder / "copilot.db")
    for row in register.rows(db, local_user(), register.Filter(document=document), limit=None):
        if row.path in ("Article 6(1)(b)", "Article 10(1)"):
            register.assign(db, local_user(), row.id, "Incident desk")
    db.close()
    command("import", str(ROOT / "data" / "samples" / NEXT))


def picture(browser: Browser, url: str, name: str, scheme: str = "light", key: str = "") -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    page.wait_for_timeout(SETTLED)
    if key:
        page.keyboard.press(key)
        page.wait_for_timeout(SETTLED)
    page.screenshot(path=DOCS / name)
    context.close()


def main() -> None:
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with tempfile.TemporaryDirectory() as folder:
        document = imported(Path(folder))
        port = free_port()
        start = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        server = subprocess.Popen([*start, "--server.headless", "true"], cwd=ROOT, start_new_session=True)
        try:
            wait_until_up(url := f"http://localhost:{port}", server)
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=path, args=QUIET)
                picture(browser, f"{url}/", "overview.png")
                picture(browser, f"{url}/obligations", "obligations.png")
                picture(browser, f"{url}/document?document={document}", "document.png", key="j")
                picture(browser, f"{url}/document?document={document}", "document-dark.png", "dark", key="j")
                command("controls", "import", "--ours")
                command("controls", "confirm-above", "0.6", "--document", document, "--yes")
                picture(browser, f"{url}/controls", "controls.png")
                next_version(Path(folder), document)
                picture(browser, f"{url}/compare", "compare.png")
                picture(browser, f"{url}/models", "models.png")
                browser.close()
        finally:
            end(server)


if __name__ == "__main__":
    main()
