"""Whatever is killed, and whenever: an import is complete or absent, and is finished after the restart."""

import os
import signal
import subprocess
import sys
import time

import pytest

from core import jobs, library, register, worker
from core.identity import local_user
from core.settings import ROOT, Settings
from core.store import connect, one, rows
from tests.job_parts import wait_until

ADA = local_user()
ARTICLES = 150
RULES = "# Regulation on clocks\n\n" + "\n\n".join(
    f"## Article {number} — Winding\n\n1. The firm shall wind clock {number} within {number + 1} days.\n\n"
    f"2. The keeper must not stop clock {number}."
    for number in range(1, ARTICLES + 1)
)

WORK = """
import sys
from pathlib import Path
from core import worker
from core.settings import Settings
worker.run(Settings(data_dir=Path(sys.argv[1])))
"""


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
def db(settings):
    return connect(settings.database)


@pytest.fixture
def start(settings):
    """Starts the real worker in another process; those still there after a test are killed."""
    processes = []

    def started(code=WORK):
        processes.append(subprocess.Popen([sys.executable, "-c", code, str(settings.data_dir)], cwd=ROOT))
        return processes[-1]

    yield started
    for process in processes:
        process.kill()
        process.wait()


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def stored_rows(db):
    """How many rows each table holds of any document."""
    tables = ["document", *library.derived_tables(db)]
    return {table: one(db, f'select count(*) as n from "{table}"')["n"] for table in tables}


def test_an_import_killed_at_any_stage_is_absent_until_it_is_complete(db, settings, start):
    asked = library.receive(db, ADA, RULES.encode(), "clocks.md").job_id
    for stage in ("Starting", "Reading the file", "Finding obligations", "Saving"):
        process = start()
        # It may be past the stage, or past the end, before we look: every moment is a good one to be killed at.
        wait_until(
            lambda stage=stage: (
                jobs.job(db, ADA, asked).stage in (stage, "Done") and jobs.job(db, ADA, asked).state != "queued"
            )
        )
        kill(process)
        job = jobs.job(db, ADA, asked)
        counts = stored_rows(db)
        if job.state == "done":
            break
        assert set(counts.values()) == {0}
        assert library.documents(db, ADA) == []
        if job.attempts == jobs.TRIES:
            break
    start()
    wait_until(lambda: jobs.job(db, ADA, asked).state in ("done", "failed"))
    if jobs.job(db, ADA, asked).state == "failed":  # it was killed three times, and says so
        assert jobs.job(db, ADA, asked).fault == "Crashed"
        jobs.retry(db, ADA, asked)
        wait_until(lambda: jobs.job(db, ADA, asked).state == "done")
    [document] = library.documents(db, ADA)
    assert document.id == jobs.job(db, ADA, asked).subject
    assert library.document(db, ADA, document.id).text == RULES
    assert register.count(db, ADA, register.Filter(document=document.id)) == 2 * ARTICLES
    assert register.check(db, ADA) == []
    assert rows(db, "select * from upload") == []


@pytest.mark.parametrize("delay", [0.0, 0.03, 0.08, 0.2])
def test_an_import_killed_while_it_is_saved_is_complete_or_absent(db, settings, start, delay):
    asked = library.receive(db, ADA, RULES.encode(), "clocks.md").job_id
    process = start()
    wait_until(lambda: jobs.job(db, ADA, asked).stage in ("Saving", "Done"))
    time.sleep(delay)
    kill(process)
    counts = stored_rows(db)
    if jobs.job(db, ADA, asked).state != "done":
        assert set(counts.values()) == {0}
        start()
        wait_until(lambda: jobs.job(db, ADA, asked).state == "done")
        counts = stored_rows(db)
    assert counts["document"] == counts["run"] == counts["card"] == 1
    assert counts["finding"] == counts["register"] == 2 * ARTICLES


CRASH_BETWEEN_FILE_AND_ROW = """
import os, sys
from core.library import files
from core.store import connect, write
db = connect(sys.argv[1] + "/copilot.db")
staged = files.stage(db, b"The firm shall wind the clock.")
with write(db):
    files.keep(db, staged)
    os.kill(os.getpid(), 9)
"""


def test_a_file_whose_row_was_never_written_is_swept_at_the_next_start(db, settings, start):
    assert start(CRASH_BETWEEN_FILE_AND_ROW).wait(120) == -signal.SIGKILL
    folder = settings.data_dir / "files"
    assert len(list(folder.iterdir())) == 1
    worker.drain(settings)
    assert list(folder.iterdir()) == []
    assert rows(db, "select * from upload") == []


UPLOAD = """
import sys
from core import library
from core.identity import local_user
from core.store import connect
db = connect(sys.argv[1] + "/copilot.db")
print("ready", flush=True)
library.receive(db, local_user(), b"The firm shall wind the clock. " * 1_000_000, "clocks.txt")
"""


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1])
def test_an_app_killed_in_the_middle_of_an_upload_leaves_a_whole_file_or_none(db, settings, delay):
    process = subprocess.Popen([sys.executable, "-c", UPLOAD, str(settings.data_dir)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    time.sleep(delay)
    kill(process)
    process.stdout.close()
    for row in rows(db, "select file, bytes from upload"):
        assert len(library.stored(db, row["file"])) == row["bytes"] == 31_000_000
    assert len(jobs.jobs(db, ADA)) == len(rows(db, "select * from upload"))
