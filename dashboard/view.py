"""What does the page show? One question in, everything on the page out.

:func:`page` reads the query string, asks the atlas once, and returns plain data: the frame of the map, the
state of every control, the words, the table and the charts. It computes nothing statistical and holds no
state; the browser sets each property as it stands (``assets/url.js``).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import figures, ids
from dashboard.layout import MANY_BOROUGHS
from geo.disclosure import SUPPRESSED
from geo.export import FORMATS
from geo.hotspots import STATISTICS
from geo.layers import LAYERS
from geo.legend import HIDDEN
from geo.query import (
    DAY_NAMES,
    DAYS,
    LEVELS,
    MEASURES,
    MONTH_NAMES,
    Query,
    SourceInfo,
    hours_name,
    listed,
    month_name,
    month_text,
    period_name,
)

if TYPE_CHECKING:
    from geo.atlas import Answer, Atlas

Shown = dict[str, Any]

TABLE_ROWS = 1000
"""Rows of the ranked table; an export has them all."""
RANKED = 10
"""Areas numbered on the map."""

PILLS = {
    "HH": "hotspot",
    "LL": "cold spot",
    "HL": "high alone",
    "LH": "low beside",
    "high-": "maybe",
    "low-": "maybe",
    "NS": "–",
    "nodata": "–",
}
"""Short name of a cluster class in the table."""

FILTERS = {
    "category": (),
    "first": None,
    "last": None,
    "month": (),
    "hour": (),
    "day": (),
    "night": (),
    "borough": (),
    "area": "",
}
"""What "Clear all" clears: what, when and where, not how it is shown."""


def page(atlas: Atlas, search: str) -> dict[str, Any]:
    """Answer a query string with everything that the page shows.

    Parameters
    ----------
    atlas : Atlas
    search : str
        Query string of the address bar, "?level=ward&hour=19-6".

    Returns
    -------
    dict
        ``asked`` (the string as it came), ``search`` (the same question, tidy), ``tidy`` (whether the address
        bar should change to it), ``title``, ``view``, ``frame`` (for the map), ``strips`` (chosen cells and
        the reason where none can be), ``defaults`` (values that need not be in a link) and ``shown``
        ("component.property" to value).
    """
    query, notices = Query.parse(search, atlas.catalogue)
    answer = atlas.answer(query)
    source = atlas.catalogue.sources[query.source]
    defaults = _defaults(atlas, source)
    return {
        "asked": search,
        "search": _link(query, defaults),
        "tidy": bool(notices),
        "title": f"{answer.description} · Hotspots",
        "view": query.view,
        "level": query.level,
        "selected": query.area or None,
        "frame": map_frame(atlas, answer, source, search),
        "strips": _strips(query, source),
        "defaults": defaults,
        "shown": {
            **_controls(atlas, query, source, defaults),
            **_words(answer, query, source, [*notices, *answer.notices], defaults),
            **_table(answer, source),
            **_charts(answer, query, source, defaults),
            **_present(answer, query, source),
            f"{ids.LEGEND}.children": legend(answer),
            f"{ids.SELECTED}.children": _selected(answer, query, source, defaults),
            f"{ids.SELECTED}.hidden": not query.area,
            **{f"{ids.export(key)}.href": f"/export.{key}{query.to_search()}" for key in FORMATS},
        },
    }


# ---------------------------------------------------------------- links


def _defaults(atlas: Atlas, source: SourceInfo) -> dict[str, str]:
    """Value of each control that means "everything" or "as usual", and so is left out of a link."""
    return {
        "source": next(iter(atlas.catalogue.sources)),
        "layer": "measure",
        "measure": "count",
        "fdr": "on",
        "null": "exact",
        "overlay": "none",
        "level": "lsoa",
        "from": month_text(source.months[0]) if source.months else "",
        "to": month_text(source.months[-1]) if source.months else "",
    }


def _link(query: Query, defaults: dict[str, str]) -> str:
    """Query string of a question; "?" for the plain page, so that it works as a link."""
    plain = query.replace(source="") if query.source == defaults["source"] else query
    return plain.to_search() or "?"


# ---------------------------------------------------------------- the map


def map_frame(atlas: Atlas, answer: Answer, source: SourceInfo, search: str) -> dict[str, Any]:
    """Say what the map should paint: a class for each area, and the words of its tooltips.

    Returns
    -------
    dict
        ``query, version, level, n, classes`` (base64 of one byte an area in map order; 255 is outside the
        boroughs chosen), ``palette``, ``overlay``, ``values``, ``ranked``, ``selected``, ``bounds`` (west,
        south, east, north in degrees, or None).
    """
    classes = answer.classes
    return {
        "query": search,
        "version": atlas.version,
        "level": answer.query.level,
        "n": len(answer.table),
        "classes": _bytes(answer.codes),
        "palette": [
            {"colour": colour, "label": label, "pattern": pattern, "flagged": key == "HH"}
            for key, colour, label, pattern in zip(
                classes.keys, classes.colours, classes.labels, classes.patterns, strict=True
            )
        ],
        "overlay": None if answer.overlay is None else _overlay(answer.overlay),
        "values": _tooltips(answer, source),
        "ranked": [
            [int(index), rank]
            for index, rank in zip(
                answer.table.index.get_indexer(answer.ranked.index[:RANKED]),
                answer.ranked["rank"][:RANKED],
                strict=True,
            )
            if rank
        ],
        "selected": answer.query.area or None,
        "bounds": _bounds(atlas, answer.query.borough),
    }


def _bytes(codes: np.ndarray) -> str:
    return base64.b64encode(np.asarray(codes, np.uint8).tobytes()).decode("ascii")


OVERLAY = {"colour": "#54278f", "label": "Most deprived 20% in England", "pattern": "dots"}


def _overlay(areas: np.ndarray) -> dict[str, Any]:
    return {"classes": _bytes(np.where(areas, 0, HIDDEN)), "palette": [OVERLAY]}


def _bounds(atlas: Atlas, boroughs: Sequence[str]) -> list[float] | None:
    """Box of some boroughs in degrees: what to look at when only they are shown."""
    if not boroughs:
        return None
    shapes = atlas.levels["borough"].shapes
    box = _to_degrees().transform_bounds(*shapes.loc[list(boroughs)].total_bounds)
    return [round(float(side), 5) for side in box]


@lru_cache(maxsize=1)
def _to_degrees() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(27700, 4326, always_xy=True)


def _tooltips(answer: Answer, source: SourceInfo) -> dict[str, Any]:
    """Lines under an area's name: what the page knows of it, in the order of interest."""
    columns = _facts(answer, answer.table, source)
    return {"columns": list(columns), "rows": [list(row) for row in zip(*columns.values(), strict=True)]}


