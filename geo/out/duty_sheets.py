"""What does an officer take along to a patrolled area? One page of A4: where, why, when, and room to note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from geo.answer.atlas import Atlas
from geo.ask.words import counted, day_name
from geo.out.briefing_sheet import draw_place
from geo.out.drawing import A4, INK, LINE, MUTED, Page, Rect, drawing, pdf
from geo.out.patrol_files import Drawn
from geo.out.provenance import Sheet, sheet
from geo.tell.briefing import briefing
from geo.tell.hotspot import Hotspot, hotspot

MARGIN, BODY, HEAD = 14.0, 9.5, 20.0
MAP = 96.0
"""Height of the map, millimetres."""
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
        here = sheet(atlas, drawn.plan.query.replace(area="", group=(), mark=""))
        query, mine = here.answer.query, list(codes or drawn.names)
        spots = {spot.code: spot for spot in briefing(atlas, query, areas=mine).spots}
        pages = [_page(drawn, hotspot(atlas, query, code, spot=spots[code]), here) for code in mine]
        about = f"{drawn.plan.description}. {drawn.plan.banner}. Seal {drawn.record.seal}"
        return pdf(pages, drawn.title, about, "patrols, duty sheets", drawn.made)


def _page(drawn: Drawn, spot: Hotspot, here: Sheet) -> Page:
    """One area."""
    page = Page(A4[1], A4[0])
    row, width = drawn.plan.table.loc[spot.told.code], page.width - 2 * MARGIN
    page.text(MARGIN, 17, f"Duty sheet  ·  tier {row['tier']}", BODY, colour=MUTED)
    page.text(page.width - MARGIN, 17, drawn.plan.banner, BODY, bold=True, align="right")
    page.text(MARGIN, 27, spot.name, HEAD, bold=True, kind="H1")
    y = page.paragraph(MARGIN, 29, width, f"{spot.told.code}. {spot.where}", BODY, colour=MUTED)
    place = Rect(MARGIN, y + 3, page.width - MARGIN, y + 3 + MAP)
    draw_place(page, spot, here, place, drawn.names)
    y = place.bottom + 7
    for head, text in _said(drawn, spot):
        page.text(MARGIN, y, head, BODY, bold=True, kind="H2")
        y = page.paragraph(MARGIN, y + 1.2, width, text, BODY) + 5
    _visits(page, y + 1)
    foot = f"{drawn.plan.description}. {drawn.title}. Seal {drawn.record.seal[:16]}"
    page.paragraph(MARGIN, page.height - 11, width, foot, BODY, colour=MUTED)
    return page


def _said(drawn: Drawn, spot: Hotspot) -> list[tuple[str, str]]:
    """Why this area, when, and on which days."""
    wish, code = drawn.plan.wish, spot.told.code
    dates = zip(drawn.record.design.dates, drawn.record.patrolled, strict=True)
    days = [day for day, areas in dates if code in areas]
    what = (
        f"{counted(len(days), 'day', 'days')}, {counted(wish.visits, 'visit', 'visits')} of {wish.minutes} "
        f"minutes a day: {_days(days)}. On other days this area is not patrolled under this plan, so that "
        "the days can be compared; calls are answered as always."
    )
    return [("Why here", " ".join(spot.why)), ("When", spot.when), ("Days to patrol", what)]


def _days(days: Sequence[date]) -> str:
    """Days in words, the month once: "1, 4 and 9 December 2026; 2 January 2027"."""
    months: dict[tuple[int, int], list[date]] = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    return "; ".join(
        f"{', '.join(str(day.day) for day in run[:-1])}{' and ' if len(run) > 1 else ''}{day_name(run[-1])}"
        for run in months.values()
    )


def _visits(page: Page, top: float) -> None:
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
