"""People correct, add, split, merge, promote and repair; the findings stay, and the last gesture can be undone."""

from datetime import date

import pytest

from core import library, register
from core.errors import BadInput, Conflict, NotFound
from core.export.stored import stored
from core.register import Filter
from core.types import User
from tests.register_parts import (
    ADA,
    BEN,
    MAY,
    MEANS,
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
    place,
    reading,
)


@pytest.fixture
def db(tmp_path):
    opened = database(tmp_path)
    analysed(opened)
    return opened


@pytest.fixture
def colleague(db):
    """Another person with rights to the same document, once it is approved."""
    library.sign_card(db, ADA, "d1")
    assert library.document_row(db, ADA, "d1").status == "approved"
    return User(id="cyd", name="Cyd", roles=("analyst",))


def quotes(db, **filter):
    return [row.quote for row in register.rows(db, ADA, Filter(**filter))]


def shown(db, id):
    return register.row(db, ADA, id)


# --- correcting -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "column"),
    [
        ("modality", "permission", "modality"),
        ("bearer", "Payment institution", "bearer"),
        ("bearer_kind", "person", "bearer_kind"),
        ("via", "Member States", "via"),
        ("action", "log it", "action"),
        ("object", "incidents", "object"),
        ("deadline", "P1M", "iso8601"),
        ("deadline_kind", "retention", "deadline_kind"),
        ("days", "working", "days"),
        ("anchor", "the audit", "anchor"),
        ("risk", "critical", "risk"),
        ("applies", "no", "applies"),
    ],
)
def test_every_field_can_be_corrected_and_taken_back(db, field, value, column):
    id = id_of(db, NOTIFY)
    before = shown(db, id)
    register.correct(db, ADA, id, field, value)
    assert getattr(shown(db, id), column) == value
    assert shown(db, id).corrections == 1
    register.correct(db, ADA, id, field, None)
    assert shown(db, id) == before


def test_a_correction_keeps_the_old_value_with_who_and_when(db):
    id = id_of(db, RECORD)
    register.correct(db, ADA, id, "bearer", "Bank")
    register.correct(db, ADA, id, "bearer", "Payment institution")
    record = register.record(db, ADA, id)
    [correction] = record.corrections
    assert (correction.found, correction.corrected, correction.by) == ("The firm", "Payment institution", "local")
    assert correction.at.endswith("Z")
    assert [(event.old, event.new) for event in record.history] == [(None, "Bank"), ("Bank", "Payment institution")]
    assert record.found.draft.bearer.text == "The firm"
    assert record.obligation.draft.bearer.text == "Payment institution"


def test_a_rerun_never_overwrites_a_correction(db):
    register.correct(db, ADA, id_of(db, RECORD), "risk", "critical")
    other = register.store_run(db, ADA, analysis(reading("d1"), "other", without=TELL))
    register.choose_run(db, ADA, "d1", other)
    assert shown(db, id_of(db, RECORD)).risk == "critical"


def test_what_the_finding_was_is_still_in_the_analysis(db):
    kept = register.analysis(db, ADA, "d1")
    register.correct(db, ADA, id_of(db, RECORD), "risk", "critical")
    assert register.analysis(db, ADA, "d1") == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("modality", "duty"),
        ("risk", "severe"),
        ("action", "  "),
        ("deadline", "a month"),
        ("colour", "red"),
        ("conditions", "these words are not there"),
        ("action", "x" * 10_001),
    ],
)
def test_a_value_that_a_field_does_not_take_is_refused(db, field, value):
    with pytest.raises(BadInput):
        register.correct(db, ADA, id_of(db, RECORD), field, value)
    assert shown(db, id_of(db, RECORD)).corrections == 0


def test_a_value_that_changed_since_it_was_read_is_not_overwritten(db):
    id = id_of(db, RECORD)
    register.correct(db, ADA, id, "bearer", "Bank", was="The firm")
    with pytest.raises(Conflict, match="Bank"):
        register.correct(db, ADA, id, "bearer", "Insurer", was="The firm")


