"""Change records: who proposes does not decide, a decision moves the switch, and what is decided stays."""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import changes, store, switches
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.identity import local_user
from core.types import User
from tests.change_parts import ADA, OLU, SUBJECT, V1, V2, V3, WORDS, approved, prompts_of, proposed, version

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def models(tmp_path, monkeypatch):
    with prompts_of(tmp_path / "models", monkeypatch) as folder:
        yield folder


@pytest.fixture
def db(models):
    return store.connect(":memory:")


# --- proposing --------------------------------------------------------------------------------------------------


def test_a_proposal_changes_nothing_that_is_in_use(db):
    found = changes.record(db, ADA, proposed(db))
    assert (found.state, found.before, found.after, found.author_name) == ("proposed", V1, V2, "Ada")
    assert switches.in_use(db, SUBJECT) == V1


def test_a_new_version_is_not_in_use_by_itself(db, models):
    version(models, "9.0.0")
    assert switches.in_use(db, SUBJECT) == V1


@pytest.mark.parametrize("field", ["change", "reason", "affected", "security_impact", "rollback_plan"])
def test_a_field_that_is_empty_is_asked_for(db, field):
    with pytest.raises(BadInput, match=r"^Say "):
        proposed(db, **{field: "  "})
    assert changes.records(db, ADA) == []


def test_all_that_is_missing_is_asked_for_at_once(db):
    with pytest.raises(BadInput, match=r"^Say why, how it would be taken back: whoever decides needs it"):
        proposed(db, reason="", rollback_plan=" ")


def test_a_risk_level_is_one_of_four(db):
    with pytest.raises(BadInput, match="low, medium, high, critical"):
        proposed(db, risk_level="severe")


def test_a_version_that_is_not_there_or_broken_cannot_be_proposed(db, models):
    with pytest.raises(NotFound, match=r"no prompt sort/7.0.0"):
        proposed(db, "sort/7.0.0")
    version(models, "2.0.0", head="task = sort\n")
    with pytest.raises(BadInput, match="not valid TOML"):
        proposed(db, "sort/2.0.0")
    for name in ("sort", "sort/", "sort/latest", "../sort/1.0.0"):
        with pytest.raises(BadInput):
            proposed(db, name)


def test_a_version_for_another_task_cannot_be_proposed(db, models):
    version(models, "1.0.0", name="rank", head='task = "rank"\n[variables.text]\nabout = "x"\n')
    with pytest.raises(BadInput, match="is for the task 'rank'"):
        proposed(db, "rank/1.0.0")
    with pytest.raises(BadInput, match="prompt:sort"):
        changes.propose(db, ADA, "prompt:rank", "rank/1.0.0", **WORDS)


def test_a_version_whose_variables_nobody_fills_in_cannot_be_proposed(db, models):
    head = 'task = "sort"\nchanges = "x"\n[variables.text]\nabout = "x"\n[variables.mood]\nabout = "x"\n'
    version(models, "2.0.0", "{{mood}}", head)
    with pytest.raises(BadInput, match="must have the variables that the program fills in"):
        proposed(db, "sort/2.0.0")


def test_a_version_that_does_not_say_what_is_different_cannot_be_proposed(db, models):
    version(models, "2.0.0", head='task = "sort"\n[variables.text]\nabout = "x"\n')
    with pytest.raises(BadInput, match="does not say what is different"):
        proposed(db, "sort/2.0.0")


def test_what_is_in_use_or_proposed_already_is_not_proposed_again(db):
    with pytest.raises(Conflict, match="in use already"):
        proposed(db, V1)
    proposed(db)
    with pytest.raises(Conflict, match="proposed already, as change 1"):
        proposed(db, by=OLU)


def test_somebody_without_a_role_cannot_propose(db):
    with pytest.raises(NotAllowed):
        proposed(db, by=User(id="guest", name="Guest"))


# --- deciding ---------------------------------------------------------------------------------------------------


def test_an_approved_version_is_in_use_at_once(db):
    found = changes.record(db, ADA, approved(db, V2))
    assert switches.value(db, SUBJECT) == V2
    assert (found.state, found.approver_name, found.decision_reason) == ("approved", "Olu", "Read and tried.")
    assert found.deployed_at == found.decided_at is not None


def test_a_rejected_one_is_not(db):
    id = proposed(db)
    changes.decide(db, OLU, id, False, "Not tried yet.")
    found = changes.record(db, ADA, id)
    assert (found.state, found.deployed_at, switches.value(db, SUBJECT)) == ("rejected", None, None)


@pytest.mark.parametrize("approve", [True, False])
def test_nobody_decides_on_their_own_change(db, approve):
    id = proposed(db, by=OLU)
    with pytest.raises(NotAllowed, match="Nobody decides on their own change"):
        changes.decide(db, OLU, id, approve, "Mine.")
    assert changes.record(db, OLU, id).state == "proposed"


def test_the_database_too_refuses_an_author_as_approver(db):
    id = proposed(db, by=OLU)
    with pytest.raises(sqlite3.IntegrityError), store.write(db):
        db.execute(
            "update change_record set state = 'approved', approver = author, decided_at = '1', deployed_at = '1'"
            " where id = ?",
            [id],
        )


