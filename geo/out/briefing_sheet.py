"""What does an officer take to a hotspot?

A briefing sheet: one page for one area, of A5 for the pocket or as long as it needs to be for a phone. A
small map with its neighbours and the streets or towns that are known, why the place was chosen, when it
happens and what, what was decided, and room for visits. It is drawn from a
:class:`~geo.tell.hotspot.Hotspot` alone, so that whoever sends officers out may hand it out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import shapely

from geo.answer.atlas import Atlas
from geo.answer.columns import DAGGER
from geo.answer.disclosure import SUPPRESSED, stamp
from geo.answer.layers import of_events
from geo.answer.legend import Entry
from geo.answer.said import NOT_LOADED
from geo.ask.query import Query
from geo.ask.words import day_name, slug
from geo.out.area_charts import draw_days_and_hours, draw_kinds, draw_neighbours, draw_week, is_sparse
from geo.out.drawing import (
    BODY,
    INK,
    MUTED,
    PALE,
    POINT,
    SMALL,
    SURFACE,
    Page,
    Rect,
    drawing,
    pdf,
    text_width,
    wrap,
)
from geo.out.export import allow
from geo.out.pane import Pane, in_sight
from geo.out.printed_map import draw_areas, draw_head, draw_outlines, write_name
from geo.out.provenance import Sheet, sheet
from geo.out.ward_where import name_places
from geo.stats.rates import UNRELIABLE_NOTE
from geo.tell.hotspot import Hotspot, hotspot, hotspots_of
from geo.tell.insets import Box
from geo.tell.meeting import Note, Notes, of_viewer

Progress = Callable[[int, int, str], None]
Draw = Callable[[Page, Rect], object]
TEXT, HEADING = 8.0, 9.5
GAP = 3.6
A5 = (148.0, 210.0)
PHONE = 84.0
"""Width of a phone's page, millimetres."""
AROUND = 0.45
"""Share of an area's size that the map shows around it."""
VISITS = (
    ("Date", 0.0), ("From", 0.15), ("Minutes", 0.27), ("Officer", 0.41), ("Seen, done, spoken to", 0.60),
)  # fmt: skip
"""What is recorded of a visit, and where each column begins."""
LINE, MOST_VISITS, LEAST_VISITS = 5.4, 4, 2
"""Height of a line to write on, millimetres; lines there are to be, where all has room and where not."""
KEY_LINE, MOST_KEY = 3.4, 4
"""Height of a line of the key to the map, millimetres, and how many there may be."""
VISITS_HEAD = 13.6
"""What stands above those lines, millimetres."""
SHOWN = 2
"""Decisions that a sheet shows, the latest."""
ASKED = "Write down every visit: when, how long, what you saw and did."


def _silent(done: int, total: int, what: str) -> None:
    """Report no progress."""


# ---------------------------------------------------------------- the parts


def draw_place(
    page: Page, spot: Hotspot, here: Sheet, place: Rect, chosen: Collection[str] | None = None
) -> None:
    """Draw the area among its neighbours, with the names that are known.

    In the colours of the map; or, where codes of chosen areas are given, these tinted and the others white.
    """
    level = here.level
    position = level.frame.index.get_loc(spot.told.code)
    first, end = level.neighbours.indptr[position : position + 2]
    shown = [position, *level.neighbours.indices[first:end]]
    west, south, east, north = level.bounds[position].tolist()
    reach = AROUND * max(east - west, north - south)
    view = (west - reach, south - reach, east + reach, north + reach)
    if chosen is None:
        (place, key), said = _with_key(here, view, place), here.map_in_words
    else:
        place, key = replace(place, bottom=place.bottom - KEY_LINE - 0.6), CHOSEN_KEY
        said = "The areas of the plan are tinted."
    with page.part("Figure", alternative=f"Map of {spot.name} and its neighbours. {said}"):
        pane = Pane(page, place, view, margin=0.0)
        pane.ground()
        if chosen is None:
            draw_areas(pane, here)
        else:
            mine, shapes = level.frame.index.isin(list(chosen)), level.shapes.geometry.to_numpy()
            for which, colour in ((~mine, "white"), (mine, TINT)):
                pane.draw(shapes[which], fill=colour, line=PALE, weight=0.5)
            draw_outlines(pane, here)
        shape = level.shapes.geometry.to_numpy()[[position]]
        for colour, weight in (("white", 4.6), (INK, 2.4)):
            pane.draw(shape, line=colour, weight=weight, order=4)
        pane.frame(0.6)
        pane.scale_bar("lower left", size=6)
        pane.north_arrow(place.right - 4.5, place.top + 1.5, 6.0)
        taken = [pane.corner("lower left", place.width * 0.4, 8), pane.corner("upper right", 9, 11)]
        known = level.frame["known"].iloc[shown]
        names = known.where(known.ne("") & ~known.duplicated(keep=False), level.frame["name"].iloc[shown])
        spots = pane.at(level.anchors[shown])
        named = [(str(name), x, y) for name, (x, y) in zip(names, spots, strict=True)]
        write_name(pane, *named[0], taken, size=SMALL, bold=True)
        name_places(pane, here.places, taken)
        seen = pane.sees(level.anchors[shown], margin=3.0)
        for near, (name, x, y) in zip(seen[1:], named[1:], strict=True):
            if near:
                write_name(pane, name, x, y, taken, size=SMALL)
    _draw_key(page, key, Rect(place.left, place.bottom, place.right, place.bottom))


