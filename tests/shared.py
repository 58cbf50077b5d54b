"""The folder of real data that nobody on this project wrote; tests that read it skip where it is absent."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder of real data beside the repository")
