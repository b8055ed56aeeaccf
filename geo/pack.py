"""What does a ward officer take along?

A ward pack: two pages of A4 for one ward. The first is the map of its small areas among their neighbours, the
finding, and a table of them; the second tells when it happens, month by month, of which kinds, how it stands
against areas as deprived, and what other services see. Packs of several wards go into one ZIP archive.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.atlas import Atlas
from geo.disclosure import SUPPRESSED
from geo.legend import DEPRIVATION, SEQUENTIAL
from geo.paper import (
    A4,
    AREA_LINE,
    BADGE,
    BOROUGH_LINE,
    EDGE,
    GROUND,
    HATCHES,
    INK,
    LINE,
    MUTED,
    PALE,
    WARD,
    WARD_LINE,
    Page,
    Pane,
    Rect,
    drawing,
    pdf,
    shorten,
    spread,
    wrap,
)
from geo.poster import (
    BADGE_GAP,
    BODY,
    MARGIN,
    TINY,
    draw_foot,
    draw_head,
    draw_legend,
    legend_height,
    write_name,
)
from geo.problem import Problem
from geo.profile import Profile, profile
from geo.query import DAY_NAMES, MONTH_NAMES, Query, slug
from geo.sheet import OVERLAY, Sheet, sheet

HEADING, ROW, GAP = 9.5, 5.6, 4.0
KEY_WIDTH = 56.0
"""Width of the column with the key map and the legend, millimetres."""
CHOSEN, OTHERS = "#1d5b8f", "#a9b4bd"
"""Bars of the months chosen, and of the others."""
MOST_KINDS = 9

Progress = Callable[[int, int, str], None]


def _silent(done: int, total: int, what: str) -> None:
    """Report no progress."""


# ---------------------------------------------------------------- the packs


def wards_of(atlas: Atlas, query: Query, wanted: Sequence[str] = ()) -> list[str]:
    """Find wards by code or by name.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Without wards named: the ward it selects, else those of its boroughs, else all.
    wanted : sequence of str
        Codes or names, in any case of letters.

    Returns
    -------
    list of str
        Codes, as named, or in the order of the wards' names.

    Raises
    ------
    Problem
        If a ward is not on the map, with the names most like it.
    """
    frame = atlas.levels["ward"].frame
    if not wanted:
        if query.area in frame.index:
            return [query.area]
        inside = frame[frame["lad"].isin(query.borough)] if query.borough else frame
        return [str(code) for code in inside.sort_values(["name", "borough"]).index]
    names = frame["name"].str.casefold()
    found: list[str] = []
    for word in wanted:
        codes = frame.index[(frame.index == word.strip().upper()) | (names == word.strip().casefold())]
        if not len(codes):
            alike = get_close_matches(word, frame["name"].tolist(), 3, 0.5)
            hint = f": perhaps {' or '.join(alike)}" if alike else ""
            raise Problem(f"{atlas.place} has no ward “{word}”{hint}.")
        found += [str(code) for code in codes]
    return list(dict.fromkeys(found))


def ward_pack(
    atlas: Atlas, query: Query, wards: Sequence[str], progress: Progress = _silent, home: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Write the packs of some wards, one after the other.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Its filters and its layer; its level and selected area do not matter.
    wards : sequence of str
        Codes; see :func:`wards_of`.
    progress : callable, optional
        ``progress(done, total, name of the ward)`` before each, and at the end.
    home : str, optional
        Address of the dashboard, for links.

    Yields
    ------
    tuple of str and bytes
        Name of a file and its PDF of two pages.
    """
    query, _ = query.replace(area="", view="explore", clock="recorded").checked(atlas.catalogue)
    lads = atlas.levels["ward"].frame["lad"].reindex(wards)
    if query.borough and not lads.isin(query.borough).all():
        query = query.replace(borough=())
    county = sheet(atlas, query.replace(level="lsoa"))
    outlines = county.outlines
    for done, code in enumerate(wards):
        told = profile(atlas, query.replace(level="ward", area=code))
        progress(done, len(wards), told.name)
        search = told.answer.query.to_search()
        here = replace(county, search=search, link=f"{home.rstrip('/')}/{search}" if home else "")
        with drawing():
            pages = [_first_page(told, here, outlines), _second_page(told, here, atlas)]
            title, about = f"{told.name}: {here.title}", f"{told.headline} {here.about}"
            content = pdf(pages, title, about, here.address, here.made)
        yield f"{slug(told.name)}-{code.lower()}.pdf", content
    progress(len(wards), len(wards), "")


