"""GGUF files on this machine: found, added with their digest, and checked again before each load."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlite_utils import Database

from core import audit
from core.errors import Conflict
from core.identity import require
from core.llm import gguf
from core.llm.faults import BadWeights, ModelMissing
from core.settings import Settings
from core.store import now, one, rows, write
from core.types import User

CHUNK = 8 << 20
WORKING_BYTES = 200 << 20  # buffers of llama.cpp beside weights and cache, measured with a small model, rounded up
GIGABYTE = 1e9

# Told how much of a file was read, 0-1.
Told = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Weights:
    """A GGUF file that was added. Its model is "llama_cpp:NAME"."""

    name: str
    path: str
    sha256: str
    architecture: str
    quantisation: str
    context: int
    parameters: int
    bytes: int
    cache_bytes_per_token: int
    added_by: str
    added_at: str


COLUMNS = ", ".join(Weights.__dataclass_fields__)


def added(db: Database) -> list[Weights]:
    """All that were added, by name. They are the machine's, not a person's."""
    return [Weights(**row) for row in rows(db, f"select {COLUMNS} from weights order by name")]


def weights(db: Database, name: str) -> Weights:
    """One of them, or ModelMissing."""
    row = one(db, f"select {COLUMNS} from weights where name = ?", [name])
    if row is None:
        raise ModelMissing(
            f"There is no GGUF file {name!r} here; add it under Models & prompts, or run: python -m core models add"
        )
    return Weights(**row)


def waiting(db: Database, settings: Settings) -> list[Path]:
    """GGUF files that lie in models/gguf and were not added yet."""
    known = {one.path for one in added(db)}
    found = sorted(settings.weights_dir.glob("*.gguf")) if settings.weights_dir.is_dir() else []
    return [path for path in found if path.is_file() and str(path.resolve()) not in known]


def examined(path: Path, user: User, told: Told = lambda done: None) -> Weights:
    """Header and digest of a file, to be kept by `insert`. BadWeights when it cannot be used."""
    whole = path.expanduser().resolve()
    header = gguf.header(whole)
    # The header's own name is the file's word; ours is the file name, which people can see.
    found = asdict(header) | {"name": whole.stem}
    return Weights(**found, path=str(whole), sha256=digest(whole, told), added_by=user.id, added_at=now())


def insert(db: Database, user: User, found: Weights) -> None:
    """Keep it, inside a write that is open already; the same file again replaces what was known of it."""
    other = one(db, "select path from weights where name = ? and path <> ?", [found.name, found.path])
    if other is not None:
        raise Conflict(f"There is a model {found.name!r} already, at {other['path']}; rename one of the files.")
    require(user, "models.manage")
    db["weights"].upsert(asdict(found), pk="name")
    audit.append(db, user, "model.added", _subject(found.name), digest=found.sha256, bytes=found.bytes)


def forget(db: Database, user: User, name: str) -> None:
    """Take it out of the list; the file stays where it is."""
    require(user, "models.manage")
    known = weights(db, name)
    with write(db):
        db.execute("delete from weights where name = ?", [name])
        audit.append(db, user, "model.removed", _subject(name), digest=known.sha256)


def _subject(name: str) -> str:
    return f"model:llama_cpp:{name}"


def digest(path: Path, told: Told = lambda done: None) -> str:
    """SHA-256 of the file."""
    whole, read, found = max(1, path.stat().st_size), 0, hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
            read += len(chunk)
            told(read / whole)
    return found.hexdigest()


def checked(found: Weights) -> Path:
    """The file, after its header and its digest were compared with what was recorded. BadWeights otherwise."""
    path = Path(found.path)
    if not path.is_file():
        raise BadWeights(f"{path} is gone; put the file back, or take {found.name!r} out of the list.")
    gguf.header(path)
    if digest(path) != found.sha256:
        raise _changed(path)
    return path


@contextmanager
def steady(found: Weights) -> Iterator[Path]:
    """The file, checked, for a block that loads it. BadWeights also where it was exchanged or written to meanwhile."""
    path = Path(found.path)
    before = _state(path)
    yield checked(found)
    if _state(path) != before:
        raise _changed(path)


def _state(path: Path) -> tuple[int, ...]:
    """What no other file has, and none that was written to; () where there is no file."""
    try:
        seen = path.stat()
    except OSError:
        return ()
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _changed(path: Path) -> BadWeights:
    return BadWeights(f"{path.name} changed since it was added; get it again, or add it anew if the change was yours.")


def needed_bytes(found: Weights, context: int) -> int:
    """Memory for weights, the cache of a context of so many tokens, and working buffers: an estimate."""
    return found.bytes + found.cache_bytes_per_token * context + WORKING_BYTES


def require_memory(found: Weights, context: int, free_bytes: int) -> None:
    """BadWeights when the model would not fit into what is free."""
    need = needed_bytes(found, context)
    if need > free_bytes:
        raise BadWeights(
            f"{found.name} needs about {need / GIGABYTE:.1f} GB of memory and {free_bytes / GIGABYTE:.1f} GB are free; "
            "close other programs, lower COPILOT_CONTEXT_TOKENS, or choose a smaller model."
        )
