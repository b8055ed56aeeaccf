"""Who works an answer out? Processes of their own: the one that talks to browsers never waits for a core.

Each (:mod:`~dashboard.serving.processes`) is owned by a thread that hands it one task after the other over a
pipe of their own. No lock is shared between processes: one that dies, or is stopped because its task took too
long or nobody waits for it any more, takes nothing with it. Another takes its place, and does again what it
was doing.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from dashboard.serving.processes import Begins, Process

LOG = logging.getLogger(__name__)
ATTEMPTS = 3
"""Processes that may die of one task before it is given up."""
LOOKS = 0.1
"""Seconds between two looks at whether a task is still wanted."""


class NotDone(Exception):
    """Why there is no answer; the text is for who waits for it."""

    status = 503


class Full(NotDone):
    """Too many wait already."""


class Gone(NotDone):
    """Every process that took the task died of it, or could not open the data."""

    status = 500


class TooLong(NotDone):
    """The task was stopped at its time-out."""

    status = 504


class Stopped(NotDone):
    """Nobody waited for the task any more."""


class Task:
    """Something to be worked out.

    Attributes
    ----------
    given : object
        What the process is given; it can be pickled.
    future : Future
        What becomes of it.
    progress : tuple of int, int and str
        Parts done, parts in all (0 where that is not known), and what is next.
    began : float or None
        When a process took it, by the monotonic clock; None while it waits.
    """

    def __init__(self, given: object) -> None:
        self.given = given
        self.future: Future[Any] = Future()
        self.progress = (0, 0, "")
        self.began: float | None = None
        self._stop = Event()

    def stop(self) -> None:
        """Nobody waits for it any more."""
        self._stop.set()
        self.future.cancel()

    @property
    def unwanted(self) -> bool:
        """Whether it was stopped."""
        return self._stop.is_set()


class Workers:
    """A bounded pool of processes.

    Parameters
    ----------
    begins : Begins
        Where they come from.
    number : int
        Processes.
    longest : float
        Seconds after which a task is stopped.
    most : int
        Tasks that may wait.
    idle : float, optional
        Seconds after which a process without a task ends, to begin again with the next; without, all begin
        at once and stay.
    nice : int
        By how much they give way to others who want the processor.
    """

    def __init__(
        self,
        begins: Begins,
        number: int,
        *,
        longest: float,
        most: int,
        idle: float | None = None,
        nice: int = 0,
    ) -> None:
        self._begins, self._longest, self._most, self._idle, self._nice = begins, longest, most, idle, nice
        self._queue: SimpleQueue[Task | None] = SimpleQueue()
        self._lock = Lock()
        self._processes: dict[int, Process] = {}
        self._ready = Event()
        self.lost = 0
        self._owners = [Thread(target=self._own, args=(n,), daemon=True) for n in range(number)]
        for owner in self._owners:
            owner.start()

    def give(self, given: object) -> Task:
        """Have something worked out.

        Raises
        ------
        Full
            If too many tasks wait already.
        """
        if self.waiting >= self._most:
            raise Full(f"{self._most} pieces of work are waiting already: try again in a while.")
        task = Task(given)
        self._queue.put(task)
        return task

    @property
    def waiting(self) -> int:
        """Tasks that no process has taken yet."""
        return self._queue.qsize()

    @property
    def pids(self) -> list[int]:
        """Numbers of the processes that live."""
        return [process.pid for process in list(self._processes.values())]

    def wait_until_ready(self) -> None:
        """Wait until the first process can answer, or could not begin."""
        if self._idle is None:
            self._ready.wait()

    def close(self, seconds: float | None = None) -> None:
        """End the processes once all that was given is done, or after some seconds."""
        for _ in self._owners:
            self._queue.put(None)
        until = None if seconds is None else monotonic() + seconds
        for owner in self._owners:
            owner.join(None if until is None else max(0.0, until - monotonic()))
        for number in list(self._processes):
            self._end(number)

    # ------------------------------------------------------------ the thread that owns a process

    def _own(self, number: int) -> None:
        process = None if self._idle else self._begin(number)
        while True:
            try:
                task = self._queue.get(timeout=self._idle if process else None)
            except Empty:
                self._end(number)
                process = None
                continue
            if task is None:
                self._end(number)
                return
            if task.future.set_running_or_notify_cancel():
                process = self._do(number, task, process)
                if process and process.worn:
                    self._end(number)
                    process = None if self._idle else self._begin(number)

    def _do(self, number: int, task: Task, process: Process | None) -> Process | None:
        task.began = monotonic()
        for _ in range(ATTEMPTS):
            process = process or self._begin(number)
            if process is None:
                continue
            try:
                worked, content = _done(process, task, task.began + self._longest)
            except NotDone as reason:
                task.future.set_exception(reason)
                self._end(number)
                return None
            except (EOFError, OSError):
                self.lost += 1
                self._end(number)
                process = None
                continue
            process.answers += 1
            if worked:
                task.future.set_result(content)
            else:
                task.future.set_exception(Gone(content))
            return process
        task.future.set_exception(Gone("The processes that should have worked this out ended: try again."))
        return process

    def _begin(self, number: int) -> Process | None:
        try:
            process = self._processes[number] = self._begins.begin(self._nice)
        except (EOFError, OSError) as error:
            LOG.warning("a process that works answers out could not begin: %r", error)
            return None
        finally:
            self._ready.set()
        return process

    def _end(self, number: int) -> None:
        """End a process, once: its owner may be about to end it too."""
        if process := self._processes.pop(number, None):
            process.kill()


def _done(process: Process, task: Task, until: float) -> tuple[bool, Any]:
    """Have a task worked out; EOFError or OSError where the process dies of it."""
    process.pipe.send(task.given)
    while True:
        if process.pipe.poll(LOOKS):
            kind, content = process.pipe.recv()
            if kind != "progress":
                return kind == "done", content
            task.progress = content
        if task.unwanted:
            raise Stopped("This was stopped.")
        if monotonic() > until:
            raise TooLong(
                "This took too long and was stopped: ask for less at once, such as fewer wards or months."
            )
