"""The samples are ours, complete, and say what they should be read as."""

import re
import tomllib
import zipfile
from pathlib import Path

import pytest

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
