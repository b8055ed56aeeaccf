"""What can programs ask, and what do they get? The description of every route, as OpenAPI 3.1.

A route says of itself what it is (:func:`described`), the parameters of the question say it in their
declarations: the document is put together from both, so neither can be forgotten or left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Route = TypeVar("Route", bound=Callable[..., Any])


@dataclass(frozen=True)
class Own:
    """A parameter that a route reads itself, beside the question.

    Attributes
    ----------
    name, description : str
    schema : mapping
        JSON Schema of its values.
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
    moved : bool
        Whether it only says where else to ask.
    """

    summary: str
    tag: str
    answers: Mapping[str, Mapping[str, Any]]
    own: tuple[Own, ...] = ()
    question: bool = True
    moved: bool = False


def described(operation: Operation) -> Callable[[Route], Route]:
    """Say of a route what it is."""

    def mark(route: Route) -> Route:
        route.operation = operation  # type: ignore[attr-defined]
        return route

    return mark
