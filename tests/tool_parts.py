"""Three people, a signed regulation, and requests that were accepted: what the tests of tools stand on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from core import jobs, library, register, review, tools
from core.identity import accounts, rights
from core.importing import import_document
from core.settings import ROOT, settings
from core.store import Database, new_id, write
from core.tools.allowlist import _read
from core.types import User

SAMPLE = ROOT / "data" / "samples" / "us-customer-funds.txt"


def person(db: Database, name: str, *roles: str, clearances: tuple[str, ...] = ("public", "internal")) -> User:
    """Somebody with an account and these roles."""
    id = new_id()
    with write(db):
        rights.insert(db, id, "local", rights.folded(name), "local", name, "active", by="test", clearances=clearances)
        rights.insert_roles(db, "test", id, roles)
    return accounts.user_of(db, id)


def bring(db: Database, user: User, path: Path = SAMPLE) -> str:
    """A document in the library, its card signed."""
    library.receive(db, user, path.read_bytes(), path.name)
    claim = jobs.claim_next(db, lease_seconds=60)
    assert claim
    import_document(db, claim.user, claim)
    document_id = str(jobs.job(db, user, claim.job.id).subject)
    library.sign_card(db, user, document_id)
    return document_id


def action_ids(db: Database, user: User, document_id: str, *levels: str) -> list[str]:
    return [
        row.action.id
        for row in register.actions(db, user, document_id)
        if row.action.priority in levels and row.state == "draft"
    ]


def accepted(db: Database, analyst: User, reviewers: list[User], document_id: str, ids: list[str]) -> review.Item:
    """One request for these actions, accepted by as many reviewers as it takes."""
    (item,) = review.submit(db, analyst, document_id, ids)
    for one in reviewers:
        if review.item(db, one, item.id).state == "submitted":
            shown = review.evidence(db, one, item.id).digest
            review.decide(db, one, item.id, "accept", shown=shown, token=uuid4().hex)
    found = review.item(db, analyst, item.id)
    assert found.state == "accepted"
    return found


def keys(db: Database, user: User, item: review.Item, *names: str) -> list[str]:
    """Of the calls of these tools, as they are shown."""
    return [call.key for one in tools.plan(db, user, item.id) if one.tool.name in names for call in one.calls]


@contextmanager
def tracker_as(url: str, folder: Path, monkeypatch, *, level: str = "user_confirm") -> Iterator[None]:
    """The tool "github" switched on and pointed at a server of this machine; other models files as they are."""
    for name in ("prompts", "catalog.toml", "routes.toml", "Modelfile"):
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / "models" / name)
    text = (ROOT / "models" / "tools.toml").read_text("utf-8")
    before, _, after = text.partition("[tool.github]")
    changed = after.replace("enabled = false", "enabled = true", 1).replace("manager_approve", level, 1)
    changed = changed.replace('base = "https://api.github.com"', f'base = "{url}"', 1)
    changed = changed.replace('hosts = ["api.github.com"]', 'hosts = ["127.0.0.1"]', 1)
    changed = changed.replace('project = "your-company/compliance"', 'project = "firm/duties"', 1)
    (folder / "tools.toml").write_text(f"{before}[tool.github]{changed}", "utf-8")
    monkeypatch.setenv("COPILOT_MODELS_DIR", str(folder))
    settings.cache_clear()
    try:
        yield
    finally:
        _read.cache_clear()


def as_role(user: User, *roles: str) -> User:
    return replace(user, roles=roles)