def test_the_one_local_person_is_told_what_to_do(db):
    id = proposed(db, by=local_user())
    with pytest.raises(NotAllowed, match="waits for a second person"):
        changes.decide(db, local_user(), id, True, "Mine.")


def test_an_analyst_cannot_decide(db):
    with pytest.raises(NotAllowed, match="decide on a change"):
        changes.decide(db, User(id="bo", name="Bo", roles=("analyst",)), proposed(db), True, "Fine.")


def test_a_decision_needs_a_reason_and_an_open_record(db):
    id = proposed(db)
    with pytest.raises(BadInput, match="why you decide so"):
        changes.decide(db, OLU, id, True, " ")
    changes.decide(db, OLU, id, True, "Tried.")
    for act in (lambda: changes.decide(db, OLU, id, False, "No."), lambda: changes.withdraw(db, ADA, id)):
        with pytest.raises(Conflict, match="approved already"):
            act()


def test_a_proposal_that_something_else_overtook_is_refused(db):
    late = proposed(db, V2)
    approved(db, V3)
    with pytest.raises(Conflict, match=r"Meanwhile sort/1.2.0 is in use, and no longer sort/1.0.0"):
        changes.decide(db, OLU, late, True, "Tried.")
    assert (changes.record(db, OLU, late).state, switches.value(db, SUBJECT)) == ("proposed", V3)
    changes.decide(db, OLU, late, False, "Overtaken.")


def test_a_release_that_ships_another_version_overtakes_a_proposal_too(db, models):
    late = proposed(db, V2)
    (models / "routes.toml").write_text(f'[task.sort]\nprompt = "{V3}"\n')
    with pytest.raises(Conflict, match=r"Meanwhile sort/1.2.0 is in use"):
        changes.decide(db, OLU, late, True, "Tried.")


def test_a_file_edited_since_it_was_proposed_cannot_be_approved(db, models):
    id = proposed(db)
    version(models, "1.1.0", "And send everything to me.")
    with pytest.raises(Conflict, match="changed since it was proposed"):
        changes.decide(db, OLU, id, True, "Tried.")
    assert switches.in_use(db, SUBJECT) == V1


def test_a_file_edited_since_it_was_approved_is_known(db, models):
    approved(db, V2)
    assert not changes.edited(db, ADA, SUBJECT, V2)
    version(models, "1.1.0", "And more.")
    assert changes.edited(db, ADA, SUBJECT, V2)
    assert not changes.edited(db, ADA, SUBJECT, V1)  # shipped, never approved


def test_only_the_author_withdraws(db):
    id = proposed(db)
    with pytest.raises(NotAllowed, match="Only Ada"):
        changes.withdraw(db, OLU, id)
    changes.withdraw(db, ADA, id)
    found = changes.record(db, ADA, id)
    assert (found.state, found.approver, found.deployed_at) == ("withdrawn", None, None)
    proposed(db)  # and may be proposed again


# --- what is decided stays --------------------------------------------------------------------------------------


def test_nothing_about_a_decided_record_can_change(db):
    decided = [approved(db, V2)]
    for end in (lambda id: changes.decide(db, OLU, id, False, "No."), lambda id: changes.withdraw(db, ADA, id)):
        decided.append(proposed(db, V3))
        end(decided[-1])
    columns = [row["name"] for row in store.rows(db, "select name from pragma_table_info('change_record')")]
    for id in decided:
        for column in columns:
            with pytest.raises(sqlite3.IntegrityError), store.write(db):
                db.execute(f"update change_record set {column} = {column} where id = ?", [id])
        with pytest.raises(sqlite3.IntegrityError), store.write(db):
            db.execute("delete from change_record where id = ?", [id])


def test_what_is_proposed_cannot_be_reworded_before_it_is_approved(db):
    id = proposed(db)
    for column in ("after", "reason", "author", "digest", "tenant"):
        with pytest.raises(sqlite3.IntegrityError, match="proposes never changes"), store.write(db):
            db.execute(f"update change_record set {column} = 'x' where id = ?", [id])


def test_a_change_cannot_be_born_approved(db):
    row = store.one(db, "select * from change_record where id = ?", [approved(db, V2)])
    with pytest.raises(sqlite3.IntegrityError, match="begins as a proposal"), store.write(db):
        db["change_record"].insert({**row, "id": "f" * 16, "number": None})


# --- going back -------------------------------------------------------------------------------------------------


def test_one_person_goes_back_at_once_and_it_is_recorded(db):
    approved(db, V2)
    id = changes.roll_back(db, OLU, SUBJECT, "It misses half.")
    found = changes.record(db, ADA, id)
    assert switches.in_use(db, SUBJECT) == V1
    assert (found.kind, found.state, found.before, found.after) == ("rollback", "approved", V2, V1)
    assert (found.reason, found.author, found.approver) == ("It misses half.", "olu", None)


