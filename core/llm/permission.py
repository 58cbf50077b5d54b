"""Which text may go to which model: decided by the model's inventory entry, the text's label and the address."""

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.types import Classification

if TYPE_CHECKING:
    from core.llm.catalog import Entry


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a sentence for the person, and what is logged."""

    allowed: bool
    reason: str


def allowed(entry: "Entry", classification: Classification, allows_prompting: bool, host: str | None) -> Decision:
    """Whether text of this label may go to the model at `host` (None: it runs inside this program).

    "local" counts only while the host's name resolves to this machine.
    """
    if not allows_prompting:
        return Decision(False, "The document's data card does not allow prompting; its owner can change that.")
    if classification not in entry.classifications:
        may = ", ".join(entry.classifications) or "none"
        return Decision(
            False, f"{entry.name} may not see {classification} text (its entry allows: {may}); choose another model."
        )
    if host is None:
        return Decision(True, f"{entry.name} runs inside this program.")
    if host not in entry.hosts:
        named = ", ".join(entry.hosts) or "none"
        return Decision(
            False, f"{entry.name} would be called at {host}, but its entry names {named}; correct models/catalog.toml."
        )
    if entry.location == "local" and not is_loopback(host):
        return Decision(False, f"{entry.name} is entered as local, but {host} is another computer; correct its entry.")
    where = "on this computer" if entry.location == "local" else f"at {entry.provider}"
    return Decision(True, f"{entry.name} runs {where} ({host}) and its entry allows {classification} text.")


def is_loopback(host: str) -> bool:
    """Whether every address that the name resolves to is this machine's own."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(is_own(str(one[4][0])) for one in found)


def is_own(address: str) -> bool:
    """Whether an IP address is this machine's own."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
