"""What is this area like?

A :class:`Profile` tells of one area (a small area, a ward or a borough) under the filters of a query: how
many and how that ranks, from every source, when in the week and in which months, of which kinds, in which of
its small areas, and how these stand against others as deprived. Every number has passed the gate of its
source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.columns import DAYS_COVERED, NO_DATA, PLUS_MINUS, count_of
from geo.answer.disclosure import SUPPRESSED
from geo.answer.layers import of_events
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN
from geo.answer.week import Week
from geo.ask.choices import LEVELS
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import AREAS, counted, period_name, verb
from geo.stats.rates import UNRELIABLE_NOTE
from geo.tell.place import PlaceTold, place_of


@dataclass(frozen=True)
class Profile:
    """One area, told from all sides; protected.

    Attributes
    ----------
    code, name : str
    answer : Answer
        To the query, at the level of the area.
    row : Series
        The area's row of its table.
    headline : str
        Its number, its rank and its hotspots, one or two sentences.
    sources : DataFrame
        Index of keys of sources; ``label``, ``period`` in words, ``count`` (Int64), ``rate_per_1000_year``,
        ``unreliable``, ``rank`` among the areas of the level, ``note`` (what of the filters this source
        cannot answer).
    months : DataFrame
        ``month``, ``month_text``, ``count`` (Int64), under all filters but those of the period.
    years : DataFrame
        The same by calendar year: ``year``, ``count`` (Int64), ``months`` loaded.
    week : Week
    days, hours : Series of Int64, or None
        The week added up by weekday (0 Monday) and by hours of the day (first hour of each three), for where
        its single cells are too small to be shown; None where hours are not known.
    categories : DataFrame
        ``category`` and ``count`` (Int64), those with any, most frequent of the whole source first.
    small_areas : Answer or None
        To the same query for small areas, with their clusters by local Moran's I; None where who asks may not
        see these.
    members : DataFrame
        Rows of that answer's table which make up the area, highest first.
    neighbours : DataFrame
        Rows of the answer's table that border on the area.
    gradient : DataFrame
        Index decile of deprivation, 1 the most deprived; over all small areas chosen: ``areas``,
        ``population``, ``count``, ``rate_per_1000_year``, ``lower_ci``, ``upper_ci``. Empty where deprivation
        or residents are not loaded.
    place : PlaceTold
        What kind of place it is.
    """

    code: str
    name: str
    answer: Answer
    row: pd.Series
    headline: str
    sources: pd.DataFrame
    months: pd.DataFrame
    years: pd.DataFrame
    week: Week
    days: pd.Series | None
    hours: pd.Series | None
    categories: pd.DataFrame
    small_areas: Answer | None
    members: pd.DataFrame
    neighbours: pd.DataFrame
    gradient: pd.DataFrame
    place: PlaceTold


def profile(atlas: Atlas, query: Query) -> Profile:
    """Tell of the area that a query selects.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        With ``area`` a code of its ``level``. A filter of boroughs that leaves the area out is dropped.

    Raises
    ------
    Problem
        If no area, or none of this level, is selected.
    """
    query, notices = atlas.catalogue.check(of_events(query))
    if not query.area:
        raise Problem(" ".join(notices) or f"Choose one of the {LEVELS[query.level]} for a profile of it.")
    level = atlas.levels[query.level]
    place = level.frame.index.get_loc(query.area)
    if query.borough and level.frame["lad"].iloc[place] not in query.borough:
        query = query.replace(borough=())
    lsoas = level.parent == place
    answer = atlas.answer(query)
    small = None
    if "lsoa" in atlas.catalogue.levels:
        small = atlas.answer(query.replace(level="lsoa", area="", layer="local_moran", null="exact"))
    shown = np.isin(level.parent, np.flatnonzero(answer.compared))
    members = answer.table.iloc[:0]
    if small is not None:
        members = small.ranked[np.isin(small.ranked.index, small.table.index[lsoas])]
    row = answer.table.iloc[place]
    around = level.neighbours.indices[level.neighbours.indptr[place] : level.neighbours.indptr[place + 1]]
    loaded = atlas.sources[query.source]
    gate, cube = loaded.gate, loaded.events
    kinds = atlas.asked(query).selection.by_category(lsoas)
    categories = pd.DataFrame({"category": kinds.index, "count": gate.counts(kinds.to_numpy())})
    monthly = pd.Series(
        cube.select(query.replace(first=None, last=None, month=())).by_month(lsoas), cube.months
    )
    yearly = monthly.groupby(monthly.index // 12).agg(["sum", "size"])
    years = {
        "year": yearly.index,
        "count": gate.counts(yearly["sum"].to_numpy()),
        "months": yearly["size"].array,
    }
    days = hours = None
    if loaded.info.has_hours:
        cells = atlas.asked(query.replace(hour=(), day=(), night=())).selection.by_clock(lsoas)[
            :DAYS_KNOWN, :HOURS_KNOWN
        ]
        days = pd.Series(gate.counts(cells.sum(axis=1)))
        hours = pd.Series(gate.counts(cells.sum(axis=0).reshape(-1, 3).sum(axis=1)), range(0, HOURS_KNOWN, 3))
    return Profile(
        code=query.area,
        name=str(row["name"]),
        answer=answer,
        row=row,
        headline=_headline(answer, row, members, atlas.catalogue.source(query)),
        sources=_by_source(atlas, query),
        months=atlas.asked(query).month_counts(lsoas),
        years=pd.DataFrame(years),
        week=atlas.asked(query).week(lsoas),
        days=days,
        hours=hours,
        categories=categories[kinds.to_numpy() > 0].reset_index(drop=True),
        small_areas=small,
        members=members,
        neighbours=answer.table.iloc[around],
        gradient=atlas.asked(query.replace(measure="count", domain="imd")).gradient(shown).tenths,
        place=place_of(atlas, query),
    )


def _headline(answer: Answer, row: pd.Series, members: pd.DataFrame, info: SourceInfo) -> str:
    """Say how many, how that ranks, and how many of its small areas are hotspots."""
    if count_of(row) == NO_DATA:
        return f"{row['name']} is not reported on in this period, so its number of {info.noun} is not known."
    if pd.isna(row["count"]):
        said = f"{row['name']} has so few {info.noun} that their number is not shown ({SUPPRESSED}: 1 to 7)."
    else:
        rate = f", {row['rate_per_1000_year']:,.1f} per 1,000 residents a year"
        rate += f" ({UNRELIABLE_NOTE})" if row["unreliable"] else ""
        rate = "" if pd.isna(row["rate_per_1000_year"]) else rate
        said = f"{row['name']} has {info.counted(count_of(row))}{rate}"
        place = answer.places[row.name]
        if pd.notna(place):
            tie = " with others" if (answer.places == place).sum() > 1 else ""
            of = counted(int(answer.places.notna().sum()), *AREAS[answer.query.level])
            said += f": rank {place:,}{tie} of {of} by {answer.ranked_by}"
        said += "."
    if answer.query.level == "lsoa" or members.empty:
        return said
    hot, one = int((members["cluster"] == "HH").sum()), len(members) == 1
    if one:
        return f"{said} Its one small area is {'' if hot else 'not '}a hotspot."
    of = f"{hot or 'Not one'} of its {counted(len(members), *AREAS['lsoa'])}"
    return f"{said} {of} {verb(hot, 'is a hotspot', 'are hotspots')}."


def _by_source(atlas: Atlas, query: Query) -> pd.DataFrame:
    """Count, yearly rate and rank of the area in each source; a filter of categories holds for its own.

    A source that is given of larger areas alone has no data of it.
    """
    rows = {}
    for key, loaded in atlas.sources.items():
        asked = query.replace(source=key, layer="measure", measure="count")
        asked = asked if key == query.source else asked.replace(category=())
        asked, notices = atlas.catalogue.check(asked)
        if asked.level != query.level:
            rows[key] = {
                "label": loaded.info.label,
                "period": f"not given by {AREAS[query.level][0]}",
                "count": pd.NA,
                PLUS_MINUS.name: pd.NA,
                DAYS_COVERED.name: 0,
                "rate_per_1000_year": np.nan,
                "unreliable": False,
                "rank": "",
                "note": "",
            }
            continue
        answer = atlas.answer(asked)
        row = answer.table.loc[query.area]
        months = loaded.events.months[loaded.events.select(asked).months]
        rows[key] = {
            "label": loaded.info.label,
            "period": period_name(int(months[0]), int(months[-1])) if len(months) else "",
            "count": row["count"],
            PLUS_MINUS.name: row.get(PLUS_MINUS.name, pd.NA),
            DAYS_COVERED.name: row.get(DAYS_COVERED.name, answer.days),
            "rate_per_1000_year": row["rate_per_1000_year"],
            "unreliable": row["unreliable"],
            "rank": row["rank"],
            "note": " ".join(notices),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    counts = {"count": "Int64", PLUS_MINUS.name: "Int64"}
    return table.astype({**counts, "rate_per_1000_year": "float64", "unreliable": "bool"})
