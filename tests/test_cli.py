"""The command line: results on stdout, messages on stderr, an exit code that says what happened, never a traceback."""

import ast
import csv
import io
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from core import register
from core.cli import ROOMS, filters, text
from core.cli.check import mismatches
from tests.cli_parts import command_line
from tests.job_parts import wait_until

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "data" / "samples"
RULE, GUIDE = SAMPLES / "us-customer-funds.txt", SAMPLES / "cloud-guideline.md"
PLANTED, NEWS = SAMPLES / "planted-instructions.html", SAMPLES / "newsletter-out-of-scope.txt"
DUTY = "Payment institutions shall report fraud to the authority within 24 hours."
SMALL = f"# House rules\n\n## Article 1\n\n{DUTY}\n"


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    return command_line(tmp_path / "var", monkeypatch)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "house.md"
    path.write_text(SMALL, "utf-8")
    return path


# --- help -------------------------------------------------------------------------------------------------------

ROWS = {row.name: row for room in ROOMS for row in room.COMMANDS}


def test_help_names_every_command_and_exit_code(copilot):
    shown = copilot("--help").out
    assert [name for name in ROWS if f"    {name} " not in shown] == []
    assert "exit codes:" in shown


def test_help_loads_nothing_heavy():
    heavy = {"pydantic", "pydantic_settings", "sqlite_utils", "openpyxl", "pymupdf", "rapidfuzz", "icalendar", "lxml"}
    code = f"import sys, core.cli; core.cli.parser().format_help(); print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ROWS)
def test_every_command_teaches_with_examples(copilot, name):
    shown = copilot(*name.split(), "--help").out
    summary, examples = f"\n\n{ROWS[name].summary}.\n", shown.partition("\nexamples:\n")[2]
    assert summary in shown
    assert f"python -m core {name} " in f"{examples} ".replace("\n", " ")


# What only draws a screen: pictures of pages, counts beside a filter's choices, the text of a form.
DRAWN = {"page_png", "words", "facets", "duties_by_document", "values", "outline", "row", "rows_of"}
DRAWN |= {"topic_names", "suggested", "keep_up"}  # names of a filter; what `controls suggest` and `link` build on
DRAWN |= {"may_choose_firm"}  # whether to show the button; `profile set` refuses
DRAWN |= {"may_carry", "found", "place"}  # whether to show a button, and whether a page in the address is there
DRAWN |= {"carrying", "compared", "downloads"}  # of pages.parts.changes, which draws what two versions differ in
DRAWN |= {"former", "named", "value"}  # what `changes rollback` chooses from; a prompt's text; "as shipped"
DRAWN |= {"prompts"}  # `prompts list` has them in the order of the tasks
DRAWN |= {"known", "sees_all"}  # which models and tasks there are to choose from, and whether to offer "mine"
DRAWN |= {"answer"}  # what the form of a vendor review begins with
DRAWN |= {"decision"}  # said before a prompt is sent; `models try` says it when it refuses
DRAWN |= {
    "choices",
    "by_day",
    "keep_checked",
    "kept",
}  # what the filters of the log offer, its picture, how far it was verified; `audit verify` reads it all

DRAWN |= {"rule", "decisions"}  # what the policy asks for, and decisions so far: `review show` has both
DRAWN |= {"may_free"}  # whether to show a button; `review release` refuses
DRAWN |= {"save_record"}  # status, owner, review and date in one save; each has a command

# How a browser is let in, and acts as somebody of a demo; commands say who acts by --as.
DRAWN |= {"sign_in", "open", "leave", "of_claims", "ended_why", "refreshed"}
DRAWN |= {"actors", "behind", "act_as", "act_as_self"}
DRAWN |= {"holders", "allowed_scopes"}  # whom to ask; what a form offers
DRAWN |= {"barred", "barred_for_one", "barred_for_others", "why"}  # of pages.parts.rights: why a button is greyed


def test_whatever_a_screen_calls_a_command_calls_too():
    screens = used(ROOT / "pages") | used(ROOT / "app.py")
    assert {"set_status", "sign_card", "unlock"} <= screens
    assert screens - used(ROOT / "core" / "cli") - DRAWN == set()


