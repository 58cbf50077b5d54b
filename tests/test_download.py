"""Large files: resumed where the connection dropped, compared with a checksum, in place only when whole."""

import hashlib
import os
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from core.errors import BadInput
from core.llm import download
from tests.model_servers import answer, serving

CONTENT = os.urandom(3_000_000)
URL = "/models/tiny.gguf"


class Shop:
    """A server with one file and Range requests; drops the connection after so many bytes, as often as it is told."""

    def __init__(self, drops: int = 0, bytes_before_drop: int = 1_200_000) -> None:
        self.content, self.tag, self.drops, self.before = CONTENT, '"v1"', drops, bytes_before_drop
        self.ranges: list[str] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("range", "")
        same = handler.headers.get("if-range") == self.tag
        self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and same else 0
        if start >= len(self.content):
            handler.send_response(416)
            handler.send_header("content-length", "0")
            handler.end_headers()
            return
        handler.send_response(206 if start else 200)
        handler.send_header("content-length", str(len(self.content) - start))
        handler.send_header("etag", self.tag)
        handler.end_headers()
        end = start + self.before if self.drops else len(self.content)
        self.drops -= 1
        handler.wfile.write(self.content[start:end])
        handler.close_connection = True


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(download.time, "sleep", lambda seconds: None)


def test_a_file_arrives_whole_with_its_progress(tmp_path):
    told = []
    with serving(Shop()) as server:
        download.fetch(
            server.url + URL, tmp_path / "gguf" / "tiny.gguf", lambda done, whole: told.append((done, whole))
        )
    assert (tmp_path / "gguf" / "tiny.gguf").read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert sorted(path.name for path in (tmp_path / "gguf").iterdir()) == ["tiny.gguf"]


def test_a_dropped_connection_is_taken_up_where_it_broke_off(tmp_path):
    shop = Shop(drops=2)
    with serving(shop) as server:
        download.fetch(server.url + URL, tmp_path / "tiny.gguf")
    assert (tmp_path / "tiny.gguf").read_bytes() == CONTENT
    assert shop.ranges[0] == ""
    assert all(wanted.startswith("bytes=") for wanted in shop.ranges[1:])


def test_what_came_is_kept_for_the_next_try(tmp_path):
    shop = Shop(drops=100, bytes_before_drop=100_000)
    with serving(shop) as server:
        with pytest.raises(download.DownloadFault, match="broke off; what came is kept"):
            download.fetch(server.url + URL, tmp_path / "tiny.gguf")
        assert not (tmp_path / "tiny.gguf").exists()
        shop.drops = 0
        download.fetch(server.url + URL, tmp_path / "tiny.gguf")
    assert int(shop.ranges[-1].removeprefix("bytes=").rstrip("-")) > 0
    assert (tmp_path / "tiny.gguf").read_bytes() == CONTENT


def test_a_file_that_changed_on_the_server_is_begun_anew(tmp_path):
    shop = Shop(drops=100, bytes_before_drop=100_000)
    with serving(shop) as server:
        with pytest.raises(download.DownloadFault):
            download.fetch(server.url + URL, tmp_path / "tiny.gguf")
        shop.content, shop.tag, shop.drops = CONTENT[::-1], '"v2"', 0
        download.fetch(server.url + URL, tmp_path / "tiny.gguf")
    assert (tmp_path / "tiny.gguf").read_bytes() == CONTENT[::-1]


def test_a_checksum_is_compared_when_it_is_given(tmp_path):
    right = hashlib.sha256(CONTENT).hexdigest().upper()
    with serving(Shop()) as server:
        download.fetch(server.url + URL, tmp_path / "a.gguf", sha256=right)
        with pytest.raises(BadInput, match="does not have the checksum"):
            download.fetch(server.url + URL, tmp_path / "b.gguf", sha256="0" * 64)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gguf"]


@pytest.mark.parametrize(
    ("status", "words"), [(401, "asks for a login"), (404, "no such file at that address"), (500, "error 500")]
)
def test_a_server_that_does_not_give_the_file_is_told(tmp_path, status, words):
    with serving(answer(status, {})) as server, pytest.raises(download.DownloadFault, match=words):
        download.fetch(server.url + URL, tmp_path / "tiny.gguf")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer(302, {}, location="/models/tiny.gguf"), "leads to no address"),
        (answer(302, {}, location="file:///etc/passwd"), "leads to no address"),
        (answer(416, {}), "sent nothing"),
    ],
)
def test_a_server_that_leads_nowhere_or_sends_nothing_is_told_and_leaves_no_file(tmp_path, reply, words):
    with serving(reply) as server, pytest.raises(download.DownloadFault, match=words):
        download.fetch(server.url + URL, tmp_path / "tiny.gguf")
    assert not (tmp_path / "tiny.gguf").exists()


@pytest.mark.parametrize("address", ["http://models.example/x.gguf", "https://127.0.0.1/x.gguf"])
def test_a_server_elsewhere_cannot_lead_to_a_plain_connection_or_to_this_machine(address):
    with pytest.raises(download.DownloadFault, match="not a secure address"):
        download._require_secure(httpx.Request("GET", address))


def test_a_file_that_the_disk_has_no_room_for_is_not_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(download.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 2_000_000 + (1 << 30)})())
    with serving(Shop()) as server, pytest.raises(download.DownloadFault, match="the disk has too little room"):
        download.fetch(server.url + URL, tmp_path / "tiny.gguf")


def test_a_file_that_is_there_is_never_overwritten(tmp_path):
    (tmp_path / "tiny.gguf").write_text("mine")
    with pytest.raises(BadInput, match=r"There is a file tiny.gguf already"):
        download.fetch("http://127.0.0.1:1/tiny.gguf", tmp_path / "tiny.gguf")


def test_a_hugging_face_name_becomes_its_address():
    assert (
        download.address("Qwen/Qwen3-4B-GGUF/Qwen3-4B-Q4_K_M.gguf", "https://huggingface.co")
        == "https://huggingface.co/Qwen/Qwen3-4B-GGUF/resolve/main/Qwen3-4B-Q4_K_M.gguf"
    )


@pytest.mark.parametrize(
    "source",
    [
        "http://models.example/x.gguf", "ftp://models.example/x.gguf", "https://models.example/x.zip", "qwen3:4b", "",
        "file:///etc/passwd", "../../x/y.gguf",
    ],
)  # fmt: skip
def test_only_a_secure_address_of_a_gguf_file_is_taken(source):
    with pytest.raises(BadInput, match=r"Give an https address that ends in .gguf"):
        download.address(source, "https://huggingface.co")
