"""What does an officer take along to a patrolled area? One page of A4: where, why, when, and room to note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from geo.answer.atlas import Atlas
from geo.ask.words import counted, day_name
from geo.out.drawing import A4, AREA_LINE, GROUND, INK, LINE, MUTED, WARD, Page, Rect, drawing, pdf
from geo.out.pane import Pane
from geo.out.patrol_files import Drawn
from geo.tell.briefing import when_of

MARGIN, BODY, HEAD = 14.0, 9.5, 20.0
MAP = 96.0
"""Height of the map, millimetres."""
AROUND = 0.6
"""Share of an area's width in sight around it."""
MOST_LINES = 16
"""Visits that there is room to note."""


def write_sheets(atlas: Atlas, drawn: Drawn, codes: Sequence[str] = ()) -> bytes:
    """Write the duty sheets of some areas, or of all, as one PDF.

    Parameters
    ----------
    atlas : Atlas
        The one that was planned from.
    drawn : Drawn
    codes : sequence of str
    """
    with drawing():
        pages = [_page(atlas, drawn, code) for code in codes or drawn.names]
        about = f"{drawn.plan.description}. {drawn.plan.banner}. Seal {drawn.record.seal}"
        return pdf(pages, drawn.title, about, "patrols, duty sheets", drawn.made)


def _page(atlas: Atlas, drawn: Drawn, code: str) -> Page:
    """One area."""
    page = Page(A4[1], A4[0])
    plan, row = drawn.plan, drawn.plan.table.loc[code]
    width = page.width - 2 * MARGIN
    page.text(MARGIN, 17, f"Duty sheet  ·  tier {row['tier']}  ·  {row['borough']}", BODY, colour=MUTED)
    page.text(page.width - MARGIN, 17, plan.banner, BODY, bold=True, align="right")
    page.text(MARGIN, 27, f"{row['name']}", HEAD, bold=True, kind="H1")
    page.text(MARGIN, 33, code, BODY, colour=MUTED)
    place = Rect(MARGIN, 37, page.width - MARGIN, 37 + MAP)
    with page.part("Figure", alternative=f"Map of {row['name']} among its neighbours."):
        _map(page, atlas, plan.query.level, code, place)
    y = place.bottom + 7
    for head, text in _said(atlas, drawn, code):
        page.text(MARGIN, y, head, BODY, bold=True, kind="H2")
        y = page.paragraph(MARGIN, y + 1.2, width, text, BODY) + 5
    _visits(page, drawn, code, y + 1)
    page.text(MARGIN, page.height - 8, f"{drawn.title}. Seal {drawn.record.seal[:16]}", 7, colour=MUTED)
    return page


def _map(page: Page, atlas: Atlas, level: str, code: str, place: Rect) -> None:
    """The area in colour, what is around it in grey, with towns or streets where they are loaded."""
    of = atlas.levels[level]
    at = int(of.frame.index.get_loc(code))
    west, south, east, north = of.bounds[at]
    reach = AROUND * max(east - west, north - south)
    shapes = of.shapes.geometry.to_numpy()
    pane = Pane(page, place, (west - reach, south - reach, east + reach, north + reach), margin=0.0)
    pane.draw(shapes, fill=GROUND, line="white", weight=AREA_LINE * 2)
    pane.draw(shapes[[at]], fill="#CFE3F5", line=WARD, weight=2.2, order=3)
    pane.frame(0.6)
    pane.scale_bar("lower left", size=7)
    pane.north_arrow(place.right - 5, place.top + 2)
    if atlas.places is not None:
        points = atlas.places[["x", "y"]].to_numpy()
        for one in np.flatnonzero(pane.sees(points, 8.0))[:12]:
            x, y = pane.at(points[[one]])[0]
            page.text(x, y, str(atlas.places["name"].iloc[one]), 8, align="center", halo=True)


def _said(atlas: Atlas, drawn: Drawn, code: str) -> list[tuple[str, str]]:
    """Why this area, when, and on which days."""
    plan, row = drawn.plan, drawn.plan.table.loc[code]
    wish = plan.wish
    asked = atlas.asked(plan.query)
    level = asked.level
    shown = (
        ""
        if row["count"] is None
        else f"{asked.gate.text(int(asked.counts[level.frame.index.get_loc(code)]))} "
    )
    why = f"{plan.description}: {shown}{asked.noun}, place {row['rank']} of {asked.among_areas}."
    mine = level.parent == level.frame.index.get_loc(code)
    when = when_of(atlas, atlas.answer(plan.query), mine) or "No day or hour stands out from chance."
    days = [
        day
        for day, areas in zip(drawn.record.design.dates, drawn.record.patrolled, strict=True)
        if code in areas
    ]
    what = (
        f"{counted(len(days), 'day', 'days')}, {counted(wish.visits, 'visit', 'visits')} of {wish.minutes} "
        f"minutes a day: {_days(days)}. On other days this area is not patrolled under this plan, so that "
        "the days can be compared; calls are answered as always."
    )
    return [("Why here", why), ("When", when), ("Days to patrol", what)]


def _days(days: Sequence[date]) -> str:
    """Days in words, the month once: "1, 4 and 9 December 2026; 2 January 2027"."""
    months: dict[tuple[int, int], list[date]] = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    return "; ".join(
        f"{', '.join(str(day.day) for day in run[:-1])}{' and ' if len(run) > 1 else ''}{day_name(run[-1])}"
        for run in months.values()
    )


def _visits(page: Page, drawn: Drawn, code: str, top: float) -> None:
    """Lines to note each visit on."""
    columns = (("Date", 0.0), ("Start", 30.0), ("Minutes", 50.0), ("What was seen and done", 72.0))
    with page.part("Table"):
        with page.part("TR"):
            for name, x in columns:
                page.text(MARGIN + x, top + 4, name, BODY, bold=True, colour=INK, scope="Column", kind="TH")
        y, step = top + 6, 7.2
        for _ in range(MOST_LINES):
            if y + step > page.height - 14:
                break
            page.rule(MARGIN, y, page.width - 2 * MARGIN, colour=LINE)
            y += step
        page.rule(MARGIN, y, page.width - 2 * MARGIN, colour=LINE)
