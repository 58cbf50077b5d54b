"""Documents in the same queue: those that wait for a second signature, and those that were escalated."""

from sqlite_utils import Database

from core import identity, library
from core.errors import BadInput, Conflict
from core.review import people
from core.review.people import SelfApproval, logged
from core.types import User


def decide_document(db: Database, user: User, document_id: str, verdict: str, reason: str = "") -> str:
    """Accept or reject a document that waits; gives its state after it.

    An escalated one is released or rejected, with a reason; one that its owner signed is signed second by accepting.
    Nobody decides on their own document: where there is one person only, they do it on the document's own screen.
    """
    with logged(db, user, f"document:{document_id}", verdict if verdict in ("accept", "reject") else "decide"):
        people.require_human(user)
        if verdict not in ("accept", "reject"):
            raise BadInput("A document is accepted or rejected; nothing else.")
        row = library.found(db, user, document_id)
        if row["owner"] == user.id and not identity.alone(user):
            raise SelfApproval(f"{row['title']!r} is yours, so somebody else decides on it.")
        if row["gate"] == "waiting":
            (library.release if verdict == "accept" else library.reject)(db, user, document_id, reason)
            return "released" if verdict == "accept" else "rejected"
        if not row["awaiting_second"]:
            raise Conflict(f"{row['title']!r} does not wait for anybody any more; reload the page.")
        if verdict == "reject":
            raise BadInput("A card that you would not sign is its owner's to change; tell them, and leave it unsigned.")
        return library.sign_card(db, user, document_id)
