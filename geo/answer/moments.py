"""When was each event, as far as its row says?"""

from __future__ import annotations

import numpy as np
import pandas as pd

DAYS_KNOWN, HOURS_KNOWN = 7, 24
"""Weekdays and hours; the next number stands for one that is not known."""


def weekdays(incidents: pd.DataFrame) -> np.ndarray:
    """Weekday of each event, Monday 0, not known 7."""
    if "weekday" in incidents:
        return whole(incidents, "weekday", DAYS_KNOWN)
    if "date" not in incidents:
        return np.full(len(incidents), DAYS_KNOWN)
    days = pd.to_datetime(incidents["date"]).to_numpy("datetime64[D]")
    known = ~np.isnat(days)
    weekday = (np.where(known, days, np.datetime64("1970-01-01")).astype(np.int64) + 3) % 7
    return np.where(known, weekday, DAYS_KNOWN)


def days(incidents: pd.DataFrame) -> np.ndarray:
    """Day of the month of each event, int8, not known 0.

    Publishers file the first minutes of a month with the night before: such an event is of its last day.
    """
    if "date" not in incidents:
        return np.zeros(len(incidents), np.int8)
    date_ = pd.to_datetime(incidents["date"]).to_numpy("datetime64[D]")
    first = (incidents["month"].to_numpy(np.int64) - 1970 * 12).astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    day = (date_ - first.astype("datetime64[D]")).astype(np.int64) + 1
    return np.where(np.isnat(date_), 0, np.clip(day, 1, length)).astype(np.int8)


def whole(incidents: pd.DataFrame, column: str, unknown: int) -> np.ndarray:
    """Column of small whole numbers with missing values as ``unknown``."""
    if column not in incidents:
        return np.full(len(incidents), unknown)
    values = pd.to_numeric(incidents[column]).to_numpy(np.float64, na_value=np.nan)
    return np.where(np.isnan(values), unknown, values).astype(np.int64)
