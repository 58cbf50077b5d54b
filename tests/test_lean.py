"""What a library loads only because it is there is not loaded for it, and is there for everybody else."""

import subprocess
import sys

from core.lean import without


def said(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_opening_the_database_loads_neither_pandas_nor_numpy():
    assert said("import sys, core.store; print({'pandas', 'numpy'} & set(sys.modules))") == "set()"


def test_they_can_be_loaded_afterwards():
    assert said("import core.store, numpy; print(numpy.zeros(2).sum())") == "0.0"


HIDDEN = """
import sys
from core.lean import without
try:
    with without("sched"):
        import sched
except ImportError:
    print("not there", "sched" in sys.modules)
"""


def test_a_hidden_module_is_as_if_it_were_not_installed():
    assert said(HIDDEN) == "not there False"


def test_with_another_thread_running_nothing_is_hidden():
    busy = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    assert said(busy + HIDDEN) == ""


def test_what_is_loaded_already_stays():
    import json

    with without("json"):
        assert sys.modules["json"] is json


def test_nor_does_the_worker_or_a_command_that_lists_obligations_or_documents():
    for package in ("core.library", "core.register", "core.worker"):
        assert said(f"import sys, {package}; print('pandas' in sys.modules)") == "False"