def test_conditions_are_passages_of_the_source(db):
    id = id_of(db, NOTIFY)
    register.correct(db, ADA, id, "conditions", "after becoming aware of the incident")
    [condition] = register.record(db, ADA, id).obligation.draft.conditions
    assert TEXT[condition.start : condition.end] == condition.text
    assert register.check(db, ADA) == []


def test_removing_a_deadline_or_giving_one(db):
    register.correct(db, ADA, id_of(db, NOTIFY), "deadline", "")
    assert shown(db, id_of(db, NOTIFY)).deadline == ""
    register.correct(db, ADA, id_of(db, RECORD), "deadline", "2027-01-31")
    assert shown(db, id_of(db, RECORD)).due == "2027-01-31"
    assert quotes(db, deadline="upcoming", today=date(2027, 1, 1)) == [RECORD]


# --- undo -------------------------------------------------------------------------------------------------------


def gestures():
    return {
        "correct": lambda db: register.correct(db, ADA, id_of(db, RECORD), "bearer", "Bank"),
        "status": lambda db: register.set_status(db, ADA, id_of(db, RECORD), "met"),
        "bulk": lambda db: register.set_status(
            db, ADA, [id_of(db, RECORD), id_of(db, TELL)], "not applicable", "no staff"
        ),
        "assign": lambda db: register.assign(db, ADA, id_of(db, RECORD), "Ada"),
        "comment": lambda db: register.comment(db, ADA, id_of(db, RECORD), "see the ticket"),
        "evidence": lambda db: register.add_evidence(db, ADA, id_of(db, RECORD), "file", "log.txt", b"kept"),
        "review": lambda db: register.set_next_review(db, ADA, id_of(db, RECORD), "2027-01-01"),
        "anchor": lambda db: register.set_anchor_date(db, ADA, id_of(db, NOTIFY), "2026-05-03"),
        "accept": lambda db: register.accept(db, ADA, id_of(db, TELL)),
        "accept a sentence": lambda db: register.accept(db, ADA, register.uncovered(db, ADA, "d1")[0].id),
        "by hand": lambda db: by_hand(db, MEANS),
        "split": lambda db: register.split(db, ADA, id_of(db, TELL), TEXT.index("it shall warn")),
        "merge": lambda db: register.merge(db, ADA, [id_of(db, RECORD), id_of(db, NOTIFY)]),
        "promote": lambda db: promoted(db),
        "repair": lambda db: repaired(db),
    }


def by_hand(db, quote, modality="obligation", bearer="The firm", action=""):
    span = place(quote)
    return register.add_by_hand(db, ADA, "d1", span.start, span.end, modality, bearer, action)


def promoted(db):
    span = place(SILENT)
    return register.promote(db, ADA, "d1", span.start, span.end)


def repaired(db):
    span = place(MEANS)
    return register.repair(db, ADA, register.ungrounded(db, ADA, "d1")[0].id, span.start, span.end)


def exported(db):
    return stored(db, ADA, Filter(document="d1")).analyses[0]


def everything(db):
    return (
        register.rows(db, ADA, limit=None),
        [register.rows(db, ADA, Filter(state=state)) for state in ("replaced", "orphaned")],
        register.to_check(db, ADA, everything=True),
        register.uncovered(db, ADA, "d1"),
        register.ungrounded(db, ADA, "d1"),
        exported(db),
    )


@pytest.mark.parametrize("name", gestures())
def test_undo_takes_back_the_last_gesture_whatever_it_was(db, name):
    before = everything(db)
    gestures()[name](db)
    assert everything(db) != before
    register.undo(db, ADA)
    assert everything(db) == before


@pytest.mark.parametrize("name", gestures())
def test_after_any_gesture_every_span_holds_and_a_rebuild_agrees(db, name):
    gestures()[name](db)
    assert register.check(db, ADA) == []
    before = everything(db)
    register.reindex(db)
    assert everything(db) == before


