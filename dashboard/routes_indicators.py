"""What do published indicators say? A page of their own, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash
from flask import Response, request

from dashboard import shell
from dashboard.assess import page_templates
from dashboard.openapi import HTML, PAGE, Operation, described
from dashboard.replies import download, nothing_asked, reply, screen_only
from geo.answer.indicators import KINDS, LEVELS
from geo.ask.choices import INDICATOR
from geo.ask.query import Query
from geo.ask.words import upper_first
from geo.out.export import allow
from geo.out.indicator_files import FORMS, NONE, filename, write
from geo.tell.indicators import READ_AS, banner, by_level, source_of

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

ADDRESS = "/indicators"
TAG = "Files"
RECORDS = {
    "type": "object",
    "required": ["title", "caveats", "version", "columns", "records"],
    "properties": {
        "title": {"type": "string"},
        "caveats": {"type": "array", "items": {"type": "string"}},
        "version": {"type": "string", "description": "Hash of the data."},
        "columns": {"type": "object"},
        "records": {"type": "array", "items": {"type": "object"}},
    },
}


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app: ``/indicators`` and ``/export.indicators.<form>``."""

    @app.server.get(ADDRESS)
    @described(
        Operation("Published indicators: value, trend, comparison", PAGE, HTML, question=False, faults=(422,))
    )
    def indicators() -> Response:
        back = screen_only()
        told = by_level(atlas, reversed(LEVELS))
        on_map = INDICATOR in atlas.catalogue.layers
        page = page_templates().get_template("indicators.html")
        said = page.render(
            place=atlas.place,
            groups=[(upper_first(KINDS[level]), level, readings) for level, readings in told.items()],
            absent="" if told else NONE,
            read_as=READ_AS,
            files={key: one.label for key, one in FORMS.items()}
            if atlas.viewer.takes("indicators.csv")
            else {},
            address=lambda one, level: (
                Query(layer=INDICATOR, level=level).replace(indicator=one.key).to_search()
                + back.replace("?", "&")
                if on_map and level in atlas.catalogue.levels
                else ""
            ),
            labelled=lambda reading: reading.indicator.label,
            named=lambda reading: reading.name,
            sources=[(one.name, source_of(one, atlas)) for one in atlas.indicators.values()],
            marking=banner(atlas),
            assets=shell.assets(),
            root=request.script_root,
            back=back,
        )
        return Response(said, mimetype="text/html")

    def handed(form: str) -> None:
        """Add the route of a file."""
        label, kind = FORMS[form].label, FORMS[form].mimetype
        answers = {kind.partition(";")[0]: RECORDS if form.endswith("json") else {}}

        @app.server.get(f"/export.{form}", endpoint=form.replace(".", "_"))
        @described(Operation(label, TAG, answers, question=False, faults=(304, 422)))
        def file() -> Response:
            allow(atlas, form)
            nothing_asked()
            return reply(atlas, form, lambda: download(write(atlas, form), kind, filename(atlas, form)))

    for form in FORMS:
        handed(form)
