"""Documents in the same queue: those that wait for a second signature, and those that were escalated."""

import hashlib
import json
from dataclasses import dataclass

from sqlite_utils import Database

from core import audit, identity, library
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import accounts
from core.library import custody, signing
from core.library.cards import Fields
from core.review import people
from core.review.facts import Stale
from core.review.people import SelfApproval, logged
from core.store import write
from core.types import User

RELEASE, SECOND = "release", "second signature"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What somebody reads before they decide on a document, and the digest of exactly that.

    `waits_for`: release, second signature, or "" where it waits for nobody. `card` has the signatures so far. `barred`
    says why this person may not decide, "" where they may.
    """

    document: library.DocumentRow
    waits_for: str
    card: Fields
    digest: str
    barred: str


def waiting(db: Database, user: User, document_id: str) -> Waiting:
    """All of it for one document; that it was seen is logged."""
    found = _waiting(db, user, document_id)
    audit.seen(db, user, f"document:{document_id}", found.digest, document_id=document_id, waits_for=found.waits_for)
    return found


def decide_document(
    db: Database, user: User, document_id: str, verdict: str, reason: str = "", *, shown: str
) -> str:  # fmt: skip
    """Accept or reject a document that waits, as it was shown under the digest `shown`; gives its state after it.

    An escalated one is released or rejected, with a reason; one that its owner signed is signed second by accepting.
    Nobody decides on their own document: where there is one person only, they do it on the document's own screen.
    Stale where its card, its warnings or what it waits for changed since.
    """
    with logged(db, user, f"document:{document_id}", verdict if verdict in ("accept", "reject") else "decide"):
        people.require_human(user)
        if verdict not in ("accept", "reject"):
            raise BadInput("A document is accepted or rejected; nothing else.")
        with write(db):
            user = accounts.refreshed(db, user)
            found = _waiting(db, user, document_id)
            _require_decider(user, found)
            if not found.waits_for:
                raise Conflict(f"{found.document.title!r} does not wait for anybody any more; reload the page.")
            if found.digest != shown:
                raise Stale(f"{found.document.title!r} is not as you read it; look at its card and warnings again.")
            if found.waits_for == RELEASE:
                step = "release" if verdict == "accept" else "reject"
                return custody.step(db, user, document_id, step, reason, digest=found.digest)
            if verdict == "reject":
                raise BadInput(
                    "A card that you would not sign is its owner's to change; tell them, and leave it unsigned."
                )
            return signing.sign(db, user, document_id)


def _waiting(db: Database, user: User, document_id: str) -> Waiting:
    document, card = library.document_row(db, user, document_id), library.card(db, user, document_id)
    waits_for = document.awaiting if document.awaiting in (RELEASE, SECOND) else ""
    told = [document.title, document.warnings, document.scope_reasons, waits_for, card]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    found = Waiting(document, waits_for, card, digest, "")
    try:
        _require_decider(user, found)
    except NotAllowed as error:
        return Waiting(document, waits_for, card, digest, str(error))
    return found


def _require_decider(user: User, found: Waiting) -> None:
    title = found.document.title
    if found.document.owner == user.id and not identity.alone(user):
        raise SelfApproval(f"{title!r} is yours, so somebody else decides on it.")
    identity.require(user, "documents.second", repr(title))
