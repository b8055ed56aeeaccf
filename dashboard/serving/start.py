"""How does it listen, and how does it stop?

One process listens (waitress, which was measured beside others: docs/deploy.md). Its threads only wait for
those who work answers out, so they may be many; idle connections take none.
"""

from __future__ import annotations

import logging
import select
import signal
import socket
from threading import Condition, RLock, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher
from waitress.wasyncore import close_all, dispatcher

if TYPE_CHECKING:
    from dashboard.serving.behind import Application
    from dashboard.serving.editions import Editions

LOG = logging.getLogger("hotspots.start")
THREADS = 256
"""Requests that may be answered, or wait, at once."""
CONNECTIONS = 4000 if hasattr(select, "poll") else 400
"""Connections that may be open; without ``poll``, as on Windows, a process can watch 512."""
LASTS = 25
"""Requests that a thread answers: what it keeps would grow for some thousands."""
BACKLOG = 1024
SECONDS_TO_STOP = 30.0
"""For which requests and jobs may go on after the signal to stop."""
SECONDS_TO_SEND = 5.0
"""For which what is answered may still be sent after that."""


class Threads(ThreadedTaskDispatcher):
    """Threads that begin when a request finds none free, and end after so many requests.

    Requests go round all threads that there are, and the C library keeps some of what a thread frees for that
    thread alone, until it ends: what a server holds goes by how many ask at once, not by how long it has
    lived, nor by how many it once had to wait for.

    Parameters
    ----------
    most : int
        Threads that there may be.
    """

    def __init__(self, most: int = THREADS) -> None:
        super().__init__()
        self.most = most
        self.lock = RLock()
        self.queue_cv, self.thread_exit_cv = Condition(self.lock), Condition(self.lock)

    def add_task(self, task: Any) -> None:
        """Have a request answered."""
        with self.lock:
            number = len(self.threads) - self.stop_count
            free = number - self.active_count
            if len(self.queue) >= free and number < self.most:
                self.set_thread_count(number + 1)
            super().add_task(task)

    def handler_thread(self, thread_no: int) -> None:
        """Answer one request after the other, and end after so many, or when told to."""
        for _ in range(LASTS):
            with self.lock:
                while not self.queue and not self.stop_count:
                    self.active_count -= 1
                    self.queue_cv.wait()
                    self.active_count += 1
                if self.stop_count:
                    break
                task = self.queue.popleft()
            try:
                task.service()
            except BaseException:
                self.logger.exception("Exception when servicing %r", task)
        with self.lock:
            self.active_count -= 1
            self.threads.discard(thread_no)
            if self.stop_count:
                self.stop_count -= 1
            elif self.queue:
                self.set_thread_count(len(self.threads) + 1)
            self.thread_exit_cv.notify()


def start(application: Application, editions: Editions, taken: socket.socket) -> None:
    """Serve until a signal to stop (SIGTERM, Ctrl+C), then end what goes on and return.

    Parameters
    ----------
    application : WSGI application
        What answers, in the end by the editions.
    editions : Editions
    taken : socket
        That listens.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server: Any = create_server(
        application,
        sockets=[taken],
        _dispatcher=Threads(),
        ident=None,
        backlog=BACKLOG,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=hasattr(select, "poll"),
        channel_request_lookahead=1,  # so that it hears of those who no longer wait
        clear_untrusted_proxy_headers=False,  # dashboard.serving.behind does
    )

    def finish() -> None:
        server.trigger.pull_trigger(lambda: dispatcher.close(server))  # no new connections
        editions.close(SECONDS_TO_STOP)
        until = monotonic() + SECONDS_TO_SEND
        while monotonic() < until and any(one.total_outbufs_len for one in _channels(server)):
            sleep(0.02)
        server.task_dispatcher.set_thread_count(0)
        server.trigger.pull_trigger(lambda: close_all(server._map))  # which ends the loop

    def stop(*_: object) -> None:
        for number in stops:
            signal.signal(number, signal.SIG_DFL)  # the second time, at once
        Thread(target=finish, daemon=True).start()

    stops = (signal.SIGINT, signal.SIGTERM)
    for number in stops:
        signal.signal(number, stop)
    editions.watch()
    server.run()


def _channels(server: Any) -> list[Any]:
    return list(server.active_channels.values())
