"""Everything that a person can change in the rooms below the queue, with what it takes and what the log says of it.

One small world is built once: documents in each state, jobs, findings, controls, models. A word is planted in every
title, name, reason and text of it, so that a test can look for it where it must not be.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core import analysing, changes, controls, jobs, library, llm, register, switches
from core.analysing import Options
from core.compare import carry_unchanged
from core.export.taking import take
from core.identity import ROLES
from core.llm import weights
from core.llm.weights import Weights
from core.settings import ROOT
from core.store import Database, connect, now, write
from core.types import Scope, User
from tests import change_parts, library_parts, register_parts
from tests.control_parts import CSV
from tests.model_parts import CATALOG

PLANTED = "quince"
ADA = User(id="ada", name="Ada Quince", roles=ROLES)
BEN = User(id="ben", name="Ben Quince", roles=ROLES)
CLOCKS = "Quince policy\n\n1. The firm shall wind the quince.\n\n2. The keeper must not stop it."
ECHO = "scripted:echo"
SORT = f"""
[task.sort]
prompt = "{change_parts.V1}"
temperature = 0
max_output_tokens = 100
[task.sort.models]
"{ECHO}" = "fast"
"""

Do = Callable[[Database, User, "World"], Any]


@dataclass(frozen=True, slots=True)
class Act:
    """`event` is what the log calls it; None where doing it to the end takes a file or a model that is not there.

    `by` does it with the role that is tried. `reads`: it is about a document, so that the role must read as well.
    """

    name: str
    permission: str
    event: str | None
    do: Do
    by: User = ADA
    reads: bool = False


@dataclass(slots=True)
class World:
    """Ids of what is there, by the names that the acts use."""

    folder: Path
    ids: dict[str, str]

    def __getattr__(self, name: str) -> str:
        try:
            return self.ids[name]
        except KeyError as error:
            raise AttributeError(name) from error

    @property
    def database(self) -> Path:
        return self.folder / "var" / "copilot.db"

    def copied(self, folder: Path) -> "World":
        shutil.copytree(self.folder / "var", folder / "var")
        return World(folder, self.ids)


# --- the world --------------------------------------------------------------------------------------------------


def models(folder: Path) -> None:
    """Our prompts, one of the tests' own in three versions, and an inventory that allows everything here."""
    shutil.copytree(ROOT / "models" / "prompts", folder / "prompts")
    for number in ("1.0.0", "1.1.0", "1.2.0"):
        change_parts.version(folder, number, f"Version {number}.")
    routes = (ROOT / "models" / "routes.toml").read_text("utf-8")
    (folder / "routes.toml").write_text(f"{routes}\n{SORT}", "utf-8")
    (folder / "catalog.toml").write_text(CATALOG, "utf-8")


def built(folder: Path) -> World:
    """Where COPILOT_DATA_DIR is its folder "var" and COPILOT_MODELS_DIR the folder itself."""
    (folder / "var").mkdir(parents=True, exist_ok=True)
    world = World(folder, {})
    db = connect(world.database)
    try:
        for build in (_documents, _register, _jobs, _controls, _models, _changes):
            build(db, world.ids)
    finally:
        db.close()
    return world


def _documents(db: Database, ids: dict[str, str]) -> None:
    def bring(name: str, **more: Any) -> None:
        text = f"{CLOCKS}\n\nCopy {len(ids)}."
        ids[name] = library_parts.bring(db, ADA, text, "quince.md", title=f"Quince {name}", **more)

    bring("draft")
    bring("signed", signed=True)
    bring("held")
    library.hold(db, ADA, ids["held"], "Case of quince")
    bring("second", card={"sensitivity": "Confidential"}, signed=True)
    bring("escalated", scope=Scope("escalate", ("quince",)))


def _register(db: Database, ids: dict[str, str]) -> None:
    found = register_parts.analysed(db, ADA, "d1", "Quince rules")
    ids["run"] = register.store_run(
        db, ADA, register_parts.analysis(register_parts.reading("d1", "Quince rules"), "other", register_parts.MAY)
    )
    for name in ("RECORD", "NOTIFY", "TELL", "REVIEW"):
        ids[name.lower()] = register_parts.id_of(db, getattr(register_parts, name), user=ADA)
    ids["evidence"] = register.add_evidence(db, ADA, ids["record"], "note", "A quince")
    ids["ungrounded"] = register.ungrounded(db, ADA, "d1")[0].id
    ids["uncovered"] = register.uncovered(db, ADA, "d1")[0].id
    register_parts.analysed(db, ADA, "d2", "Quince rules again")
    ids["again"] = f"d2.{found.obligations[0].id}"


