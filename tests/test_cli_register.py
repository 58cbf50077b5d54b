"""The register by command: every change that a screen makes, made headless on the same rows."""

import io
import json
from argparse import Namespace
from contextlib import redirect_stdout

import pytest

from core import register
from core.cli import filters
from core.register import Filter
from tests.cli_parts import command_line
from tests.register_parts import (
    ADA,
    MAY,
    NOTIFY,
    RECORD,
    SILENT,
    TELL,
    TEXT,
    analysed,
    analysis,
    database,
    id_of,
    reading,
)


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    return command_line(tmp_path, monkeypatch)


@pytest.fixture
def db(tmp_path):
    """A library with one document d1, read and analysed."""
    opened = database(tmp_path)
    analysed(opened)
    yield opened
    opened.close()


def shown(db, id):
    return register.row(db, ADA, id)


# --- reading ----------------------------------------------------------------------------------------------------


def test_an_obligation_is_shown_with_its_reading_and_why(copilot, db):
    done = copilot("show", id_of(db, NOTIFY))
    facts = dict(line for line in done.cells if len(line) == 2)
    assert (done.code, facts["place"]) == (0, f"Article 1(2), {TEXT.index(NOTIFY)}-{TEXT.index(NOTIFY) + len(NOTIFY)}")
    assert facts["quote"] == NOTIFY
    assert facts["who"] == "The firm (regulated)"
    assert facts["when"] == "within 72 hours (PT72H, from becoming aware of the incident)"
    assert facts["because"] == "“shall” with a subject that acts"
    assert (facts["risk factor"], facts["status"]) == ("notification", "new")


def test_as_json_an_obligation_has_everything(copilot, db):
    found = json.loads(copilot("show", id_of(db, NOTIFY), "--json").out)
    assert found["row"]["quote"] == found["obligation"]["draft"]["quote"]["text"] == NOTIFY
    assert TEXT[found["obligation"]["span"]["start"] : found["obligation"]["span"]["end"]] == NOTIFY


def test_the_beginning_of_an_id_is_enough_and_the_document_may_be_left_out(copilot, db):
    document, _, own = id_of(db, NOTIFY).partition(".")
    for name in (f"{document}.{own[:6]}", own, own[:6]):
        assert f"id\t{document}.{own}\n" in copilot("show", name).out


def test_an_id_too_short_to_mean_one_is_refused(copilot, db):
    for name in ("", "d1.", id_of(db, NOTIFY)[:6]):
        done = copilot("accept", name)
        assert (done.code, done.out) == (2, "")
    assert copilot("undo").code == 5  # nothing was accepted


def test_an_id_of_nobody_is_not_found(copilot, db):
    assert copilot("show", "d1.0000000000000000").code == 3
    assert copilot("show", "d1.000000").code == 3


def test_an_obligation_that_two_documents_have_is_asked_for_by_document(copilot, db):
    analysed(db, document_id="d2", title="Other rules")
    own = id_of(db, NOTIFY).partition(".")[2]
    done = copilot("show", own[:8])
    assert (done.code, "name one as DOCUMENT.OBLIGATION" in done.err) == (2, True)
    assert f"id\td2.{own}\n" in copilot("show", f"d2.{own}").out


def test_the_overview_counts_what_needs_attention(copilot, db):
    facts = dict(copilot("overview").cells)
    assert (facts["documents"], facts["duties"], facts["duties risk critical"]) == ("1", "4", "1")
    assert json.loads(copilot("overview", "--json").out)["to_check"] == int(facts["to check"])


def test_the_list_to_check_begins_with_what_nothing_accounts_for(copilot, db):
    lines = copilot("to-check").cells
    assert [line[1] for line in lines] == ["ungrounded", "uncovered", "obligation"]
    assert lines[1][4] == SILENT
    assert len(copilot("to-check", "--everything").cells) == 7


def test_into_a_pipe_a_list_is_whole_and_can_be_cut(copilot, db):
    assert len(copilot("obligations").cells) == 5
    with redirect_stdout(io.StringIO()):
        assert filters.limit(Namespace(limit=None)) is None  # a terminal gets a screenful
    cut = copilot("obligations", "--limit", "2", "--offset", "1")
    assert (len(cut.cells), "2 of 5 shown" in cut.err) == (2, True)


def test_what_no_obligation_stands_for_is_listed_by_document(copilot, db):
    [[id, place, start, end, state, words, _]] = copilot("uncovered", "d1").cells
    assert (place, state, TEXT[int(start) : int(end)], words) == ("Article 4", "open", SILENT, SILENT)
    assert copilot("ungrounded", "d1").cells[0][5] == "The firm shall fly."
    copilot("accept", id)
    emptied = copilot("uncovered", "d1")
    assert (emptied.out, "Every normative sentence is accounted for." in emptied.err) == ("", True)
    assert copilot("uncovered", "d1", "--all").cells[0][4] == "accepted"


