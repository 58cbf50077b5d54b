"""A quote with words left out is the whole passage of the source, or no obligation."""

import pytest

from core.extract import prompted
from core.extract.ground import ground_in
from core.extract.source import Source
from tests.prompted_parts import REPORT, answer, harbour, norm
from tests.test_ground import Law, only

REPORT_TO = (
    "The keeper of a quay shall, without undue delay and in any event within 24 hours after learning of it, report each"
    " leak of oil to the port authority in writing."
)
CLEAN = "The keeper of a quay shall clean the bollards each spring, and the crew shall paint the cranes before winter."
LEAK = "The keeper of a quay shall not, save in an emergency, pump bilge water into the basin of the inner harbour."


@pytest.fixture
def law():
    return Law(("Article 1", "This Act applies to quays."), ("Article 2", f"{CLEAN} {REPORT_TO}"), ("Article 3", LEAK))


def refused(grounded):
    assert grounded.obligations == ()
    (lost,) = grounded.ungrounded
    return lost.reason


@pytest.mark.parametrize("dots", ["…", "...", " … ", "[…]", " [...] ", "(…)", " (...) ", ". . .", " […]\n"])
def test_the_obligation_quotes_the_whole_passage_and_says_that_words_were_left_out(law, dots):
    quote = f"The keeper of a quay shall{dots}report each leak of oil to the port authority in writing."
    found = only(law.ground(law.draft("Article 2", quote)))
    assert (found.draft.quote.text, found.match) == (REPORT_TO, "elided")
    assert found.confidence == 0.85


@pytest.mark.parametrize(
    "quote",
    [
        f"… {REPORT_TO}",
        f"{REPORT_TO} […]",
        "The keeper of a quay shall … undue delay and in … report each leak of oil to the port authority in writing.",
        "The keeper of\na quay shall … re-\nport each leak of oil to the port authority in writing.",
    ],
)
def test_words_may_be_left_out_at_the_ends_or_twice_and_the_pieces_be_printed_otherwise(law, quote):
    assert only(law.ground(law.draft("Article 2", quote))).draft.quote.text == REPORT_TO


@pytest.mark.parametrize(
    "quote",
    [
        "The keeper of a quay shall … pay each sailor a bonus in gold.",  # the second piece is made up
        "The owner of every crane shall … report each leak of oil to the port authority",  # the first one is
        "The keeper of a quay shall … without unduly delaying … report each leak of oil to the port authority",
        "report each leak of oil to the port authority … The keeper of a quay shall",  # reversed
    ],
)
def test_a_piece_that_is_not_there_or_not_in_this_order_makes_it_no_quote(law, quote):
    assert "do not stand there in one sentence" in refused(law.ground(law.draft("Article 2", quote)))


@pytest.mark.parametrize(
    "quote", ["shall … report each leak of oil", "The keeper of a quay … report", "a … b … c", "…"]
)
def test_a_piece_of_a_word_or_two_proves_nothing(law, quote):
    assert refused(law.ground(law.draft("Article 2", quote)))


def test_what_was_left_out_is_never_another_norm_or_what_turns_this_one_round(law):
    for path, quote in (
        ("Article 2", "The keeper of a quay shall … paint the cranes before winter."),  # the crew's
        (
            "Article 2",
            "clean the bollards each spring … report each leak of oil to the port authority",
        ),  # two sentences
        ("Article 2", "report each leak of oil … pump bilge water into the basin"),  # two provisions
        (
            "Article 2",
            "The keeper of a quay … report each leak of oil to the port authority in writing.",
        ),  # its "shall"
        ("Article 3", "The keeper of a quay shall … pump bilge water into the basin of the inner harbour."),  # not
    ):
        assert "with no other norm between" in refused(law.ground(law.draft(path, quote)))


def test_items_between_two_pieces_of_a_list_are_norms_and_so_is_a_long_stretch():
    listed = "The keeper shall keep a log of leaks; (b) inform the crew; (c) count the ropes and chains each day."
    long = f"The keeper shall keep a log of leaks{', of spills and of stains' * 20} and of every rope and chain."
    law = Law(("Article 1", listed), ("Article 2", long))
    assert refused(
        law.ground(law.draft("Article 1", "The keeper shall keep a log … count the ropes and chains each day."))
    )
    assert refused(law.ground(law.draft("Article 2", "The keeper shall keep a log … and of every rope and chain.")))


def test_the_nearest_beginning_counts_where_several_lead_to_one_end(law):
    quote = "The keeper of a quay shall … report each leak of oil to the port authority in writing."
    assert only(law.ground(law.draft("Article 2", quote))).span.start == law.text.index(REPORT_TO)


def test_pieces_that_fit_several_passages_choose_none_of_them():
    law = Law(
        (
            "Article 1",
            "The keeper shall, on Mondays, wash the main deck. The keeper shall, on Fridays, wash the main deck.",
        )
    )
    quote = "The keeper shall … wash the main deck."
    assert "fit several passages" in refused(law.ground(law.draft("Article 1", quote)))


def test_what_the_text_says_twice_word_for_word_is_taken_in_order():
    says = "The keeper shall, on Mondays, wash the main deck."
    law = Law(("Article 1", f"{says} Ropes are dry. {says}"))
    drafts = [law.draft("Article 1", "The keeper shall … wash the main deck.", action=str(n)) for n in range(2)]
    assert [one.span.start for one in law.ground(*drafts).obligations] == [0, law.text.rindex(says)]


def test_dots_that_the_source_prints_itself_are_a_quote_like_any_other():
    says = "The keeper shall complete the form “I, ..., keeper of quay ..., declare” and send it to the port authority."
    law = Law(("Article 1", says))
    assert only(law.ground(law.draft("Article 1", says))).match == "exact"


def test_a_models_quote_with_words_left_out_stays_within_its_window_and_becomes_a_norm():
    read, found, around = harbour()
    words = REPORT.split()
    quote = f"{' '.join(words[:7])} … {' '.join(words[-4:])}"
    told = prompted.read(found[0], answer(norm("Article 2(1)", quote)), read.document, around)
    placed = prompted.grounded(found[0], told.drafts, around, "test:model")
    (one,) = placed.obligations
    assert (one.draft.quote.text, one.match) == (REPORT, "elided")


def test_pieces_of_two_sentences_or_two_provisions_are_no_quote_of_either():
    two = "The keeper shall clean each bollard. Ropes of hemp are white."
    law = Law(("Article 1", two), ("Article 2", "all ropes of flax and hemp"), ("Article 3", "that are kept dry"))
    quotes = ("The keeper shall … Ropes of hemp are white.", "all ropes of … that are kept dry")
    placed = in_the_window(law, *quotes)
    assert (placed.obligations, len(placed.ungrounded)) == ((), 2)


def in_the_window(law, *quotes):
    """Sought in the whole text, as in a window."""
    source = Source(law.document, law.provisions)
    return ground_in(source, [law.draft("Article 1", one) for one in quotes], "test:model", (0, len(law.text)))
