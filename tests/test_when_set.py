"""When, unless and of what: our labelled units stay as right as they were."""

import json

import pytest

from core.errors import BadInput
from core.measure.when import judged, when_figures

# Units that the engine does not read wholly as labelled. Take an id out when it is mended; add none.
NOT_YET = frozenset("uk-06 uk-08 contract-07".split())  # noqa: SIM905


@pytest.fixture(scope="module")
def read():
    return judged()


def test_no_unit_goes_wrong_that_was_right(read):
    assert {unit.id: unit.wrong for unit in read if unit.wrong and unit.id not in NOT_YET} == {}


def test_a_unit_that_was_mended_is_no_longer_excused(read):
    assert {unit.id for unit in read if unit.wrong} >= NOT_YET


def test_the_set_is_as_large_and_as_broad_as_it_says(read):
    assert len(read) >= 100
    assert len({unit.text for unit in read}) == len({unit.id for unit in read}) == len(read)
    assert {unit.style.split()[0] for unit in read} == {"eu", "uk", "us", "contract", "policy"}


def labelled(tmp_path, text, **expected):
    path = tmp_path / "units.jsonl"
    path.write_text(json.dumps({"id": "x", "style": "eu", "text": text, "expect": [expected]}), "utf-8")
    return path


@pytest.mark.parametrize(
    ("aspect", "expected"),
    [
        ("times", {"times": [["period", "P3D", None]]}),
        ("kinds", {"times": [["date", "P2D", None]]}),
        ("anchors", {"times": [["period", "P2D", "the audit"]]}),
        ("conditions", {"conditions": ["if it is large"]}),
        ("exceptions", {"exceptions": ["unless it is small"]}),
        ("references", {"references": [["Article 5", None]]}),
    ],
)
def test_every_aspect_is_judged_by_itself(tmp_path, aspect, expected):
    text = "The bank shall report the loss within 2 days of the loss under Article 4."
    (unit,) = judged(labelled(tmp_path, text, **expected))
    assert unit.aspects() == {aspect}
    assert when_figures([unit])[aspect]["right"] < 1


def test_a_line_that_is_no_unit_is_named(tmp_path):
    path = tmp_path / "units.jsonl"
    path.write_text('{"text": "x"}\n', "utf-8")
    with pytest.raises(BadInput, match="Line 1"):
        judged(path)
