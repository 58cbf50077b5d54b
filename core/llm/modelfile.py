"""Our models/Modelfile, as much of Ollama's format as we write: FROM, PARAMETER and SYSTEM."""

import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadInput

# SYSTEM """several lines"""
QUOTED = re.compile(r'^(SYSTEM)[ \t]+"""(.*?)"""', re.DOTALL | re.MULTILINE)
WORDS = ("FROM", "PARAMETER", "SYSTEM")


@dataclass(frozen=True, slots=True)
class Modelfile:
    base: str
    system: str
    parameters: dict[str, float | int | str]


def read(path: Path) -> Modelfile:
    """BadInput where the file is missing or says something that we do not know."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"The Modelfile {path} cannot be read; restore it from the repository.") from error
    base, system, parameters = "", "", dict[str, float | int | str]()
    if quoted := QUOTED.search(text):
        system, text = quoted[2].strip(), text[: quoted.start()] + text[quoted.end() :]
    for number, line in enumerate(text.splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word not in WORDS or not rest.strip():
            raise BadInput(f"{path}: line {number} is not FROM, PARAMETER or SYSTEM with a value; mend it.")
        if word == "FROM":
            base = rest.strip()
        elif word == "SYSTEM":
            system = rest.strip().strip('"')
        else:
            name, _, value = rest.strip().partition(" ")
            parameters[name] = _number(value.strip())
    if not base:
        raise BadInput(f"{path} has no FROM line; say which model it starts from.")
    return Modelfile(base, system, parameters)


def _number(text: str) -> float | int | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip('"')
