"""What this computer is, for whoever compares figures measured on it. Never its name, its people or its addresses."""

import os
import platform
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """As the system tells it: in a container, processors and memory may be those of the whole computer.

    `load` is how many programs wanted to run over the last minute, for each of its processors: from 1.0 on they wait
    for each other, and every figure of a local model is worse.
    """
    import psutil

    cores = os.cpu_count() or 1
    return {
        "processor": _processor(),
        "cores": cores,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(psutil.getloadavg()[0] / cores, 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.machine()
