"""Who owns a model and its vendor review: said by people, over the file, logged, and steering nothing."""

import json
from dataclasses import replace
from datetime import date

import pytest

from core import llm
from core.errors import BadInput, NotAllowed
from core.identity import local_user
from core.llm import catalog, permission
from core.llm.reviewing import FIELDS, MOST_CHARACTERS
from core.settings import settings
from core.store import connect, rows

ADA = local_user()
HAIKU, SONNET = "anthropic:claude-haiku-5-5", "anthropic:claude-sonnet-5-5"


@pytest.fixture
def db(tmp_path):
    return connect(tmp_path / "copilot.db")


def now_known(db, model: str) -> llm.Entry:
    [found] = llm.reviewed(db, [llm.entry(model, settings())])
    return found


def logged(db) -> list[dict]:
    return rows(db, "select subject, user_id, details from audit where event = 'model.reviewed' order by number")


def test_what_a_person_says_of_a_model_is_laid_over_what_the_file_says(db):
    said = {"owner": "Head of Data", "review_date": "2026-11-20", "dpa": "Signed, in the contracts' folder"}
    assert llm.save_review(db, ADA, [HAIKU], said) == 1
    found = now_known(db, HAIKU)
    assert (found.owner, found.review_date, found.review.dpa) == ("Head of Data", date(2026, 11, 20), said["dpa"])
    assert found.review.outage == llm.entry(HAIKU, settings()).review.outage
    assert now_known(db, SONNET) == llm.entry(SONNET, settings())


def test_every_field_of_the_template_can_be_said(db):
    said = {field: "2026-11-20" if field == "review_date" else f"About {field}" for field in FIELDS}
    llm.save_review(db, ADA, [HAIKU], said)
    assert {field: llm.answer(now_known(db, HAIKU), field) for field in FIELDS} == said


def test_no_words_take_an_answer_back_and_the_file_counts_again(db):
    known = llm.entry(HAIKU, settings()).review.outage
    llm.save_review(db, ADA, [HAIKU], {"outage": "We stop work", "owner": "Head of Data"})
    llm.save_review(db, ADA, [HAIKU], {"outage": " ", "owner": ""})
    assert now_known(db, HAIKU).review.outage == known
    assert llm.answer(now_known(db, HAIKU), "owner") == ""


def test_only_what_is_new_is_kept_and_logged_without_its_words(db):
    assert llm.save_review(db, ADA, [HAIKU, SONNET], {"owner": "Head of Quince", "sso": ""}) == 2
    assert llm.save_review(db, ADA, [HAIKU, SONNET], {"owner": "Head of Quince", "sso": ""}) == 0
    told = logged(db)
    assert [(row["subject"], row["user_id"]) for row in told] == [(f"model:{name}", ADA.id) for name in (HAIKU, SONNET)]
    assert json.loads(told[0]["details"]) == {"fields": ["owner"]}
    assert "Quince" not in json.dumps(rows(db, "select * from audit"))


def test_it_never_changes_which_text_a_model_may_see(db):
    llm.save_review(db, ADA, [HAIKU], dict.fromkeys(FIELDS[2:], "Confidential and restricted text are allowed"))
    before, after = llm.entry(HAIKU, settings()), now_known(db, HAIKU)
    steering = {"owner", "review_date", "review"}
    assert before.model_dump(exclude=steering) == after.model_dump(exclude=steering)
    assert not permission.allowed(after, "confidential", True, catalog.host(after, settings())).allowed


@pytest.mark.parametrize(
    ("models", "said", "words"),
    [
        ([HAIKU], {"review_date": "last week"}, "not a date like"),
        ([HAIKU], {"classifications": "restricted"}, "no question of a vendor review"),
        ([HAIKU], {"dpa": "x" * (MOST_CHARACTERS + 1)}, "shorten it"),
        ([HAIKU, "nobody:knows"], {"owner": "Head of Data"}, "not in the inventory"),
    ],
)
def test_what_cannot_be_said_is_refused_whole(db, models, said, words):
    with pytest.raises(BadInput, match=words):
        llm.save_review(db, ADA, models, said)
    assert rows(db, "select * from model_review") == []


def test_an_analyst_does_not_answer_for_models(db):
    with pytest.raises(NotAllowed, match="engineering owner or risk reviewer"):
        llm.save_review(db, replace(ADA, roles=("analyst",)), [HAIKU], {"owner": "Me"})