def test_statements_actions_and_summary_are_those_of_the_screens(copilot, db):
    assert copilot("statements", "d1").cells[0][3:6:2] == ["definition", "“shall mean” defines"]
    assert copilot("actions", "d1").cells[0][:4] == ["critical", "", "Compliance", "needed"]
    assert ["Summary", "Five norms."] in copilot("summary", "d1").cells


def test_the_run_that_the_register_shows_is_chosen_and_undone(copilot, db):
    other = analysis(reading("d1"), model="other", without=RECORD)
    second = register.store_run(db, ADA, other)
    lines = copilot("runs", "list", "d1").cells
    assert [(line[1], line[2], line[5], line[8]) for line in lines] == [
        ("1", "builtin", "chosen", "0"), ("2", "other", "", "1"),
    ]  # fmt: skip
    assert copilot("runs", "choose", "d1", second[:6]).code == 0
    assert len(copilot("obligations").cells) == 4
    copilot("undo")
    assert len(copilot("obligations").cells) == 5
    assert copilot("runs", "choose", "d1", "0000").code == 3


# --- the record -------------------------------------------------------------------------------------------------


def test_a_status_is_set_for_several_at_once_and_undone_as_one(copilot, db):
    ids = [id_of(db, RECORD), id_of(db, NOTIFY)]
    done = copilot("status", *ids, "in progress")
    assert (done.code, "2 obligations: in progress" in done.err) == (0, True)
    assert {shown(db, id).status for id in ids} == {"in progress"}
    assert {line[0] for line in copilot("undo").cells} == set(ids)
    assert {shown(db, id).status for id in ids} == {"new"}


def test_a_list_of_ids_comes_from_another_command(copilot, db):
    listed = copilot("obligations", "--modality", "obligation").out
    assert copilot("assign", "-", "--to", "Ada", stdin=listed).code == 0
    assert {row.owner for row in register.rows(db, ADA, Filter(modality="obligation"))} == {"Ada"}
    assert shown(db, id_of(db, MAY)).owner == ""


def test_an_empty_list_of_ids_changes_nothing_and_says_so(copilot, db):
    done = copilot("assign", "-", "--to", "Ada", stdin="\n")
    assert (done.code, "No id was given" in done.err) == (2, True)


def test_one_wrong_id_leaves_all_of_them_as_they_were(copilot, db):
    assert copilot("status", id_of(db, RECORD), "d1.0000000000000000", "met").code == 3
    assert shown(db, id_of(db, RECORD)).status == "new"


def test_what_is_not_applicable_needs_a_reason(copilot, db):
    id = id_of(db, RECORD)
    assert copilot("status", id, "not applicable").code == 2
    assert copilot("status", id, "not applicable", "--reason", "no incidents here").code == 0
    assert (shown(db, id).status, shown(db, id).reason) == ("not applicable", "no incidents here")
    assert copilot("status", id, "done").code == 2


def test_a_review_is_set_and_taken_away(copilot, db):
    id = id_of(db, RECORD)
    assert copilot("review", id, "2027-01-31").code == 0
    assert shown(db, id).next_review == "2027-01-31"
    assert copilot("review", id, "never").code == 0
    assert shown(db, id).next_review is None
    assert copilot("review", id, "soon").code == 2


def test_the_date_of_the_event_gives_the_due_date(copilot, db):
    id = id_of(db, NOTIFY)
    assert copilot("anchor-date", id, "2026-05-03").cells == [[id, "2026-05-06"]]
    assert shown(db, id).due == "2026-05-06"
    assert copilot("anchor-date", id, "never").cells == [[id, ""]]
    assert copilot("anchor-date", id_of(db, RECORD), "2026-05-03").code == 2  # it has no deadline


def test_comments_and_evidence_are_added_got_and_removed(copilot, db, tmp_path):
    id, policy, back = id_of(db, RECORD), tmp_path / "policy.txt", tmp_path / "back.txt"
    policy.write_bytes(b"We keep records.\x00\xff")
    copilot("comment", id, "Ask the lawyers")
    [[file]] = copilot("evidence", "file", id, policy).cells
    copilot("evidence", "link", id, "https://intranet.example/12")
    [[note]] = copilot("evidence", "note", id, "Seen by the auditor").cells
    facts = [line[1] for line in copilot("show", id).cells if line[0] in ("evidence", "comment")]
    assert [fact.partition(" (")[0].removeprefix(f"{file} ") for fact in facts][::3] == [
        "file: policy.txt",
        "Ask the lawyers",
    ]
    assert copilot("evidence", "get", id, file[:6], "--out", back).code == 0
    assert back.read_bytes() == policy.read_bytes()
    assert copilot("evidence", "remove", id, note).code == 0
    assert [one.kind for one in register.record(db, ADA, id).evidence] == ["file", "link"]
    assert copilot("evidence", "link", id, "javascript:alert(1)").code == 2
    assert copilot("evidence", "file", id, tmp_path / "absent.pdf").code == 3


