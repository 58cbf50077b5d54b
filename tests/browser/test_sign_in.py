"""People signing in as they do: through a real provider, with a password, with another's cookie, through a proxy."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError, expect

from core import store
from core.identity import LOCAL, accounts, passwords, rights, sessions
from core.types import User
from tests.browser.conftest import PATIENCE, free_port, patient, serving

PASSWORD = "four words in a row"
SECRETS = """[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "{secret}"
client_id = "copilot"
client_secret = "of the test"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""

# The provider of the test uses what its own libraries are about to drop.
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@dataclass
class App:
    url: str
    folder: Path

    @property
    def session_cookie(self) -> str:
        return f"copilot_session_{self.url.rpartition(':')[2]}"

    @contextmanager
    def db(self) -> Iterator[store.Database]:
        db = store.connect(self.folder / "var" / "copilot.db")
        yield db
        db.close()


def sees(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_text(text).first).to_be_visible()


# --- a name and a password --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with serving(folder) as url:
        yield App(url, folder)


@pytest.fixture(scope="module")
def protected(app: App) -> App:
    with app.db() as db:
        passwords.protect(db, LOCAL, "Ada", PASSWORD)
    return app


def kept(page: Page, app: App) -> dict[str, str]:
    """The cookie by which this browser is known; it is written a moment after the page is there."""
    page.wait_for_function("name => document.cookie.includes(name)", arg=app.session_cookie)
    return next(dict(one) for one in page.context.cookies() if one["name"] == app.session_cookie)


def signs_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_the_local_profile_is_refused_behind_a_proxy_and_open_without_one(page: Page, app: App):
    with forwarding(int(app.url.rpartition(":")[2])) as port:
        page.goto(f"http://localhost:{port}/documents")
        sees(page, "A proxy forwards to this app")
        assert page.get_by_text("No documents yet").count() == 0
    page.goto(f"{app.url}/documents")
    sees(page, "No documents yet")


def test_a_password_opens_the_address_that_was_asked_for_and_a_refresh_keeps_one_in(page: Page, protected: App):
    signs_in(page, f"{protected.url}/documents?find=rules")
    sees(page, "No document matches")
    cookie = kept(page, protected)
    assert cookie["sameSite"] == "Strict"
    page.reload()
    sees(page, "No document matches")
    assert page.url.endswith("/documents?find=rules")


def test_a_cookie_is_dead_in_every_browser_once_its_person_has_signed_out(page: Page, protected: App, browser: Browser):
    signs_in(page, f"{protected.url}/help")
    sees(page, "How to work here")
    cookie = kept(page, protected)
    with patient(browser.new_context()) as other:
        thief = arrived(other, f"{protected.url}/help", protected, cookie["value"])
        sees(thief, "How to work here")
        page.get_by_text("Ada", exact=True).first.click()
        page.get_by_role("button", name="Sign out").click()
        sees(page, "An administrator sends you a new invitation")
        thief.reload()
        sees(thief, "An administrator sends you a new invitation")
        assert thief.get_by_text("How to work here").count() == 0
    page.wait_for_function("name => !document.cookie.includes(name)", arg=protected.session_cookie)


def test_a_made_up_cookie_lets_nobody_in(protected: App, browser: Browser):
    with patient(browser.new_context()) as other:
        sees(arrived(other, f"{protected.url}/help", protected, "made-up"), "An administrator sends you")


def arrived(context: BrowserContext, url: str, app: App, token: str) -> Page:
    """A window of another browser that shows this token."""
    context.add_cookies([{"name": app.session_cookie, "value": token, "url": app.url, "sameSite": "Strict"}])
    page = context.new_page()
    page.goto(url)
    return page


def test_a_page_of_another_port_has_no_use_of_the_cookie(protected: App, browser: Browser):
    """Browsers show a cookie to every port of a host: here the page is another port's, and the request the app's."""
    port = int(protected.url.rpartition(":")[2])

    def renamed(first: bytes) -> bytes:
        return re.sub(rb"(?m)^Host: .*\r$", b"Host: localhost:%d\r" % port, first)

    with protected.db() as db:
        token = sessions.open(db, LOCAL.id, "account")
    with forwarding(port, renamed) as other, patient(browser.new_context()) as context:
        page = arrived(context, f"http://localhost:{other}/help", protected, token)
        sees(page, "Another site asks in your name")
        assert page.get_by_text("How to work here").count() == 0


@contextmanager
def forwarding(port: int, change: Callable[[bytes], bytes] | None = None) -> Iterator[int]:
    """A proxy in front of the app, which says for whom it asks as proxies do, or changes what it is asked as told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                server = socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=_pump, args=(client, server, change or _forwarded), daemon=True).start()
                threading.Thread(target=_pump, args=(server, client, lambda first: first), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


def _forwarded(first: bytes) -> bytes:
    return first.replace(b"\r\n", b"\r\nX-Forwarded-For: 192.0.2.7\r\n", 1)


def _pump(source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
    with source, sink:
        try:
            piece = change(source.recv(65536))
            while piece:
                sink.sendall(piece)
                piece = source.recv(65536)
        except OSError:
            return


# --- a provider -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app with a provider on loopback, which signs in whoever types a subject."""
    mock = pytest.importorskip("oidc_provider_mock")
    folder, port = tmp_path_factory.mktemp("vouched"), free_port()
    with mock.run_server_in_thread() as provider:
        secrets = folder / "secrets.toml"
        at = {"provider": f"http://localhost:{provider.server_port}", "url": f"http://localhost:{port}"}
        secrets.write_text(SECRETS.format(secret="s" * 40, **at), "utf-8")
        with serving(folder, port=port, STREAMLIT_SECRETS_FILES=str(secrets)) as url:
            yield App(url, folder)


def test_somebody_signs_in_is_given_a_role_and_is_out_once_disabled(page: Page, vouched: App):
    page.route("**/*.jsdelivr.net/**", lambda route: route.abort())  # the provider's page asks for a style sheet
    page.goto(f"{vouched.url}/documents?find=rules")
    page.get_by_role("button", name="Sign in with your organisation").click()
    page.get_by_placeholder("sub").fill("bea")
    page.get_by_role("button", name="Authorize").click()
    sees(page, "nobody has given you a role yet")
    with vouched.db() as db:
        admin, bea = _admin(db), _id(db, "bea")
        rights.give_role(db, admin, bea, "analyst")
        page.get_by_role("button", name="Look again").click()
        sees(page, "No document")
        expect(page).to_have_url(f"{vouched.url}/documents?find=rules")
        rights.disable(db, admin, bea, "left the firm")
        with suppress(TimeoutError):  # the window looks by itself, too, and may have taken the link away
            page.get_by_role("link", name="Compare").click(timeout=PATIENCE / 4)
        sees(page, "Your account is disabled")
    page.reload()
    sees(page, "Your account is disabled")


def test_a_forged_provider_cookie_lets_nobody_in(vouched: App, browser: Browser):
    with patient(browser.new_context()) as other:
        other.add_cookies([{"name": "_streamlit_user", "value": "2|1:0|10:1|5:forged|4:eyJ9|x", "url": vouched.url}])
        page = other.new_page()
        page.goto(f"{vouched.url}/documents")
        expect(page.get_by_role("button", name="Sign in with your organisation")).to_be_visible()


def _admin(db: store.Database) -> User:
    """Somebody else, who has the right to give rights."""
    with store.write(db):
        rights.insert(db, "ann", "https://elsewhere.example", "ann", accounts.TENANT, "Ann", "active", by="ann")
        rights.insert_roles(db, "ann", "ann", ["admin"])
    return accounts.user_of(db, "ann")


def _id(db: store.Database, subject: str) -> str:
    row = store.one(db, "select id from account where subject = ?", [subject])
    assert row
    return str(row["id"])
