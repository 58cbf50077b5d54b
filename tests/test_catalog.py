"""The model inventory: complete, strict, its prices never guessed, its rules on who may see what obeyed."""

from decimal import Decimal

import pytest

from core.errors import BadInput
from core.llm import catalog, cost, permission
from core.settings import Settings
from core.types import Usage

OURS = Settings()
HAIKU, SONNET = "anthropic:claude-haiku-5-5", "anthropic:claude-sonnet-5-5"


def edited(tmp_path, text: str) -> Settings:
    whole = (OURS.models_dir / "catalog.toml").read_text("utf-8")
    (tmp_path / "catalog.toml").write_text(whole + text, "utf-8")
    return Settings(models_dir=tmp_path)


def test_the_inventory_has_each_family_and_every_entry_is_whole():
    names = " ".join(one.name for one in catalog.entries(OURS)).casefold()
    assert [family for family in ("claude", "llama", "qwen", "phi", "mistral", "gemma") if family not in names] == []
    for one in catalog.entries(OURS):
        assert all((one.about, one.provider, one.licence, one.hosting, one.data_sent, one.training, one.retention))


def test_every_claude_model_is_one_that_the_sdk_knows():
    from typing import get_args

    from anthropic.types.model import Model

    known = set(get_args(get_args(Model)[0]))
    ours = {one.name.partition(":")[2] for one in catalog.entries(OURS) if one.backend == "anthropic"}
    assert ours <= known


def test_a_fallback_is_in_the_inventory():
    known = {one.name for one in catalog.entries(OURS)}
    assert {one.fallback for one in catalog.entries(OURS) if one.fallback} <= known


def test_hosted_models_may_not_see_confidential_text_as_delivered():
    for one in catalog.entries(OURS):
        if one.location == "hosted":
            assert not {"confidential", "restricted"} & set(one.classifications)


def test_a_model_without_an_entry_of_its_own_has_its_backends():
    found = catalog.entry("llama_cpp:mine", OURS)
    assert (found.title, found.listed, found.classifications) == ("mine", False, ("public", "internal"))
    with pytest.raises(BadInput, match="is not in the inventory"):
        catalog.entry("anthropic:unheard-of", OURS)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('[[model]]\nvendor = "weights"\nname = "llama_cpp:x"\ntitle = "X"\nabuot = "X"\n', "'llama_cpp:x', "),
        ('[[model]]\nvendor = "nobody"\nname = "x:y"\n', "names the vendor 'nobody'"),
        (f'[[model]]\nvendor = "weights"\nname = "{HAIKU}"\ntitle = "X"\nabout = "X"\n', "twice"),
        ('[[model]]\nvendor = "weights"\nname = "llama_cpp:x"\ntitle = "X"\nabout = "X"\n'
         "prices = { input = -1, output = 0 }\n", "prices.input: .* greater than or equal to 0"),
        ("[[model]\n", "is not valid TOML"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_inventory_is_named(tmp_path, row, words):
    with pytest.raises(BadInput, match=words):
        catalog.entries(edited(tmp_path, row))


def test_a_change_of_the_file_counts_at_once(tmp_path):
    settings = edited(tmp_path, "")
    before = len(catalog.entries(settings))
    row = '[[model]]\nvendor = "weights"\nname = "llama_cpp:new"\ntitle = "X"\nabout = "X"\n'
    assert len(catalog.entries(edited(tmp_path, row))) == before + 1


# --- cost -------------------------------------------------------------------------------------------------------


def test_each_kind_of_token_has_its_price():
    usage = Usage(input_tokens=1_000_000, output_tokens=100_000, cached_tokens=600_000, cache_write_tokens=100_000)
    # 300,000 at 2, 600,000 at 0.10, 100,000 at 2.50, and 100,000 out at 10
    assert cost(usage, catalog.entry(SONNET, OURS)) == Decimal("1.91")


def test_a_long_prompt_is_priced_as_one_from_its_first_token():
    entry = catalog.entry(HAIKU, OURS)
    assert cost(Usage(100_000, 1_000), entry) == Decimal("0.0105")
    assert cost(Usage(100_001, 1_000), entry) == Decimal("0.0525005")


def test_an_unknown_price_is_unknown_and_never_zero():
    assert cost(Usage(10, 10), catalog.entry("openai:Qwen/Qwen3-8B", OURS)) is None
    assert cost(None, catalog.entry(SONNET, OURS)) is None
    partly = catalog.entry("ollama:x", OURS)
    assert cost(Usage(10, 10), partly) == 0
    assert cost(Usage(10, 10, cached_tokens=5), partly) is None


# --- who may see what -------------------------------------------------------------------------------------------


def test_a_label_that_the_entry_does_not_allow_is_refused_with_the_reason():
    entry = catalog.entry(SONNET, OURS)
    assert permission.allowed(entry, "internal", True, "api.anthropic.com").allowed
    refused = permission.allowed(entry, "restricted", True, "api.anthropic.com")
    assert not refused.allowed
    assert "may not see restricted text (its entry allows: public, internal)" in refused.reason


def test_the_data_card_decides_first():
    refused = permission.allowed(catalog.entry("scripted:echo", OURS), "public", False, None)
    assert (refused.allowed, "does not allow prompting" in refused.reason) == (False, True)


def test_a_call_goes_only_to_a_host_that_the_entry_names():
    refused = permission.allowed(catalog.entry(SONNET, OURS), "public", True, "proxy.example")
    assert (refused.allowed, "but its entry names api.anthropic.com" in refused.reason) == (False, True)


def test_local_means_that_the_name_resolves_to_this_machine():
    assert all(permission.is_loopback(name) for name in ("127.0.0.1", "localhost", "::1", "127.9.9.9"))
    assert not any(permission.is_loopback(name) for name in ("192.0.2.7", "0.0.0.0", "", "nowhere.invalid"))
    entry = catalog.entry("ollama:x", OURS).model_copy(update={"hosts": ("192.0.2.7",)})
    refused = permission.allowed(entry, "public", True, "192.0.2.7")
    assert (refused.allowed, "is entered as local, but 192.0.2.7 is another computer" in refused.reason) == (
        False,
        True,
    )


def test_a_name_with_one_address_elsewhere_is_not_local(monkeypatch):
    import socket

    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in ("127.0.0.1", "192.0.2.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert not permission.is_loopback("sly.example")
