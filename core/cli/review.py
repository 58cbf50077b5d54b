"""The approval queue from the command line: ask for actions, read the evidence, decide on exactly what was shown."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli import files
from core.cli.commands import DOCUMENT, JSON, REASON, Command, argument
from core.cli.database import WHOLE, document_id, listed, opened, whole
from core.cli.text import as_json, facts, listing, row, say
from core.errors import BadInput, CopilotError, NotFound

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.review import Decided, Evidence, Item
    from core.types import Action, User

# As core.review has them; that takes a while to load, and help must not.
VIEWS = ("mine", "waiting", "overdue", "claimed", "requested", "all")
SORTS = ("due", "risk", "newest", "oldest", "changed", "title")
LEVELS = ("low", "medium", "high", "critical")
STATES = (
    "draft", "submitted", "change_requested", "accepted", "rejected", "escalated", "revoked", "expired", "dropped",
    "executing", "executed", "failed", "compensated",
)  # fmt: skip
VERDICTS = {"accept": "accept", "reject": "reject", "change": "request_change", "escalate": "escalate"}


# --- read -------------------------------------------------------------------------------------------------------


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
    return 0


def show(arguments: Namespace) -> int:
    from core import review

    with opened() as (db, user):
        told = review.evidence(db, user, item_id(db, user, arguments.id))
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
            *((f"Hours to decide, {risk}", f"p50 {took[0]:.1f}, p95 {took[1]:.1f} (of {took[2]})")
              for risk, took in found.hours.items() if took),
            ("By day", tuple(f"{day}: {number} {verdict}" for day, verdict, number in found.by_day)),
        ]
    )  # fmt: skip
    return 0


# --- ask --------------------------------------------------------------------------------------------------------


def submit(arguments: Namespace) -> int:
    from core import identity, register, review

    with opened() as (db, user):
        document = document_id(db, user, arguments.document)
        known = [one.action.id for one in register.actions(db, user, document)]
        wanted = [whole(id, known) for id in listed(arguments.action)]
        made = review.submit(db, user, document, wanted, grouped=not arguments.single, note=arguments.note)
    for item in made:
        row(item.id, item.number, item.state, item.title)
    waiting = [item for item in made if item.state == "submitted"]
    say(f"{len(made)} asked for; {len(made) - len(waiting)} accepted by the policy, {len(waiting)} waiting.")
    if waiting and identity.alone(user):
        say(review.ADD_A_REVIEWER)
    return 0


def prepare(arguments: Namespace) -> int:
    from core import register, review

    with opened() as (db, user):
        document = document_id(db, user, arguments.document)
        known = [one.action.id for one in register.actions(db, user, document)]
        made = review.prepare(db, user, document, [whole(id, known) for id in listed(arguments.action)])
    row(made.id, made.number, made.state, made.title)
    say(f"Request {made.number} is a draft; `approvals ask {made.number}` asks for it.")
    return 0


def ask(arguments: Namespace) -> int:
    from core import review

    return _acted(arguments, lambda db, user, id: review.ask(db, user, id, arguments.note))


def amend(arguments: Namespace) -> int:
    from core import review

    def change(db: "Database", user: "User", id: str) -> "Item":
        found = review.item(db, user, id)
        fields = {name: getattr(arguments, name) for name in review.AMENDABLE}
        words = {name: value for name, value in fields.items() if value is not None}
        if not arguments.action and len(found.actions) > 1:
            raise BadInput(f"Request {found.number} has {len(found.actions)} actions; name one by --action.")
        action = whole(arguments.action, [one.id for one in found.actions]) if arguments.action else found.actions[0].id
        return review.amend(db, user, id, {action: words}, version=found.version)

    return _acted(arguments, change)


def drop(arguments: Namespace) -> int:
    from core import review

    return _acted(arguments, lambda db, user, id: review.drop(db, user, id, arguments.reason))


# --- decide -----------------------------------------------------------------------------------------------------


def decide(arguments: Namespace) -> int:
    from core import review
    from core.store import new_id

    with opened() as (db, user):
        id = item_id(db, user, arguments.id)
        shown = whole(arguments.shown, review.digests(db, user, id))
        try:
            done = review.decide(
                db, user, id, arguments.verdict, shown=shown, token=arguments.token or new_id(),
                reason=arguments.reason, override=arguments.override,
            )  # fmt: skip
        except review.Stale as error:
            for name, before, now in error.differences:
                row(name, before, now)
            raise
    say(_outcome(done))
    return 0


def bulk(arguments: Namespace) -> int:
    from core import review
    from core.store import new_id

    tally = files.Tally()
    with opened() as (db, user):
        shown = [_id_and_digest(line) for line in _lines(arguments.item)]
        token = arguments.token or new_id()
        told = review.decide_many(db, user, shown, VERDICTS[arguments.verdict], token, arguments.reason)  # type: ignore[arg-type]
        for one in told:
            with tally.attempt(one.item_id):
                if one.decided is None:
                    raise CopilotError(one.refusal)
                row(one.item_id, one.decided.state)
    return tally.code


def decide_document(arguments: Namespace) -> int:
    from core import review

    with opened() as (db, user):
        state = review.decide_document(
            db, user, document_id(db, user, arguments.document), arguments.verdict, arguments.reason
        )
    say(f"The document is {state} now.")
    return 0


def revoke(arguments: Namespace) -> int:
    from core import review

    return _acted(arguments, lambda db, user, id: review.revoke(db, user, id, arguments.reason))


def claim(arguments: Namespace) -> int:
    from core import review

    return _acted(arguments, review.claim)


def release(arguments: Namespace) -> int:
    from core import review

    return _acted(arguments, review.release)


def comment(arguments: Namespace) -> int:
    from core import review

    with opened() as (db, user):
        review.comment(db, user, item_id(db, user, arguments.id), arguments.text)
    say("Said.")
    return 0


# --- shared -----------------------------------------------------------------------------------------------------


def _acted(arguments: Namespace, do: "Callable[[Database, User, str], Item]") -> int:
    with opened() as (db, user):
        found = do(db, user, item_id(db, user, arguments.id))
    held = f" by you until {found.claimed_until[11:16]} UTC" if found.claimed_until else ""
    say(f"Request {found.number} is {found.state.replace('_', ' ')}{', read' + held if held else ''}.")
    return 0


def item_id(db: "Database", user: "User", given: str) -> str:
    """A request's number, or the beginning of its id."""
    from core import review

    if given.isdecimal() and len(given) < WHOLE:
        with suppress(NotFound):  # an id may begin with nothing but digits
            return review.item(db, user, given).id
    return whole(given, review.ids(db, user, given))


