"""The register as a person works it: rows opened, closed and left for the source, without losing the place."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, serving

SAMPLE = ROOT / "data" / "samples" / "ict-incident-reporting-v2.pdf"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def register_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The register of one sample, imported before the app starts."""
    folder = tmp_path_factory.mktemp("register")
    environment = {**os.environ, "COPILOT_DATA_DIR": str(folder / "var")}
    subprocess.run([sys.executable, "-m", "core", "import", str(SAMPLE)], cwd=ROOT, env=environment, check=True)
    with serving(folder) as url:
        yield f"{url}/obligations"


def opened(page: Page, url: str) -> dict[str, float]:
    """The register on the screen; where its table stands."""
    page.goto(url)
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    expect(page.get_by_text(re.compile(r"1–\d+ of"))).to_be_visible()
    box = table.bounding_box()
    assert box
    return box


def click(page: Page, box: dict[str, float], x: float, y: float) -> None:
    page.mouse.click(box["x"] + x, box["y"] + y)


def scrolled(page: Page) -> float:
    return page.evaluate("document.querySelector('.stDataFrame .dvn-scroller').scrollTop")


def test_opening_and_closing_a_row_keeps_how_far_the_register_is_scrolled(page: Page, register_url: str):
    box = opened(page, register_url)
    page.mouse.move(box["x"] + 500, box["y"] + 300)
    page.mouse.wheel(0, 600)
    page.wait_for_function("document.querySelector('.stDataFrame .dvn-scroller').scrollTop > 400")
    far = scrolled(page)
    click(page, box, 500, 300)
    expect(page.get_by_text("Explain this reading")).to_be_visible()
    assert scrolled(page) == far
    first = page.url
    page.keyboard.press("ArrowDown")
    expect(page).not_to_have_url(first)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Explain this reading")).to_have_count(0)
    assert scrolled(page) == far


def test_a_click_on_a_place_is_all_it_takes_to_see_it_in_the_source(page: Page, register_url: str):
    box = opened(page, register_url)
    click(page, box, 75, 48)
    expect(page).to_have_url(re.compile(r"/document\?.*obligation="))
    expect(page.locator(".source-view [aria-pressed=true]").first).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/obligations"))


def test_the_column_menu_offers_no_order_of_the_shown_rows_alone(page: Page, register_url: str):
    box = opened(page, register_url)
    click(page, box, box["width"] - 14, 16)  # the dots at the end of the last header
    menu = page.get_by_test_id("stDataFrameColumnMenu")
    expect(menu.get_by_text("Autosize")).to_be_visible()
    expect(menu.get_by_text("Sort ascending")).not_to_be_visible()
