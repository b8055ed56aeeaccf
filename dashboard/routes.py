"""What else does the page need of the server? Shapes; and is the server well?"""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Response, jsonify, request
from werkzeug.exceptions import NotFound

from dashboard.openapi import PAGE, Operation, Own, described
from dashboard.replies import plain
from geo.answer.first_picture import first_picture
from geo.tell import insets
from geo.tell.tiles import MOST, tiles_geojson

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

NAME = Own("name", "Name that the page gives.", place="path")
GEOJSON = {"application/geo+json": {"type": "object"}}
VERSION_HEADER = "X-Data-Version"
"""Header that says of an answer from which data it is."""
VERSION = {
    "type": "object",
    "properties": {"version": {"type": "string", "description": "Hash of the data."}},
}
READY = {
    "type": "object",
    "properties": {
        "ready": {"const": True},
        "version": {"type": "string", "description": "Hash of the data."},
        "place": {"type": "string"},
    },
}
FOR_EVER = "public, max-age=31536000, immutable"
SHAPES_FOR_EVER = FOR_EVER.replace("public", "private")


def geometry_address(atlas: Atlas, level: str) -> str:
    """Address of the shapes of a level; it changes when they do, so a browser may keep them for ever."""
    shapes = atlas.levels[level]
    return f"geometry/{level}-{shapes.shapes_hash}.{'bin' if shapes.ground else 'json'}"


def names_address(atlas: Atlas, level: str) -> str | None:
    """Address of what the areas of a country are called; those of a county are named with their shapes."""
    shapes = atlas.levels[level]
    return f"geometry/names-{level}-{_hash(shapes.names)}.json" if shapes.ground else None


def near_addresses(atlas: Atlas, level: str) -> list[str]:
    """Addresses of the shapes of a country from near by, some areas each."""
    shapes = atlas.levels[level]
    return [f"geometry/near-{level}-{shapes.near_hash}-{number}.bin" for number in range(len(shapes.near))]


def tiles_address(atlas: Atlas, level: str) -> str | None:
    """Address of the equal-area tiles of a level, which follow from its shapes; None for too many areas."""
    shapes = atlas.levels[level]
    return f"geometry/tiles-{level}-{shapes.shapes_hash}.json" if shapes.n <= MOST else None


def places_address(places: bytes) -> str:
    """Address of the place names, which changes when they do."""
    return f"geometry/places-{_hash(places)}.json"


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


def places_of(atlas: Atlas) -> bytes:
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
    levels = atlas.catalogue.levels
    return {
        "geometry": {level: geometry_address(atlas, level) for level in levels},
        "names": {level: address for level in levels if (address := names_address(atlas, level))},
        "near": {
            level: {"begins": addresses[0].removesuffix("0.bin"), "files": len(addresses)}
            for level in levels
            if (addresses := near_addresses(atlas, level))
        },
        "tiles": {level: address for level in levels if (address := tiles_address(atlas, level))},
        "places": places_address(places) if (places := places_of(atlas)) else None,
        "insets": insets.USUAL,
        "avoid": ".legend, .toolbar",
        "label": f"Map of {atlas.place}. The ranked table holds the same areas and numbers.",
    }


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/geometry/<level>-<hash>.json`` and ``/geometry/tiles-<level>-<hash>.json`` (GeoJSON), of a country
    ``/geometry/<level>-<hash>.bin``, ``/geometry/near-<level>-<hash>-<number>.bin`` and
    ``/geometry/names-<level>-<hash>.json`` (:mod:`geo.data.ground`), all
    kept for ever by the browser and sent compressed; ``/version``, ``/healthz``, ``/readyz``.
    """
    levels = atlas.catalogue.levels
    files = {}
    for level in levels:
        shapes = atlas.levels[level]
        files[geometry_address(atlas, level)] = shapes.ground or shapes.geojson
        if called := names_address(atlas, level):
            files[called] = shapes.names
    if places := places_of(atlas):
        files[places_address(places)] = places
    packed = {address: gzip.compress(body, mtime=0) for address, body in files.items()}
    for level in levels:
        packed |= zip(near_addresses(atlas, level), atlas.levels[level].near, strict=True)
    tiled = {address: level for level in levels if (address := tiles_address(atlas, level))}

    @app.server.get("/geometry/<name>")
    @described(Operation("Shapes, tiles or places, for the page", PAGE, GEOJSON, (NAME,), question=False))
    def geometry(name: str) -> Response:
        address = f"geometry/{name}"
        if address in tiled and address not in packed:  # laid out when first asked for
            packed[address] = gzip.compress(tiles_geojson(atlas.levels[tiled[address]]), mtime=0)
        body = packed.get(address)
        if body is None:
            raise NotFound("These shapes are not, or no longer, here; load the page again.")
        kind = "application/geo+json" if name.endswith(".json") else "application/octet-stream"
        response = Response(body, mimetype=kind)
        if "gzip" in request.accept_encodings:
            response.headers["Content-Encoding"] = "gzip"
        else:
            response.data = gzip.decompress(body)
        response.headers["Cache-Control"] = SHAPES_FOR_EVER
        response.headers["Vary"] = "Accept-Encoding"
        return response

    @app.server.get("/version")
    @described(Operation("Which data are in force?", "About", {"application/json": VERSION}, question=False))
    def version() -> Response:
        return jsonify(version=atlas.version)

    @app.server.after_request
    def of_version(response: Response) -> Response:
        response.headers.setdefault(VERSION_HEADER, atlas.version)
        return response

    @app.server.get("/healthz")
    @described(Operation("Is the server alive?", "About", {"text/plain": {"type": "string"}}, question=False))
    def healthz() -> Response:
        return plain("alive")

    @app.server.get("/readyz")
    @described(Operation("Are data open, and which?", "About", {"application/json": READY}, question=False))
    def readyz() -> Response:
        atlas.answer(first_picture(atlas))
        return jsonify(ready=True, version=atlas.version, place=atlas.place)
