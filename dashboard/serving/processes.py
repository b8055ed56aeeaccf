"""Where do the processes come from that have the data open? From one that opened them, as its copies.

Copies share all that was in memory before, and take room only for what they change. The first origin is a
copy of the process that serves, made before that begins a thread; those of later versions of the data are
copies of it, each of which opens its version. Where a system cannot copy a process, or an origin was killed,
each process opens the data by itself.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, NoReturn, Protocol

from dashboard.progress import heard_by
from geo.data.room import give_back

TIDIED_EVERY, TIDIED_AFTER = 30.0, 50
"""Seconds after which a process gives back memory that it does not need any more, at work and in a pause; and
the answers: what lies free grows with each of them, by 15 MB in fifty and by 35 MB in two hundred."""
LASTS = 2000
"""Answers of a copy, after which a fresh one takes its place, at the cost of some five answers. For each
column of the county pandas keeps up to 500 dead references, so that one which lives on grows for 20,000."""

Answers = Callable[[Any], Any]
Opening = Callable[[], Answers]


@dataclass
class Process:
    """A process that works answers out.

    Attributes
    ----------
    pipe : Connection
        Takes one task after the other, and tells ``(kind, content)``.
    pid : int
    end : callable
        Ends it, and waits until it has ended.
    lasts : int or None
        Answers after which another should take its place; None where it takes long to begin one.
    answers : int
        What it was given and has done.
    """

    pipe: Connection
    pid: int
    end: Callable[[], object]
    lasts: int | None = None
    answers: int = 0

    @property
    def worn(self) -> bool:
        """Whether another should take its place."""
        return self.answers == self.lasts

    def kill(self) -> None:
        """End it, whatever it does."""
        self.end()
        self.pipe.close()


class Begins(Protocol):
    """What begins processes."""

    def begin(self, nice: int) -> Process:
        """Begin one that gives way to others by so much.

        Raises
        ------
        EOFError or OSError
            If it cannot open the data.
        """


class Anew:
    """Each process opens the data by itself.

    Parameters
    ----------
    opening : callable
        Called without arguments, for the function that works tasks out; it can be pickled.
    imports : sequence of str
        Modules that are imported once for all of them, where the system can fork.
    """

    def __init__(self, opening: Opening, imports: Sequence[str] = (__name__,)) -> None:
        self._opening = opening
        forks = "forkserver" in multiprocessing.get_all_start_methods()
        self._context: Any = multiprocessing.get_context("forkserver" if forks else "spawn")
        if forks:
            self._context.set_forkserver_preload(list(imports))

    def begin(self, nice: int) -> Process:
        """Begin one."""
        pipe, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_open_and_work, args=(theirs, self._opening, nice), daemon=True
        )
        process.start()
        theirs.close()

        def end() -> None:
            process.kill()
            process.join()

        begun = Process(pipe, process.pid, end)
        try:
            pipe.recv()  # it has opened the data
        except EOFError:
            begun.kill()
            raise
        return begun


# ---------------------------------------------------------------- copies


def alone() -> bool:
    """Whether this process can be copied: the system can, and no other thread runs that may hold a lock."""
    return hasattr(os, "pidfd_open") and threading.active_count() == 1


class Origin:
    """A process that has opened the data, and is copied for each that works answers out.

    Parameters
    ----------
    control : Connection
        By which it is asked; when that closes it ends.
    pid : int
    otherwise : Begins
        For when it was killed.
    """

    def __init__(self, control: Connection, pid: int, otherwise: Begins) -> None:
        self._control, self.pid, self._otherwise = control, pid, otherwise
        self._lock = threading.Lock()

    @classmethod
    def here(cls, answer: Answers, otherwise: Begins) -> Origin:
        """A copy of this process, which is :func:`alone` and has opened the data."""
        ours, theirs = multiprocessing.Pipe()
        gc.collect()
        gc.freeze()  # the collector would touch, and so copy, what is shared
        pid = os.fork()
        if pid == 0:
            ours.close()
            _become(lambda: _originate(theirs, lambda: answer))
        theirs.close()
        return cls(ours, pid, otherwise)

    def another(self, opening: Opening, otherwise: Begins) -> Origin:
        """One for other data, which it opens now.

        Raises
        ------
        EOFError or OSError
            If this one was killed.
        """
        return Origin(*self._copy("open", opening), otherwise)

    def begin(self, nice: int) -> Process:
        """Begin a process that has the data open."""
        try:
            pipe, pid = self._copy("work", nice)
            held = os.pidfd_open(pid)  # whatever gets its number later is another
        except (EOFError, OSError):
            return self._otherwise.begin(nice)

        def end() -> None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(held, signal.SIGKILL)
            ended = select.poll()
            ended.register(held)
            ended.poll()
            os.close(held)

        return Process(pipe, pid, end, LASTS)

    def close(self) -> None:
        """End it; the processes that it began go on."""
        self._control.close()
        with contextlib.suppress(ChildProcessError):  # where it is a copy of another
            os.waitpid(self.pid, 0)

    def _copy(self, what: str, given: object) -> tuple[Connection, int]:
        ours, theirs = multiprocessing.Pipe()
        try:
            with self._lock:
                self._control.send((what, given))
                with socket.fromfd(self._control.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as line:
                    socket.send_fds(line, [b"."], [theirs.fileno()])
                pid: int = self._control.recv()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return ours, pid


def _become(work: Callable[[], object]) -> NoReturn:
    """What a copy of a process does instead of what that did; it hears no signal that is for that one."""
    status = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        work()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def _originate(control: Connection, opening: Opening) -> None:
    """Be copied, again and again, until whoever asks for it is gone."""
    _listen_no_more()
    answer = opening()
    gc.collect()
    gc.freeze()
    usual = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for copies to end
    with contextlib.suppress(EOFError, OSError):
        while True:
            what, given = control.recv()
            with socket.fromfd(control.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as line:
                _, [handle], *_ = socket.recv_fds(line, 1, 1)
            pid = os.fork()
            if pid == 0:
                control.close()
                signal.signal(signal.SIGCHLD, usual)
                theirs = Connection(handle)
                if what == "open":
                    _become(partial(_originate, theirs, given))
                _become(partial(work, theirs, answer, given))
            os.close(handle)
            control.send(pid)


def _listen_no_more() -> None:
    """Close the sockets at which the process that was copied waits for browsers: they are its own."""
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            one = socket.socket(fileno=int(name))
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                one.close()
            else:
                one.detach()


# ---------------------------------------------------------------- what a process does


def _open_and_work(pipe: Connection, opening: Opening, nice: int) -> None:
    gc.freeze()  # what was imported before the fork
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the owner, who lets this one finish
    answer = opening()
    pipe.send(("ready", None))
    work(pipe, answer, nice)


def work(pipe: Connection, answer: Answers, nice: int) -> None:
    """Answer task after task until whoever gives them is gone."""
    if nice and sys.platform != "win32":
        os.nice(nice)
    tidied, answers = monotonic(), 0
    with contextlib.suppress(EOFError, OSError):
        while True:
            due = answers == TIDIED_AFTER or monotonic() - tidied > TIDIED_EVERY
            if due or not pipe.poll(TIDIED_EVERY):
                give_back()
                tidied, answers = monotonic(), 0
            given = pipe.recv()
            with heard_by(lambda *progress: pipe.send(("progress", progress))):
                try:
                    done = ("done", answer(given))
                except Exception as error:
                    done = ("failed", str(error))
            pipe.send(done)
            answers += 1
