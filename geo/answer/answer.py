"""What may be shown of one question?

:func:`find` works out what the map, the table and the sentences need; :class:`Answer` is that with the charts
beside the map, everything that the page or an export may show. All numbers have passed the gate of their
source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from geo.answer.asked import Asked
from geo.answer.columns import DAYS_COVERED, PLUS_MINUS, Column, reported_on
from geo.answer.deciles import Deciles
from geo.answer.disclosure import SUPPRESSED
from geo.answer.gradient import Gradient
from geo.answer.immutable import immutable
from geo.answer.layers import LAYERS
from geo.answer.legend import Classes, Entry, in_reading_order, unreported
from geo.answer.margin import plus_minus
from geo.answer.measures import MEASURES, in_order, measure
from geo.answer.said import finding, left_out, nothing, of_numbers, uncovered
from geo.answer.week import Week
from geo.ask.notice import Notice, choose
from geo.ask.query import Query
from geo.stats import rates
from geo.stats.concentration import ranks

RANKED = 10
"""Areas numbered on a map."""


@dataclass(frozen=True)
class Totals:
    """How the events of a filter add up; protected, None where suppressed.

    Attributes
    ----------
    total : int or None
        All events of the filter, wherever they are.
    shown : int or None
        On the map, in the boroughs chosen.
    elsewhere : int or None
        On the map, in other boroughs.
    outside, unlocated : int or None
        With a place off the map; without a place.
    untimed : int or None
        In the boroughs chosen, in the same categories and months, without a weekday and hour; they are left
        out when hours, days or nights are chosen.
    """

    total: int | None
    shown: int | None
    elsewhere: int | None
    outside: int | None
    unlocated: int | None
    untimed: int | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one question has found on the map; protected. The attributes are those of :class:`Answer`."""

    table: pd.DataFrame = immutable()
    inside: np.ndarray = immutable()
    compared: np.ndarray = immutable()
    placing: np.ndarray = immutable()
    days: int
    codes: np.ndarray = immutable()
    classes: Classes
    overlay: np.ndarray = immutable()
    deciles: Deciles
    usual: np.ndarray = immutable()
    totals: Totals
    finding: str
    warning: str
    left_out: tuple[str, ...]
    caveats: tuple[str, ...]
    title: str
    source: str


def find(s: Asked) -> Found:
    """Work out what the map, the table and the sentences of a question need.

    Parameters
    ----------
    s : Asked
        Its query as far as the map depends on it.

    Returns
    -------
    Found
    """
    layer = LAYERS[s.query.layer]
    drawn = layer.draw(s)
    gate, count, told = s.gate, s.protected(s.counts), s.level.columns
    columns = {
        **{name: told[name] for name in ("name", "known", "ward", "borough")},
        "count": count,
        **({PLUS_MINUS.name: IntegerArray(plus_minus(s.noise), count.isna())} if s.loaded.noise else {}),
        "population": told["population"],
        "rate_per_1000_year": rates.crude_values(s.shown, s.population, s.exposure),
        **_arrays(drawn.columns),
    }
    ranked_by = MEASURES[s.query.measure].column.name
    if ranked_by not in columns:  # the layer is about something else
        columns |= _arrays(measure(s).columns)
    if "unreliable" not in columns:  # of another number of events than the count
        columns["unreliable"] = rates.unreliable(s.shown)
    if not s.inside[s.chosen].all():
        columns[DAYS_COVERED.name] = np.round(s.covered * s.days).astype(np.int64)
    columns["imd_decile"] = told["imd_decile"]
    by = columns[ranked_by]
    values = by if isinstance(by, np.ndarray) else by.to_numpy(np.float64, na_value=np.nan)
    placing = in_order(s, MEASURES[s.query.measure], np.asarray(values, np.float64))
    if layer.lists or (layer.ranks and pd.notna(columns[layer.ranks]).any()):
        placing = np.where(s.chosen if layer.lists else s.inside, pd.Series(columns[layer.ranks]), np.nan)
    codes, classes = unreported(drawn.codes, drawn.classes, s.chosen)
    groups = leading_classes(s.query, codes, classes)
    columns["rank"] = ranks(placing, groups)
    table = pd.DataFrame(columns, s.frame.index, copy=False)
    selection = s.selection
    return Found(
        table=table,
        inside=s.chosen,
        compared=s.inside,
        placing=placing,
        days=s.days,
        codes=codes,
        classes=classes,
        overlay=(s.level.numbers("imd_decile") <= 2) & s.chosen,
        deciles=s.level.deciles,
        usual=_usual(s),
        totals=Totals(
            total=gate.count(int(selection.by_place.sum())),
            shown=gate.count(int(s.counts[s.inside].sum())),
            elsewhere=gate.count(int(s.counts[~s.inside].sum())),
            outside=gate.count(selection.outside),
            unlocated=gate.count(selection.unlocated),
            untimed=gate.count(s.at_any_time.untimed(s.lsoas)) if s.info.has_hours else None,
        ),
        finding=drawn.finding if layer.lists else finding(s, table, drawn.finding),
        warning=" ".join(filter(None, (*drawn.warning, "" if layer.lists else uncovered(s)))),
        left_out=of_numbers(s) if layer.lists else left_out(s),
        caveats=(
            *(() if nothing(s) and not layer.lists else drawn.caveats),
            *(() if np.isnan(s.level.numbers("imd_decile")).all() else s.level.deciles.caveats),
        ),
        title=drawn.title,
        source=drawn.source,
    )


