"""Two documents of the library compared for one user, and what people said of one carried over to the other."""

from sqlite_utils import Database

from core import library, register
from core.compare.comparison import Comparison, Side, compare
from core.errors import BadInput
from core.types import User


def compare_stored(db: Database, user: User, old_id: str, new_id: str) -> Comparison:
    """What the engine found in both, as their registers show it. NotFound when the user may not see one of them."""
    if old_id == new_id:
        raise BadInput("These are the same document; choose two versions, or two documents.")
    return compare(side(db, user, old_id), side(db, user, new_id))


def side(db: Database, user: User, document_id: str) -> Side:
    found = register.analysis(db, user, document_id)
    return Side(found.document, library.provisions(db, user, document_id), found.obligations)


def carry_unchanged(db: Database, user: User, old_id: str, new_id: str) -> int:
    """Carry over what people said of obligations that say the same in both; the number that got something.

    What somebody has said of the new ones stays, and a second time changes nothing.
    """
    return register.carry_over(db, user, old_id, new_id, compare_stored(db, user, old_id, new_id).staying)
