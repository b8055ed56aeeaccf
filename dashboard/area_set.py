"""What does the page tell of a set of areas?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import blocks
from dashboard.figures import chosen_months
from geo.answer.columns import RATE, counts_of
from geo.answer.disclosure import SUPPRESSED
from geo.answer.gradient import NUMBER_OF
from geo.ask.parameters import OUTSIDE
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import counted, percent, period_name, written
from geo.tell.area_set import PRESUMED, Group, Trend

if TYPE_CHECKING:
    pass
from dashboard.panel import Link, fact_list, panel_of

LISTED = 60
"""Members of a set that are listed one by one."""


def of_group(told: Group | None, query: Query, source: SourceInfo, link: Link) -> Component:
    """Build the panel of a set of areas, against the rest.

    Parameters
    ----------
    told : Group or None
        None where none of its areas is in the boroughs chosen.
    query : Query
    source : SourceInfo
    link : callable
    """
    number = len(query.group) if told is None else len(told.table)
    name = f"Set of {counted(number, 'area', 'areas')}"
    save = html.Div(
        html.Button("Save this set", type="button", className="linklike", **{"data-act": "save-set"}),
        className="panel-links",
    )
    line = "All of it is outside the boroughs chosen."
    inside: list[Component] = []
    if told is not None:
        few = f", {counted(told.suppressed, 'area', 'areas')} {SUPPRESSED}" if told.suppressed else ""
        line = f"{source.noun.capitalize()} not added up"
        if told.count is not None:
            line = f"{source.counted(told.count)}{few}"
        inside = _together(told, query, source, link)
    attributes = {"aria-label": name, "data-panel": "set", "data-said": f"{name}: {line}"}
    return panel_of(name, line, link(query.replace(group=(), chosen="")), [save, *inside], attributes)


def _together(told: Group, query: Query, source: SourceInfo, link: Link) -> list[Component]:
    few = f" and {told.suppressed} with {SUPPRESSED} (1 to 7)" if told.suppressed else ""
    doubt = f" ({told.rate_note})" if told.rate_note else ""
    known = {
        source.noun.capitalize(): "" if told.count is None else f"{told.count:,}{few}",
        "Of those shown": "" if told.share is None else percent(told.share),
        RATE.label: "" if told.rate_per_1000_year is None else f"{told.rate_per_1000_year:,.1f}{doubt}",
        "Residents": "" if told.residents is None else f"{told.residents:,}",
    }
    parts: list[Component] = [fact_list(known)]
    if told.trend:
        presumed = [PRESUMED] if query.chosen == OUTSIDE and told.trend.against is not None else []
        said: list[Component | str] = [" ".join([_changed(told.trend, source.noun), *presumed])]
        if told.trend.unjudged and not query.chosen:
            here = link(query.replace(chosen=OUTSIDE))
            said += [" ", html.A("It was not chosen by them", href=here, className="link")]
        parts.append(html.P(said, className="panel-said"))
    if told.months is not None and told.rest_months is not None:
        chosen = chosen_months([int(m) for m in told.months["month"]], query)
        both = told.months.assign(rest=told.rest_months["count"])
        parts.append(
            blocks.fold(
                "By month",
                html.P("The set", className="note"),
                blocks.bars(told.months, source, chosen),
                html.P("The other areas", className="note"),
                blocks.bars(told.rest_months, source, chosen),
                table=blocks.lines(
                    ("month", "set", "others"), both[["month_text", "count", "rest"]].to_numpy().tolist()
                ),
                qualified=", each to its own scale",
            )
        )
    parts += _gradients(told, query, source.noun)
    if told.week is not None and told.rest_week is not None and told.week.clock is not None:
        parts.append(
            blocks.fold(
                "By weekday and hour",
                html.P(f"The set{blocks.CLOCKS[told.week.kind]}", className="note"),
                blocks.heat(told.week.clock, source.noun, midnight=told.week.midnight is not None),
                html.P(f"The other areas{blocks.CLOCKS[told.rest_week.kind]}", className="note"),
                blocks.heat(told.rest_week.clock, source.noun, midnight=told.rest_week.midnight is not None),
                table=blocks.clock_table(told.week.clock, told.week.kind),
                qualified=", each to its own scale",
            )
        )
    if told.note:
        parts.append(html.P(told.note, className="note"))
    counts = counts_of(told.table)
    rows = list(zip(told.table.index, told.table["name"], counts, strict=True))
    beyond = len(rows) - LISTED
    more = (
        [html.P(f"And {beyond:,} more; the copied table has them all.", className="note")]
        if beyond > 0
        else []
    )
    items = [
        html.Li(
            [
                html.A(
                    name,
                    href=link(query.replace(area=code)),
                    className="link",
                    **{"aria-current": "true" if code == query.area else None},
                ),
                html.Span(count),
                html.A(
                    "×",
                    href=link(query.replace(group=tuple(c for c in query.group if c != code), chosen="")),
                    className="drop",
                    **{"aria-label": f"Take {name} out of the set"},
                ),
            ],
            **{"data-code": code},
        )
        for code, name, count in rows[:LISTED]
    ]
    parts.append(
        blocks.fold(
            "Its areas",
            html.Ul(items, className="neighbours members"),
            *more,
            found=f"{len(rows):,}",
            unfolded=True,
            table=blocks.lines(("code", "name", "count"), rows),
        )
    )
    return parts


def _changed(trend: Trend, noun: str) -> str:
    """Say how a set changed, how the rest did, and whether that differs by more than chance."""
    here, rest = (_more(ratio, noun) for ratio in (trend.here, trend.rest))
    periods = f"{period_name(*trend.period)} against {period_name(*trend.before)}"
    said = f"{periods}, per day: {here} in the set, {rest} elsewhere."
    if trend.against is None:
        return said
    ratio, low, high = trend.against
    if np.isnan(low):
        few = "" if trend.unjudged else " Too few months to tell whether that is more than chance."
        return f"{said} Against the rest that is {_signed(ratio)}.{few} {trend.unjudged}".strip()
    limits = f"{_signed(ratio)} (95% interval {_signed(low)} to {_signed(high)})"
    if trend.unjudged:
        return f"{said} Against the rest that is {limits}. {trend.unjudged}"
    if low <= 1 <= high:
        return f"{said} The difference, {limits}, can be chance."
    return f"{said} Against the rest that is {limits}, more than months vary by themselves."


def _more(ratio: float, noun: str) -> str:
    change = round(100 * (ratio - 1))
    return f"{abs(change)}% {'more' if change > 0 else 'fewer'} {noun}" if change else f"as many {noun}"


def _signed(ratio: float) -> str:
    return written(ratio - 1, "{:+.0%}")


def _gradients(told: Group, query: Query, noun: str) -> list[Component]:
    """Rates by deprivation in a set and in the rest, to one scale."""
    if told.gradient is None or told.rest_gradient is None:
        return []
    kind, parts = query.groups, {"set": told.gradient, "others": told.rest_gradient}
    columns = {name: one.by(kind)[one.column].astype(float) for name, one in parts.items()}
    rates = pd.concat(columns, axis=1).sort_index()
    if rates["set"].isna().all():
        return []
    most = float(rates.max(axis=None))
    return [
        blocks.fold(
            "By deprivation",
            html.P(f"The set: {noun} per {told.gradient.per}{query.by_domain}", className="note"),
            blocks.groups(told.gradient, kind, noun, most),
            html.P("The other areas", className="note"),
            blocks.groups(told.rest_gradient, kind, noun, most),
            found=f"in {rates['set'].notna().sum()} of {NUMBER_OF[kind]} {kind}s",
            table=blocks.lines((kind, *parts), rates.round(2).reset_index().to_numpy().tolist()),
            qualified=", to one scale",
        )
    ]
