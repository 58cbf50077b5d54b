"""Every page as a person meets it, run by Streamlit without a browser, on a real library and register."""

import json
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from core import jobs, library, register, store
from core.identity import local_user
from core.library import FIELDS
from pages.parts.words import must
from tests.library_parts import import_waiting
from tests.page_parts import PAGES, ROOT, button, folder, opened, said
from tests.register_parts import MAY, NOTIFY, RECORD, SILENT, TELL, analysed, id_of

ADA = local_user()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with folder(tmp_path / "var", monkeypatch) as path:
        yield path


@pytest.fixture
def db(empty: Path) -> Iterator[store.Database]:
    """A library with one document, read and analysed."""
    db = store.connect(empty / "copilot.db")
    analysed(db)
    yield db
    db.close()


def bare(quote: str, db: store.Database) -> str:
    return id_of(db, quote).partition(".")[2]


# --- all pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_an_empty_library(empty, page):
    at = opened(page)
    assert not at.exception
    assert not at.error


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_a_document(db, page):
    at = opened(page, document="d1") if page == "document" else opened(page)
    assert not at.exception
    assert not at.error


@pytest.mark.parametrize("meanwhile", [True, False])
def test_the_first_request_after_a_start_is_framed_whoever_else_asks_at_that_moment(db, monkeypatch, meanwhile):
    def found_pages(main_script_path: str) -> None:
        # As Streamlit does it before st.navigation was ever called; somebody else's run may call it in between.
        PagesManager.uses_pages_directory = meanwhile
        runpy.run_path(str(ROOT / "pages" / "document.py"))

    monkeypatch.setattr(script_runner, "_mpa_v1", found_pages)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
    assert not at.exception
    assert "The one person at this computer" in said(at)  # the corner of the frame


def test_the_register_has_nothing_to_filter_while_there_are_no_documents(empty):
    at = opened("obligations")
    assert "No documents yet" in said(at)
    assert not at.text_input


def test_an_error_of_core_is_said_in_its_own_sentence(db):
    at = opened("document", document="nothing")
    assert [error.value.replace("\\", "") for error in at.error] == [
        "There is no such document, or you may not see it; go back to the list of documents."
    ]


def test_a_defect_is_said_calmly_with_a_reference_and_without_the_documents_words(empty, caplog):
    def broken():
        from pages.parts import shell

        def page(db, user):
            raise ValueError(" ".join(["secret", "contract"]))

        shell.run(page)

    at = AppTest.from_function(broken, default_timeout=300).run()
    [error] = at.error
    assert "Nothing was lost" in error.value
    assert not at.exception
    reference = error.value.rpartition(" ")[2].rstrip(".")
    assert reference in caplog.text
    assert "secret contract" not in caplog.text + error.value


# --- overview ---------------------------------------------------------------------------------------------------


def test_an_empty_library_offers_the_samples_and_one_click_brings_them_in(empty):
    at = opened()
    [offer] = [one for one in at.button if "sample" in one.label]
    offer.click().run()
    with_samples = store.connect(empty / "copilot.db")
    assert len(jobs.jobs(with_samples, ADA, active=True)) == int(offer.label.split()[1])


def test_the_overview_counts_duties_and_says_what_waits(db):
    at = opened()
    assert {one.label: one.value for one in at.metric}["Duties"] == "4"
    links = " ".join(one.proto.label for one in at.get("page_link"))
    assert "to check" in links
    assert "waiting for a signature" in links


def test_a_line_of_the_overview_leads_to_as_many_rows_as_it_says(db):
    from pages.parts.attention import WHERE

    register.correct(db, ADA, id_of(db, RECORD), "deadline", "2020-05-01")
    register.correct(db, ADA, id_of(db, MAY), "deadline", "2020-05-01")  # a power of an authority
    register.set_next_review(db, ADA, id_of(db, NOTIFY), "2020-05-01")
    for line, number in (("overdue", 1), ("reviews_due", 1)):
        assert getattr(register.overview(db, ADA), line) == number
        assert len(places(opened("obligations", **WHERE[line]))) == number


# --- documents --------------------------------------------------------------------------------------------------


