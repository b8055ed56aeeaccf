"""What came of patrols? The page that takes a sealed record, and visits, and judges them; nothing is kept."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.beside import page_beside
from dashboard.notes import same_origin
from dashboard.openapi import HTML, PAGE, Operation, described
from dashboard.replies import download, nothing_asked
from geo.ask.problem import Problem
from geo.data.patrols import kept_schedules
from geo.out.export import allow
from geo.out.report import REPORTS, filename, write
from geo.stats.patrol_record import Record
from geo.tell.assessment import Assessment
from geo.tell.patrol.trial import judge
from geo.tell.patrol.visits import delivered, delivered_by_day, read_visits, visits_kept

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

ADDRESS, JUDGED = "/patrol/result", "/patrol/judged"
LARGEST = 8 * 1024 * 1024
"""Bytes of a record and its visits together."""
ANSWERS: dict[str, Any] = HTML | {report.mimetype: {} for report in REPORTS.values()}


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes ``/patrol/result`` (a form) and ``/patrol/judged`` (what it is answered with) to an app.

    The form sends ``kept`` (the seal of a schedule that the folder keeps, or nothing), ``record`` and
    ``visits`` (files), ``until`` (a day) and ``as`` (``page`` or a key of :data:`geo.out.report.REPORTS`).
    Above it stands, of each schedule kept, who has been visited today, this month and in all.
    """

    @app.server.get(ADDRESS)
    @described(Operation("Patrols: the form that judges a trial", PAGE, HTML, question=False, faults=(422,)))
    def trial_form() -> Response:
        allow(atlas, "patrol")
        nothing_asked()
        return Response(_page(atlas, None, ""), mimetype="text/html")

    @app.server.post(JUDGED)
    @described(
        Operation("Patrols: judge a trial, for the page", PAGE, ANSWERS, question=False, faults=(403, 422))
    )
    def trial_result() -> Response:
        if not same_origin(request):
            return Response("Trials are judged from the dashboard's own page only.\n", 403)
        allow(atlas, "patrol")
        request.max_content_length = LARGEST
        try:
            form = request.form.get("as", "page")
            found = _judged(atlas)
            if form != "page":
                return download(write(found, atlas, form), REPORTS[form].mimetype, filename(found, form))
        except RequestEntityTooLarge:
            return Response(_page(atlas, None, "The files are larger than 8 MB."), 422, mimetype="text/html")
        except Problem as problem:
            return Response(_page(atlas, None, str(problem)), 422, mimetype="text/html")
        return Response(_page(atlas, found, ""), mimetype="text/html")


def _judged(atlas: Atlas) -> Assessment:
    """Judge what the form sent."""
    record, visits = (request.files.get(name) for name in ("record", "visits"))
    held = next((one for one in kept_schedules(atlas.snapshot) if one.seal == request.form.get("kept")), None)
    if record is not None and record.filename:
        held = Record.from_json(record.read().decode("utf-8", "replace"), record.filename)
    if held is None:
        raise Problem("Choose the sealed record (JSON) that drawing the schedule wrote.")
    made = visits_kept(atlas)
    if visits is not None and visits.filename:
        made = read_visits(visits.filename, visits.read(), atlas)
    try:
        until = date.fromisoformat(request.form.get("until") or date.today().isoformat())
    except ValueError as error:
        raise Problem("The day until which visits are due is no date like 2026-12-31.") from error
    if request.form.get("as", "page") not in ("page", *REPORTS):
        raise Problem("There is no such form of document.")
    return judge(atlas, held, made, today=until)


def _page(atlas: Atlas, found: Assessment | None, fault: str) -> str:
    """Write the page: the coverage of schedules that are kept, the form, and what was judged."""
    records, made, today = kept_schedules(atlas.snapshot), visits_kept(atlas), date.today()
    coverage = []
    if made is not None and not found:
        for one in records:
            coverage.append(
                (one, delivered(atlas, one, made, today), delivered_by_day(atlas, one, made, today))
            )
    return page_beside(
        atlas,
        "patrol_result.html",
        found.banner if found else None,
        found=found,
        faults=[fault] if fault else [],
        until=request.form.get("until") or date.today().isoformat(),
        reports=REPORTS,
        records=records,
        chosen=request.form.get("kept", ""),
        coverage=coverage,
    )
