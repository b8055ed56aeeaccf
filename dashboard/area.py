"""What is the chosen area like? And a set of areas, against the rest?

From a :class:`~geo.profile.Profile` or a :class:`~geo.group.Group` to the components of their panels. Nothing
is computed here but how it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import blocks
from dashboard.facts import texts
from dashboard.figures import chosen_months
from geo import confidence, rates
from geo.disclosure import SUPPRESSED
from geo.gradient import NUMBER_OF
from geo.group import Group, Trend, group
from geo.measures import beside
from geo.profile import Profile, profile
from geo.query import DOMAINS, LEVELS, Query, SourceInfo, listed, period_name

if TYPE_CHECKING:
    from geo.atlas import Answer, Atlas
    from geo.week import Week

Link = Callable[[Query], str]
"""Address of the page for a query."""

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
        found.append(of_group(group(atlas, query), query, atlas.catalogue.sources[query.source], link))
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
        atlas.catalogue.sources[query.source],
        link,
        clusters=clusters,
        sure=None if sure is None else sure.table.loc[query.area],
        domains=domains.loc[query.area] if query.area in domains.index else None,
        around=_around(atlas, query, link),
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


def _around(atlas: Atlas, query: Query, link: Link) -> list[Component]:
    """Links to the ward and the borough that an area lies in."""
    level = atlas.levels[query.level]
    lsoa = int((level.parent == level.frame.index.get_loc(query.area)).argmax())
    links = []
    for key, word in {"ward": "Ward", "borough": "Borough"}.items():
        if list(LEVELS).index(key) > list(LEVELS).index(query.level):
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
    """
    row, noun = told.row, source.noun
    inside = told.answer.query.borough == query.borough
    where = [part for part in dict.fromkeys((row["ward"], row["borough"])) if not told.name.startswith(part)]
    ranked = int((told.answer.ranked["rank"] != "").sum())
    rank = f"Rank {row['rank']} of {ranked:,}" if row["rank"] else ""
    line = " · ".join(filter(None, [rank, f"{_counted(row)} {noun}", ", ".join(where)]))
    body = [
        *([] if inside else [html.P(OUTSIDE, className="panel-said")]),
        *([] if query.level == "lsoa" else [html.P(told.headline, className="panel-said")]),
        _facts(_known(told, clusters)),
        html.Div(
            [
                *around,
                html.Button("Add to set", type="button", className="linklike", **{"data-add": told.code}),
                *_pack(query),
                html.Span(told.code, className="note"),
            ],
            className="panel-links",
        ),
        _months(told.months, query, noun),
        *_week(told.week, noun),
        _sources(told.sources),
        *_checks(sure),
        *_deprivation(domains),
        *_neighbours(told.neighbours, query, link),
    ]
    attributes = {
        "aria-label": f"Area: {told.name}",
        "data-panel": "area",
        "data-code": told.code,
        "data-said": told.headline,
    }
    return _panel(told.name, line, link(query.replace(area="")), body, attributes)


def _pack(query: Query) -> list[Component]:
    """Link to the pack of the ward selected."""
    if query.level != "ward":
        return []
    address = f"/export.pack{query.to_search()}"
    return [html.A("Ward pack (PDF)", href=address, className="linklike", download="")]


def _panel(
    name: str, line: str, close: str, body: list[Component], attributes: Mapping[str, str]
) -> Component:
    """Set what is told under a head that stays in sight; ``assets/panel.js`` shows the same head at once."""
    head = html.Div(
        [
            html.Div(
                [
                    html.H2(name, className="selected-name", tabIndex="-1"),
                    html.P(line, className="selected-line"),
                ]
            ),
            html.A(
                "×", href=close, className="selected-close", title="Esc", **{"aria-label": f"Close {name}"}
            ),
        ],
        className="selected-head",
    )
    return html.Section([head, html.Div(body, className="panel-body")], className="panel", **attributes)


def _counted(row: pd.Series) -> str:
    """Number of events of an area in words of the page."""
    return texts(pd.Series([row["count"]]), "{:,.0f}", f"{SUPPRESSED} (1 to 7)")[0]


def _facts(known: Mapping[str, str]) -> Component:
    pairs = [html.Div([html.Dt(label), html.Dd(value)]) for label, value in known.items() if value]
    return html.Dl(pairs, className="panel-facts")


