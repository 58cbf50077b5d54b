"""Who is let in, and what stands there until then: the app as Streamlit runs it, on a real database."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import store
from core.errors import NotAllowed
from core.identity import accounts, passwords, rights, sessions
from core.types import User
from pages.parts.session import TOKEN
from tests.page_parts import ROOT, button, folder, said

PASSWORD = "four words in a row"
ISSUER = "https://login.example"
AUTH = {"redirect_uri": "http://localhost:8501/oauth2callback", "cookie_secret": "a" * 40, "client_id": "copilot"}


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with folder(tmp_path / "var", monkeypatch) as path:
        yield path


@pytest.fixture
def db(empty: Path) -> Iterator[store.Database]:
    db = store.connect(empty / "copilot.db")
    yield db
    db.close()


@pytest.fixture
def admin(db: store.Database) -> User:
    """The one local person, who has made the first account."""
    from core.identity import LOCAL

    passwords.protect(db, LOCAL, "Ada", PASSWORD)
    return accounts.user_of(db, LOCAL.id)


def app(page: str = "", **asked: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for name, value in asked.items():
        at.query_params[name] = value
    if page:
        at.run()
        at.switch_page(f"pages/{page}.py")
    return at.run()


def member(db: store.Database, admin: User, name: str, *roles: str) -> User:
    token = passwords.invite(db, admin, name, roles=roles)
    return accounts.user_of(db, passwords.accept(db, token, PASSWORD).id)


def window(db: store.Database, person: User, page: str = "") -> AppTest:
    """A window in which this person has signed in."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    at.session_state[TOKEN] = sessions.open(db, person.id, "account")
    at.run()
    return at.switch_page(f"pages/{page}.py").run() if page else at


