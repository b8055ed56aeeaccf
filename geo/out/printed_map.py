"""What is on a printed map?

One landscape A4 page of a :class:`~geo.out.provenance.Sheet`: the finding, the map with the crowded towns
magnified beside it, the numbered areas and the legend, and beneath them all that a reader needs to judge it.
The same page leaves as PNG, SVG or PDF; its maps alone go into a slide.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.answer.colours import OVERLAY
from geo.answer.legend import HIDDEN
from geo.out.beside_map import draw_legend, draw_ranked, legend_height, listed
from geo.out.drawing import (
    A4,
    AREA_LINE,
    BAR,
    BODY,
    BOROUGH_LINE,
    FINDING,
    GROUND,
    INK,
    LINE,
    LINES,
    MARK,
    MUTED,
    OUTSIDE,
    OUTSIDE_INK,
    PALE,
    POINT,
    RANK,
    TINY,
    TITLE,
    WARD,
    WARD_LINE,
    Page,
    Rect,
    drawing,
    hatching,
    pdf,
    shorten,
    text_width,
    wrap,
)
from geo.out.pane import Pane, spread
from geo.out.provenance import Sheet, merge
from geo.tell.insets import Inset, view_of

DPI, SLIDE_DPI = 300, 220
"""Dots of an inch, of a print and of a map on a slide."""
MARGIN, GAP = 11.0, 4.0
SIDE = 72.0
"""Width of the column with the numbered areas and the legend, millimetres."""
BADGE_GAP = 4.6
ROOMY, DOT = 1.7, 0.7
"""An area of so many times the size of its number has room for it; millimetres around the middle of others
that numbers and names leave free."""
AREA_SIZE, WARD_SIZE, BOROUGH_SIZE, CHOSEN_SIZE = 1.0, 3.0, 8.0, 5.0
"""Width on paper, millimetres, below which lines are thinner: of most areas of a level, of what is chosen."""
MOST_LABELS = 14
WARD_NAMES_BELOW = 25_000
"""Wards are named on maps that show less than this many metres."""


# ---------------------------------------------------------------- the maps


def draw_areas(pane: Pane, sheet: Sheet) -> None:
    """Colour the areas of a sheet, hatch those without a value, and draw ward and borough outlines."""
    shapes, codes = sheet.level.shapes.geometry.to_numpy(), sheet.answer.codes
    classes, overlay = sheet.answer.classes, sheet.answer.overlay
    hair = _thinned(pane, shapes, AREA_LINE, AREA_SIZE)
    line = "white" if hair else GROUND
    outside: dict[str, Any] = {"fill": GROUND, "hatch": OUTSIDE, "ink": OUTSIDE_INK}
    pane.draw(shapes[codes == HIDDEN], line=line, weight=hair or 0.1, **outside)
    looks = zip(classes.colours, classes.patterns, classes.lines, strict=True)
    for k, (colour, pattern, lines) in enumerate(looks):
        line = (PALE if pattern else "white") if hair else colour
        hatch, ink = hatching(pattern, lines)
        pane.draw(shapes[codes == k], fill=colour, line=line, weight=hair or 0.1, hatch=hatch, ink=ink)
    if overlay is not None and overlay.any():
        pane.dots(shapes[overlay], sheet.level.anchors[overlay], OVERLAY.paper)
    draw_outlines(pane, sheet)


def draw_outlines(pane: Pane, sheet: Sheet) -> None:
    """Draw the lines of wards and boroughs."""
    wards, boroughs = sheet.outlines["ward"], sheet.outlines["borough"]
    thin = _thinned(pane, wards, WARD_LINE, WARD_SIZE)
    if sheet.level.key != "borough" and thin:
        pane.draw(wards, line=WARD, weight=thin, order=3)
    pane.draw(boroughs, line=INK, weight=_thinned(pane, boroughs, BOROUGH_LINE, BOROUGH_SIZE), order=3.5)


def draw_chosen(pane: Pane, sheet: Sheet) -> None:
    """Draw lines unlike a border's around what is marked, a set and the area selected."""
    shapes = sheet.level.shapes.geometry.to_numpy()
    for kind, _, which in sheet.outlined:
        around = merge(shapes[which], np.zeros(which.sum(), int), 1)
        thin = max(_thinned(pane, shapes[which], 1.0, CHOSEN_SIZE), 0.3)
        for stroke in LINES[kind].strokes:
            pane.draw(around, line=stroke.colour, weight=stroke.weight * thin, dashes=stroke.dashes, order=4)


