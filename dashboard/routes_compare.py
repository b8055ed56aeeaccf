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
from dashboard.replies import LARGEST, asked, download, page, search, tried, without
from geo.ask.problem import Problem
from geo.out.export import allow
from geo.out.report import REPORTS, filename, write
from geo.tell.exhibits.exhibit import Exhibit
from geo.tell.patrol.before_after import Compared, compare
from geo.tell.patrol.register import why_not_compared, write_comparison
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

    ``/patrol/compare?<form>&<query>``, ``POST /patrol/compared?<form>&<query>`` (its row written into the
    register of interventions), ``/patrol/repeats?<query>``, ``POST /patrol/repeats-of-file``.
    """

    @app.server.get("/patrol/compare")
    @described(
        Operation("Places beside others like them, before and after", PAGE, ANSWERS, OWN, effort=Effort.LONG)
    )
    def compare_page() -> Response:
        allow(atlas, "patrol")

        found, faults = tried(lambda: _compared(atlas))
        if found and (form := request.args.get("as", "page")) != "page":
            report = write(found.told, atlas, form)
            return download(report, REPORTS[form].mimetype, filename(found.told, form))
        return page(_page(atlas, found, faults), faults)

    @app.server.post("/patrol/compared")
    @described(
        Operation(
            "Write what was compared into the register of interventions, for the page",
            PAGE,
            HTML,
            OWN,
            faults=(403, 422),
        )
    )
    def compared_registered() -> Response:
        if not same_origin(request):
            return Response("The register is written from the dashboard's own page only.\n", 403)
        allow(atlas, "patrol")
        request.max_content_length = LARGEST
        found, faults = tried(lambda: _compared(atlas))
        what, written = "", None
        if found:
            what = request.form.get("what", "")
            written, faults = tried(lambda: write_comparison(atlas.snapshot.folder, found, what))
        return page(_page(atlas, found, faults, written=written or "", what=what), faults)

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


def _compared(atlas: Atlas) -> Compared | None:
    """Compare what the form asks for; None where it names no areas."""
    query = asked(atlas, *SAID)
    if request.args.get("as", "page") not in ("page", *REPORTS):
        raise Problem("There is no such form of document.")
    codes = [code.upper() for code in re.split(r"[,\s]+", request.args.get("places", "")) if code]
    return compare(atlas, query, codes, _day("began"), _day("ended")) if codes else None


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError as error:
        raise Problem(f"{SAID[name]}: give a date like 2026-12-31.") from error


def _page(
    atlas: Atlas,
    compared: Compared | None,
    faults: tuple[str, ...],
    repeats: tuple[Exhibit, ...] = (),
    *,
    written: str = "",
    what: str = "",
) -> str:
    """Write the page: both forms, and what was found."""
    rest, found = without(*SAID), compared.told if compared else None
    return page_beside(
        atlas,
        "patrol_compare.html",
        found.banner if found else None,
        found=found,
        faults=faults,
        repeats=repeats,
        why_not=why_not_compared(compared) if compared else "",
        written=written,
        address=search(),
        what=what,
        values={name: request.args.get(name, "") for name in SAID},
        said=SAID,
        kept=[tuple(map(unquote_plus, part.partition("=")[::2])) for part in rest.split("&") if part],
        back=f"?{rest}" if rest else "",
        reports=REPORTS,
    )
