"""Who people are and what they may is an administrator's to say, and is read anew each time."""

import json
import threading

import pytest

from core import jobs
from core.errors import BadInput, Conflict, CopilotError, NotAllowed, NotFound
from core.identity import LOCAL, accounts, may, providers, rights, sessions
from core.identity.names import folded, named
from core.settings import Settings
from core.store import connect, one, rows, write
from core.types import User
from tests.identity_parts import ISSUER, PLAIN, claims, events, logged, person
from tests.job_parts import KINDS


@pytest.fixture
def db():
    return connect(":memory:")


@pytest.fixture
def boss(db):
    return person(db, "Olu", "admin")


@pytest.fixture
def ada(db):
    return person(db, "Ada", "analyst", groups=("dpo",))


def now_of(db, user):
    return accounts.user_of(db, user.id)


# --- first sign-in with a provider ------------------------------------------------------------------------------


def test_the_first_sign_in_makes_an_account_that_may_and_sees_nothing(db):
    found = providers.sign_in(db, claims("ada"), PLAIN)
    assert (found.name, found.roles, found.groups, found.clearances) == ("Ada", (), (), ())
    assert providers.sign_in(db, claims("ada"), PLAIN).id == found.id
    assert events(db) == ["account.made"]


def test_whom_the_settings_name_is_administrator_and_nobody_else_is(db):
    named_ = Settings(admins=f"{ISSUER}|ada, boss@firm.example")
    assert providers.sign_in(db, claims("ada"), named_).roles == ("admin",)
    assert providers.sign_in(db, claims("bo", email="Boss@Firm.example", email_verified=True), named_).roles == (
        "admin",
    )
    assert providers.sign_in(db, claims("cyd", email="cyd@firm.example", email_verified=True), named_).roles == ()
    assert events(db).count("account.role_given") == 2


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1, 0, "yes", [True]])
def test_an_address_that_nobody_verified_makes_no_administrator_and_is_not_shown(db, verified):
    found = providers.sign_in(db, claims("eve", email="boss@firm.example", email_verified=verified), BOSS)
    assert (found.roles, found.email) == ((), "")


BOSS = Settings(admins="boss@firm.example")


def test_an_address_that_only_looks_the_same_makes_no_administrator(db):
    for sub, address in enumerate(
        ["bоss@firm.example", "boss@firm.example,x", "boss@firm.exampl\u0435", "boss@\u212firm"]
    ):
        assert providers.sign_in(db, claims(str(sub), email=address, email_verified=True), BOSS).roles == ()


def test_a_bar_in_the_subject_is_part_of_it_and_one_in_the_issuer_makes_no_administrator(db):
    auth0 = Settings(admins="https://x.example|auth0|7")
    assert providers.sign_in(db, {"iss": "https://x.example", "sub": "auth0|7"}, auth0).roles == ("admin",)
    assert providers.sign_in(db, {"iss": "https://x.example|auth0", "sub": "7"}, auth0).roles == ()
    assert providers.sign_in(db, {"iss": "https://x.example", "sub": "7"}, auth0).roles == ()


def test_two_issuers_are_two_people_whatever_their_subjects(db):
    first = providers.sign_in(db, {"iss": "https://a", "sub": "b|c", "name": "A"}, PLAIN)
    second = providers.sign_in(db, {"iss": "https://a|b", "sub": "c", "name": "B"}, PLAIN)
    assert first.id != second.id


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"iss": ISSUER}, {"sub": "x"}, {"iss": "local", "sub": "ada"}, {"iss": "service", "sub": "x"},
        {"iss": 1, "sub": 2}, {"iss": ISSUER, "sub": ""},
    ],
)  # fmt: skip
def test_a_provider_that_does_not_say_who_it_is_lets_nobody_in(db, broken):
    with pytest.raises(NotAllowed):
        providers.sign_in(db, broken, Settings(admins="local|ada"))
    assert rows(db, "select * from account") == []


def test_a_disabled_person_is_not_let_in_by_their_provider_nor_by_the_settings(db, boss):
    found = providers.sign_in(db, claims("ada"), PLAIN)
    rights.disable(db, boss, found.id, "Left")
    with pytest.raises(NotAllowed, match="disabled"):
        providers.sign_in(db, claims("ada"), Settings(admins=f"{ISSUER}|ada"))
    assert accounts.account(db, boss, found.id).roles == ()


# --- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["ada", "ADA", "  Ada ", "Ａda", "Аda", "A\u200bda", "Adа", "𝐀da", "Ada\u00ad"])
def test_names_that_look_alike_are_one_name(other):
    assert folded(other) == folded("Ada")


