"""How do the parts move together? Wiring only; nothing is computed here.

The address bar is the only state. A control that moves writes the address (in the browser, without asking
the server); one route answers an address with everything; one browser function shows an answer, unless the
address has moved on since. The page asks and shows by itself, not through a callback of Dash, so that it
hears of an answer that does not come, and only what changed is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from dash import ClientsideFunction, Dash, Input, Output
from dash.development.base_component import Component
from flask import Response, request
from werkzeug.exceptions import BadRequest

from dashboard import ids, view
from dashboard.filters import MANY_BOROUGHS, controls
from dashboard.openapi import PAGE, Operation, described
from geo.answer.memory import MEGABYTE, Memory

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

NAMESPACE = "hotspots"
DISPATCH = "/_dash-update-component"
"""Where Dash's own callbacks would ask."""
REMEMBERED = 64
"""Pages kept as they are sent, for those who ask the same again."""
ROOM = 4 * MEGABYTE
"""Bytes that they may take."""


def as_json(shown: object) -> bytes:
    """What the page shows as JSON: components by their properties, what is no number as null.

    Examples
    --------
    >>> from dash import html
    >>> as_json({"a.children": [html.B("5 < 6"), float("nan")]})
    b'{"a.children":[{"props":{"children":"5 < 6"},"type":"B","namespace":"dash_html_components"},null]}'
    """
    return orjson.dumps(shown, _plain, orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


def _plain(part: object) -> object:
    if isinstance(part, Component):
        return part.to_plotly_json()
    raise TypeError(f"{type(part).__name__} is nothing that a page shows.")


def register(app: Dash, atlas: Atlas) -> None:
    """Wire the page of an atlas.

    Parameters
    ----------
    app : Dash
        With its layout set.
    atlas : Atlas
    """

    pages: Memory[str, bytes] = Memory(REMEMBERED, ROOM)

    @app.server.get("/answer")
    @described(Operation("What the page shows, and what it left out", PAGE, {"application/json": {}}))
    def answer() -> Response:
        search = request.query_string.decode("utf-8", "replace")

        def make() -> bytes:
            return as_json(view.page(atlas, search and f"?{search}"))

        # A meeting is told its notes too, which change while the data do not.
        page = make() if request.args.get("view") == "present" else pages.get(search, make)
        return Response(page, mimetype="application/json")

    @app.server.before_request
    def nothing_to_call() -> None:
        if request.path == DISPATCH:
            raise BadRequest("The page has no callbacks: it asks by the addresses that /openapi.json lists.")

    def browser(function: str, outputs: list[Output], *inputs: Input, first: bool = False) -> None:
        arguments = [outputs[0] if len(outputs) == 1 else outputs] if outputs else []
        app.clientside_callback(
            ClientsideFunction(NAMESPACE, function), *arguments, *inputs, prevent_initial_call=not first
        )

    properties = controls()
    if len(atlas.catalogue.boroughs) > MANY_BOROUGHS:
        properties["borough"] = "value"
    browser("rendered", [], Input(ids.ROOT, "id"), first=True)
    browser("control", [], *(Input(ids.control(key), prop) for key, prop in properties.items()))
    browser("find", [Output(ids.FIND, "value")], Input(ids.FIND, "value"))