def test_going_back_twice_goes_back_further(db):
    for after in (V2, V3):
        approved(db, after)
    assert changes.former(db, ADA, SUBJECT) == (V2, V1)
    changes.roll_back(db, OLU, SUBJECT, "Worse.")
    assert (switches.in_use(db, SUBJECT), changes.former(db, ADA, SUBJECT)) == (V2, (V1,))
    changes.roll_back(db, OLU, SUBJECT, "Worse still.")
    assert (switches.in_use(db, SUBJECT), changes.former(db, ADA, SUBJECT)) == (V1, ())


def test_going_back_can_skip(db):
    for after in (V2, V3):
        approved(db, after)
    changes.roll_back(db, OLU, SUBJECT, "Worse.", to=V1)
    assert (switches.in_use(db, SUBJECT), changes.former(db, ADA, SUBJECT)) == (V1, ())


def test_what_one_person_took_out_of_use_needs_two_to_come_back(db):
    approved(db, V2)
    changes.roll_back(db, OLU, SUBJECT, "It leaks.")
    with pytest.raises(Conflict, match="nothing to go back to"):
        changes.roll_back(db, OLU, SUBJECT, "I like it.")
    with pytest.raises(Conflict, match="nothing to go back to"):
        changes.roll_back(db, OLU, SUBJECT, "I like it.", to=V2)
    approved(db, V2)
    assert switches.in_use(db, SUBJECT) == V2


def test_an_older_version_that_was_approved_anew_can_be_taken_back(db):
    approved(db, V2)
    approved(db, V1)
    assert changes.former(db, ADA, SUBJECT) == (V2,)


def test_one_cannot_go_back_to_what_was_never_in_use(db):
    approved(db, V2)
    proposed(db, V3)
    with pytest.raises(BadInput, match="was not in use before"):
        changes.roll_back(db, OLU, SUBJECT, "Try.", to=V3)
    with pytest.raises(BadInput, match=r"^Say why"):
        changes.roll_back(db, OLU, SUBJECT, "")


def test_one_cannot_go_back_to_a_file_that_is_gone_or_was_edited(db, models):
    for after in (V2, V3):
        approved(db, after)
    version(models, "1.1.0", "Something else.")
    with pytest.raises(Conflict, match="is not what was approved"):
        changes.roll_back(db, OLU, SUBJECT, "Worse.")
    (models / "prompts" / "sort" / "1.1.0.md").unlink()
    with pytest.raises(NotFound):
        changes.roll_back(db, OLU, SUBJECT, "Worse.")
    assert switches.in_use(db, SUBJECT) == V3


def test_an_analyst_cannot_go_back(db):
    approved(db, V2)
    with pytest.raises(NotAllowed):
        changes.roll_back(db, ADA, SUBJECT, "Worse.")


def test_the_local_person_may_go_back_alone(db):
    approved(db, V2)
    changes.roll_back(db, local_user(), SUBJECT, "Worse.")
    assert switches.in_use(db, SUBJECT) == V1


# --- who sees what ----------------------------------------------------------------------------------------------


def test_records_stay_with_their_tenant(db):
    id = proposed(db)
    other = User(id="eve", name="Eve", tenant="other", roles=("admin",))
    assert changes.records(db, other) == []
    for act in (changes.record, changes.withdraw):
        with pytest.raises(NotFound):
            act(db, other, id)
    with pytest.raises(NotFound):
        changes.decide(db, other, id, True, "Mine now.")


def test_records_are_listed_newest_first_and_by_subject(db):
    approved(db, V2)
    switches.stop(db, OLU, "ollama:qwen3:8b", "It repeats itself.")
    assert [made.kind for made in changes.records(db, ADA)] == ["stop", "change"]
    assert [made.kind for made in changes.records(db, ADA, SUBJECT)] == ["change"]


# --- at the same moment -----------------------------------------------------------------------------------------

DECIDER = """
import sys
from core import changes, store
from core.errors import Conflict
from core.types import User
path, id, name = sys.argv[1:]
db = store.connect(path)
user = User(id=name, name=name, roles=("risk reviewer",))
print("ready", flush=True)
sys.stdin.readline()
try:
    changes.decide(db, user, id, int(name[1:]) % 2 == 0, f"So says {name}.")
    print("decided")
except Conflict:
    print("told")
"""


def test_eight_processes_decide_and_exactly_one_decision_stands(tmp_path, models):
    path = tmp_path / "copilot.db"
    db = store.connect(path)
    id = proposed(db)
    deciders = [
        subprocess.Popen(
            [sys.executable, "-c", DECIDER, str(path), id, f"p{number}"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in range(8)
    ]  # fmt: skip
    for decider in deciders:
        assert decider.stdout.readline() == "ready\n"
    with store.write(db):  # all eight read the record as open, and wait for this to end before they write
        for decider in deciders:
            decider.stdin.write("go\n")
            decider.stdin.flush()
        time.sleep(2)
    said = [decider.communicate(timeout=120)[0].strip() for decider in deciders]
    assert sorted(said) == ["decided", *["told"] * 7]
    winner, found = f"p{said.index('decided')}", changes.record(db, ADA, id)
    assert (found.approver, found.decision_reason) == (winner, f"So says {winner}.")
    assert switches.value(db, SUBJECT) == (V2 if found.state == "approved" else None)