def _thinned(pane: Pane, shapes: np.ndarray, weight: float, size: float) -> float:
    """Weight of the lines around shapes: less where most are smaller than ``size`` millimetres."""
    if not len(shapes):
        return 0.0
    share = float(np.sqrt(np.median(shapely.area(shapes)))) / pane.scale / size
    return weight * min(1.0, share) if share > 1 / 6 else 0.0


def draw_maps(page: Page, sheet: Sheet, place: Rect, numbered: int | None = None) -> None:
    """Draw the map with its insets, numbers, names, scale bars and north arrow; or two, side by side.

    Parameters
    ----------
    page : Page
    sheet : Sheet
    place : Rect
    numbered : int, optional
        Areas that are listed beside it, and so have their number on it or on both; all by default.
    """
    if sheet.second is None:
        draw_map(page, sheet, place, sheet, numbered)
        return
    width = (place.width - GAP) / 2
    for k, one in enumerate((sheet, sheet.second)):
        left = place.left + k * (width + GAP)
        page.text(left, place.top + 3.2, f"{'Right' if k else 'Left'}: {one.name}", BODY + 1, bold=True)
        draw_map(page, one, Rect(left, place.top + 5, left + width, place.bottom), sheet, numbered)


def draw_map(page: Page, sheet: Sheet, place: Rect, first: Sheet, numbered: int | None) -> None:
    """Draw one map into a place on a page; tiles, which are out of their places, without scale and names.

    The areas that are numbered, and what is magnified, are those of the ``first`` map of two on both.
    """
    insets, view, anchors = first.insets, view_of(sheet.answer, sheet.level), sheet.level.anchors
    width, side = place.width, 0.0
    if insets:
        needed = place.height * (view[2] - view[0]) / max(view[3] - view[1], 1.0) * 1.02
        tallest = (place.height + GAP) / len(insets) - GAP
        side = min(max(width - needed - GAP, first.magnified * width), tallest, 0.46 * width)
        width -= side + GAP
    main = Pane(page, Rect.of(place.left, place.top, width, place.height), view)
    draw_areas(main, sheet)
    draw_chosen(main, first)
    taken: dict[Pane, list[Rect]] = {main: []}
    for k, inset in enumerate(insets):
        window = Rect.of(place.right - side, place.top + k * (side + GAP), side, side)
        pane = Pane(page, window, inset.box, margin=0.0)
        draw_areas(pane, sheet)
        draw_chosen(pane, first)
        pane.frame()
        bar = pane.emptiest(anchors, ("lower right", "lower left"), 22, 8)
        pane.scale_bar(bar)
        taken[pane] = [_tag(pane, inset.name), pane.corner(bar, side * 0.36, 7)]
    taken[main] += _frames(main, insets)
    top = first.top.head(len(first.top) if numbered is None else numbered)
    if sheet.tiled:
        _badges(sheet, taken, top)
        return
    bar = main.emptiest(anchors, ("lower left", "lower right"), 0.32 * width, 12)
    main.scale_bar(bar, size=7)
    arrow = main.emptiest(anchors, ("upper left", "upper right", bar.replace("lower", "upper")), 14, 14)
    main.north_arrow(place.left + (5 if "left" in arrow else width - 5), place.top + 1)
    taken[main] += [main.corner(bar, 0.34 * width, 8), main.corner(arrow, 10, 10)]
    _badges(sheet, taken, top)
    _place_names(sheet, main, taken[main], {inset.name for inset in insets})
    for pane in list(taken)[1:]:
        _ward_names(sheet, pane, taken[pane])


