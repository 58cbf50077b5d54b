"""Spans: kept whatever happens, in nobody's way, and without a word of anybody's text."""

import contextlib
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.semconv._incubating.attributes import enduser_attributes, error_attributes, gen_ai_attributes

from core import telemetry
from core.errors import BadInput
from core.identity import LOCAL
from core.settings import Settings, settings
from core.store import connect, stamp, write
from core.telemetry import names, writer
from core.types import User
from tests.job_parts import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parent.parent
ANALYST = User(id="carla", name="Carla Specimen", roles=("analyst",))
OTHER = User(id="dario", name="Dario Specimen", roles=("analyst",))
OWNER = User(id="erin", name="Erin Specimen", roles=("engineering owner",))
STRANGER = User(id="carla", name="Carla Specimen", tenant="elsewhere", roles=("admin",))

# What people write into documents, prompts and answers, and what must never get out of them.
PLANTED = (
    "Anna Specimen",
    "anna.specimen@example.org",
    "+44 20 7946 0958",
    "442079460958",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "DE89370400440532013000",
    "The firm shall report major incidents to the authority.",
    "sk-ant-api03-" + "S0mePlantedKey" * 6,
    "AKIAIOSFODNN7SPECIMEN",
    "ghp_" + "a1B2c3D4" * 5,
    "password=hunter2",
    "postgres://anna:hunter2@db.example.org/x",
    "/home/anna/letters/model.gguf",
    "line\nline",
    "x" * 5_000,
)
LIKE_A_MODEL = "Winter-Specimen-2026"  # those names come from the inventory and the server


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder of its own; spans go into its database."""
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    connect(tmp_path / "copilot.db").close()
    telemetry.start(settings())
    yield tmp_path
    telemetry.flush(PATIENCE)
    settings.cache_clear()


@pytest.fixture
def db(home):
    with closing(connect(home / "copilot.db")) as opened:
        yield opened


def kept(db, user, trace_id):
    assert telemetry.flush(PATIENCE)
    return telemetry.spans(db, user, trace_id)


# --- what a span keeps ------------------------------------------------------------------------------------------


def test_spans_nest_where_they_are_opened_and_keep_what_was_counted(db):
    with telemetry.of(ANALYST), telemetry.span("copilot.analyse", **{names.WINDOWS: 2}) as outer:
        with telemetry.span("chat ollama:qwen3:4b", kind="client", **{names.REQUEST_MODEL: "qwen3:4b"}) as inner:
            inner.set({names.INPUT_TOKENS: 1_200, names.COST_USD: None})
        outer.set({names.OBLIGATIONS: 7})
    first, second = kept(db, ANALYST, outer.trace_id)
    assert (first.name, first.kind, first.parent_id) == ("copilot.analyse", "internal", None)
    assert first.attributes == {names.WINDOWS: 2, names.OBLIGATIONS: 7}
    assert (second.name, second.kind, second.parent_id) == ("chat ollama:qwen3:4b", "client", outer.span_id)
    assert second.attributes == {names.REQUEST_MODEL: "qwen3:4b", names.INPUT_TOKENS: 1_200}
    assert first.started_ns <= second.started_ns <= second.ended_ns <= first.ended_ns


def test_how_long_it_took_does_not_follow_a_clock_that_is_set(db, monkeypatch):
    with telemetry.of(ANALYST), telemetry.span("copilot.window") as span:
        monkeypatch.setattr("opentelemetry.sdk.trace.time_ns", lambda: 0)
        time.sleep(0.02)
    monkeypatch.undo()
    (row,) = kept(db, ANALYST, span.trace_id)
    assert 10 <= row.duration_ms < 3_600_000  # and neither back to 1970 nor ahead of it by decades


@pytest.mark.parametrize("set_by", [-3_600_000_000_000, 3_600_000_000_000], ids=["an hour back", "an hour ahead"])
def test_a_span_inside_begins_and_ends_inside_also_where_the_clock_is_set_meanwhile(db, monkeypatch, set_by):
    right = time.time_ns
    with telemetry.of(ANALYST), telemetry.span("copilot.analyse") as outer, monkeypatch.context() as patched:
        patched.setattr(time, "time_ns", lambda: right() + set_by)
        with telemetry.span("copilot.window"):
            pass
    first, second = kept(db, ANALYST, outer.trace_id)
    assert (first.name, second.name) == ("copilot.analyse", "copilot.window")
    assert first.started_ns < second.started_ns <= second.ended_ns <= first.ended_ns


def test_the_genai_names_are_those_of_the_package():
    known = {
        value
        for module in (gen_ai_attributes, enduser_attributes, error_attributes)
        for value in vars(module).values()
        if isinstance(value, str)
    }
    ours = {name for name in (*names.CHECKS, names.USER_HASH) if not name.startswith("copilot.")}
    assert ours <= known


def test_work_that_is_handed_to_threads_stays_in_its_trace_and_its_users(db):
    def window(number: int) -> str:
        with telemetry.span("copilot.window", **{names.WINDOW: number}) as span:
            return span.trace_id

    with telemetry.of(ANALYST), telemetry.span("copilot.analyse") as run, ThreadPoolExecutor(4) as pool:
        found = set(pool.map(telemetry.carry()(window), range(20)))
    assert found == {run.trace_id}
    rows = kept(db, ANALYST, run.trace_id)
    assert len(rows) == 21
    assert {row.parent_id for row in rows} == {None, run.span_id}


def test_a_job_that_goes_on_after_a_restart_goes_on_in_its_trace(db):
    trace_id = telemetry.trace_of("3f2a9c417be01d22")
    assert trace_id == hashlib.sha256(b"3f2a9c417be01d22").hexdigest()[:32]
    with telemetry.of(ANALYST), telemetry.span("copilot.window") as around:
        for _ in range(2):
            with telemetry.resumed(trace_id), telemetry.span("copilot.analyse"), telemetry.span("copilot.window"):
                pass
        with telemetry.span("copilot.ground") as after:
            pass
    rows = kept(db, ANALYST, trace_id)
    assert [row.name for row in rows] == ["copilot.analyse", "copilot.window"] * 2
    assert sum(row.parent_id is None for row in rows) == 2
    assert after.trace_id == around.trace_id != trace_id
    with pytest.raises(ValueError, match="32 hexadecimal"), telemetry.resumed("0" * 32):
        pass


def test_spans_of_other_libraries_stay_out(db):
    from opentelemetry import trace

    telemetry.tracer()
    with trace.get_tracer("somebody").start_as_current_span("chroma", attributes={"query": PLANTED[0]}):
        pass
    assert telemetry.flush(PATIENCE)
    assert db.execute("select count(*) from span").fetchone() == (0,)


# --- no text gets in --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("planted", PLANTED)
def test_no_attribute_takes_what_people_write(planted):
    for name in names.CHECKS:
        for value in (planted, [planted], (planted,)):
            said = refusal(name, value)
            assert name in said
            assert planted not in said


def refusal(name: str, value: object) -> str:
    """What is said when the attribute is refused; its name where the value is withheld, nothing where it is taken."""
    try:
        taken = names.checked({name: value})[name]
    except ValueError as error:
        return str(error)
    return name if taken in ("withheld", ("withheld",)) else ""


def test_a_password_that_looks_like_a_model_is_taken_for_one_and_for_nothing_else():
    taken = {name for name in names.CHECKS for value in (LIKE_A_MODEL, (LIKE_A_MODEL,)) if not refusal(name, value)}
    assert taken == {names.REQUEST_MODEL, names.RESPONSE_MODEL, names.FELL_FROM}


@pytest.mark.parametrize("planted", PLANTED)
def test_no_span_is_called_what_people_write(planted):
    with pytest.raises(ValueError, match="a span is called") as raised:
        names.span_name(planted)
    assert planted not in str(raised.value)
    assert names.span_name(f"chat {planted}") == "chat withheld"


def test_an_unknown_attribute_is_named_unless_it_is_text_itself():
    with pytest.raises(ValueError, match=r"no attribute gen_ai\.prompt"):
        names.checked({"gen_ai.prompt": "x"})
    with pytest.raises(ValueError, match="no attribute of this kind"):
        names.checked({PLANTED[0]: 1})


@pytest.mark.parametrize(
    "model",
    [
        "qwen3:4b", "ollama:qwen3:4b", "anthropic:claude-haiku-5-5", "claude-3-5-sonnet-20241022",
        "openai:meta-llama/Llama-3.1-8B-Instruct", "llama_cpp:Qwen3-4B-Q4_K_M", "hf.co/bartowski/Phi-4-GGUF:Q4_K_M",
        "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M-00001-of-00002", "ft:gpt-4o-mini:firm::8abcDEF", "builtin:rules",
    ],
)  # fmt: skip
def test_models_go_by_their_names(model):
    assert names.model(model) == model


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (names.INPUT_TOKENS, -1), (names.INPUT_TOKENS, True), (names.INPUT_TOKENS, 1.5),
        (names.COST_USD, float("nan")), (names.COST_USD, float("inf")), (names.FROM_CACHE, 1),
        (names.DOCUMENT_IDS, ["3f2a9c417be01d22"] * 65), (names.FINISH_REASONS, "stop"),
    ],
)  # fmt: skip
def test_counts_are_counts_and_flags_are_flags(name, value):
    with pytest.raises(ValueError, match=name):
        names.checked({name: value})


def test_an_error_leaves_its_class_name_and_nothing_of_what_it_says(home, db):
    class Quoting(Exception):
        pass

    with pytest.raises(Quoting), telemetry.of(ANALYST), telemetry.span("copilot.analyse") as span:  # noqa: SIM117
        with telemetry.span("copilot.window"):
            raise Quoting(PLANTED[0], PLANTED[8]) from KeyError(PLANTED[1])
    rows = kept(db, ANALYST, span.trace_id)
    assert [row.error_type for row in rows] == ["Quoting", "Quoting"]
    files = b"".join(path.read_bytes() for path in home.iterdir() if path.name.startswith("copilot.db"))
    assert b"Quoting" in files
    for planted in (*PLANTED, ANALYST.id, ANALYST.name):
        assert planted.encode() not in files


def test_an_error_class_that_is_called_like_text_is_an_error():
    strange = type("Anna Specimen said", (Exception,), {})
    with pytest.raises(strange), telemetry.span("copilot.window") as span:
        raise strange
    assert span._open.attributes[names.ERROR_TYPE] == "Error"


# --- whose they are ---------------------------------------------------------------------------------------------


def test_people_see_their_own_traces_and_engineering_owners_those_of_their_tenant(db):
    with telemetry.resumed("a" * 32):
        for user in (ANALYST, OTHER, STRANGER):
            with telemetry.of(user), telemetry.span("copilot.window"):
                pass
        with telemetry.span("copilot.ground"):
            pass
    assert len(kept(db, ANALYST, "a" * 32)) == 1
    assert len(telemetry.spans(db, OWNER, "a" * 32)) == 2
    assert len(telemetry.spans(db, STRANGER, "a" * 32)) == 1
    assert [trace.spans for trace in telemetry.traces(db, ANALYST)] == [1]
    assert [trace.spans for trace in telemetry.traces(db, OWNER)] == [2]
    assert telemetry.traces(db, replace(ANALYST, id="nobody")) == []
    assert telemetry.known(db, ANALYST, "aaaa") == ["a" * 32]
    assert telemetry.known(db, replace(ANALYST, id="nobody"), "aaaa") == []


def test_a_tenant_is_an_id():
    with pytest.raises(ValueError, match="tenant's id"), telemetry.of(replace(ANALYST, tenant=PLANTED[7])):
        pass


def test_the_mark_of_a_user_is_theirs_here_and_worthless_elsewhere(home, tmp_path):
    here = telemetry.user_hash(ANALYST)
    assert here == telemetry.user_hash(replace(ANALYST, name="renamed"))
    assert here not in (telemetry.user_hash(OTHER), telemetry.user_hash(STRANGER))
    assert (home / "telemetry.salt").stat().st_mode & 0o777 == 0o600
    telemetry.start(Settings(data_dir=tmp_path / "elsewhere"))
    assert telemetry.user_hash(ANALYST) != here
    telemetry.start(settings())
    assert telemetry.user_hash(ANALYST) == here


def test_processes_that_start_together_share_one_salt(tmp_path):
    code = "from core import telemetry; from core.identity import LOCAL; print(telemetry.user_hash(LOCAL))"
    running = [python(tmp_path, code) for _ in range(4)]
    assert len({process.communicate(timeout=120)[0] for process in running}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["telemetry.salt"]


# --- in nobody's way --------------------------------------------------------------------------------------------


def test_a_writer_open_elsewhere_delays_spans_and_holds_nobody_up(home, db, monkeypatch):
    monkeypatch.setattr("core.connection.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(home / "copilot.db", isolation_level=None)) as elsewhere:
        elsewhere.execute("begin immediate")
        with telemetry.of(ANALYST), telemetry.span("copilot.analyse") as run:
            for number in range(2 * writer.BATCH):
                with telemetry.span("copilot.window", **{names.WINDOW: number}):
                    pass
        # All of them have ended, and the writer has let nobody in yet.
        assert not telemetry.flush(1.5)
        assert telemetry.spans(db, ANALYST, run.trace_id) == []
        elsewhere.execute("rollback")
    assert len(kept(db, ANALYST, run.trace_id)) == 2 * writer.BATCH + 1


def test_a_database_that_was_deleted_is_not_made_again(home):
    for path in home.glob("copilot.db*"):
        path.unlink()
    with telemetry.span("copilot.window"):
        pass
    assert telemetry.flush(PATIENCE)
    assert not (home / "copilot.db").exists()


def test_a_batch_that_is_written_twice_is_kept_once(db):
    with telemetry.of(ANALYST), telemetry.span("copilot.window") as span:
        pass
    rows = kept(db, ANALYST, span.trace_id)
    with write(db):
        row = db.execute(f"select {', '.join(writer.COLUMNS)} from span").fetchone()
        db.execute(writer.INSERT, row)
    assert telemetry.spans(db, ANALYST, span.trace_id) == rows


def test_a_process_that_ends_has_kept_every_span(tmp_path):
    connect(tmp_path / "copilot.db").close()
    done = python(tmp_path, WORK.format(count=50, then="raise SystemExit(3)"))
    done.communicate(timeout=120)
    assert done.returncode == 3
    assert in_database(tmp_path) == 50


def test_a_process_that_is_killed_loses_the_last_batch_at_most(tmp_path):
    connect(tmp_path / "copilot.db").close()
    running = python(tmp_path, WORK.format(count=50, then=LATE))
    assert running.stdout is not None
    assert running.stdin is not None
    wait_until(lambda: in_database(tmp_path) == 50)  # written while it goes on, and before it was told to
    running.stdin.write("go on\n")
    running.stdin.flush()
    assert running.stdout.readline().strip() == "late"
    running.kill()
    running.communicate(timeout=120)
    assert running.returncode == -signal.SIGKILL
    assert in_database(tmp_path) in (50, 51)


def test_opentelemetry_is_imported_with_the_first_span():
    code = (
        "import sys; from core import telemetry; telemetry.start()\n"
        "print(any(name.startswith('opentelemetry') for name in sys.modules))\n"
        "with telemetry.span('copilot.window'): pass\n"
        "print(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


WORK = """
import time
from core import telemetry
from core.identity import LOCAL
with telemetry.of(LOCAL):
    for _ in range({count}):
        with telemetry.span("copilot.window"): pass
    {then}
