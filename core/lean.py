"""Libraries without what they load by themselves and we do not use: half a second of every command."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Inside, importing one of these modules fails at once, as if it were not installed; afterwards it works again.

    For libraries that load a large one where they find it. What is loaded already stays; with other threads running
    nothing is hidden, as one of them may be about to import the same module.
    """
    alone = threading.active_count() == 1
    hidden = [name for name in names if alone and name not in sys.modules]
    for name in hidden:
        sys.modules[name] = cast(ModuleType, None)
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