Key = list[list[tuple[Entry, float]]]
"""Lines of a key: classes of the map, and how wide each is written."""
TINT = "#bcd6ea"
CHOSEN_KEY: Key = [
    [(Entry(colour, name, None, 0, name=name), 40.0)
     for colour, name in ((TINT, "Areas of the plan"), ("white", "Other areas"))]
]  # fmt: skip


def _with_key(here: Sheet, view: Box, place: Rect) -> tuple[Rect, Key]:
    """Share a place between a map and a key of the classes that it shows."""
    shapes = here.level.shapes.geometry.to_numpy()
    for room in range(1, MOST_KEY + 1):
        map_ = replace(place, bottom=place.bottom - KEY_LINE * room - 0.6)
        codes = here.answer.codes[shapely.intersects(shapes, shapely.box(*in_sight(map_, view)))]
        lines: Key = [[]]
        for entry in here.legend:
            width = 8.0 + text_width(entry.name, SMALL)
            if entry.position not in codes:
                continue
            if lines[-1] and sum(w for _, w in lines[-1]) + width > place.width:
                lines.append([])
            lines[-1].append((entry, width))
        if len(lines) <= room:
            break
    return map_, lines


def _draw_key(page: Page, key: Key, place: Rect) -> None:
    """Name the colours of a map."""
    said = "; ".join(entry.label for line in key for entry, _ in line)
    with page.part("Figure", alternative=f"Colours of the map: {said}."):
        for k, line in enumerate(key):
            x, y = place.left, place.top + KEY_LINE * k + 1.0
            for entry, width in line:
                page.swatch(Rect.of(x, y, 4.2, 2.4), entry.colour, entry.pattern, entry.lines)
                page.text(x + 5.4, y + 2.1, entry.name, SMALL)
                x += width


def draw_words(page: Page, place: Rect, heading: str, said: Sequence[str]) -> float:
    """Write paragraphs under a heading; returns where they end."""
    page.text(place.left, place.top + 3.2, heading, HEADING, bold=True, kind="H2")
    y = place.top + 4.6
    for text in said:
        y = page.paragraph(place.left, y, place.width, text, TEXT) + 0.9
    return y


def height_of(said: Sequence[str], width: float) -> float:
    """Room that :func:`draw_words` takes, millimetres."""
    return 4.6 + sum(len(wrap(text, width, TEXT)) * TEXT * POINT * 1.32 + 0.9 for text in said)


def decisions(spot: Hotspot, width: float, room: float) -> list[str]:
    """What was decided, the latest first, as much as there is room for; one sentence where nothing is."""
    said: list[str] = []
    for note in spot.decided[:SHOWN]:
        when, who = day_name(date.fromisoformat(note.date)), f"({note.author})"
        text = f"{when}: {' '.join(note.text.split())} {who}"
        words = text.split()
        while height_of([*said, text], width) > room and len(words) > 1:
            words.pop()
            text = f"{' '.join(words)} … {who}"
        if height_of([*said, text], width) <= room:
            said.append(text)
    return said or ["Nothing is noted for this area."]


def draw_visits(page: Page, spot: Hotspot, place: Rect) -> None:
    """Draw a table to write visits into, as many lines as there is room for."""
    page.text(place.left, place.top + 3.2, "Your visits", HEADING, bold=True, kind="H2")
    asked = f"{ASKED} This area is {spot.told.code}."
    top = page.paragraph(place.left, place.top + 4.4, place.width, asked, BODY, colour=MUTED) + 0.6
    style: dict[str, Any] = {"bold": True, "colour": MUTED, "kind": "TH", "scope": "Column"}
    lines = max(1, int((place.bottom - top - 4.2) / LINE))
    with page.part("Table"):
        page.box(Rect(place.left, top, place.right, top + 4.4), SURFACE, order=1)
        with page.part("TR"):
            for name, share in VISITS:
                page.text(place.left + share * place.width + 1, top + 3.1, name, SMALL, **style)
        for k in range(lines):
            y = top + 4.4 + (k + 1) * LINE
            page.rule(place.left, y, place.width, PALE, 0.6)
            with page.part("TR"):
                for _, share in VISITS:
                    page.text(place.left + share * place.width, y, "", TEXT)
    for _, share in VISITS[1:]:
        x, ends = place.left + share * place.width, [top, top + 4.4 + lines * LINE]
        page.top.plot([x, x], ends, color=PALE, linewidth=0.6, zorder=1)


