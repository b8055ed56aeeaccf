"""How many, where, when?

A :class:`Cube` holds the events of one source as packed integers, sorted by category, month, weekday and
hour, with an index from each such cell to its rows. A filter of time and category is then a set of cells,
its rows are a few slices, and any table of it is one ``bincount``. Filters without hours or days, the most
common ones, are answered from a cumulative count by category, month and area without touching a row.

A cube is immutable. Counts are integers and every event is in exactly one place: an area of the map,
outside it, or without a place. So the counts of a filter always add up to the events it selects.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd

from geo.answer.moments import (
    DAYS_KNOWN,
    HOURS_KNOWN,
    N_SLOTS,
    TIMED,
    WEEKDAY,
    slots_of,
)
from geo.answer.recorded import InOrder
from geo.ask.ages import AGE_BANDS
from geo.ask.definition import Definition
from geo.ask.query import Query, filters_of
from geo.ask.windows import Window
from geo.ask.words import slug

YEAR = 365.25
"""Days of a year, for rates a year."""


@dataclass(frozen=True)
class Cube:
    """The events of one source, ready to be counted.

    Attributes
    ----------
    categories : tuple of str
        Labels, sorted by how frequent they are.
    months : ndarray of int, shape (M,)
        Month numbers loaded, sorted (see :func:`geo.ask.words.month_number`).
    n_areas : int
        Number of areas ``n``; positions ``n`` and ``n + 1`` stand for "no place" and "outside".
    area : ndarray of int32, shape (N,)
        Position of each event's area, rows sorted by cell.
    age : ndarray of int8, shape (N,)
        Position in :data:`AGE_BANDS`, 19 where not known.
    day : ndarray of int8, shape (N,)
        Day of the month, 0 where not known.
    offsets : ndarray of int64, shape (C * M * N_SLOTS + 1,)
        First row of each cell (category, month, weekday, hour).
    extra : InOrder of str to ndarray, shape (N,)
        Further attributes of the source in the same row order.
    defined : mapping of str to Definition
        Saved definitions by which its events can be chosen.
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

    @property
    def n_events(self) -> int:
        """Number of events held."""
        return len(self.area)

    @cached_property
    def slugs(self) -> dict[str, int]:
        """Position of each category by its name in a URL."""
        return {slug(label): position for position, label in enumerate(self.categories)}

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
        """Every month loaded to the last day of it that has an event; 0 where no event has a day.

        A month without events is known to its end.
        """
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
        return bool((self.spans > 0).any())

    @property
    def spans(self) -> np.ndarray:
        """Length of each event's range of time in hours; NaN or 0 for a moment."""
        return np.asarray(self.extra.get("span_hours", np.zeros(self.n_events, np.float32)), np.float32)

    def kept_by(self, definition: str) -> np.ndarray:
        """Mark the events of a saved definition, those that any of its questions keeps; bool, shape (N,)."""
        if definition not in self._kept_by:
            kept = np.zeros(self.n_events, bool)
            for search in self.defined[definition].any if definition in self.defined else ():
                kept[self.select(Query.parse(search)[0]).rows] = True
            self._kept_by[definition] = kept
        return self._kept_by[definition]

    @cached_property
    def _kept_by(self) -> dict[str, np.ndarray]:
        return {}

    def select(self, query: Query) -> Selection:
        """Choose the events of a query's categories, months, hours, days and nights (not its place).

        Parameters
        ----------
        query : Query
            Checked against the catalogue; categories that are not here select nothing. Its ``window``, if
            any, keeps the events of known day within it.

        Returns
        -------
        Selection
        """
        categories = np.ones(len(self.categories), bool)
        if query.category:
            categories[:] = False
            categories[[self.slugs[c] for c in query.category if c in self.slugs]] = True
        months = np.ones(len(self.months), bool)
        if query.first is not None:
            months &= self.months >= query.first
        if query.last is not None:
            months &= self.months <= query.last
        if query.month:
            months &= np.isin(self.months % 12 + 1, query.month)
        masks = [one.keeps(self, value) for one, value in filters_of(query) if one.keeps]
        masks += [self.kept_by(query.definition)] if query.definition else []
        mask = np.logical_and.reduce(masks) if masks else None
        return Selection(self, categories, months, slots_of(query), query.window, mask)

    @cached_property
    def cumulative(self) -> np.ndarray:
        """Events by category and area up to each month, shape (C, M + 1, n + 2), int32."""
        shape = (len(self.categories), len(self.months), self.n_areas + 2)
        block = np.repeat(np.arange(shape[0] * shape[1]), np.diff(self.offsets[::N_SLOTS]))
        counts = np.bincount(block * shape[2] + self.area, minlength=int(np.prod(shape))).reshape(shape)
        total = np.zeros((shape[0], shape[1] + 1, shape[2]), np.int32)
        np.cumsum(counts, axis=1, out=total[:, 1:], dtype=np.int32)
        return total

    @cached_property
    def cell(self) -> np.ndarray:
        """Cell of every row, int32, shape (N,)."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), np.diff(self.offsets))

    @cached_property
    def by_week(self) -> bool:
        """Whether the day of every event is known whose weekday is."""
        return not ((self.day == 0) & (self.cell % N_SLOTS // (HOURS_KNOWN + 1) < DAYS_KNOWN)).any()

    @cached_property
    def unit_cell(self) -> np.ndarray:
        """Week (from that of the first month, or month), weekday and hour of every row in one; int32."""
        unit, slot = self.cell // N_SLOTS % max(1, len(self.months)), self.cell % N_SLOTS
        if self.by_week:
            unit = np.where(self.day > 0, (self.before_first[unit] + self.day - 1) // 7 - self.first_week, 0)
        return (unit * N_SLOTS + slot).astype(np.int32)

    @cached_property
    def before_first(self) -> np.ndarray:
        """Ordinal of the day before the first of each month."""
        return np.array([date(m // 12, m % 12 + 1, 1).toordinal() - 1 for m in self.months], np.int64)

    @property
    def first_week(self) -> int:
        """Number of the week of the first month's first day."""
        return int(self.before_first[0]) // 7 if len(self.months) else 0

    def _by_slot(self) -> np.ndarray:
        sizes = np.diff(self.offsets).reshape(-1, N_SLOTS)
        return sizes.sum(axis=0)