def _facts(answer: Answer, table: pd.DataFrame, source: SourceInfo) -> dict[str, list[str]]:
    """Numbers of some areas as text, by their label; empty where there is nothing to say."""
    facts = {
        source.noun.capitalize(): _texts(table["count"], "{:,.0f}", f"{SUPPRESSED} (1 to 7)"),
        "Per 1,000 residents": _texts(table["rate_per_1000"], "{:,.1f}"),
    }
    if "dsr_per_100k" in table:
        facts["Standardised per 100,000"] = _texts(table["dsr_per_100k"], "{:,.0f}", "fewer than 10 events")
        facts["95% interval"] = [
            f"{low:,.0f} to {high:,.0f}" if pd.notna(low) else ""
            for low, high in zip(table["lower_ci"], table["upper_ci"], strict=True)
        ]
    if "eb_rate_per_1000" in table:
        facts["Smoothed per 1,000"] = _texts(table["eb_rate_per_1000"], "{:,.1f}")
    if "cluster" in table:
        words = dict(zip(answer.classes.keys, answer.classes.labels, strict=True))
        facts["Cluster"] = [words.get(key, "Not defined") for key in table["cluster"]]
        facts["q (corrected p)"] = _small(table["q"])
    if "quintile" in table:
        facts["Fifth (1 = highest)"] = _texts(table["quintile"], "{:.0f}")
    facts["Rank"] = list(table["rank"])
    facts["Deprivation decile"] = _texts(table["imd_decile"], "{:.0f}")
    return facts


def _texts(values: pd.Series, form: str, missing: str = "") -> list[str]:
    return [missing if pd.isna(value) else form.format(value) for value in values]


def _small(values: pd.Series) -> list[str]:
    """Probabilities to two figures, never rounded to nought."""
    return ["" if pd.isna(p) else "under 0.0001" if p < 1e-4 else f"{p:.2g}" for p in values]


