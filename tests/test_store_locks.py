"""Several connections of one process, while other processes come and go."""

import subprocess
import sys
from pathlib import Path

from core.store import connect, one

ROOT = Path(__file__).resolve().parent.parent
VISITOR = """
import sys
from core.store import connect, write
db = connect(sys.argv[1])
with write(db):
    db.execute("insert into worker (one, pid, started_at, seen_at) values (1, 7, '', '')")
db.close()
"""


def test_a_second_connection_leaves_the_first_ones_locks_alone(tmp_path):
    # POSIX drops every lock of a process on a file as soon as the process closes any descriptor of it. Without the
    # locks, the last connection of another process takes the write-ahead log away from under ours.
    path = tmp_path / "copilot.db"
    first = connect(path)
    connect(path)
    subprocess.run([sys.executable, "-c", VISITOR, str(path)], cwd=ROOT, check=True)
    assert (tmp_path / "copilot.db-wal").exists()
    assert one(first, "select pid from worker") == {"pid": 7}
