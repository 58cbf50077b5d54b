"""The source view by itself, in a real browser: what it draws, what a click, a key and a selection say."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

PARTS = Path(__file__).resolve().parents[2] / "pages" / "parts"
FIRST = "A firm 𝔸 shall report at once."  # the letter takes two units in JavaScript and one code point here
SECOND = "It shall keep <b>records</b>."
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def mark(id: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    plain = {"id": id, "start": start, "end": end, "tone": "high", "kind": "obligation", "label": id, "boxes": []}
    return {**plain, **more}


def text(marks: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    blocks = [
        {"start": 0, "text": FIRST, "kind": "paragraph", "level": 0},
        {"start": 40, "text": SECOND, "kind": "paragraph", "level": 1},
    ]
    plain = {"view": "text", "name": "Article 1", "blocks": blocks, "page": None, "parts": [], "chosen": None}
    return {**plain, "marks": marks, "canAdd": True, **more}


MARKS = [
    mark("report", 0, len(FIRST)),
    mark("once", FIRST.index("once"), len(FIRST)),
    mark("records", 40, 40 + len(SECOND)),
]


@pytest.fixture
def show(page: Page):
    """Draws data; what the view sends is kept in `sent`."""
    page.set_content(
        '<div id="host"><div class="source-view" role="group" tabindex="0" style="height:200px"></div></div>'
    )
    page.add_style_tag(content=(PARTS / "source_view.css").read_text("utf-8"))
    script = (
        (PARTS / "source_view.js").read_text("utf-8").replace("export default function", "window.view = function", 1)
    )
    page.add_script_tag(content=f"window.sent = []; {script}")

    def draw(data: dict[str, Any]) -> None:
        page.evaluate(
            "data => window.view({parentElement: document.getElementById('host'), data,"
            " setTriggerValue: (name, value) => window.sent.push([name, value])})",
            data,
        )

    return draw


def sent(page: Page) -> list[Any]:
    return page.evaluate("window.sent")


def select(page: Page, first: str, last: str) -> None:
    """Select from the beginning of one piece of text to the end of another, and wait for the button."""
    page.evaluate(
        """([first, last]) => {
            const walker = document.createTreeWalker(document.querySelector('.source-view'), NodeFilter.SHOW_TEXT);
            const nodes = [];
            while (walker.nextNode()) nodes.push(walker.currentNode);
            const from = nodes.find((n) => n.data.includes(first)), to = nodes.find((n) => n.data.includes(last));
            getSelection().setBaseAndExtent(from, from.data.indexOf(first), to, to.data.indexOf(last) + last.length);
        }""",
        [first, last],
    )
    page.wait_for_selector(".sv-add")


def test_text_from_a_document_is_text_and_never_markup(page, show):
    show(text(MARKS))
    assert page.locator(".sv-text b").count() == 0
    assert SECOND in page.locator(".source-view").inner_text()


def test_a_click_chooses_the_shortest_mark_there_and_the_next_click_the_one_around_it(page, show):
    show(text(MARKS))
    page.get_by_text("report at").click()
    page.get_by_text("once.").click()
    show(text(MARKS, chosen="once"))
    page.get_by_text("once.").click()
    assert sent(page) == [["chosen", "report"], ["chosen", "once"], ["chosen", "report"]]


def test_keys_walk_through_the_marks_open_one_and_turn_the_page_after_the_last(page, show):
    show(text(MARKS))
    page.locator(".source-view").focus()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    assert page.locator(".sv-chosen").first.inner_text() == "once."
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert sent(page) == [["chosen", "once"], ["turned", 1]]
    assert page.evaluate("document.activeElement.classList.contains('sv-mark')")


def test_a_selection_is_sent_in_code_points_of_the_document(page, show):
    show(text(MARKS))
    select(page, "shall report", "once.")
    page.locator(".sv-add").click()
    start = FIRST.index("shall")
    assert sent(page) == [["selected", {"start": start, "end": len(FIRST)}]]


def test_a_selection_over_two_paragraphs_and_by_the_keyboard(page, show):
    show(text(MARKS))
    page.locator(".source-view").focus()
    select(page, "at ", "keep")
    page.keyboard.press("a")
    assert sent(page) == [["selected", {"start": FIRST.index("at "), "end": 40 + SECOND.index("keep") + 4}]]


def test_nothing_is_added_where_nothing_may_be(page, show):
    show(text(MARKS, canAdd=False))
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.sv-text'))")
    page.wait_for_timeout(300)
    assert page.locator(".sv-add").count() == 0


def test_the_chosen_mark_is_scrolled_into_view_without_moving_the_page(page, show):
    long = text([mark("far", 4_000, 4_010)])
    long["blocks"] = [{"start": n * 100, "text": "word " * 20, "kind": "paragraph", "level": 0} for n in range(60)]
    show({**long, "chosen": "far"})
    box, frame = page.locator(".sv-chosen").bounding_box(), page.locator(".source-view").bounding_box()
    assert frame["y"] <= box["y"] <= frame["y"] + frame["height"]
    assert page.evaluate("window.scrollY") == 0


def test_choosing_another_draws_nothing_anew(page, show):
    show(text(MARKS))
    page.evaluate("document.querySelector('.sv-text').dataset.same = 'yes'")
    show(text(MARKS, chosen="records"))
    assert page.locator(".sv-text[data-same=yes]").count() == 1
    assert page.locator(".sv-chosen").inner_text() == SECOND


def test_an_overtaken_calls_clean_up_leaves_the_view_listening(page, show):
    page.evaluate(
        """data => {
            const call = () => window.view({parentElement: document.getElementById('host'), data,
                setTriggerValue: (name, value) => window.sent.push([name, value])});
            const first = call();
            call();
            first();
        }""",
        text(MARKS),
    )
    page.get_by_text("keep").click()
    assert sent(page) == [["chosen", "records"]]


def sheet(marks: list[dict[str, Any]]) -> dict[str, Any]:
    words = [[0, 5, 10, 10, 60, 22, "Firms"], [6, 11, 65, 10, 110, 22, "shall"], [12, 15, 10, 30, 50, 42, "act"]]
    page = {"image": PIXEL, "width": 200, "height": 100, "words": words}
    return {**text(marks), "view": "page", "name": "Page 1", "blocks": [], "page": page}


def test_a_click_on_a_page_image_chooses_the_box_under_it(page, show):
    show(sheet([mark("act", 0, 15, boxes=[[9, 10, 111, 22], [9, 30, 51, 42]])]))
    assert page.locator(".sv-box").count() == 2
    box = page.locator(".sv-box").nth(1).bounding_box()
    page.mouse.click(round(box["x"] + 5), round(box["y"] + 5))
    assert sent(page) == [["chosen", "act"]]


def test_a_selection_on_a_page_image_takes_whole_words(page, show):
    show(sheet([]))
    select(page, "irms", "sha")
    page.locator(".sv-add").click()
    assert sent(page) == [["selected", {"start": 0, "end": 11}]]


def test_each_mark_can_be_reached_and_says_what_it_is(page, show):
    show(text(MARKS))
    stops = page.evaluate("[...document.querySelectorAll('[tabindex=\"0\"]')].map(e => e.className.split(' ')[0])")
    assert stops == ["source-view", "sv-piece"]
    described = page.evaluate("[...document.querySelectorAll('.sv-mark')].map(e => [e.getAttribute('role'), e.title])")
    assert json.dumps(described) == json.dumps([["button", "report"], ["button", "once"], ["button", "records"]])


def test_words_on_a_page_image_are_selected_with_the_mouse(page, show):
    show(sheet([mark("act", 0, 15, boxes=[[9, 10, 111, 22]])]))
    page.wait_for_function("document.querySelector('.sv-word').style.letterSpacing !== ''")
    first, last = (page.locator(".sv-word").nth(at).bounding_box() for at in (0, 1))
    page.mouse.move(first["x"] + 2, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] - 3, last["y"] + last["height"] / 2, steps=5)
    page.mouse.up()
    page.locator(".sv-add").click()
    assert sent(page) == [["selected", {"start": 0, "end": 11}]]
