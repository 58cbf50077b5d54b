"""`compare`, `carry`, `offers` and `take-over` from the command line."""

import json

import pytest

from tests.cli_parts import command_line
from tests.compare_parts import LAW, text

NEXT = text((LAW[0], ("Humidity", ["A seed bank shall keep the air dry."]), *LAW[1:])).replace("72 hours", "24 hours")


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    return command_line(tmp_path / "var", monkeypatch)


@pytest.fixture
def files(tmp_path):
    paths = tmp_path / "seeds-v1.md", tmp_path / "seeds-v2.md"
    for path, law in zip(paths, (text(), NEXT), strict=True):
        path.write_text(law, "utf-8")
    return paths


@pytest.fixture
def stored(copilot, files):
    return [copilot("import", path).cells[0][0] for path in files]


def test_two_files_are_compared_without_a_database(copilot, files, tmp_path):
    done = copilot("compare", *files)
    assert done.code == 0
    assert ["changed", "Deadline tightened", "Article 3(2)", "Article 4(2)"] in [line[:4] for line in done.cells]
    assert "1 duty added" in done.err
    assert not (tmp_path / "var").exists()


def test_stored_documents_are_compared_by_the_beginning_of_their_ids(copilot, stored):
    done = copilot("compare", stored[0][:8], stored[1][:8], "--kind", "added")
    assert [line[3] for line in done.cells] == ["Article 2"]


def test_a_file_can_be_held_against_a_stored_document(copilot, stored, files):
    assert "Nothing changed" in copilot("compare", stored[0], files[0]).err


@pytest.mark.parametrize(("name", "begins"), [("c.md", b"# What changed"), ("c.xlsx", b"PK"), ("c.json", b"{")])
def test_the_ending_of_the_output_chooses_the_format(copilot, files, tmp_path, name, begins):
    assert copilot("compare", *files, "--out", tmp_path / name).code == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_workbook_has_a_sheet_for_obligations_differences_articles_and_the_summary(copilot, files, tmp_path):
    from openpyxl import load_workbook

    copilot("compare", *files, "--out", tmp_path / "c.xlsx")
    book = load_workbook(tmp_path / "c.xlsx")
    assert book.sheetnames == ["Obligations", "Differences", "Articles", "Summary"]
    rows = list(book["Obligations"].iter_rows(values_only=True))
    assert ("changed", "Deadline tightened") in [row[:2] for row in rows]


def test_the_report_escapes_what_a_document_says(copilot, files, tmp_path):
    files[1].write_text(NEXT.replace("keep the air dry", "keep <b>the</b> *air* [dry](http://example.org)"), "utf-8")
    report = copilot("compare", *files, "--format", "md").out
    assert "<b>" not in report
    assert r"\[dry\](http" in report


def test_json_has_the_redline(copilot, files):
    whole = json.loads(copilot("compare", *files, "--format", "json").out)
    [changed] = [
        one for one in whole["changes"] if one["kind"] == "changed" and one["differences"][0]["way"] == "tightened"
    ]
    assert ["out", "72 "] in changed["redline"]


def test_what_cannot_be_compared_is_said_in_a_sentence(copilot, stored, files, tmp_path):
    assert "same document" in copilot("compare", stored[0], stored[0]).err
    assert copilot("compare", stored[0], "nothing-there").code == 3
    assert copilot("compare", *files, "--out", tmp_path / "c.doc").code == 2


def test_what_was_said_is_carried_over_offered_and_taken_over(copilot, files):
    old = copilot("import", files[0]).cells[0][0]
    listed = {line[1]: line[0] for line in copilot("obligations", "--document", old).cells}
    copilot("assign", listed["Article 2(1)"], listed["Article 3(2)"], "--to", "Ada")
    new = copilot("import", files[1]).cells[0][0]
    owners = {line[1]: line[9] for line in copilot("obligations", "--document", new).cells}
    assert (owners["Article 3(1)"], owners["Article 4(2)"]) == ("Ada", "")
    assert "nothing left" in copilot("carry", old, new).err
    [offer] = copilot("offers", old, new).cells
    assert offer[3] == "Ada"
    assert copilot("take-over", *offer[:2]).code == 0
    assert copilot("offers", old, new).cells == []
    assert "first said by" in copilot("history", offer[1]).out
