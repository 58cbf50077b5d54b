"""A document in windows for a model: whole provisions, lists with their lead-ins, never more than fits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.extract.windows import windows
from tests.readings import reading
from tests.shared import SHARED, needs_shared

LAW = """Regulation on warehouses

Article 1
Definitions
For the purposes of this Regulation, the following definitions apply:
(a) ‘bonded bay’ means a part of a warehouse in which goods are kept under seal;
(b) ‘keeper’ means a person who runs a warehouse;
(c) ‘night ledger’ means the record of what moves after dusk.

Article 2
Duties of keepers
1. A keeper shall lock every bonded bay at dusk. It shall count the goods once a week.
2. A keeper shall not:
(a) store grain beside oil;
(b) lend the keys to a carrier;
(c) release goods before the charges are settled;
(d) leave a lamp burning in an empty bay.

Article 3
Inspection
The inspectorate may visit a warehouse without notice. A keeper shall open every bonded bay that it asks for.
"""


def by_words(text: str) -> int:
    return len(text.split())


@pytest.fixture(scope="module")
def law():
    return reading(LAW, type="regulation")


def packed(law, most, **options):
    found = windows(law.document, law.provisions, by_words, most, **options)
    assert all(by_words(window.text) == window.tokens <= most for window in found)
    assert [window.number for window in found] == list(range(1, len(found) + 1))
    return found


def paths(window):
    return [provision.path for provision in window.provisions]


def test_a_short_law_is_one_window_with_every_path_before_its_text(law):
    (window,) = packed(law, 500)
    assert window.definitions == ()  # they stand in it as it is
    assert "# Duties of keepers\nArticle 2(1)\nA keeper shall lock every bonded bay at dusk." in window.text
    assert window.headings == ("Definitions", "Duties of keepers", "Inspection")
    assert law.document.text[window.start : window.end].startswith("For the purposes")


def test_every_provision_stands_in_exactly_one_window_in_the_order_of_the_text(law):
    found = packed(law, 60)
    told = [path for window in found for path in paths(window)]
    assert len(found) > 2
    assert told == [p.path for p in law.provisions if p.text.strip() and p.kind != "preamble"]


def test_the_same_law_gives_the_same_windows(law):
    assert packed(law, 60) == packed(law, 60)


def test_a_list_stays_with_its_lead_in_where_it_fits(law):
    found = packed(law, 60)
    (home,) = [window for window in found if "Article 2(2)" in paths(window)]
    assert {f"Article 2(2)({letter})" for letter in "abcd"} <= set(paths(home))


def test_a_list_that_must_be_cut_goes_on_under_its_lead_in(law):
    found = packed(law, 36, definitions=False)
    later = next(window for window in found if paths(window)[0].startswith("Article 2(2)("))
    assert "# Already read, for what follows: Article 2(2)\nA keeper shall not:" in later.text
    assert "Article 2(2)" not in paths(later)


def test_terms_that_occur_bring_their_definitions_and_others_do_not(law):
    later = next(
        window for window in packed(law, 80) if "Article 3" in paths(window) and "Article 1" not in window.text
    )
    assert "‘bonded bay’ means a part of a warehouse" in later.text
    assert any("‘bonded bay’" in text for text in later.definitions)
    assert not any("night ledger" in text for text in later.definitions)


def test_definitions_can_be_left_out(law):
    assert not any(window.definitions for window in packed(law, 80, definitions=False))


def test_a_provision_is_cut_between_sentences_when_it_alone_is_too_large():
    law = reading("Article 1\n" + " ".join(f"A keeper shall lock bay {n} at dusk." for n in range(40)))
    found = packed(law, 50)
    assert len(found) > 4
    assert all(window.text.endswith("at dusk.") for window in found)
    joined = "".join(law.document.text[window.start : window.end] for window in found)
    assert joined == law.document.text[found[0].start : found[-1].end]


def test_a_sentence_that_no_window_can_hold_is_refused_by_name():
    law = reading("Article 1\nA keeper shall lock every bonded bay of the warehouse at dusk.")
    with pytest.raises(
        BadInput, match=r"A sentence of Article 1 needs 14 tokens, and a window holds 9; choose a model"
    ):
        windows(law.document, law.provisions, by_words, 9)


def test_what_it_says_that_a_sentence_needs_is_more_than_a_window_holds():
    law = reading("Article 1\nHow those who keep warehouses lock what is in them\nA keeper shall lock every bay.")
    for most in range(1, by_words(law.document.text)):
        try:
            windows(law.document, law.provisions, by_words, most)
        except BadInput as error:
            needs, holds = map(int, re.findall(r"\d+(?= tokens|;)", str(error)))
            assert needs > holds


def test_recitals_preambles_and_notes_are_not_sent():
    law = reading(
        "Regulation (EU) 2031/7\n\nWhereas:\n\n(1) Warehouses should be dry.\n\n(2) Keepers must be honest.\n\n"
        "HAVE ADOPTED THIS REGULATION:\n\nArticle 1\nA keeper shall lock every bay.\n",
        type="regulation",
    )
    assert [p.kind for p in law.provisions if "should be dry" in p.text] == ["recital"]
    (window,) = packed(law, 200)
    assert "should be dry" not in window.text
    assert "shall lock every bay" in window.text


def test_a_text_without_provisions_gives_no_windows():
    law = reading("")
    assert windows(law.document, law.provisions, by_words, 100) == ()


def test_a_counter_that_counts_more_for_the_whole_than_for_its_parts_still_never_overfills(law):
    def dear(text: str) -> int:
        return len(text.split()) + len(text.split("\n")) ** 2

    found = windows(law.document, law.provisions, dear, 70)
    assert all(dear(window.text) <= 70 for window in found)


@given(st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=4), min_size=1, max_size=8), st.integers(16, 60))
def test_no_window_is_ever_larger_than_asked_and_nothing_is_lost(lengths, most):
    articles = (
        f"Article {number}\n" + " ".join(" ".join([f"Word{number}"] * length) + "." for length in sentences)
        for number, sentences in enumerate(lengths, 1)
    )
    law = reading("\n\n".join(articles))
    found = packed(law, most)
    sent = "".join(law.document.text[window.start : window.end] for window in found)
    assert sent.count("Word") == law.document.text.count("Word")


@needs_shared
def test_the_whole_of_dora_is_packed():
    name = "dora_32022R2554_original-oj_2022-12-14_EN.md"
    law = reading((SHARED / "regulations" / name).read_text("utf-8"), name)
    found = windows(law.document, law.provisions, lambda text: len(text) // 4 + 1, 3_000)
    assert 15 < len(found) < 60
    assert max(window.tokens for window in found) <= 3_000