def test_undo_goes_back_one_gesture_at_a_time_and_then_says_that_nothing_is_left(db):
    before = everything(db)
    register.correct(db, ADA, id_of(db, RECORD), "bearer", "Bank")
    register.assign(db, ADA, id_of(db, RECORD), "Ada")
    assert register.undo(db, ADA).title == "Assigned an owner"
    assert register.undo(db, ADA).kind == "correct"
    assert everything(db) == before
    with pytest.raises(Conflict, match="nothing of yours"):
        register.undo(db, ADA)


def test_fields_corrected_together_are_undone_together_and_refused_together(db):
    id, before = id_of(db, RECORD), everything(db)
    with pytest.raises(BadInput):
        register.correct_all(db, ADA, id, {"bearer": "Bank", "risk": "enormous"})
    with pytest.raises(Conflict, match="meanwhile"):
        register.correct_all(db, ADA, id, {"bearer": "Bank", "risk": "high"}, was={"risk": "critical"})
    assert everything(db) == before
    register.correct_all(db, ADA, id, {"bearer": "Bank", "risk": "high"})
    assert register.undo(db, ADA).title == "Corrected the bearer and the risk"
    assert everything(db) == before


def test_undo_names_what_it_took_back(db):
    id = id_of(db, RECORD)
    register.set_status(db, ADA, [id, id_of(db, NOTIFY)], "met")
    undone = register.undo(db, ADA)
    assert undone.title == "Set the status to met for 2 obligations"
    assert id in undone.ids


def test_undo_refuses_what_somebody_changed_since(db, colleague):
    id = id_of(db, RECORD)
    register.correct(db, ADA, id, "bearer", "Bank")
    register.correct(db, colleague, id, "bearer", "Insurer")
    with pytest.raises(Conflict, match="cyd set the bearer"):
        register.undo(db, ADA)
    assert shown(db, id).bearer == "Insurer"
    register.undo(db, colleague)
    register.undo(db, ADA)
    assert shown(db, id).bearer == "The firm"


def test_undo_refuses_to_remove_what_somebody_works_on(db, colleague):
    id = by_hand(db, MEANS)
    register.comment(db, colleague, id, "agreed")
    with pytest.raises(Conflict, match="cyd set the comment"):
        register.undo(db, ADA)
    assert shown(db, id).comments == 1


def test_undo_is_for_ones_own_gestures(db, colleague):
    register.correct(db, ADA, id_of(db, RECORD), "bearer", "Bank")
    with pytest.raises(Conflict, match="nothing of yours"):
        register.undo(db, colleague)


def test_what_was_undone_stays_in_the_history(db):
    id = id_of(db, RECORD)
    register.correct(db, ADA, id, "bearer", "Bank")
    register.undo(db, ADA)
    [event] = register.history(db, ADA, id)
    assert (event.new, event.undone_by) == ("Bank", "local")


def test_what_changes_nothing_is_no_gesture(db):
    register.set_status(db, ADA, id_of(db, RECORD), "met")
    register.assign(db, ADA, id_of(db, RECORD), "")
    register.set_status(db, ADA, id_of(db, RECORD), "met")
    assert register.undo(db, ADA).title == "Set the status to met"


# --- adding by hand ---------------------------------------------------------------------------------------------


def test_an_obligation_added_by_hand_has_a_verified_place(db):
    id = by_hand(db, MEANS, "obligation", "The firm", "define it")
    record = register.record(db, ADA, id)
    span = record.obligation.span
    assert TEXT[span.start : span.end] == record.obligation.draft.quote.text == MEANS
    assert (record.obligation.engine, record.obligation.match) == ("person", "exact")
    assert (record.row.path, record.row.origin, record.row.action) == ("Article 3", "hand", "define it")
    assert quotes(db)[-1] == MEANS


def test_a_selection_loses_the_white_space_around_it(db):
    span = place(MEANS)
    id = register.add_by_hand(db, ADA, "d1", span.start - 1, span.end + 1, "obligation", "", "")
    assert shown(db, id).quote == MEANS


def test_deadlines_are_read_from_the_selection(db):
    id = by_hand(db, NOTIFY, "permission")
    assert (shown(db, id).iso8601, shown(db, id).bearer_kind) == ("PT72H", "regulated")


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 2), (-3, 4), (0, 10**9)])
def test_a_selection_outside_of_the_text_is_refused(db, start, end):
    with pytest.raises(BadInput):
        register.add_by_hand(db, ADA, "d1", start, end, "obligation", "", "")


