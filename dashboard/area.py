"""What is the chosen area like? And a set of areas, against the rest?

From a :class:`~geo.tell.area.Profile` or a :class:`~geo.tell.area_set.Group` to the components of their
panels. Nothing is computed here but how it is said.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import blocks
from dashboard.area_set import of_group
from dashboard.figures import chosen_months
from dashboard.panel import Link, fact_list, panel_of
from dashboard.place import place
from dashboard.published import indicators
from geo.answer.columns import DAGGER, PLUS_MINUS, RATE, count_of, counts_of, rated
from geo.answer.counts import YEAR
from geo.answer.disclosure import SUPPRESSED
from geo.answer.layers import LAYERS
from geo.answer.margin import widen
from geo.answer.measures import beside
from geo.ask.choices import DOMAINS, LEVELS
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import listed
from geo.out.export import offered
from geo.stats import confidence, rates
from geo.stats.protect import SURE
from geo.stats.rates import UNRELIABLE_NOTE
from geo.tell.area import Profile, profile
from geo.tell.area_set import group

if TYPE_CHECKING:
    from geo.answer.answer import Answer
    from geo.answer.atlas import Atlas
    from geo.answer.week import Week

OUTSIDE = "Outside the boroughs chosen. It is ranked among all areas here."


def panels(atlas: Atlas, query: Query, link: Link) -> list[Component]:
    """Tell of the chosen area and of the set of areas of a question.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        As checked against what is loaded.
    link : callable
        Query to the address of the page.

    Returns
    -------
    list of Component
        Of :mod:`dash.html` only; none where nothing is chosen.
    """
    found: list[Component] = []
    if query.group:
        found.append(of_group(group(atlas, query), query, atlas.catalogue.source(query), link))
    if query.area:
        found.append(_of_area(atlas, query, link))
    return found


def _of_area(atlas: Atlas, query: Query, link: Link) -> Component:
    """Gather what is told of the chosen area."""
    plain = query.replace(group=(), compare="", null="exact")
    told = profile(atlas, plain)
    inner = told.answer.query
    clusters = atlas.answer(inner.replace(layer="local_moran"))
    sure = atlas.answer(inner.replace(layer="confidence")) if "confidence" in atlas.catalogue.layers else None
    domains = _domains(atlas)
    return of_area(
        told,
        query,
        atlas.catalogue.source(query),
        link,
        clusters=clusters,
        sure=None if sure is None else sure.table.loc[query.area],
        domains=domains.loc[query.area] if query.area in domains.index else None,
        around=_around(atlas, query, link),
        sheets=_sheets(atlas, query),
        published=indicators(atlas, query),
    )


@lru_cache(maxsize=2)
def _domains(atlas: Atlas) -> pd.DataFrame:
    """Deciles of the domains of deprivation by small area, named as people call them; empty without any."""
    if not atlas.snapshot.has("deprivation"):
        return pd.DataFrame()
    table = atlas.snapshot.read("deprivation")
    known = {f"{key}_decile": name for key, name in DOMAINS.items() if key != "imd"}
    known = {column: name for column, name in known.items() if column in table}
    return table[list(known)].rename(columns=known)


def _sheets(atlas: Atlas, query: Query) -> list[Component]:
    """Links to what is printed of an area: its briefing sheet, and the pack of a ward."""
    named = {
        "briefing": "Briefing sheet (PDF)",
        "phone": "for a phone",
        "pack": "Ward pack (PDF)",
    }
    there = [key for key in named if key in offered(atlas) and (key != "pack" or query.level == "ward")]
    return [
        html.A(
            named[key],
            href=f"export.{key}{query.to_search()}",
            className="linklike",
            download="",
            **({"aria-label": "Briefing sheet for a phone"} if key == "phone" else {}),
        )
        for key in there
    ]


def _around(atlas: Atlas, query: Query, link: Link) -> list[Component]:
    """Links to the ward and the borough that an area lies in."""
    level = atlas.levels[query.level]
    lsoa = int((level.parent == level.frame.index.get_loc(query.area)).argmax())
    links = []
    for key, word in {"ward": "Ward", "borough": "Borough"}.items():
        if key in atlas.catalogue.levels and list(LEVELS).index(key) > list(LEVELS).index(query.level):
            other = atlas.levels[key].frame
            row = other.iloc[int(atlas.levels[key].parent[lsoa])]
            to = query.replace(level=key, area=str(row.name), group=())
            links.append(html.A(f"{word}: {row['name']}", href=link(to), className="link"))
    return links


# ---------------------------------------------------------------- one area


def of_area(
    told: Profile,
    query: Query,
    source: SourceInfo,
    link: Link,
    *,
    clusters: Answer,
    sure: pd.Series | None,
    domains: pd.Series | None,
    around: list[Component],
    sheets: list[Component],
    published: list[Component],
) -> Component:
    """Build the panel of one area.

    Parameters
    ----------
    told : Profile
    query : Query
        What the page shows; links change it.
    source : SourceInfo
    link : callable
    clusters : Answer
        The same question by local Moran's I.
    sure : Series or None
        The area's row of the layer of checks that agree.
    domains : Series or None
        Decile by name of a domain of deprivation.
    around : list of Component
        Links to the areas that it lies in.
    sheets : list of Component
        Links to what is printed of it.
    published : list of Component
        Its indicators.
    """
    row, noun = told.row, source.noun
    inside = told.answer.query.borough == query.borough
    where = [part for part in dict.fromkeys((row["ward"], row["borough"])) if not told.name.startswith(part)]
    ranked = int((told.answer.ranked["rank"] != "").sum())
    rank = f"Rank {row['rank']} of {ranked:,}" if row["rank"] else ""
    line = " · ".join(filter(None, [rank, source.counted(_counted(row)), ", ".join(where)]))
    body = [
        *([] if inside else [html.P(OUTSIDE, className="panel-said")]),
        *([] if query.level == "lsoa" else [html.P(told.headline, className="panel-said")]),
        fact_list(_known(told, clusters)),
        html.Div(
            [
                *around,
                html.Button("Add to set", type="button", className="linklike", **{"data-add": told.code}),
                *sheets,
                html.Span(told.code, className="note"),
            ],
            className="panel-links",
        ),
        _months(told.months, query, source),
        *_week(told.week, noun),
        _sources(told.sources),
        *_checks(sure),
        *_deprivation(domains),
        *place(told.place, noun),
        *published,
        *_neighbours(told.neighbours, query, link),
    ]
    attributes = {
        "aria-label": f"Area: {told.name}",
        "data-panel": "area",
        "data-code": told.code,
        "data-said": told.headline,
    }
    return panel_of(told.name, line, link(query.replace(area="")), body, attributes)


def _counted(row: pd.Series) -> str:
    """Number of events of an area in words of the page."""
    return count_of(row, f"{SUPPRESSED} (1 to 7)")


def _known(told: Profile, clusters: Answer) -> dict[str, str]:
    """Say the facts of an area, the rate with its 95% interval."""
    row, answer = told.row, told.answer
    known = {
        RATE.label: _with_interval(row, answer.days),
        "Cluster (local Moran’s I)": _cluster(told.code, clusters),
    }
    asked = beside(answer.query.measure)
    if asked.key != "rate" and pd.notna(row[asked.column.name]):
        known[asked.column.label] = asked.written(row.to_frame().T)[0]
        if asked.limits:
            known[asked.column.label] += f" ({asked.form} to {asked.form})".format(
                row["lower_ci"], row["upper_ci"]
            )
    for one in LAYERS[answer.query.layer].columns:
        if one.in_panel and pd.notna(row.get(one.name)):
            known[one.label] = one.write(row[[one.name]])[0]
    if pd.notna(row["imd_decile"]):
        known[answer.deciles.said("Deprivation decile") + ", 1 is most"] = f"{int(row['imd_decile'])}"
    if pd.notna(row["population"]):
        known["Residents"] = f"{int(row['population']):,}"
    return known


def _with_interval(row: pd.Series, days: int) -> str:
    if pd.isna(row["count"]) or pd.isna(row["population"]):
        return ""
    count, noise = float(row["count"]), (float(row.get(PLUS_MINUS.name, 0)) / SURE) ** 2
    table = rates.crude_rate([count], [float(row["population"])], years=days / YEAR)
    found = widen(table, np.array([count]), np.array([noise])).iloc[0]
    if pd.isna(found["value"]):
        return str(found["note"])
    note = f"; {found['note']}" if found["note"] else ""
    return f"{found['value']:,.1f} ({found['lower_ci']:,.1f} to {found['upper_ci']:,.1f}{note})"


def _cluster(code: str, clusters: Answer) -> str:
    place = int(clusters.codes[clusters.table.index.get_loc(code)])
    return clusters.classes.labels[place] if place < len(clusters.classes.labels) else ""


def _months(months: pd.DataFrame, query: Query, source: SourceInfo) -> Component:
    chosen = chosen_months([int(m) for m in months["month"]], query)
    return blocks.fold(
        "By month",
        blocks.bars(months, source, chosen),
        found=f"most in {peak}" if (peak := blocks.peak_month(months)) else "",
        table=blocks.months_table(months),
    )


def _week(week: Week, noun: str) -> list[Component]:
    if week.clock is None:
        return []
    said = " ".join(filter(None, (week.when, week.untimed)))
    return [
        blocks.fold(
            "By weekday and hour",
            blocks.heat(week.clock, noun, midnight=week.midnight is not None),
            html.P(said, className="note"),
            found=blocks.peak_hour(week.clock, midnight=week.midnight is not None) if week.stands_out else "",
            table=blocks.clock_table(week.clock, week.kind),
            qualified=blocks.CLOCKS[week.kind],
        )
    ]


def _sources(table: pd.DataFrame) -> Component:
    columns = ("Source", "Count", "/ 1,000 a year", "Rank")
    counts = counts_of(table)
    rate = rated(table[RATE.name], table["unreliable"], "{:,.1f}", "–", brief=True)
    rows = list(zip(table["label"], counts, rate, table["rank"], strict=True))
    periods = [f"{label}: {period}" for label, period in zip(table["label"], table["period"], strict=True)]
    ranks = [rank for rank in table["rank"] if rank]
    return blocks.fold(
        "In every source",
        blocks.grid(columns, rows, "Counts, rates and ranks by source"),
        html.P("; ".join(periods) + f". {DAGGER} {UNRELIABLE_NOTE}.", className="note"),
        found=f"rank {listed(ranks)}" if ranks else "",
        table=blocks.lines(columns, rows),
    )


def _checks(sure: pd.Series | None) -> list[Component]:
    """Say which checks agree that the area is a hotspot."""
    if sure is None:
        return []
    verdicts = {True: ("✓", "yes", "yes"), False: ("✗", "no", "no")}
    items = []
    for key, words in confidence.CHECKS.items():
        value = sure.get(f"check_{key}")
        if value is not None:
            sign, kind, said = ("–", "not", "not assessed") if pd.isna(value) else verdicts[bool(value)]
            items.append(
                html.Li(
                    [
                        html.Span(sign, className=f"check check-{kind}", **{"aria-hidden": "true"}),
                        f"{words[:1].upper()}{words[1:]}",
                        html.Span(f": {said}", className="hidden"),
                    ]
                )
            )
    agree = confidence.how_many_agree(int(sure["checks_agree"]), int(sure["checks_assessed"]))
    return [blocks.fold("Is it a hotspot?", html.Ul(items, className="checks"), found=agree)]


def _deprivation(domains: pd.Series | None) -> list[Component]:
    if domains is None or domains.isna().all():
        return []
    known = domains.dropna().astype(int)
    items = [
        html.Div([html.Dt(name), html.Dd([_ten(int(decile)), f"{decile}"])]) for name, decile in known.items()
    ]
    worst = str(known.idxmin())
    return [
        blocks.fold(
            "Deprivation",
            html.P("In tenths of England; 1 is the most deprived.", className="note"),
            html.Dl(items, className="domains"),
            found=f"worst: {worst.lower()}, {known[worst]}",
            table=blocks.lines(("domain", "decile"), list(known.items())),
        )
    ]


def _ten(decile: int) -> Component:
    return html.Span(className="ten", style={"--part": f"{(11 - decile) / 10}"}, **{"aria-hidden": "true"})


def _neighbours(table: pd.DataFrame, query: Query, link: Link) -> list[Component]:
    if table.empty:
        return []
    ordered = table.assign(order=table["count"].fillna(-1)).sort_values(
        ["order", "name"], ascending=[False, True]
    )
    counts = counts_of(ordered)
    items = [
        html.Li(
            [html.A(name, href=link(query.replace(area=code)), className="link"), html.Span(count)],
            **{"data-code": code},
        )
        for code, name, count in zip(ordered.index, ordered["name"], counts, strict=True)
    ]
    found = f"{len(ordered)}, most in {ordered['name'].iloc[0]}" if pd.notna(ordered["count"].iloc[0]) else ""
    return [blocks.fold("Neighbours", html.Ul(items, className="neighbours"), found=found)]
