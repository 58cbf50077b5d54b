"""Comments on a request, and people named in them."""

import re

from sqlite_utils import Database

from core import audit, identity, inbox
from core.audit import Remark
from core.errors import NotAllowed
from core.identity import accounts, rates
from core.review import people
from core.review.items import item, note
from core.review.people import logged
from core.store import write
from core.types import User

# "@Ria Okafor, is this ours?": a name has up to three words, and its longest reading that somebody has is meant.
MENTION = re.compile(r"@([^\W_][\w.’'-]*(?: [^\W_][\w.’'-]*){0,2})")
MOST_MENTIONS = 20


def comment(db: Database, user: User, item_id: str, text: str) -> Remark:
    """Say something about a request. Whoever is named as @name, and may see its document, finds it in their inbox."""
    with logged(db, user, f"item:{item_id}", "comment"), write(db):
        found = item(db, user, item_id)
        if not (identity.may(user, "actions.submit") or identity.may(user, "actions.review")):
            raise NotAllowed(
                f"Only who may ask for actions ({identity.who_may('actions.submit')}) or decide on them"
                f" ({identity.who_may('actions.review')}) comments on request {found.number}."
            )
        rates.spend(db, user, "comments")
        remark = people.say(db, user, found, "comment", text)
        named = [one for one in mentioned(db, user.tenant, remark.text) if one != user.id]
        told = [one for one in named if people.sees(db, accounts.user_of(db, one), found.document_id)]
        inbox.post(db, found.tenant, told, "mentioned", found.subject, found.number)
        note(db, user, found, "commented", remark=remark.digest, mentioned=len(told))
        return remark


def comments(db: Database, user: User, item_id: str) -> list[Remark]:
    """Reasons and comments, oldest first."""
    return audit.remarks(db, user, item(db, user, item_id).subject)


def mentioned(db: Database, tenant: str, text: str) -> list[str]:
    """The ids of the people whom a text names, each once."""
    found: dict[str, None] = {}
    for match in list(MENTION.finditer(text))[:MOST_MENTIONS]:
        names = readings(match[1])
        known = accounts.by_name(db, tenant, names)
        found |= dict.fromkeys([known[name].id for name in names if name in known][:1])
    return list(found)


def readings(words: str) -> list[str]:
    """ "Ria Okafor is" may name "Ria Okafor is", "Ria Okafor" or "Ria": the longest first, without a full stop."""
    parts = words.split(" ")
    tries = [" ".join(parts[:size]) for size in range(len(parts), 0, -1)]
    return list(dict.fromkeys(name for each in tries for name in (each, each.rstrip(".’'-"))))
