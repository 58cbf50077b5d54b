"""Being signed in ends when it should: signed out, idle, after a day's work, disabled; no token does too much."""

import time

import pytest

from core.errors import Conflict, NotAllowed, NotFound
from core.identity import LOCAL, accounts, rights, sessions, tokens
from core.settings import settings
from core.store import connect, one, rows, stamp, write
from tests.identity_parts import PLAIN, claims, events, logged, person


@pytest.fixture
def db():
    return connect(":memory:")


@pytest.fixture
def boss(db):
    return person(db, "Olu", "admin")


@pytest.fixture
def ada(db):
    return person(db, "Ada", "analyst")


@pytest.fixture
def demo(monkeypatch):
    monkeypatch.setenv("COPILOT_DEMO", "1")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def aged(db, minutes_idle=0.0, hours=0.0):
    """Every session as if it were so old."""
    with write(db):
        seen, started = stamp(time.time() - 60 * minutes_idle), stamp(time.time() - 3600 * hours)
        db.execute("update session set seen_at = ?, started_at = ?", [seen, started])


# --- in and out -------------------------------------------------------------------------------------------------


def test_a_token_lets_in_whom_it_was_made_for(db, ada):
    token = sessions.open(db, ada.id, "account")
    user = sessions.user(db, token)
    assert (user.id, user.roles, user.mode, len(user.session)) == (ada.id, ("analyst",), "account", 64)
    assert len(token) >= 43


def test_the_database_holds_the_digest_of_a_token_and_the_log_its_beginning(db, ada):
    token = sessions.open(db, ada.id, "account")
    assert token not in "\n".join(db.conn.iterdump())
    assert tokens.digest(token)[:16] in logged(db)
    assert tokens.digest(token) not in logged(db)


@pytest.mark.parametrize("wrong", ["", "x", "local", "' or 1=1 --", "\x00", "\ud800", "a" * 100_000])
def test_a_token_that_nobody_was_given_lets_nobody_in(db, ada, wrong):
    sessions.open(db, ada.id, "account")
    assert sessions.user(db, wrong) is None


def test_the_digest_of_a_token_is_no_token(db, ada):
    token = sessions.open(db, ada.id, "account")
    assert sessions.user(db, tokens.digest(token)) is None


def test_signing_out_ends_it_for_good(db, ada):
    token = sessions.open(db, ada.id, "account")
    sessions.close(db, token)
    sessions.close(db, token)
    assert sessions.user(db, token) is None
    assert events(db) == ["session.opened", "session.ended"]


def test_every_sign_in_has_a_token_of_its_own_and_ends_the_one_that_was_there(db, ada):
    planted = sessions.open(db, person(db, "Eve").id, "account")
    token = sessions.open(db, ada.id, "account", replaces=planted)
    assert sessions.user(db, planted) is None
    assert sessions.user(db, token).id == ada.id
    assert token != planted


# --- limits -----------------------------------------------------------------------------------------------------


def test_an_idle_session_ends_and_a_click_keeps_it(db, ada):
    token = sessions.open(db, ada.id, "account")
    aged(db, minutes_idle=59)
    assert sessions.user(db, token)
    assert one(db, "select seen_at from session")["seen_at"] > stamp(time.time() - 60)
    aged(db, minutes_idle=61)
    assert sessions.user(db, token) is None
    aged(db)
    assert sessions.user(db, token) is None  # ended stays ended


def test_what_a_window_asks_by_itself_keeps_nothing_alive(db, ada):
    token = sessions.open(db, ada.id, "account")
    aged(db, minutes_idle=30)
    before = one(db, "select seen_at from session")
    assert sessions.user(db, token, clicked=False)
    assert one(db, "select seen_at from session") == before


def test_a_session_ends_after_a_days_work_however_busy(db, ada):
    token = sessions.open(db, ada.id, "account")
    aged(db, hours=11.9)
    assert sessions.user(db, token)
    aged(db, hours=12.1)
    assert sessions.user(db, token) is None
    assert '"why":"old"' in logged(db)


def test_a_clock_that_was_set_back_keeps_nobody_in_for_ever(db, ada):
    token = sessions.open(db, ada.id, "account")
    aged(db, minutes_idle=-60 * 24)
    assert sessions.user(db, token) is None


def test_the_database_is_written_once_a_minute_at_most(db, ada):
    token = sessions.open(db, ada.id, "account")
    before = db.conn.total_changes
    for _ in range(5):
        sessions.user(db, token)
    assert db.conn.total_changes == before


