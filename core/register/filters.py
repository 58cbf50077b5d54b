"""Which rows of the register: the WHERE clause of a filter, access included."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core import library
from core.errors import BadInput
from core.settings import lexicon
from core.types import User

Choice = str | Sequence[str]

STATUSES = ("new", "in progress", "met", "not met", "not applicable", "not an obligation")
CLOSED = ("met", "not applicable", "not an obligation")
DEADLINES = ("any", "dated", "none", "overdue", "soon", "upcoming", "review")
# What the list can be narrowed by and counts are given for → the column.
FACETS = {
    "document": "document_id",
    "modality": "modality",
    "bearer_kind": "bearer_kind",
    "risk": "risk",
    "status": "status",
    "owner": "owner",
    "applies": "applies",
}
WORD = re.compile(r"\w+")
# When a retention period ends nobody is late: it says until when something is kept.
OPEN = f"register.status not in {CLOSED} and register.deadline_kind <> 'retention'"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows. "" or () asks for nothing; several values of one field mean any of them.

    `deadline`: any, dated (a due date is known), none; of what is open: overdue, soon (30 days), upcoming; review: the
    next review is due. `text` and `bearer`: all words, by their beginnings. `check`: only what a person should look at
    first. `state`: current; orphaned (corrected by people, no longer found by the chosen run); replaced (split or
    merged). `former`: also the versions that a newer one replaced; whoever names documents or a run gets those anyway.
    `today` decides what is overdue; None is now.
    """

    document: Choice = ()
    modality: Choice = ()
    bearer_kind: Choice = ()
    bearer: str = ""
    risk: Choice = ()
    status: Choice = ()
    deadline: str = ""
    text: str = ""
    owner: Choice = ()
    applies: Choice = ()
    check: bool = False
    run: str = ""
    state: str = "current"
    former: bool = False
    today: date | None = None


EVERYTHING = Filter()


def condition(user: User, filter: Filter) -> tuple[str, list[Any]]:
    """The WHERE clause over the table register, access included, and its parameters."""
    counting, allowed = counted(user, filter)
    where, parameters = narrowing(filter)
    # The documents are listed once; a join would ask for each of 50,000 rows again whether it may be seen.
    return f"register.document_id in ({counting}) and {where}", [*allowed, *parameters]


def counted(user: User, filter: Filter) -> tuple[str, list[Any]]:
    """A SELECT of the ids of the documents whose rows count, access included, and its parameters."""
    if filter.former or choices(filter.document) or filter.run:
        visible, allowed = library.visible(user)
        return f"select id from document where {visible}", list(allowed)
    newest, allowed = library.newest(user)
    return newest, list(allowed)


def narrowing(filter: Filter) -> tuple[str, list[Any]]:
    """What the filter asks for, without access: only for a query that has it another way."""
    tests, given = ["register.state = ?"], [filter.state]
    for name, column in FACETS.items():
        if wanted := choices(getattr(filter, name)):
            tests.append(f"register.{column} in (select value from json_each(?))")
            given.append(json.dumps(wanted))
    if filter.deadline:
        tests.append(deadline_test(filter))
    if match := text_query(filter.text, filter.bearer):
        tests.append("register.number in (select rowid from register_text where register_text match ?)")
        given.append(match)
    if filter.check:
        tests.append("register.doubtful = 1")
    if filter.run:
        tests.append("register.run_id = ?")
        given.append(filter.run)
    return " and ".join(tests), given


def text_query(text: str, bearer: str = "") -> str:
    """An FTS5 query: every word by its beginning, those of `bearer` in the bearer. "" when there are no words.

    "19(4)(a)" is sought as these numbers next to each other, or "2(1)" would find Article 1(2).
    """
    anywhere, named = (
        " ".join(f'"{phrase}"*' for word in words.split() if (phrase := " ".join(WORD.findall(word))))
        for words in (text, bearer)
    )
    return " AND ".join(filter(None, (anywhere and f"({anywhere})", named and f"bearer : ({named})")))


def deadline_test(filter: Filter) -> str:
    """The filter's deadline in SQL. Its dates stand in it as text: they come from a date, never from a person."""
    today, soon = days_ahead(filter)
    tests = {
        "any": "register.deadline_kind <> ''",
        "none": "register.deadline_kind = ''",
        "dated": "register.due is not null",
        "overdue": f"register.due < '{today}' and {OPEN}",
        "soon": f"register.due between '{today}' and '{soon}' and {OPEN}",
        "upcoming": f"register.due >= '{today}' and {OPEN}",
        "review": f"register.next_review <= '{today}'",
    }
    if filter.deadline not in tests:
        raise BadInput(f"{filter.deadline!r} is no deadline filter; choose one of: {', '.join(tests)}.")
    return tests[filter.deadline]


def days_ahead(filter: Filter) -> tuple[str, str]:
    """Today and the last day that counts as soon, as ISO dates."""
    today = filter.today or datetime.now(UTC).date()
    return today.isoformat(), (today + timedelta(days=lexicon("register")["soon_days"])).isoformat()


def choices(choice: Choice) -> list[str]:
    return [choice] if isinstance(choice, str) and choice else list(choice)