def draw_when(page: Page, spot: Hotspot, place: Rect, *, numbers: bool = True) -> None:
    """Draw the week, hour by hour where that can be shown, else by day and by three hours."""
    clock = spot.told.week.clock
    if clock is None:
        return
    if is_sparse(clock.to_numpy().ravel()):
        draw_days_and_hours(page, spot.told, place)
    else:
        draw_week(page, spot.told, place, numbers=numbers)


def draw_what(page: Page, spot: Hotspot, here: Sheet, place: Rect, most: int) -> None:
    """Draw the most frequent kinds; where one kind is asked for, the neighbours instead."""
    if len(spot.told.categories) > 1:
        draw_kinds(page, spot.told, here, place, most)
    else:
        draw_neighbours(page, spot.told, here, place, most)


def foot(spot: Hotspot, here: Sheet) -> str:
    """What must go with the numbers: marks, definition, sources, date, version, and where there is more."""
    marked = ("±", f" {SUPPRESSED} ", " Definition: ")
    marks = [text for text in here.answer.caveats if any(mark in text for mark in marked)]
    marks += [text for text in here.answer.caveats if text.startswith(NOT_LOADED)]
    return " ".join(
        filter(
            None,
            (
                *marks,
                f"{DAGGER} {UNRELIABLE_NOTE}." if spot.told.row["unreliable"] else "",
                f"Source: {here.source.rstrip('.')}.",
                *here.credits,
                f"Made on {here.made_text} from data version {here.version[:8]}.",
                f"How it was worked out, and more: {here.address}",
            ),
        )
    )


def _has_week(spot: Hotspot) -> bool:
    """Whether hours are known, and a number of some day or hour may be shown."""
    told = spot.told
    if told.week.clock is None:
        return False
    if not is_sparse(told.week.clock.to_numpy().ravel()):
        return True
    return any(one is not None and one.gt(0).any() for one in (told.days, told.hours))


def _why(spot: Hotspot, here: Sheet) -> tuple[str, ...]:
    """Of what and when it is told, then why it was chosen."""
    return (f"{here.title}.", *spot.why)


def _where(spot: Hotspot) -> str:
    """Where it is, and when."""
    return " ".join(
        filter(
            None, (f"{spot.where}." if spot.where else "", "" if spot.told.week.clock is None else spot.when)
        )
    )


# ---------------------------------------------------------------- the pages


def _heights(room: float, *, timed: bool) -> tuple[float, float, float]:
    """Heights of kinds, of the week (which goes where it has no room) and of the visits, millimetres."""
    visits = [VISITS_HEAD + lines * LINE for lines in range(MOST_VISITS, LEAST_VISITS - 1, -1)]
    found = (28.0, -GAP, visits[-1])
    for row, week in ((28.0, 29.0), (22.0, 25.0), (18.0, 22.0), (24.0, -GAP), (18.0, -GAP)):
        if week > 0 and not timed:
            continue
        for found in ((row, week, height) for height in visits):
            if sum(found) + 3 * GAP <= room:
                return found
    return found


def pocket(spot: Hotspot, here: Sheet) -> Page:
    """The sheet on A5. Call it inside :func:`geo.out.drawing.drawing`."""
    page, margin = Page(*A5), 9.0
    left, right = margin, A5[0] - margin
    width = right - left
    kicker = f"Briefing sheet  ·  {here.place}"
    top = draw_head(page, here, kicker, spot.name, _where(spot), margin=margin)
    note = foot(spot, here)
    bottom = A5[1] - margin + 3 - len(wrap(note, width, BODY)) * BODY * POINT * 1.32
    column = 60.0
    reasons = draw_words(page, Rect(right - column, top, right, top), "Why here", _why(spot, here))
    row, week, visits = _heights(bottom - 2 - reasons, timed=_has_week(spot))
    floor = max(reasons, bottom - 2 - visits - 3 * GAP - row - week)
    draw_place(page, spot, here, Rect(left, top, right - column - GAP, floor))
    y = floor + GAP
    if week > 0:
        draw_when(page, spot, Rect(left, y, right, y + week))
    y += week + GAP
    half = (width - 2 * GAP) / 2
    draw_what(page, spot, here, Rect(left, y, left + half, y + row), 4)
    decided = Rect(right - half, y, right, y + row)
    draw_words(page, decided, "Decided", decisions(spot, half, row))
    draw_visits(page, spot, Rect(left, y + row + GAP, right, bottom - 2))
    _write_foot(page, here, note, left, bottom)
    return page


