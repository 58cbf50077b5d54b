"""Which document it is: what the format declares first, then what the text says, then the file's name."""

import pytest

from core.ingest import applicability, markdown, read
from core.ingest.dates import dates, first_date
from core.ingest.identity import Identity, identity, number_of, structure, type_of
from core.ingest.provisions import provisions
from core.types import ParsedFile, Provision
from tests.shared import SHARED, needs_shared


def parsed(text: str, **declared: str) -> ParsedFile:
    file = markdown.parse(text.encode())
    return ParsedFile("text/markdown", file.text, file.blocks, declared=declared)


def of(text: str, filename: str = "file.md", **declared: str) -> Identity:
    return identity(parsed(text, **declared), filename)


def law(text: str) -> tuple[Provision, ...]:
    return provisions(parsed(text), "d", "l")


# --- number --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Regulation (EU) 2016/679 of the European Parliament", "32016R0679"),
        ("REGULATION (EU) 2016/ 679 OF THE EUROPEAN PARLIAMENT", "32016R0679"),
        ("Regulation (EU) No 575/2013 on prudential requirements", "32013R0575"),
        ("Commission Delegated Regulation (EU) 2024/1772 of 13 March 2024", "32024R1772"),
        ("Directive 95/46/EC of the European Parliament", "31995L0046"),
        ("Directive 2009/65/EC of the European Parliament", "32009L0065"),
        ("Directive (EU) 2015/2366 on payment services", "32015L2366"),
        ("Council Decision (CFSP) 2022/1", "Decision (CFSP) 2022/1"),
        ("EUROPA-PARLAMENTETS OG RÅDETS FORORDNING (EU) 2022/2554", "32022R2554"),
        ("Regulation (XU) 2026/117 of the Assembly", "Regulation (XU) 2026/117"),
        ("Policy on Regulation of the staff canteen", None),
        ("Agreement of 12/2024", None),
    ],
)
def test_the_official_number_is_read_from_the_title(title: str, number: str | None):
    assert number_of(title) == number


def test_the_number_of_the_amended_act_is_not_the_documents_own():
    title = "# Guideline on the reporting of incidents that firms suffer under Regulation (EU) 2022/2554"
    assert of(title).regulation is None


def test_a_declared_number_comes_before_the_text_and_the_name_last():
    assert of("# Regulation (EU) 2016/679", regulation="32016R0680").regulation == "32016R0680"
    assert of("# Notes", "dora_32022R2554_EN.md").regulation == "32022R2554"
    assert of("# Regulation (EU) 2016/679", "dora_32022R2554_EN.md").regulation == "32016R0679"


def test_a_part_of_the_code_of_federal_regulations_has_its_citation():
    assert of("# PART 1016—PRIVACY\n\n12 CFR Part 1016\n\n## § 1016.1 Purpose\n\nText.").regulation == "12 CFR 1016"


# --- title, type, version ------------------------------------------------------------------------------------------


def test_the_title_of_an_act_is_whole_and_quiet():
    text = "# REGULATION (EU) 2026/9 OF THE COUNCIL\n\n# of 2 March 2026\n\n# on trust\n\n# (Text with EEA relevance)"
    assert of(text + "\n\nText.").title == "Regulation (EU) 2026/9 of the Council of 2 March 2026 on trust"


def test_a_title_ends_where_the_document_starts():
    assert of("# Security policy\n\n## 1. Purpose\n\nText.").title == "Security policy"
    assert of("# ACT\n\n# CHAPTER I — General\n\nText.").title == "ACT"


def test_a_text_without_headings_is_named_by_its_first_line_or_its_file():
    assert of("Notice to clients\n\nText.").title == "Notice to clients"
    assert of("x " * 200, "folder/the file.txt").title == "the file"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Regulation (EU) 2016/679", "regulation"),
        ("Directive (EU) 2015/2366 amending Regulation (EU) No 1093/2010", "directive"),
        ("Guidelines on outsourcing arrangements", "guideline"),
        ("Information security policy", "policy"),
        ("Complaints procedure", "policy"),
        ("MASTER SERVICES AGREEMENT", "contract"),
        ("Companies Act", "statute"),
        ("Allotment news", ""),
    ],
)
def test_the_first_telling_word_of_the_title_is_the_type(title: str, kind: str):
    assert type_of(title) == kind


def test_a_contract_is_known_by_what_it_says_where_its_title_is_silent():
    assert of("EXHIBIT 10.1\n\nThis Agreement is made by and between the Buyer and the Seller.").type == "contract"


@pytest.mark.parametrize(
    ("text", "filename", "version"),
    [
        ("# Regulation (EU) 2026/9 of 2 March 2026", "x.md", "original 2026-03-02"),
        ("# Policy\n\nVersion 3.2, approved", "x.md", "v3.2"),
        ("# Rules\n\nConsolidated version 2 of 15 September 2027", "x.md", "consolidated 2027-09-15"),
        ("# Policy", "policy-v4.md", "v4"),
        ("# Policy", "gdpr_consolidated_2016-05-04_EN.html", "consolidated 2016-05-04"),
        ("# Agreement\n\ndated 2 February 2026", "x.md", "2026-02-02"),
        ("# Policy", "x.md", ""),
    ],
)
def test_versions_are_named(text: str, filename: str, version: str):
    assert of(text, filename).version == version


def test_versions_of_one_document_share_their_lineage():
    assert (
        of("# Security policy v1.0").lineage == of("# Security Policy – Version 2 (final)").lineage == "security-policy"
    )
    assert of("# Regulation (EU) 2016/679 of 27 April 2016").lineage == "32016R0679"


