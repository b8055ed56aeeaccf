"""How many, where, when?

A :class:`Cube` holds the events of one source as packed integers, sorted by category, month, weekday and
hour, with an index from each such cell to its rows. A filter of time and category is then a set of cells,
its rows are a few slices, and any table of it is one ``bincount``. Filters without hours or days, the most
common ones, are answered from a cumulative count by category, month and area without touching a row.

A cube is immutable, and counts in this process what :mod:`geo.answer.counts` says an answer needs.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from geo.answer.counts import Counted, Counts
from geo.answer.moments import (
    DAYS_KNOWN,
    HOURS_KNOWN,
    N_SLOTS,
    TIMED,
    WEEKDAY,
    first_week,
    ordinals_before,
)
from geo.answer.recorded import InOrder
from geo.ask.ages import AGE_BANDS
from geo.ask.definition import Definition
from geo.ask.query import Query
from geo.ask.windows import Window
from geo.data.severity import apply_weights

FEW_RUNS = 64
"""Runs of rows up to which each is taken as it stands, not row by row."""


@dataclass(frozen=True)
class Cube(Counts):
    """The events of one source, ready to be counted.

    Attributes
    ----------
    categories, months, n_areas, defined, standing
        As :class:`geo.answer.counts.Counts` says.
    area : ndarray of int, shape (N,)
        Position of each event's area, in as few bytes as hold it; rows sorted by cell.
    age : ndarray of int8, shape (N,)
        Position in :data:`AGE_BANDS`, 19 where not known.
    day : ndarray of int8, shape (N,)
        Day of the month, 0 where not known.
    offsets : ndarray of int64, shape (C * M * N_SLOTS + 1,)
        First row of each cell (category, month, weekday, hour).
    extra : InOrder of str to ndarray, shape (N,)
        Further attributes of the source in the same row order.
    """

    categories: tuple[str, ...]
    months: np.ndarray
    n_areas: int
    area: np.ndarray
    age: np.ndarray
    day: np.ndarray
    offsets: np.ndarray
    extra: InOrder
    defined: Mapping[str, Definition] = field(default_factory=dict)
    standing: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def n_events(self) -> int:
        """Number of events held."""
        return len(self.area)

    @cached_property
    def has_hours(self) -> bool:
        """Whether any event has a weekday and an hour."""
        return bool(self._by_slot()[TIMED].any())

    @cached_property
    def has_days(self) -> bool:
        """Whether any event has a weekday."""
        return bool(self._by_slot()[WEEKDAY < DAYS_KNOWN].any())

    @cached_property
    def last_days(self) -> dict[int, int]:
        """Every month loaded to the last day of it that has an event."""
        latest, events = np.zeros(len(self.months), np.int64), np.zeros(len(self.months), np.int64)
        edges = self.offsets[::N_SLOTS]
        for block, (start, end) in enumerate(pairwise(edges.tolist())):
            month = block % len(self.months)
            events[month] += end - start
            latest[month] = max(latest[month], self.day[start:end].max(initial=0))
        ends = [monthrange(m // 12, m % 12 + 1)[1] for m in self.months]
        return {
            int(month): int(day) if any_ else end
            for month, day, any_, end in zip(self.months, latest, events, ends, strict=True)
        }

    @cached_property
    def has_ages(self) -> bool:
        """Whether any event has an age."""
        return bool((self.age < len(AGE_BANDS)).any())

    @cached_property
    def has_spans(self) -> bool:
        """Whether any event has a range of time."""
        return self.extra.known("span_hours") and bool((self.spans > 0).any())

    @property
    def spans(self) -> np.ndarray:
        """Length of each event's range of time in hours; NaN or 0 for a moment."""
        return np.asarray(self.extra.get("span_hours", np.zeros(self.n_events, np.float32)), np.float32)

    @cached_property
    def returning(self) -> Any:
        """Person of each event; 0 where that is not known or has no other event; None where none is known."""
        persons = self.extra.get("person")
        if persons is None:
            return None
        several = np.bincount(persons) > 1
        several[0] = False
        return np.where(several[persons], persons, 0).astype(np.int32)

    def select(self, query: Query) -> Selection:
        """Choose the events of a query, in rows."""
        found = super().select(query)
        assert isinstance(found, Selection)
        return found

    @property
    def _counted(self) -> type[Selection]:
        return Selection

    def in_memory(self) -> Cube:
        """The events themselves: these."""
        return self

    def weights(self, weights: pd.Series) -> np.ndarray:
        """Weight of each event in row order, that of its offence's code or else of its category."""
        category = self.cell // (N_SLOTS * len(self.months))
        by_name = apply_weights(pd.Series(self.categories), weights).to_numpy()[category]
        codes = self.extra.get("offence_code")
        by_code = by_name if codes is None else apply_weights(pd.Series(codes), weights).to_numpy()
        return np.where(np.isnan(by_code), by_name, by_code)

    @cached_property
    def cumulative(self) -> np.ndarray:
        """Events by category and area up to each month, shape (C, M + 1, n + 2), as few bits as hold them."""
        shape = (len(self.categories), len(self.months), self.n_areas + 2)
        block = np.repeat(np.arange(shape[0] * shape[1]), np.diff(self.offsets[::N_SLOTS]))
        counts = np.bincount(block * shape[2] + self.area, minlength=int(np.prod(shape))).reshape(shape)
        np.cumsum(counts, axis=1, out=counts)
        small = counts.max(initial=0) <= np.iinfo(np.uint16).max
        total = np.zeros((shape[0], shape[1] + 1, shape[2]), np.uint16 if small else np.int32)
        total[:, 1:] = counts
        return total

    @cached_property
    def _cumulative_of_all(self) -> np.ndarray:
        """The same of all categories together, shape (M + 1, n + 2)."""
        total = self.cumulative.sum(axis=0, dtype=np.int32)
        return total.astype(np.uint16) if total.max(initial=0) <= np.iinfo(np.uint16).max else total

    def until(self, categories: np.ndarray) -> list[np.ndarray]:
        """Cumulative counts that add up to those of some categories (bool), each of shape (M + 1, n + 2)."""
        if categories.all():
            return [self._cumulative_of_all]
        return [self.cumulative[category] for category in np.flatnonzero(categories)]

    @cached_property
    def cell(self) -> np.ndarray:
        """Cell of every row, int32, shape (N,)."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), np.diff(self.offsets))

    @cached_property
    def by_week(self) -> bool:
        """Whether the day of every event is known whose weekday is."""
        weekday = np.tile(WEEKDAY < DAYS_KNOWN, len(self.offsets) // N_SLOTS)
        return not ((self.day == 0) & np.repeat(weekday, np.diff(self.offsets))).any()

    @cached_property
    def unit_cell(self) -> np.ndarray:
        """Week (from that of the first month, or month), weekday and hour of every row in one; int32."""
        found = np.empty(self.n_events, np.int32)
        for block, (start, end) in enumerate(pairwise(self.offsets[::N_SLOTS].tolist())):
            found[start:end] = self._unit_cells(block * N_SLOTS, (block + 1) * N_SLOTS)
        return found

    def _unit_cells(self, first: int, last: int) -> np.ndarray:
        """The same of the rows of some cells that follow one another."""
        places = np.arange(first, last, dtype=np.int32)
        sizes = np.diff(self.offsets[first : last + 1])
        unit = np.repeat(places // N_SLOTS % max(1, len(self.months)), sizes)
        slot = np.repeat(places % N_SLOTS, sizes)
        if self.by_week:
            day = self.day[self.offsets[first] : self.offsets[last]]
            unit = np.where(day > 0, (self.before_first[unit] + day - 1) // 7 - first_week(self.months), 0)
        return (unit * N_SLOTS + slot).astype(np.int32)

    @cached_property
    def units_on_map(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Events on the map by category, month and :attr:`unit_cell`, where there are any.

        The cells, how many events each has, both int32, and where those of each category and month begin.
        """
        edges = self.offsets[::N_SLOTS].tolist()
        cells, numbers = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        for block, (start, end) in enumerate(pairwise(edges)):
            units = self._unit_cells(block * N_SLOTS, (block + 1) * N_SLOTS)
            there = units[self.area[start:end] < self.n_areas]
            first = there.min(initial=np.iinfo(np.int32).max)
            number = np.bincount(there - first)
            some = np.flatnonzero(number)
            cells.append((some + first).astype(np.int32))
            numbers.append(number[some].astype(np.int32))
        begins = np.cumsum([len(one) for one in cells])
        return np.concatenate(cells), np.concatenate(numbers), begins

    @cached_property
    def before_first(self) -> np.ndarray:
        """Ordinal of the day before the first of each month."""
        return ordinals_before(self.months)

    def _by_slot(self) -> np.ndarray:
        sizes = np.diff(self.offsets).reshape(-1, N_SLOTS)
        return sizes.sum(axis=0)


