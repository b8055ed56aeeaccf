"""What do charts look like on paper?

:func:`draw` puts a :class:`~geo.tell.exhibits.exhibit.Chart` on a :class:`~geo.out.drawing.Page`,
and :func:`picture` makes the figure of an exhibit as PNG. Numbers stand beside the marks, so that a chart can
be read in black and white and without its colours; suppressed values are marked ``*`` and doubtful ones
hatched.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.colours import SEQUENTIAL, lines_over
from geo.answer.disclosure import SUPPRESSED
from geo.answer.layer_measure import COMPARED
from geo.out.beside_map import draw_legend, legend_height
from geo.out.drawing import HATCH, INK, LINE, MUTED, Page, Rect, drawing
from geo.out.printed_map import draw_maps
from geo.out.provenance import sheet
from geo.tell.exhibits.exhibit import FUNNEL, Chart, Exhibit

WIDTH = 165.0
"""Millimetres of a figure: the text width of A4."""
DPI = 200
SIZE = 7.6
HEAT_LETTERS, HEAD_LINE = 78, 3.5
"""Letters that the heads of a heat map have room for side by side; height of their lines, millimetres."""
"""Points of the letters."""
LINES = ("#1d5b8f", "#c2571a", "#3f7d3a", "#7d4a9e", "#0f7f86", "#8a6a00")
DASHES = ("solid", (0, (5, 1.6)), (0, (1.6, 1.2)), (0, (6, 1.6, 1.4, 1.6)))
MARKERS = "osD^vP"
SHORT = 11
"""Labels of bars up to this many letters stand below upright bars."""
MAP_HEIGHT = 118.0
LEGEND = 52.0

Draw = Callable[[Any, Chart, pd.DataFrame], None]


def picture(exhibit: Exhibit, atlas: Atlas, made: date | None = None) -> tuple[bytes, float, float]:
    """Draw the figure of an exhibit.

    Parameters
    ----------
    exhibit : Exhibit
        With a chart.
    atlas : Atlas
        Answers the query of a map.
    made : date, optional

    Returns
    -------
    png : bytes
    width, height : float
        Millimetres.
    """
    chart = exhibit.chart
    if chart is None:
        raise ValueError(f"{exhibit.key} is a table")
    table = exhibit.drawn
    height = MAP_HEIGHT if chart.form == "map" else height_of(chart, table)
    with drawing():
        page = Page(WIDTH, height)
        if chart.form == "map":
            _map(page, chart, atlas, made)
        else:
            draw(page, chart, table, Rect(0, 0, WIDTH, height))
        return page.png(DPI, {"Title": exhibit.title, "Description": exhibit.alternative}), WIDTH, height


def draw(page: Page, chart: Chart, table: pd.DataFrame, place: Rect) -> None:
    """Draw a chart, other than a map, into a place on a page. Call it inside :func:`geo.out.drawing.drawing`.

    Parameters
    ----------
    page : Page
    chart : Chart
    table : DataFrame
        Columns as the chart names them; missing counts are suppressed.
    place : Rect
        Millimetres, labels included.
    """
    left, below = _margins(chart, table)
    above = 3.5 + HEAD_LINE * _head_lines(chart) if chart.form == "heat" else 5.0
    right = {"heat": 2.0, "curve": 5.0, "funnel": 54.0}.get(chart.form, 14.0)
    box = (
        (place.left + left) / page.width,
        1 - (place.bottom - below) / page.height,
        (place.width - left - right) / page.width,
        (place.height - above - below) / page.height,
    )
    axes = page.figure.add_axes(box)
    axes.tick_params(labelsize=SIZE, colors=MUTED, length=2, width=0.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set(color=LINE, linewidth=0.6)
    FORMS[chart.form](axes, chart, table)
    across, along = chart.titles
    if chart.form == "pyramid" or (chart.form == "bars" and not _upright(chart, table)):
        across, along = along, across
    axes.set_xlabel(across, fontsize=SIZE, color=MUTED)
    axes.set_ylabel(along, fontsize=SIZE, color=MUTED)


def _upright(chart: Chart, table: pd.DataFrame) -> bool:
    """Whether bars stand: few rows of short names."""
    return bool(table[chart.x].astype(str).str.len().max() <= SHORT and len(table) <= 12)


def height_of(chart: Chart, table: pd.DataFrame) -> float:
    """Height that suits a chart, millimetres."""
    if chart.form == "bars":
        return 62.0 if _upright(chart, table) else 19.0 + 5.6 * len(table)
    if chart.form == "heat":
        return 8.5 + HEAD_LINE * _head_lines(chart) + 7.5 * len(table)
    if chart.form == "pyramid":
        return 20.0 + 4.4 * len(table)
    return {"lines": 66.0, "curve": 82.0, "funnel": 84.0}[chart.form]


def _heads(chart: Chart) -> list[str]:
    """Heads of the columns of a heat map, broken where they would run into each other."""
    room = max(8, HEAT_LETTERS // len(chart.y))
    return [textwrap.fill(str(name), room, break_long_words=False) for name in chart.y]


def _head_lines(chart: Chart) -> int:
    return 1 + max(head.count("\n") for head in _heads(chart))


def _margins(chart: Chart, table: pd.DataFrame) -> tuple[float, float]:
    """Room for labels on the left and below, millimetres."""
    named = chart.form == "heat" or (chart.form == "bars" and not _upright(chart, table))
    longest = int(table[chart.x].astype(str).str.len().max()) if named else 0
    left = 8.5 + 1.42 * longest if named else 17.0
    return left, (5.0 if chart.form == "heat" else 11.0)


def _values(table: pd.DataFrame, column: str) -> np.ndarray:
    return table[column].to_numpy(np.float64, na_value=np.nan)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:,.1f}"


# ---------------------------------------------------------------- one function a form


def _bars(axes: Any, chart: Chart, table: pd.DataFrame) -> None:
    upright = _upright(chart, table)
    values, names = _values(table, chart.y[0]), table[chart.x].astype(str).to_list()
    places = np.arange(len(values))
    ends = values
    draw = axes.bar if upright else axes.barh
    draw(places, np.nan_to_num(values), 0.68, color=LINES[0], zorder=2)
    if chart.interval:
        lower, upper = (_values(table, column) for column in chart.interval)
        reach = np.nan_to_num(np.vstack([values - lower, upper - values]))
        error = {"fmt": "none", "ecolor": INK, "elinewidth": 0.9, "capsize": 2, "zorder": 3}
        kept = ~np.isnan(values)
        if upright:
            axes.errorbar(places[kept], values[kept], yerr=reach[:, kept], **error)
        else:
            axes.errorbar(values[kept], places[kept], xerr=reach[:, kept], **error)
        ends = np.where(np.isnan(upper), values, upper)
    top = np.nanmax(np.append(ends, 0.0)) or 1.0
    for place, value, end in zip(places, values, ends, strict=True):
        text = SUPPRESSED if np.isnan(value) else _number(value)
        at = np.nan_to_num(end) + top * 0.012
        where = (place, at) if upright else (at, place)
        align = {"ha": "center", "va": "bottom"} if upright else {"ha": "left", "va": "center"}
        axes.text(*where, text, fontsize=SIZE - 0.6, color=INK, zorder=4, **align)
    if chart.benchmark is not None:
        line = axes.axhline if upright else axes.axvline
        line(chart.benchmark, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=3)
        words = f"whole: {_number(chart.benchmark)}"
        spot = (len(values) - 0.45, chart.benchmark) if upright else (chart.benchmark, -0.62)
        axes.text(
            *spot, words, fontsize=SIZE - 0.6, color=INK, ha="left" if upright else "center", va="bottom"
        )
    if upright:
        axes.set_xticks(places, names)
        axes.set_ylim(0, top * 1.1)
        axes.yaxis.set_major_formatter(_commas())
    else:
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set_xlim(0, top * 1.08)
        axes.xaxis.set_major_formatter(_commas())


def _lines(axes: Any, chart: Chart, table: pd.DataFrame) -> None:
    names = table[chart.x].astype(str).to_list()
    doubtful = np.array([name in chart.doubtful for name in names])
    series = {column: _values(table, column) for column in chart.y}
    trusted = np.concatenate([values[~doubtful] for values in series.values()])
    top = (np.nanmax(trusted) if np.isfinite(trusted).any() else 0.0) * 1.12 or 1.0
    ends, beyond = [], 0
    for k, (column, values) in enumerate(series.items()):
        colour, marker = LINES[k % len(LINES)], MARKERS[k % len(MARKERS)]
        style = {"color": colour, "linestyle": DASHES[k % len(DASHES)], "marker": marker}
        axes.plot(np.minimum(values, top * 1.05), linewidth=1.4, markersize=3, zorder=3, **style)
        for place in np.flatnonzero(values > top):
            words, y = f"{column}: {_number(values[place])}", top * (0.985 - 0.07 * beyond)
            back = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
            axes.text(place + 0.6, y, words, fontsize=SIZE - 0.6, color=colour, va="top", bbox=back)
            beyond += 1
        known = np.flatnonzero(~np.isnan(values))
        ends.append((values[known[-1]] if len(known) else 0.0, column, colour))
    for place in np.flatnonzero(doubtful):
        axes.axvspan(place - 0.5, place + 0.5, facecolor="none", edgecolor=HATCH, hatch="////", linewidth=0)
    axes.set_xticks(range(len(names)), [name[:3] if len(names) == 12 else name for name in names])
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(0, top)
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    axes.yaxis.set_major_formatter(_commas())
    if len(ends) > 1:
        axes.legend(
            [axes.lines[k] for k in range(len(ends))], [column for _, column, _ in ends],
            fontsize=SIZE, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.09), ncols=3,
            handlelength=3.2,
        )  # fmt: skip


def _heat(axes: Any, chart: Chart, table: pd.DataFrame) -> None:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    cells = np.column_stack([_values(table, column) for column in chart.y])
    names = table[chart.x].astype(str).to_list()
    doubtful = np.array([name in chart.doubtful for name in names])
    trusted = cells[~doubtful]
    top = np.nanmax(trusted) if trusted.size and np.isfinite(trusted).any() else 1.0
    colours = LinearSegmentedColormap.from_list("volume", ["#fff7ec", *SEQUENTIAL.paper[1:]])
    shown = np.where(doubtful[:, None], np.nan, cells)
    axes.pcolormesh(shown, cmap=colours, vmin=0, vmax=max(top, 1), edgecolors="white", linewidth=1.2)
    for (row, column), value in np.ndenumerate(cells):
        if doubtful[row]:
            axes.add_patch(
                Rectangle((column, row), 1, 1, facecolor="white", edgecolor=HATCH, hatch="////", linewidth=0)
            )
        text = SUPPRESSED if np.isnan(value) else _number(value)
        dark = not doubtful[row] and np.nan_to_num(value) > 0.72 * top
        back = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if doubtful[row] else None
        axes.text(
            column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=SIZE, bbox=back,
            color="white" if dark else INK,
        )  # fmt: skip
    axes.set_xticks(np.arange(len(chart.y)) + 0.5, _heads(chart))
    axes.set_yticks(np.arange(len(names)) + 0.5, names)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.invert_yaxis()
    for spine in axes.spines.values():
        spine.set_visible(False)


def _curve(axes: Any, chart: Chart, table: pd.DataFrame) -> None:
    for k, column in enumerate(chart.y):
        axes.plot(
            _values(table, chart.x), _values(table, column), label=column, linewidth=1.8 if k == 0 else 1.0,
            color=LINES[0] if k == 0 else MUTED, linestyle=DASHES[k],
        )  # fmt: skip
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.grid(color=LINE, linewidth=0.5)
    axes.legend(fontsize=SIZE, frameon=False, loc="lower right", handlelength=3.2)


def _funnel(axes: Any, chart: Chart, table: pd.DataFrame) -> None:
    for kind in COMPARED:
        word, colour = kind.label, kind.shade.paper
        of_class = table[table["Compared"] == word]
        axes.scatter(
            of_class[chart.x], of_class[chart.y[0]], s=13, color=colour, edgecolors=INK, linewidths=0.35,
            label=f"{word}: {len(of_class):,}", zorder=3, marker="v" if lines_over(colour) else "o",
        )  # fmt: skip
    limits = chart.limits
    if limits is not None:
        for (level, name), dash in zip(FUNNEL.items(), (DASHES[1], DASHES[2], DASHES[0]), strict=True):
            for side in ("lower", "upper") if f"upper_{level}" in limits else ():
                axes.plot(
                    limits["population"], limits[f"{side}_{level}"], color=MUTED, linewidth=0.9,
                    linestyle=dash, label=name if side == "upper" else None,
                )  # fmt: skip
    if chart.benchmark is not None:
        axes.axhline(chart.benchmark, color=INK, linewidth=1.0, label=f"Whole: {chart.benchmark:,.1f}")
    axes.set_ylim(0, None)
    axes.xaxis.set_major_formatter(_commas())
    axes.yaxis.set_major_formatter(_commas())
    axes.legend(
        fontsize=SIZE - 0.6, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=3.2
    )


def _pyramid(axes: Any, chart: Chart, table: pd.DataFrame) -> None:
    names, places = table[chart.x].astype(str).to_list(), np.arange(len(table))
    sides = {column: _values(table, column) for column in chart.y}
    top = max(1.0, *(np.nanmax(values) for values in sides.values()))
    for k, (sign, (column, values)) in enumerate(zip((-1, 1), sides.items(), strict=True)):
        hatch = {"hatch": "....", "edgecolor": "white", "linewidth": 0} if k else {}
        axes.barh(places, sign * values, 0.8, color=LINES[k], zorder=2, **hatch)
        for place, value in zip(places, values, strict=True):
            at, side = sign * (value + top * 0.015), "left" if sign > 0 else "right"
            axes.text(at, place, _number(value), fontsize=SIZE - 1.6, color=INK, ha=side, va="center")
        words = f"{column}: {np.nansum(values):,.0f}"
        axes.text(sign * top * 0.6, len(names) - 0.2, words, fontsize=SIZE, color=LINES[k], ha="center")
    axes.set_yticks(places, names)
    axes.set_ylim(-0.6, len(names) + 0.6)
    axes.set_xlim(-1.15 * top, 1.15 * top)
    axes.axvline(0, color=INK, linewidth=0.6, zorder=3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.10g}")


def _commas() -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: f"{value:,.10g}")


FORMS: dict[str, Draw] = {
    "bars": _bars,
    "lines": _lines,
    "heat": _heat,
    "curve": _curve,
    "funnel": _funnel,
    "pyramid": _pyramid,
}
"""How each form of chart is drawn; a map is drawn by :mod:`geo.out.printed_map`."""


def _map(page: Page, chart: Chart, atlas: Atlas, made: date | None) -> None:
    """Draw a map with its legend on the right."""
    if chart.query is None:
        raise ValueError("a map needs its query")
    answered = sheet(atlas, chart.query, made=made)
    draw_maps(page, answered, Rect(0, 1, page.width - LEGEND - 5, page.height - 1))
    top = page.height - legend_height(answered, LEGEND) - 4
    draw_legend(page, answered, page.width - LEGEND - 1, top, LEGEND)