def _arrays(table: pd.DataFrame) -> dict[str, Any]:
    """The columns of a table by their names."""
    return {str(name): column.array for name, column in table.items()}


def leading_classes(query: Query, codes: np.ndarray, classes: Classes) -> np.ndarray:
    """Where each area stands by what its layer looks for: 0 first."""
    leads = LAYERS[query.layer].leads
    place = {key: at for at, key in enumerate(leads)}
    of_class = [*(place.get(key, len(leads)) for key in classes.keys), *[len(leads)] * 256]
    return np.array(of_class, np.uint8)[codes]


def _usual(s: Asked) -> np.ndarray:
    """Positions of the areas with the most events, or the highest rate, before the filters of time."""
    counts = s.gate.counts(s.base()[0]).to_numpy(np.float64, na_value=np.nan)
    by = (
        counts
        if MEASURES[s.query.measure].scale == "counts"
        else counts / np.where(s.population > 0, s.population, np.nan)
    )
    some = np.flatnonzero(s.inside & (by > 0))
    if len(some) > RANKED:  # of many areas only the first are put in order
        some = some[by[some] >= np.partition(by[some], -RANKED)[-RANKED]]
    return some[np.argsort(-by[some], kind="stable")][:RANKED]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything that may be shown of one query.

    Attributes
    ----------
    query : Query
        As checked against what is loaded.
    table : DataFrame
        All areas of the level in map order, index of codes: ``name``, ``known``, ``ward``, ``borough``,
        ``count`` (Int64, missing where suppressed), of a protected version ``plus_minus``, ``population``,
        ``rate_per_1000_year``, then the columns of the measure and the layer, ``unreliable``,
        ``imd_decile`` and ``rank`` ("3", or "3=" where areas tie, as suppressed counts do) in the order of
        :attr:`order`.
    inside : ndarray of bool
        Areas of the boroughs chosen.
    compared : ndarray of bool
        Those of them that are reported on throughout: the others are in no rank and no statistic.
    placing : ndarray of float
        By what they are put in order, NaN where an area has no place (:func:`geo.answer.measures.in_order`).
    days : int
        Length of the time kept and reported on, which rates a year rest on.
    codes : ndarray of uint8
        Position of each area's class in ``classes``; 255 outside the boroughs chosen.
    classes : Classes
    overlay : ndarray of bool or None
        Most deprived 20% of England, where the query lays it over the map.
    deciles : Deciles
        Of which areas the deciles of deprivation are.
    usual : ndarray of int
        Positions of the areas that lead the same question without its months, hours and days, at most
        :data:`RANKED`: what stays in place when only these change.
    totals : Totals
    months : DataFrame
        Every loaded month under all filters but those of the period: ``month``, ``month_text``, ``count``.
    week : Week
        By weekday and hour, under all filters but those of time of day and day.
    gradient : Gradient
        Small areas by deprivation.
    finding : str
        One sentence.
    warning : str
        What must be said with it wherever it stands: that points were moved, or areas not covered.
    description : str
        What is shown, from :func:`geo.ask.describe.describe` where it is of the events.
    source : str
        Whose the numbers are, where the layer is not of the events; else "".
    caveats : tuple of str
    method : tuple of str
        Those of them that say how the layer was found out.
    notices : tuple of str
        What in the query could not be taken.
    banner : str
        The marking of the data.
    """

    query: Query
    table: pd.DataFrame = immutable()
    inside: np.ndarray = immutable()
    compared: np.ndarray = immutable()
    placing: np.ndarray = immutable()
    days: int
    codes: np.ndarray = immutable()
    classes: Classes
    overlay: np.ndarray | None = immutable()
    deciles: Deciles
    usual: np.ndarray = immutable()
    totals: Totals
    months: pd.DataFrame = immutable()
    week: Week
    gradient: Gradient
    finding: str
    warning: str
    description: str
    source: str
    caveats: tuple[str, ...]
    method: tuple[str, ...]
    notices: tuple[str, ...]
    banner: str

    @property
    def headline(self) -> str:
        """The finding with its warning."""
        return f"{self.finding} {self.warning}".rstrip()

    @property
    def clock(self) -> pd.DataFrame | None:
        """Weekday (0 Monday) by hour (0-23), Int64, missing where suppressed; None without hours."""
        return self.week.clock

    @cached_property
    def legend(self) -> tuple[Entry, ...]:
        """The classes as page and print list them."""
        return in_reading_order(self.classes, LAYERS[self.query.layer].scale)

    @property
    def unmarked(self) -> tuple[Notice, ...]:
        """Say which classes the query marks that the legend does not have."""
        kind, _, values = self.query.mark.partition(":")
        known = self.classes.places
        gone = [value for value in values.split(",") if value not in known] if kind == "class" else []
        faults = (f"The legend has no class “{value}” to mark" for value in gone)
        return tuple(Notice(f"{fault}.", f"{fault}{choose(known)}") for fault in faults)

    @cached_property
    def places(self) -> pd.Series:
        """Place of each area by the measure, 1 the highest, Int64; areas that tie share one."""
        return pd.Series(self.placing, self.table.index).rank(ascending=False, method="min").astype("Int64")

    @property
    def ranked_by(self) -> str:
        """What areas are put in order by, "count"."""
        layer = LAYERS[self.query.layer]
        if layer.lists or (layer.ranks and self.table[layer.ranks].notna().any()):
            return next(one.heading for one in layer.columns if one.name == layer.ranks).lower()
        return MEASURES[self.query.measure].label.lower()

    @property
    def listed(self) -> tuple[Column, ...]:
        """Columns that a list of areas has instead of their events; () where the layer is of these."""
        layer = LAYERS[self.query.layer]
        some = [*layer.lists[:1], *(name for name in layer.lists[1:] if self.table[name].notna().any())]
        return tuple(one for one in layer.columns if one.name in some)

    @cached_property
    def order(self) -> np.ndarray:
        """Positions of the areas of the boroughs chosen, what the layer looks for first, then the highest.

        Ties stand in the order of their names.
        """
        shown = np.flatnonzero(self.inside)
        first = leading_classes(self.query, self.codes, self.classes)
        names = self.table["name"].to_numpy(str)
        return shown[np.lexsort((names[shown], -self.placing[shown], first[shown]))]

    @cached_property
    def leading(self) -> np.ndarray:
        """Those of them with a rank, in this order, but none without events or with a suppressed count.

        A layer that is not of the events asks for none.
        """
        rank, count = self.table["rank"].to_numpy(str), self.table["count"].to_numpy(float, na_value=0)
        some = (rank != "") & ((count > 0) | bool(LAYERS[self.query.layer].lists))
        return self.order[some[self.order]]

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The areas of the boroughs chosen in this order."""
        return self.table.iloc[self.order]

    def export(self) -> pd.DataFrame:
        """Table as it leaves in a file: the contract's columns, suppressed counts as ``*``.

        A count that is not known, because nobody reports on the area, is None. A layer that is of no events
        has its own columns alone, as the screen does.
        """
        table, layer = self.table[self.inside], LAYERS[self.query.layer]
        if layer.lists:
            return table[["name", "borough", *(one.name for one in layer.columns), "imd_decile"]].copy()
        front = ["name", "borough", "count", PLUS_MINUS.name, "population", "rate_per_1000_year"]
        front = [column for column in front if column in table]
        rest = [c for c in table.columns if c not in (*front, "known", "ward", "rank")]
        table = table[front + rest].copy()
        count = table["count"].astype(object).where(table["count"].notna(), SUPPRESSED)
        table["count"] = count.where(reported_on(table), None)
        return table
