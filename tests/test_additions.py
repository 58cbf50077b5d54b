"""Models brought to this machine by jobs: added, downloaded, pulled; and what each backend still needs."""

import shutil

import pytest

pytest.importorskip("gguf", reason="the writer of test files is not installed")

from core import jobs, llm, store, worker
from core.errors import BadInput, Conflict
from core.identity import local_user
from core.llm import faults, weights
from core.settings import settings
from tests.model_parts import settings_at, tiny_gguf
from tests.model_servers import answer, ollama_pull, ollama_tags, serving
from tests.test_download import Shop

ADA = local_user()


@pytest.fixture
def db(tmp_path, monkeypatch):
    """A database and a worker's settings in a folder of their own, with our inventory of tests."""
    settings_at(tmp_path, monkeypatch)
    for name, value in {
        "DATA_DIR": tmp_path / "var",
        "MODELS_DIR": tmp_path,
        "OLLAMA_URL": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(f"COPILOT_{name}", str(value))
    settings.cache_clear()
    db = store.connect(settings().database)
    yield db
    db.close()
    settings.cache_clear()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def done(db, job_id: str) -> jobs.Job:
    worker.drain()
    return jobs.job(db, ADA, job_id)


# --- GGUF files -------------------------------------------------------------------------------------------------


def test_a_file_is_added_where_it_lies_with_its_digest(db, tiny):
    job = done(db, llm.add_file(db, ADA, str(tiny)))
    assert job.state == "done"
    [found] = llm.added(db)
    assert (found.name, found.path, found.sha256) == ("tiny", str(tiny), weights.digest(tiny))
    assert (found.architecture, found.added_by) == ("llama", ADA.id)


def test_a_bad_file_is_refused_at_once(db, tmp_path):
    for path, words in ((tmp_path / "no.gguf", "There is no file"), (tmp_path / "catalog.toml", "is not a GGUF file")):
        with pytest.raises(BadInput, match=words):
            llm.add_file(db, ADA, str(path))
    assert jobs.jobs(db, ADA) == []


def test_files_in_the_folder_wait_until_they_are_added(db, tiny):
    folder = settings().weights_dir
    folder.mkdir()
    shutil.copy(tiny, folder / "mine.gguf")
    assert [path.name for path in llm.waiting(db, settings())] == ["mine.gguf"]
    done(db, llm.add_file(db, ADA, str(folder / "mine.gguf")))
    assert llm.waiting(db, settings()) == []


def test_two_files_of_one_name_are_not_confused(db, tiny, tmp_path):
    done(db, llm.add_file(db, ADA, str(tiny)))
    other = tmp_path / "tiny.gguf"
    shutil.copy(tiny, other)
    job = done(db, llm.add_file(db, ADA, str(other)))
    assert (job.state, job.fault) == ("failed", Conflict.__name__)
    assert "rename one of the files" in (job.error or "")


def test_a_file_is_forgotten_and_stays(db, tiny):
    done(db, llm.add_file(db, ADA, str(tiny)))
    llm.forget_weights(db, ADA, "tiny")
    assert (llm.added(db), tiny.exists()) == ([], True)
    with pytest.raises(faults.ModelMissing):
        llm.forget_weights(db, ADA, "tiny")


def test_the_memory_that_a_model_needs_is_weighed_before_it_is_loaded(db, tiny):
    done(db, llm.add_file(db, ADA, str(tiny)))
    [found] = llm.added(db)
    need = weights.needed_bytes(found, 1000)
    assert need == found.bytes + 1000 * 512 + weights.WORKING_BYTES
    weights.require_memory(found, 1000, need)
    with pytest.raises(faults.BadWeights, match="choose a smaller model"):
        weights.require_memory(found, 1000, need - 1)


def test_a_file_that_is_gone_or_changed_is_not_run(db, tiny, tmp_path):
    path = tmp_path / "mine.gguf"
    shutil.copy(tiny, path)
    done(db, llm.add_file(db, ADA, str(path)))
    [found] = llm.added(db)
    assert weights.checked(found) == path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(faults.BadWeights, match="changed since it was added"):
        weights.checked(found)
    path.unlink()
    with pytest.raises(faults.BadWeights, match="is gone"):
        weights.checked(found)


# --- downloads --------------------------------------------------------------------------------------------------


def test_a_download_is_a_job_that_ends_with_the_file_added(db, tiny):
    shop = Shop(drops=1, bytes_before_drop=100_000)
    shop.content = tiny.read_bytes()
    with serving(shop) as server:
        job = done(db, llm.download_file(db, ADA, f"{server.url}/tiny.gguf", weights.digest(tiny)))
    assert (job.state, job.error) == ("done", None)
    assert [one.path for one in llm.added(db)] == [str(settings().weights_dir / "tiny.gguf")]


def test_what_was_downloaded_and_is_no_model_is_told(db):
    with serving(Shop()) as server:
        job = done(db, llm.download_file(db, ADA, f"{server.url}/noise.gguf"))
    assert (job.state, job.fault) == ("failed", "BadWeights")
    assert llm.added(db) == []


def test_a_checksum_must_look_like_one(db):
    with pytest.raises(BadInput, match="has 64 digits"):
        llm.download_file(db, ADA, "https://models.example/x.gguf", "abc")


def test_a_download_keeps_no_other_work_waiting(db, tiny, tmp_path, monkeypatch):
    """The worker's lanes run beside each other: a file is added while a download hangs... in its own lane."""
    from tests.job_parts import wait_until

    monkeypatch.setitem(jobs.HANDLERS, "say_who", "tests.job_parts:say_who")
    release = []

    def hang(handler):
        wait_until(lambda: release)
        Shop()(handler)

    with serving(hang) as server:
        slow = llm.download_file(db, ADA, f"{server.url}/slow.gguf")
        quick = jobs.enqueue(db, ADA, "say_who", {"path": str(tmp_path / "who")}, "Quick")
        running = _worker()
        wait_until(lambda: jobs.job(db, ADA, quick).state == "done")
        assert jobs.job(db, ADA, slow).state in ("queued", "running")
        wait_until(lambda: jobs.job(db, ADA, slow).state == "running")
        jobs.cancel(db, ADA, slow)
        release.append(True)
        settings().database.rename(tmp_path / "gone.db")  # the worker ends when its database is gone
        running.join(120)
        assert not running.is_alive()


def _worker():
    import threading

    thread = threading.Thread(target=worker.run, kwargs={"stay": True}, daemon=True)
    thread.start()
    return thread


def test_what_a_lane_was_doing_is_queued_again_uncounted_when_the_worker_ends(db):
    job_id = llm.pull_model(db, ADA, "qwen3:4b")
    assert jobs.claim_next(db, lease_seconds=30, lane=jobs.MAIN) is None
    claim = jobs.claim_next(db, lease_seconds=30, lane="fetch")
    assert claim is not None
    jobs.put_back_lanes(db)
    assert (jobs.job(db, ADA, job_id).state, jobs.job(db, ADA, job_id).attempts) == ("queued", 0)
    with pytest.raises(jobs.Lost):
        jobs.progress(db, claim, 0.5, "Downloading")


# --- Ollama -----------------------------------------------------------------------------------------------------


def test_a_pull_is_a_job(db, monkeypatch):
    with serving(ollama_pull()) as server:
        monkeypatch.setenv("COPILOT_OLLAMA_URL", server.url)
        settings.cache_clear()
        job = done(db, llm.pull_model(db, ADA, " qwen3:4b "))
    assert (job.state, job.title) == ("done", "Pull qwen3:4b with Ollama")
    assert server.asked[0].body["model"] == "qwen3:4b"


def test_a_pull_without_ollama_says_how_to_start_it(db):
    job = done(db, llm.pull_model(db, ADA, "qwen3:4b"))
    assert (job.state, job.fault) == ("failed", "Unreachable")
    assert "start Ollama" in (job.error or "")


def test_a_name_that_is_none_is_not_pulled(db):
    for name in ("", "two words"):
        with pytest.raises(BadInput, match="as Ollama lists it"):
            llm.pull_model(db, ADA, name)


# --- what each backend needs ------------------------------------------------------------------------------------


def health(db) -> dict[str, llm.Health]:
    return {one.backend: one for one in llm.health(db, settings())}


def test_on_a_bare_machine_everything_but_the_engine_says_how_to_add_it(db, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("COPILOT_OPENAI_URL", "http://127.0.0.1:1/v1")
    settings.cache_clear()
    found = health(db)
    assert found["builtin"].state == "ready"
    assert all(one.next for name, one in found.items() if name != "builtin")
    assert "ollama serve" in found["ollama"].next
    assert "ANTHROPIC_API_KEY" in found["anthropic"].next


def test_what_answers_lists_its_models_and_a_key_is_never_shown(db, monkeypatch):
    with serving(ollama_tags("qwen3:4b")) as one, serving(answer(200, {"data": [{"id": "mine"}]})) as two:
        monkeypatch.setenv("COPILOT_OLLAMA_URL", one.url)
        monkeypatch.setenv("COPILOT_OPENAI_URL", f"{two.url}/v1")
        settings.cache_clear()
        found = health(db)
    assert (found["ollama"].state, found["ollama"].models) == ("ready", ("qwen3:4b",))
    assert (found["openai"].state, found["openai"].models) == ("ready", ("mine",))
    assert "from the variable ANTHROPIC_API_KEY" in found["anthropic"].says
    assert "sk-ant" not in str(found)


def test_another_computer_is_never_asked_by_itself(db, monkeypatch):
    monkeypatch.setenv("COPILOT_OLLAMA_URL", "http://192.0.2.7:11434")
    monkeypatch.setenv("COPILOT_OPENAI_URL", "http://192.0.2.7:8000/v1")
    settings.cache_clear()
    monkeypatch.setattr("socket.socket.connect", lambda *asked: pytest.fail("it was asked"))
    found = health(db)
    assert {found["ollama"].state, found["openai"].state} == {"unknown"}
