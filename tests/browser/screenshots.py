"""The pictures of the README, taken from the app with its own samples: `python -m tests.browser.screenshots`."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.conftest import BROWSERS, QUIET, ROOT, end, free_port, wait_until_up
from tests.model_servers import serving

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


MODEL = "ollama:qwen3:8b"
LETTERS_A_TOKEN, SECONDS = 4, 0.2


def reading(message: str) -> str:
    """What a middling model says: it leaves out each seventh duty and says each ninth in its own words."""
    from tests.analysing_parts import PATH, marked, norm

    found = [(path, text) for path, text in PATH.findall(message) if marked(text)]
    norms = [norm(path, text) for at, (path, text) in enumerate(found, 1) if at % 7]
    for one in norms[4::9]:
        one["quote"] = f"Firms are required to {one['action']}"
    return json.dumps({"norms": norms})


def ollama(handler: Any) -> None:
    """An Ollama server with one model, which reports what it was given and said."""
    from tests.model_servers import answer, ollama_tags, stream

    if handler.path == "/api/tags":
        return ollama_tags("qwen3:8b")(handler)
    if handler.path != "/api/chat":
        return answer(404, {"error": "not here"})(handler)
    time.sleep(SECONDS)
    asked = handler.body["messages"]
    said = reading(asked[-1]["content"]) if "norms" in str(handler.body.get("format")) else "A duty and its bearer."
    tokens = sum(len(one["content"]) for one in asked) // LETTERS_A_TOKEN
    end = {"done": True, "done_reason": "stop", "prompt_eval_count": tokens, "eval_count": len(said) // LETTERS_A_TOKEN}
    parts = [
        {"message": {"role": "assistant", "content": said}, "done": False},
        {"message": {"role": "assistant", "content": ""}, **end},
    ]
    lines = [json.dumps({"model": "qwen3:8b", **part}).encode() + b"\n" for part in parts]
    return stream(lines, "application/x-ndjson")(handler)


def analysed(folder: Path, documents: Sequence[str]) -> str:
    """The documents read by the model, and the model measured; the trace of the first reading."""
    from core import analysing, library, llm, telemetry, worker
    from core.identity import local_user
    from core.store import connect

    db, user = connect(folder / "copilot.db"), local_user()
    options = analysing.Options(model=MODEL, second_pass=False, cascade=False, steps=())
    for document in documents:
        library.sign_card(db, user, document)
    jobs = [analysing.start(db, user, document, options) for document in documents]
    llm.start_benchmark(db, user, [MODEL, "scripted:echo"], runs=5, prompt=llm.benchmark_prompts()[0])
    worker.drain()
    telemetry.flush()
    return telemetry.trace_of(jobs[0])


CHANGES = "A quote keeps its numbers and brackets."


def with_next_prompt(folder: Path) -> None:
    """Our models and prompts, with a version of one prompt that nobody has approved yet."""
    shutil.copytree(ROOT / "models", folder, ignore=shutil.ignore_patterns("gguf"))
    shipped = max((folder / "prompts" / "extract-obligations").glob("*.md"))
    changed = shipped.read_text("utf-8").replace(
        "Never shorten, join", "Keep its numbers and brackets. Never shorten, join", 1
    )
    changed = re.sub(r"^changes = .*$", f'changes = "{CHANGES}"', changed, count=1, flags=re.MULTILINE)
    shipped.with_name("1.1.0.md").write_text(changed, "utf-8")


def picture(
    browser: Browser, url: str, name: str, scheme: str = "light", key: str = "", tab: str = "", session: str = ""
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    if session:
        port = url.split("/")[2].rpartition(":")[2]
        context.add_cookies([{"name": f"copilot_session_{port}", "value": session, "url": url}])
    page = context.new_page()
    page.goto(url)
    page.wait_for_timeout(SETTLED)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(SETTLED)
    if tab:
        page.get_by_role("tab", name=tab, exact=True).click()
        page.wait_for_timeout(SETTLED)
    if key:
        page.keyboard.press(key)
        page.wait_for_timeout(SETTLED)
    page.screenshot(path=DOCS / name)
    context.close()


def with_models(browser: Browser, url: str, trace: str, document: str) -> None:
    """What the model made, took and cost."""
    picture(browser, f"{url}/document?document={document}&tab=Readings", "readings.png")
    picture(browser, f"{url}/costs", "costs.png")
    picture(browser, f"{url}/traces?trace={trace}", "trace.png")
    picture(browser, f"{url}/models", "models.png")
    picture(browser, f"{url}/models", "benchmark.png", tab="Benchmark")
    picture(browser, f"{url}/models?prompt=extract-obligations", "prompts.png", tab="Prompts")


PEOPLE = {"Nadia Brandt": "analyst", "Rui Okafor": "reviewer", "Tess Moreau": "risk reviewer"}


def asked(folder: Path, document: str) -> tuple[str, int, str]:
    """Three people with accounts; requests of the analyst, one of them sent back, changed and accepted by one of two.

    Gives the session of the risk reviewer, the number of that request, and the id of the analyst.
    """
    from core import register, review
    from core.identity import accounts, local_user, passwords, sessions
    from core.store import connect

    db = connect(folder / "copilot.db")
    passwords.protect(db, local_user(), "Root", "four words of a picture")
    root = accounts.user_of(db, "local")
    invited = {name: passwords.invite(db, root, name, [role]) for name, role in PEOPLE.items()}
    ids = {name: passwords.accept(db, token, "four words of a picture").id for name, token in invited.items()}
    analyst, reviewer, risk = (accounts.user_of(db, id) for id in ids.values())
    found = [row.action for row in register.actions(db, analyst, document) if row.action.priority != "low"]
    ordered = sorted(found, key=lambda one: ("critical", "high", "medium").index(one.priority))
    made = [
        review.submit(db, analyst, document, [one.id], note="Needed before the go-live.")[0] for one in ordered[:14]
    ]

    def says(verdict: review.Verdict, reason: str = "") -> None:
        shown = review.evidence(db, reviewer, made[0].id).digest
        review.decide(db, reviewer, made[0].id, verdict, shown=shown, token=f"{verdict} {shown}", reason=reason)

    says("request_change", "Name who keeps the register.")
    review.amend(db, analyst, made[0].id, {made[0].actions[0].id: {"owner_role": "Incident desk"}})
    says("accept")
    token = sessions.open(db, risk.id, "account")
    db.close()
    return token, made[0].number, analyst.id


def with_people(browser: Browser, url: str, session: str, analyst: str) -> None:
    """Who did what, and who may what and sees what."""
    command("--as", "Tess Moreau", "audit", "verify", "--all")
    picture(browser, f"{url}/activity", "activity.png", session=session)
    picture(browser, f"{url}/access?person={analyst}", "access.png", session=session)


def main() -> None:
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with tempfile.TemporaryDirectory() as made, serving(ollama) as model:
        folder = Path(made) / "var"
        with_next_prompt(Path(made) / "models")
        os.environ |= {"COPILOT_MODELS_DIR": f"{made}/models", "COPILOT_OLLAMA_URL": model.url}
        document = imported(folder)
        trace = analysed(folder, [document])
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
                next_version(folder, document)
                picture(browser, f"{url}/compare", "compare.png")
                with_models(browser, url, trace, document)
                session, number, analyst = asked(folder, document)
                picture(browser, f"{url}/approvals?item={number}", "approvals.png", session=session)
                with_people(browser, url, session, analyst)
                browser.close()
        finally:
            end(server)


if __name__ == "__main__":
    main()
