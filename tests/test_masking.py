"""Personal data and secrets on their way to a hosted model and back."""

import json
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.llm.masking import LETTERS, PERSONAL, mask_request, masked
from core.scan.personal import personal
from core.scan.secrets import secrets
from core.types import ChatRequest, Message
from tests.effort import at_most
from tests.shared import SHARED, needs_shared

MAIL, IBAN, PHONE = "greta.sample@example.org", "GB82 WEST 1234 5698 7654 32", "+44 7700 900123"
LINES = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\nq83vEjRWeJASNFZ4kBI0VniQ"
KEY = f"-----BEGIN PRIVATE KEY-----\n{LINES}\n-----END PRIVATE KEY-----"
VALUES = (
    MAIL, "a@b.co", IBAN, PHONE, "4111 1111 1111 1111", "536-22-8726", "AB 12 34 56 C", "203.0.113.45",
    "date of birth: 14 March 1979", "password=Winter-Specimen-2026", "sk-ant-api03-" + "q8Zr" * 9, KEY, "Tel: 467 3395",
    "AKIAQ3EGR7ZL2M5T8WX4", "postgres://ada:s3cr\"t9@db.example.org", "phone 1234567",
)  # fmt: skip
BETWEEN = ("", " ", ".", "@", ", ", "\n", "-", "x", "Kontakt ", '"', "\\", "12", "card ", "EMAIL", "born ", "=", " é ")
texts = st.lists(st.sampled_from(VALUES) | st.sampled_from(BETWEEN) | st.text(max_size=6), max_size=14).map("".join)


def found(text):
    return [*personal(text), *secrets(text)]


# --- promises for any text --------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=400)
@given(texts)
@example("a@b.co@b.co@b.co@b.co")
@example(f"{MAIL}{MAIL} {MAIL}x")
def test_what_is_masked_holds_nothing_and_comes_back_as_it_was(text):
    made = masked(text)
    assert found(made.text) == []
    assert len(made.text) == len(text)
    assert made.restore(made.text, json=False) == text


@settings(deadline=None, max_examples=200)
@given(texts)
def test_tokens_are_unique_and_as_long_as_their_values(text):
    made = masked(text)
    tokens = [token for token, _ in made.pairs]
    assert all(len(token) == len(value) for token, value in made.pairs)
    assert len({value for _, value in made.pairs}) == len(tokens)
    assert not any(one in other or other in one for one, other in combinations(tokens, 2))
    assert not any(token.casefold() in text.casefold() for token in tokens)


@settings(deadline=None, max_examples=200)
@given(texts)
def test_inside_json_what_comes_back_is_the_same_text(text):
    made = masked(text)
    answer = json.dumps({"quote": made.text})
    assert json.loads(made.restore(answer, json=True)) == {"quote": text}


@settings(deadline=None, max_examples=100)
@given(st.lists(texts, min_size=1, max_size=4))
def test_messages_keep_their_lengths_and_come_back_one_by_one(contents):
    request = ChatRequest(tuple(Message("user", text) for text in contents), system="Read.")
    sent, made = mask_request(request)
    assert [made.restore(one.content, json=False) for one in sent.messages] == contents
    assert [len(one.content) for one in sent.messages] == list(map(len, contents))
    assert not any(found(one.content) for one in sent.messages)


# --- what a reader would ask ------------------------------------------------------------------------------------


def test_a_text_without_personal_data_is_the_same_text():
    text = "The bank shall report to info@authority.org under Regulation (EU) 2022/2554."
    assert masked(text) == type(masked(""))(text)


def test_a_token_is_one_word_of_capitals_that_says_what_kind_of_thing_stood_there():
    ((token, _),) = masked(f"Write to {MAIL}.").pairs
    assert token.startswith("EMAIL")
    assert token.isupper()
    assert set(token[5:]) <= set(LETTERS)


