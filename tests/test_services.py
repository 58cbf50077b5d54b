"""A program's token does what its scopes name, within its roles, until it ends; people decide, programs do not."""

import time

import pytest

from core import jobs
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.identity import LOCAL, PERMISSIONS, ROLES, accounts, may, rights, services, sessions, tokens
from core.settings import lexicon
from core.store import connect, one, stamp, write
from tests.identity_parts import events, logged, person
from tests.job_parts import KINDS

SCOPES = ["documents.read", "documents.add"]
PROGRAM_ROLES = tuple(role for role in ROLES if role != "admin")


@pytest.fixture
def db():
    return connect(":memory:")


@pytest.fixture
def boss(db):
    return person(db, "Olu", "admin")


@pytest.fixture
def token(db, boss):
    return services.make(db, boss, "nightly", ["analyst"], SCOPES, 30)


def permitted(user):
    return {name for name in PERMISSIONS if may(user, name)}


def test_a_service_may_what_its_token_names_and_no_more(db, token):
    user = services.user(db, token)
    assert (user.name, user.mode, user.roles) == ("nightly", "service", ("analyst",))
    assert permitted(user) == set(SCOPES)


def test_a_role_that_is_taken_takes_its_scopes_along(db, boss, token):
    user = services.user(db, token)
    rights.take_role(db, boss, user.id, "analyst")
    assert permitted(services.user(db, token)) == set()


def test_a_role_that_is_given_widens_no_token(db, boss, token):
    rights.give_role(db, boss, services.user(db, token).id, "manager")
    assert permitted(services.user(db, token)) == set(SCOPES)


def test_no_scope_goes_beyond_the_roles(db, boss):
    for wrong in (["register.edit", "models.manage"], ["documents.burn"], [""], [], ["*"]):
        with pytest.raises(BadInput):
            services.make(db, boss, "nightly", ["analyst"], wrong, 30)
    assert services.services(db, boss) == []


@pytest.mark.parametrize("permission", lexicon("limits")["services"]["never"])
def test_what_only_people_do_no_token_does(db, boss, permission):
    assert permission in PERMISSIONS
    with pytest.raises(BadInput, match="Only a person may"):
        services.make(db, boss, "nightly", PROGRAM_ROLES, [permission], 30)
    assert permission not in services.allowed_scopes(ROLES)


def test_a_service_is_no_administrator(db, boss, token):
    with pytest.raises(BadInput):
        services.make(db, boss, "other", ["admin"], ["audit.read"], 30)
    with pytest.raises(BadInput):
        rights.give_role(db, boss, services.user(db, token).id, "admin")


