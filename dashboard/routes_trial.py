"""What came of patrols? The page that takes a sealed record, and visits, and judges them.

Nothing of it is kept, but the row in the register of interventions of whoever asks for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import Forbidden

from dashboard.beside import page_beside
from dashboard.notes import same_origin
from dashboard.openapi import HTML, PAGE, Operation, described
from dashboard.replies import LARGEST, download, page, screen_only, tried
from geo.ask.problem import Problem
from geo.data.patrols import kept_schedules
from geo.out.export import allow
from geo.out.report import REPORTS, filename, write
from geo.stats.patrol_record import Record
from geo.tell.assessment import Assessment
from geo.tell.patrol.register import row_of, why_not, write_row
from geo.tell.patrol.trial import Ran, ran, told
from geo.tell.patrol.visits import delivered, delivered_by_day, read_visits, visits_kept

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

ADDRESS, JUDGED, REGISTERED = "/patrol/result", "/patrol/judged", "/patrol/registered"
ANSWERS: dict[str, Any] = HTML | {report.mimetype: {} for report in REPORTS.values()}


@dataclass(frozen=True)
class Judged:
    """A trial, what is told of it, and what came of writing its row into the register."""

    trial: Ran
    found: Assessment
    written: str = ""


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/patrol/result`` (a form), ``POST /patrol/judged`` (what it is answered with) and ``POST
    /patrol/registered`` (the same, its row written into the register of interventions).

    The form sends ``kept`` (the seal of a schedule that the folder keeps, or nothing), ``record`` and
    ``visits`` (files), ``until`` (a day) and ``as`` (``page`` or a key of :data:`geo.out.report.REPORTS`);
    the button beneath a result sends ``sealed``, the text of its record. Above the form stands, of each
    schedule kept, who has been visited today, this month and in all.
    """

    @app.server.get(ADDRESS)
    @described(Operation("Patrols: the form that judges a trial", PAGE, HTML, question=False, faults=(422,)))
    def trial_form() -> Response:
        allow(atlas, "patrol")
        return page(_page(atlas, screen_only()))

    @app.server.post(JUDGED)
    @described(
        Operation("Patrols: judge a trial, for the page", PAGE, ANSWERS, question=False, faults=(403, 422))
    )
    def trial_result() -> Response:
        return answered(_judged)

    @app.server.post(REGISTERED)
    @described(
        Operation(
            "Patrols: write a finished trial into the register of interventions, for the page",
            PAGE,
            HTML,
            question=False,
            faults=(403, 422),
        )
    )
    def trial_registered() -> Response:
        return answered(_registered)

    def answered(judge: Callable[[Atlas], Judged]) -> Response:
        if not same_origin(request):
            raise Forbidden("Trials are judged from the dashboard's own page only.")
        allow(atlas, "patrol")
        back = screen_only()
        request.max_content_length = request.max_form_memory_size = LARGEST
        judged, faults = tried(lambda: judge(atlas))
        if judged and not judged.written and (form := request.form.get("as", "page")) != "page":
            report = write(judged.found, atlas, form)
            return download(report, REPORTS[form].mimetype, filename(judged.found, form))
        return page(_page(atlas, back, judged, faults), faults)


def _judged(atlas: Atlas) -> Judged:
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
    trial = ran(atlas, held)
    return Judged(trial, told(trial, made, today=until))


def _registered(atlas: Atlas) -> Judged:
    """Judge the record anew, and write its row: nothing of a result is taken from the page."""
    trial = ran(atlas, Record.from_json(request.form.get("sealed", "")))
    found = told(trial)
    return Judged(trial, found, write_row(atlas.snapshot.folder, trial, found))


def _page(atlas: Atlas, back: str, judged: Judged | None = None, faults: tuple[str, ...] = ()) -> str:
    """Write the page: the coverage of schedules that are kept, the form, and what was judged."""
    records, made, today = kept_schedules(atlas.snapshot), visits_kept(atlas), date.today()
    coverage = []
    if made is not None and not judged:
        for one in records:
            coverage.append(
                (one, delivered(atlas, one, made, today), delivered_by_day(atlas, one, made, today))
            )
    found = judged.found if judged else None
    sent, _ = tried(lambda: dict(request.form))
    sent = sent or {}
    return page_beside(
        atlas,
        "patrol_result.html",
        found.banner if found else None,
        found=found,
        row=row_of(judged.trial, judged.found) if judged else None,
        why_not=why_not(judged.trial) if judged else "",
        written=judged.written if judged else "",
        sealed=judged.trial.record.to_json() if judged else "",
        faults=faults,
        back=back,
        until=sent.get("until") or date.today().isoformat(),
        reports=REPORTS,
        records=records,
        chosen=sent.get("kept", ""),
        coverage=coverage,
    )
