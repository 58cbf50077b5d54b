"""Secrets that are typed, never given on the command line, where other people on the computer could read them."""

import getpass
import sys

from core.errors import BadInput


def asked(what: str) -> str:
    """One secret: typed unseen at a terminal, else the next line of standard input."""
    text = getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise BadInput(f"Nothing was given; type it, or put it on a line of standard input: {what.lower()}.")
    return text


def chosen(what: str) -> str:
    """A new one: at a terminal it is typed twice."""
    text = asked(what)
    if sys.stdin.isatty() and getpass.getpass("Once more: ") != text:
        raise BadInput("The two are not the same; start again.")
    return text
