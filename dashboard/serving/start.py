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
BACKLOG = 1024
SECONDS_TO_STOP = 30.0
"""For which requests and jobs may go on after the signal to stop."""
SECONDS_TO_SEND = 5.0
"""For which what is answered may still be sent after that."""


class Threads(ThreadedTaskDispatcher):
    """Threads that begin when a request finds none free.

    Requests go round all threads that there are, and each thread keeps some memory of its own for good: what
    a server holds goes by how many have asked at once, not by how long it has lived.

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
