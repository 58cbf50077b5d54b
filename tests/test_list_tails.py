"""What stands behind a list belongs to each of its items, or is the rule that the list only leads to."""

from core.extract.engine import extract
from core.ingest import markdown
from core.ingest.provisions import provisions
from core.types import Draft, ParsedFile


def norms(text: str) -> list[Draft]:
    parsed = markdown.parse(text.encode())
    read = provisions(ParsedFile("text/markdown", parsed.text, parsed.blocks), "d", "l")
    found = [draft for draft in extract(read) if isinstance(draft, Draft)]
    for draft in found:
        for passage in (draft.quote, *draft.conditions, *draft.exceptions, *(d.passage for d in draft.deadlines)):
            assert passage.start is not None
            assert parsed.text[passage.start : passage.end] == passage.text
    return found


def test_a_time_behind_the_list_is_that_of_every_item():
    found = norms(
        "# Article 7\n\n1. Banks shall keep the following records:\n\n(a) all orders;\n\n(b) all complaints,\n\n"
        "for a period of five years from the date of their creation.\n"
    )
    assert [[d.iso8601 for d in draft.deadlines] for draft in found] == [["P5Y"], ["P5Y"]]


def test_an_exception_behind_the_list_is_that_of_every_item():
    found = norms(
        "# Article 7\n\n1. A bank shall:\n\n(a) assess the risks;\n\n(b) inform the customer,\n\n"
        "unless the customer is a professional client.\n"
    )
    assert [[x.text for x in draft.exceptions] for draft in found] == [
        ["unless the customer is a professional client"]
    ] * 2


def test_a_sentence_that_runs_through_a_list_of_conditions_is_one_norm_with_them():
    (draft,) = norms(
        "# Article 9\n\n1. A financial entity that:\n\n(a) provides critical services; or\n\n(b) holds funds,\n\n"
        "shall report to the competent authority at least annually.\n"
    )
    assert (draft.bearer.text, draft.modality, draft.deadlines[0].iso8601) == (
        "financial entity",
        "obligation",
        "R/P1Y",
    )
    assert [condition.text for condition in draft.conditions] == ["provides critical services", "holds funds"]
    assert draft.lead_in is not None
    assert draft.lead_in.text == "A financial entity that:"


def test_a_new_sentence_behind_a_list_is_none_of_its_items():
    found = norms(
        "# Article 7\n\n1. A bank shall:\n\n(a) assess the risks;\n\n(b) inform the customer.\n\n"
        "Records shall be kept for two years.\n"
    )
    assert [[d.iso8601 for d in draft.deadlines] for draft in found] == [[], [], ["P2Y"]]


def test_a_penalty_in_the_same_section_is_tied_to_what_it_says_is_broken():
    found = norms(
        "# Section 12\n\n(1) A person must not deal without permission.\n\n(2) A firm must keep records.\n\n"
        "(3) A person who contravenes subsection (1) commits an offence and is liable to a fine.\n"
    )
    assert [[s.target for s in draft.sanctions] for draft in found] == [["Section 12(3)"], []]