def test_a_second_person_gets_a_name_of_their_own_when_a_provider_gives_a_taken_one(db):
    first = providers.sign_in(db, claims("1", name="Ada"), PLAIN)
    second = providers.sign_in(db, claims("2", name="Аdа"), PLAIN)  # Cyrillic
    assert first.name == "Ada"
    assert second.name.startswith("Аdа (")
    assert accounts.by_name(db, "local", ["ADA"])["ADA"].id == first.id


@pytest.mark.parametrize("name", ["Local user", "local", "The Policy", "nobody", "", "\u202eada", None, 5, "x" * 300])
def test_nobody_is_shown_by_the_programs_own_names_or_by_none(db, name):
    found = providers.sign_in(db, claims("1", name=name), PLAIN)
    assert found.name
    assert folded(found.name) not in {"local user", "local", "the policy", "nobody"}
    assert "\u202e" not in found.name
    assert len(found.name) <= 80


def test_a_name_that_an_administrator_gives_is_refused_where_it_misleads(db, boss, ada):
    for wrong in ("", "  ", "!!", "x" * 81, "Be\u200bn", "Local user", "olu", "ОLU"):
        with pytest.raises((BadInput, Conflict)):
            rights.rename(db, boss, ada.id, wrong)
    rights.rename(db, boss, ada.id, " Ada  Byron ")
    assert now_of(db, ada).name == "Ada Byron"


def test_a_name_that_somebody_in_another_tenant_has_is_taken_and_says_nothing_of_them(db, boss):
    person(db, "Ana Lyst", "analyst", tenant="elsewhere", issuer="local")
    person(db, "Bea", "analyst")
    with pytest.raises(Conflict, match=r"taken, or looks like 'Bea'; choose"):
        rights.rename(db, boss, boss.id, "BEA")
    with pytest.raises(Conflict, match=r"The name 'ANA LYST' is taken; choose another"), write(db):
        rights.require_free(db, "local", "ANA LYST")


def test_ordinary_names_are_taken_as_they_are():
    for name in ("Zoë Müller-Lüdenscheidt", "O'Brien", "张伟", "Ольга", "María José", "Ådne 2"):
        assert named(name) == name


def test_an_id_has_a_name_on_every_screen(db, boss):
    assert accounts.names(db, "local", [boss.id, "local", "policy", "77"]) == {
        boss.id: "Olu", "local": "Local user", "policy": "the policy", "77": "77",
    }  # fmt: skip
    assert accounts.names(db, "elsewhere", [boss.id]) == {boss.id: boss.id}


# --- giving and taking ------------------------------------------------------------------------------------------


def test_an_administrator_gives_and_takes_rights_and_each_is_logged(db, boss, ada):
    rights.give_role(db, boss, ada.id, "manager")
    rights.give_group(db, boss, ada.id, "payments")
    rights.set_clearances(db, boss, ada.id, ["restricted", "public"])
    assert now_of(db, ada).roles == ("analyst", "manager")
    assert now_of(db, ada).groups == ("dpo", "payments")
    assert now_of(db, ada).clearances == ("public", "restricted")
    rights.take_role(db, boss, ada.id, "analyst")
    rights.take_group(db, boss, ada.id, "dpo")
    rights.disable(db, boss, ada.id, "Ada left for the sea")
    rights.enable(db, boss, ada.id)
    assert [event for event in events(db) if event.startswith("account.")] == [
        "account.role_given", "account.group_given", "account.cleared", "account.role_taken", "account.group_taken",
        "account.disabled", "account.enabled",
    ]  # fmt: skip
    assert "Ada" not in logged(db)
    assert "sea" not in logged(db)
    assert one(db, "select text from remark")["text"] == "Ada left for the sea"


CHANGES = (
    lambda db, who, id: rights.give_role(db, who, id, "reviewer"),
    lambda db, who, id: rights.take_role(db, who, id, "analyst"),
    lambda db, who, id: rights.give_group(db, who, id, "payments"),
    lambda db, who, id: rights.take_group(db, who, id, "dpo"),
    lambda db, who, id: rights.set_clearances(db, who, id, ["restricted"]),
    lambda db, who, id: rights.rename(db, who, id, "Somebody else"),
    lambda db, who, id: rights.disable(db, who, id, "Why not"),
    lambda db, who, id: rights.enable(db, who, id),
)


@pytest.mark.parametrize("change", CHANGES)
def test_only_an_administrator_changes_rights(db, boss, ada, change):
    before = accounts.account(db, boss, ada.id)
    every_other = person(
        db, "Max", "analyst", "reviewer", "manager", "engineering owner", "risk reviewer", "facilitator"
    )
    for who in (every_other, ada, User("ghost", "Ghost", roles=("admin",)), LOCAL):
        with pytest.raises(NotAllowed):
            change(db, who, ada.id)
    assert accounts.account(db, boss, ada.id) == before


