"""How far is a long piece of work? Said by who does it, to who waits for it, where anybody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]

_LISTENER: ContextVar[Listener] = ContextVar("listener", default=lambda done, total, what: None)


def tell(done: int, total: int, what: str = "") -> None:
    """Say how many parts of how many are done, and what is next."""
    _LISTENER.get()(done, total, what)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let someone hear of the work inside the ``with`` block.

    Examples
    --------
    >>> with heard_by(lambda done, total, what: print(f"{done} of {total}: {what}")):
    ...     tell(1, 3, "Castle ward")
    1 of 3: Castle ward
    """
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
