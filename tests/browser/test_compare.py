"""Two versions side by side, in a real browser: the marks are seen without colour, and the links lead to the source."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import patient

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
VERSIONS = [SAMPLES / f"ict-incident-reporting{mark}.pdf" for mark in ("", "-v2")]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def compared(app_url: str, browser, browser_context_args) -> str:
    """Both versions brought in by a person, one after the other; the address of the screen."""
    context = patient(browser.new_context(**browser_context_args))
    page = context.new_page()
    for version in VERSIONS:
        page.goto(f"{app_url}/documents")
        page.locator("input[type=file]").set_input_files(version)
        expect(page.get_by_text("Imported 1 document")).to_be_visible()
    page.goto(f"{app_url}/compare")
    expect(page.get_by_text("Deadline tightened").first).to_be_visible()
    url = page.url
    context.close()
    return url


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(".redline").first).to_be_visible()
    return page


def line(page: Page, tag: str) -> str:
    return page.locator(f".redline {tag}").first.evaluate("one => getComputedStyle(one).textDecorationLine")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_taken_out_is_struck_through_and_what_was_put_in_underlined(page: Page, compared: str, scheme):
    page.emulate_media(color_scheme=scheme)
    opened(page, compared)
    assert (line(page, "del"), line(page, "ins")) == ("line-through", "underline")


def test_a_link_leads_to_the_place_in_the_source(page: Page, compared: str):
    opened(page, compared)
    page.get_by_role("link", name="New source").first.click()
    expect(page).to_have_url(re.compile(r"/document\?.*obligation="))
    expect(page.get_by_text("within 48 hours").first).to_be_visible()


def test_a_pill_narrows_the_list_and_stands_in_the_address(page: Page, compared: str):
    opened(page, compared)
    page.get_by_role("button", name=re.compile("^Moved")).click()
    expect(page).to_have_url(re.compile("kind=moved"))
    expect(page.get_by_text("was Article 9(1)").first).to_be_visible()


def test_the_report_is_downloaded(page: Page, compared: str):
    opened(page, compared)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Markdown report").click()
    assert waiting.value.path().read_text("utf-8").startswith("# What changed")


def test_at_a_narrow_window_nothing_is_wider_than_the_screen(page: Page, compared: str):
    page.set_viewport_size({"width": 1024, "height": 768})
    opened(page, compared)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
