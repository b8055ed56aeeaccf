"""What is loaded? The page that says what became of every row, source by source."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dash import Dash
from flask import Response, request

from dashboard import shell
from dashboard.assess import page_templates
from dashboard.openapi import HTML, PAGE, Operation, described
from geo.answer.disclosure import marking
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
    @described(Operation("What is loaded, and what became of every row", PAGE, HTML, question=False))
    def data() -> Response:
        page = page_templates().get_template("holdings.html")
        said = page.render(
            place=atlas.place,
            version=atlas.version,
            holdings=held(),
            marking=marking(
                [one.gate.disclosure for one in atlas.sources.values()], synthetic=atlas.synthetic
            ),
            assets=shell.assets(),
            root=request.script_root,
        )
        return Response(said, mimetype="text/html")