def _frames(main: Pane, insets: Sequence[Inset]) -> list[Rect]:
    """Frame on the main map what insets magnify, and name each where no other is in the way.

    Returns the places that frames and names take.
    """
    corners = [main.at(np.array([inset.box[:2], inset.box[2:]])) for inset in insets]
    taken = [Rect(left, top, right, bottom) for (left, bottom), (right, top) in corners]
    for frame, inset in zip(list(taken), insets, strict=True):
        for colour, weight in (("white", 2.6), (INK, 1.1)):
            main.page.box(frame, "none", edge=colour, weight=weight, order=5)
        name = beside_frame(frame, text_width(inset.name, 7, True), taken, main.place)
        main.page.text(name.left, name.bottom - 1.1, inset.name, 7, bold=True, halo=True, order=6)
        taken.append(name)
    return taken


def beside_frame(frame: Rect, width: float, taken: Sequence[Rect], room: Rect) -> Rect:
    """Place for the name of a frame: over it, else under it, begun at its left or ended at its right."""
    spots = [
        Rect.of(min(max(left, room.left), room.right - width), top, width, 4.0)
        for top in (frame.top - 4.0, frame.bottom + 0.6)
        for left in (frame.left, frame.right - width)
    ]
    inside = (spot for spot in spots if room.top <= spot.top and spot.bottom <= room.bottom)
    return next((spot for spot in inside if not any(map(spot.meets, taken))), spots[0])


def _tag(pane: Pane, name: str, size: float = 7.6) -> Rect:
    """Write the name of an inset into its corner."""
    width, height = text_width(name, size, True) + 3, size * POINT * 1.75
    place = Rect.of(pane.place.left + 0.2, pane.place.top + 0.2, width, height)
    pane.page.box(place, "white", order=6)
    pane.page.text(place.left + 1.5, place.top + size * POINT * 1.25, name, size, bold=True, order=7)
    return place


def _badges(sheet: Sheet, taken: dict[Pane, list[Rect]], top: pd.DataFrame) -> None:
    """Number the top areas: in an inset where one shows them, else on the main map (the first pane)."""
    main, *magnified = taken
    positions = sheet.answer.table.index.get_indexer(top.index)
    anchors, bounds = sheet.level.anchors[positions], sheet.level.bounds[positions]
    sides = (bounds[:, 2:] - bounds[:, :2]).min(axis=1)
    gaps = np.array([max(BADGE_GAP, text_width(rank, RANK, True) + 2.6) for rank in top["rank"]])
    left = np.ones(len(positions), bool)
    for pane in (*magnified, main):
        mine = left & pane.sees(anchors, margin=0.0 if pane is main else 1.0)
        left &= ~mine
        home, side, gap = pane.at(anchors[mine]), sides[mine] / pane.scale, gaps[mine]
        free = np.where(side < ROOMY * BADGE_GAP, np.maximum(side / 2, DOT), 0.0)
        placed = spread(home, gap, free=free, keep=partial(_clear, pane.place, taken[pane], gap))
        for (x, y), (x0, y0), wide, rank in zip(placed, home, gap, top["rank"][mine], strict=True):
            if np.hypot(x - x0, y - y0) > 1.6:
                pane.page.top.plot([x0, x], [y0, y], color="white", linewidth=1.6, zorder=6.4)
                pane.page.top.plot([x0, x], [y0, y], color=INK, linewidth=0.6, zorder=6.5)
                pane.page.top.plot([x0], [y0], color=INK, marker="o", markersize=2.0, zorder=6.6)
                taken[pane].append(Rect(x0 - DOT, y0 - DOT, x0 + DOT, y0 + DOT))
            pane.page.badge(x, y, rank)
            taken[pane].append(Rect(x - wide / 2, y - 2.3, x + wide / 2, y + 2.3))


