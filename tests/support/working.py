"""What the processes of a pool do in tests: they answer, wait, end or die as they are told."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import psutil

from dashboard.progress import tell
from dashboard.serving import processes
from dashboard.serving.processes import Origin, Process, alone
from dashboard.serving.workers import ATTEMPTS, Gone, Workers


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


class Otherwise:
    """Begins nothing, and knows how often it was to."""

    asked = 0

    def begin(self, nice: int) -> Process:
        """Fail."""
        self.asked += 1
        raise EOFError


def copies() -> None:
    """Copy this process, kill copies and what they are copies of, and see who answers."""
    assert alone()
    otherwise = Otherwise()
    first = Origin.here(opening(), otherwise)
    pool = Workers(first, 2, longest=60, most=5)
    assert not alone()

    def asked(of: Workers) -> psutil.Process:
        """Who answers."""
        return psutil.Process(int(of.give(("say", "")).future.result().split(", ")[1]))

    one = asked(pool)
    assert one.ppid() == first.pid and psutil.Process(first.pid).ppid() == os.getpid()
    for pid in pool.pids:
        psutil.Process(pid).kill()
    assert asked(pool).ppid() == first.pid and asked(pool) != one
    processes.LASTS = 2
    of_two = Workers(first, 1, longest=60, most=5)
    answered = [int(of_two.give(("say", "")).future.result().split(", ")[1]) for _ in range(5)]
    assert answered[0] == answered[1] != answered[2] == answered[3] != answered[4]
    assert of_two.lost == 0 and not psutil.pid_exists(answered[0])
    of_two.close()
    later = first.another(opening, otherwise)
    other = Workers(later, 1, longest=60, most=5, idle=60)
    assert asked(other).ppid() == later.pid and psutil.Process(later.pid).ppid() == first.pid
    broken = Workers(first.another(never, otherwise), 1, longest=60, most=5, idle=60)
    assert isinstance(broken.give(("say", "")).future.exception(), Gone)
    assert otherwise.asked == ATTEMPTS
    for pid in (first.pid, *pool.pids):
        psutil.Process(pid).kill()
    assert isinstance(pool.give(("say", "")).future.exception(), Gone)
    assert otherwise.asked > ATTEMPTS, "each would open the data by itself"
    assert asked(other).ppid() == later.pid
    for ending in (pool, other, broken):
        ending.close()
    later.close()
    first.close()
    assert not psutil.Process().children(recursive=True)
