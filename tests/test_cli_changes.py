"""Change records and the kill switch from the command line."""

import json

import pytest

from core import changes, store
from core.types import User
from tests.change_parts import ADA, OLU, SUBJECT, V1, V2, V3, approved, prompts_of, proposed
from tests.cli_parts import command_line
from tests.page_parts import ROOT

GIVEN = (
    "--change", "One norm at a time.", "--reason", "Two were mixed up.", "--affected", "Analysts", "--risk", "low",
    "--security", "None.", "--rollback-plan", "Go back.",
)  # fmt: skip


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    with prompts_of(tmp_path / "models", monkeypatch) as models:
        (models / "catalog.toml").write_text((ROOT / "models" / "catalog.toml").read_text("utf-8"), "utf-8")
        yield command_line(tmp_path / "var", monkeypatch)


@pytest.fixture
def db(tmp_path, copilot):
    db = store.connect(tmp_path / "var" / "copilot.db")
    yield db
    db.close()


def test_a_change_is_proposed_listed_and_shown_with_all_its_fields(copilot):
    done = copilot("changes", "propose", "sort", V2, *GIVEN, "--eval-before", "84 %")
    [id] = done.cells[0]
    assert "waits for a second person" in done.err
    assert copilot("changes", "list", "sort").cells == [
        [id, "1", "proposed", "change", SUBJECT, V1, V2, "Local user", "", "Two were mixed up."]
    ]
    shown = copilot("changes", "show", "1").out
    for line in ("Eval result before\t84 %", "Rollback plan\tGo back.", "Affected users and use cases\tAnalysts"):
        assert f"{line}\n" in shown
    assert json.loads(copilot("changes", "show", id[:6], "--json").out)["state"] == "proposed"
    assert copilot("changes", "list", "other").out == ""


def test_the_one_local_person_cannot_approve_and_may_withdraw(copilot):
    copilot("changes", "propose", "sort", V2, *GIVEN)
    done = copilot("changes", "approve", "1", "--reason", "Mine.")
    assert (done.code, "second person" in done.err, "You can withdraw change 1" in done.err) == (4, True, True)
    assert copilot("changes", "withdraw", "1").code == 0
    assert copilot("changes", "withdraw", "1").code == 5


def test_what_somebody_else_proposed_is_approved_and_gone_back_from(copilot, db):
    assert proposed(db)
    assert f"{V2} is in use now" in copilot("changes", "approve", "1", "--reason", "Tried.").err
    assert copilot("prompts", "list").cells[0][-1] == "1.1.0"
    done = copilot("changes", "rollback", "sort", "--reason", "Worse.")
    assert (len(done.cells[0][0]), f"{V1} is in use again" in done.err) == (16, True)
    assert copilot("prompts", "list").cells[0][-1] == "1.0.0"
    assert copilot("changes", "rollback", "sort", "--reason", "Worse.").code == 5


def test_what_somebody_else_proposed_is_rejected(copilot, db):
    proposed(db)
    assert f"{V1} stays in use" in copilot("changes", "reject", "1", "--reason", "Not tried.").err


def test_one_goes_further_back_by_naming_the_version(copilot, db):
    for after in (V2, V3):
        approved(db, after)
    assert copilot("changes", "rollback", "sort", "--to", V3, "--reason", "Worse.").code == 2
    assert f"{V1} is in use again" in copilot("changes", "rollback", "sort", "--to", V1, "--reason", "Worse.").err


def test_faults_are_sentences_with_exit_codes(copilot):
    assert copilot("changes", "show", "7").code == 2
    assert copilot("changes", "show", "a" * 16).code == 3
    assert copilot("changes", "propose", "rank", V2, *GIVEN).code == 2
    assert copilot("changes", "propose", "sort", "sort/9.0.0", *GIVEN).code == 3
    assert copilot("changes", "propose", "sort", V1, *GIVEN).code == 5


def test_a_record_of_another_tenant_is_not_found(copilot, db):
    other = User(id="eve", name="Eve", tenant="other", roles=("admin",))
    id = proposed(db, by=other)
    assert copilot("changes", "list").out == ""
    assert copilot("changes", "approve", id, "--reason", "Mine.").code == 3
    assert changes.record(db, other, id).state == "proposed"


def test_a_model_is_stopped_shown_as_stopped_and_started(copilot):
    model = "anthropic:claude-haiku-5-5"
    assert "nothing asks it any more" in copilot("models", "stop", model, "--reason", "It costs too much.").err
    assert {line[0]: line[-1] for line in copilot("models", "list").cells}[model] == "stopped"
    assert "Stopped\tIt costs too much.\n" in copilot("models", "show", model).out
    assert copilot("models", "stop", model, "--reason", "Again.").code == 5
    assert copilot("models", "start", model, "--reason", "A better price.").code == 0
    assert "Stopped" not in copilot("models", "show", model).out
    assert [line[3] for line in copilot("changes", "list").cells] == ["start", "stop"]


def test_a_stopped_model_cannot_be_tried(copilot):
    copilot("models", "stop", "scripted:echo", "--reason", "It only repeats")
    done = copilot("models", "try", "scripted:echo", "Hello")
    assert (done.code, "scripted:echo is stopped (It only repeats)" in done.err) == (4, True)


def test_the_change_log_of_a_prompt_is_printed(copilot):
    assert copilot("prompts", "log", "sort").cells[0] == ["1.2.0", "The text of 1.2.0."]


def test_records_are_the_same_from_both_sides(copilot, db):
    copilot("changes", "propose", "sort", V2, *GIVEN)
    changes.decide(db, OLU, changes.records(db, ADA)[0].id, True, "Tried.")
    assert copilot("changes", "list").cells[0][8] == "Olu"
