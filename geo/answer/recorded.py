"""What else is recorded of each event: who was involved, with what, in what kind of place?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Self

import numpy as np
import pandas as pd

from geo.answer.counts import Mask
from geo.ask.ages import FIVE_YEARS, UNKNOWN, WHOLE
from geo.ask.factors import LIST, Factor
from geo.data.distinct import values_of


class Recorded(ABC):
    """What is recorded of the events of a source, told by the distinct values of its columns."""

    @abstractmethod
    def known(self, column: str) -> bool:
        """Whether there is a column in which any event has a value."""

    @abstractmethod
    def texts(self, column: str) -> list[str]:
        """Distinct values of a column, as text."""

    @abstractmethod
    def every(self, so: bool) -> Mask:
        """Mark all events, or none."""

    @abstractmethod
    def marked(self, column: str, texts: Sequence[bool], missing: bool) -> Mask:
        """Mark the events by which of :meth:`texts` they have in a column, or whether they have none."""

    def carries(self, factor: Factor) -> bool:
        """Whether a factor of persons or circumstances is recorded of any event."""
        return self.known(factor.column) or self.marks(factor)

    def marks(self, factor: Factor) -> bool:
        """Whether a factor is recorded by keywords alone: what is not marked counts as not so."""
        if not factor.marked or self.known(factor.column) or not self.known(LIST):
            return False
        return factor.mentioned(self.texts(LIST))

    def by_five_years(self, factor: Factor) -> bool:
        """Whether a factor is an age that no event gives more closely than by five years."""
        bands = set(self.texts(factor.column)) if factor.ages and self.known(factor.column) else set()
        return WHOLE in bands and not any(band != five for band, five in FIVE_YEARS.items() if band in bands)

    def carrying(self, factor: Factor, chosen: Collection[int]) -> Mask:
        """Mark the events that carry any of some values of a factor, by the positions of these; bool.

        Of an age that may be in several bands, all of these have to be among them.
        """
        wanted = frozenset(chosen)
        return self._where(factor, lambda of: of <= wanted if factor.ages else not of.isdisjoint(wanted))

    def unsure(self, factor: Factor, chosen: Collection[int]) -> Mask:
        """Mark the events that :meth:`carrying` leaves out because it is not known; bool."""
        wanted = frozenset(chosen)

        def unsure(of: frozenset[int]) -> bool:
            in_part = factor.ages and not of.isdisjoint(wanted) and not of <= wanted
            return in_part or (of == factor.unknown and not of <= wanted)

        return self._where(factor, unsure)

    def of_text(self, column: str, texts: Collection[str]) -> Mask:
        """Mark the events whose text in a column is one of some, in whatever case, or not known; bool."""
        wanted = {text.upper() for text in texts}
        unknown = UNKNOWN.upper() in wanted
        if not self.known(column):
            return self.every(unknown)
        return self.marked(column, [value.upper() in wanted for value in self.texts(column)], unknown)

    def _where(self, factor: Factor, so: Callable[[frozenset[int]], bool]) -> Mask:
        """Mark the events by what each carries of a factor."""
        if self.known(factor.column):
            held = [factor.of(text) for text in self.texts(factor.column)]
            return self.marked(factor.column, [*map(so, held)], so(factor.unknown))
        if self.marks(factor):
            held = [factor.among(text) for text in self.texts(LIST)]
            return self.marked(LIST, [*map(so, held)], so(factor.among("")))
        return self.every(so(factor.unknown))


class InOrder(Recorded, Mapping[str, np.ndarray]):
    """Columns of events in the row order of their cube.

    Of a column without any value nothing is held but its kind: publishers' forms have many such.

    Parameters
    ----------
    columns : dict of str to Series
        Each with a value for every row of the cube, or with none at all.
    rows : int
    """

    def __init__(self, columns: dict[str, pd.Series], rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._plain: dict[str, np.ndarray] = {}
        self._coded: dict[str, tuple[np.ndarray, list[str]]] = {}

    @classmethod
    def taken(cls, columns: dict[str, pd.Series], order: np.ndarray) -> Self:
        """Put columns of events in order: for each row of the cube the position of its event."""
        found = {
            name: pd.Series(column.array.take(order) if column.notna().any() else [], dtype=column.dtype)
            for name, column in columns.items()
        }
        return cls(found, len(order))

    @property
    def columns(self) -> dict[str, pd.Series]:
        """The columns as they are held."""
        return dict(self._columns)

    def __getitem__(self, column: str) -> np.ndarray:
        if not self.known(column):
            return self._columns[column].reindex(range(self._rows)).to_numpy()
        if column not in self._plain:
            self._plain[column] = self._columns[column].to_numpy()
        return self._plain[column]

    def known(self, column: str) -> bool:
        """Whether there is a column in which any event has a value."""
        return column in self._columns and len(self._columns[column]) > 0

    def coded(self, column: str) -> tuple[np.ndarray, list[str]]:
        """Position of each event's value, -1 where it has none, and the values as text."""
        if column not in self._coded:
            positions, texts = values_of(self._columns[column])
            self._coded[column] = positions if self.known(column) else self._none(), texts.tolist()
        return self._coded[column]

    def _none(self) -> np.ndarray:
        """Positions of the values of a column that has none."""
        return np.broadcast_to(np.int8(-1), self._rows)

    def texts(self, column: str) -> list[str]:
        """Distinct values of a column, as text."""
        return values_of(self._columns[column])[1].tolist()

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def every(self, so: bool) -> np.ndarray:
        """Mark all events, or none; bool."""
        return np.full(self._rows, so)

    def marked(self, column: str, texts: Sequence[bool], missing: bool) -> np.ndarray:
        """Mark the events by which of the texts they have in a column, or whether they have none; bool."""
        return np.array([*texts, missing])[self.coded(column)[0]]
