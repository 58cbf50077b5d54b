"""Suggested matches, what people decide on them, gaps, plan and briefing: on a real register."""

import csv as csv_module
import io
import multiprocessing
from datetime import date

import pytest

from core import controls, jobs, library, register, store
from core.controls import suggestions
from core.controls.impact import Stake, impact
from core.controls.matching import Duty, Matcher
from core.controls.terms import main_topic, stem, topics
from core.errors import BadInput, Conflict, NotFound
from core.export import controls as export
from core.measure.matches import measure_controls
from core.types import User
from tests.control_parts import ADA, BOB, CSV, NOTIFY, RECORD, analysed, control_id, database, id_of, stocked
from tests.register_parts import MAY, REVIEW, TELL, analysis, reading

CYD = User(id="cyd", name="Cyd", roles=("analyst",))
TODAY = date(2026, 11, 22)


@pytest.fixture
def db(tmp_path):
    """A regulation of five norms (four duties) and three controls, matched."""
    db = database(tmp_path)
    analysed(db)
    stocked(db)
    return db


def shared(db):
    """The document approved, so that others of the tenant see it."""
    with store.write(db):
        db.execute("update document set status = 'approved'")


def pair(db, quote=NOTIFY, ref="C2"):
    return id_of(db, quote), control_id(db, ref)


def coverage(db, user=ADA):
    return {one.quote: one.coverage for one in controls.gaps(db, user)}


# --- matching ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forms",
    ["notify notified notifying notifies notification", "reconcile reconciliation", "policy policies",
     "outsource outsourcing outsourced", "retain retention", "customer client"],
)  # fmt: skip
def test_the_forms_of_a_word_meet(forms):
    assert len({stem(word) for word in forms.split()}) == 1


def test_a_phrase_is_found_wherever_it_stands_and_never_inside_a_word():
    assert main_topic(topics([("Funds of clients are safeguarded.", 1.0)])) == "Safeguarding"
    assert topics([("The reagent is kept.", 1.0)]) == {}


def test_a_match_says_what_it_rests_on():
    from core.controls import forms

    matcher = Matcher(forms.read(CSV.encode(), "small.csv").controls)
    [best, *_] = matcher.matches(Duty(NOTIFY, "notify the authority", "", "Incidents"))
    assert best.control == 1
    assert 0 < best.score <= 1
    assert best.reason.startswith("shares: ")
    assert "72 hours" in best.reason or "notify the authority" in best.reason or "notify authority" in best.reason
    assert best.reason.endswith("; about incident reporting")
    assert matcher.matches(Duty("The sun shall shine.")) == []


def test_matching_is_the_same_every_time(db):
    before = controls.to_review(db, ADA, limit=None)
    controls.suggest(db, ADA, ["d1"])
    assert controls.to_review(db, ADA, limit=None) == before


def test_the_labelled_pairs_are_matched_as_well_as_when_they_were_measured():
    found = measure_controls()
    assert found["all"]["precision_at_1"] >= 0.85
    assert found["all"]["recall_at_3"] >= 0.92
    assert found["own"]["precision_at_1"] >= 0.90
    assert found["all"]["silent_where_none_is_right"] == 1.0


def test_markup_and_formulas_in_a_library_stay_text(db):
    controls.import_library(db, ADA, b'ref,name\n=1+1,"<b>=cmd|x</b> incident authority"\n', "odd.csv")
    controls.link(db, ADA, id_of(db, RECORD), "=1+1")
    found = controls.gaps(db, ADA)
    cells = list(csv_module.reader(io.StringIO(export.gaps("csv", found).data.decode("utf-8-sig"))))
    assert "'=1+1" in [cell for row in cells for cell in row]
    assert b"\\<b\\>" in export.plan("md", [plan_step(name="<b>x</b>")]).data


def plan_step(**named):
    title = f"Check {named.get('name', 'it')}"
    return controls.Step("1", "check", title, "=HYPERLINK(1)", "high", "2026-12-01", "", "C1", "x", (), (), (), ())


# --- suggestions ------------------------------------------------------------------------------------------------


def test_duties_are_suggested_controls_and_powers_are_not(db):
    found = controls.to_review(db, ADA, limit=None)
    assert (NOTIFY, "C2") in [(one.quote, one.ref) for one in found]
    assert MAY not in {one.quote for one in found}
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_the_best_only_gives_one_control_for_each_duty(db):
    found = controls.to_review(db, ADA, best_only=True, limit=None)
    assert len({one.id for one in found}) == len(found) == controls.to_review_count(db, ADA, best_only=True)