def write_packs(
    atlas: Atlas, query: Query, wards: Sequence[str], progress: Progress = _silent, home: str = ""
) -> tuple[str, bytes]:
    """Write the packs of some wards as one file; parameters as for :func:`ward_pack`.

    Returns
    -------
    tuple of str and bytes
        Name of the file and the whole of it: a PDF for one ward, else a ZIP archive of PDFs.
    """
    packs = ward_pack(atlas, query, wards, progress, home)
    if len(wards) == 1:
        [pack] = packs
        return pack
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in packs:
            archive.writestr(name, content)
    return archive_name(atlas), file.getvalue()


def archive_name(atlas: Atlas) -> str:
    """Name of the file that holds several packs."""
    return f"{slug(atlas.place)}-ward-packs.zip"


def stream_packs(atlas: Atlas, query: Query, wards: Sequence[str], home: str = "") -> Iterator[bytes]:
    """Write a ZIP archive of the packs of some wards piece by piece, each as soon as it is made.

    Parameters as for :func:`ward_pack`.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for name, content in ward_pack(atlas, query, wards, home=home):
            archive.writestr(name, content)
            yield pipe.taken()
    yield pipe.taken()


class _Pipe(io.RawIOBase):
    """A file that is only written to, and emptied as it fills."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._waiting.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        """What was written since the last time."""
        content = b"".join(self._waiting)
        self._waiting.clear()
        return content


# ---------------------------------------------------------------- page 1: where


def _first_page(told: Profile, here: Sheet, outlines: dict[str, np.ndarray]) -> Page:
    """Map of the ward among its neighbours, finding, and table of its small areas."""
    page = Page(A4[1], A4[0])
    width = page.width - 2 * MARGIN
    kicker = f"Ward pack  ·  {told.row['borough']}, {here.place}"
    top = draw_head(page, here, kicker, told.name, told.headline)
    page.text(MARGIN, top + 1.2, shorten(here.title, width, BODY, True), BODY, bold=True, colour=MUTED)
    top += 4.4
    bottom = draw_foot(page, here, ("Outlines follow the small areas that make up a ward.",))
    table_top = bottom - ROW * (len(told.members) + 1) - 8.5
    _table(page, told, here, Rect(MARGIN, table_top, MARGIN + width, bottom))
    place = Rect(MARGIN, top, MARGIN + width - KEY_WIDTH - GAP, table_top - GAP)
    _map(page, told, here, outlines, place)
    key = Rect(place.right + GAP, top, MARGIN + width, table_top - GAP)
    legend = legend_height(here, key.width)
    draw_legend(page, here, key.left, key.bottom - legend, key.width)
    _key_map(page, told, here, outlines, Rect(key.left, key.top, key.right, key.bottom - legend - 5))
    return page


def _map(page: Page, told: Profile, here: Sheet, outlines: dict[str, np.ndarray], place: Rect) -> None:
    """Draw the ward's small areas in their colours, numbered, everything around them in grey."""
    shapes, anchors = here.level.shapes.geometry.to_numpy(), here.level.anchors
    classes = here.answer.classes
    ward = here.levels["ward"].frame.index.get_loc(told.code)
    mine = here.level.frame.index.isin(told.members.index)
    west, south, east, north = outlines["ward"][ward].bounds
    pane = Pane(page, place, (west, south, east, north), margin=0.1)
    pane.draw(shapes[~mine], fill=GROUND, line="white", weight=AREA_LINE)
    for k, (colour, pattern) in enumerate(zip(classes.colours, classes.patterns, strict=True)):
        hatch = HATCHES.get(pattern or "")
        line = PALE if pattern else "white"
        pane.draw(shapes[mine & (here.answer.codes == k)], fill=colour, line=line, weight=1.0, hatch=hatch)
    overlay = here.answer.overlay
    if overlay is not None and (overlay & mine).any():
        pane.dots(shapes[overlay & mine], anchors[overlay & mine], OVERLAY[0])
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
    names = here.levels["ward"].frame["name"]
    parts = shapely.intersection(outlines["ward"], shapely.box(*pane.extent))
    spots = pane.at(shapely.get_coordinates(shapely.point_on_surface(parts)))
    for other, (x, y) in zip(np.flatnonzero(~shapely.is_empty(parts)), spots, strict=True):
        if other != ward and shapely.area(parts[other]) > (10 * pane.scale) ** 2:
            write_name(pane, names.iloc[other], x, y, taken, size=BODY, colour=MUTED)


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
    ranked = int((small.ranked["rank"] != "").sum())
    words = dict(zip(small.classes.keys, small.classes.labels, strict=True))
    colours = dict(zip(small.classes.keys, small.classes.colours, strict=True))
    heads = (
        "Small area (LSOA)",
        here.noun.capitalize(),
        "Per 1,000",
        f"Rank of {ranked:,}",
        "Cluster",
        "IMD decile",
    )
    rights = (None, 0.42, 0.53, 0.66, None, 1.0)
    y = place.top + 3.4
    for head, share in zip(heads, rights, strict=True):
        x = {"Small area (LSOA)": 0.0, "Cluster": 0.70}.get(head, share or 0.0)
        align = "right" if share else "left"
        page.text(place.left + x * place.width, y, head, TINY + 0.4, bold=True, colour=MUTED, align=align)  # type: ignore[arg-type]
    y += 1.8
    for number, (_, row) in enumerate(told.members.iterrows(), start=1):
        page.rule(place.left, y, place.width)
        base = y + ROW * 0.66
        page.badge(place.left + 2.6, y + ROW / 2, str(number), radius=1.8, size=6)
        page.text(place.left + 7, base, row["name"], BODY, bold=True)
        decile = "" if pd.isna(row["imd_decile"]) else str(row["imd_decile"])
        count = SUPPRESSED if pd.isna(row["count"]) else f"{int(row['count']):,}"
        rate = "" if pd.isna(row["rate_per_1000"]) else f"{row['rate_per_1000']:,.1f}"
        for text, share in zip((count, rate, row["rank"], decile), (0.42, 0.53, 0.66, 1.0), strict=True):
            page.text(place.left + share * place.width, base, text, BODY, align="right")
        x = place.left + 0.70 * place.width
        page.box(Rect.of(x, y + 1.6, 3.6, 2.6), colours.get(row["cluster"], "white"), edge=EDGE)
        page.text(x + 5, base, words.get(row["cluster"], "Not defined"), BODY)
        y += ROW
    page.rule(place.left, y, place.width, INK)
    base = y + ROW * 0.66
    row, width = told.row, place.width
    page.text(place.left, base, f"All of {row['name']}", BODY, bold=True)
    count = SUPPRESSED if pd.isna(row["count"]) else f"{int(row['count']):,}"
    rate = "" if pd.isna(row["rate_per_1000"]) else f"{row['rate_per_1000']:,.1f}"
    page.text(place.left + 0.42 * width, base, count, BODY, bold=True, align="right")
    page.text(place.left + 0.53 * width, base, rate, BODY, bold=True, align="right")


