"""What of the coming weekends does the server hand out? A page that grades them, and their files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Response
from werkzeug.exceptions import NotFound

from dashboard.beside import page_beside
from dashboard.openapi import HTML, PAGE, Operation, Own, described
from dashboard.replies import asked, download, page, reply, search, tried
from geo.ask.words import listed
from geo.out.export import allow
from geo.out.weekend_files import FILES, filename
from geo.tell.exhibits.weekends import weekends

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

FORM = Own("form", "Kind of file.", {"type": "string", "enum": list(FILES)}, place="path")


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes ``/patrol/weekends?<query>`` (the page) and ``/weekends.<form>?<query>`` to an app."""
    answers: dict[str, Any] = {form.mimetype: {} for form in FILES.values()}

    @app.server.get("/patrol/weekends")
    @described(Operation("The coming weekends, graded", PAGE, HTML))
    def weekends_page() -> Response:
        allow(atlas, "patrol")
        found, faults = tried(lambda: weekends(atlas, asked(atlas)))
        text = page_beside(
            atlas,
            "weekends.html",
            found.banner if found else None,
            found=found,
            faults=faults,
            files=FILES,
            address=search(),
        )
        return page(text, faults)

    @app.server.get("/weekends.<form>")
    @described(Operation("The coming weekends, as a file", "Patrols", answers, (FORM,)))
    def weekends_file(form: str) -> Response:
        allow(atlas, "patrol")
        if form not in FILES:
            raise NotFound(f"There is no file “{form[:20]}” of weekends; there is {listed(list(FILES))}.")
        query = asked(atlas)

        def make() -> Response:
            found = weekends(atlas, query)
            return download(
                FILES[form].write(found, date.today()), FILES[form].mimetype, filename(found, form)
            )

        return reply(atlas, query, make)
