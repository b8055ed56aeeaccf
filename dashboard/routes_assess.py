"""What of an assessment does the server hand out? The article for the page, tables, maps and documents."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import NotFound

from dashboard.assess import article, asking, checked
from dashboard.openapi import HTML, PAGE, Effort, Operation, Own, described
from dashboard.progress import tell
from dashboard.replies import download, reply, search, without
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import listed
from geo.out.charts import picture
from geo.out.export import allow
from geo.out.report import REPORTS, filename, write
from geo.out.report.blocks import table_csv
from geo.tell.assessment import Assessment, asked, assess, takeable

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas
    from geo.demo.topic import Compared

TAG = "Needs assessment"
EXHIBIT = Own("exhibit", "Section and key of a table or figure, as in place/residents.", required=True)
REMEMBERED = 8
"""Assessments kept, and documents and pictures made from them."""


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/assessment/page?<query>`` (the article), ``/assessment/check`` (published and rebuilt figures),
    ``/assessment/table.csv?exhibit=<section>/<key>&<query>``, ``/assessment/figure.png?…`` (a map), and
    ``/assessment.<form>?<query>`` (a document of :data:`geo.out.report.REPORTS`).
    """

    form = Own("form", "Kind of document.", {"type": "string", "enum": list(REPORTS)}, place="path")
    answers: dict[str, Any] = {report.mimetype: {} for report in REPORTS.values()}

    @lru_cache(maxsize=REMEMBERED)
    def made(query: Query) -> Assessment:
        return assess(atlas, query, query.sources, progress=tell)

    @lru_cache(maxsize=REMEMBERED)
    def written(query: Query, form: str) -> bytes:
        return write(made(query), atlas, form, tell)

    @lru_cache(maxsize=4 * REMEMBERED)
    def drawn(query: Query, name: str) -> bytes:
        return picture(made(query).exhibits[name], atlas)[0]

    @lru_cache(maxsize=1)
    def compared() -> tuple[Compared, ...]:
        from geo.demo.check import check

        return check(atlas)

    def named(*, with_map: bool = False) -> tuple[Query, str]:
        allow(atlas, "assessment")
        query, name = asking(asked(atlas, without("exhibit"))), request.args.get("exhibit", "")
        exhibit = made(query).exhibits.get(name)
        if exhibit is None or (with_map and exhibit.chart is None):
            raise Problem("The assessment of these filters has no such table or figure.")
        return query, name

    @app.server.get("/assessment/page")
    @described(Operation("The needs assessment, for the page", PAGE, HTML, effort=Effort.LONG))
    def page() -> Response:
        atlas.catalogue.needs_level("lsoa")
        query = takeable(atlas, Query.parse(search())[0])[0].replace(view="assess")
        plain = query.replace(source="") if query.source == next(iter(atlas.sources)) else query

        def link(sources: tuple[str, ...]) -> str:
            return plain.replace(sources=sources).to_search()

        return Response(article(atlas, made(asking(query)), link), mimetype="text/html")

    @app.server.get("/assessment/check")
    @described(
        Operation(
            "Published and rebuilt figures, for the page",
            PAGE,
            HTML,
            question=False,
            faults=(403, 422),
            effort=Effort.LONG,
        )
    )
    def check_page() -> Response:
        return Response(checked(compared()), mimetype="text/html")

    @app.server.get("/assessment/table.csv")
    @described(
        Operation("A table of the needs assessment", TAG, {"text/csv": {}}, (EXHIBIT,), effort=Effort.LONG)
    )
    def table() -> Response:
        query, name = named()

        def make() -> Response:
            content = table_csv(made(query).exhibits[name])
            return download(
                content, "text/csv; charset=utf-8", f"{name.replace('/', '-').replace('_', '-')}.csv"
            )

        return reply(atlas, (query, name), make)

    @app.server.get("/assessment/figure.png")
    @described(
        Operation("A map of the needs assessment", TAG, {"image/png": {}}, (EXHIBIT,), effort=Effort.LONG)
    )
    def figure_png() -> Response:
        query, name = named(with_map=True)
        return reply(atlas, (query, name), lambda: Response(drawn(query, name), mimetype="image/png"))

    @app.server.get("/assessment.<form>")
    @described(Operation("The needs assessment, as a document", TAG, answers, (form,), effort=Effort.LONG))
    def document(form: str) -> Response:
        if form not in REPORTS:
            raise NotFound(f"There is no document “{form[:20]}”; there is {listed(list(REPORTS))}.")
        allow(atlas, "assessment")
        query = asking(asked(atlas, search()))

        def make() -> Response:
            return download(written(query, form), REPORTS[form].mimetype, filename(made(query), form))

        return reply(atlas, query, make)
