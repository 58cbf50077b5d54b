"""The line to a model's server. A thread of its own listens to it, so that whoever asked can hang up at any moment."""

import contextlib
import math
import queue
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any

from core.llm.faults import Refused, Stopped, took_too_long
from core.llm.permission import is_own
from core.types import Completion

SIGN_SECONDS = 0.2  # while the server says nothing, so often comes an empty piece
OPENED = ("connect_tcp.complete", "start_tls.complete")  # how httpx's trace calls what gives a new connection


class Line:
    """The connections of one call. Hanging up wakes whoever reads from them; closing a socket would not.

    `local` is the model that must be on this machine: a name may resolve otherwise when it is called than when it was
    looked at, so each connection is looked at before anything is sent over it.

    `seconds` is how long a server may take until the head of its answer is there: it may come byte by byte for ever,
    and no timeout of the client's ends that.
    """

    def __init__(self, local: str = "", seconds: float = math.inf) -> None:
        self._local, self.seconds = local, seconds
        self._asked_at: float | None = None
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._down = threading.Event()

    def hooks(self) -> dict[str, list[Callable[[Any], None]]]:
        """For an httpx client, which then tells of each connection that it opens."""
        return {"request": [self._watch]}

    def hang_up(self) -> None:
        """End what is under way and what begins after this. From any thread, as often as you like."""
        with self._lock:
            self._down.set()
            for one in self._sockets:
                with contextlib.suppress(OSError):  # it has ended by itself
                    socket.socket.shutdown(one, socket.SHUT_RDWR)  # TLS's own would change what its reader holds

    @property
    def late(self) -> bool:
        """Whether a server has been asked for longer than it may take to begin."""
        since = self._asked_at
        return since is not None and time.monotonic() - since > self.seconds

    def wait(self, seconds: float) -> None:
        """Before the next try. Stopped when somebody hangs up."""
        if self._down.wait(seconds):
            raise Stopped("Stopped before the model was asked again.")

    def _watch(self, request: Any) -> None:
        self._asked_at = time.monotonic()
        request.extensions = {**request.extensions, "trace": self._trace}

    def _trace(self, event: str, told: Mapping[str, Any]) -> None:
        if event.endswith("receive_response_headers.complete"):
            self._asked_at = None
        if event.endswith("connect_tcp.complete") and self._local:
            self._require_own(told["return_value"].get_extra_info("socket"))
        if event.endswith(OPENED):
            with self._lock:
                self._sockets.append(told["return_value"].get_extra_info("socket"))
            if self._down.is_set():
                self.hang_up()

    def _require_own(self, connected: socket.socket) -> None:
        if not is_own(str(connected.getpeername()[0])):
            connected.close()
            raise Refused(
                f"{self._local} is entered as local, but its address led to another computer; nothing was sent, "
                "correct its entry."
            )


def listened(speaking: Generator[str, None, Completion], line: Line, model: str) -> Generator[str, None, Completion]:
    """The same answer, with an empty piece whenever the server has said nothing for a moment. TookTooLong when `late`.

    Closed before its end, it hangs up: the server is not left writing what nobody reads. That line is used no more.
    """
    came: queue.SimpleQueue[str | Completion | BaseException] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while True:
                came.put(next(speaking))
        except StopIteration as end:
            came.put(end.value)
        except BaseException as error:  # noqa: BLE001 - carried to the thread that asked
            came.put(error)

    threading.Thread(target=listen, daemon=True, name="model-line").start()
    over = False
    try:
        while True:
            try:
                piece = came.get(timeout=SIGN_SECONDS)
            except queue.Empty:
                if line.late:
                    raise took_too_long(model, line.seconds) from None
                yield ""
                continue
            over = not isinstance(piece, str)
            if isinstance(piece, Completion):
                return piece
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        if not over:
            line.hang_up()