MODULES = ("library", "register", "jobs", "controls", "llm", "prompts", "operations", "changes", "switches", "activity")
MODULES += ("review",)
MODULES += ("accounts", "rights", "passwords", "sessions", "services")


def used(place: Path) -> set[str]:
    """Functions of these modules that the code there names."""
    files = place.rglob("*.py") if place.is_dir() else [place]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    named = [
        (node.value.id, node.attr)
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    ]
    return {name for module, name in named if module in MODULES and name.islower()}


def test_the_options_name_what_the_register_knows():
    assert (filters.STATUSES, filters.DEADLINES) == (register.STATUSES, register.DEADLINES)


def test_the_version_is_that_of_the_project(copilot):
    assert copilot("--version").out == "compliance-copilot 0.1.0\n"


def test_an_unknown_option_is_bad_input(copilot):
    done = copilot("analyze", RULE, "--modell", "builtin")
    assert (done.code, done.out) == (2, "")
    assert "unrecognized arguments: --modell" in done.err


# --- analyze ----------------------------------------------------------------------------------------------------


def test_analyze_prints_one_object_with_offsets_into_the_file_itself(copilot):
    done = copilot("analyze", RULE)
    found = json.loads(done.out)
    source = RULE.read_bytes().decode("utf-8")
    assert (done.code, found["schema"]) == (0, "analysis/1")
    assert found["obligations"]
    assert all(source[one["start"] : one["end"]] == one["quote"] for one in found["obligations"])
    assert "duties" in done.err


def test_analyze_needs_no_database(copilot, small, tmp_path):
    copilot("analyze", small)
    assert not (tmp_path / "var").exists()


def test_the_text_comes_with_the_json_when_asked_for(copilot, small):
    assert json.loads(copilot("analyze", small, "--with-text").out)["document"]["text"] == SMALL


def test_several_files_are_one_object_a_line_and_a_bad_one_does_not_stop_the_rest(copilot, small, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    done = copilot("analyze", small, tmp_path / "absent.pdf", empty, RULE)
    titles = [json.loads(line)["document"]["media_type"] for line in done.out.splitlines()]
    assert titles == ["text/markdown", "text/plain"]
    assert "absent.pdf: There is no such file" in done.err
    assert "empty.txt: " in done.err
    assert done.code == 3  # of the first failure


def test_a_dash_reads_standard_input(copilot):
    done = copilot("analyze", "-", stdin=SMALL.encode())
    assert json.loads(done.out)["obligations"][0]["deadline"]["iso8601"] == "PT24H"


def test_a_folder_is_answered_with_how_to_name_its_files(copilot, tmp_path):
    done = copilot("analyze", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "This is a folder; name its files" in done.err


def test_an_unknown_model_or_profile_is_answered_with_those_there_are(copilot, small):
    assert "builtin" in copilot("analyze", small, "--model", "oracle").err
    done = copilot("analyze", small, "--profile", "bakery")
    assert done.code == 2
    assert "bakery" in done.err


@pytest.mark.parametrize("name", ["csv", "xlsx", "md", "ics", "jira"])
def test_each_format_goes_to_a_file_chosen_by_name(copilot, tmp_path, name):
    out = tmp_path / "made.bin"
    done = copilot("analyze", RULE, GUIDE, "--format", name, "--out", out)
    assert (done.code, done.out) == (0, "")
    assert len(out.read_bytes()) > 100


def test_the_ending_of_the_output_chooses_the_format(copilot, tmp_path, small):
    copilot("analyze", small, "--out", tmp_path / "r.csv")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text("utf-8-sig"), newline="")))
    assert lines[0]["Bearer"] == "Payment institutions"
    done = copilot("analyze", small, "--out", tmp_path / "r.doc")
    assert (done.code, (tmp_path / "r.doc").exists()) == (2, False)


def test_a_folder_as_output_gets_a_file_for_each_input(copilot, tmp_path, small):
    twin = tmp_path / "other" / "house.md"
    twin.parent.mkdir()
    twin.write_text(SMALL, "utf-8")
    done = copilot("analyze", small, twin, RULE, "--out", f"{tmp_path}/made/")
    assert done.code == 0
    made = {path.name for path in (tmp_path / "made").iterdir()}
    assert made == {"house.json", "house-2.json", "us-customer-funds.json"}


