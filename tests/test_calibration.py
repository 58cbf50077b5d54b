"""How sure the engine says it is was learned from norms that were judged, and can be learned again."""

import pytest

from core.errors import BadInput
from core.extract.doubts import confidence
from core.measure import calibration
from core.measure.calibration import Judged, Weights, caught, fit, judged, reliability, shipped
from tests.engine_parts import norm


def rows(*groups):
    """(doubts, right, how many)."""
    return [Judged(frozenset(doubts), right, True) for doubts, right, many in groups for _ in range(many)]


def test_a_doubt_that_goes_with_errors_weighs_and_one_that_does_not_is_dropped():
    learned = fit(
        rows(((), True, 90), ((), False, 10), (("nobody",), True, 20), (("nobody",), False, 20), (("rare",), True, 30))
    )
    assert learned.weight["nobody"] > 1
    assert "rare" not in learned.weight
    assert learned.sure(Judged(frozenset(), True, True)) == pytest.approx(0.9, abs=0.05)


def test_the_shipped_weights_are_those_that_the_judged_norms_teach():
    learned = fit(judged())
    assert learned.weight == pytest.approx(shipped().weight, abs=0.02)
    assert learned.base == pytest.approx(shipped().base, abs=0.02)


def test_the_engine_says_what_the_weights_say():
    weights = shipped()
    for doubts in ((), ("nobody",), ("nobody", "several_marks")):
        assert confidence(doubts) == pytest.approx(weights.sure(Judged(frozenset(doubts), True, True)), abs=0.006)


def test_a_norm_that_names_nobody_is_less_sure_than_one_that_does():
    assert norm("Records shall be kept.").confidence < norm("The bank shall keep records.").confidence
    assert norm("The bank shall keep records.").confidence < 1


def test_what_is_claimed_stands_beside_what_was_right():
    assert reliability([0.95, 0.95, 0.75], [True, False, True]) == [
        {"from": 0.7, "norms": 1, "claimed": 0.75, "right": 1.0},
        {"from": 0.9, "norms": 2, "claimed": 0.95, "right": 0.5},
    ]


def test_errors_among_the_least_sure_are_counted_and_equals_by_their_share():
    sure = [0.5, *[0.9] * 9]
    assert caught(sure, [False, *[True] * 9]) == 1.0
    assert caught(sure, [True, *[True] * 8, False]) == 0.0
    assert caught([0.9] * 10, [False, *[True] * 9]) == pytest.approx(0.1)


def test_weights_are_written_and_the_card_stays(tmp_path):
    path = tmp_path / "confidence.toml"
    path.write_text("# Card.\n\nbase = 1.0\n\n[weight]\nold = 1.0\n", "utf-8")
    calibration._write(Weights(2.5, {"nobody": 0.75}), path)
    assert path.read_text("utf-8") == "# Card.\n\nbase = 2.5\n\n[weight]\nnobody = 0.75\n"


def test_a_line_that_is_no_judged_norm_is_named(tmp_path):
    path = tmp_path / "judged.jsonl"
    path.write_text('{"unit": "x"}\n', "utf-8")
    with pytest.raises(BadInput, match="Line 1"):
        judged(path)
