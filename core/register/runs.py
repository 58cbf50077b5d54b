"""Runs: what an engine found in a document, kept as it was. People's corrections lie over them, never in them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from core import audit, library
from core.errors import Conflict, NotFound
from core.extract import actions as recommended
from core.extract.summary import steps
from core.identity import require
from core.register import codec, derived, gestures
from core.register.gestures import Change
from core.store import new_id, now, one, rows, write
from core.types import Action, Analysis, Obligation, Statement, User


@dataclass(frozen=True, slots=True)
class Run:
    """`added` and `gone` compare its findings with those of the chosen run."""

    id: str
    number: int
    model: str
    created_at: str
    created_by: str
    chosen: bool
    obligations: int
    added: int
    gone: int


def store_run(db: Database, user: User, analysis: Analysis) -> str:
    """Keep what a run found; returns its id. A rerun that found the same is the run that is there already.

    The document's first run is the one that the register shows; a later one waits for `choose_run`.
    """
    require(user, "models.ask")
    with write(db):
        run_id = insert_run(db, user, analysis)
        log_run(db, user, analysis, run_id)
    return run_id


def log_run(db: Database, user: User, analysis: Analysis, run_id: str) -> None:
    """Inside a write: that a reading is kept now. The first one comes with its document, and is no act by itself."""
    document_id, found = analysis.document.id, len(analysis.obligations)
    audit.append(db, user, "run.stored", f"run:{run_id}", document_id=document_id, obligations=found)


def insert_run(db: Database, user: User, analysis: Analysis) -> str:
    """`store_run` inside a write that the caller has opened, for somebody who may; not logged."""
    document_id = analysis.document.id
    library.found(db, user, document_id, "id")
    digest = codec.digest_of_findings(analysis)
    same = one(db, "select id from run where document_id = ? and digest = ?", [document_id, digest])
    if same:
        return str(same["id"])
    run_id = new_id()
    db.execute(
        "insert into run (id, document_id, number, digest, model, created_at, created_by, analysis) values"
        " (?1, ?2, (select coalesce(max(number), 0) + 1 from run where document_id = ?2), ?3, ?4, ?5, ?6, ?7)",
        [run_id, document_id, digest, analysis.metadata.model, now(), user.id, codec.pack(analysis)],
    )
    text = analysis.document.text
    db.conn.executemany(
        "insert into finding (document_id, run_id, obligation_id, position, obligation) values (?, ?, ?, ?, ?)",
        (
            [document_id, run_id, obligation.id, position, codec.dump(obligation, text)]
            for position, obligation in enumerate(analysis.obligations)
        ),
    )
    _insert_actions(db, run_id, analysis)
    if derived.chosen_run(db, document_id) == run_id:
        derived.derive(db, document_id, None, analysis)
    return run_id


def choose_run(db: Database, user: User, document_id: str, run_id: str) -> None:
    """Let the register show this run. Corrections stay; those of obligations it did not find show as orphaned."""
    if all(run.id != run_id for run in runs(db, user, document_id)):
        raise NotFound("This document has no such run; choose one from the list of its runs.")

    def say() -> list[Change]:
        if derived.chosen_run(db, document_id) == run_id:
            raise Conflict("The register shows this run already.")
        return [Change(document_id, "", "run", run_id)]

    gestures.make(db, user, "choose run", "Chose another run", say)


def runs(db: Database, user: User, document_id: str) -> list[Run]:
    """Every run of the document, oldest first."""
    library.found(db, user, document_id, "id")
    chosen = derived.chosen_run(db, document_id)
    found = rows(
        db,
        "select id, number, model, created_at, created_by,"
        " (select count(*) from finding where run_id = run.id) as obligations,"
        " (select count(*) from finding as shared where shared.run_id = run.id and shared.document_id = ?1 and exists"
        " (select 1 from finding where document_id = ?1 and run_id = ?2 and obligation_id = shared.obligation_id))"
        " as common from run where document_id = ?1 order by number",
        [document_id, chosen],
    )
    shown = next((row["obligations"] for row in found if row["id"] == chosen), 0)
    return [
        Run(
            chosen=row["id"] == chosen,
            added=row["obligations"] - row["common"],
            gone=shown - row["common"],
            **{name: value for name, value in row.items() if name != "common"},
        )
        for row in found
    ]


def analysis(db: Database, user: User, document_id: str, run_id: str | None = None) -> Analysis:
    """The analysis exactly as it was stored: of this run, or of the one that the register shows."""
    text = library.document(db, user, document_id).text
    run_id = run_id or derived.chosen_run(db, document_id)
    packed = one(db, "select analysis from run where id = ? and document_id = ?", [run_id, document_id])
    if packed is None:
        raise NotFound("This document has no such analysis; analyse it first.")
    return codec.unpack(packed["analysis"], text, tuple(_findings(db, document_id, run_id, text)))


def summary(db: Database, user: User, document_id: str) -> str:
    """In words, with the actions that are recommended to the firm as it is now."""
    found = _rest(db, user, document_id)
    if not found.actions:
        return found.summary
    shown = [row.action for row in actions(db, user, document_id)]
    return " ".join(found.summary.replace(steps(found.actions), steps(shown)).split())


def statements(db: Database, user: User, document_id: str) -> list[Statement]:
    """Sentences with a normative mark that are no obligations, and why, in the order of the text."""
    return list(_rest(db, user, document_id).statements)


def findings(db: Database, user: User, run_id: str) -> list[Obligation]:
    """What one run found, corrected by nobody. NotFound when the user may not see its document."""
    condition, parameters = library.visible(user)
    found = one(
        db,
        f"select document_id from run join document on document.id = document_id where run.id = ? and {condition}",
        [run_id, *parameters],
    )
    if found is None:
        raise NotFound("There is no such run, or you may not see its document.")
    text = library.document(db, user, found["document_id"]).text
    return _findings(db, found["document_id"], run_id, text)


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action with its state. `due` counts from anchor dates that people entered where the analysis had none.

    `item` is the request for approval that the state is of, "" where nobody has asked.
    """

    action: Action
    state: str
    due: str | None
    item: str = ""


