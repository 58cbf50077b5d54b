"""The approval queue from the command line: what waits, the evidence for a request, and how decisions went."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli.commands import JSON, Command, argument
from core.cli.database import document_id, opened
from core.cli.requests import ID, request_id
from core.cli.text import as_json, facts, listing, say

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.review import Evidence
    from core.types import Action, User

# As core.review has them; that takes a while to load, and help must not.
VIEWS = ("mine", "waiting", "overdue", "claimed", "requested", "all")
SORTS = ("due", "risk", "newest", "oldest", "changed", "title")
LEVELS = ("low", "medium", "high", "critical")
STATES = (
    "draft", "submitted", "change_requested", "accepted", "rejected", "escalated", "revoked", "expired", "dropped",
    "executing", "executed", "failed", "compensated",
)  # fmt: skip


def list_queue(arguments: Namespace) -> int:
    from core import review

    with opened() as (db, user):
        document = document_id(db, user, arguments.document) if arguments.document else ""
        filter = review.Filter(
            arguments.view, arguments.state, arguments.risk, document, text=arguments.text, kind=arguments.kind
        )
        found = review.queue(db, user, filter, arguments.sort, arguments.limit or -1, arguments.offset)
        called = _names(db, user, [one.requester for one in found] + [one.claimed_by for one in found])
    listing(
        ("ID", "No.", "Risk", "State", "Due", "Asked by", "Read by", "Accepted", "Document", "Title", "Digest"),
        found,
        lambda one: (
            one.id, one.number or "", one.risk, one.waits_for or one.state, _moment(one.due_at),
            called.get(one.requester or "", ""), called.get(one.claimed_by or "", ""), f"{one.accepted}/{one.needed}",
            one.document, one.title, one.digest,
        ),
        arguments.json,
    )  # fmt: skip
    if not found:
        say("Nothing is listed here; --view all shows every request that you may see.")
    return 0


def show(arguments: Namespace) -> int:
    from core import review

    with opened() as (db, user):
        told = review.evidence(db, user, request_id(db, user, arguments.id))
        called = _names(db, user, _people(told))
    if arguments.json:
        as_json(_plain(told))
        return 0
    facts(_described(told, called))
    if told.barred:
        say(told.barred)
    elif "accept" in told.steps:
        say(f"To decide on exactly this: --shown {told.digest[:12]}")
    return 0


def report(arguments: Namespace) -> int:
    from core import review

    with opened() as (db, user):
        found = review.report(db, user, arguments.since)
    if arguments.json:
        as_json({**asdict(found), "override_rate": found.override_rate})
        return 0
    facts(
        [
            ("Decisions", found.decisions), ("By the policy", found.by_policy), ("Waiting", found.waiting),
            ("Overdue", found.overdue), ("Overrides", f"{found.overrides} ({found.override_rate:.0%})"),
            ("Refused attempts", found.refused),
            ("Reviewers disagree", f"{found.reviewers.among} of {found.reviewers.of} that two or more read"),
            ("Against the reading", f"{found.model.among} of {found.model.of}"),
            ("Where they differ", tuple(f"request {one.number} ({', '.join(one.between)})" for one in found.differing)),
            *((f"Hours to decide, {risk}", f"p50 {took[0]:.1f}, p95 {took[1]:.1f} (of {took[2]})")
              for risk, took in found.hours.items() if took),
            ("By day", tuple(f"{day}: {number} {verdict}" for day, verdict, number in found.by_day)),
        ]
    )  # fmt: skip
    return 0


def _people(told: "Evidence") -> list[str | None]:
    said = [one.reviewer for one in (*told.decisions, *told.similar)] + [one.user_id for one in told.remarks]
    return [told.item.requester, told.item.prepared_by, told.item.claimed_by, *said]


def _names(db: "Database", user: "User", ids: list[str | None]) -> dict[str, str]:
    from core.identity import accounts

    return accounts.names(db, user.tenant, [id for id in ids if id])


def _moment(at: str | None) -> str:
    return at[:16].replace("T", " ") if at else ""


def _described(told: "Evidence", called: dict[str, str]) -> list[tuple[str, object]]:
    item = told.item
    return [
        ("Request", f"{item.number} ({item.id})"), ("State", item.state), ("Risk", told.rule.risk),
        ("Asked by", f"{called.get(item.requester or '', '')} {_moment(item.submitted_at)}".strip()),
        ("Due", _moment(item.due_at)), ("Needs", told.need),
        ("Accepted by", f"{told.accepted} of {told.rule.approvers}"),
        ("Document", told.document.title), ("Model", f"{told.model} {told.prompt}".strip()),
        ("Actions", tuple(_action(one) for one in told.actions)),
        ("Why it is at risk", told.reasons), ("Look at", told.cautions), ("Warnings", told.warnings),
        ("Obligations", tuple(_obligation(one) for one in told.obligations)),
        ("Changed since", tuple(f"{name}: {before} → {now}" for name, before, now in told.changed)),
        ("Decisions", tuple(_decision(one, called) for one in told.decisions)),
        ("Similar", tuple(f"request {one.number}: {_decision(one, called)}" for one in told.similar)),
        ("Said", tuple(f"{called.get(one.user_id, one.user_id)}: {one.text}" for one in told.remarks)),
        ("Digest", told.digest),
    ]  # fmt: skip


def _action(one: "Action") -> str:
    return f"{one.title} ({one.owner_role}, {one.due or 'no date'}): {one.detail}"


def _obligation(one: Any) -> str:
    page = f", page {one.row.page}" if one.row.page else ""
    sure = f"{one.row.match}, {one.row.confidence:.0%}"
    read = "; ".join(f"{each.engine}: {len(each.found) or 'not'} found" for each in one.readings)
    return f"{one.row.path}{page} ({sure}; {read}): “{one.row.quote}”"


def _decision(one: Any, called: dict[str, str]) -> str:
    why = f": {one.reason}" if one.reason else ""
    return f"{_moment(one.decided_at)} {called.get(one.reviewer, one.reviewer)} {one.verdict}{why}"


def _plain(told: "Evidence") -> dict[str, object]:
    """What a program needs to decide: facts as they are digested, and what people said and did."""
    names = ("digest", "facts", "changed", "reasons", "cautions", "warnings", "model", "prompt", "need", "accepted")
    return {
        "item": asdict(told.item), **{name: getattr(told, name) for name in (*names, "lacking", "steps", "barred")},
        "decisions": [asdict(one) for one in told.decisions], "similar": [asdict(one) for one in told.similar],
        "remarks": [asdict(one) for one in told.remarks], "versions": [asdict(one) for one in told.versions],
    }  # fmt: skip


def _filters(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--view", choices=VIEWS, default="mine", help="mine: what you may decide on now (default)")
    add("--state", choices=STATES, nargs="+", default=(), help="only in these states")
    add("--risk", choices=LEVELS, nargs="+", default=(), help="only of these levels")
    add("--document", metavar="ID", default="", help="only of this document")
    add("--text", default="", metavar="WORDS", help="only where the title has these words; #12 is request 12")
    add("--kind", choices=("action", "document"), default="", help="only requests, or only documents that wait")
    add("--sort", choices=SORTS, default="due", help="the most pressing first (default: due)")
    add("--limit", type=int, default=50, metavar="N", help="at most so many, 0 for all (default: 50)")
    add("--offset", type=int, default=0, metavar="N", help="leave out the first N")


COMMANDS = (
    Command(
        "approvals list",
        list_queue,
        "List what waits for a decision",
        "Requests for approval, and documents that wait for a second person. The last column is what bulk needs.",
        """
        python -m core approvals list
        python -m core approvals list --view overdue --risk high critical
        python -m core approvals list --view all --state accepted --json
        """,
        (_filters, JSON),
    ),
    Command(
        "approvals show",
        show,
        "Show the evidence for a request",
        "All that a reviewer reads, and the digest of exactly that. That you saw it is logged.",
        "python -m core approvals show 12",
        (ID, JSON),
    ),
    Command(
        "approvals report",
        report,
        "Report on decisions",
        "Decisions by day, how long they took, overrides, what is overdue, and where people disagree.",
        """
        python -m core approvals report
        python -m core approvals report --since 2026-11-01 --json
        """,
        (argument("--since", default="", metavar="DATE", help="only from then on"), JSON),
    ),
)
TITLE = "Approvals"
