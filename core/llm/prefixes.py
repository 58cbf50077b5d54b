"""What llama.cpp made of the fixed prefixes of prompts: kept beside the model, so that two prompts may take turns."""

import ctypes
from typing import Any

MOST = 3  # of which two alternate in a run: reading a window, and asking about what was missed
MOST_BYTES = 1 << 29  # of one state
SPARE = 4  # times its size must be free before a state is kept


class Prefixes:
    """States of one loaded model, by their tokens; the one that was used longest ago goes first."""

    def __init__(self, llama: Any) -> None:
        self.llama = llama
        self._states: dict[tuple[int, ...], Any] = {}

    def keep(self, prefix: list[int]) -> None:
        """Keep what has been evaluated, which is this prefix and no more, if there is room for it."""
        import llama_cpp
        import psutil

        key = tuple(prefix)
        size = 0 if key in self._states else llama_cpp.llama_state_seq_get_size(self.llama._ctx.ctx, 0)
        if not 0 < size <= MOST_BYTES or size * SPARE > psutil.virtual_memory().available:
            return
        state = (ctypes.c_uint8 * size)()
        if llama_cpp.llama_state_seq_get_data(self.llama._ctx.ctx, state, size, 0) == size:
            if len(self._states) == MOST:
                del self._states[next(iter(self._states))]
            self._states[key] = state

    def restored(self, prefix: list[int]) -> bool:
        """Put a prefix back in place of what is there, if it was kept."""
        import llama_cpp

        key = tuple(prefix)
        state = self._states.pop(key, None)
        if state is None:
            return False
        self.llama.reset()
        self.llama._ctx.kv_cache_clear()
        if not llama_cpp.llama_state_seq_set_data(self.llama._ctx.ctx, state, len(state), 0):
            self.llama._ctx.kv_cache_clear()  # half of it is none
            return False
        self._states[key] = state
        self.llama.input_ids[: len(prefix)] = prefix
        self.llama.n_tokens = len(prefix)
        return True
