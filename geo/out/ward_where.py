"""Where is it? The first page of a ward pack."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.answer.colours import OVERLAY
from geo.answer.columns import count_of, rate_of
from geo.out.beside_map import draw_legend, legend_height
from geo.out.drawing import (
    A4,
    AREA_LINE,
    BADGE,
    BODY,
    BOROUGH_LINE,
    EDGE,
    INK,
    MUTED,
    PALE,
    SMALL,
    WARD,
    WARD_LINE,
    Align,
    Page,
    Rect,
    hatching,
    shorten,
)
from geo.out.pane import Pane, spread
from geo.out.printed_map import BADGE_GAP, MARGIN, draw_foot, draw_head, write_name
from geo.out.provenance import Sheet
from geo.tell.area import Profile

ROW, GAP = 5.6, 4.0
"""Height of a row of a table, and space between parts, millimetres."""
KEY_WIDTH = 56.0
"""Width of the column with the key map and the legend, millimetres."""


def first_page(told: Profile, here: Sheet, outlines: dict[str, np.ndarray]) -> Page:
    """Map of the ward among its neighbours, finding, and table of its small areas."""
    page = Page(A4[1], A4[0])
    width = page.width - 2 * MARGIN
    kicker = f"Ward pack  ·  {told.row['borough']}, {here.place}"
    top = draw_head(page, here, kicker, told.name, told.headline)
    page.text(MARGIN, top + 1.2, shorten(here.title, width, BODY, True), BODY, bold=True, colour=MUTED)
    top += 4.4
    bottom = draw_foot(page, here, ("Outlines follow the small areas that make up a ward.",))
    table_top = bottom - ROW * (len(told.members) + 1) - 8.5
    place = Rect(MARGIN, top, MARGIN + width - KEY_WIDTH - GAP, table_top - GAP)
    with page.part("Figure", alternative=f"Map of {told.name} among its neighbours. {here.map_in_words}"):
        _map(page, told, here, outlines, place)
    key = Rect(place.right + GAP, top, MARGIN + width, table_top - GAP)
    legend = legend_height(here, key.width)
    draw_legend(page, here, key.left, key.bottom - legend, key.width)
    with page.part("Figure", alternative=f"Where in {here.place} {told.name} lies."):
        _key_map(page, told, here, outlines, Rect(key.left, key.top, key.right, key.bottom - legend - 5))
    with page.part("Table"):
        _table(page, told, here, Rect(MARGIN, table_top, MARGIN + width, bottom))
    return page


def _map(page: Page, told: Profile, here: Sheet, outlines: dict[str, np.ndarray], place: Rect) -> None:
    """Draw the ward's small areas in their colours, numbered, everything around them in grey."""
    shapes, anchors = here.level.shapes.geometry.to_numpy(), here.level.anchors
    classes = here.answer.classes
    ward = here.levels["ward"].frame.index.get_loc(told.code)
    mine = here.level.frame.index.isin(told.members.index)
    west, south, east, north = outlines["ward"][ward].bounds
    pane = Pane(page, place, (west, south, east, north), margin=0.1)
    pane.ground()
    pane.draw(shapes[~mine], line="white", weight=AREA_LINE)
    looks = zip(classes.colours, classes.patterns, classes.lines, strict=True)
    for k, (colour, pattern, lines) in enumerate(looks):
        hatch, ink = hatching(pattern, lines)
        line = PALE if pattern else "white"
        here_too = shapes[mine & (here.answer.codes == k)]
        pane.draw(here_too, fill=colour, line=line, weight=1.0, hatch=hatch, ink=ink)
    overlay = here.answer.overlay
    if overlay is not None and (overlay & mine).any():
        pane.dots(shapes[overlay & mine], anchors[overlay & mine], OVERLAY.paper)
    pane.draw(outlines["ward"], line=WARD, weight=WARD_LINE, order=3)
    pane.draw(outlines["borough"], line=INK, weight=BOROUGH_LINE, order=3.5)
    for colour, weight in (("white", 5.0), (INK, 2.6)):
        pane.draw(outlines["ward"][[ward]], line=colour, weight=weight, order=4)
    pane.frame(0.6)

    home = pane.at(anchors[here.level.frame.index.get_indexer(told.members.index)])
    low, high = (place.left + 2.6, place.top + 2.6), (place.right - 2.6, place.bottom - 2.6)
    taken = []
    for number, (x, y) in enumerate(np.clip(spread(home, BADGE_GAP), low, high), start=1):
        page.badge(x, y, str(number))
        taken.append(Rect(x - 2.6, y - 2.6, x + 2.6, y + 2.6))
    bar = pane.emptiest(anchors[mine], ("lower left", "lower right"), 40, 14)
    arrow = pane.emptiest(anchors[mine], ("upper right", "upper left"), 16, 16)
    pane.scale_bar(bar, size=7)
    pane.north_arrow(place.left + 5 if "left" in arrow else place.right - 5, place.top + 2)
    taken += [pane.corner(bar, place.width * 0.36, 9), pane.corner(arrow, 11, 12)]
    name_places(pane, here.places, taken)
    names = here.levels["ward"].frame["name"]
    parts = shapely.intersection(outlines["ward"], shapely.box(*pane.extent))
    spots = pane.at(shapely.get_coordinates(shapely.point_on_surface(parts)))
    for other, (x, y) in zip(np.flatnonzero(~shapely.is_empty(parts)), spots, strict=True):
        if other != ward and shapely.area(parts[other]) > (10 * pane.scale) ** 2:
            write_name(pane, names.iloc[other], x, y, taken, size=BODY, colour=MUTED)


