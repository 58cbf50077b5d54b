"""Whether what is kept here lies encrypted on its disk: asked of the system, and "not known" where it does not say."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["encrypted", "plain", "unknown"]
# File systems that encrypt by themselves, as they are mounted.
ENCRYPTING = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.securefs"})
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
# One way of the kernel to say so: a mapped device whose id begins so was opened with a key.
CRYPT = "CRYPT-"
DEEPEST, SECONDS = 8, 5


@dataclass(frozen=True, slots=True)
class Storage:
    state: State
    words: str


def storage(folder: Path, system: Path = Path("/")) -> Storage:
    """Of the disk that holds the database, the uploads and the backups. Under `system` lie /proc and /sys."""
    if sys.platform == "darwin":
        return _mac()
    if sys.platform == "win32":
        return _unknown(folder)
    mount = _mount(folder.resolve(), system)
    if mount is None:
        return _unknown(folder)
    device, kind = mount
    if kind in ENCRYPTING or _mapped(system / "sys/dev/block" / device):
        return Storage("encrypted", f"Documents, database and backups lie in {folder}, on an encrypted disk.")
    if kind in IN_MEMORY:
        return Storage(
            "plain", f"{folder} lies in memory: it is gone with the machine, and may be swapped in the clear."
        )
    if (system / "sys/dev/block" / device).exists():
        return Storage("plain", f"Documents, database and backups lie in {folder} and are not encrypted; {REMEDY}")
    return _unknown(folder)


REMEDY = "put the folder on an encrypted disk (LUKS, FileVault, BitLocker)."


def _unknown(folder: Path) -> Storage:
    return Storage("unknown", f"Whether {folder} is encrypted is not known from here; if it is not, {REMEDY}")


def _mount(folder: Path, system: Path) -> tuple[str, str] | None:
    """major:minor and file system of the mount that holds the folder: the one with the longest path, and the latest."""
    try:
        lines = (system / "proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    best: tuple[int, str, str] | None = None
    for line in lines:
        fields, _, rest = line.partition(" - ")
        parts = fields.split()
        point = Path(parts[4].encode().decode("unicode_escape"))
        if folder.is_relative_to(point) and (best is None or len(point.parts) >= best[0]):
            best = len(point.parts), parts[2], rest.split()[0]
    return (best[1], best[2]) if best else None


def _mapped(device: Path, depth: int = 0) -> bool:
    """Whether the device, or all that it is made of (LVM, RAID), was opened with a key."""
    identity = device / "dm" / "uuid"
    try:
        if identity.is_file() and identity.read_text("ascii").startswith(CRYPT):
            return True
        below = [device / "slaves" / name for name in os.listdir(device / "slaves")]
    except OSError:
        return False
    return bool(below) and depth < DEEPEST and all(_mapped(one, depth + 1) for one in below)


def _mac() -> Storage:
    told = subprocess.run(["/usr/bin/fdesetup", "status"], capture_output=True, text=True, timeout=SECONDS, check=False)
    on = "FileVault is On" in told.stdout
    words = "FileVault is on." if on else f"FileVault is off, so nothing here is encrypted; {REMEDY}"
    return Storage("encrypted" if on else "plain", words)
