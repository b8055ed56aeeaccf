"""When was each event, as far as its row says?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from geo.ask.query import Query

DAYS_KNOWN, HOURS_KNOWN = 7, 24
"""Weekdays and hours; the next number stands for one that is not known."""
N_SLOTS = (DAYS_KNOWN + 1) * (HOURS_KNOWN + 1)
"""Cells of one category and month: 7 weekdays and unknown, by 24 hours and unknown."""
WEEKDAY = np.repeat(np.arange(DAYS_KNOWN + 1), HOURS_KNOWN + 1)
"""Weekday of each cell."""
_HOUR = np.tile(np.arange(HOURS_KNOWN + 1), DAYS_KNOWN + 1)
TIMED = (WEEKDAY < DAYS_KNOWN) & (_HOUR < HOURS_KNOWN)
"""Cells whose weekday and hour are both known."""
_NIGHT = np.where(TIMED, np.where(_HOUR >= 12, WEEKDAY, (WEEKDAY - 1) % 7), DAYS_KNOWN)


def dated(incidents: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Weekday of each event, Monday 0, not known 7, and its day of the month, not known 0; int8.

    Publishers file the first minutes of a month with the night before: such an event is of its last day.
    """
    weekday = whole(incidents, "weekday", DAYS_KNOWN)
    if "date" not in incidents:
        return weekday, np.zeros(len(incidents), np.int8)
    moments = pd.to_datetime(incidents["date"]).dt.as_unit("s").to_numpy()
    known = ~np.isnat(moments)
    number = np.where(known, moments.view(np.int64) // 86_400, 0).astype(np.int32)
    if "weekday" not in incidents:
        weekday = np.where(known, (number + 3) % 7, DAYS_KNOWN).astype(np.int8)
    month = incidents["month"].to_numpy()
    earliest, latest = (int(month.min()), int(month.max())) if len(month) else (0, 0)
    at, begins = month - earliest, (np.arange(earliest, latest + 1) - 1970 * 12).astype("datetime64[M]")
    first = begins.astype("datetime64[D]").astype(np.int32)
    length = (begins + 1).astype("datetime64[D]").astype(np.int32) - first
    day = np.where(known, np.clip(number - first[at] + 1, 1, length[at]), 0).astype(np.int8)
    return weekday, day


def whole(incidents: pd.DataFrame, column: str, unknown: int) -> np.ndarray:
    """Column of small whole numbers with missing values as ``unknown``; int8."""
    if column not in incidents:
        return np.full(len(incidents), unknown, np.int8)
    return pd.to_numeric(incidents[column]).fillna(unknown).to_numpy(np.int8)


def slots_of(query: Query) -> np.ndarray | None:
    """Weekday and hour cells that a query keeps, or None where it keeps them all."""
    if not (query.hour or query.day or query.night):
        return None
    slots = np.ones(N_SLOTS, bool)
    if query.hour:
        slots &= np.isin(_HOUR, query.hour)
    if query.day:
        slots &= np.isin(WEEKDAY, query.day)
    if query.night:
        slots &= np.isin(_NIGHT, query.night)
    return slots


def ordinals_before(months: Iterable[int]) -> np.ndarray:
    """Ordinal of the day before the first of each month."""
    return np.array([date(m // 12, m % 12 + 1, 1).toordinal() - 1 for m in months], np.int64)


def first_week(months: np.ndarray) -> int:
    """Number of the week of the first day of the first of some months."""
    return int(ordinals_before(months[:1])[0]) // DAYS_KNOWN if len(months) else 0
