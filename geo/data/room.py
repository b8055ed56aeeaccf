"""How is memory that is not used any more given back to the system?"""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give back what Arrow keeps for later and, on Linux, what the C library does."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