"""
LATE = "input(); telemetry.span('copilot.window').__enter__().__class__; print('late', flush=True); time.sleep(600)"


def python(folder: Path, code: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "COPILOT_DATA_DIR": str(folder)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True, **pipes)


def in_database(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "copilot.db")) as found:
        return int(found.execute("select count(*) from span").fetchone()[0])


# --- to a collector ---------------------------------------------------------------------------------------------


class Collector(BaseHTTPRequestHandler):
    """Takes what an OTLP exporter sends, over HTTP as protobuf."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        self.server.got.append((self.path, body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def collector():
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        server.got = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_spans_go_to_a_collector_where_one_is_set(home, db, collector):
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    telemetry.start(settings().model_copy(update={"otlp_endpoint": f"http://127.0.0.1:{collector.server_port}/"}))
    with telemetry.of(ANALYST), telemetry.span("chat qwen3:4b", kind="client", **{names.INPUT_TOKENS: 12}) as span:
        pass
    (row,) = kept(db, ANALYST, span.trace_id)
    ((path, body),) = collector.got
    assert path == "/v1/traces"
    resource = ExportTraceServiceRequest.FromString(body).resource_spans[0]
    (sent,) = resource.scope_spans[0].spans
    assert (sent.name, sent.trace_id.hex(), sent.end_time_unix_nano) == (row.name, row.trace_id, row.ended_ns)
    assert {one.key for one in sent.attributes} == {names.INPUT_TOKENS, names.TENANT, names.USER_HASH}
    assert [one.key for one in resource.resource.attributes] == ["service.name"]
    with pytest.raises(KeyError), telemetry.span("copilot.window"):
        raise KeyError(PLANTED[0])
    assert telemetry.flush(PATIENCE)
    assert b"KeyError" in collector.got[-1][1]
    assert PLANTED[0].encode() not in collector.got[-1][1]


