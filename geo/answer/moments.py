"""When was each event, as far as its row says? And what else does it say?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from geo.data.distinct import values_of

DAYS_KNOWN, HOURS_KNOWN = 7, 24
"""Weekdays and hours; the next number stands for one that is not known."""


def weekdays(incidents: pd.DataFrame) -> np.ndarray:
    """Weekday of each event, Monday 0, not known 7; int8."""
    if "weekday" in incidents:
        return whole(incidents, "weekday", DAYS_KNOWN)
    if "date" not in incidents:
        return np.full(len(incidents), DAYS_KNOWN, np.int8)
    number, known = _days_since_1970(incidents)
    return np.where(known, (number + 3) % 7, DAYS_KNOWN).astype(np.int8)


def _days_since_1970(incidents: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Number of the day of each event, int32, and whether it is known."""
    moments = pd.to_datetime(incidents["date"]).dt.as_unit("s").to_numpy()
    known = ~np.isnat(moments)
    return np.where(known, moments.view(np.int64) // 86_400, 0).astype(np.int32), known


def days(incidents: pd.DataFrame) -> np.ndarray:
    """Day of the month of each event, int8, not known 0.

    Publishers file the first minutes of a month with the night before: such an event is of its last day.
    """
    if "date" not in incidents:
        return np.zeros(len(incidents), np.int8)
    number, known = _days_since_1970(incidents)
    month = incidents["month"].to_numpy()
    earliest, latest = (int(month.min()), int(month.max())) if len(month) else (0, 0)
    at, begins = month - earliest, (np.arange(earliest, latest + 1) - 1970 * 12).astype("datetime64[M]")
    first = begins.astype("datetime64[D]").astype(np.int32)
    length = (begins + 1).astype("datetime64[D]").astype(np.int32) - first
    return np.where(known, np.clip(number - first[at] + 1, 1, length[at]), 0).astype(np.int8)


def whole(incidents: pd.DataFrame, column: str, unknown: int) -> np.ndarray:
    """Column of small whole numbers with missing values as ``unknown``; int8."""
    if column not in incidents:
        return np.full(len(incidents), unknown, np.int8)
    return pd.to_numeric(incidents[column]).fillna(unknown).to_numpy(np.int8)


class InOrder(Mapping[str, np.ndarray]):
    """Columns of events in the row order of their cube, each put in order when it is first asked for.

    Parameters
    ----------
    columns : dict of str to Series
    order : ndarray of int
        For each row of the cube the position of its event.
    """

    def __init__(self, columns: dict[str, pd.Series], order: np.ndarray) -> None:
        self._columns, self._order = columns, order
        self._ordered: dict[str, np.ndarray] = {}
        self._coded: dict[str, tuple[np.ndarray, list[str]]] = {}

    def __getitem__(self, column: str) -> np.ndarray:
        if column not in self._ordered:
            self._ordered[column] = self._columns[column].to_numpy()[self._order]
        return self._ordered[column]

    def known(self, column: str) -> bool:
        """Whether there is a column in which any event has a value."""
        return column in self._columns and bool(self._columns[column].notna().any())

    def coded(self, column: str) -> tuple[np.ndarray, list[str]]:
        """Position of each event's value, -1 where it has none, and the values as text."""
        if column not in self._coded:
            positions, texts = values_of(self._columns[column])
            small = np.int8 if len(texts) < np.iinfo(np.int8).max else np.int32
            self._coded[column] = positions.astype(small)[self._order], texts.tolist()
        return self._coded[column]

    def texts(self, column: str) -> list[str]:
        """Distinct values of a column, as text."""
        return values_of(self._columns[column])[1].tolist()

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
