"""The register under real texts, in any order of gestures, and with several people at once."""

import json
import multiprocessing
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import register
from core.errors import BadInput, Conflict
from core.extract.ground import passages
from core.ingest import read
from core.pipeline import analyze_reading
from core.register import Filter
from core.store import rows
from tests.register_parts import ADA, RECORD, TEXT, analysed, database, id_of, shelve

RULES = """# Client Asset Rules

## Article 1 — Records

1. An investment firm shall keep a record of every client account. It shall review that record at least once a year.
2. The firm must notify the competent authority within five working days of finding a shortfall:

   (a) the amount of the shortfall;
   (b) the clients concerned, unless the authority waives this.

## Article 2 — Use of assets

1. A firm shall not use client assets for its own account, except where the client has agreed in writing.
2. The competent authority may publish guidelines on how Article 1(2) applies.
"""


@pytest.fixture
def db(tmp_path):
    return database(tmp_path)


def analysed_rules(db):
    reading = read(RULES.encode(), "client-assets.md", document_id="rules")
    analysis = analyze_reading(reading)
    shelve(db, ADA, reading)
    register.store_run(db, ADA, analysis)
    return analysis


def test_a_real_analysis_is_kept_without_loss_and_every_span_of_it_holds(db):
    kept = analysed_rules(db)
    assert register.analysis(db, ADA, "rules") == kept
    assert len(kept.obligations) >= 4
    assert register.check(db, ADA) == []


def test_each_obligation_of_a_real_text_can_be_cut_in_two_and_put_back(db):
    analysed_rules(db)
    before = register.rows(db, ADA, limit=None)
    for row in before:
        offset = row.position + row.quote.index(" ", len(row.quote) // 2)
        parts = register.split(db, ADA, row.id, offset)
        merged = register.merge(db, ADA, parts)
        assert register.row(db, ADA, merged).quote == row.quote
        assert register.check(db, ADA) == []
    for _ in range(2 * len(before)):
        register.undo(db, ADA)
    assert register.rows(db, ADA, limit=None) == before


def test_a_sentence_selected_by_hand_is_read_for_its_deadline_and_its_bearer(db):
    analysed_rules(db)
    start = RULES.index("The firm must notify")
    end = RULES.index(" of finding a shortfall:")
    id = register.add_by_hand(db, ADA, "rules", start, end, "obligation", "The firm", "notify")
    record = register.record(db, ADA, id)
    assert (record.row.iso8601, record.row.days, record.row.bearer_kind) == ("P5D", "working", "regulated")
    assert all(RULES[p.start : p.end] == p.text for p in passages(record.obligation.draft) if p.start is not None)


# --- any order of gestures --------------------------------------------------------------------------------------


def any_gesture(db, chance):
    """One random gesture on one random obligation, as a person might make it; refusals are fine."""
    row = chance.choice(register.rows(db, ADA, limit=None))
    words = TEXT[row.position : row.end]
    spot = row.position + chance.randrange(len(words))
    leads = [one.id for one in register.to_check(db, ADA, everything=True)]
    gestures = (
        lambda: register.correct(db, ADA, row.id, "risk", chance.choice(("low", "critical"))),
        lambda: register.correct(db, ADA, row.id, "deadline", chance.choice(("P1M", "", "2027-01-01"))),
        lambda: register.correct(db, ADA, row.id, "action", None),
        lambda: register.set_status(db, ADA, row.id, chance.choice(register.STATUSES), "a reason"),
        lambda: register.assign(db, ADA, row.id, chance.choice(("Ada", "Ben", ""))),
        lambda: register.comment(db, ADA, row.id, "seen"),
        lambda: register.set_anchor_date(db, ADA, row.id, "2026-05-03"),
        lambda: register.accept(db, ADA, chance.choice(leads)),
        lambda: register.split(db, ADA, row.id, spot),
        lambda: register.merge(db, ADA, [one.id for one in chance.sample(register.rows(db, ADA, limit=None), 2)]),
        lambda: register.add_by_hand(db, ADA, "d1", row.position, spot, "permission", "Anybody", ""),
        lambda: register.promote(db, ADA, "d1", chance.randrange(len(TEXT)), len(TEXT) - 1),
    )
    try:
        chance.choice(gestures)()
    except (BadInput, Conflict, IndexError):
        return


def shown(db):
    states = ("current", "replaced", "orphaned")
    return (
        [register.rows(db, ADA, Filter(state=state), limit=None) for state in states],
        register.to_check(db, ADA, everything=True, limit=None),
        register.uncovered(db, ADA, "d1"),
    )


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_after_any_gestures_spans_hold_the_register_is_what_a_rebuild_gives_and_undo_leads_back(tmp_path, seed):
    db = database(tmp_path / str(seed))
    analysed(db)
    before, chance = shown(db), random.Random(seed)
    for _ in range(12):
        any_gesture(db, chance)
    assert register.check(db, ADA) == []
    after = shown(db)
    register.reindex(db)
    assert shown(db) == after
    made = len(rows(db, "select id from gesture"))
    for _ in range(made):
        register.undo(db, ADA)
    assert shown(db) == before
    db.close()


# --- several people at once -------------------------------------------------------------------------------------


def many_owners(folder: Path, id: str, name: str) -> None:
    db = database(folder)
    for number in range(20):
        register.assign(db, ADA, id, f"{name} {number}")


def test_gestures_of_several_processes_follow_each_other_without_a_gap(db, tmp_path):
    analysed(db)
    id = id_of(db, RECORD)
    context = multiprocessing.get_context("fork")
    people = [context.Process(target=many_owners, args=(tmp_path, id, name)) for name in ("Ada", "Ben", "Cyd")]
    for person in people:
        person.start()
    for person in people:
        person.join(120)
    changes = rows(db, "select old, new from change where field = 'owner' order by gesture_id")
    assert len(changes) == 60
    assert [change["old"] for change in changes[1:]] == [change["new"] for change in changes[:-1]]
    assert register.row(db, ADA, id).owner == json.loads(changes[-1]["new"])
