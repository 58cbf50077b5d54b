"""People with roles, and a signed document with an action of each risk: what the tests of the queue stand on."""

from dataclasses import replace
from typing import Any

from core import library, register, review
from core.identity.names import folded
from core.store import Database, new_id, now, rows
from core.types import Action, Analysis, RiskLevel, User
from tests import register_parts as rules

ADA = User(id="ada", name="Ada", roles=("analyst",))
ANN = User(id="ann", name="Ann", roles=("analyst",))
BEN = User(id="ben", name="Ben", roles=("reviewer",))
CAM = User(id="cam", name="Cam", roles=("reviewer",))
RIA = User(id="ria", name="Ria", roles=("risk reviewer",))
MAX = User(id="max", name="Max", roles=("manager",))
SAM = User(id="sam", name="Sam", roles=("analyst", "reviewer"))  # may ask and may decide
ENG = User(id="eng", name="Eng", roles=("engineering owner",))
FAR = User(id="far", name="Far", tenant="elsewhere", roles=("reviewer", "risk reviewer", "manager"))
LEVELS: dict[str, RiskLevel] = {"low": "low", "medium": "medium", "high": "high", "critical": "critical"}
DOCUMENT = "d1"


def actions(analysis: Analysis) -> tuple[Action, ...]:
    """One for each level, on an obligation of that level; "second" is like "high"."""
    at = {one.draft.quote.text: one.id for one in analysis.obligations}
    rests = {
        "low": rules.RECORD, "medium": rules.REVIEW, "high": rules.TELL, "second": rules.TELL, "critical": rules.NOTIFY,
    }  # fmt: skip
    return tuple(
        Action(
            name, f"Do the {name} thing", f"Detail of {name}", "Compliance", LEVELS.get(name, "high"), None,
            (at[quote],), name in ("high", "second", "critical"),
        )
        for name, quote in rests.items()
    )  # fmt: skip


def shelved(db: Database, owner: User = ADA, document_id: str = DOCUMENT, *, signed: bool = True, **more: Any) -> None:
    """A document with its first run, signed by its owner."""
    read = rules.reading(document_id, **more)
    rules.shelve(db, owner, read)
    found = rules.analysis(read)
    register.store_run(db, owner, replace(found, actions=actions(found)))
    if signed:
        library.sign_card(db, owner, document_id)


def asked(db: Database, *names: str, by: User = ADA, document_id: str = DOCUMENT) -> review.Item:
    """A request for these actions, as one."""
    [made] = review.submit(db, by, document_id, list(names))
    return made


def shown(db: Database, item: review.Item, by: User = BEN) -> str:
    """The digest of what this person is shown."""
    return review.evidence(db, by, item.id).digest


def says(db: Database, by: User, item: review.Item, verdict: Any = "accept", **more: Any) -> review.Decided:
    """A decision on what is shown now, with a token of its own."""
    return review.decide(
        db, by, item.id, verdict, shown=more.pop("shown", None) or shown(db, item, by),
        token=more.pop("token", "") or new_id(),
        reason=more.pop("reason", "" if verdict == "accept" else "Since it is so."), **more,
    )  # fmt: skip


def account(db: Database, id: str, name: str, clearances: str = '["internal"]', role: str = "reviewer") -> None:
    """A person who signs in, inside a write: enough of one to be named and told."""
    moment = now()
    db.execute(
        "insert into account (id, issuer, subject, tenant, name, folded, clearances, state, created_at, created_by)"
        " values (?, 'local', ?, 'local', ?, ?, ?, 'active', ?, 'local')",
        [id, id, name, folded(name), clearances, moment],
    )
    db.execute("insert into account_role values (?, ?, 'local', ?)", [id, role, moment])


def state(db: Database, item: review.Item) -> str:
    return str(rows(db, "select state from item where id = ?", [item.id])[0]["state"])


def events(db: Database, item: review.Item) -> list[str]:
    """What the log says of the item, oldest first."""
    sql = "select event from audit where subject = ? order by number"
    return [row["event"] for row in rows(db, sql, [f"item:{item.id}"])]


def shelf_of(db: Database, numbers: dict[RiskLevel, int], owner: User = ADA, document_id: str = DOCUMENT) -> list[str]:
    """A signed document with so many actions of each risk, each asked for by itself; gives the items' ids."""
    read = rules.reading(document_id)
    rules.shelve(db, owner, read)
    found = rules.analysis(read)
    of = {action.id: action for action in actions(found)}
    many = [replace(of[level], id=f"{level} {n}") for level, number in numbers.items() for n in range(number)]
    register.store_run(db, owner, replace(found, actions=tuple(many)))
    library.sign_card(db, owner, document_id)
    made: list[str] = []
    for start in range(0, len(many), 50):
        chunk = [action.id for action in many[start : start + 50]]
        made += [item.id for item in review.submit(db, owner, document_id, chunk, grouped=False)]
    return made
