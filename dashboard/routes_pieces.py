"""What comes a moment after the map? The panel of the area or set, the evidence for the layer, and the help.

The map, its sentence, the table and the charts are one answer. What costs several answers more is asked for
when that is on the screen, as a piece of HTML, so that it never holds the map up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dash import Dash
from flask import Response, jsonify, request

from dashboard import evidence, help, view
from dashboard import search as box
from dashboard.frame import TOLD_AT_ONCE, told
from dashboard.openapi import HTML, PAGE, Operation, Own, described
from dashboard.replies import asked, download, reply, search, without
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import slug
from geo.out.export import allow, files
from geo.out.report.blocks import table_csv
from geo.tell.evidence import evidence_of
from geo.tell.exhibits.exhibit import Exhibit

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

SHOWN = ("level", "layer", "benchmark")
"""What the evidence for a layer depends on besides what, when and where."""
EXHIBIT = Own("exhibit", "Key of an exhibit of the layer, as in concentration.", required=True)
AT = Own("at", "Position of the first of them on the map.", {"type": "integer", "minimum": 0})
TIPS = {
    "application/json": {
        "type": "object",
        "properties": {
            "columns": {"type": "array", "items": {"type": "string"}},
            "rows": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        },
    }
}
PLACES = {"application/json": {"type": "object"}}
REMEMBERED = 16
"""Questions whose evidence is kept."""


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/piece/panel?<query>``, ``/piece/tips?at=<position>&<query>``, ``/piece/evidence?<query>`` and the
    numbers behind an exhibit of the latter, ``/piece/evidence.csv?exhibit=<key>&<query>``; ``/piece/help``
    and ``/piece/places``.
    """

    @lru_cache(maxsize=REMEMBERED)
    def made(query: Query) -> tuple[tuple[Exhibit, ...], tuple[tuple[str, str], ...]]:
        return evidence_of(atlas, query)

    @app.server.get("/piece/panel")
    @described(Operation("The panel of the area or set selected, for the page", PAGE, HTML))
    def panel() -> Response:
        return Response(view.panels(atlas, search()), mimetype="text/html")

    @app.server.get("/piece/tips")
    @described(Operation("What tooltips say of some areas of a country, for the page", PAGE, TIPS, (AT,)))
    def tips() -> Response:
        first = max(0, request.args.get("at", 0, type=int))
        answer = atlas.answer(Query.parse(without("at"), atlas.catalogue)[0])
        some = answer.table.iloc[first : first + TOLD_AT_ONCE]
        return jsonify(told(answer, some, atlas.catalogue.source(answer.query)))

    @app.server.get("/piece/evidence")
    @described(Operation("The evidence for the layer, for the page", PAGE, HTML))
    def of_layer() -> Response:
        query = _of_layer(Query.parse(search(), atlas.catalogue)[0])
        return Response(evidence.article(*made(query), query), mimetype="text/html")

    @app.server.get("/piece/places")
    @described(Operation("What can be found on the map, for the page", PAGE, PLACES, question=False))
    def places() -> Response:
        return jsonify(data=box.places(atlas), nothingFoundMessage=box.NOTHING)

    @app.server.get("/piece/help")
    @described(Operation("The help, for the page", PAGE, HTML, question=False))
    def of_page() -> Response:
        return Response(help.words(atlas.catalogue, files(atlas)), mimetype="text/html")

    @app.server.get("/piece/evidence.csv")
    @described(Operation("The numbers of an exhibit of the evidence", "Files", {"text/csv": {}}, (EXHIBIT,)))
    def numbers() -> Response:
        allow(atlas, "csv")
        query, key = _of_layer(asked(atlas, "exhibit")), request.args.get("exhibit", "")
        exhibit = next((one for one in made(query)[0] if one.key == key), None)
        if exhibit is None:
            raise Problem("The layer shown has no such evidence under these filters.")
        content, name = table_csv(evidence.numbers(exhibit)), f"{slug(atlas.place)}-{slug(exhibit.name)}.csv"
        return reply(atlas, (query, key), lambda: download(content, "text/csv; charset=utf-8", name))


def _of_layer(query: Query) -> Query:
    """The part of a checked question that the evidence for its layer depends on."""
    return query.filters().replace(**{name: query[name] for name in SHOWN})
