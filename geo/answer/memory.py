"""What need not be worked out again?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Values that were worked out, by what they depend on; those used longest ago go first.

    What several threads ask for at once is worked out once, while the others wait for it. What cannot be
    worked out is not kept: each that waited gets the error, and the next to ask tries again.

    Parameters
    ----------
    most : int, optional
        Values kept; all of them where it is left out.

    Examples
    --------
    >>> squares = Memory(2)
    >>> [squares.get(n, lambda n=n: n * n) for n in (3, 4, 5, 3)], len(squares)
    ([9, 16, 25, 9], 2)
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._kept: OrderedDict[K, Future[V]] = OrderedDict()
        self._lock = Lock()

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
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._kept.get(key) is future:
                        del self._kept[key]
                future.set_exception(error)
        return future.result()
