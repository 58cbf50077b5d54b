"""The first journey of an analyst: a PDF in, an obligation highlighted and corrected, the register out."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from core.export import csv
from tests.browser.conftest import click_in_table, patient

ROOT = Path(__file__).resolve().parents[2]
REGULATION = ROOT / "data" / "samples" / "ict-incident-reporting.pdf"
TITLE = "on the reporting of ICT incidents by financial firms"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def document_url(app_url: str, browser, browser_context_args) -> str:
    """Uploads the regulation as a person does, waits until it is there, and gives the address of its screen."""
    context = patient(browser.new_context(**browser_context_args))
    page = context.new_page()
    page.goto(f"{app_url}/documents")
    page.locator("input[type=file]").set_input_files(REGULATION)
    expect(page.get_by_text("Imported 1 document")).to_be_visible()
    open_it = page.get_by_role("button", name="Open the document")
    click_in_table(page, 17, 47, open_it)  # the box before the first row
    open_it.click()
    expect(page).to_have_url(re.compile(r"/document\?"))
    url = page.url
    context.close()
    return url


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.get_by_text(TITLE).first).to_be_visible()
    return page


def downloaded(page: Page, name: str) -> Download:
    page.get_by_role("tab", name="Export", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    return waiting.value


def chosen(page: Page):
    return page.locator(".source-view [aria-pressed=true]")


def test_an_uploaded_pdf_shows_its_obligations_and_the_chosen_one_is_highlighted(page: Page, document_url: str):
    opened(page, document_url)
    page.get_by_role("button", name=re.compile("^Next")).click()
    expect(page.get_by_text("Explain this reading")).to_be_visible()
    expect(chosen(page).first).to_be_visible()
    expect(page).to_have_url(re.compile("obligation="))


def test_a_deep_link_survives_a_refresh(page: Page, document_url: str):
    opened(page, document_url)
    page.get_by_role("button", name=re.compile("^Next")).click()
    expect(page).to_have_url(re.compile("obligation="))
    page.reload()
    expect(page.get_by_text("Explain this reading")).to_be_visible()


def test_a_correction_reaches_the_exported_register(page: Page, document_url: str, tmp_path: Path):
    opened(page, document_url)
    page.get_by_role("button", name=re.compile("^Next")).click()
    page.get_by_role("tab", name="Correct", exact=True).click()
    page.get_by_label("Who must act").fill("the board of the firm")
    page.get_by_role("button", name="Save corrections").click()
    expect(page.get_by_text("The engine read: management body")).to_be_visible()

    file = downloaded(page, "CSV")
    file.save_as(tmp_path / "register.csv")
    rows = csv.read((tmp_path / "register.csv").read_bytes())

    assert any(row.bearer == "the board of the firm" for row in rows)
    assert len(rows) > 40


def test_no_screen_asks_another_host_for_anything(page: Page, app_url: str, document_url: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, document_url)
    for path in ("/", "/documents", "/obligations", "/help"):
        page.goto(f"{app_url}{path}")
        expect(page.get_by_role("link", name="Overview")).to_be_visible()
        page.wait_for_load_state("networkidle")
    own = (app_url, app_url.replace("http", "ws"), "data:", "blob:")
    assert asked
    assert [url for url in asked if not url.startswith(own)] == []
