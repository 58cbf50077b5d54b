"""What the firm is, is chosen once for everybody of a tenant; what applies to it follows for everything stored."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from core import controls, jobs, library, register, worker
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.export.stored import stored
from core.register import Filter, firm, marking
from core.settings import ROOT, Settings, settings
from core.store import connect, rows, write
from core.types import User
from tests.job_parts import wait_until
from tests.register_parts import ADA, BEN, MAY, NOTIFY, RECORD, SILENT, analysed, analysis, database, id_of, reading

BANK, CONTROLLER, PROCESSOR = "credit-institution", "data-controller", "data-processor"
BOSS = User(id="boss", name="Boss", roles=("analyst", "manager"))
OTHERS = User(id="zoe", name="Zoe", tenant="elsewhere", roles=("manager",))


@pytest.fixture
def db(tmp_path):
    opened = database(tmp_path)
    analysed(opened)
    return opened


def choose(db, *profiles, user=ADA):
    register.choose_firm(db, user, profiles)
    return register.mark(db, user)


def claimed(db):
    """The job of kind "mark"; those that put the document on the shelf are not what is tested here."""
    claim = jobs.claim_next(db, lease_seconds=30)
    return claim if claim.job.kind == "mark" else claimed(db)


def answers(db, user=ADA, **narrowed):
    return {row.quote: row.applies for row in register.rows(db, user, Filter(**narrowed), limit=None)}


def reason(db, quote):
    return register.record(db, ADA, id_of(db, quote)).obligation.applies.reason


# --- choosing ---------------------------------------------------------------------------------------------------


def test_a_choice_marks_what_is_stored_and_says_why(db):
    assert answers(db)[RECORD] == "yes"  # as it was read
    assert choose(db, PROCESSOR) == 1
    assert answers(db)[RECORD] == "unclear"
    assert reason(db, RECORD) == "“The firm” may or may not include a data processor."
    choose(db, BANK)
    assert (answers(db)[RECORD], answers(db)[MAY]) == ("yes", "no")
    assert reason(db, RECORD) == "A credit institution is one of the “The firm”."


def test_the_finding_stays_as_it_was(db):
    [run] = register.runs(db, ADA, "d1")
    before = register.findings(db, ADA, run.id)
    choose(db, PROCESSOR)
    assert register.findings(db, ADA, run.id) == before
    assert register.analysis(db, ADA, "d1").obligations == tuple(before)


def test_a_firm_that_is_several_things_is_bound_as_each_of_them(db):
    choose(db, PROCESSOR, BANK)
    assert answers(db)[RECORD] == "yes"
    assert reason(db, RECORD).startswith("A credit institution")
    assert answers(db)[MAY] == "no"


def test_a_persons_own_answer_wins_and_its_withdrawal_gives_the_firms(db):
    register.correct(db, ADA, id_of(db, RECORD), "applies", "no")
    choose(db, BANK)
    assert (answers(db)[RECORD], answers(db)[NOTIFY]) == ("no", "yes")
    assert register.record(db, ADA, id_of(db, RECORD)).obligation.applies.reason == "set by a person"
    choose(db, PROCESSOR)
    register.undo(db, ADA)
    assert answers(db)[RECORD] == "unclear"


def test_a_corrected_bearer_is_who_is_asked_about(db):
    register.correct(db, ADA, id_of(db, MAY), "bearer", "The bank")
    register.correct(db, ADA, id_of(db, MAY), "bearer_kind", "regulated")
    choose(db, BANK)
    assert answers(db)[MAY] == "yes"
    register.undo(db, ADA)
    assert answers(db)[MAY] == "no"


def test_marking_gives_what_building_the_register_anew_gives(db):
    register.correct(db, ADA, id_of(db, RECORD), "applies", "no")
    register.correct(db, ADA, id_of(db, NOTIFY), "modality", "right")
    register.correct(db, ADA, id_of(db, NOTIFY), "bearer_kind", "person")
    start = analysis(reading("d1")).document.text.index(SILENT)
    register.add_by_hand(db, ADA, "d1", start, start + len(SILENT), "obligation", "bank staff", "")
    for chosen in ((BANK,), (PROCESSOR, CONTROLLER), ()):
        choose(db, *chosen)
        marked = rows(db, "select * from register order by obligation_id")
        facets = register.facets(db, ADA)
        register.reindex(db)
        anew = rows(db, "select * from register order by obligation_id")
        assert [{**row, "number": 0} for row in marked] == [{**row, "number": 0} for row in anew]
        assert facets == register.facets(db, ADA)
        assert marking.unmarked(db, "local") == {}


def test_no_profile_at_all_is_a_choice_too(db):
    choose(db, BANK)
    choose(db)
    assert set(answers(db).values()) == {"unclear"}
    assert reason(db, RECORD) == "No firm profile is chosen."


def test_who_chose_what_and_when_is_kept_and_the_former_can_be_chosen_again(db):
    assert register.our_firm(db, ADA).former is None
    choose(db, BANK)
    choose(db, PROCESSOR, user=BOSS)
    now = register.our_firm(db, ADA)
    assert (now.profiles, now.by, now.former) == ((PROCESSOR,), "boss", (BANK,))
    choose(db, *now.former)
    assert answers(db)[RECORD] == "yes"
    assert [one.by for one in register.firm_choices(db, ADA)] == ["local", "boss", "local"]


def test_choosing_the_same_again_leaves_no_trace_and_marks_nothing(db):
    choose(db, BANK)
    assert choose(db, BANK) == 0
    assert len(register.firm_choices(db, ADA)) == 1


def test_an_unknown_profile_is_refused_with_those_that_exist(db):
    with pytest.raises(BadInput, match="ai-deployer"):
        register.choose_firm(db, ADA, ["bakery"])


def test_the_setting_counts_until_somebody_chooses(db, monkeypatch):
    monkeypatch.setenv("COPILOT_PROFILE", f"{PROCESSOR}, {CONTROLLER}")
    settings.cache_clear()
    try:
        assert register.our_firm(db, ADA).profiles == (PROCESSOR, CONTROLLER)
        assert register.mark(db, ADA) == 1
        assert answers(db)[RECORD] == "unclear"
        choose(db, BANK)
        assert answers(db)[RECORD] == "yes"
    finally:
        settings.cache_clear()


# --- who may ----------------------------------------------------------------------------------------------------


def test_only_an_analyst_or_a_manager_chooses(db):
    with pytest.raises(NotAllowed, match="ask somebody who is analyst or manager"):
        register.choose_firm(db, replace(BEN, roles=("reviewer",)), [BANK])
    assert register.our_firm(db, BEN).number == 0


def test_another_tenant_neither_sees_the_choice_nor_is_touched_by_it(db):
    other = User(id="zoe", name="Zoe", tenant="elsewhere", roles=("analyst", "manager"))
    analysed(db, other, "d9", "Elsewhere")
    choose(db, PROCESSOR)
    assert register.our_firm(db, other).profiles == ()
    assert answers(db, other)[RECORD] == "yes"
    assert choose(db, BANK, user=other) == 1
    assert (answers(db)[RECORD], answers(db, other)[MAY]) == ("unclear", "no")


def test_what_the_chooser_may_not_see_is_marked_for_those_who_may(db):
    choose(db, PROCESSOR, user=BOSS)
    with pytest.raises(NotFound):
        library.document(db, BOSS, "d1")  # a draft is its owner's alone
    assert answers(db)[RECORD] == "unclear"
    assert answers(db, BOSS) == {}


# --- at once, and cut off ---------------------------------------------------------------------------------------


def test_of_two_tabs_that_choose_at_once_one_is_told_of_the_other(tmp_path, db):
    outcomes, ready = [], threading.Barrier(2)

    def tab(profile):
        own = connect(tmp_path / "copilot.db")
        seen = register.our_firm(own, ADA).number
        ready.wait()
        try:
            register.choose_firm(own, ADA, [profile], was=seen)
            register.mark(own, ADA)
            outcomes.append(profile)
        except Conflict as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=tab, args=(one,)) for one in (BANK, PROCESSOR)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [won] = register.our_firm(db, ADA).profiles
    assert sorted(len(one) > 30 for one in outcomes) == [False, True]
    assert won in outcomes
    assert answers(db)[RECORD] == {BANK: "yes", PROCESSOR: "unclear"}[won]
    assert marking.unmarked(db, "local") == {}


def test_a_choice_made_while_others_are_marked_is_never_lost(db):
    analysed(db, document_id="d2", title="Second")
    choose(db, PROCESSOR)
    register.choose_firm(db, ADA, [BANK])
    asked = jobs.enqueue(db, ADA, "mark", {}, "Marking")
    claim = claimed(db)
    marking._mark(db, "d1")
    register.choose_firm(db, ADA, [CONTROLLER])
    marking.mark_documents(db, ADA, claim)
    assert jobs.job(db, ADA, asked).state == "done"
    assert answers(db)[MAY] == "no"
    assert marking.unmarked(db, "local") == {}
    assert {row.applies for row in register.rows(db, ADA, Filter(bearer_kind="regulated"))} == {"unclear"}


def test_what_is_imported_after_the_choice_is_marked_for_it(tmp_path, db):
    choose(db, PROCESSOR)
    analysed(db, document_id="d2", title="Second")
    assert answers(db, document="d2")[RECORD] == "unclear"
    assert marking.unmarked(db, "local") == {}


def test_much_is_left_to_the_worker_and_asked_for_once(db, monkeypatch):
    register.choose_firm(db, ADA, [PROCESSOR])
    monkeypatch.setitem(marking.lexicon("register"), "marked_at_once", 1)
    asked = register.keep_marked(db, ADA)
    assert asked
    assert register.keep_marked(db, ADA) == asked
    claim = claimed(db)
    jobs.perform(db, claim)
    assert jobs.job(db, ADA, asked).state == "done"
    assert register.keep_marked(db, ADA) is None
    assert answers(db)[RECORD] == "unclear"


ACT = """# Regulation on records