def _known(told: Profile, clusters: Answer) -> dict[str, str]:
    """Say the facts of an area, the rate with its 95% interval."""
    row, answer = told.row, told.answer
    known = {
        "Per 1,000 residents": _with_interval(row),
        "Cluster (local Moran’s I)": _cluster(told.code, clusters),
    }
    asked = beside(answer.query.measure)
    if asked.key != "rate" and pd.notna(row[asked.column]):
        known[asked.name] = asked.form.format(row[asked.column])
        if asked.limits:
            known[asked.name] += f" ({asked.form} to {asked.form})".format(row["lower_ci"], row["upper_ci"])
    if pd.notna(row["imd_decile"]):
        known["Deprivation decile, 1 is most"] = f"{int(row['imd_decile'])}"
    if pd.notna(row["population"]):
        known["Residents"] = f"{int(row['population']):,}"
    return known


def _with_interval(row: pd.Series) -> str:
    if pd.isna(row["rate_per_1000"]):
        return ""
    rated = rates.crude_rate([float(row["count"])], [float(row["population"])]).iloc[0]
    return f"{rated['value']:,.1f} ({rated['lower_ci']:,.1f} to {rated['upper_ci']:,.1f})"


def _cluster(code: str, clusters: Answer) -> str:
    place = int(clusters.codes[clusters.table.index.get_loc(code)])
    return clusters.classes.labels[place] if place < len(clusters.classes.labels) else ""


def _months(months: pd.DataFrame, query: Query, noun: str) -> Component:
    chosen = chosen_months([int(m) for m in months["month"]], query)
    return blocks.fold(
        "By month",
        blocks.bars(months, noun, chosen),
        found=blocks.peak_month(months),
        table=blocks.months_table(months),
    )


def _week(week: Week, noun: str) -> list[Component]:
    if week.clock is None:
        return []
    said = " ".join(filter(None, (week.when, week.untimed)))
    return [
        blocks.fold(
            f"By weekday and hour{blocks.CLOCKS[week.kind]}",
            blocks.heat(week.clock, noun, midnight=week.midnight is not None),
            html.P(said, className="note"),
            found=blocks.peak_hour(week.clock, midnight=week.midnight is not None),
            table=blocks.clock_table(week.clock, week.kind),
        )
    ]


def _sources(table: pd.DataFrame) -> Component:
    columns = ("Source", "Count", "/ 1,000 a year", "Rank")
    counts = texts(table["count"], "{:,.0f}", SUPPRESSED)
    rated = texts(table["rate_per_1000_a_year"], "{:,.1f}", "–")
    rows = list(zip(table["label"], counts, rated, table["rank"], strict=True))
    periods = [f"{label}: {period}" for label, period in zip(table["label"], table["period"], strict=True)]
    ranks = [rank for rank in table["rank"] if rank]
    return blocks.fold(
        "In every source",
        blocks.grid(columns, rows, "Counts, rates and ranks by source"),
        html.P("; ".join(periods) + ".", className="note"),
        found=f"rank {listed(ranks)}" if ranks else "",
        table=blocks.lines(columns, rows),
    )


def _checks(sure: pd.Series | None) -> list[Component]:
    """Say which checks agree that the area is a hot spot."""
    if sure is None:
        return []
    verdicts = {True: ("✓", "yes"), False: ("✗", "no")}
    items = []
    for key, words in confidence.CHECKS.items():
        value = sure.get(f"check_{key}")
        if value is not None:
            sign, said = ("–", "not assessed") if pd.isna(value) else verdicts[bool(value)]
            items.append(
                html.Li(
                    [
                        html.Span(
                            sign, className=f"check check-{said.split()[0]}", **{"aria-hidden": "true"}
                        ),
                        f"{words[:1].upper()}{words[1:]}",
                        html.Span(f": {said}", className="hidden"),
                    ]
                )
            )
    agree = f"{int(sure['checks_agree'])} of {int(sure['checks_assessed'])} checks agree"
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
    counts = texts(ordered["count"], "{:,.0f}", SUPPRESSED)
    items = [
        html.Li(
            [html.A(name, href=link(query.replace(area=code)), className="link"), html.Span(count)],
            **{"data-code": code},
        )
        for code, name, count in zip(ordered.index, ordered["name"], counts, strict=True)
    ]
    found = f"{len(ordered)}, most in {ordered['name'].iloc[0]}" if pd.notna(ordered["count"].iloc[0]) else ""
    return [blocks.fold("Neighbours", html.Ul(items, className="neighbours"), found=found)]


# ---------------------------------------------------------------- a set of areas


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
    name = f"Set of {number} area{'s' if number != 1 else ''}"
    save = html.Div(
        html.Button("Save this set", type="button", className="linklike", **{"data-act": "save-set"}),
        className="panel-links",
    )
    line = "All of it is outside the boroughs chosen."
    inside: list[Component] = []
    if told is not None:
        few = f", {told.suppressed} areas {SUPPRESSED}" if told.suppressed else ""
        line = f"{source.noun.capitalize()} not added up"
        if told.count is not None:
            line = f"{told.count:,} {source.noun}{few}"
        inside = _together(told, query, source, link)
    attributes = {"aria-label": name, "data-panel": "set", "data-said": f"{name}: {line}"}
    return _panel(name, line, link(query.replace(group=())), [save, *inside], attributes)


