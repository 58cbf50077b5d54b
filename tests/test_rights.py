"""Every role and every act: core refuses what the table does not give, whatever a screen shows."""

from dataclasses import replace

import pytest

from core import changes, controls, jobs, library, llm, operations, register, telemetry
from core.errors import CopilotError, NotAllowed, NotFound
from core.identity import PERMISSIONS, ROLES, may
from core.settings import settings
from core.store import connect, one
from core.types import User
from pages.parts import rights
from tests.act_parts import ACTS, ADA, BEN, Act, built, models
from tests.operations_parts import today


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    models(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPILOT_DATA_DIR", str(folder / "var"))
        patch.setenv("COPILOT_MODELS_DIR", str(folder))
        settings.cache_clear()
        yield built(folder)
    settings.cache_clear()


@pytest.fixture(scope="module")
def shared(world):
    """One connection for all that changes nothing."""
    db = connect(world.database)
    yield db
    db.close()


def gives(act: Act, role: str) -> bool:
    wanted = [act.permission, "documents.read"] if act.reads else [act.permission]
    return all(role in PERMISSIONS[permission][1] for permission in wanted)


def entries(db) -> int:
    return one(db, "select count(*) as n from audit")["n"]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_nobody_does_what_their_role_does_not_give(shared, world, act):
    before = shared.conn.total_changes, entries(shared)
    for role in ("", *ROLES):
        if not gives(act, role):
            with pytest.raises((NotAllowed, NotFound)):
                act.do(shared, replace(act.by, roles=(role,)), world)
    assert (shared.conn.total_changes, entries(shared)) == before


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_everybody_does_what_their_role_gives(world, act, tmp_path):
    for role in filter(lambda role: gives(act, role), ROLES):
        own = world.copied(tmp_path / role.replace(" ", "-"))
        db = connect(own.database)
        try:
            act.do(db, replace(act.by, roles=(role,)), own)
        except (NotAllowed, NotFound):
            raise
        except CopilotError:
            assert act.event is None  # it goes as far as what is not there
        finally:
            db.close()


def test_every_permission_of_what_is_here_is_asked_by_some_act():
    others = {"documents.read", "costs.all", "demo.act"}
    rooms = ("documents.", "register.", "controls.", "firm.", "models.", "changes.")
    assert {act.permission for act in ACTS} == {one for one in PERMISSIONS if one.startswith(rooms)} - others


LISTS = {
    "documents": lambda db, user, w: library.documents(db, user),
    "tombstones": lambda db, user, w: library.tombstones(db, replace(user, id="dan")),
    "register": lambda db, user, w: register.rows(db, user),
    "to check": lambda db, user, w: register.to_check(db, user),
    "firm": lambda db, user, w: register.firm_choices(db, user),
    "libraries": lambda db, user, w: controls.libraries(db, user),
    "controls": lambda db, user, w: controls.controls(db, user),
    "links": lambda db, user, w: controls.links(db, user),
    "suggestions": lambda db, user, w: controls.to_review(db, user),
    "gaps": lambda db, user, w: controls.gaps(db, user),
    "plan": lambda db, user, w: controls.plan(db, user),
    "changes": lambda db, user, w: changes.records(db, user),
    "traces": lambda db, user, w: telemetry.traces(db, replace(user, id="dan")),
    "jobs": lambda db, user, w: jobs.jobs(db, replace(user, id="dan")),
    "trials": lambda db, user, w: llm.trials(db, replace(user, id="dan")),
    "benchmarks": lambda db, user, w: llm.benchmarks(db, replace(user, id="dan")),
    "costs": lambda db, user, w: operations.by_document(
        db, replace(user, id="dan"), operations.chosen(db, user, today())
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_person_without_roles_sees_no_rows_of_any_list(shared, world, name):
    assert LISTS[name](shared, replace(ADA, roles=()), world) == []


@pytest.mark.parametrize("role", ["engineering owner", "admin"])
def test_whoever_only_runs_models_or_gives_rights_reads_no_document_even_their_own(shared, world, role):
    person = replace(ADA, roles=(role,))
    for name in ("documents", "register", "to check", "libraries", "links", "suggestions", "gaps"):
        assert LISTS[name](shared, person, world) == []
    with pytest.raises(NotFound):
        library.document(shared, person, world.signed)


def test_an_administrator_who_also_reads_settles_what_somebody_left_behind(world, tmp_path):
    own = world.copied(tmp_path)
    db = connect(own.database)
    eve = User(id="eve", name="Eve", roles=("analyst", "admin"))
    with pytest.raises(NotAllowed, match="Only the owner"):
        library.withdraw(db, replace(eve, roles=("analyst",)), own.signed, "She left")
    library.withdraw(db, eve, own.signed, "She left")
    db.close()


@pytest.mark.parametrize("role", ROLES)
def test_figures_of_others_are_seen_by_those_who_answer_for_them(role):
    person = User(id="olu", name="Olu", roles=(role,))
    assert operations.sees_all(person) == may(person, "costs.all")


def test_a_job_whose_person_may_no_longer_do_such_work_is_not_done(world, tmp_path):
    own = world.copied(tmp_path)
    db = connect(own.database)
    claim = jobs.claim_next(db, lease_seconds=60)
    with pytest.raises(NotAllowed, match="do not let you add documents"):
        jobs.perform(db, replace(claim, user=replace(ADA, roles=("reviewer",))))
    db.close()


# --- on the screen ----------------------------------------------------------------------------------------------


def test_a_button_that_one_may_not_use_is_disabled_and_says_who_may():
    analyst, reviewer = (replace(BEN, roles=(role,)) for role in ("analyst", "reviewer"))
    assert rights.barred(analyst, "documents.add", "Bring one in") == {"help": "Bring one in"}
    assert rights.barred(reviewer, "documents.add", "Bring one in") == {
        "disabled": True,
        "help": "This takes somebody who is analyst, manager or facilitator.",
    }


def test_what_belongs_to_a_document_is_offered_to_its_owner_and_its_release_to_others(shared, world):
    row = library.document_row(shared, ADA, world.escalated)
    assert "disabled" not in rights.barred_for_others(ADA, row)
    assert rights.barred_for_others(replace(BEN, roles=("analyst",)), row)["disabled"]
    assert rights.barred_for_one(ADA, row)["help"].startswith("It is yours, so it takes somebody else.")
    assert "disabled" not in rights.barred_for_one(replace(BEN, roles=("reviewer",)), row)
    assert rights.barred_for_one(replace(BEN, roles=("analyst",)), row)["disabled"]
