"""Regular expressions for running text, where any space may be a line break."""

import re

# A PDF's or a text file's line break with its indent; longer gaps separate columns and not words.
GAP = r"\s{1,8}"


def spaced(*parts: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """The parts joined, each space standing for any short white space; write a space in a class as (?:-| )."""
    return re.compile("".join(parts).replace(" ", GAP), flags)
