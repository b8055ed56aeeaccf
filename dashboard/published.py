"""What do published indicators say of the chosen area, or of the borough that it lies in?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html
from dash.development.base_component import Component

from dashboard import blocks
from dashboard.routes_indicators import ADDRESS
from geo.answer.indicators import Reading, readings
from geo.ask.query import Query

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

COLUMNS = ("Indicator", "Value", "Trend", "England", "Neighbours", "Period")


def indicators(atlas: Atlas, query: Query) -> list[Component]:
    """Fold of the indicators of the area of a question; none where none are published for it."""
    frame = atlas.levels[query.level].frame
    own = readings(atlas.indicators, query.level, query.area) if atlas.indicators else []
    around: list[Reading] = []
    if query.level != "borough" and "borough" in atlas.catalogue.levels:
        lad = str(frame.loc[query.area, "lad"])
        told = {one.indicator.key for one in own}
        around = [one for one in readings(atlas.indicators, "borough", lad) if one.indicator.key not in told]
    if not own and not around:
        return []
    parts = [_list(told) for told in (own, around) if told]
    if around:
        name = str(frame.loc[query.area, "borough"])
        parts.insert(len(parts) - 1, html.P(f"Of {name}, in which it lies:", className="note"))
    rows = [
        (
            one.indicator.label,
            one.value_text,
            one.trend_text,
            one.against("england"),
            one.against("neighbours"),
            one.period,
        )
        for one in (*own, *around)
    ]
    found = f"{len(own)} of the area" if own else f"{len(around)} of its borough"
    more = html.P(html.A("All indicators, with tests and sources", href=ADDRESS[1:], className="link"))
    return [blocks.fold("Indicators", *parts, more, found=found, table=blocks.lines(COLUMNS, rows))]


def _list(told: list[Reading]) -> Component:
    """Each indicator with its value, its trend in words, and how it compares."""
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(one.indicator.label),
                    html.B(f"{one.value_text}{f' ({one.interval_text})' if one.interval_text else ''}"),
                    html.Span(_said(one), className="note"),
                ]
            )
            for one in told
        ],
        className="published",
    )


def _said(one: Reading) -> str:
    england = f"England: {one.against('england')}" if one.against("england") != "–" else ""
    return "; ".join(filter(None, [f"{one.period}", one.trend_text, england]))