def test_the_history_tells_what_was_done_and_undone(copilot, db):
    id = id_of(db, RECORD)
    copilot("correct", id, "bearer", "We")
    copilot("undo")
    [[_, who, what, field, old, new, undone]] = copilot("history", id).cells
    assert (who, what, field, old, new) == ("local", "Corrected the bearer", "bearer", "", "We")
    assert undone.startswith("by local, ")
    assert json.loads(copilot("history", id, "--json").out)["new"] == "We"


# --- correcting -------------------------------------------------------------------------------------------------


def test_a_field_is_corrected_and_taken_back(copilot, db):
    id = id_of(db, NOTIFY)
    assert copilot("correct", id, "bearer", "We").code == 0
    assert copilot("correct", id, "deadline", "PT24H").code == 0
    assert (shown(db, id).bearer, shown(db, id).iso8601) == ("We", "PT24H")
    assert "corrected\tbearer: “The firm” → “We” (local, " in copilot("show", id).out
    copilot("uncorrect", id, "deadline")
    assert (shown(db, id).bearer, shown(db, id).iso8601) == ("We", "PT72H")
    copilot("uncorrect", id)
    assert shown(db, id).corrections == 0


def test_a_field_or_value_that_does_not_hold_is_answered_with_what_does(copilot, db):
    id = id_of(db, NOTIFY)
    done = copilot("correct", id, "colour", "red")
    assert (done.code, "these can: modality, bearer" in done.err) == (2, True)
    assert copilot("correct", id, "modality", "wish").code == 2


def test_what_was_accepted_leaves_the_list_to_check(copilot, db):
    listed = copilot("to-check").out
    assert copilot("accept", "-", stdin=listed).code == 0
    assert copilot("to-check").out == ""


def test_an_obligation_is_added_by_the_words_of_the_source(copilot, db):
    [[id]] = copilot("add", "d1", "--words", SILENT, "--bearer", "Staff", "--action", "be trained").cells
    assert (shown(db, id).quote, shown(db, id).bearer, shown(db, id).origin) == (SILENT, "Staff", "hand")
    copilot("undo")
    start = TEXT.index(SILENT)
    [[again]] = copilot("add", "d1", "--at", start, start + len(SILENT), "--modality", "prohibition").cells
    assert (shown(db, again).quote, shown(db, again).modality) == (SILENT, "prohibition")


def test_words_that_are_not_there_once_are_refused(copilot, db):
    absent, often = copilot("add", "d1", "--words", "Nobody said so."), copilot("add", "d1", "--words", "The firm")
    assert (absent.code, "are not in the source" in absent.err) == (2, True)
    assert (often.code, "give more of them, or --at" in often.err) == (2, True)
    assert copilot("add", "d1").code == 2
    assert copilot("add", "d1", "--words", "").code == 2


def test_an_uncovered_sentence_is_promoted_and_a_lost_quote_repaired(copilot, db):
    [[sentence, *_]], [[quote, *_]] = copilot("uncovered", "d1").cells, copilot("ungrounded", "d1").cells
    refused = copilot("promote", quote)
    assert (refused.code, "core repair" in refused.err) == (2, True)
    [[promoted]] = copilot("promote", sentence).cells
    assert (shown(db, promoted).quote, shown(db, promoted).origin) == (SILENT, "promoted")
    [[repaired]] = copilot("repair", quote, "--words", "it shall warn its staff.").cells
    assert shown(db, repaired).origin == "repaired"
    assert (copilot("uncovered", "d1").out, copilot("ungrounded", "d1").out) == ("", "")


def test_one_is_split_in_two_and_the_two_are_merged_again(copilot, db):
    id = id_of(db, TELL)
    parts = [line[0] for line in copilot("split", id, "--before", "it shall warn").cells]
    assert [shown(db, part).quote for part in parts] == [
        TELL[: TELL.index("; it")] + ";",
        TELL[TELL.index("it shall") :],
    ]
    assert shown(db, id).state == "replaced"
    assert [line[0] for line in copilot("obligations", "--state", "replaced").cells] == [id]
    [[whole]] = copilot("merge", *parts).cells
    assert shown(db, whole).quote == TELL
    assert copilot("split", whole, "--at", "3").code == 2


def test_undo_with_nothing_to_undo_says_so(copilot, db):
    done = copilot("undo")
    assert (done.code, "nothing of yours to undo" in done.err) == (5, True)


def test_the_firm_is_set_shown_and_set_back(copilot, db):
    assert copilot("profile", "show").cells[0] == ["profiles", "none"]
    done = copilot("profile", "set", "credit-institution", "data-controller")
    assert (done.code, "Credit institution, Data controller" in done.err) == (0, True)
    assert len(copilot("obligations", "--applies", "no").cells) == 1
    assert copilot("profile", "set", "bakery").code == 2
    assert copilot("profile", "set").code == 2
    assert copilot("profile", "set", "--none").code == 0
    assert len(copilot("profile", "show", "--history").cells) == 2
    assert len(copilot("obligations", "--applies", "unclear").cells) == 5
    assert ["ai-deployer", "AI deployer"] in copilot("profile", "list").cells
    assert copilot("profile", "mark", "--later").code == 0
