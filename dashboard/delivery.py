"""How do answers travel? Compressed, and kept by the browser where they cannot change.

Shapes go out compressed already (:mod:`dashboard.routes`). This sees to all the rest: the page, the scripts
and style sheets (compressed once, then kept), and the answers to questions.
"""

from __future__ import annotations

import gzip

from dash import Dash
from flask import Response, request

from dashboard.routes import FOR_EVER
from dashboard.shell import assets

SMALLEST = 1_000
"""Bytes below which an answer goes as it is."""

TEXTS = {"application/json", "application/javascript", "image/svg+xml"}


def register(app: Dash) -> None:
    """Compress what an app sends to those who take gzip, and let the browser keep its own files.

    Our files lie under an address that changes when they do (:func:`dashboard.shell.assets`). A file is
    compressed when it is first asked for, and kept.
    """
    own = f"/{assets()}/"
    kept: dict[tuple[str, str | None], bytes] = {}

    @app.server.after_request
    def deliver(response: Response) -> Response:
        if request.path.startswith(own) and response.status_code in (200, 304):
            response.headers["Cache-Control"] = FOR_EVER
        if not _compressible(response):
            return response
        response.vary.add("Accept-Encoding")
        if "gzip" not in request.accept_encodings:
            return response
        response.direct_passthrough = False
        plain = response.get_data()
        if request.path.startswith((own, "/_dash-component-suites/")):
            key = (request.path, response.headers.get("ETag"))
            packed = kept.get(key) or kept.setdefault(key, gzip.compress(plain, 6, mtime=0))
        else:
            packed = gzip.compress(plain, 1, mtime=0)
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
        return response


def _compressible(response: Response) -> bool:
    whole = response.status_code == 200 and request.method in ("GET", "POST")
    text = (
        response.mimetype in TEXTS
        or (response.mimetype or "").endswith("+json")
        or (response.mimetype or "").startswith("text/")
    )
    length = response.content_length
    return whole and text and "Content-Encoding" not in response.headers and (length or 0) >= SMALLEST