@dataclass(frozen=True)
class Selection:
    """The events of a cube that a filter of category and time keeps.

    Attributes
    ----------
    cube : Cube
    categories : ndarray of bool, shape (C,)
    months : ndarray of bool, shape (M,)
    slots : ndarray of bool, shape (N_SLOTS,), or None
        Weekday and hour cells kept; None keeps them all.
    window : Window or None
        Days kept; None keeps them all.
    mask : ndarray of bool, shape (N,), or None
        Events that the filters by further attributes keep; None keeps them all.
    """

    cube: Cube
    categories: np.ndarray
    months: np.ndarray
    slots: np.ndarray | None
    window: Window | None = None
    mask: np.ndarray | None = None

    @property
    def nbytes(self) -> int:
        """Bytes that it takes once all that it can tell is worked out; the cube is not its own."""
        cells = (self.categories[:, None] & self.months).ravel()
        events = np.diff(self.cube.offsets[::N_SLOTS])[cells].sum()
        own = (self.categories, self.months, self.slots, self.mask)
        return int(
            8 * events + 8 * (self.cube.n_areas + 2) + sum(one.nbytes for one in own if one is not None)
        )

    @property
    def by_month_only(self) -> bool:
        """Whether whole months are kept, which the cumulative counts can tell."""
        return self.slots is None and self.window is None and self.mask is None

    @cached_property
    def days(self) -> int:
        """Days of the time kept; a filter of weekdays and hours does not shorten it."""
        return self.window.days if self.window else int(self.days_by_month.sum())

    @cached_property
    def days_by_month(self) -> np.ndarray:
        """Days of the time kept in each loaded month; int64, shape (M,)."""
        found = np.zeros(len(self.cube.months), np.int64)
        for at in np.flatnonzero(self.months):
            year, month = divmod(int(self.cube.months[at]), 12)
            length = monthrange(year, month + 1)[1]
            first = date(year, month + 1, 1).toordinal()
            start, stop = first, first + length - 1
            if self.window:
                start = max(start, self.window.start.toordinal())
                stop = min(stop, self.window.stop.toordinal())
            found[at] = max(0, stop - start + 1)
        return found

    @property
    def years(self) -> float:
        """Length of the time kept, in years of 365.25 days."""
        return self.days / YEAR

    @cached_property
    def rows(self) -> np.ndarray:
        """Positions of the events kept, int64, in row order."""
        slots = np.ones(N_SLOTS, bool) if self.slots is None else self.slots
        cells = (self.categories[:, None, None] & self.months[:, None] & slots).ravel()
        edges = np.flatnonzero(np.diff(np.concatenate([[False], cells, [False]]).astype(np.int8)))
        starts, ends = self.cube.offsets[edges[0::2]], self.cube.offsets[edges[1::2]]
        lengths = ends - starts
        kept = lengths > 0
        starts, lengths = starts[kept], lengths[kept]
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
            return np.bincount(self.cube.area[self.rows], minlength=self.cube.n_areas + 2)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], self.months, [False]]).astype(np.int8)))
        cumulative = self.cube.cumulative[self.categories]
        total = np.zeros(self.cube.n_areas + 2, np.int64)
        for first, last in zip(edges[0::2], edges[1::2], strict=True):
            total += (cumulative[:, last] - cumulative[:, first]).sum(axis=0, dtype=np.int64)
        return total

    def weighted(self, weights: np.ndarray) -> np.ndarray:
        """Sum of weights of the events by area; float64, shape (n,).

        Parameters
        ----------
        weights : ndarray of float, shape (N,)
            Weight of each event of the cube, in row order; NaN counts nothing.
        """
        rows, n = self.rows, self.cube.n_areas
        return np.bincount(self.cube.area[rows], np.nan_to_num(weights[rows]), minlength=n + 2)[:n]

    @property
    def by_area(self) -> np.ndarray:
        """Events by area, int64, shape (n,)."""
        return self.by_place[:-2]

    @property
    def unlocated(self) -> int:
        """Events without a place."""
        return int(self.by_place[-2])

    @property
    def outside(self) -> int:
        """Events whose place is not on the map."""
        return int(self.by_place[-1])

    def untimed(self, areas: np.ndarray | None = None) -> int:
        """Events of the same categories and months that a filter of time cannot judge.

        Parameters
        ----------
        areas : ndarray of bool, shape (n,), optional
            Only those in these areas.
        """
        places = replace(self, slots=~TIMED).by_place
        return int(places.sum() if areas is None else places[:-2][areas].sum())

    def undated(self, areas: np.ndarray) -> int:
        """Events in some areas, of the same categories, months, weekdays and hours, without a known day.

        Parameters
        ----------
        areas : ndarray of bool, shape (n,)
        """
        rows = replace(self, window=None).rows
        return int(np.append(areas, [False, False])[self.cube.area[rows[self.cube.day[rows] == 0]]].sum())

    def by_month(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by loaded month; int64, shape (M,); 0 in months that the filter leaves out.

        Parameters
        ----------
        areas : ndarray of bool, shape (n,), optional
            Only the events in these areas; None also counts those outside or without a place.
        """
        n_months = len(self.cube.months)
        if self.by_month_only and areas is not None:
            steps = np.diff(self.cube.cumulative[self.categories][:, :, :-2][:, :, areas].sum(axis=(0, 2)))
            return np.where(self.months, steps, 0)
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
        n, width = self.cube.n_areas, len(AGE_BANDS) + 1
        place = self.cube.area[self.rows].astype(np.int64)
        return np.bincount(place * width + self.cube.age[self.rows], minlength=(n + 2) * width).reshape(
            n + 2, width
        )[:n]

    def squares(self, groups: np.ndarray, number: int) -> np.ndarray | None:
        """Σ f² of persons with f events each, by group of areas and age band (:func:`geo.stats.rates.dsr`).

        Parameters
        ----------
        groups : ndarray of int, shape (n,)
            Group of each area, 0 up; -1 leaves an area out.
        number : int
            Of groups.

        Returns
        -------
        ndarray of int64, shape (number, 20), or None
            The last column age not known. An event of a person not known counts as one person's only one.
            None where no persons are known.
        """
        persons, width = self.cube.extra.get("person"), len(AGE_BANDS) + 1
        if persons is None:
            return None
        group = np.append(groups, [-1, -1])[self.cube.area[self.rows]]
        rows, group = self.rows[group >= 0], group[group >= 0].astype(np.int64)
        cell, person = group * width + self.cube.age[rows], persons[rows].astype(np.int64)
        total = np.bincount(cell[person == 0], minlength=number * width)
        people = person.max(initial=0) + 1
        alike, times = np.unique((cell * people + person)[person > 0], return_counts=True)
        np.add.at(total, alike // people, times**2)
        return total.reshape(-1, width)

    def repeats(self, areas: np.ndarray) -> int:
        """Events beyond the first of each person in some areas (bool, shape (n,)); 0 where none are known."""
        persons = self.cube.extra.get("person")
        if persons is None:
            return 0
        rows = self.rows[np.append(areas, [False, False])[self.cube.area[self.rows]]]
        known = persons[rows][persons[rows] > 0]
        return len(known) - len(np.unique(known))

    def by_area_and_month(self) -> np.ndarray:
        """Events by area and selected month; int64, shape (n, selected months)."""
        n, chosen = self.cube.n_areas, np.flatnonzero(self.months)
        if self.by_month_only:
            steps = np.diff(self.cube.cumulative[self.categories].sum(axis=0, dtype=np.int64), axis=0)
            return steps[chosen, :n].T
        place = self.cube.area[self.rows].astype(np.int64)
        month = self.cube.cell[self.rows] // N_SLOTS % len(self.cube.months)
        column = np.searchsorted(chosen, month)
        return np.bincount(place * len(chosen) + column, minlength=(n + 2) * len(chosen)).reshape(
            n + 2, len(chosen)
        )[:n]

    def _cells(self, areas: np.ndarray | None) -> np.ndarray:
        """Cell of each event kept."""
        rows = self.rows
        if areas is not None:
            inside = np.concatenate([areas, [False, False]])
            rows = rows[inside[self.cube.area[rows]]]
        return self.cube.cell[rows]