def _lines(given: list[str]) -> list[str]:
    import sys

    return [line.rstrip("\n") for one in given for line in (sys.stdin if one == files.STDIN else [one])]


def _id_and_digest(line: str) -> tuple[str, str]:
    """ "ID:DIGEST", or a line as `approvals list` prints it."""
    id, _, digest = line.partition(":") if "\t" not in line else (line.split("\t")[0], "", line.split("\t")[-1])
    if not id or not digest:
        raise BadInput(f"{line!r} is no ID:DIGEST; pipe what `approvals list` prints, or write both.")
    return id, digest


def _outcome(done: "Decided") -> str:
    number = done.item.number
    if done.replayed:
        return f"This was decided before: request {number} was {done.state.replace('_', ' ')} then."
    if done.state in ("submitted", "escalated") and done.verdict == "accept":
        lacking = f", one of them a {', a '.join(done.lacking)}" if done.lacking else ""
        return f"Accepted by {done.counted} of {done.needed}{lacking}; request {number} still waits."
    return f"Request {number} is {done.state.replace('_', ' ')}."


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


# --- commands ---------------------------------------------------------------------------------------------------

ID = argument("id", metavar="ID", help="number or id, as `approvals list` prints them")
ACTIONS = argument("action", nargs="+", metavar="ACTION", help="ids as `actions` prints them; - reads them from stdin")
NOTE = argument("--note", default="", metavar="WORDS", help="a comment for who decides")
WHY = argument("--reason", default="", metavar="WORDS", help="why; it is kept")
TOKEN = argument("--token", default="", metavar="WORD", help="of your own, so that a repeated command decides once")
SHOWN = argument("--shown", required=True, metavar="DIGEST", help="as `approvals show` printed it: what you decide on")
OVERRIDE = argument("--override", action="store_true", help="this goes against what the evidence suggests")


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


