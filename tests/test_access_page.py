"""The Access page and one's own account, run by Streamlit on a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import store
from core.identity import LOCAL, ROLES, accounts, passwords, rights, services, sessions
from core.types import User
from pages.parts.session import TOKEN
from tests.page_parts import ROOT, button, folder, opened, said
from tests.register_parts import analysed

PASSWORD = "four words in a row"


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[store.Database]:
    with folder(tmp_path / "var", monkeypatch) as path:
        db = store.connect(path / "copilot.db")
        yield db
        db.close()


@pytest.fixture
def ada(db: store.Database) -> User:
    """The first account, an administrator."""
    passwords.protect(db, LOCAL, "Ada", PASSWORD)
    return accounts.user_of(db, LOCAL.id)


@pytest.fixture
def ben(db: store.Database, ada: User) -> User:
    token = passwords.invite(db, ada, "Ben", roles=("analyst",))
    return accounts.user_of(db, passwords.accept(db, token, PASSWORD).id)


def window(db: store.Database, who: User, page: str = "access", **asked: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    at.session_state[TOKEN] = sessions.open(db, who.id, "account")
    at.run()
    at.switch_page(f"pages/{page}.py")
    for name, value in asked.items():
        at.query_params[name] = value
    return at.run()


def now(db: store.Database, person: User) -> User:
    return accounts.user_of(db, person.id)


# Where on the page roles are chosen.
INVITED, CHOSEN, SERVICE = 0, 1, -1


def pills(at: AppTest, label: str, place: int = 0):  # type: ignore[no-untyped-def]
    return [one for one in at.get("button_group") if one.label == label][place]


# --- people -----------------------------------------------------------------------------------------------------


def test_without_accounts_the_page_says_who_may_everything_and_how_to_change_it(db):
    at = opened("access")
    assert "the one person here" in at.info[0].value
    assert "Protect this app, and let others in" in [one.proto.label for one in at.get("page_link")]


def test_it_is_said_who_invited_somebody_and_gave_them_what(db, ada, ben):
    rights.give_group(db, ada, ben.id, "payments")
    at = window(db, ada, person=ben.id)
    caption = next(one.value for one in at.caption if "Invited by Ada" in one.value)
    assert "analyst, payments from Ada on " in caption
    assert any("1 who may ask for approvals also gives rights" in one.value for one in at.markdown)


def test_an_invitation_is_a_link_shown_until_it_is_put_away(db, ada):
    at = window(db, ada)
    next(one for one in at.text_input if one.label == "Name").set_value("Cyd")
    pills(at, "Roles", INVITED).set_value(["reviewer"])
    button(at, "Make the invitation").click().run()
    [link] = [one.value for one in at.code if "invitation=" in one.value]
    button(at, "I have copied it").click().run()
    assert not at.code
    account = passwords.accept(db, link.partition("invitation=")[2], PASSWORD)
    assert (account.name, account.roles) == ("Cyd", ("reviewer",))


def test_roles_groups_and_clearances_are_saved_together(db, ada, ben):
    at = window(db, ada, person=ben.id)
    pills(at, "Roles", CHOSEN).set_value(["reviewer", "manager"])
    pills(at, "Cleared for").set_value(["public", "restricted"])
    at.multiselect[0].set_value(["legal"])
    button(at, "Save").click().run()
    assert not at.error
    found = now(db, ben)
    assert (found.roles, found.groups, found.clearances) == (
        ("reviewer", "manager"),
        ("legal",),
        ("public", "restricted"),
    )


def test_nobody_gives_rights_to_themselves(db, ada, ben):
    rights.give_role(db, ada, ben.id, "admin")
    at = window(db, ben, person=ben.id)
    pills(at, "Roles", CHOSEN).set_value(["analyst", "admin", "risk reviewer"])
    button(at, "Save").click().run()
    assert at.error
    assert "risk reviewer" not in now(db, ben).roles


def test_somebody_is_disabled_with_a_reason_and_enabled_again(db, ada, ben):
    at = window(db, ada, person=ben.id)
    button(at, "Disable").click().run()
    assert "Say why" in at.error[0].value
    next(one for one in at.text_input if one.label == "Reason").set_value("On leave")
    button(at, "Disable").click().run()
    assert accounts.account(db, ada, ben.id).state == "disabled"
    button(at, "Enable").click().run()
    assert accounts.account(db, ada, ben.id).state == "active"


def test_whoever_may_only_read_it_sees_no_button_to_change_it(db, ada, ben):
    rights.give_role(db, ada, ben.id, "risk reviewer")
    at = window(db, ben, person=ada.id)
    assert "An administrator changes this." in said(at)
    labels = {one.label for one in at.button}
    assert not labels & {"Save", "Disable", "Make the invitation", "Make the service", "Sign out everywhere"}


def test_what_somebody_sees_is_said_label_by_label_with_the_reason(db, ada, ben):
    analysed(db)
    with store.write(db):
        db.execute("update document set classification = 'restricted', status = 'approved'")
    at = window(db, ada, person=ben.id)
    assert "Sees 0 of 1 document" in said(at)
    assert "No clearance for restricted documents" in said(at)
    rights.set_clearances(db, ada, ben.id, ["restricted"])
    at.run()
    assert "Sees 1 of 1 document" in said(at)


def test_no_title_of_a_document_is_on_the_page(db, ada, ben):
    analysed(db)
    with store.write(db):
        db.execute("update document set title = 'Merger with Zebra', classification = 'restricted'")
    assert "Zebra" not in said(window(db, ada, person=ben.id))


# --- roles, sessions, services ----------------------------------------------------------------------------------


def test_every_permission_of_every_role_is_in_the_table(db, ada):
    from core.identity import PERMISSIONS

    [table] = [one.value for one in window(db, ada).markdown if one.value.startswith("| May")]
    lines = {line.split("|")[1].strip(): line for line in table.replace("\\", "").splitlines()}
    for act, holders in PERMISSIONS.values():
        assert [bool(cell.strip()) for cell in lines[act].split("|")[2:-1]] == [role in holders for role in ROLES], act


def test_a_session_is_ended_from_the_list(db, ada, ben):
    theirs = window(db, ben, "help")
    at = window(db, ada)
    session = next(one for one in sessions.sessions(db, ada) if one.name == "Ben")
    next(one for one in at.button if one.key == f"end-{session.id}").click().run()
    assert "Your session was ended from elsewhere." in said(theirs.run())


def test_a_service_is_made_its_token_shown_once_and_revoked(db, ada):
    at = window(db, ada)
    next(one for one in at.text_input if one.label == "Name of the service").set_value("Nightly")
    pills(at, "Roles", SERVICE).set_value(["analyst"]).run()
    next(one for one in at.multiselect if one.label == "What its token is for").set_value(["documents.read"])
    button(at, "Make the service").click().run()
    [token] = [one.value for one in at.code]
    assert services.user(db, token).scopes == ("documents.read",)
    button(at, "I have copied it").click().run()
    assert not at.code
    button(at, "Revoke").click().run()
    assert services.services(db, ada)[0].revoked_at


# --- one's own account ------------------------------------------------------------------------------------------


def test_a_password_is_changed_with_the_one_before(db, ada):
    at = window(db, ada, "account")
    typed = {"Password now": PASSWORD, "New password": "another row of words", "The same again": "another row of words"}
    for one in at.text_input:
        one.set_value(typed[one.label])
    button(at, "Change it").click().run()
    assert at.success
    assert passwords.sign_in(db, "Ada", "another row of words").id == ada.id


def test_one_sees_ones_own_sessions_and_not_those_of_others(db, ada, ben):
    window(db, ada, "help")
    text = said(window(db, ben, "account"))
    assert text.count("last click") == 1
    assert "This window" in text


def test_people_are_shown_by_their_names_and_not_by_their_ids(db, ada, ben):
    from pages.parts.words import who

    assert who(ben.id, ada) == "Ben"
    assert who(ada.id, ben) == "Ada"
    assert who("a script", ada) == "a script"


def test_in_a_long_list_people_are_found_by_name_and_role(db, ada):
    for number in range(12):
        passwords.invite(db, ada, f"Person {number}", roles=("reviewer",))
    passwords.invite(db, ada, "Zoë", roles=("manager",))
    at = window(db, ada)
    at.text_input(key="people-find").set_value("ZOË manag").run()
    assert list(at.dataframe[0].value["Name"]) == ["Zoë"]
    at.text_input(key="people-find").set_value("nobody of that name").run()
    assert "Nobody matches" in said(at)