def legend(answer: Answer) -> list[Component]:
    """Build the legend: every class with its swatch and the number of areas in it."""
    classes, codes = answer.classes, answer.codes
    chosen = None
    if answer.query.area:
        chosen = int(codes[answer.table.index.get_loc(answer.query.area)])
    items = [
        _legend_item(label, colour, pattern, count, {"data-class": str(i)}, current=i == chosen)
        for i, (colour, pattern, label, count) in enumerate(
            zip(classes.colours, classes.patterns, classes.labels, classes.counts, strict=True)
        )
    ]
    if _reads_upwards(classes.keys):
        items.reverse()
    if answer.overlay is not None:
        items.append(_legend_item(OVERLAY["label"], OVERLAY["colour"], "dots", int(answer.overlay.sum())))
    return [
        html.H2(classes.title, className="legend-title"),
        html.Ul(items, className="legend-list"),
        html.P(f"Number of {LEVELS[answer.query.level]} in each", className="note"),
        html.Details(
            [html.Summary("How to read this"), html.P(LAYERS[answer.query.layer].explanation)],
            className="about",
        ),
    ]


def _reads_upwards(keys: Sequence[str]) -> bool:
    """Whether classes are steps of a scale, which a reader expects with the most on top."""
    return all(key.isdigit() or key in ("suppressed", "nodata") for key in keys) and len(keys) < 9


def _legend_item(
    label: str,
    colour: str,
    pattern: str | None,
    count: int,
    marks: Mapping[str, str] | None = None,
    *,
    current: bool = False,
) -> Component:
    states = ["legend-item", *(["legend-current"] if current else []), *([] if count else ["legend-none"])]
    return html.Li(
        [
            html.Span(className=f"swatch swatch-{pattern or 'plain'}", style={"--swatch": colour}),
            html.Span(label, className="legend-label"),
            html.Span(f"{count:,}", className="legend-count"),
        ],
        className=" ".join(states),
        **(marks or {}),
    )


# ---------------------------------------------------------------- the controls


def _controls(atlas: Atlas, query: Query, source: SourceInfo, defaults: dict[str, str]) -> Shown:
    """State of every control: its value, its options, and why it is off."""
    months = [
        {"value": month_text(m), "label": f"{MONTH_NAMES[m % 12][:3]} {m // 12}"} for m in source.months
    ]
    statistic = query.layer in STATISTICS
    impossible = [f"No {SHORT_MEASURES[key]}: {reason}" for key, reason in source.no_measure_reasons.items()]
    shown = {
        "source.value": query.source,
        "category.data": [{"value": key, "label": label} for key, label in source.categories.items()],
        "category.value": list(query.category),
        "category.placeholder": "" if query.category else "All categories",
        "layer.value": query.layer,
        "measure.value": query.measure,
        "measure.data": [
            {"value": key, "label": SHORT_MEASURES[key], "disabled": key not in source.measures}
            for key in MEASURES
        ],
        "fdr.checked": query.fdr,
        "null.value": query.null,
        "overlay.value": query.overlay,
        "level.value": query.level,
        "from.value": month_text(query.first) if query.first is not None else defaults["from"],
        "to.value": month_text(query.last) if query.last is not None else defaults["to"],
        "from.data": _with(months, query.first),
        "to.data": _with(months, query.last),
    }
    if len(atlas.catalogue.boroughs) > MANY_BOROUGHS:
        shown["borough.value"] = list(query.borough)
    shown = {f"{ids.control(key)}": value for key, value in shown.items()}
    for parameter in ("fdr", "null"):
        shown[f"{ids.row(parameter)}.hidden"] = not statistic
    notes = [MEASURE_NOTES.get(query.measure, ""), *impossible]
    shown[f"{ids.note('measure')}.children"] = " ".join(filter(None, notes))
    shown[f"{ids.note('measure')}.hidden"] = not any(notes)
    off = _off(source)
    for parameter, text in _chosen(query, atlas.catalogue.boroughs).items():
        shown[f"{ids.note(parameter)}.children"] = "off" if parameter in off else text or "all"
        shown[f"{ids.row(parameter)}.className"] = "field field-off" if parameter in off else "field"
        shown[f"{ids.clear(parameter)}.hidden"] = not text
        shown[f"{ids.clear(parameter)}.href"] = _link(query.replace(**{parameter: ()}), defaults)
    shown[f"{ids.CLOCK_OFF}.children"] = (
        f"{_names(off)} cannot be chosen: {source.no_hours_reason}" if off else ""
    )
    shown[f"{ids.CLOCK_OFF}.hidden"] = not off
    shown[f"{ids.RESET}.href"] = _link(query.replace(**FILTERS), defaults)
    shown[f"{ids.PRESENT}.href"] = _link(query.replace(view="present"), defaults)
    shown[f"{ids.EXPLORE}.href"] = _link(query.replace(view="explore"), defaults)
    return shown