# The request that is under way, else the latest one that was decided against; a dropped one never was.
REQUEST = (
    "(select item.id from item_action join item on item.id = item_action.item_id"
    " where item_action.document_id = action.document_id and item_action.action_id = action.id"
    " and item.state <> 'dropped' order by item_action.open desc, item.number desc limit 1)"
)


def actions(db: Database, user: User, document_id: str, ids: Sequence[str] | None = None) -> list[ActionRow]:
    """The recommended actions of the chosen run, or these of them, without those of which no duty applies to the firm.

    Withheld (an empty list) while an escalated document waits.
    """
    document = library.found(db, user, document_id, "gate")
    if document["gate"] in ("waiting", "rejected"):
        return []
    narrow = "" if ids is None else " and action.id in (select value from json_each(?))"
    # "+position": a few of them are found by their ids, not by walking the whole run in its order.
    order = "position" if ids is None else "+position"
    found = rows(
        db,
        "select action.*, coalesce(due, (select min(register.due) from register where document_id = action.document_id"
        " and obligation_id in (select value from json_each(action.obligation_ids)))) as dated,"
        " request.id as request, coalesce(request.state, action.state) as stands"
        f" from action left join item as request on request.id = {REQUEST}"
        " where action.document_id = ? and action.run_id = ?"
        " and exists (select 1 from json_each(obligation_ids) as duty"
        " left join register on register.document_id = action.document_id and register.obligation_id = duty.value"
        f" where register.applies is not 'no'){narrow} order by {order}",
        [document_id, derived.chosen_run(db, document_id), *([] if ids is None else [json.dumps(list(ids))])],
    )
    return [ActionRow(_action(row), row["stands"], row["dated"], row["request"] or "") for row in found]


def _rest(db: Database, user: User, document_id: str) -> Analysis:
    library.found(db, user, document_id, "id")
    packed = one(db, "select analysis from run where id = ?", [derived.chosen_run(db, document_id)])
    if packed is None:
        raise NotFound("This document has no analysis yet; analyse it first.")
    return codec.unpack(packed["analysis"], "", ())


def _findings(db: Database, document_id: str, run_id: str | None, text: str) -> list[Obligation]:
    return list(derived.findings(db, document_id, run_id, None, text).values())


def _insert_actions(db: Database, run_id: str, analysis: Analysis) -> None:
    steps = analysis.actions
    if analysis.scope.decision == "escalate" and not steps:
        # The analysis withholds them; they are kept for the day on which a person releases the document.
        today = date.fromisoformat(analysis.metadata.created_at[:10])
        steps = recommended.actions(analysis.obligations, today, document_type=analysis.document.type)
    for position, action in enumerate(steps):
        row: list[Any] = [analysis.document.id, run_id, action.id, position, action.title, action.detail]
        row += [action.owner_role, action.priority, action.due, json.dumps(action.obligation_ids)]
        db.execute(
            "insert into action (document_id, run_id, id, position, title, detail, owner_role, priority, due,"
            " obligation_ids, requires_approval) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*row, int(action.requires_approval)],
        )


def _action(row: dict[str, Any]) -> Action:
    return Action(
        id=row["id"],
        title=row["title"],
        detail=row["detail"],
        owner_role=row["owner_role"],
        priority=row["priority"],
        due=row["due"],
        obligation_ids=tuple(json.loads(row["obligation_ids"])),
        requires_approval=bool(row["requires_approval"]),
    )
