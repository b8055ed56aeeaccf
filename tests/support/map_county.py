"""A made-up county for the map alone: shapes, places, frames, and a server with a strict security policy."""

import base64
import functools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import shapely

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)
PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Map</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/style/map.css"></head>
<body style="margin: 0"><div id="map" style="width: 100vw; height: 100vh"></div></body></html>"""
CONFIG = {
    "geometry": {level: f"/{level}.json" for level in ("lsoa", "ward", "borough")},
    "tiles": {"lsoa": "/lsoa-tiles.json"},
    "places": "/places.json",
    "insets": 2,
}
TOWNS = {"Northtown": (-0.45, 52.2), "Southtown": (-0.35, 51.95)}
INSETS = [
    {"name": name, "box": [west - 0.045, south - 0.028, west + 0.045, south + 0.028]}
    for name, (west, south) in TOWNS.items()
]
"""What a server would magnify: both towns, with frames of one size."""
PALETTE = [
    {"colour": colour, "label": colour} for colour in ("#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000")
]


def _corners(columns: int, rows: int) -> np.ndarray:
    """Corners of a grid in degrees, drawn in towards two towns and jittered: (rows + 1, columns + 1, 2)."""
    x, y = np.meshgrid(np.linspace(-0.65, -0.15, columns + 1), np.linspace(51.8, 52.35, rows + 1))
    corners = np.stack([x, y], axis=-1)
    step = np.array([0.5 / columns, 0.55 / rows])
    corners[1:-1, 1:-1] += np.random.default_rng(7).uniform(-0.3, 0.3, (rows - 1, columns - 1, 2)) * step
    for town in TOWNS.values():
        away = corners - np.array(town)
        corners -= 0.8 * away * np.exp(-((away / 0.11) ** 2).sum(axis=-1, keepdims=True))
    return corners


def _collection(shapes: list[Any], properties: list[dict[str, str]]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "id": i, "properties": p, "geometry": json.loads(shapely.to_geojson(s))}
        for i, (s, p) in enumerate(zip(shapes, properties, strict=True))
    ]
    return {"type": "FeatureCollection", "features": features}


def county(columns: int = 20, rows: int = 20) -> dict[str, Any]:
    """Shapes by file name: small areas in blocks that make wards, in two halves that make boroughs.

    Returns
    -------
    dict
        ``lsoa.json``, ``ward.json``, ``borough.json``, ``lsoa-tiles.json`` (squares) and ``places.json``.
    """
    corners = _corners(columns, rows)
    side = 1 / max(columns, rows)
    shapes, tiles, owners = [], [], []
    for r in range(rows):
        for c in range(columns):
            ring = [corners[r, c], corners[r, c + 1], corners[r + 1, c + 1], corners[r + 1, c]]
            shapes.append(shapely.Polygon(np.round(ring, 6)))
            tiles.append(shapely.box(c * side, r * side, (c + 1) * side, (r + 1) * side))
            ward = f"Ward {r * 4 // rows}{c * 4 // columns}"
            owners.append({"ward": ward, "borough": "North" if 2 * r >= rows else "South"})
    areas = [{"code": f"A{i:05}", "name": f"Area {i}", **owner} for i, owner in enumerate(owners)]
    files = {"lsoa.json": _collection(shapes, areas), "lsoa-tiles.json": _collection(tiles, areas)}
    for level in ("ward", "borough"):
        names = sorted({owner[level] for owner in owners})
        parts = [[s for s, o in zip(shapes, owners, strict=True) if o[level] == name] for name in names]
        unions = [shapely.union_all(part) for part in parts]
        files[f"{level}.json"] = _collection(unions, [{"code": f"{level}-{n}", "name": n} for n in names])
    places = [{"name": name, "rank": 1} for name in TOWNS]
    files["places.json"] = _collection([shapely.Point(p) for p in TOWNS.values()], places)
    return files


def frame(classes: Any, *, query: str = "?", level: str = "lsoa", **more: Any) -> dict[str, Any]:
    """A frame as the server sends it, of one class number an area."""
    data = np.asarray(classes, dtype=np.uint8)
    encoded = base64.b64encode(data.tobytes()).decode()
    rows = [[str(k)] for k in data.tolist()]
    values = {"columns": ["Offences"], "rows": rows}
    return {"query": query, "level": level, "classes": encoded, "palette": PALETTE, "values": values, **more}


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def __init__(self, *arguments: Any, files: dict[str, Any], **more: Any) -> None:
        self.files = files
        super().__init__(*arguments, directory=str(ROOT), **more)

    def do_GET(self) -> None:
        name = self.path.split("?")[0].removeprefix("/")
        if name in self.files or not name:
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if name else "text/html")
            self.end_headers()
            body = self.files[name] if name else PAGE.encode()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())
        elif name.startswith("assets/"):
            super().do_GET()
        else:
            self.send_error(404)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def serve(files: dict[str, Any]) -> Iterator[str]:
    """Serve a page with an empty map, the assets and these files on a free port; yields the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, files=files))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
