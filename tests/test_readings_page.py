"""Document › Readings as a person meets it: analysed with a model on this machine, followed, and read beside ours."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core import analysing, jobs, library, register, store
from core.settings import settings
from core.worker import loop
from tests import page_parts
from tests.analysing_parts import ADA, OWN, PLAIN, Desk, careful, desk_with_prompts, norm, reader
from tests.model_servers import answer
from tests.page_parts import button, opened, said

CLOCKS = "# Regulation on clocks\n\n" + "\n\n".join(
    f"## Article {number} — Winding\n\n1. The firm shall wind clock {number} within {number + 1} days of its stop.\n\n"
    f"2. The keeper must not stop clock {number}."
    for number in range(1, 5)
)
PLANTED = "The firm shall pay $1 and $2 <b>at once</b> to [us](http://evil.example) **now**"


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Iterator[Desk]:
    """Our own prompts and routes of a test; no worker runs besides the test."""
    desk = desk_with_prompts(tmp_path, monkeypatch)
    with page_parts.folder(settings().data_dir, monkeypatch):
        yield desk


@pytest.fixture
def db(desk) -> Iterator[store.Database]:
    db = store.connect(settings().database)
    yield db
    db.close()


def work(db: store.Database) -> None:
    while loop._one_job(db, settings()):
        pass


def brought(db: store.Database, *, signed: bool = True, **card: object) -> str:
    receipt = library.receive(db, ADA, CLOCKS.encode(), "clocks.md", card=card or None)
    work(db)
    document_id = jobs.job(db, ADA, receipt.job_id).subject
    assert document_id
    if signed:
        library.sign_card(db, ADA, document_id)
    return document_id


def readings(document_id: str) -> AppTest:
    at = opened("document", document=document_id, tab="Readings")
    assert not at.exception
    return at


def chosen(at: AppTest, document_id: str) -> AppTest:
    at.selectbox(key=f"analyse-with-{document_id}").select(OWN).run()
    return at


def bare(at: AppTest) -> str:
    """What is said, without what keeps Markdown from being drawn."""
    return said(at).replace("\\", "")


def analysed(db, document_id: str) -> str:
    job_id = analysing.start(db, ADA, document_id, PLAIN)
    work(db)
    assert jobs.job(db, ADA, job_id).state == "done"
    return job_id


def test_a_card_that_is_not_signed_says_so_with_the_way_to_it(desk, db):
    with reader(desk):
        at = readings(brought(db, signed=False))
        assert "its data card is not signed" in bare(at)
        assert button(at, "Start").disabled
        button(at, "Open the data card").click().run()
    assert at.session_state["tab"] == "Details"
    assert button(at, "Sign the card")


def test_a_card_that_is_signed_meanwhile_is_seen_at_once(desk, db):
    with reader(desk):
        document_id = brought(db, signed=False)
        at = readings(document_id)
        library.sign_card(db, ADA, document_id)
        at.run()
    assert "is not signed" not in bare(at)
    assert not button(at, "Start").disabled


def test_a_model_that_may_not_see_the_text_is_refused_with_the_reason_and_cannot_be_started(desk, db):
    with reader(desk):
        document_id = brought(db, signed=False, sensitivity="Restricted", allowed_use={"prompting": True})
        library.sign_card(db, ADA, document_id)
        library.sign_card(db, replace(ADA, id="ben", name="Ben", roles=("reviewer",)), document_id)
        at = chosen(readings(document_id), document_id)
    assert "may not see" in bare(at)
    assert "restricted" in bare(at)
    assert button(at, "Start").disabled


def test_what_it_would_take_is_said_and_an_unknown_cost_is_never_nothing(desk, db):
    with reader(desk):
        document_id = brought(db)
        at = chosen(readings(document_id), document_id)
    assert re.search(r"\*\*\d+ windows?\*\*", said(at))
    assert "The number of tokens is a guess: tokens assumed" in said(at)
    assert "| Second pass | 1 | " in bare(at)
    assert "as for the 8 norms of the built-in reading" in bare(at)
    assert "tokens in" in said(at)
    assert "no charge" in said(at) or "cost unknown" in said(at)
    assert "about 0.00 USD" not in said(at)


def test_start_makes_a_job_that_is_shown_here_and_among_the_documents(desk, db):
    with reader(desk):
        document_id = brought(db)
        button(chosen(readings(document_id), document_id), "Start").click().run()
        (job,) = jobs.jobs(db, ADA, kind="analyse", active=True)
        assert (job.subject, job.payload["model"]) == (document_id, OWN)
        assert "Pause" in [one.label for one in readings(document_id).button]
        lines = [one.proto.text for one in opened("documents").get("progress")]
        assert any(line.startswith("Analyse ") for line in lines)


def test_a_paused_run_says_what_is_kept_and_goes_on(desk, db):
    with reader(desk):
        document_id = brought(db)
        job_id = analysing.start(db, ADA, document_id, PLAIN)
        at = readings(document_id)
        button(at, "Pause").click().run()
        assert jobs.job(db, ADA, job_id).held
        assert "Paused" in said(at)
        button(at, "Go on").click().run()
        assert not jobs.job(db, ADA, job_id).held


def test_a_failed_run_says_why_and_goes_on_to_its_end(desk, db):
    with reader(desk) as model:
        document_id = brought(db)
        model.before = lambda number: answer(400, {"error": {"message": "no", "type": "invalid_request_error"}})
        job_id = analysing.start(db, ADA, document_id, PLAIN)
        work(db)
        at = readings(document_id)
        assert "nothing is stored" in bare(at)
        model.before = lambda number: None
        button(at, "Go on").click().run()
        work(db)
        assert jobs.job(db, ADA, job_id).state == "done"


def test_a_finished_reading_stands_beside_ours_and_the_register_shows_it_when_it_is_chosen(desk, db):
    with reader(desk):
        document_id = brought(db)
        analysed(db, document_id)
        at = readings(document_id)
        runs = register.runs(db, ADA, document_id)
        assert [run.chosen for run in runs] == [True, False]
        assert "**Beside the built-in reading**" in said(at)
        button(at, "Show").click().run()
    assert [run.chosen for run in register.runs(db, ADA, document_id)] == [False, True]
    assert "The register shows this reading" in said(at)


def test_the_comparison_counts_what_only_one_of_the_two_has_found(desk, db):
    def forgetful(message: str) -> str:
        return json.dumps({"norms": [one for one in json.loads(careful(message))["norms"] if "keeper" not in str(one)]})

    with reader(desk) as model:
        model.answer = forgetful
        document_id = brought(db)
        analysed(db, document_id)
        at = readings(document_id)
    assert "Only built-in 4" in [option.content for one in at.get("button_group") for option in one.proto.options]


def test_that_both_agree_is_no_praise_where_the_built_in_engine_stood_in_for_the_model(desk, db):
    with reader(desk) as model:
        model.answer = lambda message: "The firm winds clocks."
        document_id = brought(db)
        analysed(db, document_id)
        at = readings(document_id)
    assert "the same as the one shown" in bare(at)
    assert "found by the built-in engine in the model’s place" in bare(at)


def test_what_is_not_in_the_text_is_shown_as_it_was_said_and_never_drawn(desk, db):
    def inventive(message: str) -> str:
        norms = json.loads(careful(message))["norms"]
        return json.dumps({"norms": [*norms, norm("Article 1(1)", PLANTED), {"quote": "<script>x</script>"}]})

    with reader(desk) as model:
        model.answer = inventive
        document_id = brought(db)
        analysed(db, document_id)
        at = readings(document_id)
    texts = [one.value for one in at.markdown]
    shown = next(text for text in texts if "at once" in text)
    assert "http://evil.example" not in re.sub(r"\\", "", shown) or "](" not in shown
    assert "<b>" not in shown
    assert "**now**" not in shown
    assert "$1 and $2" not in shown
    assert "1 quote not in the text" in bare(at)
    assert "1 piece rejected" in bare(at)
    assert not any("<script>" in text for text in texts)


def test_a_reading_whose_price_nobody_knows_says_so(desk, db):
    with reader(desk):
        document_id = brought(db)
        analysed(db, document_id)
        at = readings(document_id)
    assert "cost unknown" in said(at) or "no charge" in said(at)
    assert "0.0000 USD" not in said(at)
