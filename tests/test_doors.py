"""One door is open at a time, and the one without a key only to whoever sits at this computer."""

import pytest

from core.errors import NotAllowed
from core.identity.doors import door, require_loopback, require_own_site
from core.settings import Settings
from core.store import connect
from tests.identity_parts import person

PLAIN = Settings()


@pytest.fixture
def db():
    return connect(":memory:")


def test_with_nothing_set_up_it_is_the_local_person(db):
    assert door(db, PLAIN, oidc_configured=False) == "local"


def test_a_provider_that_is_set_up_is_the_only_door(db):
    assert door(db, PLAIN, oidc_configured=True) == "oidc"
    person(db, "Ada", "admin")
    assert door(db, PLAIN, oidc_configured=True) == "oidc"


def test_once_there_are_accounts_the_local_door_is_shut_even_when_the_provider_is_gone(db):
    person(db, "Ada")
    assert door(db, PLAIN, oidc_configured=False) == "accounts"


def test_services_and_the_people_of_a_demo_shut_nobody_out(db):
    person(db, "nightly", "analyst", issuer="service")
    person(db, "Demo analyst", "analyst", issuer="demo")
    assert door(db, PLAIN, oidc_configured=False) == "local"


@pytest.mark.parametrize("host", ["localhost:8501", "localhost", "LOCALHOST:8501", "127.0.0.1:80", "[::1]:8501"])
@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_computer_asking_itself_is_let_in(address, host):
    require_loopback(address, host, [("User-Agent", "x"), ("Origin", f"http://{host}")])


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.4", "example.org", "127.0.0.1.example.org"])
def test_a_server_that_others_reach_is_refused(address):
    with pytest.raises(NotAllowed, match=r"--server\.address localhost"):
        require_loopback(address, "localhost:8501", [])


@pytest.mark.parametrize(
    "host",
    [
        None, "", "copilot.example.org", "localhost.example.org", "localhost@example.org", "example.org#localhost",
        "localhost:8501.example.org", "localhost:", "127.0.0.1.nip.io", "localhost\n", "localhost:8501/", "1270.0.0.1",
        "lοcalhost", "localhost.", "127.0.0.١",
    ],
)  # fmt: skip
def test_another_name_for_this_computer_is_refused_whatever_it_resolves_to(host):
    with pytest.raises(NotAllowed, match="http://localhost"):
        require_loopback("localhost", host, [])


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-For",
        "x-forwarded-host",
        "X-FORWARDED-PROTO",
        "Forwarded",
        "Via",
        "X-Real-IP",
        "X-Original-Host",
        "CF-Visitor",
        "X-Amzn-Trace-Id",
        "X-Envoy-External-Address",
    ],
)
def test_what_came_through_a_proxy_is_refused(name):
    with pytest.raises(NotAllowed, match="proxy"):
        require_loopback("localhost", "localhost:8501", [("Accept", "*/*"), (name, "")])


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null", ""])
def test_another_site_that_speaks_for_the_person_is_refused(origin):
    with pytest.raises(NotAllowed, match="Another site"):
        require_loopback("localhost", "localhost:8501", [("Origin", origin)])


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "https://evil.example", "null", "", "https://copilot.example.org.evil.example"]
)
def test_with_accounts_a_page_of_another_address_has_no_use_of_the_cookie(origin):
    with pytest.raises(NotAllowed, match="Another site"):
        require_own_site("localhost:8501", [("Cookie", "a=b"), ("Origin", origin)], "https://copilot.example.org")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("origin", "http://LOCALHOST:8501")],
        [("Origin", "https://copilot.example.org")],
        [("Origin", "https://front.example.org"), ("X-Forwarded-Host", "front.example.org, inner.example.org")],
    ],
)
def test_the_apps_own_page_is_let_in_also_through_a_proxy(headers):
    require_own_site("localhost:8501", headers, "https://copilot.example.org")