def test_a_collector_that_is_not_there_holds_up_neither_the_work_nor_the_database(home, db):
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as closed:
        port = closed.server_port
    telemetry.start(settings().model_copy(update={"otlp_endpoint": f"http://127.0.0.1:{port}"}))
    with telemetry.of(ANALYST), telemetry.span("copilot.window") as span:
        pass
    assert telemetry.flush(PATIENCE)
    assert len(telemetry.spans(db, ANALYST, span.trace_id)) == 1


def test_an_address_that_is_none_is_said(home):
    with pytest.raises(BadInput, match="COPILOT_OTLP_ENDPOINT"):
        telemetry.start(settings().model_copy(update={"otlp_endpoint": "collector:4317"}))


# --- read again -------------------------------------------------------------------------------------------------


def test_the_list_adds_up_each_trace_the_newest_first(db):
    with telemetry.of(ANALYST):
        for cost in (0.1, 0.2, None):
            with telemetry.resumed("b" * 32), telemetry.span("copilot.window"):  # noqa: SIM117
                with telemetry.span("chat qwen3:4b", **{names.INPUT_TOKENS: 100, names.OUTPUT_TOKENS: 7}) as call:
                    call.set({names.COST_USD: cost, names.CALL_ID: "c" * 32})
        with pytest.raises(KeyError), telemetry.span("copilot.analyse") as later:
            raise KeyError
    assert telemetry.flush(PATIENCE)
    newest, older = telemetry.traces(db, ANALYST)
    assert (newest.trace_id, newest.errors, newest.cost_usd, newest.calls) == (later.trace_id, 1, None, 0)
    assert (older.name, older.spans, older.calls, older.errors) == ("copilot.window", 6, 3, 0)
    assert (older.input_tokens, older.output_tokens, str(older.cost_usd)) == (300, 21, "0.3")
    assert [trace.trace_id for trace in telemetry.traces(db, ANALYST, limit=1)] == [later.trace_id]