## Article 1 Records

1. Banks shall keep a record of each payment.

2. Auditors shall notify the authority of each error within 30 days.
"""
WORK = """
import sys
from pathlib import Path
from core import worker
from core.settings import Settings
worker.run(Settings(data_dir=Path(sys.argv[1])))
"""


def test_marking_killed_in_the_middle_goes_on_where_it_was(tmp_path):
    own = Settings(data_dir=tmp_path / "var")
    own.data_dir.mkdir()
    db = connect(own.database)
    for number in range(150):
        analysed(db, document_id=f"d{number}", title=f"Rules {number}")
    with write(db):
        db.execute("delete from job")
    register.choose_firm(db, ADA, [PROCESSOR])
    asked = jobs.enqueue(db, ADA, "mark", {}, "Marking what applies to us")
    process = subprocess.Popen([sys.executable, "-c", WORK, str(own.data_dir)], cwd=ROOT)
    wait_until(lambda: len(marking.unmarked(db, "local")) < 150)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = marking.unmarked(db, "local")
    assert len(left) < 150
    for document_id in left:  # each is whole: as it was, or as it is to be
        assert answers(db, document=document_id)[RECORD] == "yes"
    worker.drain(own)
    assert jobs.job(db, ADA, asked).state == "done"
    assert {row.applies for row in register.rows(db, ADA, Filter(bearer_kind="regulated"), limit=None)} == {"unclear"}


# --- what follows -----------------------------------------------------------------------------------------------


def test_a_real_import_leaves_the_profile_out_of_the_finding_and_takes_it_into_the_register(tmp_path):
    own = Settings(data_dir=tmp_path / "var")
    own.data_dir.mkdir()
    db = connect(own.database)
    register.choose_firm(db, ADA, [BANK])
    library.receive(db, ADA, ACT.encode(), "act.md")
    worker.drain(own)
    assert sorted(answers(db).values()) == ["no", "yes"]
    [document] = library.documents(db, ADA)
    found = register.analysis(db, ADA, document.id)
    assert {one.applies.answer for one in found.obligations} == {"unclear"}
    assert len(found.actions) == 2
    assert len(register.actions(db, ADA, document.id)) == 1
    assert "1 action is recommended" in register.summary(db, ADA, document.id)
    choose(db, "ai-deployer")
    assert register.actions(db, ADA, document.id) == []
    assert "recommended" not in register.summary(db, ADA, document.id)


def test_exports_say_what_applies_now(db):
    choose(db, PROCESSOR)
    exported = stored(db, ADA, Filter()).analyses[0]
    assert {one.draft.quote.text: one.applies.answer for one in exported.obligations} == answers(db)


def test_controls_are_matched_anew_when_the_firm_is_another(db):
    controls.import_ours(db, ADA)
    controls.suggest(db, ADA)
    assert controls.stale(db, ADA) == {}
    before = controls.gaps(db, ADA, limit=None)
    choose(db, PROCESSOR)
    assert list(controls.stale(db, ADA)) == ["d1"]
    controls.suggest(db, ADA)
    after = controls.gaps(db, ADA, limit=None)
    assert max(one.impact_score for one in after) < max(one.impact_score for one in before)


def test_the_briefing_names_the_firm(db):
    choose(db, BANK, CONTROLLER)
    assert "a credit institution and a data controller" in controls.briefing(db, ADA).paragraphs[0]


def test_the_overview_counts_ours_and_only_our_dates(db):
    register.correct(db, ADA, id_of(db, RECORD), "deadline", "2026-05-01")
    choose(db, BANK)
    seen = register.overview(db, ADA)
    assert (seen.by_applies, seen.overdue) == ({"yes": 4}, 1)
    register.correct(db, ADA, id_of(db, RECORD), "applies", "no")
    assert register.overview(db, ADA).overdue == 0


def test_a_profile_taken_out_of_the_word_list_is_no_profile(db, monkeypatch):
    choose(db, BANK, PROCESSOR)
    rest = {key: one for key, one in firm.lexicon("profiles")["profile"].items() if key != BANK}
    monkeypatch.setitem(firm.lexicon("profiles"), "profile", rest)
    assert register.our_firm(db, ADA).profiles == (PROCESSOR,)
    assert register.mark(db, ADA) == 1
    assert answers(db)[RECORD] == "unclear"