def test_a_correction_a_library_and_a_run_make_suggestions_stale_and_a_comment_does_not(db):
    assert controls.stale(db, ADA) == {}
    register.comment(db, ADA, id_of(db, NOTIFY), "Look")
    controls.confirm(db, ADA, [pair(db)])
    assert controls.stale(db, ADA) == {}
    register.correct(db, ADA, id_of(db, RECORD), "risk", "critical")
    assert controls.stale(db, ADA) == {"d1": 4}
    assert controls.keep_up(db, ADA) is None
    assert controls.stale(db, ADA) == {}
    controls.import_library(db, ADA, CSV.replace("Training", "Teaching").encode(), "small.csv")
    assert controls.stale(db, ADA) == {"d1": 4}


def test_many_duties_are_left_to_the_worker_and_asked_for_once(db, monkeypatch):
    monkeypatch.setitem(suggestions.lexicon("controls")["match"], "inline_duties", 1)
    with store.write(db):
        db.execute("delete from control_stamp")
    job = controls.keep_up(db, ADA)
    assert job
    assert controls.keep_up(db, ADA) == job
    claims = iter(lambda: jobs.claim_next(db, lease_seconds=60), None)
    jobs.perform(db, next(claim for claim in claims if claim.job.kind == "match"))
    assert controls.stale(db, ADA) == {}
    assert jobs.job(db, ADA, job).state == "done"


def test_what_is_set_aside_is_neither_suggested_for_nor_a_gap(db):
    register.set_status(db, ADA, id_of(db, NOTIFY), "not applicable", "we are none")
    register.correct(db, ADA, id_of(db, RECORD), "applies", "no")
    controls.suggest(db, ADA)
    assert not {NOTIFY, RECORD} & {one.quote for one in controls.to_review(db, ADA, limit=None)}
    assert not {NOTIFY, RECORD} & coverage(db).keys()


def test_duties_of_authorities_are_no_gaps_of_the_firm_until_a_person_says_that_they_apply(db):
    id = id_of(db, RECORD)
    register.correct(db, ADA, id, "bearer_kind", "authority")
    register.correct(db, ADA, id, "applies", "unclear")
    assert RECORD not in coverage(db)
    register.correct(db, ADA, id, "applies", "yes")
    assert RECORD in coverage(db)


def test_an_escalated_document_counts_only_once_a_person_has_released_it(db):
    with store.write(db):
        db.execute("update document set gate = 'waiting'")
    assert (controls.gaps(db, ADA), controls.to_review(db, ADA), controls.plan(db, ADA)) == ([], [], [])
    library.release(db, ADA, "d1", "checked")
    assert controls.gaps(db, ADA)


# --- what people decide -----------------------------------------------------------------------------------------


def test_a_confirmed_control_closes_the_gap_and_undo_opens_it_again(db):
    assert controls.confirm(db, ADA, [pair(db)], "tested in May") == 1
    [link] = controls.links(db, ADA)
    assert (link.id, link.ref, link.state, link.note, link.by) == (pair(db)[0], "C2", "full", "tested in May", ADA.id)
    assert coverage(db)[NOTIFY] == "covered"
    assert register.undo(db, ADA).title == "Confirmed a control"
    assert (controls.links(db, ADA), coverage(db)[NOTIFY]) == ([], "gap")


def test_a_control_that_meets_it_in_part_leaves_it_partly_covered(db):
    controls.confirm(db, ADA, [pair(db)], part=True)
    assert coverage(db)[NOTIFY] == "part"
    controls.link(db, ADA, id_of(db, NOTIFY), "C1")
    assert coverage(db)[NOTIFY] == "covered"


def test_a_rejected_suggestion_does_not_come_back_until_it_is_taken_away(db):
    controls.reject(db, ADA, [pair(db)], "another team")
    controls.suggest(db, ADA, ["d1"])
    assert (NOTIFY, "C2") not in [(one.quote, one.ref) for one in controls.to_review(db, ADA, limit=None)]
    assert coverage(db)[NOTIFY] == "gap"
    controls.unlink(db, ADA, id_of(db, NOTIFY), "C2")
    assert (NOTIFY, "C2") in [(one.quote, one.ref) for one in controls.to_review(db, ADA, limit=None)]


