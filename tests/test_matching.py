"""Where a quote stands: one squeezed form of a document serves every search in it."""

from hypothesis import given
from hypothesis import strategies as st

from core.extract.matching import Printed, Region, squeezed

LETTERS = st.text("abc  \n\t-\u00ad\u2013\u200bﬁﬃ…’“\u00a0\u3000é.", max_size=60)


@given(LETTERS, st.integers(0, 9))
def test_every_letter_of_the_squeezed_text_knows_its_place(text, offset):
    printed = Printed(text, offset)
    assert printed.key == squeezed(text)
    for index, letter in enumerate(printed.key):
        assert letter in squeezed(text[printed.place(index) - offset])


@given(LETTERS, st.integers(0, 60))
def test_the_first_letter_at_a_place_or_after_it_is_found(text, place):
    printed = Printed(text)
    places = [printed.place(index) for index in range(len(printed.key))]
    assert printed.index(place) == next((index for index, at in enumerate(places) if at >= place), len(places))


def test_a_region_does_not_see_what_lies_outside_it():
    text = "The firm shall keep  records. The firm shall keep\nrecords."
    whole = Printed(text)
    second = Region(text, 30, len(text), lambda: whole)
    found = second.normalised("The firm shall keep records.")
    assert found is not None
    assert found.start == 30
    assert Region(text, 0, 20, lambda: whole).normalised("The firm shall keep records.") is None


def test_a_region_alone_finds_the_same_as_one_that_shares_its_document():
    text = "One. The ofﬁce shall noti-\nfy them. Two."
    whole = Printed(text)
    for start in (0, 5):
        alone, shared = Region(text, start, 36), Region(text, start, 36, lambda: whole)
        assert alone.normalised("The office shall notify them.") == shared.normalised("The office shall notify them.")
        assert alone.normalised("The office shall notify them.") is not None
