"""Hostile bytes are parsed elsewhere: whatever a parser does, the app gets an answer or one clear sentence."""

import base64
import json
import subprocess
import sys
import threading

import psutil
import pytest

from core.errors import BadInput, PasswordNeeded
from core.ingest import PARSERS, sandbox, wire
from core.settings import Settings
from tests import parser_parts
from tests.job_parts import wait_until

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc or relies on rlimits")


def run(name, data=b"", settings=None, **options):
    return sandbox.call(f"tests.parser_parts:{name}", data, options, noun="PDF", settings=settings)


def answer(name, data=b"", settings=None, **options):
    return base64.b64decode(run(name, data, settings, **options)["bytes"])


def refused(name, data=b"", settings=None):
    with pytest.raises(BadInput) as caught:
        run(name, data, settings)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def parsers(app=None):
    """The parsers that this process, or another, has under way."""
    return [process.pid for process in psutil.Process(app).children(recursive=True) if parses(process)]


def parses(process):
    try:
        return "core.ingest.child" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it ended since it was listed
        return False


def test_a_parser_gets_the_bytes_and_only_the_options_it_names():
    assert answer("echo", b"x" * 3_000_000, word="seen", password="unused") == b"seen:3000000"


def test_everything_a_parser_says_comes_through_unchanged():
    sent = parser_parts.read_everything(b"")
    got = wire.decode(run("read_everything")["parsed"])
    assert got.text == sent.text
    assert got.blocks == sent.blocks
    assert got.pages == sent.pages
    assert (got.hidden, got.warnings, got.declared) == (sent.hidden, sent.warnings, sent.declared)
    assert [(w.start, w.end, w.page, w.x0, w.x1) for w in got.words] == [(0, 1, 1, 1.23, 3.5), (2, 3, 1, -1.5, 9999.99)]


def test_a_hanging_parser_is_stopped_in_time():
    sentence = refused("hang", settings=Settings(parse_timeout_seconds=1))
    assert "took more than 1 seconds" in sentence
    assert "COPILOT_PARSE_TIMEOUT_SECONDS" in sentence


def test_a_busy_parser_is_stopped_in_time():
    assert "took more than 1 seconds" in refused("spin", settings=Settings(parse_timeout_seconds=1))


def test_a_parser_that_swells_is_stopped_before_it_hurts_the_machine():
    sentence = refused("swell", settings=Settings(parse_memory_mb=150))
    assert "more than 150 MB of memory" in sentence
    assert "COPILOT_PARSE_MEMORY_MB" in sentence


def test_a_parser_that_holds_too_much_is_stopped_at_once_and_not_when_its_time_is_over():
    limits = Settings(parse_memory_mb=150, parse_timeout_seconds=30)
    assert "more than 150 MB of memory" in refused("hold_and_sleep", settings=limits)


@linux_only
def test_a_parser_that_asks_for_everything_at_once_gets_nothing():
    assert "of memory" in refused("swell_at_once")


def test_a_crash_in_a_library_is_one_sentence():
    assert "save it again" in refused("crash")


def test_a_bug_in_a_parser_names_its_place_and_never_the_document():
    sentence = refused("stumble", b"the client's name")
    assert "RuntimeError in parser_parts.py line" in sentence
    assert "client" not in sentence


def test_noise_that_libraries_print_does_not_mix_with_the_answer():
    assert answer("chatter") == b"answer"


def test_nonsense_for_an_answer_is_one_sentence():
    assert "no readable answer" in refused("give_nonsense")


def test_an_endless_answer_is_cut_off(monkeypatch):
    monkeypatch.setattr(sandbox, "ANSWER_LIMIT_MB", 4)
    assert "more than 4 MB of text" in refused("flood")


def test_an_answer_that_points_outside_its_text_is_refused(monkeypatch):
    monkeypatch.setitem(PARSERS, "text/x-test", "tests.parser_parts:outside_the_text")
    with pytest.raises(BadInput, match="does not fit together"):
        sandbox.parse(b"", "text/x-test")


@linux_only
def test_a_parser_cannot_fill_the_disk():
    assert "OSError" in refused("fill_the_disk")


@linux_only
def test_what_a_parser_started_is_ended_with_it():
    started = int(answer("leave_one_behind"))
    wait_until(lambda: ended(started))


def ended(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@linux_only
def test_a_parser_does_not_outlive_the_app_that_started_it():
    program = "from core.ingest import sandbox; sandbox.call('tests.parser_parts:hang', b'', {})"
    app = subprocess.Popen([sys.executable, "-c", program], cwd=sandbox.ROOT)
    started = wait_until(lambda: parsers(app.pid))
    app.kill()
    app.wait()
    wait_until(lambda: all(map(ended, started)))


def test_no_secret_of_the_environment_reaches_a_parser(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    seen = json.loads(answer("environment"))
    assert set(seen) <= {*sandbox.KEPT_VARIABLES, "LANG", "OMP_THREAD_LIMIT", "LC_CTYPE"}


@linux_only
def test_a_password_is_not_on_the_command_line():
    assert b"opensesame" not in answer("command_line", password="opensesame")


def test_the_child_loads_one_parser_and_nothing_heavy():
    loaded = set(json.loads(answer("modules")))
    assert not loaded & {"pydantic", "pymupdf", "lxml", "docx", "streamlit", "pandas", "core.settings"}


def test_several_files_at_once_do_not_disturb_each_other():
    found = {}

    def one(name):
        found[name] = answer("echo", name.encode() * 100_000, word=name)

    threads = [threading.Thread(target=one, args=(name,)) for name in ("a", "bb", "ccc", "dddd")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: f"{n}:{len(n) * 100_000}".encode() for n in ("a", "bb", "ccc", "dddd")}


def test_no_process_is_left_behind():
    answer("echo", b"x")
    assert parsers() == []


def test_the_kind_of_error_survives_the_border():
    with pytest.raises(PasswordNeeded):
        sandbox._outcome(b'{"error": "PasswordNeeded", "message": "locked"}', 0, "", "PDF", Settings())


def test_the_child_alone_is_of_no_use_without_a_job():
    done = subprocess.run(
        [sys.executable, "-m", "core.ingest.child"], input=b"", capture_output=True, cwd=sandbox.ROOT, check=False
    )
    assert done.returncode != 0


def test_an_answer_nested_without_end_is_one_sentence():
    with pytest.raises(BadInput, match="gave no readable answer"):
        sandbox._outcome(b"[" * 200_000, 0, "", "PDF", Settings())
