"""Models & prompts where it steers: proposing, deciding, going back, stopping a model."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from core import changes, llm, prompts, store, switches
from core.identity import local_user
from core.settings import settings
from pages.parts.prompt_diff import paired
from tests.change_parts import OLU, WORDS
from tests.page_parts import ROOT, button, folder, opened, said

NAME, SUBJECT = "extract-obligations", "prompt:extract"
V1, V2 = f"{NAME}/1.0.1", f"{NAME}/1.1.0"
HAIKU = "anthropic:claude-haiku-5-5"


@pytest.fixture
def db(tmp_path, monkeypatch):
    """Our own models folder, with a second version of the extraction prompt."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("COPILOT_OLLAMA_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("COPILOT_OPENAI_URL", "http://127.0.0.1:1/v1")
    models = tmp_path / "models"
    shutil.copytree(ROOT / "models", models, ignore=shutil.ignore_patterns("gguf"))
    home = models / "prompts" / NAME
    # The first version says nothing of changes, as the next one does here.
    text = (home / "1.0.0.md").read_text("utf-8").replace("Each norm once", "Every <b>norm</b> once")
    (home / "1.1.0.md").write_text(text.replace("+++\n", '+++\nchanges = "Says *every*."\n', 1), "utf-8")
    monkeypatch.setenv("COPILOT_MODELS_DIR", str(models))
    with folder(tmp_path / "var", monkeypatch) as path:
        db = store.connect(path / "copilot.db")
        yield db
        db.close()


def shown(**asked: str) -> AppTest:
    at = opened("models", **asked)
    assert not at.exception
    return at


def plain(at: AppTest) -> str:
    return said(at).replace("\\", "").replace(":small[]", "")


def proposed(db, by=OLU) -> str:
    return changes.propose(db, by, SUBJECT, V2, **WORDS)


# --- versions ---------------------------------------------------------------------------------------------------


def test_each_prompt_is_listed_with_the_version_in_use(db):
    at = shown()
    rows = next(one.value for one in at.dataframe if "In use" in one.value).set_index("Prompt")
    assert rows.loc[NAME, ["Task", "In use", "Versions"]].tolist() == ["extract", "1.0.1", "1.1.0, 1.0.1, 1.0.0"]
    assert "**What is different:** Says *every*." in plain(at)


def test_what_differs_is_escaped_and_marked_word_by_word(db):
    html = next(one.proto.body for one in shown().get("html") if "versions" in one.proto.body)
    assert "Every &lt;b&gt;norm&lt;/b&gt; once" in html.replace("<ins>", "").replace("</ins>", "")
    assert "<b>" not in html
    assert "lines unchanged …" in html


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        (["a b c"], ["a b c"], [("a b c", "a b c")]),
        (["one two three"], ["one 2 three"], [("one <del>two</del> three", "one <ins>2</ins> three")]),
        (["<x>"], [], [("<del>&lt;x&gt;</del>", None)]),
        ([], ["<x>", ""], [(None, "<ins>&lt;x&gt;</ins>"), (None, "")]),
        (["keep this line"], ["new", "keep that line"],
         [(None, "<ins>new</ins>"), ("keep <del>this</del> line", "keep <ins>that</ins> line")]),
        (["a  b"], ["a b"], [("a<del>  </del>b", "a<ins> </ins>b")]),
    ],
)  # fmt: skip
def test_lines_stand_beside_those_that_took_their_place(old, new, pairs):
    assert [(pair.old, pair.new) for pair in paired(old, new)] == pairs


def test_nothing_of_two_versions_is_left_out_of_their_comparison():
    import re
    from html import unescape

    one, other = prompts.prompt(NAME, "1.0.0").text.splitlines(), prompts.prompts()[-1].text.splitlines()
    pairs = list(paired(one, other))
    for lines, side in ((one, [pair.old for pair in pairs]), (other, [pair.new for pair in pairs])):
        assert [unescape(re.sub(r"</?(del|ins)>", "", line)) for line in side if line is not None] == lines


# --- proposals --------------------------------------------------------------------------------------------------


def test_a_version_not_in_use_can_be_proposed_and_the_one_in_use_cannot(db):
    at = shown()
    assert button(at, "Propose this version…")
    at.selectbox(key=f"prompt-version-{NAME}").set_value("1.0.1").run()
    assert not [one for one in at.button if one.label == "Propose this version…"]
    assert "In use, as shipped" in said(at)