@dataclass(frozen=True)
class Selection(Counted):
    """The events of a cube that a filter of category and time keeps."""

    cube: Cube

    @property
    def nbytes(self) -> int:
        """Bytes that it takes with what was worked out of it so far; the cube is not its own."""
        return sum(one.nbytes for one in list(vars(self).values()) if isinstance(one, np.ndarray))

    @cached_property
    def _runs(self) -> tuple[np.ndarray, np.ndarray]:
        """First row and length of each run of rows whose cells are kept."""
        slots = np.ones(N_SLOTS, bool) if self.slots is None else self.slots
        cells = (self.categories[:, None, None] & self.months[:, None] & slots).ravel()
        edges = np.flatnonzero(np.diff(np.concatenate([[False], cells, [False]]).astype(np.int8)))
        starts, ends = self.cube.offsets[edges[0::2]], self.cube.offsets[edges[1::2]]
        kept = ends > starts
        return starts[kept], (ends - starts)[kept]

    def _of(self, column: np.ndarray) -> np.ndarray:
        """What a column of the cube holds of each event kept, in row order; of few runs as they stand."""
        if self.mask is None and self.window is None and "rows" not in vars(self):
            starts, lengths = self._runs
            if len(starts) <= FEW_RUNS:
                runs = zip(starts.tolist(), lengths.tolist(), strict=True)
                return np.concatenate([column[:0], *(column[at : at + length] for at, length in runs)])
        return np.asarray(column[self.rows])

    @cached_property
    def rows(self) -> np.ndarray:
        """Positions of the events kept, int64, in row order."""
        starts, lengths = self._runs
        if not len(starts):
            return np.empty(0, np.int64)
        skips = starts - np.concatenate([[0], np.cumsum(lengths)[:-1]])
        rows = np.arange(lengths.sum()) + np.repeat(skips, lengths)
        rows = rows if self.mask is None else rows[self.mask[rows]]
        return rows if self.window is None else rows[self._in_window(rows, self.window)]

    def _in_window(self, rows: np.ndarray, window: Window) -> np.ndarray:
        """Whether each of some rows has a day that is known and within a window."""
        known = self.cube.day[rows]
        day = self.cube.before_first[self.cube.cell[rows] // N_SLOTS % len(self.cube.months)] + known
        return (known > 0) & (window.start.toordinal() <= day) & (day <= window.stop.toordinal())

    @cached_property
    def by_place(self) -> np.ndarray:
        """Events by area position, then without a place, then outside; int64, shape (n + 2,)."""
        if not self.by_month_only:
            return np.bincount(self._of(self.cube.area), minlength=self.cube.n_areas + 2)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], self.months, [False]]).astype(np.int8)))
        total = np.zeros(self.cube.n_areas + 2, np.int32)
        for until in self.cube.until(self.categories):
            for first, last in zip(edges[0::2], edges[1::2], strict=True):
                total += until[last]
                total -= until[first]
        return total.astype(np.int64)

    def weighted(self, weights: np.ndarray) -> np.ndarray:
        """Sum of weights (float, shape (N,)) of the events by area; float64, shape (n,)."""
        rows, n = self.rows, self.cube.n_areas
        return np.bincount(self.cube.area[rows], np.nan_to_num(weights[rows]), minlength=n + 2)[:n]

    def unweighted(self, weights: np.ndarray, areas: np.ndarray) -> int:
        """Events in some areas without a weight."""
        return int(np.isnan(weights[self._rows(areas)]).sum())

    def undated(self, areas: np.ndarray) -> int:
        """Events in some areas, of the same categories and slots, without a known day."""
        rows = replace(self, window=None)._rows(areas)
        return int((self.cube.day[rows] == 0).sum())

    def by_month(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by loaded month; 0 in months that the filter leaves out."""
        n_months = len(self.cube.months)
        if self.by_month_only and areas is not None:
            counted = np.append(areas, [False, False])
            until = np.zeros(n_months + 1, np.int64)
            for one in self.cube.until(self.categories):
                until += one.sum(axis=1, where=counted, dtype=np.int64)
            return np.where(self.months, np.diff(until), 0)
        cells = self._cells(areas)
        return np.bincount(cells // N_SLOTS % n_months, minlength=n_months) if n_months else cells

    def by_clock(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by weekday and hour; int64, shape (8, 25), the last row and column not known."""
        cells = self._cells(areas)
        return np.bincount(cells % N_SLOTS, minlength=N_SLOTS).reshape(DAYS_KNOWN + 1, HOURS_KNOWN + 1)

    def by_category(self, areas: np.ndarray | None = None) -> pd.Series:
        """Events by category label; int64, most frequent of the whole source first."""
        counts = np.bincount(
            self._cells(areas) // (N_SLOTS * max(1, len(self.cube.months))),
            minlength=len(self.cube.categories),
        )
        return pd.Series(counts, index=pd.Index(self.cube.categories, name="category"), name="count")

    def by_age(self) -> np.ndarray:
        """Events by area and age band; int64, shape (n, 20), the last column age not known."""
        return self._by_age

    @cached_property
    def _by_age(self) -> np.ndarray:
        n, width = self.cube.n_areas, len(AGE_BANDS) + 1
        place = self._of(self.cube.area).astype(np.int64)
        return np.bincount(place * width + self._of(self.cube.age), minlength=(n + 2) * width).reshape(
            n + 2, width
        )[:n]

    def squares(self, groups: np.ndarray, number: int) -> np.ndarray | None:
        """Σ f² of persons with f events each, by group of areas and age band."""
        if self._returning is None:
            return None
        width, rows = len(AGE_BANDS) + 1, self._returning
        kept = groups >= 0
        total = np.zeros((number, width), np.int64)
        np.add.at(total, groups[kept], self.by_age()[kept])
        group = np.append(groups, [-1, -1])[self.cube.area[rows]].astype(np.int64)
        rows, group = rows[group >= 0], group[group >= 0]
        cell, person = group * width + self.cube.age[rows], self.cube.returning[rows]
        people = np.int64(person.max(initial=0) + 1)
        alike, times = np.unique(cell * people + person, return_counts=True)
        more = np.bincount(alike // people, times * (times - 1), minlength=number * width)
        return total + more.astype(np.int64).reshape(-1, width)

    def repeats(self, areas: np.ndarray) -> int:
        """Events beyond the first of each person in some areas; 0 where none are known."""
        rows = self._returning
        if rows is None:
            return 0
        known = self.cube.returning[rows[np.append(areas, [False, False])[self.cube.area[rows]]]]
        return len(known) - len(np.unique(known))

    @cached_property
    def _returning(self) -> np.ndarray | None:
        """Rows of the events of persons with several; None where no persons are known."""
        persons = self.cube.returning
        return None if persons is None else self.rows[persons[self.rows] > 0]

    def by_area_and_month(self) -> np.ndarray:
        """Events by area and selected month; int64, shape (n, selected months)."""
        n, chosen = self.cube.n_areas, np.flatnonzero(self.months)
        if self.by_month_only:
            steps = np.zeros((len(chosen), n), np.int64)
            for until in self.cube.until(self.categories):
                for at, month in enumerate(chosen):
                    steps[at] += until[month + 1, :n]
                    steps[at] -= until[month, :n]
            return steps.T
        place = self.cube.area[self.rows].astype(np.int64)
        month = self.cube.cell[self.rows] // N_SLOTS % len(self.cube.months)
        column = np.searchsorted(chosen, month)
        return np.bincount(place * len(chosen) + column, minlength=(n + 2) * len(chosen)).reshape(
            n + 2, len(chosen)
        )[:n]

    def by_area_and_hour(self) -> np.ndarray:
        """Events by area and hour of the week, int64 (n, 168)."""
        rows, n = self.rows, self.cube.n_areas
        cell = self.cube.area[rows].astype(np.int64) * N_SLOTS + self.cube.cell[rows] % N_SLOTS
        return np.bincount(cell, minlength=(n + 2) * N_SLOTS).reshape(-1, N_SLOTS)[:n, TIMED]

    def by_unit(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by week (or month), weekday and hour, in one row; int64."""
        if areas is None or not areas.all() or not self.by_month_only:
            return np.bincount(self._within(self.cube.unit_cell, areas))
        cells, numbers, begins = self.cube.units_on_map
        kept = np.repeat((self.categories[:, None] & self.months).ravel(), np.diff(begins))
        return np.bincount(cells[kept], numbers[kept]).astype(np.int64)

    def ranges(self, areas: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Hour of the week at which each timed event began, and the length of its range in hours."""
        rows = self._rows(areas)
        slot = self.cube.cell[rows] % N_SLOTS
        timed = TIMED[slot]
        day, hour = np.divmod(slot[timed], HOURS_KNOWN + 1)
        return day * 24.0 + hour, np.nan_to_num(self.cube.spans[rows][timed])

    def marks(self) -> np.ndarray:
        """Mark these events among those of the cube; bool, shape (N,)."""
        found = np.zeros(self.cube.n_events, bool)
        found[self.rows] = True
        return found

    def among(self, mask: np.ndarray, areas: np.ndarray) -> int:
        """Events in some areas that a mask marks too."""
        rows = np.flatnonzero(mask)
        rows = rows[np.append(areas, [False, False])[self.cube.area[rows]]]
        slots = np.ones(N_SLOTS, bool) if self.slots is None else self.slots
        cells = (self.categories[:, None, None] & self.months[:, None] & slots).ravel()
        rows = rows[cells[self.cube.cell[rows]]]
        rows = rows if self.mask is None else rows[self.mask[rows]]
        return len(rows) if self.window is None else int(self._in_window(rows, self.window).sum())

    def _rows(self, areas: np.ndarray | None) -> np.ndarray:
        """Positions of the events kept, in some areas; None takes all."""
        return (
            self.rows
            if areas is None
            else self.rows[np.append(areas, [False, False])[self.cube.area[self.rows]]]
        )

    def _cells(self, areas: np.ndarray | None) -> np.ndarray:
        """Cell of each event kept."""
        return self._within(self.cube.cell, areas)

    def _within(self, column: np.ndarray, areas: np.ndarray | None) -> np.ndarray:
        """What a column of the cube holds of each event kept, in some areas; None takes all."""
        values = self._of(column)
        if areas is None:
            return values
        place = self._of(self.cube.area)
        there = place < self.cube.n_areas if areas.all() else np.append(areas, [False, False])[place]
        return values[there]
