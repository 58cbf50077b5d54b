"""What kind of firm we are, from the command line."""

from argparse import Namespace

from core.cli.commands import JSON, Command, argument
from core.cli.database import opened
from core.cli.text import counted, facts, listing, row, say


def show(arguments: Namespace) -> int:
    from core import register
    from core.register.firm import named

    with opened() as (db, user):
        found = register.our_firm(db, user)
        choices = register.firm_choices(db, user)
    if arguments.history:
        listing(
            ("Number", "Profiles", "By", "At"),
            choices,
            lambda one: (one.number, named(one.profiles), one.by, one.at),
            arguments.json,
        )
    elif arguments.json:
        listing((), [found], lambda one: (), plain=True)
    else:
        former = None if found.former is None else named(found.former)
        by = found.by or "COPILOT_PROFILE" if found.profiles else found.by
        facts([("profiles", named(found.profiles)), ("by", by), ("at", found.at), ("before", former)])
    return 0


def set_(arguments: Namespace) -> int:
    from core import register
    from core.register.firm import named

    if bool(arguments.profile) == arguments.none:
        say("Name one or more profiles, as `profile list` prints them, or give --none.")
        return 2
    with opened() as (db, user):
        found = register.choose_firm(db, user, arguments.profile)
        marked = register.mark(db, user)
    say(f"Our firm: {named(found.profiles)}. {counted(marked, 'document')} marked anew.")
    return 0


def mark(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        job = register.keep_marked(db, user) if arguments.later else None
        marked = 0 if job else register.mark(db, user)
    say("Queued for the worker." if job else f"{counted(marked, 'document')} marked anew.")
    return 0


def list_(arguments: Namespace) -> int:
    from core.extract import profiles

    for key, name in profiles.names().items():
        row(key, name)
    return 0


TITLE = "Our firm"
COMMANDS = (
    Command(
        "profile show",
        show,
        "Show what kind of firm we are",
        "Who chose it and when, and what stood before. Without a choice, COPILOT_PROFILE counts.",
        """
        python -m core profile show
        python -m core profile show --history
        """,
        (argument("--history", action="store_true", help="each choice, the latest first"), JSON),
    ),
    Command(
        "profile set",
        set_,
        "Say what kind of firm we are",
        """
        It marks in the whole register what applies to us: yes, no or unclear. A firm may be several things; what binds
        it as one of them applies. Nothing is hidden, and what a person said of an obligation stays. The former choice
        is kept: set it again to change back.
        """,
        """
        python -m core profile set payment-institution
        python -m core profile set payment-institution data-controller
        python -m core profile set --none
        """,
        (
            argument("profile", nargs="*", metavar="PROFILE", help="as `profile list` prints it"),
            argument("--none", action="store_true", help="none of them"),
        ),
    ),
    Command(
        "profile mark",
        mark,
        "Bring what applies to us up to date",
        "Only where it is not: after another COPILOT_PROFILE, or after the word list of profiles was edited.",
        "python -m core profile mark",
        (argument("--later", action="store_true", help="leave it to the worker where it is much"),),
    ),
    Command(
        "profile list",
        list_,
        "List the kinds of firm that there are",
        "Key and name; they stand in data/lexicon/profiles.toml.",
        "python -m core profile list",
    ),
)