def test_a_token_says_nothing_of_its_value():
    one, other = masked("Write to greta.sample@example.org."), masked("Write to henry.tester@example.org.")
    assert one.text == other.text


def test_the_same_value_is_the_same_token_in_all_messages():
    request = ChatRequest((Message("user", f"Ring {PHONE}."), Message("assistant", "Who?"), Message("user", PHONE)))
    sent, made = mask_request(request)
    assert len(made.pairs) == 1
    assert sent.messages[0].content == f"Ring {sent.messages[2].content}."
    assert sent.messages[1].content == "Who?"


def test_a_value_is_masked_also_where_nothing_around_it_tells_what_it_is():
    made = masked("Desk phone: 467 3395. After " + "long talks " * 20 + "they agreed on 467 3395, not on 1467 33951.")
    assert made.text.count(made.pairs[0][0]) == 2
    assert "1467 33951" in made.text


def test_a_value_inside_another_is_not_taken_out_of_it():
    made = masked("Write to b@example.org or to ab@example.org or bb@example.org.x@example.org.")
    assert len({len(token) for token, _ in made.pairs}) == len(made.pairs)
    assert found(made.text) == []


def test_a_whole_private_key_goes_not_only_its_first_line():
    for text in (f"Use\n{KEY}\nfrom now on.", f"Use\n{KEY.rpartition('-----END')[0]}\nand nothing else."):
        made = masked(text)
        assert not any(line in made.text for line in LINES.split())
        assert made.text.startswith("Use\n")


def test_a_token_that_was_changed_or_cut_stays_what_it_is():
    made = masked(f"The officer ({MAIL}) and the desk ({PHONE}) shall answer.")
    token = made.pairs[0][0]
    for changed in (token.lower(), token.capitalize(), token[:-1], token[1:], f"{token[:8]} {token[8:]}"):
        assert made.restore(f"ask {changed} now", json=False) == f"ask {changed} now"


def test_a_quote_that_begins_or_ends_inside_a_token_stays_what_it_is():
    made = masked(f"The officer ({MAIL}) shall answer.")
    at = made.text.index(made.pairs[0][0])
    for quote in (made.text[: at + 10], made.text[at + 10 :]):
        assert made.restore(quote, json=False) == quote


def test_a_token_in_the_text_already_is_not_used_again():
    first = masked(f"Write to {MAIL}.").pairs[0][0]
    again = masked(f"Write to {MAIL}. The word {first.lower()} stands here.")
    assert again.pairs[0][0] != first
    sent, _ = mask_request(ChatRequest((Message("user", MAIL),), system=f"Never say {first}."))
    assert sent.messages[0].content != first


def test_quotes_and_line_ends_of_a_value_are_escaped_in_json():
    text = 'born\n14 March 1979, postgres://ada:s3cr"t9@db.example.org'
    made = masked(text)
    answer = json.dumps({"quote": made.text})
    assert json.loads(made.restore(answer, json=True))["quote"] == text


def test_personal_data_goes_as_it_is_where_the_card_allows_it_and_secrets_never():
    text = f"Write to {MAIL}, password=Winter-Specimen-2026."
    made = masked(text, PERSONAL)
    assert MAIL in made.text
    assert "Winter" not in made.text
    assert masked(text, frozenset({"secret", "password or key"})).text.count("Winter") == 0


@pytest.mark.parametrize("hostile", ["a@b.co" * 2_000, "-----BEGIN PRIVATE KEY-----" * 2_000, f"{MAIL} " * 2_000])
def test_a_hostile_text_takes_no_longer_than_others(hostile):
    with at_most(60):
        made = masked(hostile)
        assert made.restore(made.text, json=False) == hostile


@needs_shared
def test_a_real_regulation_is_masked():
    text = max((path.read_text("utf-8") for path in SHARED.rglob("*.txt")), key=len)[:300_000]
    with at_most(60):
        made = masked(text)
    assert made.restore(made.text, json=False) == text