def failing(name, error, **more):
    with pytest.raises(type(error)), telemetry.span(name, **more):
        raise error


def test_a_fault_counts_once_where_it_was_and_stopping_is_none(db):
    class Lost(Exception):
        pass

    with telemetry.of(ANALYST), telemetry.resumed("b" * 32):
        for _ in range(2):  # the run is taken up again
            with contextlib.suppress(KeyError), telemetry.span("copilot.analyse"):
                failing("copilot.window", LookupError(), **{names.WINDOW: 1})  # no model could be asked
                with contextlib.suppress(KeyError), telemetry.span("copilot.window", **{names.WINDOW: 2}):
                    failing("chat qwen3:4b", TimeoutError())
                    raise KeyError
                failing("copilot.window", Lost(), **{names.WINDOW: 3})
                raise KeyError
    telemetry.flush(PATIENCE)
    (whole,) = telemetry.traces(db, ANALYST)
    assert whole.errors == telemetry.errors(telemetry.spans(db, ANALYST, "b" * 32)) == 3  # two calls and window 1


def test_a_kept_answer_and_a_call_that_was_not_made_are_no_calls(db):
    made = {names.CALL_ID: "c" * 32}
    with telemetry.of(ANALYST), telemetry.resumed("b" * 32), telemetry.span("copilot.risk"):
        for more in (made, {**made, names.FROM_CACHE: True}, {**made, names.FROM_CACHE: True}, {}):
            with telemetry.span("chat qwen3:4b", **more):
                pass
    telemetry.flush(PATIENCE)
    (whole,) = telemetry.traces(db, ANALYST)
    assert (whole.calls, whole.kept_calls) == (1, 2)