SHORT_MEASURES = {"count": "Count", "rate": "Rate", "dsr": "DSR", "eb_rate": "Smoothed"}
MEASURE_NOTES = {
    "rate": "Per 1,000 residents; town centres have few residents and many visitors.",
    "dsr": "Directly standardised rate: per 100,000 residents a year, if every area had the same ages.",
    "eb_rate": "Rate per 1,000 residents, pulled towards the average where an area has few residents.",
}


def _with(months: list[dict[str, str]], chosen: int | None) -> list[dict[str, str]]:
    """Months on offer, with a chosen one that was not loaded, so that the control can show it."""
    if chosen is None or any(month["value"] == month_text(chosen) for month in months):
        return months
    extra = {
        "value": month_text(chosen),
        "label": f"{MONTH_NAMES[chosen % 12][:3]} {chosen // 12} (not loaded)",
    }
    return sorted([*months, extra], key=lambda month: month["value"])


def _chosen(query: Query, boroughs: Mapping[str, str]) -> dict[str, str]:
    """Say what is chosen on each strip; "" is everything."""
    return {
        "borough": f"{len(query.borough)} of {len(boroughs)}" if query.borough else "",
        "month": f"{len(query.month)} of 12" if query.month else "",
        "hour": hours_name(query.hour) if query.hour else "",
        "day": listed([DAY_NAMES[d][:3] for d in query.day]),
        "night": f"{len(query.night)} of 7" if query.night else "",
    }


def _off(source: SourceInfo) -> list[str]:
    """Strips that a source cannot be asked by."""
    has = {"hour": source.has_hours, "day": source.has_days, "night": source.has_hours}
    return [parameter for parameter, possible in has.items() if not possible]


def _names(off: Sequence[str]) -> str:
    names = {"hour": "hours", "day": "weekdays", "night": "nights"}
    return listed([names[parameter] for parameter in off]).capitalize()


def _strips(query: Query, source: SourceInfo) -> dict[str, dict[str, Any]]:
    values: dict[str, list[str]] = {
        "borough": list(query.borough),
        "month": [str(m) for m in query.month],
        "hour": [str(h) for h in query.hour],
        "day": [DAYS[d] for d in query.day],
        "night": [DAYS[d] for d in query.night],
    }
    off = _off(source)
    return {parameter: {"values": chosen, "off": parameter in off} for parameter, chosen in values.items()}


# ---------------------------------------------------------------- the words


def _words(
    answer: Answer, query: Query, source: SourceInfo, notices: Sequence[str], defaults: dict[str, str]
) -> Shown:
    said: list[Component] = [html.P(notice) for notice in dict.fromkeys(notices)]
    cleared = query.replace(**FILTERS)
    if answer.totals.shown == 0 and cleared != query:
        said.append(
            html.P(
                [
                    f"Nothing is hidden: no {source.noun} have all that was asked for. ",
                    html.A("Clear the filters", href=_link(cleared, defaults), className="link"),
                ]
            )
        )
    return {
        f"{ids.DESCRIPTION}.children": answer.description,
        f"{ids.HEADLINE}.children": answer.headline,
        f"{ids.CAVEATS}.children": [html.Li(caveat) for caveat in answer.caveats],
        f"{ids.NOTICES}.children": said,
        f"{ids.BADGE}.children": answer.banner,
    }


