"""What is the one question that a database is asked?

Keep the events of some categories, months, weekdays and hours, days and further attributes, in some areas,
and count them by some of their columns: :meth:`Queried.counted`. Every number of an answer is that, asked by
other columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd
from ibis.expr import types as ir

from geo.answer.counts import Counted
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN, N_SLOTS, TIMED, first_week
from geo.ask.ages import AGE_BANDS

if TYPE_CHECKING:
    from geo.answer.counts import Mask, Weights

WIDTH = len(AGE_BANDS) + 1
"""Age bands, and that which is not known."""
RUNS = 100
"""Runs of numbers up to which each is a condition of its own: the hours of a week have no more."""


@dataclass(frozen=True)
class Queried(Counted):
    """The events in a database that a filter of category and time keeps.

    Attributes
    ----------
    cube : geo.engines.events.Events
    """

    cube: Any

    @property
    def nbytes(self) -> int:
        """Bytes that it takes once its counts by place, and of those without a time, are known."""
        return 16 * (self.cube.n_areas + 2) + len(self.categories) + len(self.months)

    # ------------------------------------------------------------ the question

    @cached_property
    def table(self) -> ir.Table:
        """The events kept."""
        table: ir.Table = self.cube.table
        return table.filter(*self._conditions()) if self._conditions() else table

    def _conditions(self) -> list[ir.BooleanValue]:
        table, found = self.cube.table, []
        if not self.categories.all():
            spelled = [one for one, at in self.cube.spellings.items() if self.categories[at]]
            found.append(table["category"].isin(spelled) if spelled else self.cube.extra.every(False))
        if not self.months.all():
            found.append(one_of(table["month"], self.cube.months[self.months]))
        if self.slots is not None and not self.slots.all():
            found.append(_in_slots(table, self.slots))
        if self.window is not None:
            start, stop = (day.toordinal() for day in self.window)
            found.append(table["ordinal"].between(start, stop))
        return found if self.mask is None else [*found, self.mask]

    def inside(self, areas: np.ndarray | None) -> ir.Table:
        """The events kept, in some areas (bool, shape (n,)); None takes all."""
        if areas is None:
            return self.table
        return self.table.filter(one_of(self.table["place"], np.flatnonzero(areas)))

    def counted(self, by: dict[str, ir.Value], table: ir.Table | None = None) -> pd.DataFrame:
        """How many of them there are by some columns, as ``n``."""
        table = self.table if table is None else table
        return self.cube.database.run(table.group_by(**by).aggregate(n=table.count()))

    def _array(self, shape: tuple[int, ...], found: pd.DataFrame, *axes: np.ndarray) -> np.ndarray:
        """Counts as an array, by position on each axis."""
        array = np.zeros(shape, np.int64)
        np.add.at(array, tuple(axis.astype(np.int64) for axis in axes), found["n"].to_numpy(np.int64))
        return array

    # ------------------------------------------------------------ where

    @cached_property
    def by_place(self) -> np.ndarray:
        """Events by area position, then without a place, then outside; int64, shape (n + 2,)."""
        found = self.counted({"place": self.table["place"]})
        return self._array((self.cube.n_areas + 2,), found, found["place"].to_numpy())

    def undated(self, areas: np.ndarray) -> int:
        """Events in some areas, of the same categories and slots, without a known day."""
        inside = replace(self, window=None).inside(areas)
        return self._one(inside.filter(inside["ordinal"] == 0).count())

    def weighted(self, weights: Weights) -> np.ndarray:
        """Sum of weights of the events by area; float64, shape (n,)."""
        total = self.table.mutate(weight=weights)
        found = self.cube.database.run(total.group_by("place").aggregate(total=total["weight"].sum()))
        array = np.zeros(self.cube.n_areas + 2)
        array[found["place"].to_numpy(np.int64)] = found["total"].astype(float).fillna(0).to_numpy()
        return array[:-2]

    def unweighted(self, weights: Weights, areas: np.ndarray) -> int:
        """Events in some areas without a weight."""
        return self.among(weights.isnull(), areas)

    # ------------------------------------------------------------ when, what and who

    def by_month(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by loaded month; int64, shape (M,); 0 in months that the filter leaves out."""
        inside = self.inside(areas)
        found = self.counted({"month": inside["month"]}, inside)
        return self._array((len(self.cube.months),), found, self._month(found))

    def by_clock(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by weekday and hour; int64, shape (8, 25), the last row and column not known."""
        inside = self.inside(areas)
        found = self.counted({"slot": _slot(inside)}, inside)
        return self._array((N_SLOTS,), found, found["slot"].to_numpy()).reshape(-1, HOURS_KNOWN + 1)

    def by_category(self, areas: np.ndarray | None = None) -> pd.Series:
        """Events by category label; int64, most frequent of the whole source first."""
        inside = self.inside(areas)
        found = self.counted({"category": inside["category"]}, inside)
        at = found["category"].map(self.cube.spellings).to_numpy()
        counts = self._array((len(self.cube.categories),), found, at)
        return pd.Series(counts, index=pd.Index(self.cube.categories, name="category"), name="count")

    def by_age(self) -> np.ndarray:
        """Events by area and age band; int64, shape (n, 20), the last column age not known."""
        found = self.counted({"place": self.table["place"], "age": self.table["age"]})
        axes = found["place"].to_numpy(), found["age"].to_numpy()
        return self._array((self.cube.n_areas + 2, WIDTH), found, *axes)[:-2]

    def by_area_and_month(self) -> np.ndarray:
        """Events by area and selected month; int64, shape (n, selected months)."""
        found = self.counted({"place": self.table["place"], "month": self.table["month"]})
        shape = self.cube.n_areas + 2, len(self.cube.months)
        return self._array(shape, found, found["place"].to_numpy(), self._month(found))[:-2, self.months]

    def by_area_and_hour(self) -> np.ndarray:
        """Events by area and hour of the week, int64 (n, 168)."""
        found = self.counted({"place": self.table["place"], "slot": _slot(self.table)})
        axes = found["place"].to_numpy(), found["slot"].to_numpy()
        return self._array((self.cube.n_areas + 2, N_SLOTS), found, *axes)[:-2, TIMED]

    def by_unit(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by week (or month), weekday and hour, in one row; int64."""
        inside = self.inside(areas)
        if self.cube.by_week:
            dated = inside["ordinal"] > 0
            week = (inside["ordinal"].cast("int64") - 1) // DAYS_KNOWN - first_week(self.cube.months)
            found = self.counted({"unit": dated.ifelse(week, 0), "slot": _slot(inside)}, inside)
            unit = found["unit"].to_numpy()
        else:
            found = self.counted({"month": inside["month"], "slot": _slot(inside)}, inside)
            unit = self._month(found)
        cell = unit.astype(np.int64) * N_SLOTS + found["slot"].to_numpy(np.int64)
        return self._array((int(cell.max(initial=-1)) + 1,), found, cell)

    def ranges(self, areas: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Hour of the week at which each timed event began, and the length of its range in hours."""
        inside = replace(self, slots=TIMED if self.slots is None else self.slots & TIMED).inside(areas)
        span = inside["span_hours"].cast("float64") if self.cube.has_spans else ibis.literal(0.0)
        found = self.counted({"slot": _slot(inside), "span": span.fill_null(0.0)}, inside)
        times = found["n"].to_numpy(np.int64)
        day, hour = np.divmod(np.repeat(found["slot"].to_numpy(np.int64), times), HOURS_KNOWN + 1)
        return day * 24.0 + hour, np.repeat(found["span"].to_numpy(float), times)

    def squares(self, groups: np.ndarray, number: int) -> np.ndarray | None:
        """Σ f² of persons with f events each, by group of areas and age band."""
        if "person" not in self.table.columns:
            return None
        inside = self.inside(groups >= 0)
        person = inside["person"].cast("int64").fill_null(0)
        found = self.counted({"place": inside["place"], "age": inside["age"], "person": person}, inside)
        found["group"] = groups[found["place"].to_numpy(np.int64)]
        alike = found.groupby(["group", "age", "person"], as_index=False)["n"].sum()
        alike["n"] = np.where(alike["person"] != 0, alike["n"] ** 2, alike["n"])
        return self._array((number, WIDTH), alike, alike["group"].to_numpy(), alike["age"].to_numpy())

    def repeats(self, areas: np.ndarray) -> int:
        """Events beyond the first of each person in some areas; 0 where none are known."""
        if "person" not in self.table.columns:
            return 0
        inside = self.inside(areas)
        inside = inside.filter(inside["person"] != 0)
        return self._one(inside.count()) - self._one(inside["person"].nunique())

    # ------------------------------------------------------------ which

    def marks(self) -> Mask:
        """Mark these events among those of the source."""
        conditions = [one.fill_null(False) for one in self._conditions()]
        return reduce(lambda one, other: one & other, conditions, self.cube.extra.every(True))

    def among(self, mask: Mask, areas: np.ndarray) -> int:
        """Events in some areas that a mask marks too."""
        both = mask if self.mask is None else self.mask & mask
        return self._one(replace(self, mask=both).inside(areas).count())

    def _one(self, value: ir.Value) -> int:
        return int(self.cube.database.run(value.name("n").as_table())["n"].iloc[0])

    def _month(self, found: pd.DataFrame) -> np.ndarray:
        """Position of each row's month among those loaded."""
        return np.searchsorted(self.cube.months, found["month"].to_numpy(np.int64))


def _slot(table: ir.Table) -> ir.IntegerValue:
    """Weekday and hour of an event in one."""
    return table["weekday"].cast("int32") * (HOURS_KNOWN + 1) + table["hour"].cast("int32")


def _in_slots(table: ir.Table, slots: np.ndarray) -> ir.BooleanValue:
    """Whether weekday and hour of an event are among some: by each alone where that, or not that, says it."""
    kept = slots.reshape(-1, HOURS_KNOWN + 1)
    days, hours = kept.any(axis=1), kept.any(axis=0)
    if not np.array_equal(kept, np.outer(days, hours)):
        left = ~kept
        if np.array_equal(left, np.outer(left.any(axis=1), left.any(axis=0))):
            return ~_in_slots(table, ~slots)
        return one_of(_slot(table), np.flatnonzero(slots))
    parts = [(table["weekday"], days), (table["hour"], hours)]
    return reduce(and_, [one_of(value, np.flatnonzero(which)) for value, which in parts if not which.all()])


def one_of(value: ir.IntegerValue, numbers: np.ndarray) -> ir.BooleanValue:
    """Whether a number is one of some, which rise: by runs of them, so that the question stays short.

    Of a country's areas even the runs are thousands: then as a list in one text, which the database splits.
    """
    if not len(numbers):
        return value < 0  # none of these numbers is
    starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 2) != 1)
    if len(starts) > RUNS:
        text = ibis.literal(" ".join(map(str, numbers.tolist())))
        listed = text.split(" ").unnest().name("at").as_table()
        return value.isin(listed.select(at=listed["at"].cast("int32"))["at"])
    firsts, lasts = numbers[starts].tolist(), numbers[np.append(starts[1:], len(numbers)) - 1].tolist()
    alone = [first for first, last in zip(firsts, lasts, strict=True) if first == last]
    runs = [value.between(a, b) for a, b in zip(firsts, lasts, strict=True) if a != b]
    return reduce(or_, [*runs, *([value.isin(alone)] if alone else [])])
