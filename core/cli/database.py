"""The database from the command line, and the ids by which people name what is in it."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from core.cli import files
from core.errors import BadInput, NotAllowed

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.library import DocumentRow
    from core.types import User

# With the database, who asks, and an id.
Act = Callable[["Database", "User", str], object]
WHOLE, SHORTEST = 16, 4  # characters of an id, and of a beginning that is taken for one
# As whom a command acts: --as NAME, else one of these.
AS: ContextVar[str] = ContextVar("as", default="")
USER, TOKEN = "COPILOT_USER", "COPILOT_TOKEN"


@contextmanager
def opened() -> "Iterator[tuple[Database, User]]":
    """The database, created and migrated as needed, and who asks."""
    with unlocked() as db:
        yield db, who(db)


def asker() -> "User":
    """Who asks, for a command that needs no more of the database."""
    with opened() as (_, user):
        return user


def who(db: "Database") -> "User":
    """A person by name, whom whoever has these files may be; a service by its token; else the one local person.

    NotAllowed where there are accounts and nobody was named, or the one named is let in nowhere.
    """
    from core.identity import accounts, local_user, services

    name, token = AS.get() or os.environ.get(USER, ""), os.environ.get(TOKEN, "")
    if name and token:
        raise BadInput(f"Say once who you are: {TOKEN} is set, and so is a name ({USER} or --as); unset one of them.")
    if token:
        return services.user(db, token.strip())
    if name:
        return accounts.named(db, name)
    if accounts.people(db):
        raise NotAllowed(f"There are accounts here: say who you are, by --as NAME, {USER} or {TOKEN}.")
    return local_user()


@contextmanager
def unlocked() -> "Iterator[Database]":
    """The database before anybody is known: to take up an invitation."""
    from core import telemetry
    from core.settings import settings
    from core.store import connect

    telemetry.start(settings())
    path = settings().database
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    db = connect(path)
    try:
        yield db
    finally:
        db.close()


def each(ids: Sequence[str], do: Act) -> int:
    """Do it for one after another; a failure is told and does not stop the rest. Gives the exit code."""
    tally = files.Tally()
    with opened() as (db, user):
        for one in listed(ids):
            with tally.attempt(one):
                do(db, user, one)
    return tally.code


def listed(ids: Iterable[str]) -> list[str]:
    """Each id once, in order; `-` stands for the first column of standard input, as the lists print it."""
    found: list[str] = []
    for one in ids:
        found += [line.split("\t")[0].strip() for line in sys.stdin] if one == files.STDIN else [one]
    if not any(found):
        raise BadInput("No id was given; the lists print them in their first column.")
    return list(dict.fromkeys(filter(None, found)))


def whole(given: str, known: Iterable[str]) -> str:
    """The one known id that begins so. An id that nobody knows stays as it is: core says that there is none."""
    ids = set(known)
    if given in ids:
        return given
    _require_enough(given)
    found = [one for one in ids if one.startswith(given)]
    if len(found) > 1:
        raise BadInput(f"{given!r} begins {len(found)} ids; give more of it.")
    return found[0] if found else given


def document_id(db: "Database", user: "User", given: str) -> str:
    from core import library

    return whole(given, (row.id for row in library.documents(db, user)))


def document_row(db: "Database", user: "User", given: str) -> "DocumentRow":
    from core import library

    return library.document_row(db, user, document_id(db, user, given))


def obligation_id(db: "Database", user: "User", given: str) -> str:
    """DOCUMENT.OBLIGATION of an obligation, or of a sentence or quote that waits to be checked.

    Of each part its beginning is enough; the document may be left out where only one has such an obligation.
    """
    from core import library, register

    document, _, own = given.rpartition(".")
    if len(own) >= WHOLE and (not document or len(document) >= WHOLE):
        return given
    _require_enough(own)
    documents = [document_id(db, user, document)] if document else [row.id for row in library.documents(db, user)]
    known = [row.id for row in register.rows(db, user, register.Filter(document=documents), limit=None)]
    for name in documents:
        known += [lead.id for lead in (*register.uncovered(db, user, name), *register.ungrounded(db, user, name))]
    if document:
        return whole(f"{documents[0]}.{own}", known)
    chosen = whole(own, (one.rpartition(".")[2] for one in known))
    owners = [one for one in known if one.endswith(f".{chosen}")]
    return owners[0] if len(owners) == 1 else chosen  # several: core asks for the document


def _require_enough(beginning: str) -> None:
    # An empty or nearly empty id, as from an unset variable, must not find whatever is there.
    if len(beginning) < SHORTEST:
        raise BadInput(f"{beginning!r} is too short for an id; give at least {SHORTEST} characters of it.")
