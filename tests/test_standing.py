"""Rights, requests, decisions, calls and switches that somebody changes in the file are named."""

import json

import pytest

from core import activity, audit, review, switches, tools
from core.audit import standing
from core.identity import LOCAL, accounts, providers, rights, services
from core.settings import Settings
from core.store import connect, one, write
from tests.audit_parts import MAI, outside
from tests.identity_parts import ISSUER, PLAIN, claims
from tests.review_parts import ADA, BEN, CAM, MAX, RIA, asked, says, shelved


@pytest.fixture
def db(tmp_path):
    return connect(tmp_path / "copilot.db")


@pytest.fixture
def root(db):
    """An administrator, whom the operator named."""
    found = providers.sign_in(db, claims("root"), Settings(admins=f"{ISSUER}|root"))
    return accounts.user_of(db, found.id, "oidc")


@pytest.fixture
def ada(db, root):
    """A person with an account, as a provider's sign-in and an administrator leave them; gives the id."""
    found = providers.sign_in(db, claims("ada"), PLAIN)
    rights.give_role(db, root, found.id, "analyst")
    rights.give_role(db, root, found.id, "risk reviewer")
    rights.take_role(db, root, found.id, "risk reviewer")
    rights.give_group(db, root, found.id, "Payments and the other Teams of it")
    rights.set_clearances(db, root, found.id, ["public", "internal"])
    return found.id


@pytest.fixture
def request_(db):
    """A critical one that one of two has accepted."""
    shelved(db)
    item = asked(db, "critical")
    says(db, BEN, item)
    return item


def carry_out(db, item):
    calls = [one.key for each in tools.plan(db, MAX, item.id) if each.tool.name == "ticket" for one in each.calls]
    tools.execute(db, MAX, item.id, calls)


def said(db):
    return [problem.says for problem in standing.compare(db).found]


def test_what_the_program_does_with_requests_is_no_alarm(db, request_):
    says(db, RIA, request_)
    refused = asked(db, "high")
    review.claim(db, CAM, refused.id)
    review.comment(db, CAM, refused.id, "Is this ours?")
    says(db, CAM, refused, "request_change")
    review.amend(db, ADA, refused.id, {"high": {"title": "Do another thing"}})
    review.drop(db, ADA, refused.id)
    asked(db, "low")  # which the policy accepts
    carry_out(db, request_)
    tools.compensate(db, MAX, request_.id, "It was the wrong one.")
    assert said(db) == []


def test_what_administrators_do_is_no_alarm(db, root, ada):
    services.make(db, root, "nightly", ["analyst"], ["documents.read"], 5, groups=[" payments "])
    again = services.services(db, root)[0].id
    services.renew(db, root, again, 5)
    services.revoke(db, root, again)
    switches.stop(db, root, "ollama:small", "It is slow.")
    switches.start(db, root, "ollama:small", "It is quick again.")
    rights.take_group(db, root, ada, "Payments and the other Teams of it")
    rights.disable(db, root, ada, "Left.")
    rights.enable(db, root, ada)
    assert said(db) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("insert into account_role values ('{ada}', 'admin', 'local', '2026')",
         "its roles admin and analyst, and the log says analyst"),
        ("insert into account_role values ('{ada}', 'risk reviewer', 'local', '2026')",
         "its roles analyst and risk reviewer, and the log says analyst"),
        ("delete from account_role where role = 'analyst'", "its roles none, and the log says analyst"),
        ("insert into account_group values ('{ada}', 'board', 'local', '2026')", "its groups board and hmac:"),
        ("update account set clearances = '[\"restricted\"]' where id = '{ada}'",
         "its clearances restricted, and the log says internal"),
        ("update account set tenant = 'other' where id = '{ada}'", "its tenant other, and the log says local"),
        ("update account set state = 'disabled' where id = '{ada}'", "its state disabled, and the log says active"),
        ("insert into account select 'ff', issuer, 'eve', tenant, 'Eve', 'eve', '', '[]', state, created_at, id, null"
         " from account limit 1", "Account ff is there, and no entry of the log tells of it"),
        ("insert into service_token values ('ffff', '{ada}', 'x', '[\"documents.read\"]', 'local', '2026', '2999',"
         " null, null)", "its tokens ffff until 2999 for documents.read, and the log says none"),
    ],
)  # fmt: skip
def test_a_right_that_somebody_puts_into_the_file_is_named(db, ada, change, sentence):
    assert said(db) == []
    outside(db, change.format(ada=ada))
    [found] = said(db)
    assert sentence in found
    assert ada in found or "ff" in found


