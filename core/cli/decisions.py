"""Decisions from the command line: on exactly the evidence that was shown; claims and comments on the way there."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.commands import DOCUMENT, REASON, Command, argument
from core.cli.database import document_id, opened, whole
from core.cli.requests import ID, WHY, acted, request_id
from core.cli.text import facts, row, say
from core.errors import BadInput, CopilotError

if TYPE_CHECKING:
    from core.review import Decided, Waiting

VERDICTS = {"accept": "accept", "reject": "reject", "change": "request_change", "escalate": "escalate"}


def decide(arguments: Namespace) -> int:
    from core import review
    from core.store import new_id

    with opened() as (db, user):
        id = request_id(db, user, arguments.id)
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
        id = document_id(db, user, arguments.document)
        if not arguments.verdict:
            found = review.waiting(db, user, id)
            facts(_waiting(found))
            say(found.barred or f"To decide on exactly this: --shown {found.digest}")
            return 0
        state = review.decide_document(db, user, id, arguments.verdict, arguments.reason, shown=arguments.shown)
    say(f"The document is {state} now.")
    return 0


def _waiting(found: "Waiting") -> list[tuple[str, object]]:
    from core import library

    card = [(field.label, found.card.get(field.key)) for field in library.FIELDS]
    signed = tuple(f"{one['user_id']} {one['signed_at'][:16].replace('T', ' ')}" for one in found.card["signatures"])
    return [
        ("Document", f"{found.document.title} ({found.document.id})"),
        ("Waits for", found.waits_for or "nobody"),
        ("Why", found.document.scope_reasons),
        ("Warnings", found.document.warnings),
        *((name, _said(value)) for name, value in card if value),
        ("Signed", signed),
        ("Digest", found.digest),
    ]


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(name for name, on in value.items() if on)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def revoke(arguments: Namespace) -> int:
    from core import review

    return acted(arguments, lambda db, user, id: review.revoke(db, user, id, arguments.reason))


def claim(arguments: Namespace) -> int:
    from core import review

    return acted(arguments, review.claim)


def release(arguments: Namespace) -> int:
    from core import review

    return acted(arguments, review.release)


def comment(arguments: Namespace) -> int:
    from core import review

    with opened() as (db, user):
        review.comment(db, user, request_id(db, user, arguments.id), arguments.text)
    say("Said.")
    return 0


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
    from core.review.table import said

    number = done.item.number
    if done.replayed:
        return f"This was decided before: request {number} was {said(done.state)} then."
    if done.state in ("submitted", "escalated") and done.verdict == "accept":
        lacking = f"; a {' and a '.join(done.lacking)} must be among them" if done.lacking else ""
        return f"Accepted by {done.counted} of {done.needed}{lacking}. Request {number} still waits."
    return f"Request {number} is {said(done.state)}."


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


SHOWN = argument("--shown", required=True, metavar="DIGEST", help="as `approvals show` printed it: what you decide on")
OVERRIDE = argument("--override", action="store_true", help="this goes against what the evidence suggests")
TOKEN = argument("--token", default="", metavar="WORD", help="of your own, so that a repeated command decides once")
COMMANDS = (
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
        "Read what a document waits for, and decide on it",
        """
        Without a verdict, shows its card, its warnings and the digest of exactly that. With one, signs its card second,
        or releases or rejects it where it was escalated. Not your own.
        """,
        """
        python -m core approvals document 3f2a9c41
        python -m core approvals document 3f2a9c41 accept --shown 3f9a02c4… --reason 'The instructions are quoted'
        """,
        (
            DOCUMENT,
            argument("verdict", nargs="?", choices=("accept", "reject"), help="what becomes of it"),
            argument("--shown", default="", metavar="DIGEST", help="as it was shown, whole: what you decide on"),
            WHY,
        ),
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
)
TITLE = "Decisions"
