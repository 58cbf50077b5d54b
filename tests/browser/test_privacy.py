"""What a document says stays text in the browser, and the browser talks to this app alone."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import click_in_table

pytestmark = pytest.mark.browser

ALIVE = "a[href*='evil.example'], img[src*='evil.example'], a[href^='javascript'], [aria-label='check icon']"
HOSTILE = """# Policy ![t](http://evil.example/title.png) :material/check:

Article 1

1. The bank shall report to https://evil.example/report, www.evil.example and a@evil.example -> within 72 hours
   ![x](http://evil.example/a.png) <img src="http://evil.example/b.png"> [c](javascript:alert(1)) :red-badge[Approved].

2. Staff must keep :material/check: records; :streamlit: <script src="http://evil.example/s.js"></script>.
"""


def elsewhere(page: Page, app_url: str) -> list[str]:
    """Requests that go to any other host, from now on."""
    found: list[str] = []

    def note(request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != urlsplit(app_url).netloc:
            found.append(request.url)

    page.on("request", note)
    return found


def test_no_page_asks_another_host_for_anything(page: Page, app_url: str):
    others = elsewhere(page, app_url)
    for name in ("", "documents", "obligations", "help"):
        page.goto(f"{app_url}/{name}")
        expect(page.get_by_text(re.compile("^Worker")).first).to_be_visible()
        page.wait_for_load_state("networkidle")
    assert others == []


def test_links_images_and_icons_in_a_document_stay_text(page: Page, app_url: str, tmp_path: Path):
    others = elsewhere(page, app_url)
    file = tmp_path / "hostile.md"
    file.write_text(HOSTILE, "utf-8")
    page.goto(f"{app_url}/documents")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Imported 1 document")).to_be_visible()
    for address, place, shown in (("documents", 17, "h3"), ("obligations", 120, "blockquote")):
        click_in_table(page, place, 52, page.locator(shown).first)  # a row's box, or its first cell
        page.wait_for_load_state("networkidle")
        assert page.locator(ALIVE).count() == 0, address
        page.goto(f"{app_url}/obligations")
    assert others == []
