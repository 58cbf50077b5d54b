"""Labels: what may count as one, and as what."""

import pytest

from core.ingest.labels import counts, leading, roman


def test_numerals_are_read_and_nonsense_is_not():
    assert [roman(text) for text in ("i", "iv", "ix", "xiv", "xl", "xcix", "cxxi")] == [1, 4, 9, 14, 40, 99, 121]
    assert [roman(text) for text in ("", "iiii", "vx", "ic", "abc")] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "text", ["(EU) 2016/679 applies", "(as amended)", "2016/679", "10 000 euro", "e.g. this", "(the)"]
)
def test_brackets_and_numbers_in_running_text_are_no_labels(text: str):
    assert leading(text, 0, len(text))[0] == ()


def test_a_letter_may_count_as_a_numeral_too():
    assert {count.style[1] for count in counts("i", "()")} == {"lower", "roman"}
    assert {count.style[1] for count in counts("b", "()")} == {"lower"}