def test_a_duty_that_is_covered_is_suggested_nothing_more(db):
    controls.link(db, ADA, id_of(db, NOTIFY), "C3")
    assert NOTIFY not in {one.quote for one in controls.to_review(db, ADA, limit=None)}


def test_the_history_of_the_obligation_shows_its_links(db):
    controls.confirm(db, ADA, [pair(db)])
    controls.unlink(db, ADA, id_of(db, NOTIFY), "C2")
    titles = [event.title for event in register.history(db, ADA, id_of(db, NOTIFY))]
    assert titles == ["Confirmed a control", "Took a control away"]


def test_confirming_twice_is_once_and_deciding_otherwise_meanwhile_is_refused_with_who(db):
    shared(db)
    assert controls.confirm(db, ADA, [pair(db)]) == 1
    assert controls.confirm(db, BOB, [pair(db)]) == 0
    with pytest.raises(Conflict, match=r"local said on .* that C2 meets it"):
        controls.reject(db, BOB, [pair(db), pair(db, RECORD, "C1")])
    assert [one.ref for one in controls.links(db, ADA)] == ["C2"]  # all or nothing


def test_many_are_confirmed_as_one_gesture(db):
    found = controls.to_review(db, ADA, above=0.3, best_only=True, limit=None)
    assert controls.confirm(db, ADA, [one.pair for one in found]) == len(found) > 1
    assert register.undo(db, ADA).title == f"Confirmed a control for {len(found)} obligations"
    assert controls.links(db, ADA) == []


def test_nothing_chosen_an_unknown_control_and_an_unknown_duty_are_refused(db):
    with pytest.raises(BadInput, match="Nothing was chosen"):
        controls.confirm(db, ADA, [])
    with pytest.raises(NotFound, match="no control 'C9'"):
        controls.link(db, ADA, id_of(db, NOTIFY), "C9")
    with pytest.raises(NotFound, match="no such obligation"):
        controls.confirm(db, ADA, [("d1.0000", control_id(db, "C1"))])
    with pytest.raises(NotFound, match="no link to take away"):
        controls.unlink(db, ADA, id_of(db, NOTIFY), "C1")


def confirm_at_once(folder, start, results):
    db = database(folder)
    start.wait()
    results.put(controls.confirm(db, ADA, [pair(db)]))


def test_two_people_who_confirm_at_once_make_one_link(db, tmp_path):
    context = multiprocessing.get_context("fork")
    start, results = context.Event(), context.Queue()
    people = [context.Process(target=confirm_at_once, args=(tmp_path, start, results)) for _ in range(4)]
    for person in people:
        person.start()
    start.set()
    made = sorted(results.get(timeout=120) for _ in people)
    for person in people:
        person.join(120)
    assert made == [0, 0, 0, 1]
    assert len(controls.links(db, ADA)) == 1


# --- what stays -------------------------------------------------------------------------------------------------


def test_a_second_run_keeps_links_and_one_without_the_obligation_keeps_them_with_it(db):
    controls.confirm(db, ADA, [pair(db), pair(db, RECORD, "C1")])
    run = register.store_run(db, ADA, analysis(reading("d1"), "other", without=RECORD))
    register.choose_run(db, ADA, "d1", run)
    assert sorted(one.ref for one in controls.links(db, ADA)) == ["C1", "C2"]
    assert register.count(db, ADA, register.Filter(state="orphaned")) == 1


def test_links_are_carried_over_to_the_next_version(db):
    from core.register.carrying import carry_over

    analysed(db, document_id="d2", title="Incident rules, second version")
    controls.confirm(db, ADA, [pair(db)])
    same = id_of(db, NOTIFY, "d1").partition(".")[2]
    carry_over(db, ADA, "d1", "d2", {same: id_of(db, NOTIFY, "d2").partition(".")[2]})
    assert {one.id.partition(".")[0] for one in controls.links(db, ADA)} == {"d1", "d2"}


def test_deleting_a_document_deletes_its_links_and_says_so(db):
    controls.confirm(db, ADA, [pair(db)])
    counts = library.delete(db, ADA, "d1").counts
    assert (counts["overlay"], counts["control_duty"]) == (1, 4)
    assert counts["control_match"] >= 1
    assert (controls.links(db, ADA), controls.gaps(db, ADA)) == ([], [])