def test_a_language_that_is_declared_is_believed():
    assert of("# Titel", language="da").language == "da"
    assert of("# Policy\n\nThe firm shall notify the authority of it.").language == "en"


# --- dates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["25 May 2018", "May 25, 2018", "2018-05-25", "25.5.2018", "25/05/2018", "the 25th day of May 2018"]
)
def test_dates_are_read_in_their_usual_dress(text: str):
    assert first_date(f"from {text}.") == "2018-05-25"


def test_dates_that_are_none_are_passed_over():
    assert list(dates("31 February 2020, 99.99.2020, 2020-13-01, May 2020")) == []


def test_application_and_entry_into_force_come_from_the_last_provisions():
    found = law(
        "### Article 1\n\nArticle 5 shall apply from 1 January 2020.\n\n### Article 9\n\n"
        "This Regulation shall enter into force on 3 March 2026.\n\nIt shall apply from 25 May 2028."
    )
    assert applicability.applies_from(found) == "2028-05-25"
    assert applicability.in_force(parsed(""), found) == "2026-03-03"


def test_entry_into_force_counts_from_the_publication_that_the_file_states():
    text = (
        "This Regulation shall enter into force on the twentieth day following that of its publication in the Journal."
    )
    found = law(f"### Article 9\n\n{text}")
    assert applicability.in_force(parsed("", published="2016-05-04"), found) == "2016-05-24"
    assert (
        applicability.in_force(parsed("| 4.5.2016 | EN | Official Journal of the European Union | L 1 |"), found)
        == "2016-05-24"
    )
    assert applicability.in_force(parsed(""), found) is None


def test_a_part_that_applies_later_dates_the_act_only_if_nothing_else_does():
    assert (
        applicability.applies_from(law("### Article 9\n\nArticle 5 shall apply from 1 January 2020.")) == "2020-01-01"
    )


# --- whom it binds -------------------------------------------------------------------------------------------------


def test_the_list_of_the_scope_article_says_who_is_bound():
    text = "### Article 2 — Scope\n\n1. This Regulation applies to the following:\n\n(a) banks;\n\n(b) insurers; and"
    assert applicability.applies_to(law(text + "\n\n(c) funds.")) == ("banks", "insurers", "funds")


def test_those_whom_it_does_not_bind_are_not_taken_for_it():
    text = "### Article 2 — Scope\n\n1. This Regulation does not apply to:\n\n(a) clubs.\n\n"
    assert applicability.applies_to(law(text + "2. It applies to any money transmitter that pays.")) == (
        "any money transmitter",
    )


def test_an_act_on_an_activity_names_its_actors():
    text = "### Article 3 — Territorial scope\n\nThis Regulation applies to the processing of data by a controller "
    assert applicability.applies_to(law(text + "or a processor in the Union.")) == ("controller", "processor")


def test_a_text_that_says_nothing_of_it_binds_nobody_by_name():
    assert applicability.applies_to(law("### Article 1 — Duties\n\nFirms shall act.")) == ()


def test_tables_are_counted_and_a_single_row_is_none():
    file = parsed(
        "| 4.5.2016 | EN |\n\nText.\n\n| a | b |\n|---|---|\n| c | d |\n\n### Article 1\n\nAct.\n\n# ANNEX\n\nText."
    )
    counted = structure(file, provisions(file, "d", "l"))
    assert (counted.articles, counted.annexes, counted.tables) == (1, 1, 1)


# --- the whole reading ---------------------------------------------------------------------------------------------


def test_a_file_is_read_whole():
    reading = read(
        b"# Security policy\n\nVersion 2\n\n## 1. Scope\n\nThe policy applies to all employees.", "policy.md"
    )
    document = reading.document
    assert (document.title, document.type, document.version, document.lineage) == (
        "Security policy",
        "policy",
        "v2",
        "security-policy",
    )
    assert document.applies_to == ("all employees",)
    assert {provision.span.document_id for provision in reading.provisions} == {document.id}
    assert document.sha256.startswith(document.id)


@needs_shared
@pytest.mark.parametrize(
    ("pattern", "number", "in_force", "applies_from"),
    [
        ("gdpr_*", "32016R0679", "2016-05-24", "2018-05-25"),
        ("dora_*", "32022R2554", "2023-01-16", "2025-01-17"),
        ("sfdr_*EN.*", "32019R2088", None, "2021-03-10"),
        ("tfr_*", "32023R1113", "2023-06-29", "2024-12-30"),
    ],
)
def test_real_acts_say_what_they_are_in_every_format(
    pattern: str, number: str, in_force: str | None, applies_from: str
):
    for path in (SHARED / "regulations").glob(pattern):
        document = read(path.read_bytes(), path.name).document
        assert (document.type, document.regulation, document.lineage, document.language) == (
            "regulation",
            number,
            number,
            "en",
        )
        assert document.applies_from == applies_from
        assert document.in_force == in_force or in_force is None
        assert document.title.startswith(f"Regulation (EU) {number[1:5]}/{int(number[6:])} of the European Parliament")
        assert document.version.split(" ")[0] in ("original", "consolidated")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "# EXECUTION COPY\n\n# SERVICE AGREEMENT\n\n## 1. Services\n\nThe supplier shall serve.\n",
            "SERVICE AGREEMENT",
        ),
        ("Exhibit 10.B.01\n\nEXECUTION COPY\n\nSERVICE AGREEMENT\n\n# 1. Rights\n\nA shall.\n", "SERVICE AGREEMENT"),
        ("# Security Policy\n\n## 1. Purpose\n\nStaff must act.\n", "Security Policy"),
    ],
)
def test_what_is_stamped_on_a_copy_and_a_first_clause_are_no_title(text, title):
    assert identity(markdown.parse(text.encode()), "x.md").title == title
