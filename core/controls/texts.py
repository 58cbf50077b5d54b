"""What a control library says, as plain values: its controls, and whether they are whole."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from core.errors import BadInput

MOST_CONTROLS = 5_000
LONGEST = 4_000
LONGEST_NAME = 300
# A YAML text may hold them as "\0"; a spreadsheet refuses them, and the others turn the direction of reading.
UNPRINTED = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\u202a-\u202e\u2066-\u2069]")
# What CISO Assistant's `category` holds: the kind of a control, not what it is about.
KINDS = ("policy", "process", "technical", "physical", "procedure")


@dataclass(frozen=True, slots=True)
class ControlText:
    """One control as its library describes it. All fields are text; only `ref` and `name` are never empty.

    `category`: policy, process, technical, physical, procedure, or the file's own word. `topic`: what it is about.
    `function`: of the NIST CSF (govern, identify, protect, detect, respond, recover). `terms`: words for matching.
    """

    ref: str
    name: str
    description: str = ""
    category: str = ""
    topic: str = ""
    owner: str = ""
    function: str = ""
    frequency: str = ""
    evidence: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class LibraryText:
    urn: str
    name: str
    controls: tuple[ControlText, ...]
    description: str = ""
    version: str = ""
    provider: str = ""

    @property
    def digest(self) -> str:
        plain = json.dumps([asdict(control) for control in self.controls], ensure_ascii=False)
        return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def checked(controls: Sequence[tuple[str, ControlText]]) -> tuple[ControlText, ...]:
    """The controls, when each has a ref of its own and a name. Each comes with its place for the message ("Row 3")."""
    wrong = [f"{place} {fault}" for place, control in controls if (fault := _fault(control))]
    times = Counter(control.ref.casefold() for _, control in controls if control.ref)
    wrong += [
        f"{place} has the ref {control.ref!r}, which another one has too"
        for place, control in controls
        if times[control.ref.casefold()] > 1
    ]
    if wrong:
        more = f"; and {len(wrong) - 10} more" if len(wrong) > 10 else ""
        raise BadInput(f"Nothing was imported: {'; '.join(wrong[:10])}{more}. Mend the file and import it again.")
    if not controls:
        raise BadInput("There is no control in this file; each needs at least a ref and a name.")
    if len(controls) > MOST_CONTROLS:
        raise BadInput(f"{len(controls):,} controls are too many for one library; split it at {MOST_CONTROLS:,}.")
    return tuple(control for _, control in controls)


def folded(text: object) -> str:
    """One line of text, without white space at its ends and characters that no file should print."""
    return " ".join(UNPRINTED.sub("", str(text)).split())


def _fault(control: ControlText) -> str:
    if not control.ref:
        return "has no ref"
    if not control.name:
        return f"({control.ref[:40]}) has no name"
    for field, text in asdict(control).items():
        limit = LONGEST_NAME if field in ("ref", "name", "category", "topic", "owner", "function") else LONGEST
        if len(text) > limit:
            return f"({control.ref[:40]}) has a {field} of {len(text):,} characters; {limit:,} are the most"
    return ""
