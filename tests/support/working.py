"""What the processes of a pool do in tests: they answer, wait, end or die as they are told."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from dashboard.progress import tell


def opening() -> Callable[[Any], Any]:
    """Open nothing, and do as one is told."""

    def work(told: tuple[str, str]) -> str:
        act, what = told
        if act == "say":
            tell(1, 2, what)
            return f"{what}, {os.getpid()}"
        if act == "wait":
            Path(what).touch()
            Event().wait()
        if act == "die once" and not Path(what).exists():
            Path(what).touch()
            os._exit(1)
        if act == "die":
            os._exit(1)
        if act == "fail":
            raise ValueError(what)
        return "lives"

    return work


def never() -> Callable[[Any], Any]:
    """Cannot be opened."""
    raise OSError("the data folder is gone")