def test_what_was_in_the_output_stays_when_nothing_could_be_read(copilot, tmp_path):
    out = tmp_path / "register.csv"
    out.write_text("as before")
    assert copilot("analyze", tmp_path / "absent.txt", "--out", out).code == 3
    assert out.read_text() == "as before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["register.csv"]


def test_an_output_that_cannot_be_written_is_said_in_a_sentence(copilot, small, tmp_path):
    done = copilot("analyze", small, "--out", tmp_path / "absent" / "r.json")
    assert done.code == 2
    assert "cannot be written: No such file or directory." in done.err


def test_an_escalated_document_gives_its_reading_and_no_other_export(copilot, tmp_path):
    done = copilot("analyze", PLANTED)
    assert (done.code, json.loads(done.out)["scope"]["decision"]) == (0, "escalate")
    done = copilot("analyze", PLANTED, RULE, "--out", tmp_path / "r.csv")
    assert done.code == 4
    assert "escalated" in done.err
    assert "9014.3" in (tmp_path / "r.csv").read_text("utf-8-sig")
    assert "Merchants" not in (tmp_path / "r.csv").read_text("utf-8-sig")


def test_what_is_out_of_scope_says_so_and_has_no_obligations(copilot):
    done = copilot("analyze", NEWS)
    assert json.loads(done.out)["obligations"] == []
    assert "out of scope" in done.err


def test_jira_says_how_many_actions_it_left_out(copilot):
    assert "await approval and are left out." in copilot("analyze", RULE, "--format", "jira").err


def test_the_day_from_which_due_dates_count_can_be_given(copilot):
    def due(day: str) -> str:
        return min(
            one["due"] for one in json.loads(copilot("analyze", RULE, "--today", day).out)["actions"] if one["due"]
        )

    assert due("2030-01-01").startswith("2030-01")
    assert copilot("analyze", RULE, "--today", "tomorrow").code == 2


def test_an_encrypted_pdf_opens_with_the_password_from_a_file_or_the_environment(copilot, tmp_path):
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    locked, key = tmp_path / "locked.pdf", tmp_path / "key"
    canvas = Canvas(str(locked), encrypt=StandardEncryption("open sesame", canPrint=0))
    for place, line in enumerate(["House rules on payments", "Article 1", *["1. " + DUTY, "2. " + DUTY, "3. " + DUTY]]):
        canvas.drawString(72, 700 - 20 * place, line)
    canvas.save()
    key.write_text("open sesame\n")
    refused = copilot("analyze", locked)
    assert (refused.code, refused.out) == (2, "")
    assert "password" in refused.err
    assert json.loads(copilot("analyze", locked, "--password-file", key).out)["obligations"]
    assert json.loads(copilot("analyze", locked, COPILOT_PASSWORD="open sesame").out)["obligations"]


# --- the library ------------------------------------------------------------------------------------------------


@pytest.fixture
def library(copilot):
    """Two documents in the library: their ids."""
    done = copilot("import", RULE, PLANTED)
    assert done.code == 0
    return [line.split("\t")[0] for line in done.out.splitlines()]


def test_import_prints_ids_and_lists_the_documents(copilot, library):
    lines = [line.split("\t") for line in copilot("documents").out.splitlines()]
    assert {line[0] for line in lines} == set(library)
    assert {line[5] for line in lines} == {"in_scope", "escalate"}
    (one,) = [json.loads(line) for line in copilot("documents", "--text", "merchants", "--json").out.splitlines()]
    assert one["gate"] == "waiting"


def test_the_same_file_twice_is_one_document(copilot, library):
    again = copilot("import", RULE)
    assert again.out.split("\t")[0] == library[0]
    assert "is in the library already" in again.err


def test_a_file_that_cannot_be_imported_is_told_and_the_rest_go_on(copilot, small, tmp_path):
    odd = tmp_path / "odd.pdf"
    odd.write_bytes(b"%PDF-1.7 nothing else")
    done = copilot("import", odd, small)
    assert done.code == 2
    assert f"{odd}: " in done.err
    assert [line.split("\t")[1] for line in done.out.splitlines()] == [str(small)]


