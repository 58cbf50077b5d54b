"""A large file from an address: resumed where it broke off, checked, and in place only when it is whole."""

import hashlib
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from core.errors import BadInput, CopilotError
from core.llm.permission import is_loopback
from core.llm.weights import digest

TRIES = 5
CONNECT_SECONDS, SILENT_SECONDS = 10.0, 60.0
SPARE_BYTES = 1 << 30  # of the disk, for everything else
# "Qwen/Qwen3-4B-GGUF/Qwen3-4B-Q4_K_M.gguf": owner, repository, file.
REPOSITORY_FILE = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}/[\w.-]{1,128}\.gguf")
FILE = re.compile(r"[\w.+-]{1,128}\.gguf", re.IGNORECASE)

# Told how many bytes there are and how many there will be (0: not said).
Told = Callable[[int, int], None]


class DownloadFault(CopilotError):
    """The file could not be had. What came so far is kept, and the next try goes on from there."""


def address(source: str, huggingface_url: str) -> str:
    """The URL of a source: itself, or that of "owner/repository/file.gguf" on Hugging Face. BadInput otherwise."""
    source = source.strip()
    if REPOSITORY_FILE.fullmatch(source):
        owner, repository, file = source.split("/")
        return f"{huggingface_url.rstrip('/')}/{owner}/{repository}/resolve/main/{quote(file)}"
    parts = urlsplit(source)
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not secure or not FILE.fullmatch(file_name(source)):
        raise BadInput("Give an https address that ends in .gguf, or owner/repository/file.gguf of Hugging Face.")
    return source


def file_name(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2]


def fetch(url: str, target: Path, told: Told = lambda done, whole: None, sha256: str | None = None) -> None:
    """Fetch `url` into `target`. A drop is taken up again five times; `sha256` in hex is compared when given."""
    import httpx

    if target.exists():
        raise BadInput(f"There is a file {target.name} already; delete it first, or choose another.")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
    local = is_loopback(urlsplit(url).hostname or "")
    hooks = {} if local else {"request": [_require_secure]}
    with httpx.Client(timeout=timeout, follow_redirects=True, trust_env=not local, event_hooks=hooks) as client:
        for wait in (*(2**turn / 4 for turn in range(TRIES - 1)), None):
            try:
                _go_on(client, url, part, told)
                break
            except (httpx.TooManyRedirects, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
                raise DownloadFault(
                    f"{target.name}: the server leads to no address that can be used; check the address."
                ) from error
            except httpx.TransportError as error:
                if wait is None:
                    host = urlsplit(url).hostname
                    raise DownloadFault(
                        f"{target.name}: {host} broke off; what came is kept, retry to go on."
                    ) from error
                time.sleep(wait)
    if not part.exists() or not part.stat().st_size:
        part.unlink(missing_ok=True)
        raise DownloadFault(f"{target.name}: the server sent nothing; check the address.")
    if sha256 and digest(part) != sha256.strip().casefold():
        part.unlink()
        raise BadInput(f"{target.name} does not have the checksum that you gave; it was deleted, check both.")
    part.replace(target)


def _require_secure(request: Any) -> None:
    """Wherever a server leads: what comes over a plain connection could be anybody's, and this machine is not asked."""
    if request.url.scheme != "https" or is_loopback(request.url.host):
        raise DownloadFault(f"The server leads on to {request.url.host}, which is not a secure address; check it.")


def _go_on(client: Any, url: str, part: Path, told: Told) -> None:
    """One request for what is still missing. The part is taken up only while the server's file is the same."""
    tag = part.with_suffix(".tag")
    known = hashlib.sha256(url.encode()).hexdigest()
    begun, validator = 0, ""
    if part.exists() and tag.exists():
        named, _, validator = tag.read_text("utf-8").partition("\n")
        begun = part.stat().st_size if named == known and validator else 0
    headers = {"Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={begun}-", "If-Range": validator} if begun else {}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:  # all of it is here
            return
        _require_good(answer.status_code, part)
        begun = begun if answer.status_code == 206 else 0
        whole = begun + int(answer.headers.get("content-length", 0))
        if whole - begun > shutil.disk_usage(part.parent).free - SPARE_BYTES:
            raise DownloadFault(f"{part.stem} has {whole / 1e9:.1f} GB and the disk has too little room; free some.")
        tag.write_text(f"{known}\n{_validator(answer.headers)}", "utf-8")
        with part.open("ab" if begun else "wb") as file:
            for chunk in answer.iter_raw():  # as it comes: a drop loses nothing
                file.write(chunk)
                begun += len(chunk)
                told(begun, whole)
    tag.unlink()


def _validator(headers: Any) -> str:
    """What proves that the file is the same; a weak tag does not."""
    found = str(headers.get("etag", ""))
    return "" if found.startswith("W/") else found


def _require_good(status: int, part: Path) -> None:
    if status in (200, 206):
        return
    if status in (401, 403):
        raise DownloadFault(
            f"{part.stem}: the server asks for a login ({status}); accept its terms and download it with your browser, "
            "then add the file here."
        )
    if status == 404:
        raise DownloadFault(f"{part.stem}: there is no such file at that address (404); check it.")
    raise DownloadFault(f"{part.stem}: the server answered with error {status}; try again later.")
