"""A redline shows what was taken out and put in, and gives both texts back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.compare import Piece, by_line, changed, redline
from core.compare.wording import tokens, trimmed, words
from tests.effort import at_most

SOME = ("the", "firm", "shall", "tell", "its", "owners", "9(3)", "“third-party”", ",", ";", "and", "or")
WORDS = st.lists(st.sampled_from(SOME), max_size=14)


def said(pieces: tuple[Piece, ...], without: str) -> list[str]:
    return [word for piece in pieces if piece.operation != without for word in words(piece.text)]


@settings(deadline=None)
@given(WORDS, WORDS)
def test_without_what_was_put_in_it_is_the_old_text_and_without_what_was_taken_out_the_new_one(old, new):
    old_text, new_text = " ".join(old), " ".join(new)
    found = redline(old_text, new_text)
    assert said(found, "in") == list(words(old_text))
    assert said(found, "out") == list(words(new_text))
    assert changed(found) == (words(old_text) != words(new_text))


def test_the_old_side_is_readable_in_its_own_printing():
    old, new = "Banks shall report.", "Banks, and mills, shall report."
    assert "".join(one.text for one in redline(old, new, same="old") if one.operation != "in") == old
    assert "".join(one.text for one in redline(old, new) if one.operation != "out") == new


def test_a_reference_changes_as_a_whole():
    assert [(one.operation, one.text.strip()) for one in redline("in Article 9(3).", "in Article 8(3).")] == [
        ("same", "in Article"),
        ("out", "9(3)"),
        ("in", "8(3)"),
        ("same", "."),
    ]


def test_a_word_that_stays_between_two_changes_is_shown_with_them():
    found = redline("It keeps old the files here.", "It keeps new the books here.")
    assert [one.operation for one in found] == ["same", "out", "in", "same"]


def test_lines_are_told_apart_for_whoever_shows_only_the_changed_ones():
    found = by_line(redline("1. One.\n2. Two.\n3. Three.", "1. One.\n2. Four.\n3. Three."))
    assert [changed(line) for line in found] == [False, True, False]


@settings(deadline=None)
@given(st.text(alphabet="ab9(). -\u00ad\u2013\n’“;,", max_size=30))
def test_words_in_few_steps_are_the_words_with_places(text):
    assert [token.word for token in tokens(text)] == list(words(text))
    assert all(text[token.start : token.end].strip() for token in tokens(text))


def test_printings_of_one_text_have_the_same_words():
    assert words("the third-\nparty ‘risk’ – ﬁrst") == words("the third‑party 'risk' first")
    assert words("of the Council ( ) in Article 9 (3)") == words("of the Council in Article 9(3)")


def test_what_ends_a_list_item_does_not_count():
    assert trimmed(words("its rules; and")) == trimmed(words("its rules;")) == trimmed(words("its rules."))
    assert trimmed(words("bread and")) == ("bread", "and")


def test_an_annex_of_a_hundred_thousand_words_takes_seconds_and_little_memory():
    lines = [f"Row {number}: " + " ".join(f"word{number + at}" for at in range(50)) for number in range(2_000)]
    old = "\n".join(lines)
    new = "\n".join(line.replace("Row 7:", "Row seven:") for line in lines if "Row 9:" not in line)
    with at_most(60):
        found = redline(old, new)
    assert "".join(one.text for one in found if one.operation != "out") == new
    assert "".join(one.text for one in found if one.operation != "in").split() == old.split()
    assert sum(len(one.text) for one in found if one.operation != "same") < 1_000
