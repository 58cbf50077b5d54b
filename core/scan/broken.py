"""Where the end of a line, with a hyphen or without, may break an e-mail address or a telephone number."""

import re
from collections.abc import Iterator
from typing import NamedTuple

BREAK = r"[ \t]{0,8}\r?\n[ \t]{0,40}"
# "greta-⏎sample@…", "greta.sample⏎@…", "…@⏎example.org", "…@exam⏎ple.org", "…@example.⏎org", "…@exam-⏎ple.org".
# Never "write⏎greta@…": what stands before an address on the line above is a word.
EMAIL = re.compile(
    rf"(?<![\w.+-])(?:[\w.+-]{{0,63}}\w-{BREAK})?[\w.+-]{{1,64}}(?:{BREAK})?@(?:{BREAK})?"
    rf"[\w-]{{1,63}}(?:{BREAK}[\w-]{{1,63}})?(?:\.(?:{BREAK}(?=[a-z]))?[\w-]{{1,63}}(?:(?<=-){BREAK}[\w-]{{1,63}})?){{1,6}}"
)
LINE_END = re.compile(rf"-?{BREAK}")
# Without a hyphen, not before the number of a paragraph or an item.
IN_NUMBER = re.compile(rf"(?<=[\d)])(?:-{BREAK}|{BREAK}(?!\d{{1,3}}[.)]\s))(?=[\d(])")
REACH = 40  # of a number, on either side of the break
JOINTS = (" ", "", "-")  # what the break may stand for


class Candidate(NamedTuple):
    """`words`: as one line would have it; `parts`: what stands before and after the break."""

    words: str
    parts: tuple[str, ...]
    start: int
    end: int
    hyphen: bool


def addresses(text: str) -> Iterator[Candidate]:
    if "@" not in text:
        return
    for found in EMAIL.finditer(text):
        ends = list(LINE_END.finditer(found.group()))
        if any("\n" in one.group() for one in ends):
            last = next(one for one in reversed(ends) if "\n" in one.group())
            before = LINE_END.sub("", found.group()[: last.start()])
            yield Candidate(LINE_END.sub("", found.group()), (before,), *found.span(), last.group().startswith("-"))


def numbers(text: str, shape: re.Pattern[str]) -> Iterator[Candidate]:
    """Runs of `shape` that go over one break, however it is joined."""
    for at in IN_NUMBER.finditer(text):
        left, right = text[max(0, at.start() - REACH) : at.start()], text[at.end() : at.end() + REACH]
        left, right = left.rpartition("\n")[2], right.partition("\n")[0]
        for joint in JOINTS:
            joined, cut = left + joint + right, len(left)
            for found in shape.finditer(joined):
                if found.start() < cut and found.end() > cut + len(joint):
                    parts = joined[found.start() : cut], joined[cut + len(joint) : found.end()]
                    start, end = at.start() - len(parts[0]), at.end() + len(parts[1])
                    yield Candidate(found.group(), parts, start, end, at.group().startswith("-"))
