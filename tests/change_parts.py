"""Two people, and a folder of prompts of which the first version is shipped."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core import changes
from core.settings import settings
from core.store import Database
from core.types import User

ADA = User(id="ada", name="Ada", roles=("analyst",))
OLU = User(id="olu", name="Olu", roles=("engineering owner",))
SUBJECT, V1, V2, V3 = "prompt:sort", "sort/1.0.0", "sort/1.1.0", "sort/1.2.0"
WORDS = {
    "change": "Asks for one norm at a time.",
    "reason": "Two in one answer were mixed up.",
    "affected": "Analysts who sort with a model.",
    "risk_level": "medium",
    "security_impact": "None: the same text goes to the same models.",
    "rollback_plan": "Go back to the version before.",
}


def version(folder: Path, number: str, text: str = "Be quick.", head: str = "", name: str = "sort") -> Path:
    """Write one version of a prompt."""
    path = folder / "prompts" / name / f"{number}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    declared = '[variables.text]\nabout = "What to read"\ndata = true\n'
    told = head or f'title = "Sort"\ntask = "sort"\nchanges = "The text of {number}."\n{declared}'
    path.write_text(f"+++\n{told}+++\n\n# System\n\nYou sort. {text}\n\n# User\n\n{{{{text}}}}\n", "utf-8")
    return path


@contextmanager
def prompts_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`folder` as the models' folder: three versions, the first of them shipped."""
    for number in ("1.0.0", "1.1.0", "1.2.0"):
        version(folder, number, f"Version {number}.")
    (folder / "routes.toml").write_text(f'[task.sort]\nprompt = "{V1}"\n', "utf-8")
    monkeypatch.setenv("COPILOT_MODELS_DIR", str(folder))
    settings.cache_clear()
    try:
        yield folder
    finally:
        settings.cache_clear()


def proposed(db: Database, after: str = V2, by: User = ADA, **other: str) -> str:
    return changes.propose(db, by, SUBJECT, after, **{**WORDS, **other})  # type: ignore[arg-type]


def approved(db: Database, after: str) -> str:
    """Proposed by one and approved by the other."""
    id = proposed(db, after)
    changes.decide(db, OLU, id, True, "Read and tried.")
    return id
