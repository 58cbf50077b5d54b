"""Keys, tokens and passwords that have no business in a document."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from core.scan.findings import Finding
from core.settings import lexicon


class Secret(NamedTuple):
    """`signs` are plain strings, one of which must be there, so that an ordinary text costs one look."""

    name: str
    signs: tuple[str, ...]
    pattern: re.Pattern[str]


SECRETS = (
    Secret(
        "private key", ("PRIVATE KEY",), re.compile(r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
    ),
    Secret("AWS access key", ("AKIA", "ASIA"), re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    Secret("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b")),
    Secret("GitHub token", ("github_pat_",), re.compile(r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b")),
    Secret("Slack token", ("xox",), re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,250}")),
    Secret("Slack webhook", ("hooks.slack.com",), re.compile(r"hooks\.slack\.com/services/[A-Za-z0-9/]{20,100}")),
    Secret("Anthropic key", ("sk-ant-",), re.compile(r"\bsk-ant-[A-Za-z0-9_-]{20,200}")),
    Secret("OpenAI key", ("sk-",), re.compile(r"\bsk-(?!ant-)(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,200}")),
    Secret("Google key", ("AIza",), re.compile(r"\bAIza[0-9A-Za-z_-]{35}")),
    Secret("Stripe key", ("_live_",), re.compile(r"\b[rs]k_live_[0-9A-Za-z]{16,200}")),
    Secret("JSON web token", ("eyJ",), re.compile(r"\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,4000}\.[\w-]{8,1000}")),
    Secret(
        "connection string",
        ("://",),
        re.compile(r"\b[a-z][a-z0-9+]{2,20}://[^\s:/@<>]{1,64}:[^\s/@<>]{3,128}@[\w.-]{1,253}"),
    ),
)
# "password=Winter-Specimen-2026", "api_key: 'x9…'": the value is group 1.
ASSIGNED = re.compile(
    r"\b(?:pass(?:word|wd|phrase)|pwd|secret(?:[ _-]?key)?|api[ _-]?key|(?:access|auth|bearer)[ _-]?(?:token|key))"
    r"[\"']?\s{0,3}(?:[:=]|\bis\b)\s{0,3}[\"'`]?([^\s\"'`,;]{6,128})",
    re.IGNORECASE,
)


def secrets(text: str) -> Iterator[Finding]:
    """Each secret with its kind; one that two patterns match is given once."""
    claimed: set[int] = set()
    for secret in SECRETS:
        if not any(sign in text for sign in secret.signs):
            continue
        for found in secret.pattern.finditer(text):
            if placeholder(found.group().rpartition("-")[2]) and secret.name != "private key":
                continue
            claimed.update((found.start(), found.end()))
            yield Finding("secret", secret.name, found.start(), found.end())
    for found in assigned(text):
        start, end = found.span(1)
        if start not in claimed and random_looking(found.group(1)):
            yield Finding("secret", "password or key", start, end)


def assigned(text: str) -> Iterator[re.Match[str]]:
    """Values given to one of the words that a secret is called by; most texts have none, and cost only that look."""
    low = text.lower() if len(text.lower()) == len(text) else text
    for word in lexicon("secrets")["assigned_to"]:
        at = low.find(word)
        while at >= 0:
            if found := ASSIGNED.match(text, at):
                yield found
            at = low.find(word, at + len(word))


def random_looking(value: str) -> bool:
    """A value that nobody writes as prose: letters with digits or symbols, and varied; not a placeholder."""
    value = value.rstrip(".)")
    kinds = sum((any(c.islower() for c in value), any(c.isupper() for c in value), any(c.isdigit() for c in value)))
    symbols = any(not c.isalnum() and c not in "-_." for c in value)
    return kinds + symbols >= 2 and any(c.isdigit() for c in value) and entropy(value) >= 2.5 and not placeholder(value)


def placeholder(value: str) -> bool:
    """As in "xxxxxxxx", "<your-key>", "****", "changeme": shown where a secret would stand."""
    low = value.lower()
    return (
        len(set(low)) <= 3 or low.strip("<>[]{}$%!0123456789").replace("-", "_") in lexicon("secrets")["placeholders"]
    )


def entropy(value: str) -> float:
    """Bits per character: 0 for one repeated letter, over 3 for a random token of 10 characters."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts) if value else 0.0
