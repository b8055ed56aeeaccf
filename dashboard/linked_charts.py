"""What do the charts beside the map show?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import blocks, figures, ids, marked
from geo.answer.gradient import ALLOWED_FOR, few_said, shares_said, slope_said
from geo.answer.layer_deprivation import CRIME_SOURCES
from geo.ask.choices import CLOCKS, GROUPS
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import (
    after_name,
    month_name,
    period_name,
)
from geo.stats.deprivation import CRIME_DOMAIN_CAUTION, quintile
from geo.tell.marking import Marking

if TYPE_CHECKING:
    from geo.answer.answer import Answer
    from geo.answer.atlas import Atlas
    from geo.answer.week import Week
from dashboard.link import Shown, link_to


def charts_shown(
    atlas: Atlas, answer: Answer, source: SourceInfo, defaults: dict[str, str], found: Marking | None
) -> Shown:
    query, months, clock, noun = answer.query, answer.months, answer.clock, source.noun
    of_none = bool(answer.listed)  # the map is of no events, and the charts would be
    shown: Shown = {
        f"{ids.MONTHS_AREA}.hidden": of_none,
        f"{ids.MONTHS}.figure": figures.months_figure(months, query.windowed(source), source),
        f"{ids.MONTHS_TITLE}.children": f"{noun.capitalize()} by month",
        f"{ids.MONTHS_BOX}.aria-label": _months_said(months, noun),
        f"{ids.MONTHS_COPY}.data-copy": blocks.months_table(months),
        f"{ids.MONTHS_NOTE}.children": _period_said(query, source),
        f"{ids.MONTHS_QUICK}.children": _quick(query, source, defaults),
        **_gradient(atlas, answer, found, defaults),
        f"{ids.CLOCK_PART}.hidden": clock is None or of_none,
        **_clock_control(answer.week, query),
    }
    if clock is None:
        return {
            **shown,
            f"{ids.CLOCK}.figure": figures.EMPTY,
            f"{ids.CLOCK_BOX}.aria-label": "No chart",
            f"{ids.CLOCK_COPY}.data-copy": "",
        }
    return {
        **shown,
        f"{ids.CLOCK}.figure": figures.clock_figure(
            clock,
            query,
            source,
            midnight=answer.week.midnight is not None,
            about=answer.week.kind != "recorded",
        ),
        f"{ids.CLOCK_BOX}.aria-label": _clock_said(answer, noun),
        f"{ids.CLOCK_COPY}.data-copy": blocks.clock_table(clock, answer.week.kind),
    }


WHOLE_WEEK = "The whole week is shown, not only the times chosen."


def _clock_control(week: Week, query: Query) -> Shown:
    """Which clock is shown, which could be, why others cannot, and what is not in it."""
    said = [week.untimed]
    said += [f"No “{CLOCKS[kind].lower()}”: {reason}" for kind, reason in week.reasons.items()]
    return {
        ids.control("clock") + ".value": week.kind,
        ids.control("clock") + ".data": [
            {"value": kind, "label": name, "disabled": kind in week.reasons} for kind, name in CLOCKS.items()
        ],
        f"{ids.note('clock')}.children": " ".join(said),
        f"{ids.note('clock')}.hidden": False,
        f"{ids.CLOCK_NOTE}.children": f"{WHOLE_WEEK} {week.when}"
        if query.hour or query.day or query.night
        else week.when,
    }


def _gradient(atlas: Atlas, answer: Answer, found: Marking | None, defaults: dict[str, str]) -> Shown:
    gradient, query = answer.gradient, answer.query
    source = atlas.catalogue.source(query)
    table = gradient.by(query.groups)
    known = table[gradient.column].dropna()
    other = "quintile" if query.groups == "decile" else "decile"
    words = "Tenths" if query.groups == "decile" else "Fifths"
    said = "No chart"
    if not known.empty:
        first, last = known.index[0], known.index[-1]
        said = (
            f"Bar chart of {source.noun} per {gradient.per} by {query.groups} of deprivation"
            f"{query.by_domain}: {known.iloc[0]:,.1f} in {query.groups} {first}, {known.iloc[-1]:,.1f} in "
            f"{query.groups} {last}."
        )
    sums = [slope_said(gradient.slope, gradient.per), shares_said(gradient.shares, source.noun)]
    sums += [ALLOWED_FOR] if any(sums) else []
    sums.append(few_said(table["count"], table[gradient.column], words[:-1].lower()))
    if query.domain == "crime" and source.key in CRIME_SOURCES:
        sums.append(CRIME_DOMAIN_CAUTION)
    link = html.A(
        f"Show {GROUPS[other].lower()}", href=link_to(query.replace(groups=other), defaults), className="link"
    )
    of = atlas.levels[query.level].frame[query.decile]
    group = (of if query.groups == "decile" else quintile(of)).get(query.area)
    drawn = figures.gradient_figure(
        gradient,
        query.groups,
        source.noun,
        marked=found.by_group if found and found.number else None,
        current=None if pd.isna(group) else int(group),
    )
    return {
        f"{ids.GRADIENT_PART}.hidden": bool(known.empty or answer.listed),
        f"{ids.GRADIENT_TITLE}.children": f"{gradient.title}, by deprivation",
        f"{ids.GRADIENT_NOTE}.children": [
            f"{words} of England’s areas{query.by_domain}; 1 is the most deprived. ",
            link,
        ],
        f"{ids.GRADIENT_SAID}.children": " ".join(filter(None, sums)),
        f"{ids.GRADIENT}.figure": figures.EMPTY if known.empty else drawn,
        f"{ids.GRADIENT_DECILES}.children": marked.groups(answer),
        f"{ids.GRADIENT_BOX}.aria-label": said,
        f"{ids.GRADIENT_COPY}.data-copy": blocks.gradient_table(gradient, query.groups),
    }


def _months_said(months: pd.DataFrame, noun: str) -> str:
    counts = months["count"].to_numpy(float, na_value=-1)
    if not (counts >= 0).any():
        return f"Chart of {noun} by month: too few to show."
    loaded, at = months["month"].tolist(), int(counts.argmax())
    return (
        f"Bar chart of {noun} by month, {period_name(loaded[0], loaded[-1])}. "
        f"Most in {month_name(loaded[at])}: {counts[at]:,.0f}."
    )


def _clock_said(answer: Answer, noun: str) -> str:
    week = answer.week
    doubt = " The hour from midnight stands out." if week.midnight else ""
    what = f"Heat map of {noun} by weekday and hour{blocks.CLOCKS[week.kind]}."
    return f"{what} {week.when} {week.untimed}{doubt}"


def _period_said(query: Query, source: SourceInfo) -> str:
    if not source.months:
        return ""
    compared, _ = query.windows(source)
    if compared is not None:
        return f"Chosen: {after_name(compared)}."
    first = source.months[0] if query.first is None else query.first
    last = source.months[-1] if query.last is None else query.last
    return f"Chosen: {period_name(first, last)}. Drag or click."


def _quick(query: Query, source: SourceInfo, defaults: dict[str, str]) -> list[Component]:
    """Links to the periods that are asked for most."""
    if not source.months:
        return []
    last = source.months[-1]
    periods: dict[str, dict[str, int | None]] = {
        "Last 12 months": {"first": last - 11, "last": None},
        "Whole period": {"first": None, "last": None},
    }
    return [
        html.A(name, href=link_to(query.replace(**period), defaults), className="link")
        for name, period in periods.items()
        if query.replace(**period) != query
    ]
