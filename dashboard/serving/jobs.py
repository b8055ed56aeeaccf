"""How far is a long piece of work, and how is it stopped?

Who asks with ``Prefer: respond-async`` (RFC 7240) and is not answered at once is told where the job can be
followed: ``GET /jobs/<id>`` says how far it is, ``GET /jobs/<id>/answer`` hands out what it made, ``DELETE
/jobs/<id>`` gives it up. Several who want the same follow one piece of work, each by a ticket of their own;
it goes on while one of them does.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Hashable
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import Forbidden, NotFound

from dashboard.door.person import VIEWER
from dashboard.notes import same_origin
from dashboard.openapi import PAGE, Operation, described
from dashboard.serving.site import Answered
from dashboard.serving.workers import Stopped, Task, Workers

LOOKS = 0.5
"""Seconds between two looks at whether who asked still waits."""
FORGOTTEN = 60.0
"""Seconds after which a job that nobody asks after is given up."""
NOT_HERE = "This piece of work is not, or no longer, here: ask for it again."
PROGRESS = {
    "type": "object",
    "properties": {
        "state": {"enum": ["waiting", "working", "done"]},
        "done": {"type": "integer", "description": "Parts that are done."},
        "total": {"type": "integer", "description": "Parts in all; 0 where that is not known."},
        "what": {"type": "string", "description": "What is next."},
        "ahead": {"type": "integer", "description": "Pieces of work that wait."},
        "seconds": {"type": "number", "description": "For how long it has been worked on."},
    },
}


@dataclass
class Work:
    """What several may wait for together."""

    task: Task
    pool: Workers
    followers: int = 0


@dataclass
class Ticket:
    """What one of them holds.

    Attributes
    ----------
    id : str
        Nobody guesses it.
    work : Work
    viewer : Viewer or None
        For whom it is; None where all see the same.
    seen : float
        When it was last asked after, by the monotonic clock.
    """

    work: Work
    viewer: object = field(default_factory=lambda: request.environ.get(VIEWER))
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    seen: float = field(default_factory=monotonic)

    def progress(self) -> dict[str, Any]:
        """How far the work is."""
        task = self.work.task
        done, total, what = task.progress
        state = "done" if task.future.done() else "working" if task.began else "waiting"
        seconds = round(monotonic() - task.began, 1) if task.began else 0
        return {
            "state": state,
            "done": done,
            "total": total,
            "what": what,
            "ahead": self.work.pool.waiting,
            "seconds": seconds,
        }


class Jobs:
    """The long pieces of work that somebody waits for."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._working: dict[Hashable, Work] = {}
        self._lock = Lock()

    def begin(
        self, key: Hashable, pool: Workers, given: object, keep: Callable[[Answered], object]
    ) -> Ticket:
        """Have something worked out, or join those who wait for it already.

        Parameters
        ----------
        key : hashable
            The same for the same work.
        pool : Workers
        given : object
            What a process is given.
        keep : callable
            Called with the answer once it is there.
        """

        def finished(future: Any) -> None:
            with self._lock:
                if self._working.get(key) is work:
                    del self._working[key]
            if not future.cancelled() and future.exception() is None:
                keep(future.result())

        with self._lock:
            known = self._working.get(key)
            known = None if known and known.task.unwanted else known
            work = known or Work(pool.give(given), pool)
            work.followers += 1
            ticket = Ticket(work)
            self._tickets[ticket.id] = ticket
            self._working[key] = work
        if known is None:
            work.task.future.add_done_callback(finished)
        return ticket

    def wait(self, ticket: Ticket) -> Answered:
        """Wait for the answer, while who asked does."""
        ticket.seen = math.inf
        gone = request.environ.get("waitress.client_disconnected", lambda: False)
        try:
            while True:
                answered = self.within(ticket, LOOKS)
                if answered is not None:
                    return answered
                if gone():
                    raise Stopped("Nobody waits for this any more.")
        finally:
            self.drop(ticket)

    def within(self, ticket: Ticket, seconds: float) -> Answered | None:
        """Wait a while for the answer; None where it is not there by then."""
        try:
            answered: Answered = ticket.work.task.future.result(seconds)
        except NotYet:
            if not ticket.work.task.future.done():
                return None
            raise
        except BaseException:
            self.drop(ticket)
            raise
        self.drop(ticket)
        return answered

    def of(self, name: str) -> Ticket:
        """Return the ticket of a name that who asks now has begun.

        Raises
        ------
        NotFound
            If there is none.
        """
        ticket = self._tickets.get(name)
        if ticket is None or ticket.viewer != request.environ.get(VIEWER):
            raise NotFound(NOT_HERE)
        ticket.seen = monotonic()
        return ticket

    def drop(self, ticket: Ticket) -> None:
        """Follow it no longer; where nobody else does, the work is stopped."""
        with self._lock:
            if self._tickets.pop(ticket.id, None) is None:
                return
            ticket.work.followers -= 1
            left = ticket.work.followers
        if not left and not ticket.work.task.future.done():
            ticket.work.task.stop()

    def sweep(self, now: float) -> None:
        """Drop what nobody has asked after for a minute, but for those who wait for it on the line."""
        for ticket in list(self._tickets.values()):
            if now - ticket.seen > FORGOTTEN:
                self.drop(ticket)

    def __len__(self) -> int:
        return len(self._tickets)


def register(server: Flask, jobs: Jobs) -> None:
    """Add the routes of jobs to a server: ``/jobs/<id>`` and ``/jobs/<id>/answer``."""

    @server.get("/jobs/<id>")
    @described(Operation("How far is long work?", PAGE, {"application/json": PROGRESS}, question=False))
    def job(id: str) -> Response:
        return jsonify(jobs.of(id).progress())

    @server.get("/jobs/<id>/answer")
    @described(Operation("What a long piece of work has made", PAGE, {}, question=False))
    def made(id: str) -> Response:
        return jobs.wait(jobs.of(id)).response()

    @server.delete("/jobs/<id>")
    @described(Operation("Give a long piece of work up", PAGE, {}, (), False, (403,), 204))
    def give_up(id: str) -> Response:
        if not same_origin(request):
            raise Forbidden("Work is given up from the dashboard's own page only.")
        jobs.drop(jobs.of(id))
        return Response(status=204)
