"""Models brought to this machine, each as a job: a GGUF file that is here, one to download, a model for Ollama."""

import time
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from core import audit, jobs
from core.errors import BadInput
from core.identity import require
from core.llm import download, gguf, ollama, weights
from core.settings import settings
from core.store import write
from core.types import User

TOLD_SECONDS = 0.5
SHA256_DIGITS = 64


# --- asking -----------------------------------------------------------------------------------------------------


def add_file(db: Database, user: User, path: str) -> str:
    """Add a GGUF file that is on this machine; gives the job's id. BadInput or BadWeights at once if it is none."""
    require(user, "models.manage")
    if not path.strip():
        raise BadInput("Give the path of a GGUF file.")
    given = Path(path.strip()).expanduser()
    if not given.is_file():
        raise BadInput(f"There is no file {given}; give the whole path of a GGUF file.")
    gguf.header(given)
    return jobs.enqueue(db, user, "weights", {"path": str(given.resolve())}, f"Add {given.name}")


def download_file(db: Database, user: User, source: str, sha256: str = "") -> str:
    """Download a GGUF file by URL or "owner/repository/file.gguf"; gives the job's id."""
    require(user, "models.manage")
    url, checksum = download.address(source, settings().huggingface_url), sha256.strip()
    if checksum and (len(checksum) != SHA256_DIGITS or not set(checksum.casefold()) <= set("0123456789abcdef")):
        raise BadInput("A SHA-256 checksum has 64 digits from 0 to f; copy it again, or leave it empty.")
    name = download.file_name(url)
    return jobs.enqueue(db, user, "download", {"url": url, "sha256": checksum}, f"Download {name}")


def pull_model(db: Database, user: User, name: str, *, create: bool = False) -> str:
    """Let Ollama pull a model, or `create` it from models/Modelfile; gives the job's id."""
    require(user, "models.manage")
    name = name.strip()
    if not name or any(mark.isspace() for mark in name):
        raise BadInput("Give the name of a model as Ollama lists it, such as qwen3:4b.")
    title = f"Create {name} in Ollama" if create else f"Pull {name} with Ollama"
    return jobs.enqueue(db, user, "pull", {"model": name, "create": create}, title)


# --- handlers ---------------------------------------------------------------------------------------------------


def add(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "weights"."""
    _added(db, user, claim, Path(claim.job.payload["path"]))


def bring(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "download": the file, then its header and digest."""
    url = claim.job.payload["url"]
    target = settings().weights_dir / download.file_name(url)
    tell = _Teller(db, claim)

    def told(done: int, whole: int) -> None:
        tell(0.9 * done / whole if whole else 0.0, f"{done / 1e9:.2f} of {whole / 1e9:.2f} GB")

    # A try that was killed after the file was whole goes on behind it.
    if not (claim.job.attempts > 1 and target.exists()):
        download.fetch(url, target, told, claim.job.payload["sha256"] or None)
    _added(db, user, claim, target)


def pull(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "pull"."""
    tell, name = _Teller(db, claim), claim.job.payload["model"]
    steps = ollama.create(name, settings()) if claim.job.payload["create"] else ollama.pull(name, settings())
    for status, done in steps:
        tell(done, _plain(status))
    with write(db):
        jobs.finish(db, claim)
        audit.append(db, user, "model.added", f"model:ollama:{name}")


def _added(db: Database, user: User, claim: jobs.Claim, path: Path) -> None:
    tell = _Teller(db, claim)
    found = weights.examined(path, user, lambda done: tell(done, "Computing the checksum"))
    with write(db):
        weights.insert(db, user, found)
        jobs.finish(db, claim)


def _plain(status: str) -> str:
    """What Ollama says it is doing, without the digests of layers."""
    return "Downloading" if status.startswith("pulling ") and "manifest" not in status else status.capitalize()[:80]


class _Teller:
    """Shows progress, at most twice a second; raises Lost when the job was cancelled."""

    def __init__(self, db: Database, claim: jobs.Claim) -> None:
        self.db, self.claim = db, claim
        self.last = 0.0

    def __call__(self, fraction: float, stage: str) -> Any:
        if time.monotonic() - self.last > TOLD_SECONDS:
            self.last = time.monotonic()
            jobs.progress(self.db, self.claim, min(1.0, max(0.0, fraction)), stage)