# ---------------------------------------------------------------- page 2: when, what, why


def _second_page(told: Profile, here: Sheet, atlas: Atlas) -> Page:
    """Week, months, kinds, deprivation and the other services."""
    page = Page(A4[1], A4[0])
    width = page.width - 2 * MARGIN
    info = atlas.sources[told.answer.query.source].info
    clock = told.week.clock
    sparse = clock is not None and _sparse(clock.to_numpy().ravel())
    finding = told.week.when or f"Times of day are not known: {info.no_hours_reason}"
    if sparse:
        finding = f"Too few {info.noun} to name the busiest hours: most hours of the week have 1 to 7."
    top = draw_head(page, here, f"{told.name}  ·  {told.row['borough']}", "When, and of which kinds", finding)
    bottom = draw_foot(page, here, ("The week shows all hours and days, the months all months.",))
    notes = [f"{row['label']}: {row['note']}" for _, row in told.sources.iterrows() if row["note"]]
    lines = wrap(" ".join(notes), width, TINY)
    services = bottom - ROW * (len(told.sources) + 1) - 7 - 2.8 * len(lines)
    week = 56.0 if clock is not None else 0.0
    months = (services - top - week - 3 * GAP) * 0.4
    y = top
    if clock is not None:
        place = Rect(MARGIN, y, MARGIN + width, y + week)
        if sparse:
            _days_and_hours(page, told, place)
        else:
            _week(page, clock, told.week.midnight is not None, place)
        y += week + GAP
    _months(page, told, Rect(MARGIN, y, MARGIN + width, y + months))
    y += months + GAP
    half = (width - 2 * GAP) / 2
    _gradient(page, told, here, Rect(MARGIN, y, MARGIN + half, services - GAP))
    _kinds(page, told, here, Rect(MARGIN + half + 2 * GAP, y, MARGIN + width, services - GAP))
    y = _services(page, told, Rect(MARGIN, services, MARGIN + width, bottom))
    page.paragraph(MARGIN, y + 0.6, width, " ".join(notes), TINY, colour=MUTED)
    return page


