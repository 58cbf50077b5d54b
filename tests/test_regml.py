"""US federal regulations in RegML are cited as "§ 1016.4(a)(1)"."""

import pytest

from core.errors import BadInput
from core.ingest import read, regml
from tests.pdf_parts import kinds
from tests.shared import SHARED, needs_shared

PART = """<?xml version="1.0"?><regulation xmlns="eregs">
<fdsys><cfrTitleNum>99</cfrTitleNum><title>WEIGHTS AND MEASURES</title></fdsys>
<preamble><effectiveDate>2026-02-01</effectiveDate></preamble>
<part label="900"><tableOfContents><sectionSubject>§ 900.1 Listed.</sectionSubject></tableOfContents>
<content><subpart><title>Registers</title><content><section label="900-1">
<subject>§ 900.1 Definitions.</subject>
<paragraph marker=""><content>As used in this part:</content></paragraph>
<paragraph marker="(a)"><content/><paragraph marker="(1)">
<content><def term="w">Weigher</def> means a person who weighs.</content>
</paragraph><paragraph marker="(2)"><title>Examples.</title><content/></paragraph></paragraph>
<paragraph marker="(b)"><title>Scale.</title><content>Scale means a device.</content></paragraph></section>
</content></subpart>
<appendix><appendixTitle>Appendix to Part 900—Form</appendixTitle><appendixSection><subject/>
<paragraph marker="A."><title>The Form</title><content/></paragraph>
<paragraph marker=""><content><graphic><text>![](ER1)</text><url>https://example.org/x.gif</url></graphic></content></paragraph>
</appendixSection></appendix></content></part></regulation>"""


def test_sections_are_headings_and_paragraphs_carry_their_markers():
    assert kinds(regml.parse(PART.encode())) == [
        ("heading", "99 CFR 900 — Weights and measures"),
        ("heading", "Registers"),
        ("heading", "§ 900.1 Definitions."),
        ("paragraph", "As used in this part:"),
        ("item", "(a)(1) Weigher means a person who weighs."),
        ("item", "(2) Examples."),
        ("item", "(b) Scale. Scale means a device."),
        ("heading", "Appendix to Part 900—Form"),
        ("item", "A. The Form"),
    ]


def test_number_title_and_date_are_declared_and_pictures_are_counted():
    found = regml.parse(PART.encode())
    assert found.declared == {
        "language": "en",
        "type": "regulation",
        "title": "Weights and measures",
        "regulation": "99 CFR 900",
        "in_force": "2026-02-01",
        "version": "2026-02-01",
    }
    assert found.warnings == ("1 pictures, such as model forms, are not text and were left out.",)


def test_its_paragraphs_are_cited_as_lawyers_cite_them():
    paths = [provision.path for provision in read(PART.encode(), "900.xml").provisions]
    assert "§ 900.1(a)(1)" in paths
    assert "§ 900.1(a)(2)" in paths
    assert "§ 900.1(b)" in paths


def test_a_notice_without_a_part_is_refused():
    with pytest.raises(BadInput, match="Add the whole part"):
        regml.parse(b'<notice xmlns="eregs"><changeset/></notice>')


@needs_shared
def test_regulation_p_gives_every_section_and_its_deepest_paragraphs():
    reading = read((SHARED / "regulations" / "12cfr1016_2016-16132.xml").read_bytes(), "12cfr1016.xml")
    paths = {provision.path for provision in reading.provisions}
    assert reading.document.regulation == "12 CFR 1016"
    assert {f"§ 1016.{number}" for number in range(1, 18)} <= paths
    assert {"§ 1016.4(a)(1)", "§ 1016.3(a)(1)", "§ 1016.3(b)(2)(ii)(A)"} <= paths
