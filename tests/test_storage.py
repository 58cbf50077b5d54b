"""The program says whether what it keeps is encrypted, and never that it is where it cannot know."""

import sys
from pathlib import Path

import pytest

from core.operations.storage import storage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of its disks")
LINE = "36 35 {device} / {point} rw,relatime shared:1 - {kind} /dev/x rw"


def system(tmp_path: Path, *mounts: tuple[str, str, str]) -> Path:
    """A root with these mounts: (point, device, file system)."""
    info = tmp_path / "root" / "proc" / "self"
    info.mkdir(parents=True)
    lines = [LINE.format(point=point, device=device, kind=kind) for point, device, kind in mounts]
    (info / "mountinfo").write_text("\n".join(lines), "utf-8")
    return tmp_path / "root"


def device(root: Path, number: str, identity: str = "", below: tuple[str, ...] = ()) -> Path:
    made = root / "sys/dev/block" / number
    (made / "slaves").mkdir(parents=True)
    if identity:
        (made / "dm").mkdir()
        (made / "dm" / "uuid").write_text(identity, "ascii")
    for one in below:
        (made / "slaves" / one).symlink_to(root / "sys/dev/block" / one)
    return made


def test_a_disk_opened_with_a_key_is_encrypted_also_under_a_volume(tmp_path):
    root = system(tmp_path, ("/", "8:1", "ext4"), (str(tmp_path), "253:1", "ext4"))
    device(root, "253:0", "CRYPT-LUKS2-abc")
    device(root, "253:1", "LVM-abc", ("253:0",))
    assert storage(tmp_path, root).state == "encrypted"


def test_a_volume_of_which_a_part_is_plain_is_plain(tmp_path):
    root = system(tmp_path, ("/", "253:1", "ext4"))
    device(root, "253:0", "CRYPT-LUKS2-abc")
    device(root, "8:2")
    device(root, "253:1", "LVM-abc", ("253:0", "8:2"))
    found = storage(tmp_path, root)
    assert found.state == "plain"
    assert "are not encrypted" in found.words


def test_the_nearest_mount_counts_and_not_the_one_above(tmp_path):
    root = system(tmp_path, ("/", "253:0", "ext4"), (str(tmp_path), "8:2", "ext4"))
    device(root, "253:0", "CRYPT-LUKS2-abc")
    device(root, "8:2")
    assert storage(tmp_path, root).state == "plain"


def test_an_encrypting_file_system_counts(tmp_path):
    root = system(tmp_path, ("/", "8:1", "ext4"), (str(tmp_path), "0:77", "fuse.gocryptfs"))
    assert storage(tmp_path, root).state == "encrypted"


def test_where_nothing_is_said_nothing_is_claimed(tmp_path):
    root = system(tmp_path, ("/", "0:30", "overlay"))
    assert storage(tmp_path, root).state == "unknown"
    assert storage(tmp_path, tmp_path / "nowhere").state == "unknown"