def test_a_disabled_person_is_out_at_the_next_click_and_stays_out(db, boss, ada):
    token = sessions.open(db, ada.id, "account")
    rights.disable(db, boss, ada.id, "Left")
    assert sessions.user(db, token) is None
    rights.enable(db, boss, ada.id)
    assert sessions.user(db, token) is None
    with write(db):
        db.execute("update account set state = 'disabled' where id = ?", [ada.id])
    with pytest.raises(NotAllowed):
        sessions.open(db, ada.id, "account")


def test_rights_that_change_hold_from_the_next_click_on(db, boss, ada):
    token = sessions.open(db, ada.id, "account")
    rights.give_role(db, boss, ada.id, "reviewer")
    assert sessions.user(db, token).roles == ("analyst", "reviewer")


# --- other people's sessions ------------------------------------------------------------------------------------


def test_people_see_and_end_their_own_sessions_and_administrators_everybodys(db, boss, ada):
    token = sessions.open(db, ada.id, "account")
    other = sessions.open(db, boss.id, "account")
    user = sessions.user(db, token)
    assert [each.account_id for each in sessions.sessions(db, user)] == [ada.id]
    assert {each.account_id for each in sessions.sessions(db, boss)} == {ada.id, boss.id}
    with pytest.raises(NotAllowed):
        sessions.end(db, user, tokens.digest(other))
    with pytest.raises(NotAllowed):
        sessions.close_all(db, user, boss.id)
    sessions.end(db, boss, tokens.digest(token))
    assert sessions.user(db, token) is None
    assert sessions.close_all(db, boss, boss.id) == 1


def test_sessions_of_another_tenant_are_out_of_reach(db, ada):
    token = sessions.open(db, ada.id, "account")
    eve = person(db, "Eve", "admin", tenant="elsewhere")
    assert sessions.sessions(db, eve) == []
    for reach in (lambda: sessions.end(db, eve, tokens.digest(token)), lambda: sessions.close_all(db, eve, ada.id)):
        with pytest.raises(NotFound):
            reach()
    assert sessions.user(db, token)


# --- a provider's sign-in ---------------------------------------------------------------------------------------


def test_one_answer_of_a_provider_is_one_session_however_often_it_is_shown(db):
    said = claims("ada")
    first = sessions.of_claims(db, said, PLAIN)
    assert first == sessions.of_claims(db, said, PLAIN)
    assert (first.mode, first.roles) == ("oidc", ())
    assert len(rows(db, "select * from session")) == 1


def test_the_same_answer_is_worth_nothing_after_signing_out(db):
    said = claims("ada")
    sessions.leave(db, sessions.of_claims(db, said, PLAIN))
    assert sessions.of_claims(db, said, PLAIN) is None
    assert sessions.ended_why(db, "", said) == "signed out"


def test_the_same_answer_is_worth_nothing_after_idling(db):
    said = claims("ada")
    sessions.of_claims(db, said, PLAIN)
    aged(db, minutes_idle=61)
    assert sessions.of_claims(db, said, PLAIN) is None
    assert sessions.of_claims(db, said, PLAIN) is None


def test_an_answer_from_yesterday_or_from_tomorrow_opens_nothing(db):
    assert sessions.of_claims(db, claims("ada", iat=time.time() - 13 * 3600), PLAIN) is None
    assert sessions.of_claims(db, claims("ada", iat=time.time() + 3600), PLAIN) is None


def test_a_longer_lived_cookie_than_we_allow_lets_nobody_in(db):
    month_old = claims("ada", iat=time.time() - 29 * 86_400, exp=time.time() + 86_400)
    assert sessions.of_claims(db, month_old, PLAIN) is None
    assert not accounts.people(db)


@pytest.mark.parametrize("issued", [None, "now", [1], {}])
def test_an_answer_without_its_time_is_refused(db, issued):
    with pytest.raises(NotAllowed):
        sessions.of_claims(db, claims("ada", iat=issued), PLAIN)


def test_two_sign_ins_of_one_person_are_two_sessions(db):
    first = sessions.of_claims(db, claims("ada", nonce="1"), PLAIN)
    second = sessions.of_claims(db, claims("ada", nonce="2"), PLAIN)
    assert (first.id, first.session != second.session) == (second.id, True)


