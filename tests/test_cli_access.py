"""Commands act as somebody: the local person while there is nobody else, then whoever is named or has a token."""

import json

import pytest

from core.identity import PERMISSIONS, ROLES
from core.store import connect, one, rows
from tests.cli_parts import command_line

GOOD, OTHER = "violet tractor moon kettle", "seven grey herons waiting"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def copilot(folder, monkeypatch):
    for name in ("COPILOT_USER", "COPILOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return command_line(folder, monkeypatch)


@pytest.fixture
def firm(copilot):
    """Ada is administrator, Ben a reviewer."""
    assert copilot("users", "protect", "Ada", stdin=f"{GOOD}\n").code == 0
    token = copilot("--as", "Ada", "users", "invite", "Ben", "--role", "reviewer").out
    assert copilot("users", "accept", stdin=f"{token}{OTHER}\n").code == 0
    return copilot


def me(done):
    return json.loads(done.out)


# --- who acts ---------------------------------------------------------------------------------------------------


def test_alone_it_is_the_local_person_who_may_everything(copilot):
    found = me(copilot("whoami", "--json"))
    assert (found["mode"], found["permissions"]) == ("local", list(PERMISSIONS))


def test_with_accounts_nobody_acts_without_a_name(firm):
    for command in (["whoami"], ["documents"], ["users", "list"], ["card", "sign", "12345678"], ["undo"]):
        done = firm(*command)
        assert (done.code, done.out) == (4, "")
        assert "say who you are" in done.err


def test_an_empty_library_tells_only_those_to_import_who_may(firm):
    assert "python -m core import" in firm("--as", "Ada", "documents").err
    assert "an analyst adds them" in firm("--as", "Ben", "documents").err
    assert "lists all that you may see" in firm("--as", "Ada", "documents", "--text", "fraud").err


def test_a_command_has_the_rights_of_whom_it_acts_as_and_no_others(firm):
    assert me(firm("--as", "ben", "whoami", "--json"))["roles"] == ["reviewer"]
    assert me(firm("whoami", "--json", COPILOT_USER="BEN"))["name"] == "Ben"
    assert me(firm("--as", "Ada", "whoami", "--json", COPILOT_USER="Ben"))["name"] == "Ada"
    refused = firm("--as", "Ben", "users", "give", "Ben", "--role", "admin")
    assert refused.code == 4


def test_the_log_marks_what_was_done_under_a_name_that_nobody_checked(firm):
    assert me(firm("--as", "Ada", "whoami", "--json"))["mode"] == "command"
    assert "named on the command line" in firm("--as", "Ada", "whoami").out
    modes = {line[4]: line[3] for line in firm("--as", "Ada", "audit", "list").cells}
    assert modes == {"account.made": "local", "account.invited": "command", "account.entered": "account"}


def test_nobody_is_anybody_who_is_unknown_disabled_or_invited(firm):
    firm("--as", "Ada", "users", "invite", "Cyd", "--role", "admin")
    assert firm("--as", "Ada", "users", "disable", "Ben", "--reason", "Left").code == 0
    assert [firm("--as", name, "whoami").code for name in ("Ben", "Cyd", "Dee", "local user")] == [4, 4, 3, 3]


def test_the_name_of_one_command_is_not_that_of_the_next(firm):
    assert firm("--as", "Ada", "whoami").code == 0
    assert firm("whoami").code == 4


# --- people -----------------------------------------------------------------------------------------------------


def test_an_invitation_is_printed_once_and_taken_up_once(firm):
    token = firm("--as", "Ada", "users", "invite", "Cyd", "--group", "dpo", "--label", "public").out
    assert firm("users", "accept", stdin=f"{token}{OTHER}\n").code == 0
    assert firm("users", "accept", stdin=f"{token}{GOOD}\n").code == 4
    cyd = me(firm("--as", "Cyd", "whoami", "--json"))
    assert (cyd["groups"], cyd["clearances"], cyd["permissions"]) == (["dpo"], ["public"], [])


def test_an_administrator_invited_anew_is_how_a_forgotten_password_is_mended(firm):
    token = firm("--as", "Ada", "users", "invite", "Ada", "--again").out
    assert firm("users", "accept", stdin=f"{token}{OTHER}\n").code == 0


def test_rights_are_given_taken_listed_and_logged(firm, folder):
    assert firm("--as", "Ada", "users", "give", "Ben", "--role", "manager", "--group", "dpo").code == 0
    assert firm("--as", "Ada", "users", "take", "Ben", "--role", "reviewer").code == 0
    assert firm("--as", "Ada", "users", "clear", "Ben", "--label", "public", "restricted").code == 0
    assert firm("--as", "Ada", "users", "rename", "Ben", "Benedict").code == 0
    line = next(cells for cells in firm("--as", "Ada", "users", "list").cells if cells[1] == "Benedict")
    assert line[2:6] == ["active", "manager", "dpo", "public, restricted"]
    shown = me(firm("--as", "Benedict", "users", "show", "benedict", "--json"))
    assert shown["name"] == "Benedict"
    log = [row["event"] for row in rows(connect(folder / "copilot.db"), "select event from audit")]
    assert {"account.role_given", "account.group_given", "account.role_taken", "account.cleared"} <= set(log)


def test_what_is_refused_says_why_and_changes_nothing(firm):
    cases = {
        ("users", "give", "Ada", "--role", "admin"): 4, ("users", "take", "Ada", "--role", "admin"): 5,
        ("users", "give", "Ben", "--role", "root"): 2, ("users", "give", "Dee", "--role", "analyst"): 2,
        ("users", "disable", "Ada", "--reason", "x"): 4, ("users", "enable", "Ben"): 5, ("users", "unlock", "Ben"): 5,
        ("users", "protect", "Eve"): 5, ("users", "invite", "BEN"): 5,
    }  # fmt: skip
    for command, code in cases.items():
        done = firm("--as", "Ada", *command, stdin=f"{GOOD}\n")
        assert (done.code, done.err.count("\n")) == (code, 1), command


def test_secrets_come_by_standard_input_and_leave_no_trace(firm, folder):
    changed = firm("--as", "Ben", "users", "password", stdin=f"{OTHER}\nfour other words here\n")
    assert (changed.code, changed.out) == (0, "")
    assert firm("--as", "Ben", "users", "password", stdin=f"{OTHER}\nfour other words here\n").code == 4
    assert firm("--as", "Ben", "users", "password").code == 2
    dump = "\n".join(connect(folder / "copilot.db").conn.iterdump())
    assert [secret for secret in (GOOD, OTHER, "four other words here") if secret in dump] == []


# --- services ---------------------------------------------------------------------------------------------------


def test_a_program_with_a_token_may_what_its_scopes_name(firm):
    made = firm("--as", "Ada", "services", "make", "nightly", "--role", "analyst", "--scope", "documents.read")
    token = made.out.strip()
    found = me(firm("whoami", "--json", COPILOT_TOKEN=token))
    assert (found["mode"], found["permissions"]) == ("service", ["documents.read"])
    firm("--as", "Ada", "models", "stop", "ollama:small", "--reason", "It is slow")
    assert firm("changes", "list", COPILOT_TOKEN=token).out == ""  # of models its scope says nothing
    for beyond in (("users", "list"), ("health",), ("reindex",)):
        assert firm(*beyond, COPILOT_TOKEN=token).code == 4, beyond
    assert firm("--as", "Ada", "whoami", COPILOT_TOKEN=token).code == 2
    assert firm("whoami", COPILOT_TOKEN=f"{token}x").code == 4
    again = firm("--as", "Ada", "services", "renew", "nightly").out.strip()
    assert [firm("whoami", COPILOT_TOKEN=one).code for one in (token, again)] == [4, 0]
    assert firm("--as", "Ada", "services", "revoke", "nightly").code == 0
    assert firm("whoami", COPILOT_TOKEN=again).code == 4
    listed = firm("--as", "Ada", "services", "list")
    assert again not in listed.out
    assert listed.cells[0][1:4] == ["nightly", "analyst", "documents.read"]


# --- the rest ---------------------------------------------------------------------------------------------------


def test_permissions_are_listed_without_asking_who(firm):
    assert [cells[0] for cells in firm("permissions").cells] == list(PERMISSIONS)
    assert [cells[0] for cells in firm("permissions", "facilitator").cells][-1] == "demo.act"
    assert firm("permissions", "Admin").code == 2
    assert len(ROLES) == 7


def test_sessions_are_listed_and_ended(firm, folder):
    from core.identity import accounts, sessions

    db = connect(folder / "copilot.db")
    ben = accounts.named(db, "Ben")
    token = sessions.open(db, ben.id, "account")
    (line,) = firm("--as", "Ada", "sessions", "list").cells
    assert line[1] == "Ben"
    assert firm("--as", "Ada", "sessions", "end").code == 2
    assert firm("--as", "Ada", "sessions", "end", line[0][:8]).code == 0
    assert sessions.user(db, token) is None
    sessions.open(db, ben.id, "account")
    assert "1 session ended" in firm("--as", "Ben", "sessions", "end", "--of", "Ben").err


def test_the_log_of_all_this_holds_no_name(firm, folder):
    db = connect(folder / "copilot.db")
    assert one(db, "select count(*) as number from audit")["number"] > 2
    text = str(rows(db, "select * from audit"))
    assert [name for name in ("Ada", "Ben") if name in text] == []