def test_a_document_deleted_while_it_is_matched_leaves_nothing_behind(db):
    class Slow(Matcher):
        def matches(self, duty):
            if library.documents(db, ADA):
                library.delete(db, ADA, "d1")
            return super().matches(duty)

    assert suggestions._suggest(db, ADA, "d1", Slow([]), [], "stamp") == 0
    assert [list(db.query(f"select * from {table}")) for table in ("control_duty", "control_stamp")] == [[], []]


def test_what_one_may_not_see_is_neither_counted_nor_listed_nor_linked(db):
    controls.confirm(db, ADA, [pair(db)])
    for found in (controls.gaps, controls.counts, controls.to_review, controls.links, controls.plan, controls.stale):
        assert not found(db, CYD), found
    assert controls.to_review_count(db, CYD) == 0
    assert controls.suggested(db, CYD, id_of(db, NOTIFY)) == []
    assert [one.links for one in controls.controls(db, CYD)] == [0, 0, 0]
    with pytest.raises(NotFound):
        controls.link(db, CYD, id_of(db, RECORD), "C1")
    with pytest.raises(NotFound):
        controls.briefing(db, CYD)


# --- gaps -------------------------------------------------------------------------------------------------------


def test_gaps_are_the_duties_of_the_firm_the_weightiest_first(db):
    found = controls.gaps(db, ADA)
    assert {one.quote for one in found} == {NOTIFY, RECORD, TELL, REVIEW}
    assert [one.impact_score for one in found] == sorted((one.impact_score for one in found), reverse=True)
    assert found[0].quote == NOTIFY
    assert found[0].suggested == "C2"


def test_gaps_are_filtered_sorted_and_paged(db):
    controls.confirm(db, ADA, [pair(db)])

    def quotes(**wanted):
        return {one.quote for one in controls.gaps(db, ADA, controls.GapFilter(**wanted))}

    assert quotes(coverage=["covered"]) == quotes(risk=["critical"]) == quotes(text="72 hours") == {NOTIFY}
    assert quotes(document=["d1"], coverage=["gap", "part"]) == {RECORD, TELL, REVIEW}
    assert quotes(document=["other"]) == quotes(text="nothing of the kind") == set()
    pages = [controls.gaps(db, ADA, sort="position", limit=1, offset=at)[0].quote for at in range(4)]
    assert pages == [RECORD, NOTIFY, TELL, REVIEW]
    with pytest.raises(BadInput, match="cannot be sorted by"):
        controls.gaps(db, ADA, sort="colour")


def test_coverage_is_counted_by_whatever_is_asked_for(db):
    controls.confirm(db, ADA, [pair(db)])
    controls.confirm(db, ADA, [pair(db, RECORD, "C1")], part=True)
    found = controls.counts(db, ADA)
    assert controls.tally(found, "document") == {"d1": {"covered": 1, "part": 1, "gap": 2}}
    assert controls.tally(found, "risk")["critical"] == {"covered": 1}
    assert controls.share({"covered": 1, "part": 1, "gap": 2}) == 0.375
    assert controls.share({}) == 0


# --- impact -----------------------------------------------------------------------------------------------------


def test_impact_adds_up_what_is_at_stake_and_says_so():
    stake = Stake("critical", "yes", sanctioned=True, deadline_kind="period", iso8601="PT72H", text="It shall notify.")
    found = impact(stake)
    assert (found.level, found.score) == ("high", 88)
    assert found.reasons == ("critical risk (+55)", "a sanction is named (+15)", "a period to meet (+18)")


def test_impact_is_scaled_by_whether_it_applies_to_the_firm():
    assert impact(Stake("critical", "no")).score == 0
    assert impact(Stake("critical", "unclear")).score < impact(Stake("critical", "yes")).score
    assert "not clear whether" in impact(Stake("high", "unclear")).reasons[-1]


def test_lasting_arrangements_weigh_more_than_a_single_act():
    lasting = impact(Stake("medium", "yes", text="The firm shall establish a framework."))
    assert lasting.score > impact(Stake("medium", "yes", text="The firm shall say so.")).score
    assert "lasting arrangements: “establish”" in lasting.reasons[-1]


# --- plan and briefing ------------------------------------------------------------------------------------------


def test_the_plan_has_a_step_for_every_open_duty(db):
    steps = controls.plan(db, ADA, today=TODAY)
    assert sorted(id for step in steps for id in step.obligations) == sorted(one.id for one in controls.gaps(db, ADA))
    first = steps[0]
    assert (first.kind, first.control, first.priority, first.owner) == ("check", "C2", "critical", "CISO")
    assert first.due == "2026-11-24"  # 48 hours for what is critical