def _heading(page: Page, place: Rect, text: str, note: str = "") -> float:
    """Write the heading of a chart; returns where the chart begins."""
    page.text(place.left, place.top + 3.2, text, HEADING, bold=True)
    page.text(place.right, place.top + 3.2, note, TINY, colour=MUTED, align="right")
    return place.top + 5.6


def _sparse(counts: np.ndarray) -> bool:
    """Whether most counts above 0 are suppressed, so that they had better be added up."""
    hidden = pd.isna(counts)
    return bool(hidden.sum() > (~hidden & (np.where(hidden, 0, counts) > 0)).sum())


def _bars(page: Page, place: Rect, names: Sequence[str], counts: pd.Series, colour: str = CHOSEN) -> None:
    """Draw upright bars with their numbers."""
    values = counts.to_numpy(dtype=float, na_value=np.nan)
    most = max(1.0, np.max(np.nan_to_num(values), initial=0.0))
    step, floor = place.width / max(len(names), 1), place.bottom - 5
    page.rule(place.left, floor, place.width, EDGE, 0.5)
    for k, (name, value) in enumerate(zip(names, values, strict=True)):
        x, height = place.left + k * step, (floor - place.top - 4) * np.nan_to_num(value) / most
        page.box(Rect(x + step * 0.12, floor - height, x + step * 0.88, floor), colour)
        text = SUPPRESSED if np.isnan(value) else f"{int(value):,}"
        page.text(x + step / 2, floor - height - 1, text, TINY, align="center")
        page.text(x + step / 2, floor + 3.4, name, TINY, colour=MUTED, align="center")


def _days_and_hours(page: Page, told: Profile, place: Rect) -> None:
    """Draw the week added up by day, and by three hours."""
    if told.days is None or told.hours is None:
        return
    half = (place.width - 2 * GAP) / 2
    left = Rect(place.left, place.top, place.left + half, place.bottom)
    top = _heading(page, left, "By weekday")
    _bars(page, Rect(left.left, top, left.right, left.bottom), [day[:3] for day in DAY_NAMES], told.days)
    right = Rect(place.right - half, place.top, place.right, place.bottom)
    top = _heading(page, right, "By time of day", "Added up, since single hours are too few")
    names = [f"{hour:02d}–{hour + 2:02d}" for hour in told.hours.index]
    _bars(page, Rect(right.left, top, right.right, right.bottom), names, told.hours)


def _week(page: Page, clock: pd.DataFrame, midnight: bool, place: Rect) -> None:
    """Draw weekday by hour with the number in each cell; a doubtful midnight is hatched."""
    note = "Hatched: 00:00 often stands for an unknown time" if midnight else ""
    top = _heading(page, place, "Weekday and hour", note) + 4
    values = clock.to_numpy(dtype=float, na_value=np.nan)
    most = np.nanmax(np.nan_to_num(values[:, 1:] if midnight else values), initial=1.0)
    left, width = place.left + 11, (place.width - 11) / 24
    height = (place.bottom - top) / 7
    for hour in range(24):
        page.text(left + (hour + 0.5) * width, top - 1.4, f"{hour:02d}", TINY, colour=MUTED, align="center")
    for day in range(7):
        middle = top + (day + 0.5) * height + TINY * 0.12
        page.text(place.left, middle, DAY_NAMES[day][:3], BODY)
        for hour in range(24):
            value = values[day, hour]
            cell = Rect.of(left + hour * width, top + day * height, width - 0.4, height - 0.4)
            doubtful = midnight and hour == 0
            step = 0 if np.isnan(value) else int(min(4, np.ceil(5 * value / most) - 1))
            colour = "#fff7ec" if step < 0 or np.isnan(value) or doubtful else SEQUENTIAL[step]
            page.box(cell, colour, hatch=HATCHES["nodata"] if doubtful else None)
            text = SUPPRESSED if np.isnan(value) else f"{int(value):,}" if value else ""
            ink = "white" if step >= 3 and not doubtful else INK
            page.text(
                (cell.left + cell.right) / 2,
                middle,
                text,
                TINY - 0.4,
                colour=ink,
                align="center",
                halo=doubtful,
            )