def test_the_card_of_a_document_has_every_field_filled_in_and_can_be_signed(db):
    at = opened("documents", document="d1")
    labels = {one.label.removesuffix(" (optional)") for one in (*at.text_input, *at.text_area, *at.selectbox)}
    assert {field.label for field in FIELDS if field.kind in ("text", "choice")} <= labels
    library.save_card(db, ADA, "d1", {"licence": "Ours"})
    button(opened("documents", document="d1"), "Sign the card").click().run()
    assert library.document_row(db, ADA, "d1").status == "approved"


def test_saving_the_card_keeps_what_was_typed(db):
    at = opened("documents", document="d1")
    next(one for one in at.text_input if one.label == "Name").set_value("Rules for incidents")
    button(at, "Save the card").click().run()
    assert library.document_row(db, ADA, "d1").title == "Rules for incidents"


def test_a_document_is_withdrawn_only_with_a_reason(db):
    at = opened("documents", document="d1")
    refused = button(at, "Withdraw").click().run()
    assert "reason" in refused.error[0].value
    at = opened("documents", document="d1")
    next(one for one in at.text_input if one.key == "custody-d1").set_value("Repealed")
    button(at, "Withdraw").click().run()
    assert library.document_row(db, ADA, "d1").status == "withdrawn"


def test_an_escalated_document_says_why_and_is_released_with_a_reason(db):
    with store.write(db):
        db.execute("update document set gate = 'waiting', scope_reasons = '[\"It speaks to a model\"]'")
    at = opened("document", document="d1")
    assert "It speaks to a model" in said(at).replace("\\", "")
    next(one for one in at.text_input if one.key == "gate-d1").set_value("Checked")
    button(at, "Release").click().run()
    assert library.document_row(db, ADA, "d1").gate == "released"


def test_a_missing_reason_is_said_and_the_rest_of_the_page_stays(db):
    with store.write(db):
        db.execute("update document set gate = 'waiting'")
    at = opened("document", document="d1")
    button(at, "Release").click().run()
    assert "Give a reason" in at.error[0].value
    assert "Obligations" in [tab.label for tab in at.tabs]
    at = opened("documents", document="d1")
    button(at, "Withdraw").click().run()
    assert "Give a reason" in at.error[0].value
    assert button(at, "Delete…")


def test_a_failed_import_says_its_sentence_and_can_be_retried(empty):
    db = store.connect(empty / "copilot.db")
    job_id = library.receive(db, ADA, b"\x00\x01 not a document", "strange.bin").job_id
    claim = jobs.claim_next(db, lease_seconds=30)
    jobs.fail(db, claim, "BadInput", "This is no document that can be read; save it as PDF.")
    at = opened("documents")
    assert "save it as PDF" in said(at).replace("\\", "")
    button(at, "Retry").click().run()
    assert jobs.job(db, ADA, job_id).state == "queued"


def test_a_locked_file_asks_for_its_password(empty):
    db = store.connect(empty / "copilot.db")
    library.receive(db, ADA, b"%PDF-1.7 locked", "locked.pdf")
    jobs.fail(db, jobs.claim_next(db, lease_seconds=30), "PasswordNeeded", "The file is locked; give its password.")
    at = opened("documents")
    assert "Password of the file" in [one.label for one in at.text_input]


def test_an_upload_becomes_a_job_and_a_bad_file_a_sentence(empty):
    at = opened("documents")
    files = [("rules.md", b"# Rules\n\nThe firm shall act.", "text/markdown"), ("empty.md", b"", "text/markdown")]
    at.file_uploader[0].set_value(files).run()
    db = store.connect(empty / "copilot.db")
    assert [job.title for job in jobs.jobs(db, ADA)] == ["rules.md"]
    assert "empty.md" in said(at).replace("\\", "")


def test_while_the_first_documents_arrive_nobody_is_told_that_there_are_none(empty):
    at = opened("documents")
    assert "No documents yet" in said(at)
    at.file_uploader[0].set_value([("rules.md", b"# Rules", "text/markdown")]).run()
    assert "No documents yet" not in said(at)
    assert "as soon as it is read" in said(at)


