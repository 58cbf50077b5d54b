"""What a text costs the processor: that a machine is busy with other things meanwhile does not count."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """For what takes a second or two, and without end where it grows with the square of what it is given."""
    began = time.thread_time()
    yield
    assert time.thread_time() - began < seconds
