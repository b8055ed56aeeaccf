"""Where does a request go? To the page of who asks, or to the desk where people log in; and it is noted.

Each group has a page of its own, an app whose atlas has opened nothing that the group may not see: so page,
interface, exports and memory of one group cannot hold another's. What is asked of the data is in the audit
log before the first byte of the answer leaves.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from dashboard.door.desk import PATHS, Desk, desk
from dashboard.door.person import ENVIRON, VIEWER, NoGroup, Person, person
from dashboard.openapi import PAGE, Operation
from dashboard.security import ALONE
from geo.access.audit import Audit
from geo.access.file import Access, read
from geo.access.people import People
from geo.ask.problem import Problem
from geo.ask.query import Query

if TYPE_CHECKING:
    from flask import Flask

    from geo.ask.catalogue import Catalogue
    from geo.ask.viewer import Viewer

LOG = logging.getLogger(__name__)
READY = "/readyz"
Start = Callable[..., Any]


class Pages(Protocol):
    """The pages behind the door."""

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request that says, as :data:`~dashboard.door.person.VIEWER`, whose page it is for."""

    def app(self, viewer: Viewer) -> Flask:
        """The page of those who may see the same."""

    def catalogue(self, viewer: Viewer) -> Catalogue:
        """What they can ask."""


class Watched:
    """An access file as it stands: read anew when it has changed, so that who is taken out is out at once.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        self._state = self._seen()
        self._access = read(path)

    def __call__(self) -> Access:
        """What it says now; where it cannot be read any more, what it said before."""
        with self._lock:
            state = self._seen()
            if state != self._state:
                self._state = state
                try:
                    self._access = read(self._path)
                except Problem as problem:
                    LOG.error("%s What it said before stays in force.", problem)
        return self._access

    def _seen(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (found.st_mtime_ns, found.st_size, found.st_ino)


class Door:
    """The WSGI application of a server with a log-in.

    Parameters
    ----------
    access : callable
        What the access file says now, such as :class:`Watched`.
    pages : Pages
    people : People
    """

    def __init__(self, access: Callable[[], Access], pages: Pages, people: People) -> None:
        self.access, self.pages, self.people = access, pages, people
        self.audit = Audit(people.folder, people.key)
        self._desk = desk(Desk(access, people, self.audit, pages.catalogue))

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        try:
            return self._answer(environ, start)
        except (Problem, sqlite3.Error) as error:  # a group whose sources are gone, a disk that is full
            LOG.error("A request was not answered: %s", error)
            said = error if isinstance(error, Problem) else "What people keep cannot be read or written now."
            return _sorry(f"{said}")(environ, start)

    def _answer(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        request, access = Request(environ), self.access()
        environ.pop(ENVIRON, None)
        try:
            found = person(request, access, self.people)
        except NoGroup as unknown:
            environ[ENVIRON] = unknown
            return self._desk(environ, start)
        environ[ENVIRON] = found
        if found is None and request.path == READY:
            environ[VIEWER] = next(iter(access.groups.values())).viewer
            return self.pages(environ, start)
        if found is None or request.path.startswith(PATHS):
            return self._desk(environ, start)
        return self._page(found, request)(environ, start)

    def _page(self, found: Person, request: Request) -> Callable[..., Iterable[bytes]]:
        request.environ[VIEWER] = found.group.viewer
        did = asked_for(self.pages.app(found.group.viewer), request)
        if not did:
            return self.pages
        response = Response.from_app(self.pages, request.environ)
        try:
            self.audit.write(
                self.people.alias(found.key), found.group.name, did, question(request), response.status_code
            )
        except Problem as problem:
            response.close()
            return _sorry(f"{problem}")
        return response


def _sorry(said: str) -> Response:
    """Say why there is no answer now."""
    response = Response(f"{said}\n", 503, mimetype="text/plain")
    response.headers.update(ALONE)
    return response


def asked_for(app: Flask, request: Request) -> str:
    """What a request asks of the data, for the log: "asked /answer", "took /export.csv"; "" for nothing."""
    try:
        endpoint, _ = app.url_map.bind_to_environ(request.environ).match()
    except HTTPException:
        return ""
    operation: Operation | None = getattr(app.view_functions[endpoint], "operation", None)
    if operation is None:
        return ""
    asks = operation.question or operation.body or any(own.place == "query" for own in operation.own)
    if not asks and "text/html" not in operation.answers:
        return ""  # shapes, health, the description of the interface
    if request.method not in ("GET", "HEAD"):
        return f"wrote {request.path}"
    return f"{'asked' if operation.tag == PAGE else 'took'} {request.path}"


def question(request: Request) -> str:
    """The question of a request as far as the program understands it, and nothing else that was typed."""
    maps = request.args.getlist("map") or [request.query_string.decode("utf-8", "replace")]
    return " ".join(Query.parse(one)[0].to_search() for one in maps)
