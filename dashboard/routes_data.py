"""What is loaded? The page that says what became of every row, source by source."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dash import Dash
from flask import Response

from dashboard.beside import page_beside
from dashboard.openapi import HTML, PAGE, Operation, described
from dashboard.replies import screen_only
from geo.tell.holdings import Holding, holdings

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

ADDRESS = "/data"


def register(app: Dash, atlas: Atlas) -> None:
    """Add the route ``/data`` of an atlas to an app."""

    @cache
    def held() -> list[Holding]:
        return holdings(atlas)

    @app.server.get(ADDRESS)
    @described(
        Operation("What is loaded, and what became of every row", PAGE, HTML, question=False, faults=(422,))
    )
    def data() -> Response:
        back = screen_only()
        said = page_beside(atlas, "holdings.html", version=atlas.version, holdings=held(), back=back)
        return Response(said, mimetype="text/html")
