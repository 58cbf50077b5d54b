"""The promise of the queue, in a browser: asked for, sent back, changed, accepted by two, carried out, undone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core import identity, library, register, review, store, worker
from core.audit import verifying
from core.identity import accounts, passwords
from core.settings import settings
from tests.browser.conftest import ROOT, click_in_table, patient, serving

PASSWORD = "four words make one"
PEOPLE = {"Nadia": "analyst", "Rui": "reviewer", "Tess": "risk reviewer"}
SAMPLE = ROOT / "data" / "samples" / "ict-incident-reporting.pdf"
TITLE = "Record each ICT incident in a register"

pytestmark = pytest.mark.browser
Enter = Callable[[str, str], Page]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A signed regulation, an administrator, and three people with a role and a password each."""
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "var"))
    settings.cache_clear()
    path = settings().database
    db = store.connect(path)
    local = identity.local_user()
    library.receive(db, local, SAMPLE.read_bytes(), SAMPLE.name)
    worker.drain()
    library.sign_card(db, local, library.documents(db, local)[0].id)
    passwords.protect(db, local, "Root", PASSWORD)
    root = accounts.user_of(db, "local")
    for name, role in PEOPLE.items():
        passwords.accept(db, passwords.invite(db, root, name, [role]), PASSWORD)
    db.close()
    yield path
    settings.cache_clear()


@pytest.fixture
def enter(browser: Browser, database: Path) -> Iterator[Enter]:
    """Somebody signs in, in a browser of their own, on the page of the address."""
    with serving(database.parent.parent) as url:
        opened = []

        def enter(name: str, address: str) -> Page:
            context = patient(browser.new_context(viewport={"width": 1440, "height": 900}))
            opened.append(context)
            page = context.new_page()
            page.goto(f"{url}{address}")
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            return page

        yield enter
        for context in opened:
            context.close()


def press(page: Page, key: str) -> None:
    """Once the page is drawn: before that nobody sees what they press a key for."""
    expect(page.get_by_role("button", name="Accept", exact=False).first).to_be_enabled()
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.keyboard.press(key)


def frame(page: Page) -> object:
    """Where the source stands in the window, once the page is drawn and has come to rest."""
    page.wait_for_selector("[data-test-script-state=notRunning]")
    seen = [page.locator(".source-view").bounding_box()]
    while len(seen) < 3 or not seen[-1] == seen[-2] == seen[-3]:
        page.wait_for_timeout(100)
        seen.append(page.locator(".source-view").bounding_box())
    return seen[-1]


def person(db: store.Database, name: str) -> accounts.User:
    return accounts.user_of(db, accounts.by_name(db, "local", [name])[name].id)


def test_a_critical_action_goes_the_whole_way_and_the_log_tells_it(enter: Enter, database: Path):
    db = store.connect(database)
    document = library.documents(db, person(db, "Nadia"))[0].id

    nadia = enter("Nadia", f"/document?document={document}&tab=Actions")  # what was asked for survives signing in
    submit = nadia.get_by_role("button", name="Submit for approval", disabled=False)
    click_in_table(nadia, 17, 47, submit)  # the box before the first row, the most pressing one
    submit.click()
    expect(nadia.get_by_text("Submitted as No. 1")).to_be_visible()

    nadia.get_by_role("link", name="Approvals").click()
    expect(nadia.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(nadia.get_by_role("button", name="Accept")).to_be_disabled()
    expect(nadia.get_by_text("Your roles do not let you decide")).to_be_visible()

    rui = enter("Rui", "/approvals")
    expect(rui.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(rui.get_by_text("2 people, one of them a risk reviewer")).to_be_visible()
    expect(rui.locator(".sv-box.sv-chosen").first).to_be_visible()  # the quote, on its page
    before = frame(rui)
    press(rui, "s")
    rui.get_by_label("What should be changed").fill("Name the incident desk as its owner.")
    assert frame(rui) == before  # whoever decides still sees what they decide on, where it was
    expect(rui.locator(".sv-box.sv-chosen").first).to_be_in_viewport()
    expect(rui.get_by_role("button", name="Ask for this change")).to_be_in_viewport()
    rui.keyboard.press("Control+Enter")
    expect(rui.get_by_text("No. 1: change requested")).to_be_visible()

    nadia.reload()
    expect(nadia.get_by_text("Name the incident desk as its owner.").first).to_be_visible()
    nadia.get_by_label("Owner", exact=True).fill("Incident desk")
    nadia.get_by_role("button", name="Save and ask again").click()
    expect(nadia.get_by_text("Changed and asked for again")).to_be_visible()

    rui.reload()
    expect(rui.get_by_text("Versions (2)")).to_be_visible()
    press(rui, "a")
    expect(rui.get_by_label("Why (may stay empty)")).to_be_focused()
    rui.keyboard.press("Control+Enter")
    expect(rui.get_by_text("No. 1: accepted, 1 of 2; it still needs a risk reviewer")).to_be_visible()

    tess = enter("Tess", "/approvals")
    expect(tess.get_by_text("1 of 2 accepted, needs a risk reviewer")).to_be_visible()
    tess.get_by_role("button", name="Accept").click()
    tess.get_by_role("button", name="Accept it").click()
    expect(tess.get_by_text("No. 1: accepted")).to_be_visible()

    nadia.reload()
    nadia.get_by_role("button", name="Do exactly this: 1 call").click()
    expect(nadia.get_by_text("Carried out")).to_be_visible()
    rui.goto(f"{rui.url.split('?')[0]}?view=decided")
    rui.get_by_role("button", name="Undo all of it").click()
    rui.get_by_label("Why").fill("It was the wrong desk.")
    rui.get_by_role("button", name="Undo it").click()
    expect(rui.get_by_text("Undone")).to_be_visible()

    item = review.item(db, person(db, "Rui"), "1")
    assert (item.state, item.version) == ("compensated", 2)
    story = [row["event"] for row in store.rows(db, "select event from audit where subject = ?", [item.subject])]
    for event in ("item.submitted", "item.change_requested", "item.amended", "item.counted", "item.accepted"):
        assert event in story
    assert {"item.executing", "item.executed", "item.compensated"} <= set(story)
    assert verifying.verify(db, whole=True).ok
    db.close()


def test_several_of_little_risk_are_decided_in_one_go(enter: Enter, database: Path):
    db = store.connect(database)
    nadia = person(db, "Nadia")
    document = library.documents(db, nadia)[0].id
    medium = [one.action.id for one in register.actions(db, nadia, document) if one.action.priority == "medium"][:3]
    made = review.submit(db, nadia, document, medium, grouped=False)

    rui = enter("Rui", "/approvals")
    boxes = rui.locator(".rv-box")
    expect(boxes).to_have_count(3)
    boxes.nth(0).check()
    expect(rui.get_by_text("1 request ticked")).to_be_visible()
    boxes.nth(2).check()
    rui.get_by_role("button", name="Accept 2").click()
    expect(rui.get_by_text("Accepted: 2")).to_be_visible()
    states = sorted(review.item(db, nadia, one.id).state for one in made)
    assert states == ["accepted", "accepted", "submitted"]
    db.close()
