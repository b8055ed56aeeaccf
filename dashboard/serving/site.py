"""What does a process that works answers out hold? The dashboard of one version, asked without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from mmap import PAGESIZE, mmap
from typing import Any, NamedTuple

from flask import Request, Response
from werkzeug.test import create_environ, run_wsgi_app

from dashboard.door.groups import Groups
from dashboard.door.person import VIEWER
from dashboard.replies import REFERENCE
from geo.access.file import Access
from geo.answer.atlas import Atlas
from geo.answer.counts import Engine
from geo.answer.in_memory import IN_MEMORY
from geo.ask.problem import Problem
from geo.data.room import apart
from geo.data.store import Snapshot

PASSED_ON = (
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_HOST",
    "HTTP_IF_NONE_MATCH",
    "PATH_INFO",
    "QUERY_STRING",
    "REMOTE_ADDR",
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "wsgi.url_scheme",
    REFERENCE,
    VIEWER,
)
"""What an answer may depend on, of what a request says."""


AROUND = 3000
"""Bytes of what is kept around a body: its question, and the objects that hold both."""


class Answered(NamedTuple):
    """An answer as it is sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | mmap

    @property
    def nbytes(self) -> int:
        """Bytes that it takes to keep it, in whole pages of memory."""
        pages = -(-len(self.body) // PAGESIZE) * PAGESIZE
        return pages + sum(len(key) + len(value) for key, value in self.headers) + AROUND

    def lean(self) -> Answered:
        """The same to be kept: headers are there once for all that have them, the body stands apart."""
        return self._replace(headers=tuple(map(_once, self.headers)), body=apart(bytes(self.body)))

    def response(self) -> Response:
        """Send it."""
        response = Response(bytes(self.body), self.status)
        response.headers.clear()
        response.headers.extend(self.headers)
        return response


@lru_cache(maxsize=256)
def _once(header: tuple[str, str]) -> tuple[str, str]:
    return header


def passed_on(request: Request) -> dict[str, Any]:
    """What a process is told of a request."""
    environ = request.environ
    return {key: environ[key] for key in PASSED_ON if key in environ}


def open_site(
    snapshot: Snapshot, access: Access | None, engine: Engine = IN_MEMORY
) -> Callable[[Mapping[str, Any]], Answered]:
    """Open one version of the data for answering.

    Parameters
    ----------
    snapshot : Snapshot
    access : Access or None
        How people log in; what each may see, a request says.
    engine : Engine
        Who counts.

    Returns
    -------
    callable
        Answers what :func:`passed_on` tells of a request.
    """
    return site_of(Groups(Atlas(snapshot, engine), access))


def site_of(pages: Groups) -> Callable[[Mapping[str, Any]], Answered]:
    """The same of pages that are there already, each of which has answered once."""

    def answer(told: Mapping[str, Any]) -> Answered:
        body, status, headers = run_wsgi_app(pages, create_environ() | dict(told), buffered=True)
        return Answered(int(status.split()[0]), tuple(headers), b"".join(body))

    for viewer in pages.viewers():
        with suppress(Problem):  # who may see nothing here is told so when they ask
            answer({"PATH_INFO": "/answer", VIEWER: viewer})
            pages.atlas(viewer).get_ready()
    return answer
