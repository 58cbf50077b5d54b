"""The samples are ours, complete, and say what they should be read as."""

import re
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest

from core.pipeline import analyze
from core.types import Analysis

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"
LISTED = tomllib.loads((SAMPLES / "samples.toml").read_text("utf-8"))["sample"]
OWN = {"README.md", "samples.toml", "make.py"}


def folded(text: str) -> str:
    return " ".join(text.split())


def written(name: str) -> list[str]:
    """The sentences of a source, without its block marks."""
    rows = (SAMPLES / "source" / f"{name}.txt").read_text("utf-8").splitlines()
    return [part.strip() for row in rows if row for part in row.partition(": ")[2].split(" | ")]


def pdf_text(path: Path) -> str:
    import pymupdf

    between_head_and_foot = pymupdf.Rect(0, 65, 600, 800)
    with pymupdf.open(path) as book:
        return folded(" ".join(page.get_text(clip=between_head_and_foot) for page in book))


def docx_text(path: Path) -> str:
    from docx import Document

    book = Document(str(path))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return folded(" ".join([paragraph.text for paragraph in book.paragraphs] + cells))


def test_the_list_names_every_sample_and_no_other():
    on_disk = {path.name for path in SAMPLES.iterdir() if path.is_file()} - OWN
    assert {row["file"] for row in LISTED} == on_disk


def test_the_readme_explains_every_sample():
    readme = (SAMPLES / "README.md").read_text("utf-8")
    assert [row["file"] for row in LISTED if f"`{row['file']}`" not in readme] == []


def test_the_samples_come_in_every_common_format():
    assert {Path(row["file"]).suffix for row in LISTED} >= {".pdf", ".docx", ".html", ".xml", ".md", ".txt"}


@pytest.mark.parametrize("name", ["ict-incident-reporting", "ict-incident-reporting-v2", "outsourcing-contract"])
def test_a_pdf_holds_every_sentence_of_its_source(name):
    text = pdf_text(SAMPLES / f"{name}.pdf")
    assert [block for block in written(name) if folded(block) not in text] == []


def test_the_policy_holds_every_sentence_of_its_source_and_numbers_them_itself():
    path = SAMPLES / "information-security-policy.docx"
    text = docx_text(path)
    assert [block for block in written("information-security-policy") if block not in text] == []
    assert "<w:numPr>" in zipfile.ZipFile(path).read("word/document.xml").decode()


def test_addresses_in_the_samples_lead_nowhere():
    readable = [path for path in SAMPLES.rglob("*") if path.suffix in (".txt", ".md", ".html", ".xml")]
    mail = re.compile(r"[\w.]+@[\w.-]*\w")
    found = [address for path in readable for address in mail.findall(path.read_text("utf-8"))]
    assert found
    assert [a for a in found if not re.search(r"(\.example|@example\.(com|org|net))$", a)] == []


def test_the_second_version_differs_where_the_readme_says():
    first, second = (
        (SAMPLES / "source" / f"ict-incident-reporting{tail}.txt").read_text("utf-8") for tail in ("", "-v2")
    )
    for old, new in [
        ("within 72 hours after the initial", "within 48 hours after the initial"),
        ("by 31 March of each year", "by 30 April of each year"),
        ("2. Credit institutions shall carry out", "2. Credit institutions, payment institutions and"),
        ("Article 9 | Outsourcing", "Article 8 | Outsourcing"),
        ("Article 8 | Voluntary", "Article 10 | Lessons learned"),
    ]:
        assert (old in first, old in second) == (True, False)
        assert (new in first, new in second) == (False, True)


# --- what the app makes of them ---------------------------------------------------------------------------------


@cache
def analysis(name: str) -> Analysis:
    path = SAMPLES / name
    return analyze(path.read_bytes(), name)


def deadlines(name: str) -> dict[str, str | None]:
    """Provision → the outer limit of its deadline, of the norms that have one."""
    return {
        one.draft.provision.path: one.deadline.date or one.deadline.iso8601
        for one in analysis(name).obligations
        if one.deadline
    }


@pytest.mark.parametrize("row", LISTED, ids=lambda row: row["file"])
def test_a_sample_is_read_as_the_list_says(row):
    assert analysis(row["file"]).scope.decision == row["scope"]


@pytest.mark.parametrize("name", [row["file"] for row in LISTED if row["scope"] == "in_scope"])
def test_a_sample_in_scope_has_duties_and_every_quote_is_at_its_place(name):
    found = analysis(name)
    assert len(found.obligations) >= 7
    assert found.ungrounded == ()
    text = found.document.text
    assert [one for one in found.obligations if text[one.span.start : one.span.end] != one.draft.quote.text] == []


def test_running_heads_feet_and_navigation_are_not_in_the_text():
    pdf, page = (
        analysis("ict-incident-reporting.pdf").document.text,
        analysis("data-protection.html").document.text,
    )
    assert "Journal of the Example Union" not in pdf
    assert "it binds nobody" not in pdf
    assert "Print this page" not in page
    assert "Accessibility" not in page


def test_the_ict_regulation_is_read_as_the_readme_says():
    found = analysis("ict-incident-reporting.pdf")
    shape = found.document.structure
    assert (shape.articles, shape.recitals, shape.annexes, shape.tables) == (16, 6, 2, 1)
    limits = deadlines("ict-incident-reporting.pdf")
    assert [limits[f"Article 6(1)({letter})"] for letter in "abc"] == ["PT24H", "PT72H", "P1M"]
    assert limits["Article 5(3)"] == "2027-01-31"
    assert "Article 4(1)(c)(i)" in {one.draft.provision.path for one in found.obligations}


def test_version_2_is_a_version_of_the_first_with_its_changes():
    first, second = analysis("ict-incident-reporting.pdf"), analysis("ict-incident-reporting-v2.pdf")
    assert first.document.lineage == second.document.lineage
    assert first.document.version != second.document.version
    assert deadlines("ict-incident-reporting-v2.pdf")["Article 6(1)(b)"] == "PT48H"
    (widened,) = [one for one in second.obligations if "threat-led" in one.draft.action]
    assert "electronic money institutions" in widened.draft.bearer.text


def test_a_directive_names_who_complies_and_via_whom():
    found = {one.draft.provision.path: one.draft for one in analysis("payments-directive.xml").obligations}
    assert (found["Article 3(1)"].bearer.text, found["Article 3(1)"].via) == (
        "payment service providers",
        "Member States",
    )
    assert deadlines("payments-directive.xml")["Article 6(2)"] == "P13M"


def test_the_planted_personal_data_is_found_and_not_repeated():
    from core.scan import scan

    found = scan(analysis("complaints-procedure.md").document.text)
    assert {"personal", "secret"} <= {finding.kind for finding in found}
    assert "marguerite" not in repr(found).lower()


def test_the_hidden_text_is_not_in_the_text_and_no_action_comes_of_it():
    found = analysis("planted-instructions.html")
    assert "maintenance mode" not in found.document.text
    assert found.actions == ()


def test_danish_and_the_newsletter_have_no_invented_obligations():
    assert analysis("vejledning-da.txt").document.language == "da"
    assert analysis("vejledning-da.txt").obligations == analysis("newsletter-out-of-scope.txt").obligations == ()
