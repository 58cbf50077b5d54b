"""A row of a table of duties is a norm with its time and bearer, whatever format the table comes in."""

import io

import pytest

from core.extract.engine import extract
from core.ingest import docx, html, markdown
from core.ingest.provisions import provisions
from core.types import Draft, ParsedFile

DUTIES = [
    ("Requirement", "Deadline", "Responsible"),
    ("Submit the annual incident report", "31 March each year", "Head of Compliance"),
    ("Report major incidents to the authority", "within 24 hours of detection", "CISO"),
    ("Test the continuity plan", "at least annually", "ICT risk function"),
]


def as_markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "# ANNEX I\n\n" + "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) + "\n"


def as_html(rows):
    cells = ["<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>" for tag, row in
             zip(["th", *["td"] * len(rows)], rows, strict=False)]  # fmt: skip
    return f"<html><body><h1>ANNEX I</h1><table>{''.join(cells)}</table></body></html>".encode()


def as_docx(rows):
    from docx import Document

    made = Document()
    made.add_heading("ANNEX I", 1)
    table = made.add_table(rows=len(rows), cols=len(rows[0]))
    for printed, row in zip(table.rows, rows, strict=True):
        for cell, words in zip(printed.cells, row, strict=True):
            cell.text = words
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def norms(parsed: ParsedFile) -> list[Draft]:
    found = [one for one in extract(provisions(parsed, "d", "l")) if isinstance(one, Draft)]
    for draft in found:
        for passage in (draft.quote, *(time.passage for time in draft.deadlines)):
            assert passage.start is not None
            assert parsed.text[passage.start : passage.end] == passage.text
    return found


def parsed(rows) -> ParsedFile:
    return markdown.parse(as_markdown(rows).encode())


@pytest.mark.parametrize(
    "file", [parsed(DUTIES), html.parse(as_html(DUTIES)), docx.parse(as_docx(DUTIES))], ids=["md", "html", "docx"]
)
def test_each_row_says_what_when_and_who(file):
    assert [(d.action, d.bearer.text, [t.iso8601 for t in d.deadlines]) for d in norms(file)] == [
        ("submit the annual incident report", "Head of Compliance", ["R/P1Y"]),
        ("report major incidents to the authority", "CISO", ["PT24H"]),
        ("test the continuity plan", "ICT risk function", ["R/P1Y"]),
    ]
    assert all(draft.lead_in and "Requirement" in draft.lead_in.text for draft in norms(file))


def test_a_table_of_retention_periods_says_what_is_kept_and_how_long():
    found = norms(parsed([("Record", "Retention period"), ("Payment orders", "5 years"), ("Logs", "six months")]))
    assert [(d.action, d.deadlines[0].kind, d.deadlines[0].iso8601) for d in found] == [
        ("keep Payment orders", "retention", "P5Y"), ("keep Logs", "retention", "P6M"),
    ]  # fmt: skip


def test_a_row_with_a_rule_of_its_own_is_read_as_a_sentence():
    rows = [("Requirement", "Deadline"), ("The firm shall test its plan", "annually")]
    (draft,) = norms(parsed(rows))
    assert (draft.rule, draft.bearer.text) == ("shall", "firm")


@pytest.mark.parametrize(
    "rows",
    [
        [("Code", "Country"), ("DK", "Denmark")],
        [("This Regulation", "Directive 2007/64/EC"), ("Article 1", "Article 2")],
        [("Requirement", "Article"), ("Submit the report", "Article 5")],
    ],
)
def test_other_tables_command_nothing(rows):
    assert norms(parsed(rows)) == []