def test_all_imports_that_came_through_are_told_together_with_those_that_did_not(empty):
    db = store.connect(empty / "copilot.db")
    at = opened("documents")
    texts = {name: f"1. The {name} shall ring.".encode() for name in ("a.md", "b.md", "c.md")}
    at.file_uploader[0].set_value([(name, text, "text/markdown") for name, text in texts.items()]).run()
    import_waiting(db, title="First")
    assert not at.run().toast
    jobs.fail(db, jobs.claim_next(db, lease_seconds=30), "BadInput", "b.md is no text; save it as PDF.")
    import_waiting(db, title="Third")
    at.run()
    assert [one.value.replace("\\", "") for one in at.toast] == ["Imported a.md and c.md; not imported: b.md"]
    assert "Imported 2 documents" in said(at)
    assert "b.md is no text; save it as PDF." in said(at).replace("\\", "")
    next(one for one in at.button if one.key == "dismiss-outcome").click().run()
    assert "Imported 2 documents" not in said(at)


def test_a_file_that_is_there_or_on_its_way_already_is_told_by_name(empty):
    db = store.connect(empty / "copilot.db")
    at = opened("documents")
    at.file_uploader[0].set_value([(name, b"1. Act.", "text/markdown") for name in ("one.md", "two.md")]).run()
    assert "two.md is the same file as one that is being imported" in said(at).replace("\\", "")
    import_waiting(db, title="Acting")
    at.file_uploader[0].set_value([("three.md", b"1. Act.", "text/markdown")]).run()
    assert "three.md is in the library already, as “Acting”" in said(at).replace("\\", "")


def test_what_was_deleted_stays_listed_by_digest_date_and_person(empty):
    db = store.connect(empty / "copilot.db")
    library.receive(db, ADA, b"1. Act.", "one.md")
    gone = import_waiting(db, title="A secret title")
    library.delete(db, ADA, gone)
    [stone] = library.tombstones(db, ADA)
    text = said(opened("documents"))
    assert stone.sha256[:16] in text
    assert "A secret title" not in text


def test_documents_that_wait_for_a_release_are_found_by_that(db):
    with store.write(db):
        db.execute("update document set gate = 'waiting'")
    assert "1 document" in said(opened("documents", status="escalated"))
    assert "No document matches" in said(opened("documents", status="withdrawn"))


def test_a_wrong_password_is_said_and_the_rest_of_the_line_stays(empty):
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("right")
    writer.write(empty / "locked.pdf")
    db = store.connect(empty / "copilot.db")
    library.receive(db, ADA, (empty / "locked.pdf").read_bytes(), "locked.pdf")
    jobs.fail(db, jobs.claim_next(db, lease_seconds=30), "PasswordNeeded", "The file is locked; give its password.")
    at = opened("documents")
    next(one for one in at.text_input if one.label == "Password of the file").set_value("wrong")
    button(at, "Unlock and import").click().run()
    assert "password" in at.error[0].value
    assert button(at, "Dismiss")


# --- document ---------------------------------------------------------------------------------------------------


def test_a_link_opens_an_obligation_with_its_words_and_its_explanation(db):
    at = opened("document", document="d1", obligation=bare(NOTIFY, db))
    text = said(at).replace("\\", "")
    assert f"> {NOTIFY}" in text
    assert "PT72H" in text
    assert "with a subject that acts" in text


def test_a_norm_that_only_a_model_has_is_lit_up_where_it_stands(db):
    place = register.outline(db, ADA, "d1")[0]
    named = f"{place.position}-{place.end}"
    given = json.loads(opened("document", document="d1", place=named).get("bidi_component")[0].proto.json)
    assert given["chosen"] == "place"
    assert [one["start"] for one in given["marks"] if one["id"] == "place"] == [place.position]
    for nonsense in ("9-3", "1-2-3", "-", "one-two", "1-99999999999999999999"):
        at = opened("document", document="d1", place=nonsense)
        assert not at.exception
        assert json.loads(at.get("bidi_component")[0].proto.json)["chosen"] is None


def test_the_source_gets_the_open_article_and_never_the_whole_document(db):
    at = opened("document", document="d1", article="Article 2")
    source, listed = at.get("bidi_component")
    assert TELL.split(";")[0] in source.proto.json
    assert NOTIFY not in source.proto.json + listed.proto.json


