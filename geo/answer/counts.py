"""What does an answer need counted, whoever counts?

:class:`Counts` is the events of one source, ready to be counted; :class:`Counted` is what a filter of
category, time and further attributes keeps of them. Both are here as an answer sees them:
:class:`geo.answer.cube.Cube` counts in this process, an engine has a database count.

Every event is in exactly one place: an area of the map, outside it, or without a place. So the counts of a
filter always add up to the events it selects.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from geo.answer.memory import Memory
from geo.answer.moments import TIMED, slots_of
from geo.ask.definition import Definition
from geo.ask.query import Query, filters_of
from geo.ask.windows import Window
from geo.ask.words import slug

if TYPE_CHECKING:
    from geo.data.store import Snapshot

YEAR = 365.25
"""Days of a year, for rates a year."""
Mask = Any
"""What marks some events of a source: an array of bool in this process, a condition in a database."""
Weights = Any
"""A number for each event: an array of float with NaN for none, or an expression of a database."""


class Counts(Protocol):
    """The events of one source, ready to be counted. Immutable.

    Attributes
    ----------
    categories : tuple of str
        Labels, sorted by how frequent they are.
    months : ndarray of int, shape (M,)
        Month numbers loaded, sorted (see :func:`geo.ask.words.month_number`).
    n_areas : int
        Number of areas ``n``; positions ``n`` and ``n + 1`` stand for "no place" and "outside".
    extra : geo.answer.recorded.Recorded
        What else is recorded of the events.
    defined : mapping of str to Definition
        Saved definitions by which its events can be chosen.
    standing : DataFrame
        Points that soak up its events (:func:`geo.data.exclusions.standing_out`).
    """

    categories: tuple[str, ...]
    months: np.ndarray
    n_areas: int
    extra: Any
    defined: Mapping[str, Definition]
    standing: pd.DataFrame

    @cached_property
    def slugs(self) -> dict[str, int]:
        """Position of each category by its name in a URL."""
        return {slug(label): position for position, label in enumerate(self.categories)}

    @property
    @abstractmethod
    def has_hours(self) -> bool:
        """Whether any event has a weekday and an hour."""

    @property
    @abstractmethod
    def has_days(self) -> bool:
        """Whether any event has a weekday."""

    @property
    @abstractmethod
    def has_ages(self) -> bool:
        """Whether any event has an age."""

    @property
    @abstractmethod
    def has_spans(self) -> bool:
        """Whether any event has a range of time."""

    @property
    @abstractmethod
    def by_week(self) -> bool:
        """Whether the day of every event is known whose weekday is."""

    @property
    @abstractmethod
    def last_days(self) -> dict[int, int]:
        """Every month loaded to the last day of it that has an event; 0 where no event has a day.

        A month without events is known to its end.
        """

    @abstractmethod
    def weights(self, weights: pd.Series) -> Weights:
        """Weight of each event, by its offence's code or else its category (:mod:`geo.data.severity`)."""

    @abstractmethod
    def in_memory(self) -> Any:
        """The events themselves as a :class:`geo.answer.cube.Cube`: for what counts do not tell."""

    @property
    @abstractmethod
    def _counted(self) -> type[Counted]:
        """What tells of the events that a filter keeps."""

    def select(self, query: Query) -> Counted:
        """Choose the events of a query's categories, months, hours, days and nights (not its place).

        Parameters
        ----------
        query : Query
            Checked against the catalogue; categories that are not here select nothing. Its ``window``, if
            any, keeps the events of known day within it.

        Returns
        -------
        Counted
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
        mask = reduce(and_, masks) if masks else None
        return self._counted(self, categories, months, slots_of(query), query.window, mask)

    def kept_by(self, definition: str) -> Mask:
        """Mark the events of a saved definition, those that any of its questions keeps."""
        if definition not in self._kept_by:
            searches = self.defined[definition].any if definition in self.defined else ()
            kept = [self.select(Query.parse(search)[0]).marks() for search in searches]
            self._kept_by[definition] = reduce(or_, kept) if kept else self.extra.every(False)
        return self._kept_by[definition]

    @cached_property
    def _kept_by(self) -> dict[str, Mask]:
        return {}

    @cached_property
    def may_fit(self) -> Memory[str, Mask]:
        """Events that each saved definition may keep besides (:mod:`geo.answer.unrecorded`)."""
        return Memory()


@dataclass(frozen=True)
class Counted(ABC):
    """The events of a source that a filter of category and time keeps.

    Attributes
    ----------
    cube : Counts
    categories : ndarray of bool, shape (C,)
    months : ndarray of bool, shape (M,)
    slots : ndarray of bool, shape (N_SLOTS,), or None
        Weekday and hour cells kept; None keeps them all.
    window : Window or None
        Days kept; None keeps them all.
    mask : Mask or None
        Events that the filters by further attributes keep; None keeps them all.
    """

    cube: Counts
    categories: np.ndarray
    months: np.ndarray
    slots: np.ndarray | None
    window: Window | None = None
    mask: Mask | None = None

    @property
    def by_month_only(self) -> bool:
        """Whether whole months are kept, which the cumulative counts can tell."""
        return self.slots is None and self.window is None and self.mask is None

    # ------------------------------------------------------------ how long it is

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

    # ------------------------------------------------------------ where

    @property
    @abstractmethod
    def by_place(self) -> np.ndarray:
        """Events by area position, then without a place, then outside; int64, shape (n + 2,)."""

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
        return int(self._untimed.sum() if areas is None else self._untimed[:-2][areas].sum())

    @cached_property
    def _untimed(self) -> np.ndarray:
        return replace(self, slots=~TIMED).by_place

    @abstractmethod
    def undated(self, areas: np.ndarray) -> int:
        """Events in some areas, of the same categories, months, weekdays and hours, without a known day.

        Parameters
        ----------
        areas : ndarray of bool, shape (n,)
        """

    @abstractmethod
    def weighted(self, weights: Weights) -> np.ndarray:
        """Sum of weights of the events by area; float64, shape (n,); those that have none count nothing.

        Parameters
        ----------
        weights : Weights
            As :meth:`Counts.weights` gives them.
        """

    @abstractmethod
    def unweighted(self, weights: Weights, areas: np.ndarray) -> int:
        """Events in some areas (bool, shape (n,)) without a weight."""

    # ------------------------------------------------------------ when, what and who

    @abstractmethod
    def by_month(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by loaded month; int64, shape (M,); 0 in months that the filter leaves out.

        Parameters
        ----------
        areas : ndarray of bool, shape (n,), optional
            Only the events in these areas; None also counts those outside or without a place.
        """

    @abstractmethod
    def by_clock(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by weekday and hour; int64, shape (8, 25), the last row and column not known."""

    @abstractmethod
    def by_category(self, areas: np.ndarray | None = None) -> pd.Series:
        """Events by category label; int64, most frequent of the whole source first."""

    @abstractmethod
    def by_age(self) -> np.ndarray:
        """Events by area and age band; int64, shape (n, 20), the last column age not known."""

    @abstractmethod
    def by_area_and_month(self) -> np.ndarray:
        """Events by area and selected month; int64, shape (n, selected months)."""

    @abstractmethod
    def by_area_and_hour(self) -> np.ndarray:
        """Events by area and hour of the week from Monday 00:00, int64 (n, 168); untimed ones left out."""

    @abstractmethod
    def by_unit(self, areas: np.ndarray | None = None) -> np.ndarray:
        """Events by week (by month where :attr:`Counts.by_week` is not so), weekday and hour.

        Returns
        -------
        ndarray of int64
            In one row, N_SLOTS a unit, to the last cell that has any; weeks are numbered from that of the
            first month's first day. An event of an unknown weekday is in any unit.
        """

    @abstractmethod
    def ranges(self, areas: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Hour of the week at which each timed event began, float, and the length of its range in hours."""

    @abstractmethod
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

    @abstractmethod
    def repeats(self, areas: np.ndarray) -> int:
        """Events beyond the first of each person in some areas (bool, shape (n,)); 0 where none are known."""

    # ------------------------------------------------------------ which

    @abstractmethod
    def marks(self) -> Mask:
        """Mark these events among those of the source."""

    @abstractmethod
    def among(self, mask: Mask, areas: np.ndarray) -> int:
        """Events in some areas (bool, shape (n,)) that a mask marks too."""


# ---------------------------------------------------------------- who counts


class Opened(NamedTuple):
    """The events of one source, as an engine opened them.

    Attributes
    ----------
    counts : Counts
    excluded : tuple of str
        Names of the places of the folder's list at which any event stands.
    """

    counts: Counts
    excluded: tuple[str, ...]


class Engine(Protocol):
    """Who counts."""

    def open(self, snapshot: Snapshot, source: str, areas: pd.Index, months: Sequence[int]) -> Opened:
        """Open the events of a source of a snapshot, as its viewer may see them.

        Parameters
        ----------
        snapshot : Snapshot
        source : str
        areas : Index
            Codes of the areas on the map, in map order.
        months : sequence of int
            Months that were loaded even if no event fell in them.
        """

    def load(self, snapshot: Snapshot, *, tidy: bool = False) -> list[str]:
        """Copy what a version of a folder needs to where it is counted: all of it or, with Problem, nothing.

        Parameters
        ----------
        snapshot : Snapshot
            Whole, as its owner sees it.
        tidy : bool
            Whether to drop what other versions needed.

        Returns
        -------
        list of str
            The roles that were copied; none where the folder itself is read.
        """