def _verdict(name: str, summary: str, about: str, reason: Callable[[ArgumentParser], object]) -> Command:
    """One of the four decisions."""
    words = "" if reason is WHY else " --reason 'Two quotes are missing'"
    return Command(
        f"approvals {name}",
        decide,
        summary,
        about,
        f"python -m core approvals {name} 12 --shown 3f9a02c41b7e{words}",
        (ID, SHOWN, reason, OVERRIDE, TOKEN, lambda parser: parser.set_defaults(verdict=VERDICTS[name])),
    )


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
        "approvals submit",
        submit,
        "Ask for actions to be approved",
        """
        Actions of the same risk and owner become one request. What the policy lets pass (data/lexicon/approvals.toml)
        is accepted at once. Nobody decides on what they asked for.
        """,
        """
        python -m core approvals submit 3f2a9c41 7be01d22
        python -m core actions 3f2a9c41 | python -m core approvals submit 3f2a9c41 - --single
        """,
        (DOCUMENT, ACTIONS, argument("--single", action="store_true", help="each action by itself"), NOTE),
    ),
    Command(
        "approvals prepare",
        prepare,
        "Put actions together as a draft",
        "One request, which waits until somebody asks for it.",
        "python -m core approvals prepare 3f2a9c41 7be01d22",
        (DOCUMENT, ACTIONS),
    ),
    Command(
        "approvals ask",
        ask,
        "Ask for a draft, or again after a change was requested",
        "Whoever asks for a draft is its requester.",
        "python -m core approvals ask 12 --note 'The date is the one that legal gave us'",
        (ID, NOTE),
    ),
    Command(
        "approvals amend",
        amend,
        "Word a request differently",
        """
        Each version is kept beside the others. What was accepted before counts no more, and whoever changes a request
        does not decide on it. One that a change was requested of is asked for again by this.
        """,
        "python -m core approvals amend 12 --due 2026-12-31 --owner 'Head of Payments'",
        (
            ID,
            argument("--action", default="", metavar="ACTION", help="which one, where there are several"),
            argument("--title", metavar="WORDS", help="what is to be done"),
            argument("--detail", metavar="WORDS", help="in full"),
            argument("--owner", dest="owner_role", metavar="ROLE", help="who does it"),
            argument("--due", metavar="DATE", help="by when, such as 2026-12-31; empty for no date"),
        ),
    ),
    _verdict("accept", "Accept exactly what was shown", "Critical takes two people, one a risk reviewer.", WHY),
    _verdict("reject", "Reject a request", "It is closed; its actions may be asked for again.", REASON),
    _verdict("change", "Request a change", "It goes back to who asked for it.", REASON),
    _verdict("escalate", "Escalate a request", "From then on it takes one of the roles that the policy names.", REASON),
    Command(
        "approvals bulk",
        bulk,
        "Decide on several at once",
        "Only what the policy allows that for: low and medium. One that changed meanwhile is told and left.",
        """
        python -m core approvals list --risk low medium --kind action | python -m core approvals bulk accept -
        """,
        (
            argument("verdict", choices=("accept", "reject", "change"), help="the same for all"),
            argument("item", nargs="+", metavar="ID:DIGEST", help="as `approvals list` prints them; - reads its lines"),
            WHY,
            TOKEN,
        ),
    ),
    Command(
        "approvals document",
        decide_document,
        "Decide on a document that waits",
        "Signs its card second, or releases or rejects it where it was escalated. Not your own.",
        """
        python -m core approvals document 3f2a9c41 accept --reason 'The instructions in it are quoted, not meant'
        """,
        (DOCUMENT, argument("verdict", choices=("accept", "reject"), help="what becomes of it"), WHY),
    ),
    Command(
        "approvals claim",
        claim,
        "Take a request, so that nobody else reads it at the same time",
        "For as long as the policy says; deciding ends it.",
        "python -m core approvals claim 12",
        (ID,),
    ),
    Command(
        "approvals release",
        release,
        "Let go of a request",
        "Others may take it.",
        "python -m core approvals release 12",
        (ID,),
    ),
    Command(
        "approvals comment",
        comment,
        "Comment on a request",
        "Whoever is named as @name finds it in their inbox.",
        "python -m core approvals comment 12 '@Ria, is this still ours?'",
        (ID, argument("text", metavar="WORDS", help="what you have to say")),
    ),
    Command(
        "approvals revoke",
        revoke,
        "Take an acceptance back",
        "Before it is carried out; afterwards what was done is undone instead.",
        "python -m core approvals revoke 12 --reason 'The rule was repealed'",
        (ID, REASON),
    ),
    Command(
        "approvals drop",
        drop,
        "Take back your own request",
        "As long as nobody has decided on it.",
        "python -m core approvals drop 12",
        (ID, WHY),
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
