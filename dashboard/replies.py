"""How does the server answer a program? With exactly what was asked, a refusal in sentences, or "as before".

A refusal is plain text, a sentence a line; for who accepts JSON it is problem details (RFC 9457), and for a
browser that opens an address it is a page. An answer
carries a tag of the question, the data and the program, so that who holds it already is told so (304).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from functools import cache
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote_plus

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from geo.ask.problem import Problem, Withheld
from geo.ask.query import SCREEN, Query
from geo.ask.refusal import Refused
from geo.ask.words import one_line

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

T = TypeVar("T")
LARGEST = 8 * 1024 * 1024
"""Bytes of the files that a page takes."""
REFERENCE = "HTTP_X_REQUEST_ID"
"""Where a request holds its reference."""
FAULT = "The dashboard could not work this out. Try again, or clear the filters. Reference: {reference}."
NOTHING_HERE = "There is nothing at {path}. The dashboard is at /; what programs can ask is at /openapi.json."
SAID = {
    HTTPStatus.NOT_FOUND: NOTHING_HERE,
    HTTPStatus.METHOD_NOT_ALLOWED: "{path} does not take {method}: /openapi.json lists what it takes.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "What was sent is larger than {path} takes: send less.",
}
"""What is said of a fault of which a route says nothing itself."""
HEADINGS = {HTTPStatus.FORBIDDEN: "You cannot see this", HTTPStatus.NOT_FOUND: "Page not found"}
PROBLEM = "There is a problem"
"""Headings of refusals as pages."""


# ---------------------------------------------------------------- what is asked


def search() -> str:
    """Query string of the request as it came."""
    return request.query_string.decode("utf-8", "replace")


def without(*own: str) -> str:
    """Query string of the request without the keys that a route reads itself."""
    parts = (part for part in search().split("&") if unquote_plus(part.partition("=")[0]) not in own)
    return "&".join(filter(None, parts))


def asked(atlas: Atlas, *own: str) -> Query:
    """Return the question of the request, whole.

    Parameters
    ----------
    atlas : Atlas
    *own : str
        Keys that the route reads itself.

    Raises
    ------
    Refused
        If part of it cannot be taken.
    """
    return atlas.exactly(without(*own))


def nothing_asked(*own: str) -> None:
    """Raise Refused where a request asks a route that answers no question for more than its own keys."""
    if rest := without(*own):
        key = unquote_plus(rest.partition("&")[0].partition("=")[0])
        raise Refused([f"{request.path} takes no question: leave “{one_line(key)[:40]}” out of the address."])


def screen_only() -> str:
    """Query string of a page that answers no question, for its links to keep: how the screen looks, or "".

    Raises
    ------
    Refused
        If anything else is asked, or the screen cannot look like that.
    """
    nothing_asked(*SCREEN)
    _, notices = Query.parse(search())
    if notices:
        raise Refused(notices)
    return f"?{search()}" if search() else ""


def reference() -> str:
    """Name of the request, by which the log can be searched for it."""
    return str(request.environ.setdefault(REFERENCE, token_hex(4)))


def wants(*endings: str) -> bool:
    """Whether who asks names a kind of answer among what it accepts, by how its name ends."""
    return any(kind.endswith(endings) for kind, quality in request.accept_mimetypes if quality)


# ---------------------------------------------------------------- answers


@cache
def program() -> str:
    """Hash of the program's own code: what it writes may change with it."""
    folder = Path(__file__).resolve().parents[1]
    parts = (
        path.read_bytes() for room in ("dashboard", "geo") for path in sorted((folder / room).rglob("*.py"))
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def reply(atlas: Atlas, question: object, make: Callable[[], Response]) -> Response:
    """Answer a request, unless who asks has the answer already.

    Parameters
    ----------
    atlas : Atlas
    question : object
        What was asked, in a text that is the same for the same question; with the path it tells one answer
        from another.
    make : callable
        Makes the answer.

    Returns
    -------
    Response
        With an ``ETag``, for who keeps it all the same; no cache does.
    """
    facts = (
        atlas.version,
        f"{atlas.viewer}",
        program(),
        f"{date.today()}",
        request.root_url,
        request.path,
        f"{question}",
    )
    tag = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:32]
    known = request.if_none_match.contains_weak(tag)
    response = Response(status=304) if known else make()
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-store"
    return response


def download(content: object, kind: str, name: str) -> Response:
    """Hand out a file under a name; ``content`` is bytes, or an iterator of them."""
    response = Response(content, content_type=kind)  # type: ignore[arg-type]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def plain(text: str, status: int = 200) -> Response:
    """Answer in a sentence."""
    return Response(text + "\n", status, mimetype="text/plain")


# ---------------------------------------------------------------- refusals


def sentences(problem: Problem) -> tuple[str, ...]:
    """What a refusal says."""
    return problem.sentences if isinstance(problem, Refused) else (str(problem),)


def tried(make: Callable[[], T]) -> tuple[T | None, tuple[str, ...]]:
    """What a page shows, or else the sentences that say why not."""
    try:
        return make(), ()
    except RequestEntityTooLarge:
        return None, (f"The files are larger than {LARGEST // 1024**2} MB.",)
    except Problem as problem:
        return None, sentences(problem)


def page(text: str, faults: tuple[str, ...] = ()) -> Response:
    """Answer with a page, which says what is wrong if anything is."""
    return Response(text, 422 if faults else 200, mimetype="text/html")


def refusal(sentences: tuple[str, ...], status: int) -> Response:
    """Refuse in sentences, in the form that who asks accepts."""
    if not wants("json"):
        page = wants("text/html")
        if page:
            return refused_page(sentences, status, request.script_root)
        return plain("\n".join(sentences), status)
    details = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": " ".join(sentences),
        "errors": [{"detail": sentence} for sentence in sentences],
    }
    return Response(json.dumps(details, ensure_ascii=False), status, mimetype="application/problem+json")


def refused_page(sentences: tuple[str, ...], status: int, root: str, *, back: bool = True) -> Response:
    """Refuse in sentences, on a page.

    Parameters
    ----------
    sentences : tuple of str
    status : int
    root : str
        Path below which the dashboard is served.
    back : bool
        Whether there is a way back to it.
    """
    from dashboard import shell
    from dashboard.assess import page_templates

    page = page_templates().get_template("refused.html")
    title = HEADINGS.get(HTTPStatus(status), PROBLEM)
    said = page.render(title=title, said=sentences, assets=shell.assets(), root=root, back=back)
    return Response(said, status, mimetype="text/html")


def register(app: Dash) -> None:
    """Let an app refuse in sentences: what it cannot take (422), what is not there (404), other faults."""

    @app.server.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        status = 403 if isinstance(error, Withheld) else 422
        return refusal(sentences(error), status)

    @app.server.errorhandler(HTTPException)
    def fault(error: HTTPException) -> Response:
        made = error.get_response()
        if made.status_code < 400:  # a redirection
            return made  # type: ignore[return-value]
        said = error.description or ""
        if said == type(error).description:
            own = SAID.get(HTTPStatus(made.status_code), said)
            said = own.format(path=request.path[:80], method=request.method[:20])
        if made.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
            said = FAULT.format(reference=reference())
        response = refusal((one_line(said),), made.status_code)
        if allowed := made.headers.get("Allow"):
            response.headers["Allow"] = allowed
        return response
