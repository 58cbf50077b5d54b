"""`make bench`: each budget, measured here and now, as a Markdown table. Nothing is asserted."""

import importlib
import os
import platform
import sys
from collections.abc import Callable

import psutil

from tests.benchmarks.row import Row

# Dotted names, so that one broken bench does not hide the others.
BENCHES = [
    "tests.benchmarks.start:import_core",
    # First of those that start a parser: the peak memory is that of the largest child so far.
    "tests.benchmarks.pdf:five_hundred_pages",
    "tests.benchmarks.analysis:gdpr_text",
    "tests.benchmarks.analysis:gdpr_pdf",
    "tests.benchmarks.analysis:slope",
    "tests.benchmarks.grounding:quotes_a_second",
    "tests.benchmarks.quotes:beside_langextract",
    "tests.benchmarks.model_calls:overhead",
    "tests.benchmarks.model_calls:windows_a_second",
    "tests.benchmarks.quality:extraction",
    "tests.benchmarks.register:page_switch",
    "tests.benchmarks.matching:matched",
    "tests.benchmarks.audit:appended",
    "tests.benchmarks.audit:page",
    "tests.benchmarks.review:queue",
]


def bench(name: str) -> Callable[[], list[Row]]:
    module, function = name.split(":")
    found: Callable[[], list[Row]] = getattr(importlib.import_module(module), function)
    return found


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def main() -> None:
    print(f"Measured on {machine()}.\n\n| Path | Budget | Measured |\n|---|---|---|")
    for name in BENCHES:
        for row in bench(name)():
            print(f"| {row.path} | {row.budget} | {row.measured} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