@pytest.mark.parametrize("change", CHANGES)
def test_an_administrator_of_another_tenant_finds_nobody(db, boss, ada, change):
    before = accounts.account(db, boss, ada.id)
    with pytest.raises(NotFound):
        change(db, person(db, "Eve", "admin", tenant="elsewhere"), ada.id)
    assert accounts.account(db, boss, ada.id) == before


@pytest.mark.parametrize("change", CHANGES)
def test_an_administrator_who_was_one_a_moment_ago_is_none(db, boss, ada, change):
    second = person(db, "Uma", "admin")
    rights.take_role(db, boss, second.id, "admin")
    with pytest.raises(NotAllowed):
        change(db, second, ada.id)


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_acts_as_an_administrator_in_a_demo_changes_no_rights(db, ada, change):
    acted = person(db, "Demo admin", "admin", issuer="demo", mode="demo")
    with pytest.raises(NotAllowed, match="act as somebody else"):
        change(db, acted, ada.id)


def test_nobody_gives_rights_to_themselves_and_the_try_is_logged(db, boss):
    second = person(db, "Uma", "admin")
    for change in (CHANGES[0], CHANGES[2], CHANGES[4], CHANGES[6]):
        with pytest.raises(NotAllowed):
            change(db, boss, boss.id)
    assert now_of(db, boss).roles == ("admin",)
    assert events(db).count("user.refused") == 3  # disabling oneself gives nothing
    rights.give_role(db, second, boss.id, "reviewer")
    assert now_of(db, boss).roles == ("reviewer", "admin")


def test_the_last_administrator_stays(db, boss):
    for gone in ("take", "disable"):
        second = person(db, f"Uma {gone}", "admin")
        (rights.take_role(db, boss, second.id, "admin") if gone == "take" else rights.disable(db, boss, second.id, "x"))
    person(db, "Demo admin", "admin", issuer="demo")
    person(db, "Elsewhere", "admin", tenant="elsewhere")
    with pytest.raises(Conflict, match="only administrator"):
        rights.take_role(db, boss, boss.id, "admin")
    assert now_of(db, boss).roles == ("admin",)


def test_of_two_administrators_who_drop_each_other_at_once_one_stays(tmp_path):
    path = tmp_path / "copilot.db"
    db = connect(path)
    olu, uma = person(db, "Olu", "admin"), person(db, "Uma", "admin")
    both = threading.Barrier(2)

    def drop(who, other):
        own = connect(path)
        both.wait()
        try:
            rights.take_role(own, who, other.id, "admin")
        except CopilotError:
            pass
        finally:
            own.close()

    tries = [threading.Thread(target=drop, args=pair) for pair in ((olu, uma), (uma, olu))]
    [one.start() for one in tries]
    [one.join() for one in tries]
    assert rows(db, "select count(*) as left_ from account_role where role = 'admin'") == [{"left_": 1}]


@pytest.mark.parametrize("role", ["Admin", "root", "", "analyst, admin"])
def test_there_is_no_role_but_those_of_the_table(db, boss, ada, role):
    with pytest.raises(BadInput):
        rights.give_role(db, boss, ada.id, role)


def test_what_is_so_already_is_told(db, boss, ada):
    for change in (
        lambda: rights.give_role(db, boss, ada.id, "analyst"),
        lambda: rights.take_role(db, boss, ada.id, "manager"),
        lambda: rights.give_group(db, boss, ada.id, "dpo"),
        lambda: rights.take_group(db, boss, ada.id, "payments"),
        lambda: rights.enable(db, boss, ada.id),
    ):
        with pytest.raises(Conflict):
            change()


# --- reading ----------------------------------------------------------------------------------------------------


def test_who_may_not_read_access_sees_their_own_account_alone(db, boss, ada):
    assert accounts.account(db, ada, ada.id).name == "Ada"
    for look in (lambda: accounts.account(db, ada, boss.id), lambda: accounts.accounts(db, ada)):
        with pytest.raises(NotAllowed):
            look()


def test_lists_end_at_the_border_of_the_tenant(db, boss, ada):
    eve = person(db, "Eve", "admin", "reviewer", tenant="elsewhere")
    assert {one.name for one in accounts.accounts(db, boss)} == {"Olu", "Ada"}
    assert accounts.by_name(db, "local", ["Eve", "Ada"]).keys() == {"Ada"}
    assert accounts.holders(db, "local", "access.manage") == [boss.id]
    with pytest.raises(NotFound):
        accounts.account(db, boss, eve.id)


