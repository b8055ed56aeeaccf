"""Which files does the server hand out? What the page shows, sheets and packs of areas, slides of maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import NotFound

from dashboard.openapi import Effort, Operation, Own, described
from dashboard.progress import tell
from dashboard.replies import asked, download, reply, without
from dashboard.take_along import write_html
from geo.ask.query import Query
from geo.ask.refusal import Refused
from geo.ask.words import listed, slug
from geo.out.briefing_sheet import PAPERS, notes_of, write_sheets
from geo.out.export import FORMATS, WAYS, allow, filename, offered
from geo.out.provenance import Sheet, sheet
from geo.out.slide import write_pptx
from geo.out.ward_pack import wards_of, write_packs

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

MOST_SLIDES = 40
TAG = "Files"
HTML, PDF = "text/html", "application/pdf"
JSON, SLIDES = "application/json", FORMATS["pptx"].mimetype
PACKS: dict[str, dict[str, str]] = {PDF: {}, "application/zip": {}}
WARD = Own("ward", "A ward by name or code; else the one selected, else all of the boroughs.", many=True)
MAP = Own("map", "Query string of a map of the page.", required=True, many=True)
TABLE = {
    "type": "object",
    "required": ["title", "finding", "caveats", "query", "version", "columns", "records"],
    "properties": {
        "title": {"type": "string"},
        "finding": {"type": "string"},
        "caveats": {"type": "array", "items": {"type": "string"}},
        "query": {"type": "object", "additionalProperties": {"type": "string"}},
        "version": {"type": "string", "description": "Hash of the data."},
        "columns": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"definition": {"type": "string"}, "type": {"type": "string"}},
            },
        },
        "records": {"type": "array", "items": {"type": "object"}},
    },
}


def _effort() -> Effort:
    form = FORMATS.get((request.view_args or {})["form"])
    return Effort.LONG if form and form.long else Effort.MOMENT


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/export.<format>?<query>`` (what the page shows of the same query), ``/export.pack?<query>`` (ward
    packs: of the ward selected or named ``ward=``, else of all), ``/export.briefing?<query>`` and
    ``/export.phone?<query>`` (briefing sheets of the area selected, else of each hotspot),
    ``/slides.pptx?map=<query>&map=<query>`` (a slide for each).
    """

    there = {key: label for key, label in offered(atlas).items() if key in FORMATS}
    said = "; ".join(f"{key}: {label}" for key, label in there.items())
    kind = Own("form", f"Kind of file. {said}.", {"type": "string", "enum": list(there)}, place="path")
    answers: dict[str, Any] = {form.mimetype: {} for form in FORMATS.values()}

    def shown(query: Query) -> Sheet:
        return sheet(atlas, query, link=request.root_url + query.to_search())

    @app.server.get("/export.<form>")
    @described(
        Operation("What the page shows, as a file", TAG, answers | {JSON: TABLE}, (kind,), effort=_effort)
    )
    def export(form: str) -> Response:
        known = FORMATS.get(form)
        if known is None:
            raise NotFound(f"There is no export “{form[:20]}”; there is {listed(list(there))}.")
        allow(atlas, form)
        query = asked(atlas)

        def make() -> Response:
            page = shown(query)
            return download(known.write(page), known.mimetype, filename(page.answer, form))

        return reply(atlas, query, make)

    @app.server.get("/export.pack")
    @described(
        Operation("Ward packs: one PDF, or several in an archive", TAG, PACKS, (WARD,), effort=Effort.LONG)
    )
    def pack() -> Response:
        allow(atlas, "pack")
        query = asked(atlas, "ward")
        wards = wards_of(atlas, query, request.args.getlist("ward"))

        def make() -> Response:
            name, content = write_packs(atlas, query, wards, tell, home=request.root_url)
            return download(content, PDF if len(wards) == 1 else "application/zip", name)

        return reply(atlas, (query, wards), make)

    def briefed(paper: str) -> None:
        """Add the route of the briefing sheets on a paper."""

        @app.server.get(f"/export.{paper}", endpoint=paper)
        @described(Operation(WAYS[paper].label, TAG, {PDF: {}}, effort=Effort.LONG))
        def sheets() -> Response:
            allow(atlas, paper)
            query, notes = asked(atlas), notes_of(atlas)

            def make() -> Response:
                name, content = write_sheets(atlas, query, paper, tell, home=request.root_url, notes=notes)
                return download(content, PDF, name)

            return reply(atlas, (query, notes), make)

    for paper in PAPERS:
        briefed(paper)

    @app.server.get("/export.html")
    @described(
        Operation(
            "One file to take along: map, list and steps, without a server",
            TAG,
            {HTML: {}},
            effort=Effort.LONG,
        )
    )
    def take_along() -> Response:
        allow(atlas, "html")
        query = asked(atlas)

        def make() -> Response:
            link = request.root_url + query.to_search()
            return download(write_html(atlas, query, link), HTML, filename(atlas.answer(query), "html"))

        return reply(atlas, query, make)

    @app.server.get("/slides.pptx")
    @described(
        Operation("Slides of several maps", TAG, {SLIDES: {}}, (MAP,), False, (304, 422), effort=Effort.LONG)
    )
    def slides() -> Response:
        allow(atlas, "pptx")
        if rest := without("map"):
            raise Refused([f"Slides are made of maps, each a “map=”; “{rest[:40]}” is none."])
        maps = request.args.getlist("map")
        if not 0 < len(maps) <= MOST_SLIDES:
            raise Refused([f"Slides are made of 1 to {MOST_SLIDES} maps; {len(maps)} are asked for."])
        queries = [atlas.exactly(one) for one in maps]

        def make() -> Response:
            links = ((query, request.root_url + query.to_search()) for query in queries)
            content = write_pptx(*(sheet(atlas, query, link) for query, link in links))
            return download(content, FORMATS["pptx"].mimetype, f"{slug(atlas.place)}-maps.pptx")

        return reply(atlas, queries, make)
