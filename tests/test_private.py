"""A key or a salt is made once, whole, and for nobody else's eyes."""

import os
import subprocess
import sys
import time

import pytest

from core.private import make_private, write_private

RACER = """
import sys, time
from pathlib import Path
from core.private import make_private
while time.time() < float(sys.argv[2]):
    pass
make_private(Path(sys.argv[1]), sys.argv[3].encode() * 1000)
print(Path(sys.argv[1]).read_text())
"""


def test_what_is_there_stays_and_nothing_else_is_left_behind(tmp_path):
    path = tmp_path / "new" / "key"
    make_private(path, b"first")
    make_private(path, b"second")
    assert path.read_bytes() == b"first"
    assert [one.name for one in path.parent.iterdir()] == ["key"]
    with pytest.raises(FileExistsError):
        write_private(path, b"third")


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_nobody_else_reads_it(tmp_path):
    path = tmp_path / "new" / "key"
    make_private(path, b"secret")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_of_two_processes_that_start_together_one_wins_for_both(tmp_path):
    start = str(time.time() + 0.5)
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, str(tmp_path / "key"), start, word], stdout=subprocess.PIPE)
        for word in "ab"
    ]
    read = {racer.communicate(timeout=120)[0] for racer in racers}
    assert len(read) == 1
    assert read.pop().strip() in (b"a" * 1000, b"b" * 1000)
