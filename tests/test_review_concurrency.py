"""Eight people decide on the same requests at once, some killed in the middle: none decided twice, none lost."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter

from core.audit.verifying import verify
from core.settings import ROOT
from core.store import connect, rows
from tests.review_parts import shelf_of

HIGH, CRITICAL = 400, 100
# Four of them are risk reviewers, without whom nothing critical is accepted.
RACERS = ("r1", "r2", "r3", "r4", "k1", "k2", "k3", "k4")
KILLED = ("r1", "k1", "r2")


def racer(folder, name):
    command = [
        sys.executable,
        "-m",
        "tests.review_racer",
        str(folder / "copilot.db"),
        name,
        str(folder / f"{name}.log"),
    ]
    return subprocess.Popen(command, cwd=ROOT)


def told(folder, name):
    path = folder / f"{name}.log"
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return [tuple(line.split(" ")) for line in lines]


def wait_for_lines(folder, name, number, process):
    while len(told(folder, name)) < number and process.poll() is None:
        time.sleep(0.02)


def test_eight_processes_deciding_on_the_same_500_requests_with_kill_9_among_them(tmp_path):
    db = connect(tmp_path / "copilot.db")
    items = shelf_of(db, {"high": HIGH, "critical": CRITICAL})
    running = {name: racer(tmp_path, name) for name in RACERS}
    for round_number in (1, 2):
        for name in KILLED:
            wait_for_lines(tmp_path, name, 5 * round_number, running[name])
            os.kill(running[name].pid, signal.SIGKILL)
            running[name].wait()
            running[name] = racer(tmp_path, name)
    for name, process in running.items():
        assert process.wait(400) == 0, name

    states = {row["id"]: row["state"] for row in rows(db, "select id, state from item")}
    assert set(states.values()) == {"accepted"}
    assert len(states) == len(items) == HIGH + CRITICAL
    made = rows(
        db, "select item_id, reviewer, verdict, result, risk, roles from decision join item on item.id = item_id"
    )
    # None twice: exactly as many as the policy asks for, by different people, and one of them ends it.
    needed = {row["item_id"]: 2 if row["risk"] == "critical" else 1 for row in made}
    assert Counter(row["item_id"] for row in made if row["result"] == "accepted") == Counter(items)
    counted = Counter(row["item_id"] for row in made)
    assert all(counted[id] >= needed[id] for id in items)
    assert all(counted[id] == 1 for id in items if needed[id] == 1)
    assert len({(row["item_id"], row["reviewer"]) for row in made}) == len(made)
    risk_reviewed = {row["item_id"] for row in made if "risk reviewer" in row["roles"]}
    assert {id for id in items if needed[id] == 2} <= risk_reviewed
    # None lost: what a process was told is there, and what is there is in the log.
    kept = {(row["item_id"], row["reviewer"]) for row in made}
    heard = {(id, name) for name in RACERS for id, what, _ in told(tmp_path, name) if what != "refused"}
    assert heard <= kept
    logged = Counter(row["subject"] for row in rows(db, "select subject from audit where event = 'item.accepted'"))
    assert logged == Counter(f"item:{id}" for id in items)
    report = verify(db, whole=True)
    assert report.ok, report.problems
