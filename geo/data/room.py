"""How is memory that is not used any more given back to the system?

The C library keeps what is freed for later, some of it apart for each thread: in a process that answers for
hours that is more than all that it holds.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

ARENAS_MOST = -8
"""What :func:`share_room` sets, by its number in ``malloc.h``."""
ARENAS = 2


def give_back() -> None:
    """Give back what Arrow keeps for later and, on Linux, what the C library does."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    _of_malloc("malloc_trim", 0)


def share_room() -> None:
    """Have threads that are yet to begin take their memory from the same room, on Linux."""
    _of_malloc("mallopt", ARENAS_MOST, ARENAS)


def _of_malloc(name: str, *given: int) -> Any:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    return function and function(*given)