def test_work_that_is_gone_through_again_is_kept_only_where_something_is_done_in_it(db):
    with telemetry.of(ANALYST), telemetry.span("copilot.analyse") as outer:
        with telemetry.span("copilot.window", repeated=True, **{names.WINDOW: 1}):
            pass
        with telemetry.span("copilot.window", repeated=True, **{names.WINDOW: 2}):
            telemetry.carry()(lambda: failing("chat qwen3:4b", TimeoutError()))()
        with pytest.raises(KeyError), telemetry.span("copilot.window", repeated=True, **{names.WINDOW: 3}):
            raise KeyError
    found = kept(db, ANALYST, outer.trace_id)
    assert [one.attributes.get(names.WINDOW) for one in found] == [None, 2, None]
    assert found[2].parent_id == found[1].span_id


def test_a_trace_is_named_by_the_whole_work_also_where_the_first_try_was_killed_in_the_middle(db):
    trace, moment = "d" * 32, time.time_ns()
    with write(db):
        killed = [trace, "1" * 16, "2" * 16, "copilot.window", "internal", "local", "", moment, moment, None]
        again = [trace, "3" * 16, None, "copilot.analyse", "internal", "local", "", moment + 9, moment + 9, None]
        for values in (killed, again):
            db.execute(writer.INSERT, [*values, "{}"])
    (found,) = telemetry.traces(db, OWNER)
    assert (found.name, found.started_ns, found.spans) == ("copilot.analyse", moment, 2)


