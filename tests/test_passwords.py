"""A name and a password let one person in; whoever guesses learns nothing from the answer or how long it takes."""

import threading
import time

import argon2
import pytest

from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.identity import LOCAL, accounts, passwords, rates, rights, sessions, strength
from core.identity.rates import RateLimited
from core.settings import lexicon
from core.store import connect, one, rows, write
from tests.identity_parts import events, logged, person

GOOD, OTHER = "violet tractor moon kettle", "seven grey herons waiting"


@pytest.fixture
def db():
    return connect(":memory:")


@pytest.fixture
def ada(db):
    passwords.protect(db, LOCAL, "Ada", GOOD)
    return accounts.user_of(db, "local")


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass for the locks and invitations."""
    started, passed = time.time(), [0.0]
    monkeypatch.setattr(passwords.time, "time", lambda: started + passed[0])
    return passed


def ben(db, ada, *roles):
    return passwords.accept(db, passwords.invite(db, ada, "Ben", roles), OTHER)


def refused(db, name, password):
    with pytest.raises(NotAllowed) as answer:
        passwords.sign_in(db, name, password)
    return str(answer.value)


# --- the first account ------------------------------------------------------------------------------------------


def test_the_local_person_keeps_what_is_theirs_and_is_administrator(db, ada):
    assert (ada.id, ada.name, "admin" in ada.roles) == ("local", "Ada", True)
    assert passwords.sign_in(db, "Ada", GOOD).id == "local"


def test_a_session_from_before_the_first_account_ends(db):
    token = sessions.open(db, "local", "local")
    passwords.protect(db, LOCAL, "Ada", GOOD)
    assert sessions.user(db, token) is None
    with pytest.raises(NotAllowed):
        sessions.open(db, "local", "local")


def test_the_first_account_is_made_once_and_by_the_local_person_alone(db, ada):
    for who in (LOCAL, ada):
        with pytest.raises(Conflict):
            passwords.protect(db, who, "Eve", OTHER)


def test_nobody_is_invited_before_the_local_person_has_an_account(db):
    with pytest.raises(Conflict, match="account for yourself first"):
        passwords.invite(db, LOCAL, "Ben")
    assert not accounts.people(db)


# --- invitations ------------------------------------------------------------------------------------------------


def test_an_invitation_gives_what_the_administrator_gave_and_works_once(db, ada):
    token = passwords.invite(db, ada, "Ben", ["reviewer"], groups=["dpo"], clearances=["public"])
    found = passwords.accept(db, token, OTHER)
    assert (found.roles, found.groups, found.clearances, found.state) == (
        ("reviewer",),
        ("dpo",),
        ("public",),
        "active",
    )
    with pytest.raises(NotAllowed, match="does not hold"):
        passwords.accept(db, token, "an attacker's long password")
    assert passwords.sign_in(db, "ben", OTHER).id == found.id


def test_an_invited_person_is_nobody_before_they_took_it_up(db, ada):
    passwords.invite(db, ada, "Ben", ["admin"])
    account = accounts.by_name(db, "local", ["Ben"])
    assert account == {}
    refused(db, "Ben", "")
    waiting = next(one for one in accounts.accounts(db, ada) if one.name == "Ben")
    with pytest.raises(NotAllowed):
        accounts.user_of(db, waiting.id)
    with pytest.raises(NotAllowed):
        sessions.open(db, waiting.id, "account")


def test_an_invitation_ends_after_its_days(db, ada, clock):
    token = passwords.invite(db, ada, "Ben")
    clock[0] = 86_400 * lexicon("limits")["invitations"]["days"] + 1
    with pytest.raises(NotAllowed, match="does not hold"):
        passwords.accept(db, token, OTHER)


def test_a_new_invitation_ends_the_one_before_and_leaves_the_password_until_it_is_taken_up(db, ada):
    found = ben(db, ada)
    first, second = passwords.invite_again(db, ada, found.id), passwords.invite_again(db, ada, found.id)
    session = sessions.open(db, found.id, "account")
    assert passwords.sign_in(db, "Ben", OTHER).id == found.id
    with pytest.raises(NotAllowed):
        passwords.accept(db, first, GOOD)
    passwords.accept(db, second, "another four words here")
    assert sessions.user(db, session) is None
    refused(db, "Ben", OTHER)


def test_an_invitation_to_a_disabled_account_lets_nobody_in(db, ada):
    found = ben(db, ada)
    token = passwords.invite_again(db, ada, found.id)
    rights.disable(db, ada, found.id, "Left")
    for wrong in (token, "", "x", token[:-1], token + " ", token.upper()):
        with pytest.raises(NotAllowed, match="does not hold"):
            passwords.accept(db, wrong, GOOD)


def test_two_who_take_up_one_invitation_at_once_are_not_both_let_in(tmp_path):
    path = tmp_path / "copilot.db"
    db = connect(path)
    passwords.protect(db, LOCAL, "Ada", GOOD)
    token = passwords.invite(db, accounts.user_of(db, "local"), "Ben")
    done, both = [], threading.Barrier(2)

    def take(password):
        own = connect(path)
        both.wait()
        try:
            passwords.accept(own, token, password)
            done.append(password)
        except NotAllowed:
            pass
        finally:
            own.close()

    tries = [threading.Thread(target=take, args=(password,)) for password in (OTHER, "another four words here")]
    [each.start() for each in tries]
    [each.join() for each in tries]
    assert len(done) == 1
    assert passwords.sign_in(db, "Ben", done[0]).name == "Ben"


@pytest.mark.parametrize("roles", [(), ("analyst", "manager", "risk reviewer")])
def test_only_an_administrator_invites(db, ada, roles):
    with pytest.raises(NotAllowed):
        passwords.invite(db, person(db, "Max", *roles), "Eve", ["admin"])


def test_an_administrator_invites_into_their_own_tenant_and_no_name_twice(db, ada):
    uma = person(db, "Uma", "admin", tenant="elsewhere")
    found = passwords.accept(db, passwords.invite(db, uma, "Ben"), OTHER)
    assert found.tenant == "elsewhere"
    for taken in ("ada", "АDA", "Ben", "Uma\u200b"):
        with pytest.raises((Conflict, BadInput)):
            passwords.invite(db, uma, taken)
    with pytest.raises(NotFound):
        passwords.invite_again(db, ada, found.id)


def test_who_signs_in_elsewhere_gets_no_password_here(db, ada):
    with pytest.raises(BadInput):
        passwords.invite_again(db, ada, person(db, "Cyd").id)


def test_a_session_that_was_taken_over_gets_no_new_password(db, ada):
    token = sessions.open(db, ada.id, "account")
    with pytest.raises(NotAllowed):
        passwords.invite_again(db, sessions.user(db, token), ada.id)
    assert passwords.invite_again(db, ada, ada.id)  # the command line: whoever runs it has the files


# --- signing in -------------------------------------------------------------------------------------------------


def test_the_answer_is_the_same_whatever_was_wrong(db, ada):
    found = ben(db, ada)
    passwords.invite(db, ada, "Cyd")
    rights.disable(db, ada, found.id, "Left")
    person(db, "Dee")
    wrong = [
        ("Ada", OTHER),
        ("Nobody at all", GOOD),
        ("Ben", OTHER),
        ("Cyd", GOOD),
        ("Dee", GOOD),
        ("", ""),
        ("Ada", ""),
    ]
    assert {refused(db, name, password) for name, password in wrong} == {passwords.REFUSED}
    assert events(db).count("session.refused") == len(wrong)


def test_each_answer_costs_one_look_at_a_hash(db, ada, monkeypatch):
    # Time on a busy machine says little; what takes the time is counted.
    looks = []
    real = argon2.PasswordHasher.verify
    monkeypatch.setattr(argon2.PasswordHasher, "verify", lambda *given: looks.append(given) or real(*given))
    ben(db, ada)
    for name in ("Ben", "Nobody", "Ada", "x" * 10_000):
        refused(db, name, "wrong")
    assert len(looks) == 4


def test_no_password_token_or_typed_name_is_kept_or_logged(db, ada):
    token = passwords.invite(db, ada, "Ben", ["analyst"])
    passwords.accept(db, token, OTHER)
    refused(db, "my-secret-typed-as-a-name", "guess")
    session = sessions.open(db, "local", "account")
    everything = "\n".join(db.conn.iterdump())
    for secret in (GOOD, OTHER, token, session, "my-secret-typed-as-a-name", "guess"):
        assert secret not in everything
    for name in ("Ada", "Ben"):
        assert name not in logged(db)


def test_guessing_waits_longer_each_time_and_the_right_password_waits_too(db, ada, clock):
    rules = lexicon("limits")["locks"]
    for _ in range(rules["tries"]):
        refused(db, "Ada", "wrong")
    refused(db, "Ada", GOOD)
    clock[0] += rules["first_seconds"] + 1
    refused(db, "Ada", "wrong")
    clock[0] += rules["first_seconds"] + 1
    refused(db, "Ada", GOOD)  # twice as long by now
    clock[0] += rules["first_seconds"]
    assert passwords.sign_in(db, "Ada", GOOD).id == "local"
    assert one(db, "select failures, locked_until from credential") == {"failures": 0, "locked_until": None}


def test_no_lock_is_longer_than_the_longest(db, ada, clock):
    with write(db):
        db.execute("update credential set failures = 4000")
    refused(db, "Ada", "wrong")
    clock[0] += lexicon("limits")["locks"]["most_seconds"] + 1
    assert passwords.sign_in(db, "Ada", GOOD).id == "local"


def test_many_who_guess_at_once_get_no_more_tries_than_one(tmp_path):
    path = tmp_path / "copilot.db"
    db = connect(path)
    passwords.protect(db, LOCAL, "Ada", GOOD)
    together = threading.Barrier(8)

    def guess(number):
        own = connect(path)
        together.wait()
        try:
            passwords.sign_in(own, "Ada", f"guess number {number}")
        except NotAllowed:
            pass
        finally:
            own.close()

    tries = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
    [each.start() for each in tries]
    [each.join() for each in tries]
    assert one(db, "select failures from credential") == {"failures": lexicon("limits")["locks"]["tries"]}


def test_an_administrator_lets_somebody_try_again_at_once(db, ada):
    found = ben(db, ada)
    for _ in range(lexicon("limits")["locks"]["tries"]):
        refused(db, "Ben", "wrong")
    refused(db, "Ben", OTHER)
    passwords.unlock(db, ada, found.id)
    assert passwords.sign_in(db, "Ben", OTHER).id == found.id
    with pytest.raises(NotAllowed):
        passwords.unlock(db, accounts.user_of(db, found.id), found.id)


def test_all_tries_together_have_a_limit(db, ada, monkeypatch):
    monkeypatch.setitem(lexicon("limits")["rates"], "sign_ins", {"most": 2, "seconds": 3600})
    for _ in range(2):
        refused(db, "Nobody", "x")
    with pytest.raises(RateLimited):
        passwords.sign_in(db, "Ada", GOOD)
    assert rows(db, "select account_id from rate") == [{"account_id": rates.EVERYBODY}]


def test_letters_that_another_keyboard_sends_are_the_same_password(db):
    passwords.protect(db, LOCAL, "Zoë", "Brücke über den Fluß")
    assert passwords.sign_in(db, "Zoe\u0308", "Bru\u0308cke u\u0308ber den Fluß")


# --- changing it ------------------------------------------------------------------------------------------------


def test_a_changed_password_ends_every_other_session(db, ada):
    here, there = (sessions.open(db, "local", "account") for _ in range(2))
    user = sessions.user(db, here)
    with pytest.raises(NotAllowed):
        passwords.change(db, user, OTHER, "another four words here")
    passwords.change(db, user, GOOD, OTHER)
    assert sessions.user(db, here)
    assert sessions.user(db, there) is None
    refused(db, "Ada", GOOD)
    assert passwords.sign_in(db, "Ada", OTHER)


def test_a_weak_new_password_is_told_before_the_old_one_counts_as_a_try(db, ada):
    for _ in range(10):
        with pytest.raises(BadInput):
            passwords.change(db, ada, GOOD, "short")
    passwords.change(db, ada, GOOD, OTHER)


@pytest.mark.parametrize(
    "weak",
    [
        "", "short", "elevenchars", "password1234!", "P4ssw0rd2024!!", "Passwort!2026", "qwertyuiop123",
        "1qaz2wsx3edc4rfv", "aaaaaaaaaaaaaa", "abababababab", "123456789012", "abcdefghijkl", "Summer2026!!!",
        "Welcome_2026!", "passwordpassword", "letmein letmein", "Ada123456789", "2026-ada-2026!", "ADA_ada_1234!",
        "Compliance2026", "correct horse battery staple", "iloveyou1234567", "AdminAdmin!!", "x" * 201,
    ],
)  # fmt: skip
def test_a_password_that_is_guessed_early_is_refused_without_repeating_it(weak):
    with pytest.raises(BadInput) as refused:
        strength.require_strong(weak, "Ada")
    assert len(weak) < 4 or weak not in str(refused.value)


@pytest.mark.parametrize(
    "fine", [GOOD, OTHER, "Tr0ub4dor&3-elephant", "kQ8#vN2!pZ5x", "Ada walks to the harbour", "жёлтый-трактор-7"]
)
def test_a_password_that_nobody_expects_is_taken(fine):
    strength.require_strong(fine, "Ada")


def test_hashes_are_argon2id_and_differ_for_the_same_password(db, ada):
    passwords.accept(db, passwords.invite(db, ada, "Ben"), GOOD)
    first, second = (row["hash"] for row in rows(db, "select hash from credential"))
    assert first.startswith("$argon2id$")
    assert first != second
