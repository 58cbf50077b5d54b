"""Which way in there is: a provider, local accounts, or one person alone at this computer."""

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

from sqlite_utils import Database

from core.errors import NotAllowed
from core.identity import accounts
from core.settings import Settings

Door = Literal["oidc", "accounts", "local"]
# The host alone, or with a port: "localhost:8501", "127.0.0.1", "[::1]:8501". A name that resolves to it is no proof.
LOOPBACK = re.compile(r"(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?)(:\d{1,5})?", re.IGNORECASE | re.ASCII)
FORWARDED = frozenset({"forwarded", "via", "x-real-ip", "true-client-ip", "x-client-ip", "x-cluster-client-ip"})
FORWARDING = ("x-forwarded", "x-original", "x-envoy", "x-amzn", "x-azure", "cf-", "tailscale-")


def door(db: Database, settings: Settings, oidc_configured: bool) -> Door:
    """The one way in. Once there are accounts nobody comes in without signing in, whatever is configured."""
    if oidc_configured:
        return "oidc"
    return "accounts" if accounts.people(db) else "local"


def require_loopback(address: str | None, host: str | None, headers: Iterable[tuple[str, str]]) -> None:
    """NotAllowed unless only this computer can be asking: for the one person of an app without accounts.

    `address` is what the server is bound to, `host` the Host header, `headers` all of them.
    """
    if not address or not LOOPBACK.fullmatch(address) or ":" in address.replace("::1", ""):
        raise NotAllowed(
            "Without accounts the app serves this computer only, and the server listens to others, too; start it with"
            " --server.address localhost, or set up sign-in (see the README)."
        )
    if not host or not LOOPBACK.fullmatch(host):
        raise NotAllowed(
            "Without accounts the app is opened as http://localhost only; open it so, or set up sign-in (README)."
        )
    sent = {name.lower(): text for name, text in headers}
    if any(name in FORWARDED or name.startswith(FORWARDING) for name in sent):
        raise NotAllowed(
            "A proxy forwards to this app, and it has no accounts yet; set up sign-in (see the README), or open the app"
            " on its own computer."
        )
    require_own_site(host, headers)


def require_own_site(host: str | None, headers: Iterable[tuple[str, str]], public_url: str = "") -> None:
    """NotAllowed where a page of another address opened the connection: a browser shows our cookie to every program on
    the same host, whatever its port, so the cookie alone does not say that the person asks.

    Behind a proxy that passes on another Host, X-Forwarded-Host or `public_url` has the address that people open.
    """
    sent = {name.lower(): text for name, text in headers}
    origin = sent.get("origin")
    forwarded = sent.get("x-forwarded-host", "").partition(",")[0].strip()
    own = {name.lower() for name in (host, forwarded, urlsplit(public_url).netloc) if name}
    if origin is not None and origin.partition("://")[2].lower() not in own:
        raise NotAllowed(
            "Another site asks in your name; open the app itself in a tab of its own. Whoever put it behind a proxy"
            " sets COPILOT_PUBLIC_URL to its address."
        )