def _clear(room: Rect, taken: Sequence[Rect], gaps: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The places nearest to some at which numbers lie in a room and over nothing that is taken."""
    half = np.column_stack([gaps / 2, np.full(len(gaps), BADGE_GAP / 2)])
    low, high = np.array([room.left, room.top]) + half, np.array([room.right, room.bottom]) - half
    found = np.clip(places, low, high)
    for rect in taken:
        sides = np.array([rect.left, rect.top]) - half, np.array([rect.right, rect.bottom]) + half
        over = ((found > sides[0]) & (found < sides[1])).all(axis=1)
        steps = np.concatenate([sides[0] - found, sides[1] - found], axis=1)  # left, up, right, down
        goal = found[:, [0, 1, 0, 1]] + steps
        inside = (goal >= low[:, [0, 1, 0, 1]]) & (goal <= high[:, [0, 1, 0, 1]])
        best = np.where(inside, np.abs(steps), np.inf).argmin(axis=1)
        axis, rows = best % 2, np.arange(len(found))
        moved = found.copy()
        moved[rows, axis] += steps[rows, best]
        found = np.where(over[:, None], moved, found)
    return found


def _place_names(sheet: Sheet, main: Pane, taken: list[Rect], shown: set[str]) -> None:
    """Name the largest places not ``shown``, or the boroughs, where nothing is written over by it."""
    names = []
    if sheet.places is not None:
        ordered = sheet.places.sort_values(["rank", "name"])[["name", "x", "y", "rank"]]
        names = [(name, np.array([(x, y)]), rank) for name, x, y, rank in ordered.itertuples(index=False)]
    elif len(sheet.answer.query.borough) != 1 and sheet.levels["borough"].n <= MOST_LABELS:
        boroughs = sheet.levels["borough"]
        named = zip(boroughs.frame["name"], boroughs.anchors, strict=True)
        names = [(name, point[None], 1) for name, point in named]
    written = 0
    for name, point, rank in names:
        if name not in shown and written < MOST_LABELS and main.sees(point)[0]:
            x, y = main.at(point)[0]
            size, bold = (7.4, True) if rank == 1 else (6.6, False)
            written += write_name(main, name, x, y, taken, size=size, bold=bold)
    if main.scale * main.place.width < WARD_NAMES_BELOW and sheet.level.key == "lsoa":
        _ward_names(sheet, main, taken)


def _ward_names(sheet: Sheet, pane: Pane, taken: list[Rect]) -> None:
    """Name the wards in small type where there is room."""
    wards = sheet.levels["ward"]
    seen = pane.sees(wards.anchors, margin=2.0)
    for name, (x, y) in zip(wards.frame["name"][seen], pane.at(wards.anchors[seen]), strict=True):
        write_name(pane, name, x, y, taken, size=TINY, colour=MUTED, lifts=(0.0, -1.8, 1.8))


def write_name(
    pane: Pane,
    name: str,
    x: float,
    y: float,
    taken: list[Rect],
    *,
    size: float,
    bold: bool = False,
    colour: str = INK,
    lifts: tuple[float, ...] = (0.0, -2.6, 2.6, -4.6, 4.6),
) -> bool:
    """Write a name on a pane near a point, where nothing is in the way.

    Parameters
    ----------
    pane : Pane
    name : str
    x, y : float
        On the page, millimetres.
    taken : list of Rect
        What must stay free; the name's own place is added.
    size, bold, colour
        Of the type.
    lifts : tuple of float
        Distances below the point to try, millimetres.

    Returns
    -------
    bool
        Whether there was room.
    """
    half, high = text_width(name, size, bold) / 2, size * POINT
    x = min(max(x, pane.place.left + half + 0.5), pane.place.right - half - 0.5)
    for lift in lifts:
        middle = y + lift
        spot = Rect(x - half - 0.6, middle - high * 0.75, x + half + 0.6, middle + high * 0.55)
        inside = spot.top > pane.place.top and spot.bottom < pane.place.bottom
        if inside and not any(map(spot.meets, taken)):
            style = {"size": size, "bold": bold, "colour": colour}
            pane.page.text(x, middle + high * 0.36, name, align="center", halo=True, **style)  # type: ignore[arg-type]
            taken.append(spot)
            return True
    return False


# ---------------------------------------------------------------- the page


def poster(sheet: Sheet) -> Page:
    """Lay out a sheet on landscape A4. Call it inside :func:`geo.out.drawing.drawing`."""
    page = Page(*A4)
    width = page.width - 2 * MARGIN
    top = draw_head(page, sheet, f"{sheet.place}  ·  {sheet.layer}", sheet.title, sheet.answer.headline)
    bottom = draw_foot(page, sheet)
    x = MARGIN + width - SIDE
    y = bottom - legend_height(sheet, SIDE)
    ranked = Rect(x, top, x + SIDE, y - 4)
    with page.part("Figure", alternative=sheet.map_in_words):
        draw_maps(page, sheet, Rect(MARGIN, top, x - GAP - 2, bottom), len(listed(sheet, ranked)))
    draw_ranked(page, sheet, ranked)
    draw_legend(page, sheet, x, y, SIDE)
    return page


def draw_head(
    page: Page, sheet: Sheet, kicker: str, title: str, finding: str, *, margin: float = MARGIN
) -> float:
    """Write the marking, the title and the finding; returns where they end."""
    width, y = page.width - 2 * margin, margin - 3.0
    marking = sheet.answer.banner.upper()
    place = Rect(page.width - margin - text_width(marking, BODY, True) - 5, y, page.width - margin, y + 5.4)
    page.box(place, MARK)
    centre = (place.left + place.right) / 2
    page.text(centre, y + 3.7, marking, BODY, bold=True, colour="black", align="center")
    if kicker:
        kicker = shorten(kicker, place.left - margin - 4, BODY + 0.4, True)
    page.text(margin, y + 3.7, kicker, BODY + 0.4, bold=True, colour=MUTED)
    size = TITLE if len(wrap(title, width, TITLE, True)) == 1 else TITLE - 3
    y = page.paragraph(margin, y + 7.0, width, title, size, bold=True, colour=BAR, leading=1.25, kind="H1")
    y = page.paragraph(margin, y + 0.8, width, finding, FINDING, leading=1.35)
    page.rule(margin, y + 2.2, width, INK, 0.9)
    return y + 5.2


def draw_foot(page: Page, sheet: Sheet, notes: tuple[str, ...] = ()) -> float:
    """Write notes, sources, date and link at the bottom of a page; returns where they begin."""
    width = page.width - 2 * MARGIN
    column = (width - 8) / 2
    said = " ".join([*notes, *sheet.dagger, *sheet.notes[1:]])
    sources = " ".join([f"Source: {sheet.source.rstrip('.')}.", *sheet.credits])
    made = f"Made on {sheet.made_text} from data version {sheet.version[:8]}. See it again: {sheet.address}"
    lines = [len(wrap(text, column, BODY)) for text in (said, sources, made)]
    top = page.height - MARGIN + 4 - max(lines[0], lines[1] + lines[2]) * BODY * POINT * 1.32
    page.rule(MARGIN, top - 1.8, width, LINE, 0.8)
    x = MARGIN + column + 8
    with page.part("Sect", late=True):
        page.paragraph(MARGIN, top, column, said, BODY, colour=MUTED)
        y = page.paragraph(x, top, column, sources, BODY, colour=MUTED)
        page.paragraph(x, y, column, made, BODY, colour=MUTED, url=sheet.link)
    return top - 4.6


# ---------------------------------------------------------------- the files


def write_png(sheet: Sheet) -> bytes:
    """Print as PNG, 300 dots an inch, with title, notes, source and link in its header."""
    facts = {
        "Title": sheet.title,
        "Description": sheet.about,
        "Source": sheet.address,
        "Creation Time": sheet.made.isoformat(),
    }
    with drawing():
        return poster(sheet).png(DPI, facts)


def write_svg(sheet: Sheet) -> bytes:
    """Print as SVG: shapes as vectors, text as text with its letters embedded."""
    with drawing():
        return poster(sheet).svg(sheet.title, f"{sheet.about} {sheet.address}", sheet.made.isoformat())


def write_pdf(sheet: Sheet) -> bytes:
    """Print as PDF: true vectors, TrueType font embedded, the address a link."""
    with drawing():
        return pdf([poster(sheet)], sheet.title, sheet.about, sheet.address, sheet.made)


def map_png(sheet: Sheet, width: float, height: float, first: Sheet, numbered: int) -> bytes:
    """Draw one map alone, as :func:`draw_map` does, on a picture of so many millimetres."""
    with drawing():
        page = Page(width, height)
        draw_map(page, sheet, Rect(1, 1, width - 1, height - 1), first, numbered)
        return page.png(SLIDE_DPI, {"Title": sheet.title, "Description": sheet.answer.headline})
