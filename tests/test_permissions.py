"""Who may do what is one table; here it stands once more, written by hand, so that no change of it goes unseen."""

import pytest

from core.errors import NotAllowed
from core.identity import LOCAL, PERMISSIONS, ROLES, may, require, who_may
from core.types import User

A, R, M, E, S, F, D = ROLES
EXPECTED = {
    A: {
        "documents.read", "documents.add", "documents.manage", "register.edit", "register.export", "controls.edit",
        "firm.edit", "models.ask", "changes.propose", "actions.submit", "actions.execute",
    },
    R: {
        "documents.read", "documents.second", "register.edit", "register.export", "controls.edit", "models.ask",
        "changes.propose", "actions.review", "actions.compensate",
    },
    M: {
        "documents.read", "documents.add", "documents.manage", "documents.second", "register.edit", "register.export",
        "controls.edit", "firm.edit", "models.ask", "changes.propose", "costs.all", "actions.submit", "actions.review",
        "actions.execute", "actions.confirm", "actions.compensate", "audit.read", "access.read",
    },
    E: {
        "models.ask", "models.manage", "models.review", "models.stop", "changes.propose", "changes.decide", "costs.all",
    },
    S: {
        "documents.read", "documents.second", "register.export", "models.review", "models.stop", "changes.propose",
        "changes.decide", "costs.all", "actions.review", "audit.read", "access.read",
    },
    F: {
        "documents.read", "documents.add", "documents.manage", "register.export", "models.ask", "actions.submit",
        "demo.act",
    },
    D: {
        "models.stop", "changes.propose", "changes.decide", "costs.all", "audit.read", "access.read", "access.manage",
        "demo.act",
    },
}  # fmt: skip


def of(*roles: str, **more) -> User:
    return User(id="somebody", name="Somebody", roles=roles, **more)


def test_the_roles_are_these():
    assert ROLES == (
        "analyst", "reviewer", "manager", "engineering owner", "risk reviewer", "facilitator", "admin"
    )  # fmt: skip


@pytest.mark.parametrize("permission", PERMISSIONS)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_exactly_what_the_table_says(role, permission):
    assert may(of(role), permission) == (permission in EXPECTED[role])


def test_nothing_is_permitted_here_that_the_table_does_not_know():
    assert set().union(*EXPECTED.values()) == set(PERMISSIONS)


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_nobody_without_a_role_may_anything(permission):
    assert not may(of(), permission)
    assert not may(of("Admin"), permission)
    assert not may(of("administrator"), permission)


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_several_roles_may_what_one_of_them_may(permission):
    for one in ROLES:
        for other in ROLES:
            assert may(of(one, other), permission) == (permission in EXPECTED[one] | EXPECTED[other])


def test_whoever_gives_rights_reads_no_documents_by_that():
    assert not may(of("admin"), "documents.read")
    assert not may(of("admin"), "actions.review")


def test_the_one_local_person_may_everything():
    assert all(may(LOCAL, permission) for permission in PERMISSIONS)


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_a_service_may_what_its_token_names_and_its_roles_have(permission):
    every = {"roles": ROLES, "mode": "service"}
    assert not may(User("s", "s", **every), permission)
    assert may(User("s", "s", **every, scopes=(permission,)), permission)
    assert not may(User("s", "s", mode="service", scopes=(permission,)), permission)


def test_scopes_give_a_person_nothing():
    assert not may(of("analyst", scopes=("access.manage",)), "access.manage")


def test_an_unknown_permission_is_a_defect_and_not_a_refusal():
    with pytest.raises(KeyError):
        may(of("admin"), "documents.burn")


def test_a_refusal_says_what_and_whom_to_ask():
    with pytest.raises(NotAllowed, match=r"do not let you decide on actions \('DORA'\); ask somebody who is reviewer"):
        require(of("analyst"), "actions.review", "'DORA'")
    assert who_may("actions.review") == "reviewer, manager or risk reviewer"
    assert who_may("access.manage") == "admin"