def _months(page: Page, told: Profile, place: Rect) -> None:
    """Draw a bar a month, those of the filter in colour, and leave a gap where none is loaded."""
    query, table = told.answer.query, told.months
    if _sparse(table["count"].to_numpy()):
        top = _heading(page, place, "Year by year", "Added up, since single months are too few")
        names = [
            f"{year} ({count} months)" if count < 12 else str(year)
            for year, count in zip(told.years["year"], told.years["months"], strict=True)
        ]
        _bars(page, Rect(place.left, top, place.right, place.bottom), names, told.years["count"], OTHERS)
        return
    top = _heading(page, place, "Month by month", "Blue: the months chosen. Pale ground: not loaded.")
    numbers = table["month"].to_numpy(int)
    if not len(numbers):
        return
    counts = table["count"].to_numpy(dtype=float, na_value=np.nan)
    first, last = numbers[0], numbers[-1]
    chosen = (numbers >= (query.first or first)) & (numbers <= (query.last or last))
    if query.month:
        chosen &= np.isin(numbers % 12 + 1, query.month)
    floor, left = place.bottom - 5, place.left + 11
    step = (place.right - left) / (last - first + 1)
    most = _axis(page, Rect(left, top, place.right, floor), np.nanmax(np.nan_to_num(counts), initial=0))
    for month in sorted(set(range(first, last + 1)) - set(numbers)):
        page.box(Rect.of(left + (month - first) * step, top, step, floor - top), "#eef3f6", order=1.5)
    for month, count, mine in zip(numbers, counts, chosen, strict=True):
        x = left + (month - first) * step
        if np.isnan(count):
            page.text(x + step / 2, floor - 0.6, SUPPRESSED, TINY, align="center")
        else:
            height = (floor - top) * count / most
            bar = Rect(x + step * 0.1, floor - height, x + step * 0.9, floor)
            page.box(bar, CHOSEN if mine else OTHERS)
        if month % 12 == 0 or month == first:
            page.text(x, floor + 3.2, str(month // 12), TINY, colour=MUTED)
        elif step > 5.5:
            page.text(
                x + step / 2, floor + 3.2, MONTH_NAMES[month % 12][:3], TINY, colour=MUTED, align="center"
            )


def _axis(page: Page, place: Rect, most: float) -> float:
    """Draw horizontal grid lines with their numbers; returns the value at the top of the place."""
    unit = 10.0 ** np.floor(np.log10(max(most, 1.0)))
    step = next(unit * f for f in (0.1, 0.2, 0.5, 1, 2, 5) if most <= 5 * unit * f)
    step = max(step, 1.0) if most >= 3 else step
    highest = step * max(1.0, np.ceil(most / step))
    for value in np.arange(0, highest + step / 2, step):
        y = place.bottom - place.height * value / highest
        page.rule(place.left, y, place.width, LINE, 0.4)
        page.text(place.left - 1.2, y + 0.8, f"{value:,.10g}", TINY, colour=MUTED, align="right")
    return float(highest)


def _gradient(page: Page, told: Profile, here: Sheet, place: Rect) -> None:
    """Draw the rate of each decile of deprivation, and the ward's small areas as numbered dots."""
    top = _heading(page, place, "Against areas as deprived")
    table = told.gradient.reindex(range(1, 11))[["rate_per_1000", "lower_ci", "upper_ci"]].astype(float)
    if table["rate_per_1000"].isna().all():
        page.paragraph(place.left, top, place.width, "Deprivation or residents are not loaded.", BODY)
        return
    floor, left = place.bottom - 9, place.left + 11
    own = told.members.dropna(subset=["imd_decile", "rate_per_1000"])
    rates = own["rate_per_1000"].to_numpy(float)
    reach = min(np.max(rates, initial=0.0), 2.2 * table["rate_per_1000"].max())
    area = Rect(left, top + 3, place.right, floor)
    most = _axis(page, area, max(table["upper_ci"].max(), reach))
    step = area.width / 10
    for decile, (rate, *limits) in zip(table.index, table.to_numpy(), strict=True):
        x = left + (decile - 1) * step
        if not np.isnan(rate):
            height = area.height * rate / most
            colour = DEPRIVATION[decile - 1]
            page.box(Rect(x + 0.5, floor - height, x + step - 0.5, floor), colour, edge=EDGE, weight=0.3)
            ends = [floor - area.height * limit / most for limit in limits]
            page.top.plot([x + step / 2] * 2, ends, color=INK, linewidth=0.8, zorder=3)
        page.text(x + step / 2, floor + 3, str(decile), TINY, colour=MUTED, align="center")
    numbers = 1 + told.members.index.get_indexer(own.index)
    home = np.column_stack(
        [
            left + (own["imd_decile"].to_numpy(float) - 0.5) * step,
            floor - area.height * np.minimum(rates, most) / most,
        ]
    )
    for (x, y), number in zip(spread(home, 3.5), numbers, strict=True):
        page.badge(
            min(max(x, left + 2), area.right - 2), min(y, floor - 1.7), str(number), radius=1.6, size=5.2
        )
    words = (
        f"{here.noun.capitalize()} per 1,000 residents. Bars: all small areas by deprivation decile, 1 the "
    )
    words += "most deprived, with 95% intervals; numbers: those of this ward."
    page.paragraph(place.left, floor + 3.8, place.width, words, TINY, colour=MUTED, leading=1.2)


def _kinds(page: Page, told: Profile, here: Sheet, place: Rect) -> None:
    """Draw a bar a category or, where only one is chosen, a bar for the ward and each of its neighbours."""
    if len(told.categories) > 1:
        table = told.categories.head(MOST_KINDS)
        names, counts, mine = table["category"], table["count"], np.ones(len(table), bool)
        top = _heading(page, place, "Of which kinds", here.noun.capitalize())
    else:
        beside = pd.concat([told.row.to_frame().T, told.neighbours.head(MOST_KINDS)])
        known = beside["rate_per_1000"].notna().any()
        names, counts = beside["name"], beside["rate_per_1000" if known else "count"]
        mine = np.arange(len(beside)) == 0
        top = _heading(page, place, "Beside its neighbours", "Per 1,000" if known else here.noun.capitalize())
    step = min(7.4, (place.bottom - top) / len(names)) if len(names) else 0.0
    values = counts.to_numpy(dtype=float, na_value=np.nan)
    most = max(1.0, np.max(np.nan_to_num(values), initial=0.0))
    left = place.left + 40
    for k, (name, value, own) in enumerate(zip(names, values, mine, strict=True)):
        y = top + k * step
        middle = y + step / 2 + 0.9
        page.text(left - 1.5, middle, shorten(name, 38.5, TINY + 0.6), TINY + 0.6, align="right")
        length = (place.right - left - 9) * np.nan_to_num(value) / most
        page.box(Rect.of(left, y + step * 0.18, max(length, 0.2), step * 0.64), CHOSEN if own else OTHERS)
        text = (
            SUPPRESSED if np.isnan(value) else f"{value:,.10g}" if value == round(value) else f"{value:,.1f}"
        )
        page.text(left + length + 1, middle, text, TINY + 0.6)


def _services(page: Page, told: Profile, place: Rect) -> float:
    """List what every source counts in the ward; returns where the list ends."""
    y = _heading(page, place, "What every service sees here")
    columns = (("Period", 0.27), ("Events", 0.63), ("Per 1,000 a year", 0.80), ("Rank among wards", 1.0))
    page.text(place.left, y + 2.4, "Service", TINY + 0.4, bold=True, colour=MUTED)
    for name, share in columns:
        x, align = place.left + share * place.width, "left" if name == "Period" else "right"
        page.text(x, y + 2.4, name, TINY + 0.4, bold=True, colour=MUTED, align=align)  # type: ignore[arg-type]
    y += 4.0
    for _, row in told.sources.iterrows():
        page.rule(place.left, y, place.width)
        base = y + ROW * 0.62
        page.text(place.left, base, row["label"], BODY, bold=True)
        page.text(place.left + 0.27 * place.width, base, row["period"], BODY)
        rate = row["rate_per_1000_a_year"]
        texts = (
            SUPPRESSED if pd.isna(row["count"]) else f"{int(row['count']):,}",
            "" if pd.isna(rate) else f"{rate:,.1f}",
            row["rank"],
        )
        for text, (_, share) in zip(texts, columns[1:], strict=True):
            page.text(place.left + share * place.width, base, text, BODY, align="right")
        y += ROW
    return y