def test_a_selection_without_words_is_refused(db):
    gap = TEXT.index("\n\n")
    with pytest.raises(BadInput, match="no words"):
        register.add_by_hand(db, ADA, "d1", gap, gap + 2, "obligation", "", "")


def test_a_selection_over_two_articles_is_refused(db):
    with pytest.raises(BadInput, match="several articles"):
        register.add_by_hand(db, ADA, "d1", place(REVIEW).start, place(MAY).end, "obligation", "", "")


def test_what_is_in_the_register_already_is_not_added_again(db):
    with pytest.raises(Conflict, match="already"):
        by_hand(db, RECORD, "obligation")
    by_hand(db, MEANS)
    with pytest.raises(Conflict, match="already"):
        by_hand(db, MEANS)


def test_what_was_added_by_hand_survives_another_run(db):
    id = by_hand(db, MEANS)
    other = register.store_run(db, ADA, analysis(reading("d1"), "other", without=TELL))
    register.choose_run(db, ADA, "d1", other)
    assert shown(db, id).state == "current"


# --- split and merge --------------------------------------------------------------------------------------------


def test_split_makes_two_that_together_say_what_the_one_said(db):
    register.assign(db, ADA, id_of(db, TELL), "Ada")
    source = id_of(db, TELL)
    first, second = register.split(db, ADA, source, TEXT.index("it shall warn"))
    assert [shown(db, id).quote for id in (first, second)] == [
        "The firm must not tell clients before the authority agrees;",
        "it shall warn its staff.",
    ]
    assert {shown(db, id).owner for id in (first, second)} == {"Ada"}
    assert shown(db, first).modality == "prohibition"
    assert TELL not in quotes(db)
    assert register.record(db, ADA, source).replaced_by == (first, second)
    assert register.record(db, ADA, first).sources == (source,)


def test_deadlines_go_to_the_half_that_names_them(db):
    first, second = register.split(db, ADA, id_of(db, NOTIFY), TEXT.index("within 72 hours"))
    assert (shown(db, first).iso8601, shown(db, second).iso8601) == (None, "PT72H")


@pytest.mark.parametrize("offset", [0, place(TELL).start, place(TELL).end, place(TELL).end - 1, 10**9])
def test_a_cut_that_leaves_nothing_is_refused(db, offset):
    with pytest.raises(BadInput):
        register.split(db, ADA, id_of(db, TELL), offset)


def test_merge_makes_one_of_neighbours(db):
    sources = [id_of(db, NOTIFY), id_of(db, RECORD)]
    id = register.merge(db, ADA, sources)
    merged = shown(db, id)
    assert merged.quote == TEXT[place(RECORD).start : place(NOTIFY).end]
    assert merged.action == "keep a record of each incident; notify the authority"
    assert merged.iso8601 == "PT72H"
    assert quotes(db) == [merged.quote, TELL, REVIEW, MAY]


def test_corrections_go_into_what_replaces_an_obligation(db):
    register.correct(db, ADA, id_of(db, RECORD), "bearer", "Bank")
    id = register.merge(db, ADA, [id_of(db, RECORD), id_of(db, NOTIFY)])
    assert shown(db, id).bearer == "Bank"


def test_only_neighbours_are_merged(db):
    by_hand(db, SILENT)
    with pytest.raises(BadInput, match="Other text"):
        register.merge(db, ADA, [id_of(db, MAY), id_of(db, SILENT)])
    with pytest.raises(BadInput, match="several articles"):
        register.merge(db, ADA, [id_of(db, NOTIFY), id_of(db, TELL)])
    with pytest.raises(BadInput, match="two or more"):
        register.merge(db, ADA, [id_of(db, MAY)])


def test_obligations_of_two_documents_are_not_merged(db):
    analysed(db, document_id="d2", title="Other rules")
    with pytest.raises(BadInput, match="several documents"):
        register.merge(db, ADA, [id_of(db, RECORD), id_of(db, NOTIFY, "d2")])


