"""How is memory that is not used any more given back to the system?

The C library keeps what is freed for later, some of it apart for each thread: in a process that answers for
hours that is more than all that it holds.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

ARENAS_MOST, APART_FROM, GIVEN_BACK_FROM = -8, -3, -1
"""What is set here, by its number in ``malloc.h``: rooms for threads, and bytes from which on memory is asked
of the system by itself, and from which on it is given back."""
ARENAS, MOST_APART, NEVER = 2, 1 << 25, (1 << 31) - 1


def give_back() -> None:
    """Give back what Arrow keeps for later and, on Linux, what the C library does."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    _of_malloc("malloc_trim", 0)


def share_room() -> None:
    """Have threads that are yet to begin take their memory from the same room, on Linux."""
    _of_malloc("mallopt", ARENAS_MOST, ARENAS)


def keep_room() -> None:
    """Have a command, which ends soon, keep what it frees for what it needs next, on Linux.

    Else the same pages are given back and asked for thousands of times. :func:`give_back` gives them back.
    """
    for what, number in ((ARENAS_MOST, 1), (APART_FROM, MOST_APART), (GIVEN_BACK_FROM, NEVER)):
        _of_malloc("mallopt", what, number)


def _of_malloc(name: str, *given: int) -> Any:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    return function and function(*given)