def _jobs(db: Database, ids: dict[str, str]) -> None:
    for name in ("arriving", "paused", "failed"):
        receipt = library.receive(db, ADA, f"{CLOCKS} {name}".encode(), f"quince-{name}.md")
        ids[name] = str(receipt.job_id)
    jobs.pause(db, ADA, ids["paused"])
    ids["run_failed"] = jobs.enqueue(db, ADA, "analyse", _options(), "Analyse quince", subject=ids["signed"])
    with write(db):
        for name in ("failed", "run_failed"):
            db.execute("update job set state = 'failed' where id = ?", [ids[name]])


def _options() -> dict[str, Any]:
    return analysing.options.packed(Options())


def _controls(db: Database, ids: dict[str, str]) -> None:
    ids["library"] = controls.import_library(db, ADA, _sheet("Quince"), "quince.csv").library.id
    controls.suggest(db, ADA)
    ids["linked"] = controls.control(db, ADA, "C3").id
    controls.link(db, ADA, ids["review"], ids["linked"], "Quince")
    suggestion = controls.to_review(db, ADA)[0]
    ids["suggested"], ids["suggested_control"] = suggestion.pair
    ids["step"] = controls.plan(db, ADA)[0].id


def _sheet(name: str) -> bytes:
    return CSV.replace("Training", name, 1).encode()


def _models(db: Database, ids: dict[str, str]) -> None:
    with write(db):
        weights.insert(db, ADA, _weights("tiny"))
    for name in ("trial", "benchmark"):
        ids[name] = _trial(db) if name == "trial" else llm.start_benchmark(db, ADA, [ECHO])
    with write(db):
        db.execute("update job set state = 'done' where kind in ('trial', 'benchmark')")
    switches.stop(db, ADA, "scripted:other", "It says quince")


def _trial(db: Database, by: User = ADA) -> str:
    return llm.ask(db, by, ECHO, "What is a quince?")


def _weights(name: str) -> Weights:
    return Weights(name, f"/quince/{name}.gguf", "0" * 64, "llama", "Q4", 2048, 1, 1, 1, "ada", now())


def _changes(db: Database, ids: dict[str, str]) -> None:
    first = change_parts.proposed(db, change_parts.V2, ADA)
    changes.decide(db, BEN, first, True, "Quince")
    ids["change"] = change_parts.proposed(db, change_parts.V3, ADA, reason="Quince")


# --- the acts ---------------------------------------------------------------------------------------------------


def _complete(db: Database, user: User, world: World) -> None:
    upload_id = jobs.job(db, ADA, world.arriving).payload["upload"]
    upload = library.upload(db, ADA, upload_id)
    read = library_parts.read(upload.document_id, CLOCKS.encode())
    with write(db):
        library.complete(db, user, upload, library.pack(upload, read, Scope("in_scope"), (), user.name))


def _insert_weights(db: Database, user: User, world: World) -> None:
    with write(db):
        weights.insert(db, user, _weights("other"))


def _split(db: Database, user: User, world: World) -> None:
    read = register_parts.reading("d1", "Quince rules")
    register.split(db, user, world.tell, read.document.text.index("it shall warn"))


def _spot(text: str) -> tuple[int, int]:
    found = register_parts.place(text)
    return found.start, found.end


def _read_alone(db: Database, user: User, world: World) -> None:
    analysing.read_alone(CLOCKS.encode(), "quince.md", user, Options(model="scripted:nobody"))


def _store_run(db: Database, user: User, world: World) -> None:
    read = register_parts.reading("d1", "Quince rules")
    register.store_run(db, user, register_parts.analysis(read, "third", register_parts.TELL))


def _carried(db: Database, user: User, world: World) -> None:
    carry_unchanged(db, user, "d1", "d2")


