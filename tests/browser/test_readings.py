"""A person lets a model on this machine read a document, leaves it, comes back, and reads both readings together."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import analysing_parts
from tests.analysing_parts import Answering, careful
from tests.browser.conftest import serving as app
from tests.model_servers import serving
from tests.router_parts import OWN, inventory

CLOCKS = "# Regulation on clocks\n\n" + "\n\n".join(
    f"## Article {number} — Winding\n\n1. The firm shall wind clock {number} within {number + 1} days of its stop.\n\n"
    f"2. The keeper must not stop clock {number}.\n\n3. Clock {number} hangs in the hall. " + "It is of oak. " * 60
    for number in range(1, 9)
)

pytestmark = pytest.mark.browser


@pytest.fixture
def model() -> Iterator[Answering]:
    """It says of each window what a careful reader would, and leaves out every keeper's ban."""
    one = Answering(lambda message: careful(message.replace("must not", "does not")))
    yield one
    one.go()


@pytest.fixture
def app_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Answering) -> Iterator[str]:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "prompts").symlink_to(analysing_parts.ROOT / "models" / "prompts")
    (tmp_path / "models" / "catalog.toml").write_text(inventory(), "utf-8")
    (tmp_path / "models" / "routes.toml").write_text(analysing_parts.every_task(most=400), "utf-8")
    with serving(model) as server:
        monkeypatch.setenv("COPILOT_OPENAI_URL", f"{server.url}/v1")
        monkeypatch.setenv("COPILOT_MODELS_DIR", str(tmp_path / "models"))
        with app(tmp_path) as url:
            yield url


def test_a_reading_is_started_left_paused_and_found_beside_ours(page: Page, app_url: str, model: Answering):
    page.goto(f"{app_url}/documents")
    upload = {"name": "clocks.md", "mimeType": "text/markdown", "buffer": CLOCKS.encode()}
    page.locator("input[type=file]").set_input_files(upload)  # type: ignore[arg-type]
    page.get_by_role("link", name="clocks.md").click()
    page.get_by_role("tab", name="Details", exact=True).click()
    page.get_by_role("button", name="Sign the card").click()
    expect(page.get_by_text("Approved").first).to_be_visible()

    page.get_by_role("tab", name="Readings", exact=True).click()
    page.get_by_label("Analyse with").click()
    page.get_by_role("option", name=re.compile(re.escape(OWN))).click()
    expect(page.get_by_text(f"{OWN} is asked first")).to_be_visible()
    model.only(2)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("Paused")).to_be_visible()

    again = page.context.new_page()  # another tab sees the same run, and lets it go on
    again.goto(page.url)
    again.get_by_role("tab", name="Readings", exact=True).click()
    model.go()
    again.get_by_role("button", name="Go on", exact=True).click()
    expect(again.get_by_text("Beside the built-in reading")).to_be_visible()
    expect(again.get_by_text(re.compile("Only built-in"))).to_be_visible()
    again.get_by_role("link", name="Trace", exact=True).click()
    # The screen that is left has such a line, too, and stays until the next one is drawn.
    heading = again.locator(".st-key-trace-heading")
    expect(heading.get_by_text(re.compile("tokens in,"))).to_be_visible()
    expect(again.locator(".js-plotly-plot")).to_be_visible()
