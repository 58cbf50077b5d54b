"""File names as strangers give them, made fit to show; they never name anything on disk."""

import re
import unicodedata

LONGEST = 120
LONGEST_SUFFIX = 12
# Markup, shell and path characters have no place in a title; Windows refuses most of them too.
UNFIT = re.compile(r'[<>:"|?*`$&;\\/]+')


def display_name(filename: str) -> str:
    """The last part of a path, without control and invisible characters or markup, at most 120 characters long.

    >>> display_name("..\\\\..\\\\etc/<b>plan</b>.pdf")
    'b plan b .pdf'
    """
    plain = filename.replace("\\", "/")
    # "</b>" holds a slash too: a path ends at a separator that no tag has opened.
    last = re.split(r"(?<!<)/", plain)[-1]
    # Categories C and Z: control characters, and those that turn the direction of writing ("plan\u202efdp.exe").
    printable = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in last)
    words = " ".join(UNFIT.sub(" ", printable).split()).strip(". ")
    if len(words) <= LONGEST:
        return words or "document"
    stem, dot, suffix = words.rpartition(".")
    if not dot or len(suffix) > LONGEST_SUFFIX:
        return words[:LONGEST].rstrip()
    return f"{stem[: LONGEST - len(suffix) - 1].rstrip()}.{suffix}"
