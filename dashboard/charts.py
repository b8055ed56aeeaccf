"""What do the figures of an assessment look like on the page? From a chart and its table to a Plotly figure.

The forms are those of :mod:`geo.out.charts`, which draws the same on paper: numbers beside the marks, ``*``
where a count is suppressed, hatching where it is doubtful. A map has no Plotly figure: it is a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from dashboard.figures import ACTION, EDGE, FONT, HEAT_SCALE, INK, LINE, MUTED, PAPER, SERIES, Figure
from geo.answer.colours import lines_over
from geo.answer.disclosure import SUPPRESSED
from geo.answer.layer_measure import COMPARED
from geo.tell.exhibits.exhibit import FUNNEL, Chart, Exhibit

DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-down", "triangle-up", "cross")
SHORT = 11
"""Labels of bars up to this many letters stand below upright bars."""


def figure(exhibit: Exhibit) -> Figure | None:
    """Draw the chart of an exhibit.

    Parameters
    ----------
    exhibit : Exhibit

    Returns
    -------
    dict or None
        Plotly figure with its height in ``layout.height``; None for a table and for a map.
    """
    chart = exhibit.chart
    if chart is None or chart.form not in FORMS:
        return None
    return FORMS[chart.form](chart, exhibit.drawn)


def narrow(drawn: Figure) -> Figure:
    """Fit a figure into a column beside the map, whose legend explains the colours of areas."""
    data = [trace | ({"showlegend": False} if trace.get("customdata") else {}) for trace in drawn["data"]]
    layout = drawn["layout"] | {"font": {**FONT, "size": 12}, "margin": {"l": 4, "r": 8, "t": 8, "b": 8}}
    if layout["showlegend"]:
        layout["legend"] = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top"}
    return {"data": data, "layout": layout}


def _layout(height: float, **changes: Any) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "font": {**FONT, "size": 13},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": EDGE, "font": {**FONT, "color": INK}},
        **changes,
    }


def _axis(title: str = "", **changes: Any) -> dict[str, Any]:
    return {
        "title": {"text": title, "font": {"size": 13, "color": MUTED}},
        "automargin": True,
        "fixedrange": True,
        "gridcolor": LINE,
        "zerolinecolor": LINE,
        "tickfont": {"color": MUTED},
        **changes,
    }


def _values(table: pd.DataFrame, column: str) -> np.ndarray:
    return table[column].to_numpy(np.float64, na_value=np.nan)


def _plain(values: np.ndarray) -> list[float | None]:
    """Numbers as JSON knows them: missing is None."""
    return [None if np.isnan(v) else float(f"{v:.10g}") for v in values]


def _number(value: float) -> str:
    if np.isnan(value):
        return SUPPRESSED
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:,.1f}"


# ---------------------------------------------------------------- one function a form


BESIDE = 1.4
"""Length of an axis in longest bars, so that the number beside this one has room."""


def _bars(chart: Chart, table: pd.DataFrame) -> Figure:
    names, values = table[chart.x].astype(str).to_list(), _values(table, chart.y[0])
    upright = max(map(len, names)) <= SHORT and len(names) <= 12
    length, label = ("y", "x") if upright else ("x", "y")
    texts = [_number(v) for v in values]
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "v" if upright else "h",
        label: names,
        length: _plain(np.nan_to_num(values)),
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": f"%{{{label}}}: %{{text}}<extra></extra>",
        "marker": {"color": ACTION},
        "width": 0.7,
    }
    if chart.interval:
        lower, upper = (_values(table, column) for column in chart.interval)
        bars[f"error_{length}"] = {
            "type": "data",
            "symmetric": False,
            "array": _plain(np.nan_to_num(upper - values)),
            "arrayminus": _plain(np.nan_to_num(values - lower)),
            "color": INK,
            "thickness": 1.2,
            "width": 3,
        }
        bars["textposition"] = "inside"
        bars["insidetextanchor"] = "start"
        bars["insidetextfont"] = {"color": PAPER}
        bars["hovertemplate"] = [
            f"{name}: {text} ({_number(a)} to {_number(b)})<extra></extra>"
            for name, text, a, b in zip(names, texts, lower, upper, strict=True)
        ]
    across, along = chart.titles
    named = _axis(across, type="category", showgrid=False)
    measured = _axis(along, rangemode="tozero", tickformat=",")
    if not upright and not chart.interval and np.isfinite(values).any():
        measured["range"] = [0, float(np.nanmax(values)) * BESIDE or 1]
    layout = _layout(260 if upright else 70 + 26 * len(names))
    layout["xaxis"], layout["yaxis"] = (named, measured) if upright else (measured, named)
    if not upright:
        named["autorange"] = "reversed"
    if chart.benchmark is not None:
        line: dict[str, Any] = {"type": "line", "line": {"color": INK, "width": 1.5, "dash": "dash"}}
        line |= {f"{length}0": chart.benchmark, f"{length}1": chart.benchmark, f"{length}ref": length}
        line |= {f"{label}0": 0, f"{label}1": 1, f"{label}ref": "paper"}
        layout["shapes"] = [line]
        layout["annotations"] = [
            {
                "text": f"whole: {_number(chart.benchmark)}",
                length: chart.benchmark,
                label: 1,
                f"{length}ref": length,
                f"{label}ref": "paper",
                "showarrow": False,
                "font": {"color": INK},
                "xanchor": "right" if upright else "center",
                "yanchor": "bottom",
            }
        ]
        layout["margin"]["t"] = 24
    return {"data": [bars], "layout": layout}


def _lines(chart: Chart, table: pd.DataFrame) -> Figure:
    names = table[chart.x].astype(str).to_list()
    doubtful = np.array([name in chart.doubtful for name in names])
    series = {column: _values(table, column) for column in chart.y}
    trusted = np.concatenate([values[~doubtful] for values in series.values()])
    top = float(np.nanmax(trusted)) * 1.12 if np.isfinite(trusted).any() else 1.0
    data: list[dict[str, Any]] = []
    beyond: list[str] = []
    for k, (column, values) in enumerate(series.items()):
        colour = SERIES[k % len(SERIES)]
        beyond += [f"{column}, {names[i]}: {_number(values[i])}" for i in np.flatnonzero(values > top)]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": column,
                "x": names,
                "y": _plain(values),
                "line": {"color": colour, "width": 2, "dash": DASHES[k % len(DASHES)]},
                "marker": {"color": colour, "size": 6, "symbol": SYMBOLS[k % len(SYMBOLS)]},
                "text": [_number(v) for v in values],
                "hovertemplate": f"{column}, %{{x}}: %{{text}}<extra></extra>",
            }
        )
    layout = _layout(
        300,
        showlegend=len(data) > 1,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis=_axis(chart.titles[0], type="category", showgrid=False),
        yaxis=_axis(chart.titles[1], range=[0, top or 1], tickformat=","),
    )
    if doubtful.any():
        layout["annotations"] = [
            {
                "text": "Beyond the chart: " + "; ".join(beyond) if beyond else "Doubtful",
                "xref": "paper",
                "x": 0.04,
                "y": 0.99,
                "yref": "paper",
                "showarrow": False,
                "align": "left",
                "bgcolor": PAPER,
                "font": {"color": INK},
            }
        ]
        layout["shapes"] = [
            {"type": "rect", "xref": "x", "yref": "paper", "x0": i - 0.5, "x1": i + 0.5, "y0": 0, "y1": 1,
             "fillcolor": "rgba(123,136,147,0.18)", "line": {"width": 0}}
            for i in np.flatnonzero(doubtful).tolist()
        ]  # fmt: skip
    return {"data": data, "layout": layout}


def _heat(chart: Chart, table: pd.DataFrame) -> Figure:
    names = table[chart.x].astype(str).to_list()
    cells = np.column_stack([_values(table, column) for column in chart.y])
    doubtful = np.array([name in chart.doubtful for name in names])
    shown = np.where(doubtful[:, None], np.nan, cells)
    top = float(np.nanmax(shown)) if np.isfinite(shown).any() else 1.0
    texts = [[_number(v) for v in row] for row in cells]
    notes = [
        {"x": column, "y": row, "text": texts[row][column], "showarrow": False, "font": {"color": INK}}
        for row in range(len(names))
        for column in range(len(chart.y))
    ]
    heat = {
        "type": "heatmap",
        "z": [_plain(row) for row in shown],
        "x": list(chart.y),
        "y": [
            f"{name} (doubtful)" if dubious else name for name, dubious in zip(names, doubtful, strict=True)
        ],
        "text": texts,
        "zmin": 0,
        "zmax": max(top, 1.0),
        "colorscale": HEAT_SCALE,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "hovertemplate": "%{y}, %{x}: %{text}<extra></extra>",
    }
    layout = _layout(
        60 + 34 * len(names),
        xaxis=_axis(side="top", showgrid=False, type="category"),
        yaxis=_axis(autorange="reversed", showgrid=False, type="category"),
        annotations=notes,
    )
    return {"data": [heat], "layout": layout}


def _curve(chart: Chart, table: pd.DataFrame) -> Figure:
    step = max(1, len(table) // 200)
    kept = table.iloc[[*range(0, len(table) - 1, step), len(table) - 1]]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": column,
            "x": _plain(_values(kept, chart.x)),
            "y": _plain(_values(kept, column)),
            "line": {
                "color": ACTION if k == 0 else MUTED,
                "width": 2.5 if k == 0 else 1.5,
                "dash": DASHES[k],
            },
            "hovertemplate": f"%{{x:.0f}}% of areas: %{{y:.0f}}%<extra>{column}</extra>",
        }
        for k, column in enumerate(chart.y)
    ]
    layout = _layout(
        360,
        showlegend=True,
        legend={"x": 0.99, "y": 0.02, "xanchor": "right", "yanchor": "bottom"},
        xaxis=_axis(chart.titles[0], range=[0, 100]),
        yaxis=_axis(chart.titles[1], range=[0, 101]),
    )
    return {"data": data, "layout": layout}


def _funnel(chart: Chart, table: pd.DataFrame) -> Figure:
    data: list[dict[str, Any]] = []
    for kind in COMPARED:
        word, colour = kind.label, kind.shade.paper
        mine = table[table["Compared"] == word]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"{word}: {len(mine):,}",
                "x": _plain(_values(mine, chart.x)),
                "y": _plain(_values(mine, chart.y[0]).round(1)),
                "text": mine["Area"].to_list() if "Area" in mine else None,
                "customdata": mine["Code"].to_list() if "Code" in mine else None,
                "marker": {
                    "color": colour,
                    "size": 7,
                    "symbol": "triangle-down" if lines_over(colour) else "circle",
                    "line": {"color": INK, "width": 0.6},
                },
                "hovertemplate": "%{text}: %{y:,.1f}, %{x:,.0f} residents<extra></extra>",
            }
        )
    if chart.limits is not None:
        for (level, name), dash in zip(FUNNEL.items(), ("dash", "dot", "solid"), strict=True):
            for side in ("upper", "lower") if f"upper_{level}" in chart.limits else ():
                data.append(
                    {
                        "type": "scatter",
                        "mode": "lines",
                        "name": name,
                        "showlegend": side == "upper",
                        "x": _plain(_values(chart.limits, "population").round()),
                        "y": _plain(_values(chart.limits, f"{side}_{level}").round(2)),
                        "line": {"color": MUTED, "width": 1.2, "dash": dash},
                        "hoverinfo": "skip",
                    }
                )
    layout = _layout(
        400,
        showlegend=True,
        legend={"x": 1.01, "y": 1, "xanchor": "left"},
        xaxis=_axis(chart.titles[0], tickformat=","),
        yaxis=_axis(chart.titles[1], rangemode="tozero", tickformat=","),
    )
    if chart.benchmark is not None:
        layout["shapes"] = [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": chart.benchmark, "y1": chart.benchmark,
             "line": {"color": INK, "width": 1.5}}
        ]  # fmt: skip
    return {"data": data, "layout": layout}


def _pyramid(chart: Chart, table: pd.DataFrame) -> Figure:
    names, data, top = table[chart.x].astype(str).to_list(), [], 1.0
    for sign, column, colour in zip((-1, 1), chart.y, (ACTION, MUTED), strict=True):
        values = np.nan_to_num(_values(table, column))
        top = max(top, float(values.max()))
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": f"{column}: {values.sum():,.0f}",
                "y": names,
                "x": _plain(sign * values),
                "text": [_number(v) for v in values],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertemplate": f"{column}, %{{y}}: %{{text}}<extra></extra>",
                "marker": {"color": colour},
                "width": 0.8,
            }
        )
    step = 10 ** np.floor(np.log10(top)) / 2
    ticks = np.arange(-np.floor(top / step), np.floor(top / step) + 1) * step
    across = {"tickvals": _plain(ticks), "ticktext": [f"{abs(tick):,.0f}" for tick in ticks]}
    layout = _layout(
        90 + 18 * len(names),
        showlegend=True,
        barmode="overlay",
        legend={"orientation": "h", "x": 0.5, "xanchor": "center", "y": 1.02, "yanchor": "bottom"},
        xaxis=_axis(chart.titles[1], range=[-1.2 * top, 1.2 * top], **across),
        yaxis=_axis(chart.titles[0], type="category", showgrid=False),
    )
    return {"data": data, "layout": layout}


FORMS: dict[str, Callable[[Chart, pd.DataFrame], Figure]] = {
    "bars": _bars,
    "lines": _lines,
    "heat": _heat,
    "curve": _curve,
    "funnel": _funnel,
    "pyramid": _pyramid,
}
"""How each form of chart is drawn."""