def test_what_was_replaced_takes_nothing_more(db):
    source = id_of(db, TELL)
    register.split(db, ADA, source, TEXT.index("it shall warn"))
    for attempt in (
        lambda: register.set_status(db, ADA, source, "met"),
        lambda: register.correct(db, ADA, source, "action", "other"),
        lambda: register.split(db, ADA, source, TEXT.index("clients")),
        lambda: register.add_evidence(db, ADA, source, "note", "seen"),
    ):
        with pytest.raises(Conflict, match="split or merged"):
            attempt()


def test_splitting_and_merging_back_gives_the_same_words(db):
    parts = register.split(db, ADA, id_of(db, TELL), TEXT.index("it shall warn"))
    id = register.merge(db, ADA, parts)
    assert shown(db, id).quote == TELL


# --- promote and repair -----------------------------------------------------------------------------------------


def test_an_uncovered_sentence_becomes_an_obligation_in_one_step(db):
    id = promoted(db)
    assert (shown(db, id).quote, shown(db, id).origin) == (SILENT, "promoted")
    assert register.uncovered(db, ADA, "d1")[0].state == "used"
    coverage = exported(db).coverage
    assert (coverage.covered, coverage.uncovered) == (7, ())


def test_only_uncovered_sentences_are_promoted(db):
    with pytest.raises(BadInput, match="No uncovered sentence"):
        register.promote(db, ADA, "d1", place(RECORD).start, place(RECORD).end)
    promoted(db)
    with pytest.raises(BadInput, match="No uncovered sentence"):
        promoted(db)


def test_a_lost_quote_is_repaired_by_giving_its_place(db):
    id = repaired(db)
    assert (shown(db, id).quote, shown(db, id).origin) == (MEANS, "repaired")
    assert exported(db).ungrounded == ()
    with pytest.raises(Conflict, match="already"):
        repaired(db)


# --- what leaves the register -----------------------------------------------------------------------------------


def test_without_corrections_the_exported_analysis_is_the_stored_one(db):
    assert exported(db) == register.analysis(db, ADA, "d1")


def test_the_exported_analysis_has_what_people_made_of_it(db):
    register.correct(db, ADA, id_of(db, RECORD), "risk", "critical")
    register.set_status(db, ADA, id_of(db, REVIEW), "not an obligation")
    register.set_status(db, ADA, id_of(db, TELL), "not applicable", "We have no clients.")
    by_hand(db, MEANS)
    rows = {one.quote: one for one in stored(db, ADA, Filter(document="d1")).rows}
    assert list(rows) == [RECORD, NOTIFY, TELL, REVIEW, MAY, MEANS]
    assert rows[RECORD].risk == "critical"
    assert rows[REVIEW].status == "not an obligation"
    assert (rows[TELL].status, rows[TELL].status_reason) == ("not applicable", "We have no clients.")


def test_exported_actions_name_what_their_obligations_became(db):
    merged = register.merge(db, ADA, [id_of(db, RECORD), id_of(db, NOTIFY)])
    [action] = exported(db).actions
    assert action.obligation_ids == (merged.partition(".")[2],)
    [alone] = stored(db, ADA, Filter(document="d1", modality="prohibition")).analyses
    assert ([one.draft.quote.text for one in alone.obligations], alone.actions) == ([TELL], ())


def test_all_that_stands_is_known_at_once_also_what_was_split_or_is_no_longer_found(db):
    before = {one.obligation_id for one in register.rows(db, ADA, limit=None)}
    register.correct(db, ADA, id_of(db, NOTIFY), "bearer", "We")
    notify = id_of(db, NOTIFY).partition(".")[2]
    parts = register.split(db, ADA, id_of(db, TELL), TEXT.index("it shall warn"))
    known = register.standing_all(db, ADA, "d1")
    assert known.keys() == before | {part.partition(".")[2] for part in parts}
    assert (known[notify].obligation.draft.bearer.text, known[notify].corrected) == ("We", ("bearer",))
    with pytest.raises(NotFound):
        register.standing_all(db, BEN, "d1")
