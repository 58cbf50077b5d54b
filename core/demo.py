"""A database to show the whole program with, made by the program's own functions: nothing in it is put there by hand.

The samples analysed, three people made for the demo, one request that waits, one that was rejected, one carried out.
"""

from collections.abc import Callable
from uuid import uuid4

from sqlite_utils import Database

from core import identity, library, register, review, tools, worker
from core.errors import BadInput, Conflict
from core.identity import accounts, rights
from core.samples import samples
from core.settings import Settings
from core.store import connect, one
from core.types import User

# Named by what they do: they stand for nobody.
PEOPLE = {
    "Demo analyst": ("analyst",),
    "Demo reviewer": ("reviewer",),
    "Demo risk reviewer": ("risk reviewer", "manager"),
}
SHOWN = "ict-incident-reporting.pdf"
REJECTED = "The firm has no such service; the duty does not reach it."
TOLD = "Read against the page; the quote and the deadline are as printed."

Say = Callable[[str], None]


def seed(settings: Settings, say: Say = lambda line: None) -> bool:
    """Make the demo in the data folder of `settings`; False where it is there already.

    BadInput where the folder holds something else, Conflict where a worker is at work in it.
    """
    with connect(settings.database) as db:
        if one(db, "select 1 from account where issuer = ?", [accounts.DEMO]):
            return False
        _require_empty(db, settings)
        analyst, reviewer, risk_reviewer = _people(db)
        say("Three people are made")
        _import(db, settings, analyst, say)
        document_id = _signed(db, analyst)
        _requests(db, document_id, analyst, reviewer, risk_reviewer, say)
    return True


def _require_empty(db: Database, settings: Settings) -> None:
    if one(db, "select 1 from document limit 1") or accounts.people(db):
        raise BadInput(f"{settings.data_dir} holds documents or people already; set COPILOT_DATA_DIR to a new folder.")


def _people(db: Database) -> list[User]:
    made = [rights.enrol(db, identity.LOCAL, name, roles) for name, roles in PEOPLE.items()]
    return [accounts.user_of(db, id, "demo") for id in made]


def _import(db: Database, settings: Settings, analyst: User, say: Say) -> None:
    for sample in samples(settings.samples_dir):
        library.receive(db, analyst, sample.path.read_bytes(), sample.path.name)
    done = worker.drain(settings)
    if not done:
        raise Conflict("No sample was read; look at the jobs, and start the demo in a new folder.")
    say(f"{done} samples are read and analysed")


def _signed(db: Database, analyst: User) -> str:
    """Every sample whose card is complete is signed; gives the one that requests are made of."""
    shown = ""
    for row in library.documents(db, analyst):
        if row.file_name == SHOWN:
            shown = row.id
        if row.gate not in ("waiting", "rejected"):
            library.sign_card(db, analyst, row.id)
    if not shown:
        raise BadInput(f"The sample {SHOWN} is missing, which the demo shows; restore data/samples.")
    return shown


def _requests(db: Database, document_id: str, analyst: User, reviewer: User, risk_reviewer: User, say: Say) -> None:
    """One waits, one is rejected, one is accepted and carried out as a ticket."""
    actions = [row.action for row in register.actions(db, analyst, document_id) if row.action.requires_approval]
    if len(actions) < 3:
        raise BadInput(f"The sample {SHOWN} gives {len(actions)} actions that need approval; the demo needs three.")
    done, refused, waiting = (_asked(db, analyst, document_id, one.id) for one in actions[:3])
    _decide(db, reviewer, refused.id, "reject", REJECTED)
    for person in (reviewer, risk_reviewer):
        if review.item(db, person, done.id).state == "submitted":
            _decide(db, person, done.id, "accept", TOLD)
    calls = [call.key for one in tools.plan(db, analyst, done.id) if one.tool.name == "ticket" for call in one.calls]
    tools.execute(db, analyst, done.id, calls)
    say(f"Request {waiting.number} waits, {refused.number} is rejected, {done.number} is carried out")


def _asked(db: Database, analyst: User, document_id: str, action_id: str) -> review.Item:
    (item,) = review.submit(db, analyst, document_id, [action_id])
    return item


def _decide(db: Database, person: User, item_id: str, verdict: review.Verdict, reason: str) -> None:
    shown = review.evidence(db, person, item_id).digest
    review.decide(db, person, item_id, verdict, shown=shown, token=uuid4().hex, reason=reason)
