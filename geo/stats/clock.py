"""When, honestly?

Weekdays, hours and overnight nights in local wall time; times that were never known but stand as midnight;
ranges of time spread over the hours that they span; peaks with what cannot be told apart from them. No IO.

A week is a matrix of 7 days × 24 hours, Monday first; any array of that shape may be given, and results
are labelled data frames. Times are **local wall time** (Europe/London): 23:30 is 23:30 in summer and in
winter. On the night the clocks go forward, 01:00-01:59 does not exist; on the night they go back, it
happens twice and both count as 01:00.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from geo.stats.vectors import Floats

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NIGHTS = tuple(f"{day} into {DAYS[(i + 1) % 7]}" for i, day in enumerate(DAYS))
"""A night runs from noon to noon and is named after the days that it joins."""

HOURS = tuple(range(24))
NOON = 12
WEEK = 7 * 24

A_SECOND = 1 / 3600
MIDNIGHT_P, MIDNIGHT_RATIO = 0.001, 1.5


def as_week(matrix: ArrayLike | pd.DataFrame) -> Floats:
    """A 7 × 24 array of floats."""
    week = np.asarray(matrix, dtype=np.float64)
    if week.shape != (7, 24):
        raise ValueError(f"a week has 7 days of 24 hours, not the shape {week.shape}")
    return week


def framed(week: Floats, days: Sequence[str] = DAYS, hours: Sequence[int] = HOURS) -> pd.DataFrame:
    """The week as a labelled data frame."""
    name = "night" if days is NIGHTS else "day"
    return pd.DataFrame(week, index=pd.Index(days, name=name), columns=pd.Index(hours, name="hour"))


# ---------------------------------------------------------------- how often each day comes


def weekdays_of_months(months: Iterable[int]) -> Floats:
    """How often each weekday occurs in the months, Monday first: what a fair comparison of days divides by.

    Parameters
    ----------
    months : iterable of int
        Month numbers, year × 12 + month − 1.

    Examples
    --------
    >>> weekdays_of_months([2024 * 12 + 1]).tolist()  # February 2024 begins and ends on a Thursday
    [4.0, 4.0, 4.0, 5.0, 4.0, 4.0, 4.0]
    """
    found = np.zeros(7)
    for month in months:
        first, length = calendar.monthrange(month // 12, month % 12 + 1)
        np.add.at(found, (first + np.arange(length)) % 7, 1)
    return found


# ---------------------------------------------------------------- tables


def night_hours(matrix: ArrayLike | pd.DataFrame) -> pd.DataFrame:
    """The week by nights: rows ``Monday into Tuesday`` …, columns the hours from noon round to 11.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week by days.
    """
    round_the_clock = np.roll(as_week(matrix).ravel(), -NOON).reshape(7, 24)
    return framed(round_the_clock, NIGHTS, [*HOURS[NOON:], *HOURS[:NOON]])


def nights_of(weekdays: ArrayLike, hours: Iterable[int] = HOURS) -> Floats:
    """How often each night occurs where the weekdays occur so often, Monday into Tuesday first.

    A night of which the period holds only the evening or only the morning counts as far as it is there.

    Parameters
    ----------
    weekdays : array_like, 7 values
        As :func:`weekdays_of_months` gives.
    hours : iterable of int
        The hours of the day that are counted.

    Examples
    --------
    May 2021 has five Saturdays, Sundays and Mondays; the morning of the 1st belongs to a Friday's night.

    >>> nights_of(weekdays_of_months([2021 * 12 + 4]), (22, 23, 0, 1)).tolist()
    [4.5, 4.0, 4.0, 4.0, 4.5, 5.0, 5.0]
    """
    kept = np.isin(HOURS, list(hours))
    week = np.asarray(weekdays, dtype=np.float64)[:, None] * kept
    found: Floats = night_hours(week).to_numpy().sum(axis=1) / kept.sum()
    return found


# ---------------------------------------------------------------- ranges of time


def aoristic(start: ArrayLike, span: ArrayLike, *, longest: float | None = None) -> pd.DataFrame:
    """Events spread evenly over the hours that each may have happened in (aoristic weights).

    An event from 23:30 to 01:00 adds a third to 23:00-23:59 and two thirds to 00:00-00:59. An event without a
    range adds 1 to its hour. Ranges over a week wrap round.

    Parameters
    ----------
    start : array_like, one value an event
        Hours since Monday 00:00, minutes as a fraction, from 0 to below 168; NaN is untimed and left out.
    span : array_like
        Length of the range in hours of wall time; NaN, or under a second, means a single moment.
    longest : float, optional
        Ranges of more hours say too little of the time and are left out, as untimed.

    Returns
    -------
    DataFrame [day, hour]
        Sums to the number of events used.

    Raises
    ------
    ValueError
        If a range ends before it starts, or a start lies outside the week.

    Notes
    -----
    Ratcliffe JH, McCullagh MJ (1998), Aoristic crime analysis, *International Journal of Geographical
    Information Science* 12, 751-764. Every moment of the range is taken as equally likely, so a burglary of a
    week's holiday is spread over the week; real times are more concentrated than the result.

    Examples
    --------
    >>> week = aoristic([23.5], [1.5])
    >>> week.loc["Monday", 23], week.loc["Tuesday", 0]
    (np.float64(0.3333333333333333), np.float64(0.6666666666666666))
    """
    s, d = np.broadcast_arrays(np.asarray(start, dtype=np.float64), np.asarray(span, dtype=np.float64))
    d = np.nan_to_num(d, nan=0.0)
    used = ~np.isnan(s) & (d <= (np.inf if longest is None else longest))
    s, d = s[used], d[used]
    if ((s < 0) | (s >= WEEK)).any():
        raise ValueError("a start lies from 0 to below 168 hours since Monday 00:00")
    if (d < 0).any():
        raise ValueError("a range of time ends before it starts")
    moments = d < A_SECOND
    exact = np.bincount(s[moments].astype(np.int64), minlength=WEEK).astype(np.float64)

    s, d = s[~moments], d[~moments]
    whole_weeks, rest = np.divmod(d, WEEK)
    # The density 1/d switches on at the start and off at the end; summing twice gives each hour its share.
    steps = np.zeros(2 * WEEK + 2)
    for position, height in ((s, 1 / d), (s + rest, -1 / d)):
        hour = position.astype(np.int64)
        into = position - hour
        np.add.at(steps, hour, height * (1 - into))
        np.add.at(steps, hour + 1, height * into)
    spread = np.cumsum(steps)[: 2 * WEEK].reshape(2, WEEK).sum(axis=0) + (whole_weeks / d).sum()
    return framed((exact + np.maximum(spread, 0.0)).reshape(7, 24))
