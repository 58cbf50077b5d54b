"""What a browser, an invitation or a service shows to be let in: random, and kept by us only as its digest."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
SHOWN = 16  # characters of a digest by which a token is named in lists and in the log


def made(prefix: str = "") -> str:
    """A new token, of 256 random bits. It is shown once and kept nowhere."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """SHA-256 as hex. A token is random enough that no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
