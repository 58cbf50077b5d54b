"""Who owns a model, and its vendor review: said by people here, over what models/catalog.toml says.

None of it steers a model: which text one may see, and at which host, stays with the file. So one person may say it,
without a change record, and the log has who did.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date

from sqlite_utils import Database

from core import audit
from core.errors import BadInput
from core.identity import require
from core.llm.catalog import NOT_REVIEWED, Entry, Review, entry
from core.settings import settings
from core.store import now, rows, write
from core.types import User

ANSWERS = tuple(Review.model_fields)
FIELDS = ("owner", "review_date", *ANSWERS)
MOST_CHARACTERS = 500


def reviewed(db: Database, found: Sequence[Entry]) -> list[Entry]:
    """The entries with what people said laid over what the file says."""
    said: dict[str, dict[str, str]] = {}
    for row in rows(db, "select model, field, value from model_review"):
        said.setdefault(row["model"], {})[row["field"]] = row["value"]
    return [_laid(one, said.get(one.name, {})) for one in found]


def save_review(db: Database, user: User, models: Sequence[str], said: Mapping[str, str]) -> int:
    """Say the same of these models: FIELDS → words, `review_date` as "2026-11-23". Gives how many it was new for.

    No words take back what was said, and the file's count again. Raises BadInput for a model that is not in the
    inventory, another field, a day that is none, and words that are too many; NotAllowed without the right.
    """
    require(user, "models.review")
    words = {field: _checked(field, text.strip()) for field, text in said.items()}
    found = [entry(model, settings()) for model in models]
    changed = 0
    with write(db):
        for one in reviewed(db, found):
            news = {field: text for field, text in words.items() if text != answer(one, field)}
            if news:
                changed += 1
                _say(db, user, one.name, news)
    return changed


def answer(one: Entry, field: str) -> str:
    """What is known of one of FIELDS, as it is typed; "" where nobody said anything yet."""
    if field == "review_date":
        return one.review_date.isoformat() if one.review_date else ""
    text: str = one.owner if field == "owner" else getattr(one.review, field)
    return "" if text in (NOT_REVIEWED, Entry.model_fields["owner"].default) else text


def _checked(field: str, text: str) -> str:
    if field not in FIELDS:
        raise BadInput(f"{field!r} is no question of a vendor review; it is one of: {', '.join(FIELDS)}.")
    if len(text) > MOST_CHARACTERS:
        raise BadInput(
            f"The answer to {field!r} has {len(text):,} characters and at most {MOST_CHARACTERS} are kept; shorten it."
        )
    if field == "review_date" and text:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise BadInput(f"{text!r} is not a date like 2026-12-31; give the day of the review so.") from error
    return text


def _laid(one: Entry, said: Mapping[str, str]) -> Entry:
    answers = one.review.model_copy(update={name: said[name] for name in ANSWERS if name in said})
    day = date.fromisoformat(said["review_date"]) if "review_date" in said else one.review_date
    return one.model_copy(
        update={"review": answers, "owner": said.get("owner", one.owner), "review_date": day},
    )


def _say(db: Database, user: User, model: str, news: Mapping[str, str]) -> None:
    for field, text in news.items():
        db.execute("delete from model_review where model = ? and field = ?", [model, field])
        if text:
            row = {"model": model, "field": field, "value": text, "set_by": user.id, "set_at": now()}
            db["model_review"].insert(row)
    digest = hashlib.sha256(json.dumps(news, sort_keys=True).encode()).hexdigest()
    audit.append(db, user, "model.reviewed", f"model:{model}", digest=digest, fields=sorted(news))