def test_files_can_be_queued_for_the_worker(copilot, small):
    queued = copilot("import", "--no-wait", small)
    assert (queued.out, copilot("documents").out) == ("", "")
    assert "1 file queued" in queued.err
    assert "1 job done." in copilot("work", "--drain").err
    assert copilot("documents").out


def test_obligations_are_filtered_sorted_and_counted(copilot, library):
    shown = copilot("obligations", "--document", library[0], "--risk", "critical", "high", "--sort", "risk")
    risks = [line.split("\t")[7] for line in shown.out.splitlines()]
    assert risks
    assert set(risks) <= {"critical", "high"}
    cut = copilot("obligations", "--limit", "2", "--json")
    assert len([json.loads(line) for line in cut.out.splitlines()]) == 2
    assert "2 of " in cut.err


def test_the_register_is_exported_and_comes_back(copilot, library, tmp_path):
    from core.export import csv as csv_format

    out = tmp_path / "r.csv"
    assert copilot("export", "--document", library[0], "--out", out).code == 0
    rows = csv_format.read(out.read_bytes())
    listed = copilot("obligations", "--document", library[0], "--limit", "0").out.splitlines()
    assert [f"{row.document_id}.{row.id}" for row in rows] == [line.split("\t")[0] for line in listed]
    assert {row.status for row in rows} == {"new"}


def test_an_escalated_document_is_left_out_of_exports_and_named(copilot, library):
    everything = copilot("export", "--format", "csv")
    assert everything.code == 0
    assert "is left out: it is escalated" in everything.err
    assert "Merchants" not in everything.out
    assert copilot("export", "--format", "csv", "--document", library[1]).code == 4


def test_deleting_asks_first_and_says_what_is_gone(copilot, library):
    unasked = copilot("delete", library[0])
    assert (unasked.code, "--yes" in unasked.err) == (2, True)
    done = copilot("delete", library[0][:6], "--yes")
    assert done.code == 0
    assert f"{library[0]}\tfinding\t" in done.out
    assert copilot("obligations", "--document", library[0]).out == ""
    assert copilot("delete", "0" * 16, "--yes").code == 3


def test_the_register_can_be_built_again(copilot, library):
    before = copilot("obligations", "--limit", "0").out
    assert copilot("reindex").code == 0
    assert copilot("obligations", "--limit", "0").out == before


# --- check ------------------------------------------------------------------------------------------------------


def test_check_verifies_every_span_in_the_library(copilot, library):
    done = copilot("check")
    assert done.code == 0
    assert done.out.count("at their places") == 2


def test_check_names_a_stored_text_that_changed_under_its_obligations(copilot, library, tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "var" / "copilot.db") as db:
        db.execute("update document_text set text = 'x' || text where document_id = ?", [library[0]])
    done = copilot("check")
    assert done.code == 7
    assert "the quote is not at" in done.err
    assert done.out.count("at their places") == 1


def test_check_verifies_files_without_a_database(copilot, small):
    done = copilot("check", "--file", small, RULE, PLANTED)
    assert (done.code, done.out.count("at their places")) == (0, 3)


def test_check_holds_an_export_against_its_source(copilot, small, tmp_path):
    exported = tmp_path / "a.json"
    copilot("analyze", small, RULE, "--out", exported)
    assert copilot("check", exported, "--against", small, RULE).code == 0
    other = copilot("check", exported, "--against", GUIDE)
    assert (other.code, "other bytes" in other.err) == (7, True)


def test_check_finds_an_export_that_was_altered(copilot, small, tmp_path):
    exported = tmp_path / "a.json"
    copilot("analyze", small, "--out", exported)
    exported.write_text(exported.read_text().replace("within 24 hours.", "within 48 hours."))
    done = copilot("check", exported, "--against", small)
    assert done.code == 7
    assert "the quote is not at" in done.err


def test_an_analysis_and_its_source_are_asked_for_together(copilot, small):
    assert copilot("check", small).code == 2


