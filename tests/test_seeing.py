"""Whoever answers for access sees what a person can see and why; the reasons never differ from the rule itself."""

from datetime import date
from itertools import product

import pytest

from core import library
from core.errors import NotAllowed
from core.library import visible
from core.library.seeing import sight
from core.store import Database, connect, rows, write
from core.types import User

TODAY = date(2026, 11, 22)
ADMIN = User(id="admin", name="Admin", roles=("admin",))
STATES = (
    {"status": "approved"},
    {"status": "draft"},
    {"status": "draft", "awaiting_second": 1},
    {"status": "draft", "gate": "waiting"},
    {"status": "draft", "gate": "rejected"},
    {"status": "withdrawn"},
    {"status": "approved", "expires": "2026-11-22"},
    {"status": "approved", "expires": "2026-11-23"},
)
ROLES = (("analyst",), ("reviewer",), ("engineering owner",))
CLEARED = (("public",), ("public", "restricted"))
PEOPLE = [
    User(id=id, name=id, roles=roles, groups=groups, clearances=clearances)
    for id, roles, groups, clearances in product(("ada", "ben"), ROLES, ((), ("legal",)), CLEARED)
]


@pytest.fixture
def db() -> Database:
    """A document of every label and state, each of Ada's and of somebody else's, and one of another tenant."""
    db = connect(":memory:")
    made = product(("public", "restricted"), ("[]", '["legal", "risk"]'), STATES, ("ada", "zoe"))
    lines = [{"classification": c, "groups": g, "owner": o, **s} for c, g, s, o in made]
    fixed = dict.fromkeys(
        ("title", "type", "version", "lineage", "language", "sha256", "file", "file_name", "media_type"), "x"
    )
    with write(db):
        for number, line in enumerate([*lines, {"classification": "public", "owner": "ada", "tenant": "elsewhere"}]):
            numbers = {"bytes": 1, "characters": 1, "page_count": 1}
            row = {"id": f"d{number}", "tenant": ADMIN.tenant, **fixed, **numbers, "created_at": "2026-11-01", **line}
            db["document"].insert(row)
    return db


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: f"{one.id}-{one.roles[0]}-{one.groups}-{one.clearances}")
def test_what_is_told_is_what_the_rule_lets_through(db, person):
    condition, parameters = visible(person, today=TODAY)
    allowed = rows(db, f"select count(*) as n from document where {condition}", parameters)[0]["n"]
    told = sight(db, ADMIN, person, today=TODAY)
    assert sum(one.documents for one in told if one.seen) == allowed
    assert sum(one.documents for one in told) == 2 * 2 * len(STATES) * 2


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: f"{one.id}-{one.roles[0]}-{one.groups}-{one.clearances}")
def test_the_reason_says_yes_exactly_where_the_rule_does(db, person):
    yes = ("Their own", "Approved", "A second person's")
    for one in sight(db, ADMIN, person, today=TODAY):
        assert one.why.startswith(yes) == one.seen, one


def test_only_who_answers_for_access_is_told(db):
    with pytest.raises(NotAllowed):
        sight(db, PEOPLE[0], PEOPLE[1])
    assert library.sight is sight
