"""What a model is sent: no personal data to another computer, and how far it may think."""

import json

import pytest

from tests.model_servers import claude, ollama_chat, openai_chat, serving
from tests.router_parts import CHEAP, FREE, OWN, SCHEMA, desk, errand, inventory, prompt, routing


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        yield made


# --- personal data ----------------------------------------------------------------------------------------------

NAMED = "Report to ada.lovelace@example.org at once."


def test_a_hosted_model_never_sees_personal_data_and_the_answer_has_it_again(here):
    heard = []
    with serving(claude("ok")) as server:
        router = here.at(anthropic=server.url)
        router.ask(errand(model=CHEAP), prompt(NAMED))
        sent = server.asked[0].body["messages"][0]["content"]
        assert "example.org" not in json.dumps(server.asked[0].body)
        assert len(sent) == len(NAMED)
        token = sent.removeprefix("Report to ").removesuffix(" at once.")
        server.replies[:] = [claude(json.dumps({"norms": [token]}))]
        found = router.ask(errand(model=CHEAP), prompt(NAMED, schema=SCHEMA), heard=heard.append)
    assert found.completion.parsed == {"norms": ["ada.lovelace@example.org"]}
    assert found.text == '{"norms": ["ada.lovelace@example.org"]}'
    assert "".join(heard) == found.text


def test_a_card_may_let_personal_data_go_as_it_is(here):
    with serving(claude("ok")) as server:
        here.at(anthropic=server.url).ask(errand(model=CHEAP, allows_raw=True), prompt(NAMED))
        assert server.asked[0].body["messages"][0]["content"] == NAMED


def test_a_secret_goes_to_no_hosted_model_whatever_the_card_says(here):
    key = "sk-ant-api03-" + "x1Y2" * 22
    with serving(claude("ok")) as server:
        here.at(anthropic=server.url).ask(errand(model=CHEAP, allows_raw=True), prompt(f"The key is {key}."))
        assert key not in json.dumps(server.asked[0].body)


def test_a_model_on_this_computer_sees_the_text_as_it_is(here):
    with serving(ollama_chat("ok")) as server:
        here.at(ollama=server.url).ask(errand(model=FREE), prompt(NAMED))
        assert server.asked[0].body["messages"][1]["content"] == NAMED


# --- room to think ----------------------------------------------------------------------------------------------


def test_claude_may_think_besides_its_answer(here):
    here.write(routes=routing(most=800, thinking=2_000))
    with serving(claude("ok")) as server:
        here.at(anthropic=server.url).ask(errand(model=CHEAP), prompt(schema=SCHEMA))
        body = server.asked[0].body
    assert body["thinking"] == {"type": "adaptive", "display": "omitted"}
    assert body["max_tokens"] == 2_800
    assert body["output_config"]["format"]["type"] == "json_schema"


def test_an_older_claude_gets_a_number_of_tokens_below_its_cap(here):
    here.write(inventory(**{"claude-cheap": 'thinking = "budget"\n'}), routing(most=800, thinking=2_000))
    with serving(claude("ok")) as server:
        here.at(anthropic=server.url).ask(errand(model=CHEAP), prompt())
        body = server.asked[0].body
    assert body["thinking"]["type"] == "enabled"
    assert 1_024 <= body["thinking"]["budget_tokens"] < body["max_tokens"]


def test_ollama_and_compatible_servers_are_told_to_think_in_their_own_way(here):
    here.write(routes=routing(most=800, thinking=2_000))
    with serving(ollama_chat("ok")) as local, serving(openai_chat("ok")) as server:
        router = here.at(ollama=local.url, openai=server.url)
        router.ask(errand(model=FREE), prompt())
        router.ask(errand(model=OWN), prompt())
        asked, other = local.asked[0].body, server.asked[0].body
    assert (asked["think"], asked["options"]["num_predict"]) == (True, 2_800)
    assert (other["chat_template_kwargs"], other["max_tokens"]) == ({"enable_thinking": True}, 2_800)


def test_without_a_budget_nobody_is_told_to_think(here):
    with serving(claude("ok")) as hosted, serving(ollama_chat("ok")) as local, serving(openai_chat("ok")) as server:
        router = here.at(anthropic=hosted.url, ollama=local.url, openai=server.url)
        for model in (CHEAP, FREE, OWN):
            router.ask(errand(model=model), prompt())
        assert "thinking" not in hosted.asked[0].body
        assert "think" not in local.asked[0].body
        assert "chat_template_kwargs" not in server.asked[0].body
