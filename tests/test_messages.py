"""What people are told leaves where it is set up: once, with ids and no words, and never to a server in the clear."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core import inbox
from core.errors import BadInput, Conflict
from core.operations import messages
from core.settings import Settings
from core.store import connect, rows, write


@pytest.fixture
def db(tmp_path):
    opened = connect(tmp_path / "copilot.db")
    with write(opened):
        row = ["olu", "local", "olu", "local", "Olu", "olu", "olu@firm.test", "active", "2026-01-01", "local"]
        opened.execute(
            "insert into account (id, issuer, subject, tenant, name, folded, email, state, created_at, created_by)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
    return opened


def tell(db, user: str = "olu", kind: str = "assigned", number: int = 12) -> None:
    with write(db):
        inbox.post(db, "local", [user], kind, "item:3f2a9c4100000000", number)


@contextmanager
def webhook(status: int = 204) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *words: object) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.end_headers()

    with serving(HTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/hook", got


@contextmanager
def mail_server() -> Iterator[tuple[str, list[str]]]:
    """Speaks enough SMTP to be given a message."""
    got: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline().decode().strip():
                if line.upper().startswith("DATA"):
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                    got.append("\n".join(lines))
                self.wfile.write(b"221 bye\r\n" if line.upper() == "QUIT" else b"250 ok\r\n")
                if line.upper() == "QUIT":
                    return

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"smtp://127.0.0.1:{port}", got


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(120)


def test_nothing_leaves_unless_it_is_set_up():
    assert not messages.wanted(Settings())


def test_a_mail_goes_once_to_whom_it_concerns_with_ids_and_a_link(db):
    tell(db)
    tell(db, user="nobody-with-an-address")
    with mail_server() as (url, got):
        settings = Settings(smtp=url, mail_from="app@firm.test", public_url="https://app.firm.test/")
        assert messages.deliver(db, settings) == 2
        assert messages.deliver(db, settings) == 0
    (message,) = got
    assert "To: olu@firm.test" in message
    assert "Request 12 waits for your decision." in message
    assert "https://app.firm.test/approvals?item=3f2a9c4100000000" in message


def test_a_webhook_gets_ids_signed_under_its_secret(db, monkeypatch):
    import hashlib
    import hmac

    monkeypatch.setenv("COPILOT_WEBHOOK_SECRET", "shared")
    tell(db, kind="overdue")
    with webhook() as (url, got):
        assert messages.deliver(db, Settings(webhook=url)) == 1
    ((headers, body),) = got
    told = json.loads(body)
    assert (told["kind"], told["subject"], told["user_id"]) == ("overdue", "item:3f2a9c4100000000", "olu")
    assert headers["x-copilot-signature"] == hmac.new(b"shared", body, hashlib.sha256).hexdigest()


def test_what_was_not_taken_is_tried_again_but_not_for_ever(db):
    tell(db)
    with webhook(status=500) as (url, got):
        for _ in range(messages.TRIES):
            with pytest.raises(Conflict, match="answered 500"):
                messages.deliver(db, Settings(webhook=url))
        assert messages.deliver(db, Settings(webhook=url)) == 0
    assert len(got) == messages.TRIES
    assert rows(db, "select sent_at from notice") == [{"sent_at": None}]


def test_nothing_is_sent_in_the_clear_to_another_machine(db):
    tell(db)
    with pytest.raises(BadInput, match="must be an https address"):
        messages.deliver(db, Settings(webhook="http://203.0.113.5/hook"))


def test_what_is_older_than_a_day_stays(db):
    tell(db)
    with write(db):
        db.execute("update notice set made_at = '2020-01-01T00:00:00.000Z'")
    with webhook() as (url, got):
        assert messages.deliver(db, Settings(webhook=url)) == 0
    assert got == []
