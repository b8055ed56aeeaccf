"""What can programs ask, and what do they get? The description of every route, as OpenAPI 3.1.

A route says of itself what it is (:func:`described`), the parameters of the question say it where they are
declared: the document is put together from both, so neither can be forgotten or left behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import BadRequest

from dashboard.replies import reply
from geo.ask.parameters import Parameter
from geo.ask.query import PARAMETERS

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas
    from geo.ask.catalogue import Catalogue

KIND = "application/vnd.oai.openapi+json;version=3.1"
ABOUT = (
    "The address of the page is the question: every parameter of the page can be asked for here. An answer "
    "is exactly what was asked; where part of it cannot be taken, there is a refusal in sentences (422). "
    "Counts of controlled sources are protected before they leave."
)
PAGE, HTML = "For the page itself", {"text/html": {"type": "string"}}
Route = TypeVar("Route", bound=Callable[..., Any])


# ---------------------------------------------------------------- what a route says of itself


class Effort(Enum):
    """How much work an answer is."""

    NONE = 0
    """What is there already."""
    MOMENT = 1
    """A question of the page."""
    LONG = 2
    """Seconds to minutes: it is done apart from the questions, can be followed, and stopped."""


LONG_QUESTION = ("null", "permutation")
"""What makes any question a long one: a null hypothesis that is drawn thousands of times."""


@dataclass(frozen=True)
class Own:
    """A parameter that a route reads itself, beside the question.

    Attributes
    ----------
    name, description : str
    schema : mapping
        JSON Schema of its values, or of each where it may be given more than once.
    required, many : bool
        Whether it must be given, and whether it may be given more than once.
    place : {"query", "path"}
    """

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    many: bool = False
    place: str = "query"


@dataclass(frozen=True)
class Operation:
    """What a route is for programs.

    Attributes
    ----------
    summary : str
    tag : str
        Heading in the documentation.
    answers : mapping
        Media type to the JSON Schema of what is answered; empty for a file.
    own : tuple of Own
    question : bool
        Whether it takes the parameters of the page's address.
    faults : tuple of int
        Statuses of its refusals, besides those that follow from its parameters.
    done : int
        Status of an answer.
    body : mapping
        JSON Schema of what is sent; empty where nothing is.
    effort : Effort, or callable, optional
        How much work it is, or what tells that of the request at hand; without, a question is a moment's.
    """

    summary: str
    tag: str
    answers: Mapping[str, Mapping[str, Any]]
    own: tuple[Own, ...] = ()
    question: bool = True
    faults: tuple[int, ...] = ()
    done: int = 200
    body: Mapping[str, Any] = field(default_factory=dict)
    effort: Effort | Callable[[], Effort] | None = None

    def takes(self) -> Effort:
        """How much work the answer to the request at hand is."""
        if self.effort is None:
            return Effort.MOMENT if self.question else Effort.NONE
        return self.effort() if callable(self.effort) else self.effort


def described(operation: Operation) -> Callable[[Route], Route]:
    """Say of a route what it is."""

    def mark(route: Route) -> Route:
        route.operation = operation  # type: ignore[attr-defined]
        return route

    return mark


# ---------------------------------------------------------------- the document


def document(app: Dash, atlas: Atlas, home: str) -> dict[str, Any]:
    """Describe every route of an app.

    Parameters
    ----------
    app : Dash
    atlas : Atlas
        For what is loaded: the values that can be asked for.
    home : str
        Address of the server.
    """
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.server.url_map.iter_rules(), key=lambda rule: rule.rule):
        operation = getattr(app.server.view_functions[rule.endpoint], "operation", None)
        if operation is None:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            paths.setdefault(path_of(rule.rule), {})[method.lower()] = _written(operation, method, rule.rule)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Hotspots: {atlas.place}", "version": "1.0", "description": ABOUT},
        "servers": [{"url": home.rstrip("/")}],
        "paths": paths,
        "components": {
            "parameters": {name: _parameter(one, atlas.catalogue) for name, one in PARAMETERS.items()},
            "responses": {str(status): _refusal(status, text) for status, text in REFUSALS.items()},
            "schemas": {"Problem": PROBLEM},
        },
    }


def path_of(rule: str) -> str:
    """Path of a rule as OpenAPI writes it.

    Examples
    --------
    >>> path_of("/collections/<level>/items/<path:rest>")
    '/collections/{level}/items/{rest}'
    """
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _written(operation: Operation, method: str, rule: str) -> dict[str, Any]:
    given = [_own(own) for own in operation.own]
    faults = set(operation.faults)
    if operation.question:
        own = {(one["name"], one["in"]) for one in given}
        asked = (name for name in PARAMETERS if not {(name, "query"), (name, "path")} & own)
        given += [{"$ref": f"#/components/parameters/{name}"} for name in asked]
        faults |= {304, 422}
    if any(own.place == "path" for own in operation.own):
        faults |= {404}
    if any(map(_once, operation.own)):
        faults |= {400}
    content = {kind: {"schema": dict(schema)} if schema else {} for kind, schema in operation.answers.items()}
    done = {"description": HTTPStatus(operation.done).phrase, **({"content": content} if content else {})}
    body = {"required": True, "content": {"application/json": {"schema": dict(operation.body)}}}
    return {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path_of(rule)}").strip("_"),
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": given,
        **({"requestBody": body} if operation.body else {}),
        "responses": {
            str(operation.done): done,
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(faults)},
        },
    }


def _once(own: Own) -> bool:
    """Whether a parameter of the address may be given once only."""
    return own.place == "query" and not own.many


def _own(own: Own) -> dict[str, Any]:
    schema = {"type": "array", "items": dict(own.schema)} if own.many else dict(own.schema)
    return {
        "name": own.name,
        "in": own.place,
        "description": own.description,
        "required": own.required or own.place == "path",
        "schema": schema,
    }


def _parameter(parameter: Parameter, catalogue: Catalogue) -> dict[str, Any]:
    """A parameter of the question, with the values that what is loaded allows."""
    kind = parameter.kind
    schema: dict[str, Any] = dict(kind.schema)
    if parameter.name == "level":
        schema["enum"] = list(catalogue.levels)
    if kind.loaded:
        schema = {"type": "string", "enum": list(getattr(catalogue, kind.loaded))}
    usual = parameter.default
    if kind.many:
        schema = {"type": "array", "items": schema}
    elif usual not in (None, "", ()):
        schema["default"] = kind.write(usual)
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": schema,
        **({"style": "form", "explode": False} if kind.many else {}),
    }


# ---------------------------------------------------------------- refusals

PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "All sentences."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"detail": {"type": "string", "description": "What is wrong, a sentence."}},
            },
        },
    },
}
REFUSALS = {
    304: "Who asks has the answer already (If-None-Match).",
    400: "A parameter of the route's own is wrong, or given more than once.",
    401: "Nobody is logged in: a server's programs log in with a token.",
    403: "It does not come from the dashboard's own page, or is not for the group of who asks.",
    404: "There is nothing of this name.",
    415: "It is not sent as JSON.",
    422: "Part of what is asked cannot be taken; nothing is handed out.",
}


def _refusal(status: int, text: str) -> dict[str, Any]:
    if status == HTTPStatus.NOT_MODIFIED:
        return {"description": text}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "description": text,
        "content": {"text/plain": {"schema": {"type": "string"}}, "application/problem+json": problem},
    }


# ---------------------------------------------------------------- the route


def register(app: Dash, atlas: Atlas) -> None:
    """Add the route ``/openapi.json`` to an app that has all its other routes, and hold these to it."""

    @app.server.before_request
    def given_once() -> None:
        operation = getattr(app.server.view_functions.get(request.endpoint or ""), "operation", None)
        for own in filter(_once, operation.own if operation else ()):
            if len(request.args.getlist(own.name)) > 1:
                raise BadRequest(f"“{own.name}” is given more than once: give it once.")

    @app.server.get("/openapi.json")
    @described(Operation("This description", "About", {KIND: {"type": "object"}}, (), False, (304,)))
    def openapi() -> Response:
        def make() -> Response:
            return Response(json.dumps(document(app, atlas, request.root_url)), content_type=KIND)

        return reply(atlas, "", make)