def test_a_part_without_obligations_says_where_the_next_are_and_goes_there(db):
    with store.write(db):
        db.execute("delete from register where path like 'Article 2%'")
    at = opened("document", document="d1", article="Article 2")
    assert "No obligations on this part; the next is in Article 3." in said(at).replace("\\", "")
    button(at, "Go to Article 3").click().run()
    assert "article" not in at.query_params
    assert at.query_params["obligation"] == register.outline(db, ADA, "d1")[-1].obligation_id


def test_the_next_obligation_is_one_run_of_the_page_away(db):
    first, second = register.outline(db, ADA, "d1")[:2]
    at = opened("document", document="d1", obligation=first.obligation_id)
    assert "**1** of 5" in said(at)
    button(at, "Next").click().run()
    assert at.query_params["obligation"] == second.obligation_id
    assert "**2** of 5" in said(at)


def test_a_link_to_what_is_gone_says_so_and_still_opens_the_document(db):
    at = opened("document", document="d1", obligation="gone")
    assert "There is no such obligation" in at.error[0].value
    assert "5 in the document" in said(at)


def test_a_link_to_a_split_obligation_opens_it_with_what_took_its_place(db):
    row = register.row(db, ADA, id_of(db, RECORD))
    register.split(db, ADA, row.id, row.position + len(RECORD) // 2)
    at = opened("document", document="d1", obligation=row.obligation_id)
    assert not at.error
    assert f"> {RECORD}" in said(at).replace("\\", "")


def test_a_document_without_obligations_says_why(db):
    with store.write(db):
        db.execute("delete from register")
        db.execute("update document set scope = 'out_of_scope', scope_reasons = '[\"It is a newsletter\"]'")
    assert "It is out of scope: It is a newsletter" in said(opened("document", document="d1")).replace("\\", "")


def test_an_uncovered_sentence_becomes_an_obligation_in_one_click(db):
    before = register.count(db, ADA)
    at = opened("document", document="d1", tab="Coverage")
    button(at, "Make it an obligation").click().run()
    assert register.count(db, ADA) == before + 1


def test_a_quote_that_is_not_in_the_source_is_given_a_place(db):
    at = opened("document", document="d1", tab="Coverage")
    next(one for one in at.text_input if one.label == "Its words in the source").set_value(SILENT)
    button(at, "Give it this place").click().run()
    assert [lead.state for lead in register.ungrounded(db, ADA, "d1")] == ["used"]


def test_a_corrected_field_shows_what_the_engine_had_read(db):
    obligation = bare(RECORD, db)
    at = opened("document", document="d1", obligation=obligation, **{"record-tab": "Correct"})
    at.session_state["record-tab"] = "Correct"
    at.run()
    next(one for one in at.text_area if one.label == "What must be done").set_value("keep a log")
    button(at, "Save corrections").click().run()
    assert register.row(db, ADA, f"d1.{obligation}").action == "keep a log"
    again = opened("document", document="d1", obligation=obligation)
    assert "was “keep a record of each incident”" in said(again).replace("\\", "")


def test_actions_are_listed_with_how_they_stand_and_what_to_do_with_them(db):
    at = opened("document", document="d1", tab="Actions")
    assert "1 action. Tick actions to submit them for approval" in said(at)
    assert list(at.dataframe[0].value["state"]) == [["draft"]]


def test_exports_are_offered_in_every_format(db):
    from core.export import FORMATS

    at = opened("document", document="d1", tab="Export")
    assert len(at.get("download_button")) == len(FORMATS)


# --- obligations ------------------------------------------------------------------------------------------------


def places(at: AppTest) -> list[str]:
    return list(at.dataframe[0].value["path"])


def test_the_url_filters_sorts_and_pages_the_register(db):
    assert places(opened("obligations", risk=["critical", "high"])) == ["Article 1(2)", "Article 2(1)"]
    assert places(opened("obligations", modality="power")) == ["Article 3"]
    assert places(opened("obligations", text="72 hours")) == ["Article 1(2)"]
    assert places(opened("obligations", sort="risk", order="down"))[:2] == ["Article 1(2)", "Article 2(1)"]


def test_what_the_url_asks_and_nobody_knows_is_left_out(db):
    at = opened("obligations", risk="dreadful", sort="nothing", p="-3", document="other")
    assert len(places(at)) == 5
    assert not at.error


def test_a_chosen_filter_is_written_into_the_url(db):
    at = opened("obligations")
    next(one for one in at.button_group if one.label == "Risk").set_value(["critical", "high"]).run()
    assert at.query_params["risk"] == ["critical", "high"]
    assert places(at) == ["Article 1(2)", "Article 2(1)"]


def test_the_panel_saves_status_owner_and_review(db):
    id = id_of(db, NOTIFY)
    at = opened("obligations", obligation=id)
    at.session_state["record-tab"] = "Record"
    at.run()
    next(one for one in at.selectbox if one.label == "Status").set_value("in progress")
    next(one for one in at.text_input if one.label == "Owner").set_value("Ops")
    next(one for one in at.date_input if one.label.startswith("Date of the event")).set_value("2026-05-03")
    button(at, "Save").click().run()
    row = register.row(db, ADA, id)
    assert (row.status, row.owner, row.due) == ("in progress", "Ops", "2026-05-06")


def test_not_applicable_without_a_reason_is_refused_in_a_sentence(db):
    at = opened("obligations", obligation=id_of(db, NOTIFY))
    at.session_state["record-tab"] = "Record"
    at.run()
    next(one for one in at.selectbox if one.label == "Status").set_value("not applicable")
    button(at, "Save").click().run()
    assert "not applicable" in at.error[0].value


def test_undo_takes_the_last_change_back(db):
    id = id_of(db, NOTIFY)
    register.set_status(db, ADA, id, "met")
    button(opened("obligations", obligation=id), "Undo").click().run()
    assert register.row(db, ADA, id).status == "new"


def test_the_queue_shows_what_nothing_covers_first_and_accepting_goes_on(db):
    waiting = register.to_check_count(db, ADA)
    at = opened("obligations", show="check")
    assert f"of {waiting} things to check" in said(at)
    button(at, "Nothing follows from it").click().run()
    assert register.to_check_count(db, ADA) == waiting - 1
    assert f"of {waiting - 1} thing" in said(at)


def test_what_is_no_obligation_leaves_the_queue_and_keeps_that_status(db):
    at = opened("obligations", show="check", modality="prohibition")
    button(at, "Not an obligation").click().run()
    assert register.row(db, ADA, id_of(db, TELL)).status == "not an obligation"


def test_no_page_draws_html_from_what_it_is_given():
    sources = list((ROOT / "pages").rglob("*.py"))
    assert not [path.name for path in sources if "unsafe_allow_html" in path.read_text("utf-8")]
    drawn = [
        (path.name, line) for path in sources for line in path.read_text("utf-8").splitlines() if "st.html(" in line
    ]
    # Redlines are drawn, and escape every word of them: test_compare_page.py, test_steering_page.py.
    escaping = ("redline.py", "prompt_diff.py")
    # The rest are style sheets of ours.
    sheets = {'    st.html(HERE / "app.css")', "    st.html(STYLE)"}
    assert {line for name, line in drawn if name not in escaping} == sheets


def test_ticked_rows_get_a_status_together_and_undo_takes_it_from_all(db):
    def ticked():
        from core import register
        from pages.parts import bulk, shell

        def page(db, user):
            bulk.bulk(db, user, [row.id for row in register.rows(db, user)][:3])
            bulk.undo(db, user)

        shell.run(page)

    at = AppTest.from_function(ticked, default_timeout=300).run()
    at.selectbox[0].set_value("in progress")
    button(at, "Set the status").click().run()
    assert register.count(db, ADA, register.Filter(status="in progress")) == 3
    button(at, "Undo").click().run()
    assert register.count(db, ADA, register.Filter(status="in progress")) == 0


def test_a_ban_never_reads_as_a_duty():
    assert must("prohibition", "delegate its responsibility") == "must not delegate its responsibility"
    assert must("prohibition", "take no decision") == "take no decision"
    assert must("obligation", "keep records") == "keep records"