def field(at: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(one for one in at.text_input if one.label == label)


def signs_in(at: AppTest, name: str, password: str) -> AppTest:
    field(at, "Name").set_value(name)
    field(at, "Password").set_value(password)
    return button(at, "Sign in").click().run()


def outside(at: AppTest) -> bool:
    """The sign-in screen and nothing of any page."""
    return "Sign in" in said(at) and not at.metric and not at.tabs and "Worker" not in said(at)


# --- one local person -------------------------------------------------------------------------------------------


def test_without_accounts_nobody_signs_in(empty):
    at = app()
    assert not at.error
    assert "Local user" in said(at)
    assert "Password" not in [one.label for one in at.text_input]


def test_the_one_person_protects_the_app_and_is_in_as_its_first_account(db):
    at = app("account")
    field(at, "Your name").set_value("Ada")
    field(at, "New password").set_value(PASSWORD)
    field(at, "The same again").set_value(PASSWORD)
    button(at, "Protect this app").click().run()
    assert accounts.people(db)
    assert at.session_state[TOKEN]
    assert "1 person" in said(at)
    assert outside(app())


def test_two_passwords_that_differ_protect_nothing(db):
    at = app("account")
    field(at, "Your name").set_value("Ada")
    field(at, "New password").set_value(PASSWORD)
    field(at, "The same again").set_value("another one of words")
    button(at, "Protect this app").click().run()
    assert "differ" in at.error[0].value
    assert not accounts.people(db)


# --- a name and a password --------------------------------------------------------------------------------------


def test_nothing_of_a_page_is_shown_before_somebody_signs_in(admin):
    for page in ("", "documents", "access", "account"):
        assert outside(app(page)), page


def test_the_right_password_opens_the_page_that_was_asked_for(admin):
    at = signs_in(app("obligations", show="check"), "ada", PASSWORD)
    assert not outside(at)
    assert at.query_params["show"] == "check"


def test_a_wrong_password_says_the_same_as_a_name_that_nobody_has(admin):
    wrong = signs_in(app(), "Ada", "five words in a row too")
    nobody = signs_in(app(), "Zoe", PASSWORD)
    assert wrong.error[0].value == nobody.error[0].value
    assert outside(wrong)


def test_a_made_up_token_lets_nobody_in(admin):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    at.session_state[TOKEN] = "made-up"
    assert outside(at.run())


def test_whoever_signed_out_is_out_in_every_window_of_that_session(db, admin):
    here, there = window(db, admin), AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    there.session_state[TOKEN] = here.session_state[TOKEN]
    assert not outside(there.run())
    button(here, "Sign out").click().run()
    assert outside(here)
    assert outside(there.run())


def test_an_invitation_is_taken_up_once(db, admin):
    token = passwords.invite(db, admin, "Ben", roles=("analyst",))
    at = app(invitation=token)
    field(at, "New password").set_value(PASSWORD)
    field(at, "The same again").set_value(PASSWORD)
    button(at, "Go on").click().run()
    assert "Ben" in said(at)
    assert "invitation" not in at.query_params
    again = app(invitation=token)
    field(again, "New password").set_value(PASSWORD)
    field(again, "The same again").set_value(PASSWORD)
    button(again, "Go on").click().run()
    assert "does not hold any more" in again.error[0].value


def test_whoever_is_disabled_is_out_at_the_next_click_and_told_so(db, admin):
    ben = member(db, admin, "Ben", "analyst")
    at = window(db, ben)
    rights.disable(db, admin, ben.id, "left the firm")
    assert outside(at.run())
    assert "disabled" in said(at)


def test_without_a_click_for_an_hour_one_is_out_and_told_so(db, admin):
    at = window(db, admin)
    with store.write(db):
        db.execute("update session set seen_at = ?", [store.stamp(time.time() - 3601)])
    assert outside(at.run())
    assert "60 minutes without a click" in said(at)


def test_a_rerun_writes_nothing(db, admin):
    at = window(db, admin, "account")
    before = db.execute("pragma data_version").fetchone()
    at.run()
    assert db.execute("pragma data_version").fetchone() == before


def test_what_a_window_asks_by_itself_is_no_click(db, admin):
    token = sessions.open(db, admin.id, "account")
    late = store.stamp(time.time() - 1800)
    with store.write(db):
        db.execute("update session set seen_at = ?", [late])
    sessions.user(db, token, clicked=False)
    assert store.one(db, "select seen_at from session")["seen_at"] == late
    sessions.user(db, token)
    assert store.one(db, "select seen_at from session")["seen_at"] > late


def test_a_link_to_a_file_is_dead_once_its_person_has_signed_out(db, admin):
    from pages.parts import session

    person = sessions.user(db, sessions.open(db, admin.id, "account"))
    assert person
    assert session.still(db, person).name == "Ada"
    sessions.leave(db, person)
    with pytest.raises(NotAllowed):
        session.still(db, person)


# --- rights -----------------------------------------------------------------------------------------------------


def test_without_a_role_there_is_one_screen_with_whom_to_ask(db, admin):
    ben = member(db, admin, "Ben")
    at = window(db, ben)
    text = said(at)
    assert "nobody has given you a role yet" in text
    assert "Ada" in text
    assert not at.tabs
    rights.give_role(db, admin, ben.id, "analyst")
    assert "No documents yet" in said(button(at, "Look again").click().run())


def test_the_address_of_a_page_that_is_not_open_says_so(db, admin):
    at = window(db, member(db, admin, "Ben", "analyst"), "access")
    assert "is not open to you" in at.info[0].value
    assert not at.tabs


def test_whoever_may_not_read_documents_begins_elsewhere(db, admin):
    at = window(db, member(db, admin, "Eve", "engineering owner"))
    assert not at.error
    assert "No documents yet" not in said(at)
    assert "Models" in [tab.label for tab in at.tabs]


def test_a_role_that_was_taken_closes_its_pages_at_the_next_click(db, admin):
    ben = member(db, admin, "Ben", "manager", "analyst")
    at = window(db, ben, "access")
    assert at.tabs
    rights.take_role(db, admin, ben.id, "manager")
    at.run()
    assert "is not open to you" in at.info[0].value


# --- a provider -------------------------------------------------------------------------------------------------


def claims(subject: str, **more: object) -> dict[str, object]:
    now = int(time.time())
    return {"is_logged_in": True, "iss": ISSUER, "sub": subject, "iat": now, "exp": now + 600, "nonce": "n", **more}


def vouched(user: dict[str, object]) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    at.secrets["auth"] = AUTH
    at.user = user
    return at.run()


def test_with_a_provider_nobody_is_the_local_person(empty):
    at = vouched({"is_logged_in": False})
    assert outside(at)
    assert "Local user" not in said(at)
    assert [one.label for one in at.button] == ["Sign in with your organisation"]


def test_the_first_sign_in_gives_no_rights_and_an_admin_gives_them(db, monkeypatch):
    at = vouched(claims("bea", name="Bea"))
    assert "nobody has given you a role yet" in said(at)
    monkeypatch.setenv("COPILOT_ADMINS", f"{ISSUER}|ann")
    from core.settings import settings

    settings.cache_clear()
    vouched(claims("ann", name="Ann"))
    people = {one.name: one for one in accounts.accounts(db, _somebody("Ann", db))}
    rights.give_role(db, accounts.user_of(db, people["Ann"].id), people["Bea"].id, "analyst")
    assert "No documents yet" in said(at.run())


def _somebody(name: str, db: store.Database) -> User:
    row = store.one(db, "select id from account where name = ?", [name])
    assert row
    return accounts.user_of(db, row["id"], "oidc")


def test_a_sign_in_that_was_ended_lets_nobody_in_again_though_the_providers_cookie_lives(db):
    told = claims("bea", name="Bea")
    vouched(told)
    with store.write(db):
        db.execute("update session set seen_at = ?", [store.stamp(time.time() - 7200)])
    at = vouched(told)
    assert outside(at)
    assert "without a click" in said(at)
    assert "nobody has given you a role yet" in said(vouched({**told, "iat": told["iat"] + 1, "nonce": "m"}))  # type: ignore[operator]


def test_each_provider_has_its_own_button(empty):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    one = {"client_id": "x", "client_secret": "y", "server_metadata_url": "https://z.example"}
    at.secrets["auth"] = {**AUTH, "entra": one, "okta": one}
    at.user = {"is_logged_in": False}
    assert [button.label for button in at.run().button] == ["Sign in with Entra", "Sign in with Okta"]


# --- a demo -----------------------------------------------------------------------------------------------------


@pytest.fixture
def demo(db: store.Database, monkeypatch: pytest.MonkeyPatch) -> User:
    from core.settings import settings

    monkeypatch.setenv("COPILOT_DEMO", "1")
    settings.cache_clear()
    with store.write(db):
        rights.insert(db, "bea", accounts.DEMO, "bea", accounts.TENANT, "Bea", "active", by="local")
        rights.insert_roles(db, "local", "bea", ["reviewer"])
    return accounts.user_of(db, "bea", "demo")


def test_in_a_demo_every_page_says_so_and_one_acts_as_its_people(db, demo):
    at = app("help")
    assert "Nothing here is real" in said(at)
    chooser = next(one for one in at.selectbox if one.label == "Act as")
    chooser.set_value("bea").run()
    assert "You act as **Bea** (reviewer)" in said(at)
    at.switch_page("pages/access.py").run()
    assert "is not open to you" in at.info[0].value
    chooser = next(one for one in at.selectbox if one.label == "Act as")
    chooser.set_value("").run()
    assert "Nothing here is real" in said(at)


def test_outside_a_demo_nobody_is_offered_to_act_as_another(db, admin):
    at = window(db, admin)
    assert "Act as" not in [one.label for one in at.selectbox]