def phone(spot: Hotspot, here: Sheet) -> Page:
    """The sheet for a phone: one column, as long as it needs to be."""
    margin = 5.0
    width, note = PHONE - 2 * margin, foot(spot, here)
    said = {
        "Why here": _why(spot, here),
        "Decided": decisions(spot, width, 60.0),
        "Your visits": [f"{ASKED} This area is {spot.told.code}."],
    }

    def words(heading: str) -> tuple[float, Draw]:
        return height_of(said[heading], width), lambda page, at: draw_words(page, at, heading, said[heading])

    parts: list[tuple[float, Draw]] = [
        words("Why here"),
        (56.0, lambda page, at: draw_place(page, spot, here, at)),
        *([(37.0, lambda page, at: draw_when(page, spot, at, numbers=False))] if _has_week(spot) else []),
        (28.0, lambda page, at: draw_what(page, spot, here, at, 5)),
        words("Decided"),
        words("Your visits"),
    ]

    def head(page: Page) -> float:
        return draw_head(page, here, "", spot.name, _where(spot), margin=margin)

    y = head(Page(PHONE, PHONE))
    end = y + sum(height + GAP for height, _ in parts) + len(wrap(note, width, BODY)) * BODY * POINT * 1.32
    page = Page(PHONE, end + margin)
    head(page)
    for height, draw in parts:
        draw(page, Rect(margin, y, margin + width, y + height))
        y += height + GAP
    _write_foot(page, here, note, margin, y)
    return page


def _write_foot(page: Page, here: Sheet, note: str, x: float, y: float) -> None:
    page.rule(x, y - 1.2, page.width - 2 * x, PALE, 0.6)
    with page.part("Sect", late=True):
        page.paragraph(x, y, page.width - 2 * x, note, BODY, colour=MUTED, url=here.link)


# ---------------------------------------------------------------- the files


@dataclass(frozen=True)
class Paper:
    """One size of sheet: what it is called, and how a page of it is drawn."""

    label: str
    draw: Callable[[Hotspot, Sheet], Page]


PAPERS: dict[str, Paper] = {"briefing": Paper("A5", pocket), "phone": Paper("phone", phone)}
"""By the key of their export (:data:`geo.out.export.WAYS`)."""


def notes_of(atlas: Atlas) -> tuple[Note, ...]:
    """Decisions that who asks may see."""
    return of_viewer(Notes(atlas.snapshot.folder).read(), atlas.viewer)


def write_sheets(
    atlas: Atlas,
    query: Query,
    paper: str,
    progress: Progress = _silent,
    *,
    home: str = "",
    notes: Sequence[Note] | None = None,
) -> tuple[str, bytes]:
    """Write the briefing sheets of a question: of the area it selects, else of each hotspot.

    Parameters
    ----------
    atlas : Atlas
    query : Query
    paper : str
        Key of :data:`PAPERS`.
    progress : callable, optional
        ``progress(done, total, name of the area)`` before each, and at the end.
    home : str, optional
        Address of the dashboard, for links.
    notes : sequence of Note, optional
        Decisions to print, instead of those that are kept.

    Returns
    -------
    tuple of str and bytes
        Name of the file, and a PDF with a page for each area.
    """
    allow(atlas, paper)
    plain = of_events(query).replace(view="explore", clock="recorded", group=(), mark="")
    query, _ = atlas.catalogue.check(plain)
    areas = atlas.levels[query.level].frame
    if query.area and query.borough and areas.loc[query.area, "lad"] not in query.borough:
        query = query.replace(borough=())
    codes = hotspots_of(atlas, query)
    kept = notes_of(atlas) if notes is None else notes
    here = sheet(atlas, query.replace(area=""))
    pages, names = [], []
    with drawing():
        for done, code in enumerate(codes):
            spot = hotspot(atlas, query, code, kept)
            progress(done, len(codes), spot.name)
            search = spot.told.answer.query.to_search()
            link = f"{home.rstrip('/')}/{search}" if home else ""
            pages.append(PAPERS[paper].draw(spot, replace(here, search=search, link=link)))
            names.append(spot.name)
        progress(len(codes), len(codes), "")
        one = len(names) == 1
        title = f"Briefing sheet: {names[0]}" if one else f"Briefing sheets: {here.title}"
        content = pdf(pages, title, here.about, here.address, here.made)
    name = slug(f"briefing {names[0] if one else here.title} {codes[0] if one else ''} {PAPERS[paper].label}")
    return f"{stamp(here.answer.banner)}{name[:120]}.pdf", content