def _together(told: Group, query: Query, source: SourceInfo, link: Link) -> list[Component]:
    few = f" and {told.suppressed} with {SUPPRESSED} (1 to 7)" if told.suppressed else ""
    known = {
        source.noun.capitalize(): "" if told.count is None else f"{told.count:,}{few}",
        "Of those shown": "" if told.share is None else f"{told.share:.1%}",
        "Per 1,000 residents": "" if told.rate_per_1000 is None else f"{told.rate_per_1000:,.1f}",
        "Residents": "" if told.residents is None else f"{told.residents:,}",
    }
    parts: list[Component] = [_facts(known)]
    if told.trend:
        parts.append(html.P(_changed(told.trend, source.noun), className="panel-said"))
    if told.months is not None and told.rest_months is not None:
        chosen = chosen_months([int(m) for m in told.months["month"]], query)
        both = told.months.assign(rest=told.rest_months["count"])
        parts.append(
            blocks.fold(
                "By month, each to its own scale",
                html.P("The set", className="note"),
                blocks.bars(told.months, source.noun, chosen),
                html.P("The other areas", className="note"),
                blocks.bars(told.rest_months, source.noun, chosen),
                table=blocks.lines(
                    ("month", "set", "others"), both[["month_text", "count", "rest"]].to_numpy().tolist()
                ),
            )
        )
    parts += _gradients(told, query, source.noun)
    if told.week is not None and told.rest_week is not None and told.week.clock is not None:
        parts.append(
            blocks.fold(
                "By weekday and hour, each to its own scale",
                html.P(f"The set{blocks.CLOCKS[told.week.kind]}", className="note"),
                blocks.heat(told.week.clock, source.noun, midnight=told.week.midnight is not None),
                html.P(f"The other areas{blocks.CLOCKS[told.rest_week.kind]}", className="note"),
                blocks.heat(told.rest_week.clock, source.noun, midnight=told.rest_week.midnight is not None),
                table=blocks.clock_table(told.week.clock, told.week.kind),
            )
        )
    if told.note:
        parts.append(html.P(told.note, className="note"))
    counts = texts(told.table["count"], "{:,.0f}", SUPPRESSED)
    rows = list(zip(told.table.index, told.table["name"], counts, strict=True))
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
                    href=link(query.replace(group=tuple(c for c in query.group if c != code))),
                    className="drop",
                    **{"aria-label": f"Take {name} out of the set"},
                ),
            ],
            **{"data-code": code},
        )
        for code, name, count in rows
    ]
    parts.append(
        blocks.fold(
            "Its areas",
            html.Ul(items, className="neighbours members"),
            found=f"{len(rows)}",
            unfolded=True,
            table=blocks.lines(("code", "name", "count"), rows),
        )
    )
    return parts


def _changed(trend: Trend, noun: str) -> str:
    """Say how a set changed, how the rest did, and whether that differs by more than chance."""
    here, rest = (_more(ratio, noun) for ratio in (trend.here, trend.rest))
    periods = f"{period_name(*trend.period)} against {period_name(*trend.before)}"
    said = f"{periods}: {here} in the set, {rest} elsewhere."
    if trend.against is None:
        return said
    ratio, low, high = trend.against
    limits = f"{_signed(ratio)} (95% interval {_signed(low)} to {_signed(high)})"
    if low <= 1 <= high:
        return f"{said} The difference, {limits}, can be chance."
    return f"{said} Against the rest that is {limits}, more than chance gives."


def _more(ratio: float, noun: str) -> str:
    change = round(100 * (ratio - 1))
    return f"{abs(change)}% {'more' if change > 0 else 'fewer'} {noun}" if change else f"as many {noun}"


def _signed(ratio: float) -> str:
    return f"{ratio - 1:+.0%}".replace("-", "−")


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
            "By deprivation, to one scale",
            html.P(f"The set: {noun} per {told.gradient.per}{query.by_domain}", className="note"),
            blocks.groups(told.gradient, kind, noun, most),
            html.P("The other areas", className="note"),
            blocks.groups(told.rest_gradient, kind, noun, most),
            found=f"in {rates['set'].notna().sum()} of {NUMBER_OF[kind]} {kind}s",
            table=blocks.lines((kind, *parts), rates.round(2).reset_index().to_numpy().tolist()),
        )
    ]
