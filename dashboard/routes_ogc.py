"""Which addresses does a GIS ask? Landing page, conformance, collections, and their items."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from dash import Dash
from flask import Response, redirect, request
from werkzeug.exceptions import BadRequest, NotFound

from dashboard import ogc
from dashboard.openapi import HTML, Effort, Operation, Own, described
from dashboard.replies import reply, search, wants, without
from geo.ask.choices import LEVELS
from geo.ask.query import Query
from geo.ask.refusal import Refused
from geo.ask.words import listed
from geo.out.export import allow
from geo.out.map_data import collection, features
from geo.out.provenance import Sheet, sheet
from geo.out.tables import columns, facts, records

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

OWN = tuple(own.name for own in (ogc.FORM, *ogc.PAGING))
TAG = "OGC API Features"
LEVEL = Own("level", "Kind of area.", {"type": "string", "enum": list(LEVELS)}, place="path")
CODE = Own("code", "Code of the area.", place="path")
REST = Own("rest", "Any address of this API.", place="path")
OBJECT = {ogc.JSON: {"type": "object"}}


def asked(atlas: Atlas, level: str = "") -> Query:
    """The question of the request, at the level of its path."""
    allow(atlas, "features")
    if (form := request.args.get("f", "json")) != "json":
        raise BadRequest(f"The form “{form[:20]}” is not to be had here; “json” is.")
    levels = atlas.catalogue.levels
    if level and level not in levels:
        raise NotFound(f"There is no collection “{level[:20]}”; there is {listed(list(levels))}.")
    named = request.args.getlist("level")
    if level and named not in ([], [level]):
        raise Refused([f"The path asks for “{level}”, “level” for “{named[0][:20]}”: leave “level” out."])
    own = "" if named or not level else f"level={level}"
    parts = (own, without(*OWN), ogc.period(request.args))
    return atlas.exactly("&".join(filter(None, parts)))


def handed_on(query: Query) -> str:
    """The question for the links, without what is of one level only."""
    level = query.level if "level" in request.args else Query().level
    return query.replace(level=level, area="", group=()).to_search()


def answered(atlas: Atlas, query: Query, content: dict[str, Any]) -> Response:
    """A document of the service."""
    return reply(atlas, (query, search()), lambda: _json(content))


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/ogc/`` (the landing page; so is ``/`` for who accepts JSON), ``/conformance``, ``/collections``,
    ``/collections/<level>``, ``/collections/<level>/items`` and ``/collections/<level>/items/<code>``; each
    also below ``/ogc/``. What is wrong with the standard's own parameters is answered 400, as it says; what
    is wrong with the question 422, as everywhere.
    """
    page = app.server.view_functions["/"]

    @app.server.get("/ogc/")
    @described(Operation("Landing page: where to go on", TAG, OBJECT, (ogc.FORM,)))
    def landing() -> Response:
        query = asked(atlas)
        return answered(atlas, query, ogc.landing(atlas, request.root_url, handed_on(query)))

    @app.server.get("/ogc/<path:rest>")
    @described(Operation("The same addresses, for who appends them to /ogc/", TAG, {}, (REST,), done=307))
    def below(rest: str) -> Any:
        return redirect(f"{request.root_url}{rest}?{search()}".rstrip("?"), 307)

    @described(
        Operation(
            "The page; the landing page for who accepts JSON",
            TAG,
            HTML | OBJECT,
            (ogc.FORM,),
            effort=Effort.NONE,
        )
    )
    def home() -> Response:
        programs = request.args.get("f") == "json" or wants("json")
        response = landing() if programs else app.server.make_response(page())
        response.vary.add("Accept")
        return response

    app.server.view_functions["/"] = home

    @app.server.get("/conformance")
    @described(Operation("Standards kept", TAG, OBJECT, (ogc.FORM,)))
    def conformance() -> Response:
        return answered(atlas, asked(atlas), {"conformsTo": list(ogc.CONFORMS)})

    @app.server.get("/collections")
    @described(Operation("Kinds of area, each a layer; with “level” only that one", TAG, OBJECT, (ogc.FORM,)))
    def collections() -> Response:
        query = asked(atlas)
        levels = [query.level] if "level" in request.args else list(atlas.catalogue.levels)
        months = atlas.catalogue.sources[query.source].months
        home = request.root_url
        return answered(atlas, query, ogc.collections(atlas, levels, home, handed_on(query), months))

    @app.server.get("/collections/<level>")
    @described(Operation("One kind of area", TAG, OBJECT, (LEVEL, ogc.FORM)))
    def one_collection(level: str) -> Response:
        query = asked(atlas, level)
        months = atlas.catalogue.sources[query.source].months
        return answered(
            atlas, query, ogc.collection(atlas, level, request.root_url, handed_on(query), months)
        )

    _items(app, atlas)


def _items(app: Dash, atlas: Atlas) -> None:
    def shown(query: Query) -> Sheet:
        return sheet(atlas, query, link=request.root_url + query.to_search())

    @app.server.get("/collections/<level>/items")
    @described(
        Operation(
            "Areas with their shapes (CRS84) and what the page shows of them",
            TAG,
            {ogc.GEOJSON: ogc.FEATURES},
            (LEVEL, *ogc.PAGING, ogc.FORM),
        )
    )
    def items(level: str) -> Response:
        query, window = asked(atlas, level), ogc.window(request.args)

        def make() -> Response:
            page = shown(query)
            codes = records(page).iloc[:, 0]
            # Ranked areas first: clients take the type of a column from the first values that they meet.
            first = pd.Index(codes).get_indexer(page.answer.ranked.index)
            found = first[np.isin(first, window.rows(page.level, codes))]
            rows = found[window.offset : window.offset + window.limit]
            members = {
                **facts(page),
                "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
                "numberMatched": len(found),
                "numberReturned": len(rows),
                "links": ogc.pages(request.base_url, search(), without("offset"), window, len(found)),
            }
            return Response(collection(members, features(page, rows)), content_type=ogc.GEOJSON)

        return reply(atlas, (query, window), make)

    @app.server.get("/collections/<level>/schema")
    @described(Operation("What each property of an area is", TAG, {ogc.SCHEMA: {}}, (LEVEL, ogc.FORM)))
    def of_items(level: str) -> Response:
        query = asked(atlas, level)

        def make() -> Response:
            page = shown(query)
            return _json(ogc.schema(page.title, columns(records(page))), ogc.SCHEMA)

        return reply(atlas, query, make)

    @app.server.get("/collections/<level>/items/<code>")
    @described(
        Operation(
            "One area",
            TAG,
            {ogc.GEOJSON: ogc.FEATURES["properties"]["features"]["items"]},
            (LEVEL, CODE, ogc.FORM),
        )
    )
    def item(level: str, code: str) -> Response:
        query = asked(atlas, level)
        page = shown(query)
        codes = list(records(page).iloc[:, 0])
        if code not in codes:
            raise NotFound(f"There is no area “{code[:20]}” among the {page.unit} asked for.")

        def make() -> Response:
            [written] = features(page, [codes.index(code)])
            links = [
                ogc.link(f"{request.base_url}?{search()}".rstrip("?"), "self", ogc.GEOJSON),
                ogc.link(f"{request.root_url}collections/{level}{handed_on(query)}", "collection", ogc.JSON),
            ]
            return _json({**json.loads(written), **facts(page), "links": links}, ogc.GEOJSON)

        return reply(atlas, query, make)


def _json(content: dict[str, Any], kind: str = ogc.JSON) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), content_type=kind)
