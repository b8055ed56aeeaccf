"""How is memory that is not used any more given back to the system?

The C library keeps what is freed for later, some of it apart for each thread: in a process that answers for
hours that is more than all that it holds.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Any

MEGABYTE = 2**20
ARENAS_MOST, APART_MOST, APART_FROM, GIVEN_BACK_FROM = -8, -4, -3, -1
"""What is set here, by its number in ``malloc.h``: rooms for threads; pieces of memory that are asked of the
system by themselves, and the bytes from which on they are; and those from which on it is given back."""
SERVED = {ARENAS_MOST: 2, APART_FROM: 4 * MEGABYTE, GIVEN_BACK_FROM: 16 * MEGABYTE}
KEPT = {ARENAS_MOST: 1, APART_MOST: 0, GIVEN_BACK_FROM: (1 << 31) - 1}
OF_ITS_OWN = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if sys.platform != "win32" else {}


def give_back() -> None:
    """Give back what Arrow keeps for later and, on Linux, what the C library does."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    _of_malloc("malloc_trim", 0)


def share_room() -> None:
    """Have threads that are yet to begin take their memory from the same room, on Linux.

    What an answer, and the opening of a country, needed for a moment is then given back at once.
    """
    for what, number in SERVED.items():
        _of_malloc("mallopt", what, number)


def keep_room() -> None:
    """Have a command, which ends soon, keep what it frees for what it needs next, on Linux.

    Else the same pages are given back and asked for thousands of times. :func:`give_back` gives them back.
    """
    for what, number in KEPT.items():
        _of_malloc("mallopt", what, number)


def apart(content: bytes) -> bytes | mmap.mmap:
    """Hold bytes, from a page on, in memory of their own, which goes back to the system with them.

    What is kept for long and goes in another order than it came leaves holes among what is needed for a
    moment, where it is not apart.

    Examples
    --------
    >>> kept = apart(bytes(10_000))
    >>> bytes(kept) == bytes(10_000), apart(b"little")
    (True, b'little')
    """
    if len(content) < mmap.PAGESIZE:
        return content
    held = mmap.mmap(-1, len(content), **OF_ITS_OWN)
    held[:] = content
    return held


def _of_malloc(name: str, *given: int) -> Any:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    return function and function(*given)