def test_a_service_with_every_scope_it_can_have_changes_nobodys_rights(db, boss):
    every = services.allowed_scopes(PROGRAM_ROLES)
    program = services.user(db, services.make(db, boss, "nightly", PROGRAM_ROLES, every, 30))
    for change in (
        lambda: rights.give_role(db, program, boss.id, "analyst"),
        lambda: services.make(db, program, "copy", ["analyst"], SCOPES, 30),
        lambda: services.renew(db, program, program.id, 30),
        lambda: sessions.close_all(db, program, boss.id),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_the_token_is_shown_once_and_kept_nowhere(db, boss, token):
    dump = "\n".join(db.conn.iterdump())
    assert token not in dump
    assert tokens.digest(token) in dump
    assert tokens.digest(token) not in logged(db)
    assert "nightly" not in logged(db)
    (listed,) = services.services(db, boss)
    assert token not in repr(listed)
    assert listed.token == tokens.digest(token)[:16]


@pytest.mark.parametrize("wrong", ["", "ccs_", "nightly", "\x00", "\ud800", "x" * 100_000])
def test_a_token_that_nobody_made_lets_nobody_in(db, token, wrong):
    for guess in (wrong, tokens.digest(token), token[:-1], token + "\n", token.lower()):
        with pytest.raises(NotAllowed, match="unknown, revoked or ran out"):
            services.user(db, guess)


def test_a_session_is_no_token_and_a_token_no_session(db, boss, token):
    assert sessions.user(db, token) is None
    with pytest.raises(NotAllowed):
        services.user(db, sessions.open(db, boss.id, "account"))


def test_a_token_ends_with_its_days_when_it_is_revoked_and_when_it_is_renewed(db, boss, token):
    service = services.user(db, token).id
    second = services.renew(db, boss, service, 30)
    with pytest.raises(NotAllowed):
        services.user(db, token)
    assert permitted(services.user(db, second)) == set(SCOPES)
    services.revoke(db, boss, service)
    with pytest.raises(NotAllowed):
        services.user(db, second)
    with pytest.raises(Conflict):
        services.revoke(db, boss, service)
    third = services.renew(db, boss, service, 1)
    with write(db):
        db.execute("update service_token set expires_at = ?", [stamp(time.time() - 1)])
    with pytest.raises(NotAllowed):
        services.user(db, third)
    assert [event for event in events(db) if event.startswith("service.")] == [
        "service.made", "service.renewed", "service.revoked", "service.renewed",
    ]  # fmt: skip


def test_a_disabled_service_is_let_in_nowhere(db, boss, token):
    rights.disable(db, boss, services.user(db, token).id, "Not used any more")
    with pytest.raises(NotAllowed):
        services.user(db, token)


@pytest.mark.parametrize("days", [0, -1, 366, 10**9])
def test_no_token_holds_for_ever(db, boss, days):
    with pytest.raises(BadInput):
        services.make(db, boss, "nightly", ["analyst"], SCOPES, days)


def test_only_an_administrator_of_the_tenant_makes_and_ends_services(db, boss, token):
    service = services.user(db, token).id
    for who in (person(db, "Max", *PROGRAM_ROLES), person(db, "Demo", "admin", issuer="demo", mode="demo")):
        with pytest.raises(NotAllowed):
            services.make(db, who, "other", ["analyst"], SCOPES, 30)
        with pytest.raises(NotAllowed):
            services.revoke(db, who, service)
    eve = person(db, "Eve", "admin", tenant="elsewhere")
    assert services.services(db, eve) == []
    with pytest.raises(NotFound):
        services.renew(db, eve, service, 30)
    with pytest.raises(BadInput):
        services.renew(db, boss, boss.id, 30)


def test_a_service_is_not_taken_for_a_person(db, boss, token):
    service = services.user(db, token).id
    with pytest.raises(Conflict):
        services.make(db, boss, "ΝIGHTLY".replace("Ν", "N"), ["analyst"], SCOPES, 30)
    assert service not in [each.id for each in accounts.accounts(db, boss)]
    assert accounts.by_name(db, "local", ["nightly"]) == {}
    with pytest.raises(NotAllowed, match="token"):
        accounts.named(db, "nightly")


def test_the_local_person_has_services_and_stays_the_local_person(db):
    token = services.make(db, LOCAL, "nightly", ["analyst"], SCOPES, 30)
    assert services.user(db, token)
    assert not accounts.people(db)
    assert accounts.refreshed(db, LOCAL) == LOCAL


@pytest.fixture
def kinds(monkeypatch):
    for name, handler in KINDS.items():
        monkeypatch.setitem(jobs.HANDLERS, name, handler)


@pytest.mark.usefixtures("kinds")
def test_the_jobs_of_a_revoked_token_are_not_done_and_stop(db, boss, token, tmp_path):
    user = services.user(db, token)
    jobs.enqueue(db, user, "refuse", {}, "Long work")
    jobs.enqueue(db, user, "say_who", {"path": str(tmp_path / "who")}, "Say who")
    running = jobs.claim_next(db, lease_seconds=60)
    assert not jobs.lost(db, running)
    services.revoke(db, boss, user.id)
    assert jobs.lost(db, running)
    with pytest.raises(NotAllowed, match="revoked"):
        jobs.perform(db, jobs.claim_next(db, lease_seconds=60))
    assert not (tmp_path / "who").exists()
    assert token not in one(db, "select actor from job")["actor"]


@pytest.mark.usefixtures("kinds")
def test_the_job_of_a_service_has_its_scopes_and_no_more(db, boss, token):
    jobs.enqueue(db, services.user(db, token), "refuse", {}, "Work")
    user = accounts.refreshed(db, jobs.claim_next(db, lease_seconds=60).user)
    assert permitted(user) == set(SCOPES)