NOTED = "register.changed"
LINKED = "controls.changed"
ACTS = (
    Act("receive", "documents.add", "job.asked", lambda db, u, w: library.receive(db, u, b"New quince", "quince.md")),
    Act("unlock", "documents.add", None, lambda db, u, w: library.unlock(db, u, w.failed, "quince")),
    Act("complete", "documents.add", "document.added", _complete),
    Act("dismiss", "documents.add", "job.dismissed", lambda db, u, w: library.dismiss(db, u, w.failed)),
    Act("retry", "documents.add", "job.retried", lambda db, u, w: jobs.retry(db, u, w.failed)),
    Act("cancel", "documents.add", "job.cancelled", lambda db, u, w: jobs.cancel(db, u, w.arriving)),
    Act("pause", "documents.add", "job.paused", lambda db, u, w: jobs.pause(db, u, w.arriving)),
    Act("resume", "documents.add", "job.resumed", lambda db, u, w: jobs.resume(db, u, w.paused)),
    Act(
        "save the card", "documents.manage", "card.saved",
        lambda db, u, w: library.save_card(db, u, w.draft, {"retention": "Quince"}), reads=True,
    ),
    Act("sign", "documents.manage", "card.signed", lambda db, u, w: library.sign_card(db, u, w.draft), reads=True),
    Act(
        "withdraw", "documents.manage", "document.withdrawn",
        lambda db, u, w: library.withdraw(db, u, w.signed, "Quince"), reads=True,
    ),
    Act(
        "hold", "documents.manage", "document.held",
        lambda db, u, w: library.hold(db, u, w.draft, "Quince"), reads=True,
    ),
    Act("unhold", "documents.manage", "document.unheld", lambda db, u, w: library.unhold(db, u, w.held), reads=True),
    Act(
        "expire", "documents.manage", "document.expiry_set",
        lambda db, u, w: library.expire(db, u, w.draft, date(2031, 1, 1)), reads=True,
    ),
    Act(
        "set apart", "documents.manage", "document.set_apart",
        lambda db, u, w: library.set_apart(db, u, "d2"), reads=True,
    ),
    Act(
        "count as a version", "documents.manage", "document.versioned",
        lambda db, u, w: library.count_as_version(db, u, w.draft, w.signed), reads=True,
    ),
    Act("delete", "documents.manage", "document.deleted", lambda db, u, w: library.delete(db, u, w.draft), reads=True),
    Act(
        "delete what is held", "documents.manage", "document.withdrawn",
        lambda db, u, w: library.delete(db, u, w.held), reads=True,
    ),
    Act(
        "sign second", "documents.second", "card.signed",
        lambda db, u, w: library.sign_card(db, u, w.second), by=BEN, reads=True,
    ),
    Act(
        "release", "documents.second", "document.released",
        lambda db, u, w: library.release(db, u, w.escalated, "Quince"), by=BEN, reads=True,
    ),
    Act(
        "reject", "documents.second", "document.rejected",
        lambda db, u, w: library.reject(db, u, w.escalated, "Quince"), by=BEN, reads=True,
    ),
    Act(
        "correct", "register.edit", NOTED,
        lambda db, u, w: register.correct(db, u, w.record, "action", "Keep the quince"), reads=True,
    ),
    Act(
        "set the status", "register.edit", NOTED,
        lambda db, u, w: register.set_status(db, u, [w.record, w.notify], "in progress", "Quince"), reads=True,
    ),
    Act("assign", "register.edit", NOTED, lambda db, u, w: register.assign(db, u, w.record, "Quince"), reads=True),
    Act(
        "set the next review", "register.edit", NOTED,
        lambda db, u, w: register.set_next_review(db, u, w.record, "2031-01-01"), reads=True,
    ),
    Act("comment", "register.edit", NOTED, lambda db, u, w: register.comment(db, u, w.record, "Quince"), reads=True),
    Act(
        "enter a date", "register.edit", NOTED,
        lambda db, u, w: register.set_anchor_date(db, u, w.notify, "2031-01-01"), reads=True,
    ),
    Act(
        "add evidence", "register.edit", NOTED,
        lambda db, u, w: register.add_evidence(db, u, w.record, "file", "quince.txt", b"Quince"), reads=True,
    ),
    Act(
        "remove evidence", "register.edit", NOTED,
        lambda db, u, w: register.remove_evidence(db, u, w.record, w.evidence), reads=True,
    ),
    Act(
        "add by hand", "register.edit", NOTED,
        lambda db, u, w: register.add_by_hand(db, u, "d1", *_spot(register_parts.MEANS), "obligation", "Quince", "Do"),
        reads=True,
    ),
    Act(
        "promote", "register.edit", NOTED,
        lambda db, u, w: register.promote(db, u, "d1", *_spot(register_parts.SILENT)), reads=True,
    ),
    Act(
        "repair", "register.edit", NOTED,
        lambda db, u, w: register.repair(db, u, w.ungrounded, *_spot(register_parts.SILENT)), reads=True,
    ),
    Act("split", "register.edit", NOTED, _split, reads=True),
    Act("merge", "register.edit", NOTED, lambda db, u, w: register.merge(db, u, [w.tell, w.review]), reads=True),
    Act("accept", "register.edit", NOTED, lambda db, u, w: register.accept(db, u, w.record), reads=True),
    Act("accept a sentence", "register.edit", NOTED, lambda db, u, w: register.accept(db, u, w.uncovered), reads=True),
    Act("choose a run", "register.edit", NOTED, lambda db, u, w: register.choose_run(db, u, "d1", w.run), reads=True),
    Act("carry over", "register.edit", NOTED, _carried, reads=True),
    Act(
        "take over", "register.edit", NOTED, lambda db, u, w: register.take_over(db, u, w.record, w.again), reads=True
    ),
    Act("undo", "register.edit", "controls.undone", lambda db, u, w: register.undo(db, u), reads=True),
    Act(
        "choose the firm", "firm.edit", "firm.chosen",
        lambda db, u, w: register.choose_firm(db, u, ["credit-institution"]),
    ),
    Act(
        "import controls", "controls.edit", "controls.imported",
        lambda db, u, w: controls.import_library(db, u, _sheet("More quince"), "quinces.csv"),
    ),
    Act(
        "remove controls", "controls.edit", "controls.removed",
        lambda db, u, w: controls.remove_library(db, u, w.library),
    ),
    Act(
        "link", "controls.edit", LINKED, lambda db, u, w: controls.link(db, u, w.notify, w.linked, "Quince"), reads=True
    ),
    Act("unlink", "controls.edit", LINKED, lambda db, u, w: controls.unlink(db, u, w.review, w.linked), reads=True),
    Act(
        "confirm a link", "controls.edit", LINKED,
        lambda db, u, w: controls.confirm(db, u, [(w.suggested, w.suggested_control)], "Quince"), reads=True,
    ),
    Act(
        "reject a link", "controls.edit", LINKED,
        lambda db, u, w: controls.reject(db, u, [(w.suggested, w.suggested_control)], "Quince"), reads=True,
    ),
    Act(
        "change the plan", "controls.edit", LINKED,
        lambda db, u, w: controls.set_plan(db, u, w.step, owner="Quince"), reads=True,
    ),
    Act("try a prompt", "models.ask", "job.asked", lambda db, u, w: _trial(db, u)),
    Act("forget a trial", "models.ask", "trial.forgotten", lambda db, u, w: llm.forget(db, u, w.trial)),
    Act(
        "read by a model", "models.ask", None,
        lambda db, u, w: analysing.start(db, u, w.signed, Options()), reads=True,
    ),
    Act("keep a reading", "models.ask", "run.stored", _store_run, reads=True),
    Act("read alone", "models.ask", None, _read_alone),
    Act("go on with a run", "models.ask", "job.retried", lambda db, u, w: analysing.go_on(db, u, w.run_failed)),
    Act("add a model", "models.manage", None, lambda db, u, w: llm.add_file(db, u, "/nowhere/quince.gguf")),
    Act("keep a model", "models.manage", "model.added", _insert_weights),
    Act(
        "download a model", "models.manage", "job.asked",
        lambda db, u, w: llm.download_file(db, u, "https://models.example/quince.gguf"),
    ),
    Act("pull a model", "models.manage", "job.asked", lambda db, u, w: llm.pull_model(db, u, "qwen3:4b")),
    Act("take a model out", "models.manage", "model.removed", lambda db, u, w: weights.forget(db, u, "tiny")),
    Act("measure", "models.manage", "job.asked", lambda db, u, w: llm.start_benchmark(db, u, [ECHO])),
    Act(
        "forget a benchmark", "models.manage", "benchmark.forgotten",
        lambda db, u, w: llm.forget_benchmark(db, u, w.benchmark),
    ),
    Act(
        "review a model", "models.review", "model.reviewed",
        lambda db, u, w: llm.save_review(db, u, [ECHO], {"owner": "Head of Quince"}),
    ),
    Act("stop a model", "models.stop", "model.stopped", lambda db, u, w: switches.stop(db, u, ECHO, "Quince")),
    Act(
        "start a model", "models.stop", "model.started",
        lambda db, u, w: switches.start(db, u, "scripted:other", "Quince"),
    ),
    Act(
        "propose a change", "changes.propose", "change.proposed",
        lambda db, u, w: change_parts.proposed(db, change_parts.V1, u, reason="Quince"),
    ),
    Act(
        "withdraw a change", "changes.propose", "change.withdrawn",
        lambda db, u, w: changes.withdraw(db, u, w.change, "Quince"),
    ),
    Act(
        "approve a change", "changes.decide", "change.approved",
        lambda db, u, w: changes.decide(db, u, w.change, True, "Quince"), by=BEN,
    ),
    Act(
        "reject a change", "changes.decide", "change.rejected",
        lambda db, u, w: changes.decide(db, u, w.change, False, "Quince"), by=BEN,
    ),
    Act(
        "go back", "changes.decide", "change.rolled_back",
        lambda db, u, w: changes.roll_back(db, u, change_parts.SUBJECT, "Quince"),
    ),
    Act(
        "export", "register.export", "document.exported",
        lambda db, u, w: take(db, u, "csv", register.Filter(document="d1")), reads=True,
    ),
)  # fmt: skip