def test_whom_to_tell_are_active_people_with_the_right(db, boss, ada):
    assert accounts.holders(db, "local", "actions.submit") == [ada.id]
    person(db, "nightly", "analyst", issuer="service")
    rights.disable(db, boss, ada.id, "Away")
    assert accounts.holders(db, "local", "actions.submit") == []
    assert accounts.by_name(db, "local", ["ada", "nightly"]) == {}


def test_without_accounts_the_local_person_is_told(db):
    assert accounts.holders(db, "local", "actions.review") == ["local"]
    assert accounts.holders(db, "elsewhere", "actions.review") == []


# --- rights at a later moment -----------------------------------------------------------------------------------


def test_rights_are_those_of_now_and_not_those_of_then(db, boss, ada):
    rights.take_role(db, boss, ada.id, "analyst")
    rights.give_role(db, boss, ada.id, "reviewer")
    assert accounts.refreshed(db, ada).roles == ("reviewer",)


def test_a_person_who_was_disabled_or_is_unknown_here_is_nobody(db, boss, ada):
    rights.disable(db, boss, ada.id, "Left")
    for who in (ada, User("ghost", "Ghost", roles=("admin",)), User(ada.id, "Ada", tenant="elsewhere"), LOCAL):
        with pytest.raises(NotAllowed):
            accounts.refreshed(db, who)


def test_before_the_first_account_the_local_person_has_every_right(db):
    assert accounts.refreshed(db, LOCAL) == LOCAL
    for mode in ("service", "demo"):
        with pytest.raises(NotAllowed):
            accounts.refreshed(db, User("x", "X", roles=("admin",), mode=mode))


# --- work that was asked for ------------------------------------------------------------------------------------


@pytest.fixture
def kinds(monkeypatch):
    for name, handler in KINDS.items():
        monkeypatch.setitem(jobs.HANDLERS, name, handler)


@pytest.mark.usefixtures("kinds")
def test_a_job_is_done_with_the_rights_of_the_moment_in_which_it_is_taken_up(db, boss, ada, tmp_path):
    jobs.enqueue(db, ada, "say_who", {"path": str(tmp_path / "who")}, "Say who")
    rights.take_group(db, boss, ada.id, "dpo")
    rights.set_clearances(db, boss, ada.id, ["public"])
    jobs.perform(db, jobs.claim_next(db, lease_seconds=60))
    assert (tmp_path / "who").read_text() == f"{ada.id} () ('public',)"


@pytest.mark.usefixtures("kinds")
def test_the_queued_job_of_a_disabled_person_is_not_done(db, boss, ada, tmp_path):
    jobs.enqueue(db, ada, "say_who", {"path": str(tmp_path / "who")}, "Say who")
    rights.disable(db, boss, ada.id, "Left")
    with pytest.raises(NotAllowed, match="disabled"):
        jobs.perform(db, jobs.claim_next(db, lease_seconds=60))
    assert not (tmp_path / "who").exists()


@pytest.mark.usefixtures("kinds")
def test_the_running_job_of_a_disabled_person_ends_and_leaves_no_result(db, boss, ada):
    jobs.enqueue(db, ada, "refuse", {}, "Long work")
    claim = jobs.claim_next(db, lease_seconds=60)
    jobs.progress(db, claim, 0.5, "Half")
    rights.disable(db, boss, ada.id, "Left")
    assert jobs.lost(db, claim)
    for go_on in (
        lambda: jobs.renew(db, claim),
        lambda: jobs.progress(db, claim, 0.6, "More"),
        lambda: finish(db, claim),
    ):
        with pytest.raises(jobs.Lost):
            go_on()
    jobs.fail(db, claim, "NotAllowed", "This account is disabled.")
    assert one(db, "select state from job")["state"] == "failed"


def finish(db, claim):
    with write(db):
        jobs.finish(db, claim)


@pytest.mark.usefixtures("kinds")
def test_what_somebody_asked_for_alone_is_not_done_when_others_have_accounts(db, tmp_path):
    for who in (LOCAL, User("ghost", "Ghost", roles=("admin",))):
        jobs.enqueue(db, who, "say_who", {"path": str(tmp_path / "who")}, "Say who")
    person(db, "Ada")
    for _ in range(2):
        with pytest.raises(NotAllowed):
            jobs.perform(db, jobs.claim_next(db, lease_seconds=60))


@pytest.mark.usefixtures("kinds")
def test_a_job_does_not_carry_the_session_in_which_it_was_asked_for(db, ada):
    token = sessions.open(db, ada.id, "account")
    jobs.enqueue(db, sessions.user(db, token), "refuse", {}, "Work")
    assert json.loads(one(db, "select actor from job")["actor"])["session"] == ""


def test_may_is_asked_of_what_was_read(db, ada):
    assert may(now_of(db, ada), "documents.add")
