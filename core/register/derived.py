"""The register as one table: for each obligation the values that hold now. Derived, so it can be built again.

`derive` runs inside the write that changed a finding or an overlay; `reindex` builds everything again.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlite_utils import Database

from core.register import codec, dates, fields, firm
from core.register.facets import combined
from core.register.fields import Judge
from core.settings import lexicon
from core.store import one, rows, write
from core.types import Analysis, Obligation

Overlay = dict[str, Any]

# What a person said that the columns below show one by one; the rest of an overlay is corrections.
NEW = "new"


def reindex(db: Database) -> int:
    """Build the register of every document again from findings and overlays; returns the number of documents."""
    documents = [row["document_id"] for row in rows(db, "select distinct document_id from run")]
    for document_id in documents:  # one write each: nobody waits long
        with write(db):
            derive(db, document_id)
    return len(documents)


def derive(
    db: Database, document_id: str, subjects: Iterable[str] | None = None, analysis: Analysis | None = None
) -> None:
    """Bring the rows of these subjects (None: all of the document) up to date, inside an open write.

    `analysis`: what the chosen run found, where the caller has it at hand.
    """
    run_id, judge = chosen_run(db, document_id), firm.judge(db, document_id)
    said = overlays(db, document_id, subjects)
    if subjects is None:
        firm.put_stamp(db, document_id)
        db.execute("delete from register where document_id = ?", [document_id])
        _derive_leads(db, document_id, analysis or _rest(db, run_id), said)
    else:
        _mark_leads(db, document_id, {subject: said.get(subject, {}) for subject in subjects})
    wanted = None if subjects is None else set(subjects)
    if analysis and subjects is None:
        found = {obligation.id: obligation for obligation in analysis.obligations}
    else:
        found = findings(db, document_id, run_id, wanted)
    missing = (set(said) if wanted is None else wanted) - found.keys()
    lost = last_findings(db, document_id, {subject for subject in missing if said.get(subject)})
    for subject in (*found, *(missing - found.keys())):
        overlay = said.get(subject, {})
        if "made" in overlay:
            row = _row(
                codec.load(overlay["made"]["obligation"]), overlay, judge, "current", overlay["made"]["how"], None
            )
        elif subject in found:
            row = _row(found[subject], overlay, judge, "current", "run", run_id)
        elif subject in lost:
            row = _row(lost[subject], overlay, judge, "orphaned", "run", None)
        else:
            db.execute("delete from register where document_id = ? and obligation_id = ?", [document_id, subject])
            continue
        _put(db, {"document_id": document_id, "obligation_id": subject, **row})


def chosen_run(db: Database, document_id: str) -> str | None:
    """The run that a person chose, else the first one."""
    row = one(
        db,
        "select id from run where document_id = ? order by id is"
        " (select json_extract(value, '$') from overlay where document_id = ? and subject = '' and field = 'run') desc,"
        " number limit 1",
        [document_id, document_id],
    )
    return row["id"] if row else None


def overlays(db: Database, document_id: str, subjects: Iterable[str] | None = None) -> dict[str, Overlay]:
    """Subject → field → value, for what people say of obligations and leads."""
    narrow = "" if subjects is None else " and subject in (select value from json_each(?))"
    given = [] if subjects is None else [json.dumps(list(subjects))]
    said: dict[str, Overlay] = {}
    for row in rows(
        db,
        f"select subject, field, value from overlay where document_id = ? and subject <> ''{narrow}",
        [document_id, *given],
    ):
        said.setdefault(row["subject"], {})[row["field"]] = json.loads(row["value"])
    return said


def findings(
    db: Database, document_id: str, run_id: str | None, subjects: Iterable[str] | None = None, text: str = ""
) -> dict[str, Obligation]:
    """What the run found, in its order, of these subjects (None: all). See `codec.load` for `text`."""
    narrow = "" if subjects is None else " and obligation_id in (select value from json_each(?))"
    given = [] if subjects is None else [json.dumps(list(subjects))]
    # "+position": a few of them are found by their ids, not by walking the whole run in its order.
    order = "position" if subjects is None else "+position"
    found = rows(
        db,
        f"select obligation_id, obligation from finding where document_id = ? and run_id = ?{narrow} order by {order}",
        [document_id, run_id, *given],
    )
    return {row["obligation_id"]: codec.load(json.loads(row["obligation"]), text) for row in found}


def last_findings(db: Database, document_id: str, subjects: Iterable[str], text: str = "") -> dict[str, Obligation]:
    """The latest finding of each subject in any run of the document."""
    found = rows(
        db,
        "select obligation_id, obligation from finding join run on run.id = finding.run_id"
        " where finding.document_id = ? and obligation_id in (select value from json_each(?)) order by run.number",
        [document_id, json.dumps(list(subjects))],
    )
    return {row["obligation_id"]: codec.load(json.loads(row["obligation"]), text) for row in found}


def lead_id(kind: str, place: object, quote: str) -> str:
    """The same for every run that leaves the same sentence uncovered, or the same quote ungrounded."""
    return "un" + hashlib.sha256(f"{kind}\n{place}\n{quote}".encode("utf-8", "replace")).hexdigest()[:14]


def due_date(obligation: Obligation, overlay: Overlay) -> date | None:
    """When it falls due, from the date of its anchor event where somebody entered one."""
    anchor = overlay.get("anchor_date")
    if anchor is None:
        return dates.due_date(obligation.deadline, None, date.min)
    return dates.due_date(obligation.deadline, dates.parse_date(anchor["date"]), dates.parse_date(anchor["today"]))


def _row(
    found: Obligation, overlay: Overlay, judge: Judge, state: str, origin: str, run_id: str | None
) -> dict[str, Any]:
    obligation = fields.laid(found, overlay, judge)
    draft, limit, due = obligation.draft, obligation.deadline, due_date(obligation, overlay)
    corrected = len(overlay.keys() & fields.FIELDS.keys())
    status = overlay.get("status", NEW)
    looked_at = bool(overlay.get("accepted") or corrected or origin != "run" or status != NEW)
    row = {
        "run_id": run_id,
        "state": "replaced" if "replaced" in overlay else state,
        "origin": origin,
        "position": obligation.span.start,
        "end_at": obligation.span.end,
        "page": obligation.span.page,
        "path": draft.provision.path,
        "heading": draft.provision.heading,
        "quote": draft.quote.text,
        "modality": draft.modality,
        "bearer": draft.bearer.text,
        "bearer_kind": draft.bearer.kind,
        "explicit": int(draft.bearer.explicit),
        "via": draft.via,
        "action": draft.action,
        "object": draft.object,
        "deadline": (limit.passage.text or limit.iso8601 or "") if limit else "",
        "iso8601": limit.iso8601 if limit else None,
        "deadline_kind": limit.kind if limit else "",
        "days": limit.days if limit else "",
        "anchor": (limit.anchor or "") if limit else "",
        "due": due.isoformat() if due else None,
        "risk": obligation.risk.level,
        "risk_score": obligation.risk.score,
        "applies": obligation.applies.answer,
        "confidence": obligation.confidence,
        "match": obligation.match,
        "engine": obligation.engine,
        "status": status,
        "reason": overlay.get("reason", ""),
        "owner": overlay.get("owner", ""),
        "next_review": overlay.get("next_review"),
        "anchor_date": overlay["anchor_date"]["date"] if "anchor_date" in overlay else None,
        "corrections": corrected,
        "comments": sum(field.startswith("comment:") for field in overlay),
        "evidence": sum(field.startswith("evidence:") for field in overlay),
        "accepted": int(looked_at),
        "doubtful": int(not looked_at and doubtful(obligation)),
    }
    return {**row, "facet": combined(row)}


def doubtful(obligation: Obligation) -> bool:
    """Whether a person should look at it before the rest."""
    return obligation.match in ("elided", "fuzzy") or obligation.confidence < lexicon("register")["doubtful_below"]


def _put(db: Database, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    updates = ", ".join(f"{name} = excluded.{name}" for name in row)
    db.execute(
        f"insert into register ({names}) values ({', '.join('?' * len(row))})"
        f" on conflict (document_id, obligation_id) do update set {updates}",
        list(row.values()),
    )


def _rest(db: Database, run_id: str | None) -> Analysis | None:
    packed = one(db, "select analysis from run where id = ?", [run_id])
    return codec.unpack(packed["analysis"], "", ()) if packed else None


def _derive_leads(db: Database, document_id: str, analysis: Analysis | None, said: dict[str, Overlay]) -> None:
    db.execute("delete from lead where document_id = ?", [document_id])
    for lead in leads(analysis) if analysis else ():
        # An uncovered sentence is known by its place alone; the provision that holds it starts at it or before.
        db.execute(
            "insert or ignore into lead (document_id, id, kind, position, end_at, quote, reason, path, state)"
            " values (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(nullif(?8, ''), (select path from provision"
            " where document_id = ?1 and start_at <= ?4 order by position desc limit 1), ''), ?9)",
            [document_id, *lead, lead_state(said.get(lead[0], {}))],
        )


def leads(analysis: Analysis) -> list[tuple[Any, ...]]:
    """(id, kind, position, end, quote, reason, path) of what no obligation stands for yet."""
    silent = "No obligation or statement accounts for this sentence."
    uncovered = [
        (lead_id("uncovered", passage.start, passage.text), "uncovered", passage.start or 0, passage.end, passage.text)
        for passage in analysis.coverage.uncovered
    ]
    ungrounded = [
        (lead_id("ungrounded", lost.provision, lost.quote), "ungrounded", number, None, lost.quote, lost.reason)
        for number, lost in enumerate(analysis.ungrounded)
    ]
    places = [lost.provision for lost in analysis.ungrounded]
    return [(*one_, silent, "") for one_ in uncovered] + [
        (*one_, place) for one_, place in zip(ungrounded, places, strict=True)
    ]


def _mark_leads(db: Database, document_id: str, said: dict[str, Overlay]) -> None:
    for subject, overlay in said.items():
        db.execute(
            "update lead set state = ? where document_id = ? and id = ?",
            [lead_state(overlay), document_id, subject],
        )


def lead_state(overlay: Overlay) -> str:
    return "used" if "used" in overlay else "accepted" if overlay.get("accepted") else "open"
