"""How quickly the program is there."""

import subprocess
import sys

from tests.benchmarks.row import Row, seconds


def import_core() -> list[Row]:
    bare = seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 5)
    core = seconds(lambda: subprocess.run([sys.executable, "-c", "import core, core.types"], check=True), 5)
    return [Row("import core", "under 300 ms", f"{(core - bare) * 1000:.0f} ms")]
