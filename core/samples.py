"""The documents that come with the program, to try everything with."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from core.errors import NotFound
from core.types import ScopeDecision


@dataclass(frozen=True, slots=True)
class Sample:
    """`about` says in a sentence what it shows; `scope` what the reading should decide."""

    path: Path
    title: str
    about: str
    scope: ScopeDecision


def samples(folder: Path) -> tuple[Sample, ...]:
    """The samples that `samples.toml` in this folder lists. NotFound when the folder has no such list."""
    listed = folder / "samples.toml"
    if not listed.is_file():
        raise NotFound(f"There are no samples in {folder}; set COPILOT_SAMPLES_DIR to the folder data/samples.")
    rows = tomllib.loads(listed.read_text("utf-8"))["sample"]
    return tuple(
        Sample(folder / row["file"], row["title"], row["about"], cast(ScopeDecision, row["scope"])) for row in rows
    )