def test_a_control_that_meets_duties_in_part_is_to_be_completed_and_where_there_is_none_one_is_written(db):
    controls.confirm(db, ADA, [pair(db)], part=True)
    assert "Complete C2, Notification of incidents" in [step.title for step in controls.plan(db, ADA)]
    controls.remove_library(db, ADA, controls.libraries(db, ADA)[0].id)
    controls.suggest(db, ADA)
    assert {step.kind for step in controls.plan(db, ADA)} == {"write"}


def test_a_person_gives_a_step_another_owner_and_date_and_undo_gives_them_back(db):
    step = controls.plan(db, ADA, today=TODAY)[0]
    controls.set_plan(db, ADA, step.id, owner="Head of Payments", due="2027-01-31")
    changed = next(one for one in controls.plan(db, ADA, today=TODAY) if one.id == step.id)
    assert (changed.owner, changed.due, changed.edited) == ("Head of Payments", "2027-01-31", ("due", "owner"))
    register.undo(db, ADA)
    assert next(one for one in controls.plan(db, ADA, today=TODAY) if one.id == step.id) == step
    controls.set_plan(db, ADA, step.id, owner="X")
    controls.set_plan(db, ADA, step.id, owner="")
    assert next(one for one in controls.plan(db, ADA, today=TODAY) if one.id == step.id) == step
    with pytest.raises(BadInput):
        controls.set_plan(db, ADA, step.id, due="tomorrow")
    with pytest.raises(NotFound, match="no such step"):
        controls.set_plan(db, ADA, "0" * 16, owner="X")


def test_the_register_is_none_the_wiser_for_a_changed_step(db):
    before = register.rows(db, ADA, limit=None)
    controls.set_plan(db, ADA, controls.plan(db, ADA)[0].id, owner="Somebody")
    assert register.rows(db, ADA, limit=None) == before
    assert register.check(db, ADA) == []


def test_the_briefing_is_three_paragraphs_of_counted_facts(db):
    controls.confirm(db, ADA, [pair(db)])
    made = controls.briefing(db, ADA, today=TODAY)
    assert len(made.paragraphs) == 3
    facts = made.facts
    assert (facts.duties, facts.covered, facts.part, facts.gaps, facts.percent) == (4, 1, 0, 3, 25)
    assert sum(facts.by_risk.values()) == facts.duties
    assert sum(facts.gaps_by_risk.values()) == facts.gaps
    asked, standing, following = made.paragraphs
    assert asked.startswith("1 document lays 4 duties on ")
    assert "Of the 4 duties, 1 (25 %) have a control that somebody confirmed" in standing
    assert f"The plan has {len(facts.steps)} step" in following


def test_a_briefing_downloads_as_three_paragraphs_of_markdown_that_no_title_can_mark_up(tmp_path):
    db = database(tmp_path)
    analysed(db, title="# <b>Rules</b> [x](http://y)")
    text = export.briefing(controls.briefing(db, ADA, today=TODAY)).data.decode()
    assert len(text.strip().split("\n\n")) == 4  # with its heading
    assert "\\<b\\>Rules\\</b\\> \\[x\\]" in text
    assert "No control library has been imported" in text


def test_when_all_is_covered_the_briefing_says_so(db):
    for one in controls.gaps(db, ADA):
        controls.link(db, ADA, one.id, "C1")
    assert controls.briefing(db, ADA).paragraphs[2].startswith("Every duty has a confirmed control.")


@pytest.mark.parametrize("name", ["csv", "xlsx", "md"])
def test_gaps_and_plan_come_in_every_format(db, name):
    assert len(export.gaps(name, controls.gaps(db, ADA)).data) > 200
    assert len(export.plan(name, controls.plan(db, ADA)).data) > 200


def test_a_spreadsheet_of_the_plan_holds_its_steps_as_text(db):
    import openpyxl

    steps = [plan_step(), *controls.plan(db, ADA)]
    [page] = openpyxl.load_workbook(io.BytesIO(export.plan("xlsx", steps).data)).worksheets
    lines = list(page.iter_rows(values_only=True))
    assert [line[0] for line in lines[1:]] == [step.title for step in steps]
    assert lines[1][1] == "'=HYPERLINK(1)"
    with pytest.raises(BadInput, match="No format is called 'doc'"):
        export.plan("doc", steps)
