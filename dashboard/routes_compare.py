"""What is told of places that were not drawn by lot? A page that compares them, and finds near repeats."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from dash import Dash
from flask import Response, request

from dashboard.beside import page_beside
from dashboard.notes import same_origin
from dashboard.openapi import HTML, PAGE, Effort, Operation, Own, described
from dashboard.replies import LARGEST, asked, download, page, tried, without
from geo.ask.problem import Problem
from geo.out.export import allow
from geo.out.report import REPORTS, filename, write
from geo.tell.assessment import Assessment
from geo.tell.exhibits.exhibit import Exhibit
from geo.tell.patrol.before_after import compare
from geo.tell.patrol.repeats import near_repeats, repeats_loaded

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

SAID = {
    "places": "Areas in which something was done, by code",
    "began": "Its first day",
    "ended": "Its last day",
    "as": "As",
}
"""What the form sends, and what each is called."""
OWN = tuple(
    Own(
        name,
        f"{label}.",
        {"type": "string", "enum": ["page", *REPORTS]} if name == "as" else {"type": "string"},
    )
    for name, label in SAID.items()
)
ANSWERS: dict[str, Any] = HTML | {report.mimetype: {} for report in REPORTS.values()}


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/patrol/compare?<form>&<query>``, ``/patrol/repeats?<query>``, ``POST /patrol/repeats-of-file``.
    """

    @app.server.get("/patrol/compare")
    @described(
        Operation("Places beside others like them, before and after", PAGE, ANSWERS, OWN, effort=Effort.LONG)
    )
    def compare_page() -> Response:
        allow(atlas, "patrol")

        def make() -> Assessment | None:
            query = asked(atlas, *SAID)
            if request.args.get("as", "page") not in ("page", *REPORTS):
                raise Problem("There is no such form of document.")
            codes = [code.upper() for code in re.split(r"[,\s]+", request.args.get("places", "")) if code]
            return compare(atlas, query, codes, _day("began"), _day("ended")) if codes else None

        found, faults = tried(make)
        if found and (form := request.args.get("as", "page")) != "page":
            return download(write(found, atlas, form), REPORTS[form].mimetype, filename(found, form))
        return page(_page(atlas, found, faults), faults)

    @app.server.get("/patrol/repeats")
    @described(Operation("Repeats among the events loaded, for the page", PAGE, HTML, effort=Effort.LONG))
    def repeats_of_loaded() -> Response:
        allow(atlas, "patrol")
        repeats, faults = tried(lambda: repeats_loaded(atlas, asked(atlas)))
        return page(_page(atlas, None, faults, repeats or ()), faults)

    @app.server.post("/patrol/repeats-of-file")
    @described(
        Operation("Near repeats in a file, for the page", PAGE, HTML, question=False, faults=(403, 422))
    )
    def repeats_page() -> Response:
        if not same_origin(request):
            return Response("Files are judged from the dashboard's own page only.\n", 403)
        allow(atlas, "patrol")
        request.max_content_length = LARGEST

        def make() -> tuple[Exhibit, ...]:
            events = request.files.get("events")
            if events is None or not events.filename:
                raise Problem("Choose a file of events.")
            return near_repeats(events.filename, events.read())

        repeats, faults = tried(make)
        return page(_page(atlas, None, faults, repeats or ()), faults)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError as error:
        raise Problem(f"{SAID[name]}: give a date like 2026-12-31.") from error


def _page(
    atlas: Atlas,
    found: Assessment | None,
    faults: tuple[str, ...],
    repeats: tuple[Exhibit, ...] = (),
) -> str:
    """Write the page: both forms, and what was found."""
    rest = without(*SAID)
    return page_beside(
        atlas,
        "patrol_compare.html",
        found.banner if found else None,
        found=found,
        faults=faults,
        repeats=repeats,
        values={name: request.args.get(name, "") for name in SAID},
        said=SAID,
        kept=[tuple(map(unquote_plus, part.partition("=")[::2])) for part in rest.split("&") if part],
        back=f"?{rest}" if rest else "",
        reports=REPORTS,
    )
