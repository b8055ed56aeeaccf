"""What of patrols does the server hand out? The page that plans them, and the files of a schedule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import NotFound

from dashboard.beside import page_beside
from dashboard.openapi import HTML, PAGE, Effort, Operation, Own, described
from dashboard.replies import asked, download, page, reply, tried, without
from geo.ask.query import Query
from geo.ask.refusal import Refused
from geo.ask.words import day_name, listed, one_line
from geo.out.export import allow
from geo.out.patrol_files import FILES, WEEKDAYS, Drawn, filename
from geo.out.patrol_map import in_words
from geo.out.patrol_papers import PAPERS, PICTURE
from geo.tell.patrol.plan import plan
from geo.tell.patrol.ranking import RANKINGS
from geo.tell.patrol.said import (
    EDGE,
    NOT_PLANNED,
    areas_table,
    at_midnight,
    no_power,
    power_table,
    shift_tables,
)
from geo.tell.patrol.wish import SAID, WHOLE, Wish

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

TAG = "Patrols"
OWN = tuple(
    Own(
        name,
        f"{label}.",
        {"type": "integer", "minimum": WHOLE[name][0], "maximum": WHOLE[name][1]}
        if name in WHOLE
        else {"type": "string", "enum": list(RANKINGS)}
        if name == "by"
        else {"type": "string"},
    )
    for name, label in SAID.items()
)
FORM = Own("form", "Kind of file.", {"type": "string", "enum": [*FILES, *PAPERS]}, place="path")
AT_ONCE = 14
"""Days of a schedule that are listed before the rest is opened."""
PRESENT = Own("present", "For a wall: large, without the form.", {"type": "string", "enum": ["on"]})


def register(app: Dash, atlas: Atlas) -> None:
    """Add the routes of an atlas to an app.

    ``/patrol?<wish>&<query>`` (the page), ``/patrol.<form>?<wish>&<query>`` (a schedule in a form of
    :data:`geo.out.patrol_files.FILES`, or its duty sheets).
    """
    answers: dict[str, Any] = {form.mimetype: {} for form in FILES.values()}
    answers |= {paper.mimetype: {} for paper in PAPERS.values()}

    def wished() -> Wish:
        return Wish.parse(request.args, date.today() + timedelta(days=1))

    def drawn(query: Query, wish: Wish) -> Drawn:
        found = plan(atlas, query, wish)
        return Drawn(found, found.record(atlas.version), date.today())

    @app.server.get("/patrol")
    @described(Operation("Patrols: areas, days, and what a trial can show", PAGE, HTML, (*OWN, PRESENT)))
    def patrols() -> Response:
        allow(atlas, "patrol")

        def make() -> Drawn:
            query, wish = asked(atlas, *SAID, PRESENT.name), wished()
            if (present := request.args.get(PRESENT.name, "on")) != "on":
                raise Refused([f"“{PRESENT.name}” is on or not there, not “{one_line(present)[:40]}”."])
            return drawn(query, wish)

        found, faults = tried(make)
        return page(_page(atlas, found, faults), faults)

    @app.server.get("/patrol.<form>")
    @described(Operation("A schedule of patrols, as a file", TAG, answers, (FORM, *OWN), effort=Effort.LONG))
    def patrol_file(form: str) -> Response:
        allow(atlas, "patrol")
        if form not in (*FILES, *PAPERS):
            raise NotFound(
                f"There is no file “{form[:20]}” of patrols; there is {listed([*FILES, *PAPERS])}."
            )
        query, wish = asked(atlas, *SAID), wished()

        def make() -> Response:
            found = drawn(query, wish)
            name = filename(found, form)
            if form in PAPERS:
                return download(PAPERS[form].write(atlas, found), PAPERS[form].mimetype, name)
            return download(FILES[form].write(found), FILES[form].mimetype, name)

        return reply(atlas, (query, wish), make)


def _page(atlas: Atlas, drawn: Drawn | None, faults: tuple[str, ...]) -> str:
    """Write the page: the form, and what was planned and drawn, or why it was not."""
    usual = Wish(date.today() + timedelta(days=1)).to_pairs()
    values = {**usual, **{name: request.args[name] for name in SAID if request.args.get(name)}}
    rest = without(*SAID, PRESENT.name)
    kept = [tuple(part.partition("=")[::2]) for part in rest.split("&") if part]
    context: dict[str, Any] = {}
    if drawn:
        head, rows = areas_table(drawn.plan)
        days = list(zip(drawn.record.design.dates, drawn.record.patrolled, strict=True))
        context = {
            "head": head,
            "rows": rows,
            "shifts": shift_tables(drawn.plan),
            "at_midnight": at_midnight(drawn.plan),
            "not_planned": NOT_PLANNED.strip(),
            "power": power_table(drawn.plan),
            "no_power": no_power(drawn.plan),
            "days": [
                (f"{WEEKDAYS[day.weekday()]} {day_name(day)}", ", ".join(drawn.names[area] for area in areas))
                for day, areas in days
            ],
            "files": {
                **{key: form.label for key, form in FILES.items()},
                **{key: paper.label for key, paper in PAPERS.items()},
            },
            "picture": PICTURE,
            "seen": in_words(drawn),
            "address": "&".join(filter(None, [urlencode(drawn.plan.wish.to_pairs()), rest])),
            "edge": EDGE if any(EDGE in row[1] for row in rows) else "",
        }
    return page_beside(
        atlas,
        "patrol.html",
        drawn.plan.banner if drawn else None,
        drawn=drawn,
        faults=faults,
        values=values,
        kept=[(key, unquote_plus(value)) for key, value in kept],
        said=SAID,
        whole=WHOLE,
        rankings=RANKINGS,
        back=f"?{rest}" if rest else "",
        at_once=AT_ONCE,
        present=bool(drawn) and request.args.get(PRESENT.name) == "on",
        **context,
    )