def test_spans_go_when_they_are_old(db, monkeypatch):
    monkeypatch.setattr("core.telemetry.reading.SWEPT", 2)
    day = 86_400 * 10**9
    with write(db):
        for number in range(9):
            ended = time.time_ns() - (9 - number) * day
            values = ["c" * 32, f"{number:016x}", None, "copilot.window", "internal", "local", "", ended, ended, None]
            db.execute(writer.INSERT, [*values, "{}"])
    assert telemetry.sweep(db, 400) == 0
    assert telemetry.sweep(db, 4) == 6
    assert len(telemetry.spans(db, OWNER, "c" * 32)) == 3
    assert telemetry.sweep(db, 0) == 3
    assert telemetry.sweep(db, 0) == 0


def test_the_columns_hold_json_that_the_dashboards_can_ask(db):
    with telemetry.of(LOCAL), telemetry.span("copilot.window", **{names.DOCUMENT_IDS: ["3f2a9c417be01d22"]}):
        pass
    assert telemetry.flush(PATIENCE)
    (text,) = db.execute("select attributes from span").fetchone()
    assert json.loads(text) == {names.DOCUMENT_IDS: ["3f2a9c417be01d22"]}
    assert stamp(0).startswith("1970")


def test_settings_that_change_leave_nothing_behind(home, tmp_path):
    with telemetry.of(ANALYST), telemetry.span("copilot.window"):
        pass
    connect(tmp_path / "other" / "copilot.db").close()
    telemetry.start(Settings(data_dir=tmp_path / "other"))
    assert in_database(home) == 1
    with telemetry.of(ANALYST), telemetry.span("copilot.window"):
        pass
    assert telemetry.flush(PATIENCE)
    assert (in_database(home), in_database(tmp_path / "other")) == (1, 1)
    wait_until(lambda: sum(thread.name == "telemetry" for thread in threading.enumerate()) == 1)
