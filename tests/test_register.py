"""The register is the chosen run as it was found, filtered, sorted, paged and counted under the reader's rights."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from core import library, register
from core.errors import BadInput, Conflict, NotFound
from core.register import Filter
from core.register.rows import EXPRESSIONS
from core.store import one, write
from tests.register_parts import (
    ADA,
    BEN,
    MAY,
    NOTIFY,
    RECORD,
    REVIEW,
    SILENT,
    TELL,
    TEXT,
    analysed,
    analysis,
    database,
    id_of,
    reading,
)


@pytest.fixture
def db(tmp_path):
    return database(tmp_path)


def quotes(db, user=ADA, **filter):
    return [row.quote for row in register.rows(db, user, Filter(**filter))]


def test_an_analysis_comes_back_exactly_as_it_was_stored(db):
    kept = analysed(db)
    assert register.analysis(db, ADA, "d1") == kept


def test_a_provision_s_text_is_stored_once_and_kept_where_it_differs_from_the_document(db):
    kept = analysed(db)
    long = one(db, "select obligation from finding where position = 1")["obligation"]
    assert long.count(NOTIFY) == 1
    first = kept.obligations[0]
    odd = replace(first.draft, provision=replace(first.draft.provision, text="as another parser read it"))
    other = replace(kept, obligations=(replace(first, draft=odd), *kept.obligations[1:]))
    run_id = register.store_run(db, ADA, other)
    assert register.analysis(db, ADA, "d1", run_id) == other


def test_the_findings_of_a_run_cannot_be_changed(db):
    analysed(db)
    for table in ("run", "finding"):
        with pytest.raises(sqlite3.IntegrityError, match="never change"), write(db):
            db.execute(f"update {table} set document_id = document_id")


def test_what_people_changed_cannot_be_rewritten(db):
    analysed(db)
    register.correct(db, ADA, id_of(db, RECORD), "action", "log it")
    with pytest.raises(sqlite3.IntegrityError, match="kept as it was"), write(db):
        db.execute("update change set new = '\"other\"'")


def test_a_rerun_that_finds_the_same_is_the_same_run(db):
    kept = analysed(db)
    register.correct(db, ADA, id_of(db, RECORD), "action", "log it")
    before = register.rows(db, ADA)
    again = replace(kept, metadata=replace(kept.metadata, request_id="other", latency_ms=99))
    assert register.store_run(db, ADA, again) == register.runs(db, ADA, "d1")[0].id
    assert len(register.runs(db, ADA, "d1")) == 1
    assert register.rows(db, ADA) == before


def test_another_run_waits_until_it_is_chosen(db):
    analysed(db)
    other = register.store_run(db, ADA, analysis(reading("d1"), "other", without=RECORD))
    assert RECORD in quotes(db)
    assert [(run.chosen, run.added, run.gone) for run in register.runs(db, ADA, "d1")] == [(True, 0, 0), (False, 0, 1)]
    register.choose_run(db, ADA, "d1", other)
    assert RECORD not in quotes(db)
    assert register.analysis(db, ADA, "d1").metadata.model == "other"
    register.undo(db, ADA)
    assert RECORD in quotes(db)


def test_corrections_of_an_obligation_no_longer_found_stay_visible_as_orphaned(db):
    analysed(db)
    register.correct(db, ADA, id_of(db, RECORD), "action", "log it")
    other = register.store_run(db, ADA, analysis(reading("d1"), "other", without=RECORD))
    register.choose_run(db, ADA, "d1", other)
    [orphan] = register.rows(db, ADA, Filter(state="orphaned"))
    assert (orphan.quote, orphan.action) == (RECORD, "log it")


def test_the_register_lists_obligations_in_text_order(db):
    analysed(db)
    assert quotes(db) == [RECORD, NOTIFY, TELL, REVIEW, MAY]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"document": "d1"}, [RECORD, NOTIFY, TELL, REVIEW, MAY]),
        ({"document": "d2"}, []),
        ({"modality": "prohibition"}, [TELL]),
        ({"modality": ("prohibition", "power")}, [TELL, MAY]),
        ({"bearer_kind": "authority"}, [MAY]),
        ({"bearer": "the auth"}, [MAY]),
        ({"risk": ("high", "critical")}, [NOTIFY, TELL]),
        ({"status": "new"}, [RECORD, NOTIFY, TELL, REVIEW, MAY]),
        ({"deadline": "any"}, [NOTIFY, REVIEW]),
        ({"deadline": "none"}, [RECORD, TELL, MAY]),
        ({"deadline": "dated"}, []),
        ({"applies": "no"}, []),
        ({"text": "record each"}, [RECORD]),
        ({"text": "notif"}, [NOTIFY]),
        ({"text": "Article 2(1)"}, [TELL]),
        ({"text": "\"'*) OR ("}, []),
        ({"check": True}, [TELL]),
    ],
)
def test_the_list_is_narrowed_by(db, filter, expected):
    analysed(db)
    assert quotes(db, **filter) == expected
    assert register.count(db, ADA, Filter(**filter)) == len(expected)


def test_filters_see_corrected_values(db):
    analysed(db)
    register.correct(db, ADA, id_of(db, RECORD), "bearer", "Payment institution")
    assert quotes(db, bearer="payment") == [RECORD]
    assert quotes(db, text="payment") == [RECORD]


def test_an_unknown_filter_or_order_is_refused_in_words(db):
    analysed(db)
    with pytest.raises(BadInput, match="no deadline filter"):
        register.rows(db, ADA, Filter(deadline="someday"))
    with pytest.raises(BadInput, match="cannot be sorted"):
        register.rows(db, ADA, sort="1; drop table register")


@pytest.mark.parametrize("sort", EXPRESSIONS)
def test_every_shown_column_sorts_both_ways(db, sort):
    analysed(db)
    up, down = (register.rows(db, ADA, sort=sort, descending=way) for way in (False, True))
    assert {row.id for row in up} == {row.id for row in down}
    assert len(up) == 5


def test_risk_sorts_by_how_bad_it_is_and_empty_values_come_last(db):
    analysed(db)
    assert [row.risk for row in register.rows(db, ADA, sort="risk", descending=True)][:2] == ["critical", "high"]
    for descending in (False, True):
        first = register.rows(db, ADA, sort="deadline", descending=descending)[:2]
        assert {row.quote for row in first} == {NOTIFY, REVIEW}


def test_pages_follow_each_other_and_the_count_is_of_all(db):
    analysed(db)
    pages = [[row.quote for row in register.rows(db, ADA, limit=2, offset=offset)] for offset in (0, 2, 4)]
    assert pages == [[RECORD, NOTIFY], [TELL, REVIEW], [MAY]]
    assert register.count(db, ADA) == 5


def test_facets_count_what_choosing_would_show(db):
    analysed(db)
    facets = register.facets(db, ADA, Filter(modality="obligation"))
    assert facets["modality"] == {"obligation": 3, "prohibition": 1, "power": 1}
    assert facets["risk"] == {"low": 1, "critical": 1, "medium": 1}
    assert facets["deadline"] == {"any": 2, "dated": 0, "none": 1, "overdue": 0, "soon": 0, "upcoming": 0, "review": 0}


def test_facets_agree_with_the_list_for_each_of_their_values(db):
    analysed(db)
    analysed(db, document_id="d2", title="Other rules")
    register.set_anchor_date(db, ADA, id_of(db, NOTIFY), "2026-01-05")
    base = Filter(risk=("critical", "medium"), text="the", today=date(2026, 2, 1))
    for facet, counts in register.facets(db, ADA, base).items():
        for value, size in counts.items():
            assert register.count(db, ADA, replace(base, **{facet: value})) == size, (facet, value)


def test_a_draft_of_somebody_else_is_nowhere(db):
    analysed(db)
    id = id_of(db, RECORD)
    assert register.rows(db, BEN) == []
    assert register.count(db, BEN) == 0
    assert register.facets(db, BEN)["modality"] == {}
    assert register.to_check(db, BEN) == []
    for read in (
        lambda: register.record(db, BEN, id),
        lambda: register.record(db, BEN, id.partition(".")[2]),
        lambda: register.analysis(db, BEN, "d1"),
        lambda: register.runs(db, BEN, "d1"),
        lambda: register.actions(db, BEN, "d1"),
        lambda: register.uncovered(db, BEN, "d1"),
        lambda: register.summary(db, BEN, "d1"),
        lambda: register.history(db, BEN, id),
        lambda: register.set_status(db, BEN, id, "met"),
        lambda: register.correct(db, BEN, id, "action", "nothing"),
        lambda: register.findings(db, BEN, register.runs(db, ADA, "d1")[0].id),
        lambda: register.store_run(db, BEN, analysis(reading("d1"), "other")),
    ):
        with pytest.raises(NotFound):
            read()


def test_a_bare_id_is_enough_where_one_document_has_it(db):
    analysed(db)
    id = id_of(db, RECORD)
    bare = id.partition(".")[2]
    assert register.row(db, ADA, bare).id == id
    analysed(db, document_id="d2", title="The same again")
    with pytest.raises(BadInput, match="Several documents"):
        register.row(db, ADA, bare)


def test_statements_summary_and_leads_can_be_read(db):
    kept = analysed(db)
    assert register.summary(db, ADA, "d1") == kept.summary
    assert register.statements(db, ADA, "d1") == list(kept.statements)
    [silent] = register.uncovered(db, ADA, "d1")
    assert (silent.quote, silent.path, TEXT[silent.start : silent.end]) == (SILENT, "Article 4", SILENT)
    [lost] = register.ungrounded(db, ADA, "d1")
    assert (lost.quote, lost.start) == ("The firm shall fly.", None)


def test_the_doubtful_come_first_in_the_list_to_check(db):
    analysed(db)
    assert [one.kind for one in register.to_check(db, ADA)] == ["ungrounded", "uncovered", "obligation"]
    assert register.to_check_count(db, ADA) == 3
    everything = register.to_check(db, ADA, everything=True)
    assert [one.quote for one in everything][2] == TELL
    assert len(everything) == 7
    assert [one.quote for one in register.to_check(db, ADA, Filter(text="trained"))] == [SILENT]


def test_what_was_accepted_leaves_the_list_to_check(db):
    analysed(db)
    for one_ in register.to_check(db, ADA):
        register.accept(db, ADA, one_.id)
    assert register.to_check(db, ADA) == []
    register.undo(db, ADA)
    assert [one_.quote for one_ in register.to_check(db, ADA)] == [TELL]


def test_actions_start_as_drafts_and_take_their_date_from_the_anchor(db):
    analysed(db)
    [action] = register.actions(db, ADA, "d1")
    assert (action.state, action.due, action.action.title) == ("draft", None, "Notify")
    register.set_anchor_date(db, ADA, id_of(db, NOTIFY), "2026-05-03")
    assert register.actions(db, ADA, "d1")[0].due == "2026-05-06"


def test_rebuilding_the_register_changes_nothing(db):
    analysed(db)
    register.correct(db, ADA, id_of(db, RECORD), "risk", "high")
    register.accept(db, ADA, register.uncovered(db, ADA, "d1")[0].id)
    before = register.rows(db, ADA), register.uncovered(db, ADA, "d1")
    with write(db):
        db.execute("delete from register")
        db.execute("delete from lead")
    register.reindex(db)
    assert (register.rows(db, ADA), register.uncovered(db, ADA, "d1")) == before


def test_deleting_a_document_removes_all_of_it_and_its_words_from_the_file(db, tmp_path):
    analysed(db)
    register.comment(db, ADA, id_of(db, RECORD), "see ticket zebrafinch")
    register.correct(db, ADA, id_of(db, RECORD), "action", "telegraph quokkaword")
    counts = library.delete(db, ADA, "d1").counts
    assert counts["finding"] == counts["register"] == 5
    assert one(db, "select count(*) as n from overlay")["n"] == 0
    db.close()
    content = (tmp_path / "copilot.db").read_bytes()
    assert b"zebrafinch" not in content
    assert b"quokkaword" not in content


def test_a_run_needs_its_document_on_the_shelf(db):
    with pytest.raises(NotFound):
        register.store_run(db, ADA, analysis(reading("d9")))


def test_an_unknown_run_cannot_be_chosen(db):
    analysed(db)
    with pytest.raises(NotFound):
        register.choose_run(db, ADA, "d1", "nope")
    with pytest.raises(Conflict, match="already"):
        register.choose_run(db, ADA, "d1", register.runs(db, ADA, "d1")[0].id)
