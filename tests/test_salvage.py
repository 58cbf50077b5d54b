"""Objects out of any answer: each malformed one is lost alone and counted, nothing is invented, nothing raises."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.extract.salvage import CUT_OFF, NO_JSON, NO_OBJECT, NOT_JSON, Answered, MaybeText, Share, Text, salvage


class Norm(Answered):
    quote: Text
    confidence: Share
    reason: MaybeText = ""


def norm(quote, confidence=0.9, **more):
    return {"quote": quote, "confidence": confidence, **more}


def answer(*norms):
    return json.dumps({"norms": list(norms)})


def read(text):
    found = salvage(text, Norm, "norms")
    return [one.quote for one in found.found], [one.reason for one in found.rejected]


A, B, C = norm("A keeper shall lock up."), norm("It shall not lend the keys."), norm("It may rest.")
ALL = [one["quote"] for one in (A, B, C)]


def test_a_clean_answer_gives_every_object_in_order():
    assert read(answer(A, B, C)) == (ALL, [])


def test_an_empty_list_is_an_answer_and_no_loss():
    assert read('{"norms": []}') == read("[]") == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{answer(A, B, C)}\n```",
        f"```\n{answer(A, B, C)}\n```\n",
        f"Certainly! Here are the norms I {{found}}:\n\n{answer(A, B, C)}\n\nLet me know if you need more.",
        f"{json.dumps(A)}\n{json.dumps(B)}\n{json.dumps(C)}",
        json.dumps([A, B, C]),
        json.dumps({"obligations": [A, B, C]}),
        answer(A, B, C).replace("}", ", }").replace("]", ",]"),
        answer(A, B, C).replace(": ", ":\n\t"),
    ],
)
def test_prose_fences_left_over_commas_and_other_wrappings_cost_nothing(text):
    assert read(text) == (ALL, [])


def test_objects_are_found_in_wrappings_of_the_models_own():
    wrapped = [
        {"result": {"norms": [A, B, C]}}, [{"norms": [A, B, C]}], {"norms": {"1": A, "2": B, "3": C}},
        {"norms": [{"norm": A}, B, {"norm": C}]},
    ]  # fmt: skip
    for one in wrapped:
        assert read(json.dumps(one)) == (ALL, [])


def test_a_number_in_quotation_marks_is_a_number():
    assert read(answer({**A, "confidence": "0.9"}, {**B, "confidence": " 1 "}, C)) == (ALL, [])


def test_raw_control_characters_inside_a_quote_are_read():
    assert read('{"norms": [{"quote": "A keeper\n\tshall\x01 lock.", "confidence": 1}]}') == (
        ["A keeper\n\tshall\x01 lock."],
        [],
    )


def test_an_answer_cut_off_in_the_middle_keeps_what_was_whole_and_completes_nothing():
    whole = answer(A, B, C)
    assert read(whole[: whole.index("may rest")]) == (ALL[:2], [CUT_OFF])


@pytest.mark.parametrize(
    "broken",
    [
        '{"quote": "A 5" pipe shall be marked.", "confidence": 0.9}',  # a quotation mark that is not escaped
        '{"quote": "A pipe shall be marked., "confidence": 0.9}',
        '{"quote": A pipe shall be marked., "confidence": 0.9}',
        '{"quote": "A pipe shall be marked." "confidence": 0.9}',
        '{"quote": "A pipe shall be marked.", "confidence": 0.9',
        '{"quote": "A pipe \\q shall be marked.", "confidence": 0.9}',
    ],
)
def test_a_malformed_object_costs_itself_alone(broken):
    text = f'{{"norms": [{json.dumps(A)}, {broken}, {json.dumps(B)}, {json.dumps(C)}]}}'
    assert read(text) == (ALL, [NOT_JSON])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"quote": "x", "confidence": 1.2}, "The field confidence is out of its range."),
        ({"quote": "x", "confidence": -0.1}, "The field confidence is out of its range."),
        ({"quote": "x", "confidence": float("nan")}, "The field confidence is out of its range."),
        ({"quote": "x", "confidence": "high"}, "The field confidence is of the wrong type."),
        ({"quote": "x", "confidence": "9"}, "The field confidence is out of its range."),
        ({"quote": "x", "confidence": "nan"}, "The field confidence is of the wrong type."),
        ({"quote": "x", "confidence": True}, "The field confidence is of the wrong type."),
        ({"quote": ["x"], "confidence": 1}, "The field quote is of the wrong type."),
        ({"quote": None, "confidence": 1}, "The field quote is of the wrong type."),
        ({"confidence": 1}, "The field quote is missing."),
        ({"quote": "x" * 20_001, "confidence": 1}, "The field quote is too long."),
    ],
)
def test_an_object_of_the_wrong_shape_is_rejected_by_the_name_of_its_field(wrong, reason):
    assert read(answer(A, wrong, B, C)) == (ALL, [reason])


def test_null_stands_for_nothing_where_a_field_may_be_empty():
    assert read(answer(norm("A.", reason=None))) == (["A."], [])


def test_what_is_no_object_is_rejected_one_by_one():
    assert read(json.dumps({"norms": [A, "and", 7, None]})) == (ALL[:1], [NO_OBJECT] * 3)


def test_words_around_a_whole_answer_hide_nothing_that_it_lost():
    given = answer(A, "It may rest.", {"quote": None}, B)
    assert read(f"Here it is:\n```json\n{given}\n```\nI hope this helps.") == read(given)
    assert len(read(given)[1]) == 2


@pytest.mark.parametrize("text", ["", "   ", "null", "I cannot help with that.", "{}", '{"error": "busy"}', "[" * 9000])
def test_an_answer_without_what_was_asked_for_is_one_loss(text):
    assert read(text) == ([], [NO_JSON])


def test_a_reason_holds_nothing_that_the_model_wrote_and_the_detail_is_short():
    text = answer({"quote": "PLANTED " * 500, "confidence": "PLANTED", "PLANTED": 1})
    (lost,) = salvage(text, Norm, "norms").rejected
    assert "PLANTED" not in lost.reason
    assert lost.detail.startswith('{"quote": "PLANTED')
    assert len(lost.detail) <= 200


def test_half_characters_cannot_come_in():
    (found,), _ = read('{"norms": [{"quote": "A \\ud800 keeper\\u0000.", "confidence": 1}]}')
    found.encode("utf-8")
    assert "\0" not in found


ENDLESS = {
    "nested": '{"norms":',
    "nested in a field": '{"quote":',
    "opened strings": '{"quote": "',
    "good": json.dumps(A) + ",",
    "broken": '{"quote": "A" x},',
    "inverted quotes": '{"{":":":":"',
    "braces": "{",
    "quotes": '"',
    "lists": '{"quote": ["a",',
    "backslashes": '{"quote": "\\',
    "blanks": "{    ",
    "fences": "```",
    "commas": ", ",
    "spaces in a schema's grasp": " ",
}


@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_answer_takes_time_in_proportion_to_its_length(piece):
    many = piece * (200_000 // len(piece))
    for text in (many, '{"quote": "' + many, f'{{"norms": [{many}x'):
        started = time.process_time()
        salvage(text, Norm, "norms")
        assert time.process_time() - started < 8  # a tenth of that; the square of it would take hours


@given(st.text(alphabet=st.sampled_from('{}[]":,\\ \n0e.aquote`'), max_size=300))
def test_no_text_at_all_raises(text):
    salvage(text, Norm, "norms")


@given(
    st.lists(st.tuples(st.text(max_size=60), st.floats(0, 1)), max_size=6),
    st.integers(0, 400),
    st.text(alphabet='{}",:\\x', max_size=8),
)
def test_whatever_is_cut_out_or_put_in_no_quote_is_invented(rows, at, noise):
    given_ = [norm(quote.encode("utf-8", "replace").decode().replace("\0", ""), share) for quote, share in rows]
    whole = answer(*given_)
    for text in (whole, whole[:at], whole[:at] + whole[at + 3 :], whole[:at] + noise + whole[at:]):
        found, _ = read(text)
        if text == whole:
            assert found == [one["quote"] for one in given_]
        if text == whole[:at]:
            assert found == [one["quote"] for one in given_[: len(found)]]
