"""Who answers a request: memory, whoever is working the same out already, or a process of its own?

A question is worked out once, however many ask it at the same time, and kept as it was sent for those who ask
it later. What is long goes to a pool of its own, as a job that can be followed and stopped.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from threading import BoundedSemaphore

from flask import Flask, Response, g, request

from dashboard.door.person import VIEWER
from dashboard.openapi import LONG_QUESTION, Effort, Operation
from dashboard.replies import refusal
from dashboard.serving.jobs import Jobs
from dashboard.serving.shared import Shared
from dashboard.serving.site import Answered, passed_on
from dashboard.serving.workers import Full, NotDone, Workers
from geo.answer.memory import Memory
from geo.out.briefing_sheet import PAPERS

MOST_WAITING = 200
"""Requests that may wait for work at once: fewer than there are threads, so that all others are answered."""
PATIENCE = 0.5
"""Seconds for which who would follow a job gets the answer itself, where it is there by then."""


def _shows_notes() -> bool:
    """Whether the answer shows notes of meetings, which change while the data do not."""
    return request.args.get("view") == "present" or request.path.endswith(tuple(f".{key}" for key in PAPERS))


class NotKept(Exception):
    """An answer that is for those only who wait for it: a refusal, say."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


@dataclass(frozen=True)
class Hands:
    """Who can answer.

    Attributes
    ----------
    version : str
        Of the data that all of them have open.
    light : Workers or None
        For the questions of the page; None where the process that is asked answers them.
    long : Workers
        For long pieces of work.
    kept : Memory
        What was answered before.
    jobs : Jobs
    shared : Shared or None
        What other servers answered, where there are some.
    room : BoundedSemaphore
        For requests that wait.
    """

    version: str
    light: Workers | None
    long: Workers
    kept: Memory[Hashable, Answered]
    jobs: Jobs
    shared: Shared | None = None
    room: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))

    def answer(self, effort: Effort) -> Response:
        """Answer the request at hand."""
        key = self._key()
        known = self.kept.peek(key)
        if known:
            g.told = "memory"
            return known.response()
        if self.shared and (known := self.shared.get(key)):
            g.told = "shared"
            return self._keep(key, known).response()
        if not self.room.acquire(blocking=False):
            raise Full("Too many questions are being worked out already: try again in a while.")
        try:
            return self._long(key) if effort is Effort.LONG else self._light(key).response()
        finally:
            self.room.release()

    def _keep(self, key: Hashable, answered: Answered) -> Answered:
        return self.kept.get(key, answered.lean)

    def _light(self, key: Hashable) -> Answered:
        def work() -> Answered:
            g.told = "worked"
            assert self.light is not None
            return self.light.give(passed_on(request)).future.result()

        def make() -> Answered:
            answered = work()
            if answered.status != 200:
                raise NotKept(answered)
            if self.shared:
                self.shared.put(key, answered)
            return answered.lean()

        if _shows_notes():
            return work()
        g.told = "waited"
        try:
            return self.kept.get(key, make)
        except NotKept as only:
            return only.answered

    def _long(self, key: Hashable) -> Response:
        shows_notes = _shows_notes()

        def keep(answered: Answered) -> None:
            if answered.status == 200 and not shows_notes:
                self._keep(key, answered)
                if self.shared:
                    self.shared.put(key, answered)

        g.told = "worked"
        ticket = self.jobs.begin((self.version, key), self.long, passed_on(request), keep)
        if "respond-async" not in request.headers.get("Prefer", ""):  # RFC 7240
            return self.jobs.wait(ticket).response()
        answered = self.jobs.within(ticket, PATIENCE)
        if answered is not None:
            return answered.response()
        response = Response(status=202)
        response.headers["Location"] = f"{request.script_root}/jobs/{ticket.id}"
        response.headers["Preference-Applied"] = "respond-async"
        return response

    def _key(self) -> Hashable:
        """All that the answer depends on, so that the same question finds it."""
        zipped = "gzip" in request.accept_encodings
        heads = tuple(request.headers.get(name) for name in ("If-None-Match", "Accept"))
        viewer = request.environ.get(VIEWER)
        return (date.today(), viewer, request.root_url, request.path, request.query_string, zipped, heads)


def register(server: Flask, hands: Hands) -> None:
    """Have the requests of a server, which has all its routes, answered by others where they are work."""

    @server.before_request
    def elsewhere() -> Response | None:
        effort = effort_of(server)
        needless = effort is Effort.NONE or (effort is Effort.MOMENT and hands.light is None)
        return None if needless else hands.answer(effort)

    @server.errorhandler(NotDone)
    def not_done(reason: NotDone) -> Response:
        response = refusal((str(reason),), reason.status)
        response.headers["Retry-After"] = "30"
        return response


def effort_of(server: Flask) -> Effort:
    """How much work the answer to the request at hand is."""
    route = server.view_functions.get(request.endpoint or "")
    operation: Operation | None = getattr(route, "operation", None)
    if operation is None or request.method not in ("GET", "HEAD"):
        return Effort.NONE
    effort, (parameter, value) = operation.takes(), LONG_QUESTION
    return Effort.LONG if effort is Effort.MOMENT and request.args.get(parameter) == value else effort
