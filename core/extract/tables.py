"""Tables of duties: a row is a norm where the heads of the columns say what, when and who."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.extract.bearers import party
from core.extract.deadlines import deadlines
from core.extract.naming import as_bearer
from core.extract.phrases import plain, said
from core.extract.reading import words_of
from core.extract.terms import Terms
from core.language.references import Places, references
from core.language.verbs import is_base
from core.settings import lexicon
from core.types import Bearer, Deadline, Draft, Passage, Provision

ROW = re.compile(r"^(?P<table>.+), row (?P<row>\d{1,6})$")
CELL = re.compile(r"[^|]+")
LONGEST_HEAD_WORDS = 8
# A cell says "31 March each year" or "5 years" where a sentence says "by" or "within".
LEADS = ("", "by ", "within ", "for ")
# Less sure than a sentence with a modal: the table's heads say that it is a duty.
SURE, LESS_SURE = 0.8, 0.65
REASON = "A row of a table whose columns say what is to be done{}."


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column says what, when and who; `kept` when it says what is kept, and for how long."""

    header: Provision
    what: int
    when: int | None
    who: int | None
    kept: bool = False


def tables(provisions: Sequence[Provision]) -> dict[str, Columns]:
    """The tables of duties by their path, read from their first rows."""
    found = {}
    for provision in provisions:
        place = ROW.fullmatch(provision.path) if provision.kind == "table_row" else None
        if place and place["row"] == "1" and (columns := columns_of(provision)):
            found[place["table"]] = columns
    return found


def columns_of(header: Provision) -> Columns | None:
    heads = [plain(cell.text) for cell in cells(header)]
    if len(heads) < 2 or any(len(head.split()) > LONGEST_HEAD_WORDS for head in heads):
        return None
    names = lexicon("tables")
    when, who, what = _head(heads, names["when"]), _head(heads, names["who"]), _head(heads, names["what"])
    how_long, kept = _head(heads, names["how_long"]), _head(heads, names["kept"])
    if how_long is not None and kept is not None and how_long != kept:
        return Columns(header, kept, how_long, _other(who, kept, how_long), kept=True)
    when, who = _other(when, what), _other(who, what, when)
    return Columns(header, what, when, who) if what is not None and (when, who) != (None, None) else None


def _other(column: int | None, *taken: int | None) -> int | None:
    """A column says one thing."""
    return None if column in taken else column


def _head(heads: Sequence[str], names: Sequence[str]) -> int | None:
    return next((number for number, head in enumerate(heads) if said(names, head)), None)


def cells(row: Provision) -> list[Passage]:
    """The cells of a row as passages of the document, without the white space around them."""
    found = []
    for match in CELL.finditer(row.text):
        text = match.group().strip()
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        found.append(Passage(text, row.span.start + start))
    return found


def row_of(provision: Provision, found: dict[str, Columns]) -> Columns | None:
    place = ROW.fullmatch(provision.path) if found else None
    return found.get(place["table"]) if place else None


def row_draft(row: Provision, columns: Columns, terms: Terms, known: Places) -> Draft | None:
    """The norm of a row; None for the header and for a row that says nothing to do."""
    parts = cells(row)
    if row.id == columns.header.id or columns.what >= len(parts) or not parts[columns.what].text:
        return None
    what = parts[columns.what]
    verb = is_base(what.text.split()[0].lower())
    action = f"keep {what.text}" if columns.kept else what.text[0].lower() + what.text[1:] if verb else what.text
    times = _times(parts[columns.when], columns.kept) if columns.when is not None and columns.when < len(parts) else ()
    times = (*(() if columns.kept else deadlines(what.text, what.start or 0)), *times)
    who = _who(parts[columns.who], terms) if columns.who is not None and columns.who < len(parts) else Bearer("")
    told = "".join((", when" if times else "", " and by whom" if who.text else ""))
    return Draft(
        provision=row, quote=Passage(row.text, row.span.start), modality="obligation", bearer=who, action=action,
        rule="table_row", reason=REASON.format(told), lead_in=Passage(columns.header.text, columns.header.span.start),
        deadlines=times, references=references(row.text, row, known, row.span.start),
        confidence=SURE if verb or columns.kept else LESS_SURE,
    )  # fmt: skip


def _who(cell: Passage, terms: Terms) -> Bearer:
    w = words_of(cell.text, terms)
    if not w.tokens:
        return Bearer("")
    who = party(w.tokens, 0, len(w.tokens), terms)
    kind = as_bearer(w, who).kind if who.kind is not None and who.end > who.start else "regulated"
    return Bearer(cell.text, kind, explicit=True)


def _times(cell: Passage, kept: bool) -> tuple[Deadline, ...]:
    """The times of a cell, which leaves out the preposition that a sentence would have."""
    assert cell.start is not None
    for lead in LEADS:
        found = deadlines(lead + cell.text, cell.start - len(lead))
        if found:
            cut = tuple(replace(time, passage=_inside(time.passage, cell)) for time in found)
            long = ("period", "other") if kept else ()
            return tuple(
                replace(time, kind="retention") if time.kind in long and time.iso8601 else time for time in cut
            )
    return ()


def _inside(passage: Passage, cell: Passage) -> Passage:
    """The part of a passage that the cell has; a lead put in front of it falls away."""
    assert passage.start is not None
    assert cell.start is not None
    missing = max(0, cell.start - passage.start)
    return Passage(passage.text[missing:], passage.start + missing)