def test_no_token_that_a_browser_could_send_is_that_of_a_provider(db):
    said = claims("ada")
    user = sessions.of_claims(db, said, PLAIN)
    for guess in (user.session, f"oidc:{said}", "oidc:", str(said)):
        assert sessions.user(db, guess) is None


# --- one person alone -------------------------------------------------------------------------------------------


def test_the_local_person_may_have_a_session_until_there_are_accounts(db):
    token = sessions.open(db, LOCAL.id, "local")
    assert sessions.user(db, token).mode == "local"
    ada = person(db, "Ada")
    assert sessions.user(db, token) is None
    assert ada


# --- a demo -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_a_facilitator_acts_as_somebody_of_the_demo_and_the_log_says_so(db):
    fay = person(db, "Fay", "facilitator")
    acted = person(db, "Demo reviewer", "reviewer", issuer="demo")
    token = sessions.open(db, fay.id, "account")
    assert sessions.actors(db, sessions.user(db, token)) == {acted.id: "Demo reviewer"}
    sessions.act_as(db, sessions.user(db, token), acted.id)
    user = sessions.user(db, token)
    assert (user.id, user.mode, user.roles) == (acted.id, "demo", ("reviewer",))
    assert sessions.behind(db, user).id == fay.id
    sessions.act_as_self(db, user)
    assert sessions.user(db, token).id == fay.id
    assert events(db)[-2:] == ["session.acting", "session.acting_ended"]
    with pytest.raises(Conflict):
        sessions.act_as_self(db, sessions.user(db, token))


@pytest.mark.usefixtures("demo")
def test_nobody_acts_as_a_real_person_nor_without_the_right_nor_across_tenants(db, boss):
    fay, ada = person(db, "Fay", "facilitator"), person(db, "Ada", "analyst", "manager", "reviewer")
    there = person(db, "There", "analyst", issuer="demo", tenant="elsewhere")
    acted = person(db, "Demo analyst", "analyst", issuer="demo")
    user = sessions.user(db, sessions.open(db, fay.id, "account"))
    for other in (boss, ada, there, fay):
        with pytest.raises(NotFound):
            sessions.act_as(db, user, other.id)
    with pytest.raises(NotAllowed):
        sessions.act_as(db, sessions.user(db, sessions.open(db, ada.id, "account")), acted.id)
    with pytest.raises(NotAllowed):
        sessions.act_as(db, fay, acted.id)  # without a session, as on the command line


def test_outside_of_a_demo_nobody_acts_as_anybody_and_what_was_begun_is_over(db, monkeypatch):
    fay = person(db, "Fay", "facilitator")
    acted = person(db, "Demo analyst", "analyst", issuer="demo")
    token = sessions.open(db, fay.id, "account")
    with pytest.raises(NotAllowed, match="no demo"):
        sessions.act_as(db, sessions.user(db, token), acted.id)
    with write(db):
        db.execute("update session set acting_as = ?", [acted.id])
    assert sessions.user(db, token).id == fay.id
    assert sessions.actors(db, sessions.user(db, token)) == {}


@pytest.mark.usefixtures("demo")
def test_whoever_acts_as_an_administrator_ends_nobodys_session(db, boss):
    fay = person(db, "Fay", "facilitator")
    acted = person(db, "Demo admin", "admin", issuer="demo")
    token, others = sessions.open(db, fay.id, "account"), sessions.open(db, boss.id, "account")
    sessions.act_as(db, sessions.user(db, token), acted.id)
    with pytest.raises(NotAllowed):
        sessions.end(db, sessions.user(db, token), tokens.digest(others))


@pytest.mark.usefixtures("demo")
def test_acting_ends_with_the_one_who_acts(db, boss):
    fay = person(db, "Fay", "facilitator")
    acted = person(db, "Demo analyst", "analyst", issuer="demo")
    token = sessions.open(db, fay.id, "account")
    sessions.act_as(db, sessions.user(db, token), acted.id)
    rights.disable(db, boss, fay.id, "Left")
    assert sessions.user(db, token) is None


def test_the_limits_are_the_settings(db, ada, monkeypatch):
    monkeypatch.setenv("COPILOT_SESSION_IDLE_MINUTES", "5")
    settings.cache_clear()
    token = sessions.open(db, ada.id, "account")
    aged(db, minutes_idle=6)
    assert sessions.user(db, token) is None
    settings.cache_clear()