def test_an_account_that_is_taken_out_of_the_file_is_named(db, ada):
    outside(
        db,
        "delete from account_role where role = 'analyst'",
        "delete from account_group",
        f"delete from account where id = '{ada}'",
    )
    assert said(db) == [f"The log tells of user:{ada}, and it is not there: it was taken away from outside."]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("update item set state = 'accepted'", "its state accepted, and the log says submitted"),
        ("update item set requester = 'ben'", "its requester ben, and the log says ada"),
        ("update item set digest = 'ff'", "its digest ff, and the log says "),
        ("delete from item", "it was taken away from outside"),
        ("insert into decision select 'ff', item_id, version, digest, 'ria', roles, 'accept', 0, null, 'ff', result,"
         " decided_at from decision", "A decision on request 1 (accept, by ria) is there"),
    ],
)  # fmt: skip
def test_a_request_that_somebody_moves_in_the_file_is_named(db, request_, change, sentence):
    assert said(db) == []
    outside(db, "pragma foreign_keys = on", change)
    [found] = said(db)
    assert sentence in found


def test_a_comment_is_no_decision(db, request_):
    review.comment(db, RIA, request_.id, "I will look at it.")
    outside(
        db, "insert into decision select 'ff', item_id, version, digest, 'ria', roles, 'accept', 0, null, 'ff', result,"
        " decided_at from decision",
    )  # fmt: skip
    assert "(accept, by ria)" in said(db)[0]


def test_a_call_that_somebody_says_was_carried_out_is_named(db, request_):
    says(db, RIA, request_)
    carry_out(db, request_)
    outside(db, "update execution set state = 'compensated'")
    assert "its state compensated, and the log says done" in said(db)[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("delete from switch", "The log tells of model:ollama:small, and it is not there"),
        ("update switch set subject = 'model:ollama:other'", "The switch model:ollama:other is there, and no entry"),
        ("update switch set value = 'running'", "its value running, and the log says stopped"),
    ],
)
def test_a_model_that_somebody_starts_again_in_the_file_is_named(db, change, sentence):
    with write(db):
        audit.append(db, MAI, "item.commented", "item:none")
    switches.stop(db, LOCAL, "ollama:small", "It is slow.")
    assert said(db) == []
    outside(db, change)
    assert any(sentence in one for one in said(db))


def test_a_switch_from_before_there_was_a_log_is_no_alarm(db):
    outside(
        db,
        "insert into change_record (id, tenant, kind, subject, change, reason, author, author_name, proposed_at, state,"
        " decided_at, deployed_at) values ('c', 'local', 'stop', 'model:a:b', 'Stop', 'So', 'ada', 'Ada', '2025',"
        " 'approved', '2025', '2025')",
        "insert into switch values ('model:a:b', 'stopped', 'So', 'c', 'ada', '2025-01-01T00:00:00.000Z')",
    )
    with write(db):
        audit.append(db, MAI, "item.commented", "item:none")
    assert said(db) == []


def test_what_goes_with_its_document_is_no_alarm(db, request_):
    outside(db, "pragma foreign_keys = on", "delete from document")
    assert said(db) == []


def test_entries_that_were_changed_tell_nothing_and_stop_nothing(db, request_, ada):
    outside(db, "update audit set details = '[]' where event = 'account.role_given'")
    outside(db, "update audit set details = 'no json' where event like 'item.%'")
    outside(db, "update audit set details = cast(x'ff00' as text) where event = 'account.cleared'")
    assert any("Account" in one for one in said(db))


def test_a_verification_of_what_is_new_tells_of_it_too(db, root, ada):
    assert activity.check(db, root, whole=True).ok
    outside(db, f"insert into account_role values ('{ada}', 'admin', 'local', '2026')")
    report = activity.check(db, root)
    assert ([problem.kind for problem in report.problems], report.checkpoint) == (["standing"], None)
    entry = one(db, "select details from audit order by number desc limit 1")
    assert json.loads(entry["details"])["problem"] == "standing"
    rights.take_role(db, root, ada, "admin")  # an administrator sets it right
    assert activity.check(db, root).ok