def test_one_s_own_proposal_says_that_it_waits_for_a_second_person_and_can_be_withdrawn(db):
    id = proposed(db, local_user())
    at = shown()
    assert "Nobody approves their own change" in plain(at)
    assert not [one for one in at.button if one.label in ("Approve it", "Reject it")]
    button(at, "Withdraw it").click().run()
    assert changes.record(db, OLU, id).state == "withdrawn"


def test_somebody_elses_proposal_is_approved_with_a_reason_and_is_in_use(db):
    proposed(db)
    at = shown()
    button(at, "Approve it").click().run()
    assert "Say why you decide so" in at.error[0].value
    at.text_area(key=f"Approve-why-{changes.records(db, OLU)[0].id}").set_value("Tried on two acts.")
    button(at, "Approve it").click().run()
    assert switches.value(db, SUBJECT) == V2
    rows = next(one.value for one in at.dataframe if "In use" in one.value).set_index("Prompt")
    assert rows.loc[NAME, "In use"] == "1.1.0"
    assert "Tried on two acts." in plain(at)


def test_somebody_elses_proposal_is_rejected(db):
    id = proposed(db)
    at = shown()
    at.text_area(key=f"Reject-why-{id}").set_value("Not tried.")
    button(at, "Reject it").click().run()
    assert (changes.record(db, OLU, id).state, switches.value(db, SUBJECT)) == ("rejected", None)


def test_a_proposal_that_was_overtaken_cannot_be_approved_on_the_screen(db):
    proposed(db)
    routes = settings().models_dir / "routes.toml"
    routes.write_text(routes.read_text("utf-8").replace(f'"{V1}"', f'"{V2}"'), "utf-8")
    at = shown()
    assert f"Meanwhile {V2} is in use" in at.warning[0].value.replace("\\", "")


def test_what_people_write_in_a_record_is_shown_as_they_wrote_it(db):
    changes.propose(db, OLU, SUBJECT, V2, **{**WORDS, "reason": "**<b>x</b>** | y"})
    assert "**<b>x</b>** | y" in plain(shown())
    assert "\\*\\*\\<b\\>x" in said(shown())


def test_one_goes_back_with_a_reason(db):
    changes.decide(db, local_user(), proposed(db), True, "Tried.")
    at = shown()
    at.text_area(key=f"back-why-{SUBJECT}").set_value("It misses half.")
    button(at, "Go back to it").click().run()
    assert switches.in_use(db, SUBJECT) == V1
    assert any("Gone back" in one.label for one in at.expander)


def test_a_file_edited_after_its_approval_is_marked(db):
    changes.decide(db, local_user(), proposed(db), True, "Tried.")
    path = settings().models_dir / "prompts" / NAME / "1.1.0.md"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert "edited after it was approved" in plain(shown())


# --- the kill switch --------------------------------------------------------------------------------------------


def test_a_model_is_stopped_and_started_where_its_entry_is_shown(db):
    at = shown(model=HAIKU)
    button(at, "Stop it").click().run()
    assert "Say why it is stopped" in at.error[0].value
    at.text_area(key=f"switch-why-{HAIKU}").set_value("It costs *too* much.")
    button(at, "Stop it").click().run()
    assert switches.stopped(db) == {HAIKU: "It costs *too* much."}
    assert f"**{HAIKU} is stopped.** It costs *too* much. (Local user" in plain(at)
    rows = at.dataframe[0].value.set_index("Model")
    assert rows.loc["Claude Haiku 5.5", "Ready"] == "Stopped"
    at.text_area(key=f"switch-why-{HAIKU}").set_value("A better price.")
    button(at, "Start it").click().run()
    assert switches.stopped(db) == {}


def test_the_built_in_engine_has_no_such_button(db):
    assert not [one for one in shown(model="builtin:engine").button if one.label == "Stop it"]


def test_a_stopped_model_is_marked_where_it_can_be_tried_and_cannot_be(db):
    switches.stop(db, local_user(), "scripted:echo", "It only repeats")
    at = shown()
    assert "· stopped" in at.selectbox(key="try-model").options[0]
    assert button(at, "Try it").disabled
    assert "It is stopped: It only repeats" in said(at)
    assert llm.trials(db, local_user()) == []
