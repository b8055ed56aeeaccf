"""What do the charts beside the map look like? Pure functions from a table to a figure.

A figure is a plain dictionary in Plotly's own form, ``{"data": […], "layout": {…}}``. The browser draws these
by itself (``assets/charts/drawing.mjs``, which knows what is used here and no more). Colours of map classes
are not here: they belong to :mod:`geo.answer.layers`, since printed maps need them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.answer.disclosure import SUPPRESSED
from geo.answer.gradient import NUMBER_OF, Gradient
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import DAY_NAMES, MONTH_NAMES, month_name, month_runs, month_text

Figure = dict[str, Any]

PAPER = "#ffffff"
INK = "#17222b"
MUTED = "#4a5661"
LINE = "#d9dfe4"
ACTION = "#1d5b8f"
IDLE = "#86919b"
GAP = "#eef3f6"
FONT = {"family": "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif", "size": 12, "color": MUTED}
EDGE = "#c3ccd3"
HEAT = ("#fff7ec", "#fdd49e", "#fc8d59", "#d7301f", "#7f0000")
HEAT_SCALE = [[step / (len(HEAT) - 1), colour] for step, colour in enumerate(HEAT)]
SERIES = (ACTION, "#c2571a", "#3f7d3a", "#7d4a9e", "#0f7f86", "#8a6a00")
DECILES = (
    *("#3f007d", "#491287", "#522390", "#5c359a", "#6546a3"),
    *("#6f55ab", "#7a62b1", "#856fb7", "#907cbd", "#9b89c3"),
)
"""Deciles of deprivation, 1 the most deprived: purple, so that it is never taken for crime."""
EMPTY: Figure = {"data": [], "layout": {}}

CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "scrollZoom": False,
    "doubleClick": False,
    "locale": "en-GB",
}
"""Settings of every chart that Plotly draws: nothing that would reach another machine."""


def _layout(**changes: Any) -> dict[str, Any]:
    return {
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "font": FONT,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": EDGE, "font": {**FONT, "color": INK}},
        **changes,
    }


def chosen_months(months: Sequence[int], query: Query) -> list[bool]:
    """Whether each month is within the period and the months of the year of a query.

    Examples
    --------
    >>> from geo.ask.words import month_number
    >>> year = range(month_number("2025-01"), month_number("2025-04"))
    >>> chosen_months(year, Query(first=month_number("2025-02"), month=(2, 12)))
    [False, True, False]
    """
    return [
        (query.first is None or month >= query.first)
        and (query.last is None or month <= query.last)
        and (not query.month or month % 12 + 1 in query.month)
        for month in months
    ]


def months_figure(months: pd.DataFrame, query: Query, source: SourceInfo) -> Figure:
    """Draw events by month as bars, those within the query in the action colour.

    Parameters
    ----------
    months : DataFrame
        Columns ``month`` (month number), ``count`` (missing where suppressed); only months loaded.
    query : Query
        For what is chosen.
    source : SourceInfo
        For what its events are called.

    Returns
    -------
    dict
        Plotly figure; ``customdata`` of a bar is its month as ``YYYY-MM``. Months that were not loaded
        are left as shaded gaps, never drawn as zero.
    """
    loaded = [int(month) for month in months["month"]]
    if not loaded:
        return {"data": [], "layout": _layout()}
    counts = dict(zip(loaded, months["count"], strict=True))
    span = range(loaded[0], loaded[-1] + 1)
    chosen = chosen_months(loaded, query)
    known = [0 if pd.isna(counts[month]) else int(counts[month]) for month in loaded]
    words = [
        f"too few {source.noun} to show" if pd.isna(counts[month]) else source.counted(int(counts[month]))
        for month in loaded
    ]
    bars = {
        "type": "bar",
        "x": loaded,
        "y": known,
        "customdata": [month_text(month) for month in loaded],
        "text": [f"{month_name(month)}: {word}" for month, word in zip(loaded, words, strict=True)],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"color": [ACTION if inside else IDLE for inside in chosen], "line": {"width": 0}},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }
    short = len(span) <= 14
    ticks = list(span) if short else [month for month in span if month % 12 == 0]
    names = [MONTH_NAMES[m % 12][:3] for m in ticks] if short else [str(m // 12) for m in ticks]
    missing = month_runs([month for month in span if month not in counts])
    gaps = [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": first - 0.5,
            "x1": last + 0.5,
            "y0": 0,
            "y1": 1,
            "fillcolor": GAP,
            "line": {"width": 0},
            "layer": "below",
        }
        for first, last in missing
    ]
    notes = [
        _note((first + last) / 2, "not loaded", y=0.5, yanchor="middle") | {"width": last - first + 1}
        for first, last in missing
    ]
    notes += [_note(month, SUPPRESSED) for month in loaded if pd.isna(counts[month])]
    return {
        "data": [bars],
        "layout": _layout(
            margin={"l": 10 + 7 * len(f"{max(*known, 1):,}"), "r": 0, "t": 6, "b": 20},
            bargap=0.16,
            dragmode="select",
            selectdirection="h",
            selections=[],
            hovermode="closest",
            shapes=gaps,
            annotations=notes,
            xaxis={
                "tickvals": ticks,
                "ticktext": names,
                "range": [span[0] - 0.5, span[-1] + 0.5],
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "ticks": "" if short else "outside",
                "ticklen": 4,
                "tickcolor": LINE,
            },
            yaxis={
                "nticks": 3,
                "tickformat": ",d",
                "fixedrange": True,
                "range": [0, 1.05 * max(*known, 1)],
                "gridcolor": LINE,
                "zeroline": False,
            },
        ),
    }


def _note(x: float, text: str, y: float = 0, yanchor: str = "bottom") -> dict[str, Any]:
    return {
        "xref": "x",
        "yref": "paper",
        "x": x,
        "y": y,
        "yanchor": yanchor,
        "text": text,
        "showarrow": False,
    }


def clock_figure(
    clock: pd.DataFrame, query: Query, source: SourceInfo, *, midnight: bool = False, about: bool = False
) -> Figure:
    """Draw events by weekday and hour as a heat map; what the query leaves out is veiled.

    Parameters
    ----------
    clock : DataFrame, 7 × 24
        Counts, Monday first; missing where suppressed.
    query : Query
        For the hours, weekdays and nights that are chosen.
    source : SourceInfo
        For what its events are called.
    midnight : bool
        Whether the hour from midnight stands out: it is then hatched, and the colours are scaled by the
        other hours.
    about : bool
        Whether the counts are estimates.

    Returns
    -------
    dict
        Plotly figure; ``x`` of a cell is its hour, ``y`` its day (Monday is 0).
    """
    counts = [
        [None if count is pd.NA else int(count) for count in row]
        for row in zip(*(clock[hour] for hour in clock), strict=True)
    ]
    words = [
        [
            f"{DAY_NAMES[day]} {hour:02d}:00 to {hour:02d}:59: "
            + (
                f"too few {source.noun} to show"
                if count is None
                else f"{'about ' * about}{source.counted(count)}"
            )
            + (" (stands out: may be times not known, or a real peak)" if midnight and hour == 0 else "")
            for hour, count in enumerate(row)
        ]
        for day, row in enumerate(counts)
    ]
    axes = {"x": list(range(24)), "y": list(range(7)), "xgap": 1, "ygap": 1, "showscale": False}
    heat = {
        "type": "heatmap",
        **axes,
        "z": counts,
        "zmin": 0,
        "zmax": max((c for row in counts for c in row[int(midnight) :] if c), default=1),
        "text": words,
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": True,
        "colorscale": HEAT_SCALE,
    }
    veil = {
        "type": "heatmap",
        **axes,
        "z": [[None if _in_clock(day, hour, query) else 0 for hour in range(24)] for day in range(7)],
        "colorscale": [[0, PAPER], [1, PAPER]],
        "opacity": 0.72,
        "hoverinfo": "skip",
    }
    return {
        "data": [heat, veil],
        "layout": _layout(
            margin={"l": 34, "r": 0, "t": 0, "b": 20},
            dragmode=False,
            shapes=[_hatch(day) for day in range(7)] if midnight else [],
            xaxis={
                "tickvals": [0, 6, 12, 18, 23],
                "ticktext": ["00", "06", "12", "18", "23"],
                "ticks": "",
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
            },
            yaxis={
                "tickvals": list(range(7)),
                "ticktext": [name[:3] for name in DAY_NAMES],
                "ticks": "",
                "autorange": "reversed",
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
            },
        ),
    }


def gradient_figure(
    gradient: Gradient,
    groups: str,
    noun: str,
    *,
    marked: pd.Series | None = None,
    current: int | None = None,
) -> Figure:
    """Draw rates by deprivation as bars with their 95% intervals.

    Parameters
    ----------
    gradient : Gradient
    groups : {"decile", "quintile"}
    noun : str
        "offences".
    marked : Series of float, optional
        Part of each group's events that lies in the marked areas, 0 to 1; the rest of each bar fades.
    current : int, optional
        Decile or quintile of the selected area; its bar is outlined.

    Returns
    -------
    dict
        Plotly figure; ``x`` is the decile or quintile.
    """
    table = gradient.by(groups).reindex(range(1, NUMBER_OF[groups] + 1))
    value, lower, upper = (
        table[column].astype(float).to_numpy() for column in (gradient.column, "lower_ci", "upper_ci")
    )
    words = [
        f"{groups.capitalize()} {group}: "
        + (
            "too few to show"
            if np.isnan(rate)
            else f"{rate:,.1f} {noun} per {gradient.per} ({low:,.1f} to {high:,.1f})"
        )
        for group, rate, low, high in zip(table.index, value, lower, upper, strict=True)
    ]

    def plain(numbers: np.ndarray) -> list[float | None]:
        return [None if np.isnan(number) else round(float(number), 3) for number in numbers]

    colours = list(DECILES)[:: 10 // NUMBER_OF[groups]]
    outlined = [2.5 if decile == current else 0 for decile in table.index]
    bars = {
        "type": "bar",
        "x": list(table.index),
        "y": plain(value),
        "marker": {"color": colours, "line": {"color": INK, "width": outlined}},
        "error_y": {
            "type": "data",
            "array": plain(upper - value),
            "arrayminus": plain(value - lower),
            "color": INK,
            "thickness": 1,
            "width": 0,
        },
        "text": words,
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }
    return {
        "data": [bars] if marked is None else _marked_part(bars, value * marked.to_numpy(), words, marked),
        "layout": _layout(
            margin={"l": 34, "r": 0, "t": 4, "b": 2},
            dragmode=False,
            bargap=0.25,
            barmode="overlay",
            xaxis={
                "showticklabels": False,
                "range": [0.5, len(table) + 0.5],
                "fixedrange": True,
                "showgrid": False,
            },
            yaxis={
                "rangemode": "tozero",
                "nticks": 4,
                "fixedrange": True,
                "gridcolor": LINE,
                "zeroline": False,
            },
        ),
    }


def _marked_part(bars: Figure, part: np.ndarray, words: list[str], marked: pd.Series) -> list[Figure]:
    """Bars of which the part of the marked areas shows through, the rest faded."""
    held = [f"{word}; marked areas hold {share:.0%}" for word, share in zip(words, marked, strict=True)]
    known = [0 if np.isnan(rate) else round(float(rate), 3) for rate in part]
    solid = {"type": "bar", "x": bars["x"], "y": known, "hoverinfo": "skip"}
    solid["marker"] = {"color": bars["marker"]["color"]}
    return [solid, {**bars, "text": held, "marker": {**bars["marker"], "opacity": 0.25}}]


def _hatch(day: int) -> dict[str, Any]:
    """Strokes across the cell of midnight of one day."""
    strokes = " ".join(f"M {x - 0.5} {day + 0.45} L {x - 0.2} {day - 0.45}" for x in (0.05, 0.35, 0.65))
    return {"type": "path", "path": strokes, "line": {"color": PAPER, "width": 2}}


def _in_clock(day: int, hour: int, query: Query) -> bool:
    """Whether one hour of one weekday is within a query; a night runs from noon to noon."""
    night = day if hour >= 12 else (day - 1) % 7
    return (
        (not query.hour or hour in query.hour)
        and (not query.day or day in query.day)
        and (not query.night or night in query.night)
    )