def _selected(answer: Answer, query: Query, source: SourceInfo, defaults: dict[str, str]) -> list[Component]:
    """Build the panel of the selected area."""
    if not query.area:
        return []
    area = answer.table.loc[[query.area]]
    name, ward, borough = area[["name", "ward", "borough"]].iloc[0]
    where = [part for part in dict.fromkeys((ward, borough)) if part and part != name]
    facts = {label: values[0] for label, values in _facts(answer, area, source).items() if values[0]}
    inside = bool(answer.inside[answer.table.index.get_loc(query.area)])
    residents = area["population"].iloc[0]
    if pd.notna(residents):
        facts["Residents"] = f"{int(residents):,}"
    return [
        html.Div(
            [
                html.H2(name, className="selected-name"),
                html.A(
                    "×",
                    href=_link(query.replace(area=""), defaults),
                    className="selected-close",
                    **{"aria-label": f"Close {name}"},
                ),
            ],
            className="selected-head",
        ),
        html.P(" · ".join([*where, query.area]), className="note"),
        html.Dl(
            [part for label, value in facts.items() for part in (html.Dt(label), html.Dd(value))],
            className="facts",
        )
        if inside
        else html.P("Outside the boroughs chosen."),
    ]


# ---------------------------------------------------------------- the table


def _table(answer: Answer, source: SourceInfo) -> Shown:
    """Rows and columns of the ranked table."""
    ranked = answer.ranked[:TABLE_ROWS]
    codes = answer.codes[answer.table.index.get_indexer(ranked.index)]
    facts = _facts(answer, ranked, source)
    rows = {
        "code": list(ranked.index),
        "rank": list(ranked["rank"]),
        "name": list(ranked["name"]),
        "ward": _below(ranked),
        "class": [int(code) for code in codes],
        "colour": [answer.classes.colours[code] for code in codes],
        "pattern": [answer.classes.patterns[code] or "plain" for code in codes],
        "count": _texts(ranked["count"], "{:,.0f}", SUPPRESSED),
    }
    columns = [
        {
            "field": "rank",
            "headerName": "#",
            "headerTooltip": "Rank",
            "width": 58,
            "cellRenderer": "Rank",
            "comparator": {"function": "byNumber"},
        },
        {"field": "name", "headerName": "Area", "flex": 1, "minWidth": 90, "cellRenderer": "Area"},
        _number("count", "Count", 58),
    ]
    if "dsr_per_100k" in ranked:
        rows["value"] = _texts(ranked["dsr_per_100k"], "{:,.0f}", "–")
        columns.append(_number("value", "DSR", 68, "Age-standardised rate per 100,000 a year"))
    elif "eb_rate_per_1000" in ranked:
        rows["value"] = facts["Smoothed per 1,000"]
        columns.append(_number("value", "Smooth", 68, "Rate per 1,000 residents, smoothed"))
    else:
        rows["value"] = _texts(ranked["rate_per_1000"], "{:,.1f}", "–")
        columns.append(_number("value", "/ 1,000", 66, "Per 1,000 residents"))
    if "cluster" in ranked:
        keys = [answer.classes.keys[code] for code in codes]
        rows["label"] = [PILLS.get(key, key) for key in keys]
        columns.append({"field": "label", "headerName": "Cluster", "width": 80, "cellRenderer": "Pill"})
    elif answer.query.layer == "imd":
        rows["label"] = facts["Deprivation decile"]
        columns.append(_number("label", "Decile", 64, "Deprivation decile, 1 = most deprived"))
    number = len(answer.ranked)
    title = f"{number:,} {LEVELS[answer.query.level]}, ranked" if number > 1 else "Areas, ranked"
    return {
        f"{ids.TABLE}.rowData": [
            dict(zip(rows, row, strict=True)) for row in zip(*rows.values(), strict=True)
        ],
        f"{ids.TABLE}.columnDefs": columns,
        f"{ids.TABLE}.selectedRows": {"ids": [answer.query.area]} if answer.query.area else {"ids": []},
        f"{ids.TABLE_TITLE}.children": title
        + (f" (the first {TABLE_ROWS:,})" if number > TABLE_ROWS else ""),
    }


def _below(table: pd.DataFrame) -> list[str]:
    """Small line under an area's name: its ward, or where that is its name, its borough."""
    return [
        ward if ward and ward != name else borough if borough != name else ""
        for name, ward, borough in zip(table["name"], table["ward"], table["borough"], strict=True)
    ]


def _number(field: str, name: str, width: int, help_text: str = "") -> dict[str, Any]:
    column = {"field": field, "headerName": name, "width": width, "type": "rightAligned"}
    column["comparator"] = {"function": "byNumber"}  # type: ignore[assignment]
    return {**column, "headerTooltip": help_text} if help_text else column


# ---------------------------------------------------------------- the charts


