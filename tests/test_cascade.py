"""When a stronger model reads a window again, and that good readings cost nothing more."""

import pytest

from core.extract import prompted
from core.extract.cascade import weak
from core.extract.engine import extract
from core.extract.ground import ground
from core.extract.windows import windows
from core.types import Draft
from tests.prompted_parts import LEAVE, REPORT, answer, harbour, norm
from tests.readings import reading


def judged(*norms, text=None, covered=True):
    law, (window,), around = harbour()
    told = prompted.read(window, text or answer(*norms), law.document, around)
    placed = prompted.grounded(window, told.drafts, around, "m")
    drafts = [draft for draft in extract(law.provisions) if isinstance(draft, Draft)]
    ours = ground(drafts, law.document, law.provisions).obligations if covered else ()
    left = prompted.missed(window, law.document, (*placed.obligations, *ours), (), around)
    return weak(window, told, placed, left)


GOOD = (norm("Article 2(1)", REPORT), norm("Article 2(2)", LEAVE, "prohibition"))


def test_a_good_reading_is_not_read_again():
    assert judged(*GOOD) == ()


@pytest.mark.parametrize(
    ("norms", "said"),
    [
        ((*GOOD, norm("Article 2(1)", "The master shall sing to the gulls.")), "1 of 3 quotes are not in the text."),
        ([{**one, "confidence": 0.4} for one in GOOD], "The model is sure to 40% on average."),
        ((*GOOD, {"quote": "x"}), "1 of 3 objects could not be read."),
        (GOOD * 5, "8 of 10 objects repeat another."),
    ],
)
def test_each_sign_of_a_poor_reading_is_a_reason_with_its_numbers(norms, said):
    assert judged(*norms) == (said,)


def test_sentences_that_nothing_accounts_for_are_a_reason():
    assert judged(*GOOD, covered=False) == ("6 of 8 sentences that look like norms are not accounted for.",)


def test_a_single_open_sentence_is_no_reason():
    law = reading("Article 1\nThe keeper shall lock up. A key shall be deemed lost after a day.")
    (window,) = windows(law.document, law.provisions, len, 5_000)
    around = prompted.Surroundings(law.document, law.provisions)
    told = prompted.read(window, answer(norm("Article 1", "The keeper shall lock up.")), law.document, around)
    placed = prompted.grounded(window, told.drafts, around, "m")
    left = prompted.missed(window, law.document, placed.obligations, (), around)
    assert (len(left.sentences), weak(window, told, placed, left)) == (1, ())


def test_prose_instead_of_an_answer_is_a_reason():
    assert judged(text="I am sorry.") == ("1 of 1 objects could not be read.",)


def test_no_reason_holds_a_word_of_the_text_or_the_answer():
    told = judged(norm("Article 2(1)", "PLANTED words that stand nowhere at all."), {"PLANTED": 1}, covered=False)
    assert len(told) == 3
    assert not any("PLANTED" in reason for reason in told)