def test_every_kind_of_wrong_place_is_a_mismatch():
    part = {"text": "24 hours", "start": 0, "end": 8}
    one = {
        "id": "1", "provision": "Article 1", "start": 0, "end": 3, "quote": "abc", "lead_in": {"start": 90, "end": 99},
        "conditions": [part], "exceptions": [], "deadlines": [part], "references": [], "sanctions": [],
    }  # fmt: skip
    analysis = {
        "document": {"characters": 4},
        "obligations": [one],
        "coverage": {"uncovered": [{"start": 0, "end": 2, "quote": "zz"}]},
    }
    assert len(list(mismatches(analysis, "xyz"))) == 6


# --- manners ----------------------------------------------------------------------------------------------------


def test_a_reader_that_stops_early_is_no_error(tmp_path):
    command = (
        f"{sys.executable} -m core analyze {RULE} {GUIDE} {RULE} | head -c 100 > /dev/null; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "0\n"
    assert "Broken" not in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_quietly(tmp_path):
    environment = {**os.environ, "COPILOT_DATA_DIR": str(tmp_path)}
    running = subprocess.Popen(
        [sys.executable, "-m", "core", "work"], cwd=ROOT, env=environment, stderr=subprocess.PIPE
    )
    wait_until(lambda: (tmp_path / "copilot.db").exists() or running.poll() is not None)
    running.send_signal(signal.SIGINT)
    _, messages = running.communicate(timeout=120)
    # Where it came while a library ran code of its own, Python ends by the signal itself; a shell says 130 either way.
    assert running.returncode in (130, -signal.SIGINT)
    assert messages == b""


def test_a_defect_of_ours_is_one_line_and_its_traceback_is_there_on_request(copilot, tmp_path):
    broken = tmp_path / "samples"
    broken.mkdir()
    (broken / "samples.toml").write_text("[[sample]]\nfile = 'x'\n")  # without its title
    quiet = copilot("samples", COPILOT_SAMPLES_DIR=str(broken))
    assert (quiet.code, quiet.err.count("\n")) == (70, 1)
    assert "KeyError" in quiet.err


def test_a_document_cannot_steer_the_terminal():
    assert text.printable("a\x1b[31mred\x07 \u202etxt.exe\nb") == "a�[31mred� �txt.exe b"


def test_a_table_fits_the_terminal_and_cuts_its_widest_column():
    widths = text.fitted([["ID", "Title"], ["1", "x" * 100]], 40)
    assert widths == [2, 36]


def test_a_workbook_is_not_thrown_at_a_terminal(small):
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "core", "analyze", str(small), "--format", "xlsx"],
        cwd=ROOT, stdout=theirs, stderr=subprocess.PIPE, timeout=120,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert b"--out" in done.stderr


def test_the_samples_are_listed_with_what_they_show(copilot):
    lines = [line.split("\t") for line in copilot("samples").out.splitlines()]
    assert len(lines) == 12
    assert all(Path(line[0]).is_file() for line in lines)


# --- desktop ----------------------------------------------------------------------------------------------------


class Healthy(BaseHTTPRequestHandler):
    """Answers as Streamlit's health check does."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/_stcore/health" else 404)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def browser(tmp_path):
    """A folder with a `chromium` that notes how it was called."""
    folder, noted = tmp_path / "bin", tmp_path / "called"
    folder.mkdir()
    program = folder / "chromium"
    program.write_text(f'#!/bin/sh\necho "$@" > {noted}.part && mv {noted}.part {noted}\n')
    program.chmod(0o755)
    return folder, noted


def test_desktop_opens_a_running_app_in_app_mode(copilot, browser):
    folder, noted = browser
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    done = copilot("desktop", "--port", server.server_port, PATH=f"{folder}:{os.environ['PATH']}", DISPLAY=":7")
    wait_until(noted.exists)
    server.shutdown()
    assert done.code == 0
    assert noted.read_text() == f"--app=http://localhost:{server.server_port}\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_desktop_without_a_screen_says_where_the_app_is(copilot, browser):
    folder, noted = browser
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    none = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    done = copilot("desktop", "--port", server.server_port, PATH=f"{folder}:{os.environ['PATH']}", **none)
    server.shutdown()
    assert done.code == 0
    assert f"no window could be opened here; open http://localhost:{server.server_port} in a browser" in done.err
    assert not noted.exists()


def test_desktop_says_when_another_program_has_the_port(copilot):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = copilot("desktop", "--port", other.getsockname()[1])
    assert done.code == 5
    assert "is used by another program" in done.err
