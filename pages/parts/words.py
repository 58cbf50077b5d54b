"""What people read: labels, colours, dates, counts, and document text made safe for Markdown."""

import re
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core import store
from core.identity import accounts
from core.settings import settings
from core.types import User

# A key of core → what a person reads and its colour in the theme. Risk has one colour everywhere.
RISKS = {"critical": "red", "high": "orange", "medium": "yellow", "low": "gray"}
STATUSES = {
    "new": "gray",
    "in progress": "blue",
    "met": "green",
    "not met": "red",
    "not applicable": "gray",
    "not an obligation": "gray",
}
MODALITIES = {"obligation": "blue", "prohibition": "violet", "permission": "gray", "right": "gray", "power": "gray"}
BEARERS = {
    "regulated": "Regulated firm",
    "authority": "Authority",
    "eu_body": "EU body",
    "member_state": "Member State",
    "person": "Person",
    "unspecified": "Not named",
}
DEADLINES = {
    "any": "With a deadline",
    "soon": "Due soon",
    "upcoming": "Still to come",
    "overdue": "Overdue",
    "dated": "Due date known",
    "none": "No deadline",
    "review": "Review due",
}
SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=@])")
# Where the text after Markdown, backslashes gone, is still made into something else: "https://x" and "www.x" into
# links, ":material/check:" into an icon, "->" into an arrow. An empty directive there keeps the two sides apart.
LIVE = re.compile(r"(?<=[:@])(?=\S)|(?<=[-<>~])(?=[-=>])|(?i:(?<=www))(?=\.)")
APART = ":small[]"
WHITE = re.compile(r"\s+")
# "take no decision": the act itself says what is not done.
DENIED = re.compile(r"\w+ (?:no|none|not)\b|not\b")
# An act's title up to its number is what people call it: "Regulation (EU) 2016/679 of the European Parliament …".
# "Regulation (EU) 2022/2554 of the European Parliament and of the Council of 14 December 2022 on digital …"
ADOPTED = re.compile(r" of the [A-Z][A-Za-z ]{3,80}? of \d{1,2} [A-Z][a-z]{2,8} \d{4}(?= )")
NUMBERED = re.compile(r".{1,60}?\b\d{1,4}/\d{1,4}\b")


def plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line: no link, heading, colour or formula comes out of a document."""
    pieces = LIVE.split(WHITE.sub(" ", text).strip())
    return APART.join(SPECIAL.sub(r"\\\1", piece) for piece in pieces)


def lines(text: str) -> str:
    """The same with its line breaks."""
    return "  \n".join(plain(line) for line in text.splitlines())


def badge(text: str, colour: str) -> str:
    return f":{colour}-badge[{plain(text)}]"


def label(key: str) -> str:
    """A key as a label: "in progress" → "In progress"."""
    return BEARERS.get(key) or key.replace("_", " ").capitalize()


def count(number: int, noun: str, plural: str = "") -> str:
    """ "1 document", "1,204 documents"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def when(moment: str | None) -> str:
    """A UTC timestamp as this reader's clock has it: "22 Nov 2026, 14:05"."""
    if not moment:
        return ""
    if "T" not in moment:
        return day(moment)
    found = datetime.fromisoformat(moment).astimezone(_zone())
    return f"{found.day} {found:%b %Y, %H:%M}"


def day(iso: str | None) -> str:
    """ "2026-11-22" → "22 Nov 2026"."""
    if not iso:
        return ""
    found = date.fromisoformat(iso[:10])
    return f"{found.day} {found:%b %Y}"


def short(title: str) -> str:
    """What a list has room for of an act's title: up to its number, where it has one."""
    found = NUMBERED.match(title)
    return found[0] if found else title


def legible(title: str) -> str:
    """A title without who adopted the act and when, so that its number and its subject stand side by side."""
    return ADOPTED.sub("", title)


def must(modality: str, action: str) -> str:
    """An act as a list shows it: a ban says "must not", so that it never reads as a duty."""
    return f"must not {action}" if modality == "prohibition" and action and not DENIED.match(action) else action


def who(id: str, user: User) -> str:
    """A person as this reader knows them; what is no account's id is its own name."""
    if not id or id == user.id:
        return user.name if id else ""
    return _named(str(settings().database), user.tenant, id)


# Lists name the same few people over and over; a new name is seen within a minute.
@st.cache_data(ttl=60, max_entries=1_000, show_spinner=False)
def _named(database: str, tenant: str, id: str) -> str:
    db = store.connect(database)
    try:
        return accounts.names(db, tenant, [id])[id]
    finally:
        db.close()


def size(count_bytes: int) -> str:
    return f"{count_bytes / 1e6:.1f} MB" if count_bytes >= 1e6 else f"{max(1, round(count_bytes / 1e3))} KB"


def _zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
