"""What need not be worked out again?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import is_dataclass
from itertools import islice
from threading import Lock
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MEGABYTE = 2**20
WORD = 8
GROWING = 8
"""Values, those used last, that may have grown since they were weighed."""
COLUMN = 1000
"""Bytes that a column of a table takes besides its cells."""


class Memory(Generic[K, V]):
    """Values that were worked out, by what they depend on; those used longest ago go first.

    What several threads ask for at once is worked out once, while the others wait for it. What cannot be
    worked out is not kept: each that waited gets the error, and the next to ask tries again.

    Parameters
    ----------
    most : int, optional
        Values kept; any number where it is left out.
    room : int, optional
        Bytes that they may take together; any where it is left out.
    grows : bool
        Whether values keep what is worked out of them later, so that those used last are weighed with each
        new one again.

    Examples
    --------
    >>> squares = Memory(2)
    >>> [squares.get(n, lambda n=n: n * n) for n in (3, 4, 5, 3)], len(squares)
    ([9, 16, 25, 9], 2)
    """

    def __init__(self, most: int | None = None, room: int | None = None, *, grows: bool = False) -> None:
        self._most, self._room, self._grows = most, room, grows
        self._kept: OrderedDict[K, Future[V]] = OrderedDict()
        self._sizes: dict[K, int] = {}
        self._lock = Lock()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return what is kept under a key, or make it and keep it."""
        with self._lock:
            future = self._kept.get(key)
            mine = future is None
            if future is None:
                future = self._kept[key] = Future()
                while self._most is not None and len(self._kept) > self._most:
                    self._drop(next(iter(self._kept)))
            else:
                self._kept.move_to_end(key)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._kept.get(key) is future:
                        self._drop(key)
                future.set_exception(error)
            else:
                self._make_room(key, future)
        return future.result()

    def peek(self, key: K) -> V | None:
        """Return what is kept under a key already, or None."""
        with self._lock:
            future = self._kept.get(key)
            if future is None or not future.done():
                return None
            self._kept.move_to_end(key)
        return future.result()

    def _make_room(self, key: K, future: Future[V]) -> None:
        if self._room is None:
            return
        with self._lock:
            last = islice(reversed(self._kept), GROWING) if self._grows else ()
            asked = {each: self._kept[each] for each in last if each in self._sizes} | {key: future}
        sizes = {each: size_of(one.result()) for each, one in asked.items()}
        with self._lock:
            if self._kept.get(key) is not future:
                return
            for each, size in sizes.items():
                if self._kept.get(each) is asked[each]:
                    self.bytes += size - self._sizes.get(each, 0)
                    self._sizes[each] = size
            gone = []  # whose memory is given back after the lock
            while self.bytes > self._room:
                gone.append(self._drop(next(kept for kept in self._kept if kept in self._sizes)))

    def _drop(self, key: K) -> Future[V]:
        self.bytes -= self._sizes.pop(key, 0)
        return self._kept.pop(key)


def size_of(value: Any) -> int:
    """Bytes that a value takes, nearly: arrays and texts, wherever they are in it.

    What several values share is counted for each.

    Examples
    --------
    >>> import numpy as np
    >>> size_of(("text", {"a": np.zeros(1000)})) > 8000
    True
    """
    if isinstance(value, str | bytes):
        return 50 + len(value)
    if hasattr(value, "nbytes"):
        return int(value.nbytes)
    if isinstance(value, list | tuple | set | frozenset):
        return 56 + sum(map(size_of, value))
    if isinstance(value, dict):
        return sum(size_of(key) + size_of(each) for key, each in value.items())
    if is_dataclass(value):
        return sum(map(size_of, vars(value).values()))
    columns = len(getattr(value, "columns", ()))
    return WORD * (4 + int(getattr(value, "size", 0))) + COLUMN * columns  # a table, by its cells
