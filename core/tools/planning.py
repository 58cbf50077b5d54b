"""The dry run: what each tool would do for an accepted item, or why it may not be used for it. Nothing happens."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from core import library, review
from core.errors import BadInput, Conflict
from core.store import one
from core.tools.allowlist import Tool, tools
from core.tools.works import Call, Work, calls
from core.types import User


@dataclass(frozen=True, slots=True)
class Planned:
    """A tool's calls for an item, or why there are none."""

    tool: Tool
    calls: tuple[Call, ...]
    refusal: str = ""


def plan(db: Database, user: User, item_id: str) -> list[Planned]:
    """One row for each listed tool, in the order of the list."""
    item = review.item(db, user, item_id)
    document = library.found(db, user, item.document_id, "title, classification")
    work = Work(
        item.id, item.number, item.version, item.digest, item.document_id, document["title"], tuple(item.actions)
    )
    by_people = _by_people(db, item_id)
    return [_planned(one, work, document["classification"], by_people) for one in tools().values()]


def planned(db: Database, user: User, item_id: str, keys: Sequence[str]) -> list[Call]:
    """These calls as they would be made now. Conflict when one is no longer what was shown."""
    if not keys:
        raise BadInput("Nothing was chosen; choose at least one tool.")
    known = {call.key: call for found in plan(db, user, item_id) for call in found.calls}
    if missing := [key for key in keys if key not in known]:
        raise Conflict(f"{len(missing)} of {len(keys)} calls are no longer what was shown; look again, then confirm.")
    return [known[key] for key in dict.fromkeys(keys)]


def _planned(tool: Tool, work: Work, label: str, by_people: bool) -> Planned:
    if refusal := _refusal(tool, label, by_people):
        return Planned(tool, (), refusal)
    try:
        made = tuple(calls(work, tool))
    except BadInput as error:
        return Planned(tool, (), str(error))
    return Planned(tool, made, "" if made else "Nothing in this item has a date.")


def _refusal(tool: Tool, label: str, by_people: bool) -> str:
    if not tool.enabled:
        return "It is switched off in models/tools.toml."
    if refusal := unseen(tool, label):
        return refusal
    if tool.level == "human_review" and not by_people:
        return "It needs an item that people have accepted, and the policy accepted this one."
    return ""


def unseen(tool: Tool, label: str) -> str:
    """Why text with this label does not go to the tool's server, "" where it may."""
    if not tool.network or label in tool.classifications:
        return ""
    may = ", ".join(tool.classifications) or "none"
    return f"It may not see {label} text (models/tools.toml allows: {may})."


def _by_people(db: Database, item_id: str) -> bool:
    sql = "select 1 from decision where item_id = ? and verdict = 'accept' and reviewer <> 'policy'"
    return one(db, sql, [item_id]) is not None
