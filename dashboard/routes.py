"""What else does the server answer? Shapes, exports, and whether it is well."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Response, jsonify, request

from geo.ask.choices import LEVELS
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import listed, slug
from geo.out.export import FORMATS, filename, sheet
from geo.out.slide import write_pptx
from geo.out.ward_pack import archive_name, stream_packs, wards_of, write_packs
from geo.tell.tiles import MOST, tiles_geojson

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

FOR_EVER = "public, max-age=31536000, immutable"
VENDOR = "/assets/vendor/maplibre-gl/"
MOST_SLIDES = 40


def geometry_address(atlas: Atlas, level: str) -> str:
    """Address of the shapes of a level; it changes when they do, so a browser may keep them for ever."""
    return f"/geometry/{level}-{atlas.levels[level].geojson_hash}.json"


def tiles_address(atlas: Atlas, level: str) -> str | None:
    """Address of the equal-area tiles of a level, which follow from its shapes; None for too many areas."""
    shapes = atlas.levels[level]
    return f"/geometry/tiles-{level}-{shapes.geojson_hash}.json" if shapes.n <= MOST else None


def places_address(places: bytes) -> str:
    """Address of the place names, which changes when they do."""
    return f"/geometry/places-{hashlib.sha256(places).hexdigest()[:12]}.json"


def _places(atlas: Atlas) -> bytes:
    """Place names as GeoJSON points (EPSG:4326): ``name``, ``rank`` (1 is the largest); b"" without any."""
    import geopandas as gpd

    places = atlas.places
    if places is None:
        return b""
    points = gpd.points_from_xy(places["x"], places["y"], crs=27700)
    frame = gpd.GeoDataFrame(places[["name", "rank"]], geometry=points).to_crs(4326)
    return frame.to_json(to_wgs84=False).encode("utf-8")


def map_config(atlas: Atlas) -> dict[str, Any]:
    """Settings with which the browser starts the map."""
    return {
        "geometry": {level: geometry_address(atlas, level) for level in LEVELS},
        "tiles": {level: address for level in LEVELS if (address := tiles_address(atlas, level))},
        "places": places_address(places) if (places := _places(atlas)) else None,
        "vendor": VENDOR,
        "avoid": ".legend, .toolbar",
        "label": f"Map of {atlas.place}. The ranked table holds the same areas and numbers.",
    }


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/geometry/<level>-<hash>.json`` and ``/geometry/tiles-<level>-<hash>.json`` (GeoJSON, kept for ever by
    the browser, sent compressed),
    ``/export.<format>?<query>`` (what the page shows of the same query), ``/export.pack?<query>`` (ward
    packs: of the ward selected or named ``ward=``, else of all), ``/slides.pptx?map=<query>&map=<query>`` (a
    slide for each), ``/healthz``, ``/readyz``.
    """
    files = {geometry_address(atlas, level): atlas.levels[level].geojson for level in LEVELS}
    if places := _places(atlas):
        files[places_address(places)] = places
    packed = {address: gzip.compress(body, mtime=0) for address, body in files.items()}
    tiled = {address: level for level in LEVELS if (address := tiles_address(atlas, level))}

    @app.server.get("/geometry/<name>")
    def geometry(name: str) -> Response:
        address = f"/geometry/{name}"
        if address in tiled and address not in packed:  # laid out when first asked for
            packed[address] = gzip.compress(tiles_geojson(atlas.levels[tiled[address]]), mtime=0)
        body = packed.get(address)
        if body is None:
            return _plain("These shapes are not, or no longer, here; load the page again.", 404)
        response = Response(body, mimetype="application/geo+json")
        if "gzip" in request.accept_encodings:
            response.headers["Content-Encoding"] = "gzip"
        else:
            response.data = gzip.decompress(body)
        response.headers["Cache-Control"] = FOR_EVER
        response.headers["Vary"] = "Accept-Encoding"
        return response

    @app.server.get("/export.<key>")
    def export(key: str) -> Response:
        form = FORMATS.get(key)
        if form is None:
            return _plain(f"There is no export “{key[:20]}”; there is {listed(list(FORMATS))}.", 404)
        query, _ = Query.parse(request.query_string.decode("utf-8", "replace"), atlas.catalogue)
        page = sheet(atlas, query, link=request.host_url + query.to_search())
        response = Response(form.write(page), content_type=form.mimetype)
        response.headers["Content-Disposition"] = f'attachment; filename="{filename(page.answer, key)}"'
        return response

    @app.server.get("/slides.pptx")
    def slides() -> Response:
        maps = request.args.getlist("map")
        if not 0 < len(maps) <= MOST_SLIDES:
            return _plain(f"Slides are made of 1 to {MOST_SLIDES} maps; {len(maps)} are asked for.", 422)
        asked = [Query.parse(search, atlas.catalogue)[0] for search in maps]
        beside = [query.other(atlas.catalogue) if query.view == "compare" else None for query in asked]
        queries = [query for pair in zip(asked, beside, strict=True) for query in pair if query is not None]
        pages = [sheet(atlas, query, link=request.host_url + query.to_search()) for query in queries]
        response = Response(write_pptx(*pages), content_type=FORMATS["pptx"].mimetype)
        response.headers["Content-Disposition"] = f'attachment; filename="{slug(atlas.place)}-maps.pptx"'
        return response

    @app.server.get("/export.pack")
    def pack() -> Response:
        query, _ = Query.parse(request.query_string.decode("utf-8", "replace"), atlas.catalogue)
        wards = wards_of(atlas, query, request.args.getlist("ward"))
        if len(wards) == 1:
            name, content = write_packs(atlas, query, wards, home=request.host_url)
            response = Response(content, mimetype="application/pdf")
        else:
            name, content = archive_name(atlas), stream_packs(atlas, query, wards, request.host_url)
            response = Response(content, mimetype="application/zip")
        response.headers["X-Wards"] = str(len(wards))  # ``assets/packs.js`` counts them as they come
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @app.server.get("/healthz")
    def healthz() -> Response:
        return _plain("alive")

    @app.server.get("/readyz")
    def readyz() -> Response:
        atlas.answer(Query())
        return jsonify(ready=True, version=atlas.version, place=atlas.place)

    @app.server.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return _plain(str(error), 422)


def _plain(text: str, status: int = 200) -> Response:
    return Response(text + "\n", status, mimetype="text/plain; charset=utf-8")
