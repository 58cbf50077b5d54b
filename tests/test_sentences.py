"""Text is cut where a reader would cut it, and every sentence is a slice of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.language.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_a_full_stop_before_a_capital_ends_a_sentence():
    assert cut("The bank shall report. It shall keep records.") == ["The bank shall report.", "It shall keep records."]


def test_a_line_break_inside_a_paragraph_ends_nothing_but_an_empty_line_does():
    assert cut("The bank\nshall report\n\nThe firm shall not") == ["The bank\nshall report", "The firm shall not"]


@pytest.mark.parametrize(
    "text",
    [
        "It applies Regulation (EU) No. 1024/2013 as amended.",
        "See OJ L 119, p. 1 for the text.",
        "The bank may use, e.g. Internet forms.",
        "Acme Ltd. Holdings shall pay.",
        "Mr. J. Smith signs.",
        "The limit is 4.2 per cent.",
    ],
)
def test_the_stop_of_an_abbreviation_ends_nothing(text):
    assert cut(text) == [text]


def test_a_sentence_keeps_the_quotation_mark_that_closes_it():
    assert cut("It reads ‘the firm.’ The end.") == ["It reads ‘the firm.’", "The end."]


@given(st.text(alphabet="aB .,;:\n()’“”!?123", max_size=200))
@settings(deadline=None, max_examples=150)
def test_sentences_are_slices_in_order_and_lose_only_white_space(text):
    spans = list(sentences(text))
    assert all(text[s:e] == text[s:e].strip() != "" for s, e in spans)
    assert [s for s, _ in spans] == sorted(s for s, _ in spans)
    assert "".join("".join(text[s:e].split()) for s, e in spans) == "".join(text.split())
