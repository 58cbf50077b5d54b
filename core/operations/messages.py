"""What people are told leaves by e-mail or to a webhook, where that is set up: ids and kinds, no word of a document."""

import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

from sqlite_utils import Database

from core.errors import BadInput, Conflict
from core.llm.keys import secret
from core.llm.permission import is_loopback
from core.settings import Settings
from core.store import Row, now, rows, stamp, write

SECONDS, TRIES, AT_ONCE, FRESH_HOURS = 10.0, 5, 50, 24
WORDS = {
    "assigned": "waits for your decision",
    "decided": "was decided",
    "change_requested": "needs a change from you",
    "mentioned": "names you in a comment",
    "overdue": "is overdue",
    "executed": "was carried out",
    "failed": "could not be carried out",
}


class NoSuchAddress(Exception):
    """The mail server, or the form of an address, says that nothing goes there."""


def wanted(settings: Settings) -> bool:
    """Whether anything leaves at all."""
    return bool(settings.smtp or settings.webhook)


def deliver(db: Database, settings: Settings) -> int:
    """Send what was not sent yet and is no older than a day; gives how many notices left.

    Each is tried five times. Conflict, without the server's words, when a server does not take one; the rest waits.
    """
    sent = 0
    for notice in _unsent(db):
        with write(db):
            db.execute("update notice set tries = tries + 1 where id = ?", [notice["id"]])
        if settings.webhook:
            _call(settings, notice)
        if settings.smtp and notice["email"]:
            try:
                _mail(settings, notice)
            except NoSuchAddress:
                continue  # of one person: everybody else's go on
        with write(db):
            db.execute("update notice set sent_at = ? where id = ?", [now(), notice["id"]])
        sent += 1
    return sent


def _unsent(db: Database) -> list[Row]:
    since = stamp((datetime.now(UTC) - timedelta(hours=FRESH_HOURS)).timestamp())
    sql = (
        "select notice.*, coalesce(account.email, '') as email from notice"
        " left join account on account.id = notice.user_id and account.state = 'active'"
        " where sent_at is null and tries < ? and made_at > ? order by notice.id limit ?"
    )
    return rows(db, sql, [TRIES, since, AT_ONCE])


def said(notice: Row) -> str:
    """ "Request 12 waits for your decision." """
    thing = f"Request {notice['about']}" if notice["about"] else "A document"
    return f"{thing} {WORDS.get(notice['kind'], 'has news for you')}."


def link(settings: Settings, notice: Row) -> str:
    kind, _, id = notice["subject"].partition(":")
    return f"{settings.public_url.rstrip('/')}/approvals?{kind}={id}"


# --- e-mail -----------------------------------------------------------------------------------------------------


def _mail(settings: Settings, notice: Row) -> None:
    message = EmailMessage()
    message["From"] = settings.mail_from
    if "=?" in notice["email"]:  # decoded, a line break may be in it, which Python before 3.11.10 writes as it is
        raise NoSuchAddress
    try:
        message["To"] = notice["email"]
    except ValueError as error:  # a line break in it
        raise NoSuchAddress from error
    message["Subject"] = f"Compliance Copilot: {said(notice)[:-1].lower()}"
    message["Message-ID"] = f"<notice-{notice['id']}-{notice['made_at'][:10]}@compliance-copilot>"
    message.set_content(f"{said(notice)}\n\n{link(settings, notice)}\n")
    with _post(settings) as post:
        try:
            post.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
            raise NoSuchAddress from error


@contextmanager
def _post(settings: Settings) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(settings.smtp)
    host, port = parts.hostname or "", parts.port or (465 if parts.scheme == "smtps" else 587)
    context = ssl.create_default_context()
    try:
        secure = parts.scheme == "smtps"
        with (
            smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
            if secure
            else smtplib.SMTP(host, port, timeout=SECONDS)
        ) as post:
            if not secure and not is_loopback(host):
                post.starttls(context=context)
            password, _ = secret("COPILOT_SMTP_PASSWORD")
            if settings.smtp_user and password:
                post.login(settings.smtp_user, password)
            yield post
    except (OSError, smtplib.SMTPException) as error:
        raise Conflict(f"The mail server {host} did not take a message ({type(error).__name__}).") from error


# --- webhook ----------------------------------------------------------------------------------------------------


def _call(settings: Settings, notice: Row) -> None:
    import httpx

    host = urlsplit(settings.webhook).hostname or ""
    local = is_loopback(host)
    if not settings.webhook.startswith("https://") and not local:
        raise BadInput("COPILOT_WEBHOOK must be an https address; set another.")
    told = {name: notice[name] for name in ("id", "kind", "subject", "about", "user_id", "made_at")}
    body = json.dumps({**told, "words": said(notice), "link": link(settings, notice)}).encode()
    try:
        with httpx.Client(follow_redirects=False, timeout=SECONDS, trust_env=not local) as client:
            answer = client.post(settings.webhook, content=body, headers=_headers(body))
    except httpx.HTTPError as error:
        raise Conflict(f"The webhook at {host} did not answer ({type(error).__name__}).") from error
    if not answer.is_success:
        raise Conflict(f"The webhook at {host} answered {answer.status_code}.")


def _headers(body: bytes) -> dict[str, str]:
    """Signed, where a secret is set, so that the receiver can tell whose message it is."""
    key, _ = secret("COPILOT_WEBHOOK_SECRET")
    signed = {"X-Copilot-Signature": hmac.new(key.encode(), body, hashlib.sha256).hexdigest()} if key else {}
    return {"Content-Type": "application/json", **signed}
