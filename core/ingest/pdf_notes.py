"""Footnotes: small type at the foot of a page that begins with a note's number. They move to the end of the text."""

import re

from core.ingest.pdf_lines import Line

SMALL = 0.94  # of the body's type size
LABEL = re.compile(r"\(?(\d{1,3}|[*†‡§]{1,3})\)?$")


def body_size(pages: list[list[Line]]) -> float:
    """The size in points that most of the text is set in; 10 when there is none."""
    letters: dict[float, int] = {}
    for lines in pages:
        for line in lines:
            size = round(line.size * 2) / 2
            letters[size] = letters.get(size, 0) + line.length
    return max(letters, key=lambda size: letters[size]) if letters else 10.0


def without_notes(pages: list[list[Line]], body: float) -> tuple[list[list[Line]], list[list[Line]]]:
    """The rows of each page less its footnotes, and the footnotes, each as its rows."""
    kept: list[list[Line]] = []
    notes: list[list[Line]] = []
    runs_on = False
    for rows in pages:
        zone = note_zone(rows, body)
        starts = note_starts(zone)
        if zone and not runs_on:
            # What stands above the first label is small print, not a note, unless a note ran over from the last page.
            zone = zone[min(starts) :] if starts else []
            starts = note_starts(zone)
        taken = {id(row) for row in zone}
        kept.append([row for row in rows if id(row) not in taken])
        for index, row in enumerate(zone):
            if index in starts or not notes:
                notes.append([])
            notes[-1].append(row)
        runs_on = bool(zone)
    return kept, notes


def note_zone(rows: list[Line], body: float) -> list[Line]:
    """The small rows that no row of body size stands below, on a page that has such rows."""
    large = [row for row in rows if row.size >= SMALL * body]
    if not large:
        return []
    return [
        row
        for row in rows
        if row.size < SMALL * body
        and row.upright
        and not row.table
        and not any(other.middle > row.middle and other.x0 < row.x1 and other.x1 > row.x0 for other in large)
        and any(other.middle < row.middle for other in large)
    ]


def note_starts(zone: list[Line]) -> set[int]:
    """Which rows begin a note: those with a raised label, or else those whose numbers count up."""
    raised = {index for index, row in enumerate(zone) if row.raised}
    if raised:
        return raised
    starts: set[int] = set()
    expected: int | None = None
    for index, row in enumerate(zone):
        label = LABEL.match(row.words[0].text)
        if not label or len(row.words) < 2:
            continue
        number = int(label[1]) if label[1].isdigit() else None
        if number is None or expected is None or number == expected:
            starts.add(index)
            expected = number + 1 if number is not None else expected
    return starts