def _charts(answer: Answer, query: Query, source: SourceInfo, defaults: dict[str, str]) -> Shown:
    months, noun = answer.months, source.noun
    shown: Shown = {
        f"{ids.MONTHS}.figure": figures.months_figure(months, query, noun),
        f"{ids.MONTHS_TITLE}.children": f"{noun.capitalize()} by month",
        f"{ids.MONTHS_BOX}.aria-label": _months_said(months, noun),
        f"{ids.MONTHS_NOTE}.children": _period_said(query, source),
        f"{ids.MONTHS_QUICK}.children": _quick(query, source, defaults),
        f"{ids.CLOCK_PART}.hidden": answer.clock is None,
    }
    if answer.clock is None:
        return {**shown, f"{ids.CLOCK}.figure": figures.EMPTY, f"{ids.CLOCK_BOX}.aria-label": "No chart"}
    return {
        **shown,
        f"{ids.CLOCK}.figure": figures.clock_figure(answer.clock, query, noun),
        f"{ids.CLOCK_BOX}.aria-label": _clock_said(answer.clock, noun),
    }


def _months_said(months: pd.DataFrame, noun: str) -> str:
    known = months.dropna(subset="count")
    if known.empty:
        return f"Chart of {noun} by month: too few to show."
    top = known.loc[known["count"].astype(int).idxmax()]
    return (
        f"Bar chart of {noun} by month, {period_name(*(int(m) for m in months['month'].iloc[[0, -1]]))}. "
        f"Most in {month_name(int(top['month']))}: {int(top['count']):,}."
    )


def _clock_said(clock: pd.DataFrame, noun: str) -> str:
    peak = _peak(clock)
    return f"Heat map of {noun} by weekday and hour. " + (f"Most on {peak}." if peak else "Too few to show.")


def _peak(clock: pd.DataFrame) -> str:
    """Name the busiest hour of the week, "Saturday 23:00 to 23:59 (412)"; "" where all are too few."""
    counts = clock.to_numpy(float, na_value=np.nan)
    if not (counts > 0).any():
        return ""
    day, hour = np.unravel_index(np.nanargmax(counts), counts.shape)
    return f"{DAY_NAMES[day]} {hour:02d}:00 to {hour:02d}:59 ({int(counts[day, hour]):,})"


def _period_said(query: Query, source: SourceInfo) -> str:
    if not source.months:
        return ""
    first = source.months[0] if query.first is None else query.first
    last = source.months[-1] if query.last is None else query.last
    return f"Chosen: {period_name(first, last)}. Drag across months, or choose one."


def _quick(query: Query, source: SourceInfo, defaults: dict[str, str]) -> list[Component]:
    """Links to the periods that are asked for most."""
    if not source.months:
        return []
    last = source.months[-1]
    periods = {
        "Last 12 months": {"first": last - 11, "last": None},
        "Whole period": {"first": None, "last": None},
    }
    return [
        html.A(name, href=_link(query.replace(**period), defaults), className="link")
        for name, period in periods.items()
        if query.replace(**period) != query
    ]


# ---------------------------------------------------------------- present mode


def _present(answer: Answer, query: Query, source: SourceInfo) -> Shown:
    """Build what a room sees: a title, the top areas with the numbers of the map, one line of when."""
    top = answer.ranked[answer.ranked["rank"] != ""].head(RANKED)
    facts = _facts(answer, top, source)
    rows = zip(
        top["rank"], top["name"], _below(top), _texts(top["count"], "{:,.0f}", SUPPRESSED),
        facts["Per 1,000 residents"], strict=True,
    )  # fmt: skip
    items = [
        html.Li(
            [
                html.Span(rank, className="present-rank"),
                html.Span(
                    [
                        html.Strong(ward or name),
                        html.Small(f"{name} · {rate} per 1,000" if ward else f"{rate} per 1,000"),
                    ],
                    className="present-name",
                ),
                html.Span(count, className="present-count"),
            ]
        )
        for rank, name, ward, count, rate in rows
    ]
    peak = _peak(answer.clock) if answer.clock is not None else ""
    when = f"Peak: {peak}" if peak else f"{source.label}: no time of day"
    return {
        f"{ids.PRESENT_TITLE}.children": answer.description,
        f"{ids.PRESENT_LIST}.children": items,
        f"{ids.PRESENT_FOOT}.children": [
            html.Span(when),
            html.Span(f"Numbers are ranks · {source.label} · {answer.banner}"),
        ],
    }
