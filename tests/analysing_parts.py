"""What tests of runs share: a document of clocks, and a model on loopback that reads it as a careful person would."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core import jobs, library, worker
from core.analysing import Options
from core.identity import local_user
from core.settings import ROOT
from tests import model_servers, router_parts
from tests.job_parts import PATIENCE
from tests.model_servers import serving
from tests.router_parts import CHEAP, OWN, STRONG, Desk

ADA = local_user()
ARTICLES = 60
RULES = "# Regulation on clocks\n\n" + "\n\n".join(
    f"## Article {number} — Winding\n\n1. The firm shall wind clock {number} within {number + 1} days of its stop.\n\n"
    f"2. The keeper must not stop clock {number}.\n\n"
    f"3. For the purposes of this Article, ‘clock {number}’ means an instrument that shows the time."
    for number in range(1, ARTICLES + 1)
)
DUTIES = 2 * ARTICLES
# The first pass over the windows alone, so that a test counts what it says; fresh, so that kept steps alone save calls.
PLAIN = Options(model=OWN, second_pass=False, cascade=False, steps=(), fresh=True)
PATH = re.compile(r"^(Article \d+\(\d+\))\n(.+)$", re.MULTILINE)

Answer = Callable[[str], str]  # the user's message → what the model says


def careful(message: str) -> str:
    """Every sentence with "shall" or "must not", quoted as it stands."""
    return json.dumps({"norms": [norm(path, text) for path, text in PATH.findall(message) if marked(text)]})


def marked(text: str) -> bool:
    return "shall" in text or "must not" in text


def norm(path: str, quote: str, **more: Any) -> dict[str, Any]:
    bearer, _, action = quote.partition(" shall " if " shall " in quote else " must not ")
    return {
        "provision": path, "quote": quote, "lead_in": "", "bearer": bearer, "action": action.rstrip("."),
        "modality": "obligation" if " shall " in quote else "prohibition", "deadline": "", "condition": "",
        "exception": "", "confidence": 0.95, "reason": "It says who must do what.", **more,
    }  # fmt: skip


def versed(message: str) -> str:
    """A good answer to each of the five prompts; in the windows it leaves out every keeper's ban."""
    numbers = re.findall(r"^(\d+)\. ", message, re.MULTILINE)
    if "Decide for each of these sentences" in message:
        return json.dumps({"sentences": [verdict(int(number), message) for number in numbers]})
    if "Give each of these norms its level" in message:
        risks = [
            {"number": int(number), "level": "critical", "confidence": 0.9, "reason": "Clocks."} for number in numbers
        ]
        return json.dumps({"risks": risks})
    if "Say these steps better" in message:
        return json.dumps({"steps": [step(int(number)) for number in numbers]})
    if "Summarise what this asks" in message:
        return json.dumps({"sentences": [{"sentence": "Clocks are to be wound in time.", "about": [1]}]})
    norms = json.loads(careful(message))["norms"]
    return json.dumps({"norms": [one for one in norms if one["modality"] == "obligation"]})


def verdict(number: int, message: str) -> dict[str, Any]:
    quote = re.search(rf"^{number}\. .*\n(?:In the list.*\n)?(.*)$", message, re.MULTILINE)
    assert quote
    made = norm("", quote[1])
    del made["provision"]
    return {"number": number, "norm": True, "kind": "norm", **made}


def step(number: int) -> dict[str, Any]:
    return {
        "number": number, "title": "Keep from stopping the clocks", "detail": "Name who looks after them.",
        "owner_role": "Compliance", "priority": "critical",
    }  # fmt: skip


def every_task(*, most: int = 1_000, **caps: Any) -> str:
    """models/routes.toml with all five tasks of a run."""
    prompts = {"again": "find-missed", "risk": "classify-risk", "actions": "recommend-actions", "summary": "summarise"}
    plain = router_parts.routing(most=most, **caps)
    first, rest = plain.split("[task.summary]")
    tail = rest[rest.index("[limit]") :]
    more = [
        first.replace("[task.extract", f"[task.{task}").replace("extract-obligations/1.0.1", f"{prompt}/1.0.0")
        for task, prompt in prompts.items()
    ]
    return "".join([first, *more, tail])


class Answering:
    """A server's replies. `before` is called with the number of each question and may wait, or give another reply."""

    def __init__(self, answer: Answer = careful, *, hosted: bool = False) -> None:
        self.answer, self.hosted = answer, hosted
        self.before: Callable[[int], Any] = lambda number: None
        self.asked: list[str] = []
        self.gate = threading.Semaphore(1_000_000)
        self.local = threading.local()
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        """Which model this thread was asked for."""
        return str(self.local.model)

    def __call__(self, handler: Any) -> None:
        if "messages" not in handler.body:
            return model_servers.answer(200, {"data": [{"id": "served"}]})(handler)
        message = handler.body["messages"][-1]["content"]
        text = message if isinstance(message, str) else "".join(part.get("text", "") for part in message)
        with self._lock:
            self.asked.append(text)
            number = len(self.asked)
        self.gate.acquire()
        other = self.before(number)
        say = model_servers.claude if self.hosted else model_servers.openai_chat
        self.local.model = handler.body.get("model", "")
        (other or say(self.answer(text)))(handler)

    def only(self, calls: int) -> None:
        """Answer so many calls from here on, and let the others wait."""
        self.gate = threading.Semaphore(calls)

    def go(self) -> None:
        self.gate.release(1_000_000)


def desk_with_prompts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A place of its own with our prompts, an inventory and routes."""
    desk = Desk(folder, monkeypatch)
    desk.write(routes=every_task())
    (desk.models / "prompts").symlink_to(ROOT / "models" / "prompts")
    return desk


@contextmanager
def hosted(desk: Desk, answer: Answer = careful) -> Iterator[Answering]:
    """Claude, as far as anybody can tell; nothing runs on this machine."""
    claude = Answering(answer, hosted=True)
    with serving(claude) as there:
        desk.at(anthropic=there.url)
        try:
            yield claude
        finally:
            claude.go()


@contextmanager
def working(desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    """The real worker in a process of its own, killed at the end."""
    process = subprocess.Popen([sys.executable, "-m", "core", "work"], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def reader(desk: Desk, answer: Answer = careful) -> Iterator[Answering]:
    """A model on this machine, "openai:served"."""
    local = Answering(answer)
    with serving(local) as here:
        desk.at(openai=here.url)
        try:
            yield local
        finally:
            local.go()


def bring(db: Any, desk: Desk, text: str = RULES, name: str = "clocks.md", *, signed: bool = True, **card: Any) -> str:
    """Import a document with the built-in reading, and sign its card."""
    receipt = library.receive(db, ADA, text.encode(), name, card=card or None)
    worker.drain(desk.settings)
    document_id = jobs.job(db, ADA, receipt.job_id).subject
    assert document_id
    if signed:
        library.sign_card(db, ADA, document_id)
    return document_id


def ended(db: Any, job_id: str, seconds: float = PATIENCE) -> jobs.Job:
    end = time.monotonic() + seconds
    while (job := jobs.job(db, ADA, job_id)).state in ("queued", "running"):
        assert time.monotonic() < end, job
        time.sleep(0.05)
    return job


__all__ = ["ADA", "CHEAP", "DUTIES", "OWN", "PLAIN", "RULES", "STRONG", "Desk"]
