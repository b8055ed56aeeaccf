"""What may be shown of one question?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from geo.answer.disclosure import SUPPRESSED
from geo.answer.gradient import Gradient
from geo.answer.layers import LAYERS
from geo.answer.legend import Classes, Entry, in_reading_order
from geo.answer.week import Week
from geo.ask.query import Query


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


@dataclass(frozen=True)
class Answer:
    """Everything that may be shown of one query.

    Attributes
    ----------
    query : Query
        As checked against what is loaded.
    table : DataFrame
        All areas of the level in map order, index of codes: ``name``, ``ward``, ``borough``, ``count``
        (Int64, missing where suppressed), ``population``, ``rate_per_1000``, then the columns of the
        measure and the layer, ``imd_decile`` and ``rank`` ("3", or "3=" where areas tie).
    inside : ndarray of bool
        Areas of the boroughs chosen.
    codes : ndarray of uint8
        Position of each area's class in ``classes``; 255 outside the boroughs chosen.
    classes : Classes
    overlay : ndarray of bool or None
        Most deprived 20% of England, where the query lays it over the map.
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
    headline : str
        The finding, one sentence.
    description : str
        What is shown, from :meth:`Query.describe`.
    caveats : tuple of str
    notices : tuple of str
        What in the query could not be taken.
    banner : str
        The marking of the data.
    """

    query: Query
    table: pd.DataFrame
    inside: np.ndarray
    codes: np.ndarray
    classes: Classes
    overlay: np.ndarray | None
    usual: np.ndarray
    totals: Totals
    months: pd.DataFrame
    week: Week
    gradient: Gradient
    headline: str
    description: str
    caveats: tuple[str, ...]
    notices: tuple[str, ...]
    banner: str

    @property
    def clock(self) -> pd.DataFrame | None:
        """Weekday (0 Monday) by hour (0-23), Int64, missing where suppressed; None without hours."""
        return self.week.clock

    @cached_property
    def legend(self) -> tuple[Entry, ...]:
        """The classes as page and print list them."""
        return in_reading_order(self.classes, LAYERS[self.query.layer].scale)

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The areas of the boroughs chosen, highest first; ties in the order of their names."""
        table = self.table[self.inside]
        position = table["rank"].str.rstrip("=").replace("", "999999").astype(int)
        order = np.lexsort((table["name"].to_numpy(str), position.to_numpy()))
        return table.iloc[order]

    def export(self) -> pd.DataFrame:
        """Table as it leaves in a file: the contract's columns, suppressed counts as ``*``."""
        table = self.table[self.inside]
        front = ["name", "borough", "count", "population", "rate_per_1000"]
        rest = [c for c in table.columns if c not in (*front, "ward", "rank")]
        table = table[front + rest].copy()
        table["count"] = table["count"].astype(object).where(table["count"].notna(), SUPPRESSED)
        return table