def name_places(pane: Pane, places: pd.DataFrame | None, taken: list[Rect], size: float = BODY) -> None:
    """Name the towns, villages or streets of a file of places, the largest first, where there is room."""
    if places is None:
        return
    seen = places[pane.sees(places[["x", "y"]].to_numpy(float), margin=1.0)].sort_values(["rank", "name"])
    spots = pane.at(seen[["x", "y"]].to_numpy(float))
    for name, rank, (x, y) in zip(seen["name"], seen["rank"], spots, strict=True):
        write_name(pane, str(name), x, y, taken, size=size, bold=rank == 1)


def _key_map(page: Page, told: Profile, here: Sheet, outlines: dict[str, np.ndarray], place: Rect) -> None:
    """Draw where in the county the ward lies, where there is room."""
    ward = here.levels["ward"].frame.index.get_loc(told.code)
    west, south, east, north = (float(v) for v in here.level.shapes.total_bounds)
    height = min(place.height, place.width * (north - south) / (east - west))
    if height < 20:
        return
    place = Rect.of(place.left, place.top, place.width, height)
    pane = Pane(page, place, (west, south, east, north), margin=0.02)
    pane.draw(outlines["borough"], fill="#f3f4f5", line=EDGE, weight=0.7)
    pane.draw(outlines["ward"][[ward]], fill=BADGE, line=BADGE, weight=1.2, order=2)


def _table(page: Page, told: Profile, here: Sheet, place: Rect) -> None:
    """List the ward's small areas by the numbers of the map."""
    small = told.small_areas
    assert small is not None  # who sees no small areas gets no pack
    ranked = int((small.ranked["rank"] != "").sum())
    codes = small.codes[small.table.index.get_indexer(told.members.index)]  # as the map has them
    heads = (
        "Small area (LSOA)",
        here.noun.capitalize(),
        "Per 1,000 a year",
        f"Rank of {ranked:,}",
        "Cluster",
        "IMD decile",
    )
    rights = (None, 0.37, 0.53, 0.66, None, 1.0)
    y = place.top + 3.4
    style: dict[str, Any] = {"bold": True, "colour": MUTED, "kind": "TH", "scope": "Column"}
    with page.part("TR"):
        for head, share in zip(heads, rights, strict=True):
            x = {"Small area (LSOA)": 0.0, "Cluster": 0.69}.get(head, share or 0.0)
            align: Align = "right" if share else "left"
            page.text(place.left + x * place.width, y, head, SMALL, align=align, **style)
    y += 1.8
    for number, ((_, row), code) in enumerate(zip(told.members.iterrows(), codes, strict=True), start=1):
        page.rule(place.left, y, place.width)
        base = y + ROW * 0.66
        decile = "" if pd.isna(row["imd_decile"]) else str(row["imd_decile"])
        x = place.left + 0.69 * place.width
        page.box(Rect.of(x, y + 1.6, 3.6, 2.6), small.classes.colours[code], edge=EDGE)
        with page.part("TR"):
            with page.part("TH", scope="Row"):
                page.badge(place.left + 2.6, y + ROW / 2, str(number))
                page.text(place.left + 7, base, row["name"], BODY, bold=True)
            for text, share in ((count_of(row), 0.37), (rate_of(row), 0.53), (row["rank"], 0.66)):
                page.text(place.left + share * place.width, base, text, BODY, align="right")
            page.text(x + 5, base, shorten(small.classes.labels[code], 0.25 * place.width, BODY), BODY)
            page.text(place.right, base, decile, BODY, align="right")
        y += ROW
    page.rule(place.left, y, place.width, INK)
    base = y + ROW * 0.66
    row, width = told.row, place.width
    with page.part("TR"):
        page.text(place.left, base, f"All of {row['name']}", BODY, bold=True, kind="TH", scope="Row")
        page.text(place.left + 0.37 * width, base, count_of(row), BODY, bold=True, align="right")
        page.text(place.left + 0.53 * width, base, rate_of(row), BODY, bold=True, align="right")
        for _ in range(3):  # it has no rank, cluster or decile
            page.text(place.right, base, "", BODY)
