"""The list beside the source by itself, in a real browser: the chosen row is in view, a click and a key choose."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

PARTS = Path(__file__).resolve().parents[2] / "pages" / "parts"
LIST = ("choosing", "obligation_list")
ROWS = [
    {"id": f"o{n}", "place": f"Article {n}", "chip": "Low", "colour": "gray", "who": "Firm", "what": "<b>act</b>"}
    for n in range(40)
]


def _text(file: str) -> str:
    return (PARTS / file).read_text("utf-8")


@pytest.fixture
def show(page: Page):
    """Draws rows with one of them chosen; what the list sends is kept in `sent`."""
    page.set_content('<div id="host"><div class="choose-list ob-list" role="listbox"></div></div>')
    style, script = ("\n".join(_text(f"{name}.{kind}") for name in LIST) for kind in ("css", "js"))
    page.add_style_tag(content=style)
    script = script.replace("export default function", "window.view = function")
    page.add_script_tag(content=f"window.sent = []; {script}")

    def draw(chosen: str | None) -> None:
        page.evaluate(
            "data => window.view({parentElement: document.getElementById('host'), data,"
            " setTriggerValue: (name, value) => window.sent.push([name, value])})",
            {"rows": ROWS, "chosen": chosen},
        )
        page.evaluate("() => new Promise(requestAnimationFrame)")

    return draw


def test_the_chosen_row_is_scrolled_into_view_and_the_window_stays(page, show):
    for chosen in ("o30", "o2"):
        show(chosen)
        row, frame = (page.locator(one).bounding_box() for one in ("[aria-selected=true]", ".ob-list"))
        assert frame["y"] <= row["y"] <= row["y"] + row["height"] <= frame["y"] + frame["height"]
        assert page.locator("[aria-selected=true]").inner_text().startswith(chosen.replace("o", "Article "))
    assert page.evaluate("window.scrollY") == 0


def test_a_click_and_the_keys_choose_and_text_stays_text(page, show):
    show(None)
    page.locator(".ob-row").nth(1).click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("window.sent") == [["chosen", "o1"], ["chosen", "o2"]]
    assert page.locator(".ob-list b").count() == 0
