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
from datetime import date

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
TIME_ZONE = "Europe/London"

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


# ---------------------------------------------------------------- moments


def to_wall_clock(utc: ArrayLike | pd.Series) -> pd.Series:
    """Local wall time of moments in UTC.

    Parameters
    ----------
    utc : array_like of datetimes
        With a time zone, or naive and meant as UTC; NaT stays NaT.

    Returns
    -------
    Series of datetime64 without zone
        What a clock in England showed.

    Examples
    --------
    >>> to_wall_clock(pd.Series(["2021-04-30T23:41+00:00"])).dt.strftime("%d/%m %H:%M").tolist()
    ['01/05 00:41']
    """
    return pd.to_datetime(pd.Series(utc), utc=True).dt.tz_convert(TIME_ZONE).dt.tz_localize(None)


def weekday_of(dates: ArrayLike | pd.Series) -> pd.Series:
    """Day of the week, Monday = 0, as Int8; NA where there is no date."""
    return pd.Series(dates).astype("datetime64[s]").dt.day_of_week.astype("Int8")


def night_of(dates: ArrayLike | pd.Series, hours: ArrayLike | pd.Series) -> pd.Series:
    """Night to which a moment belongs: from noon to noon, named after the day it begins on.

    Saturday 01:30 belongs to the night of Friday into Saturday, as does Friday 22:00.

    Parameters
    ----------
    dates : array_like of dates
        Local date; NaT has no night.
    hours : array_like of int
        Local hour 0-23; NA has no night.

    Returns
    -------
    Series of Int8
        0 = Monday into Tuesday … 6 = Sunday into Monday, on the index of ``dates``.

    Examples
    --------
    >>> nights = night_of(["2024-03-29", "2024-03-30", "2024-03-30"], [22, 1, 12])
    >>> [NIGHTS[night] for night in nights]
    ['Friday into Saturday', 'Friday into Saturday', 'Saturday into Sunday']
    """
    day = weekday_of(dates)
    hour = pd.Series(np.asarray(pd.Series(hours).astype("Float64"), dtype=np.float64), index=day.index)
    night = (day - (hour < NOON).astype("Int8")) % 7
    return night.where(hour.notna()).astype("Int8").rename("night")


def hour_of_week(moments: ArrayLike | pd.Series) -> Floats:
    """Hours since Monday 00:00 of local moments, with the minutes as a fraction; NaN for NaT.

    Examples
    --------
    >>> hour_of_week(pd.Series(["2024-01-01 01:30", "2024-01-07 23:00"])).tolist()
    [1.5, 167.0]
    """
    series = pd.to_datetime(pd.Series(moments))
    past_midnight = (series - series.dt.normalize()).dt.total_seconds() / 3600
    return np.asarray(series.dt.day_of_week * 24 + past_midnight, dtype=np.float64)


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


def weekdays_of_days(start: date, days: int) -> Floats:
    """How often each weekday occurs in a number of days from `start` on, Monday first.

    Examples
    --------
    >>> weekdays_of_days(date(2024, 2, 29), 8).tolist()  # a Thursday
    [1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0]
    """
    return np.bincount((start.weekday() + np.arange(days)) % 7, minlength=7).astype(np.float64)


# ---------------------------------------------------------------- tables


def weekday_hour(
    weekday: ArrayLike | pd.Series, hour: ArrayLike | pd.Series, weights: ArrayLike | None = None
) -> pd.DataFrame:
    """Events by weekday and hour.

    Parameters
    ----------
    weekday, hour : array_like, one value an event
        0 = Monday, and 0-23; an event with either missing is left out, so the events less the total of the
        table are the untimed ones, to be stated beside it.
    weights : array_like, optional
        Weight of each event; 1 where not given.

    Returns
    -------
    DataFrame [day, hour]
    """
    d, h = (np.asarray(pd.Series(v).astype("Float64"), dtype=np.float64) for v in (weekday, hour))
    timed = ~(np.isnan(d) | np.isnan(h))
    slot = (d[timed] * 24 + h[timed]).astype(np.int64)
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)[timed]
    return framed(np.bincount(slot, weight, minlength=WEEK).astype(np.float64).reshape(7, 24))


def hour_groups(matrix: ArrayLike | pd.DataFrame, width: int = 4) -> pd.DataFrame:
    """The week in groups of hours: rows ``00-03`` … ``20-23``, columns the days.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week.
    width : int
        Hours in a group; it divides 24.
    """
    groups = as_week(matrix).reshape(7, 24 // width, width).sum(axis=2).T
    names = [f"{hour:02d}-{hour + width - 1:02d}" for hour in range(0, 24, width)]
    return pd.DataFrame(groups, index=pd.Index(names, name="hours"), columns=pd.Index(DAYS, name="day"))


def night_hours(matrix: ArrayLike | pd.DataFrame) -> pd.DataFrame:
    """The week by nights: rows ``Monday into Tuesday`` …, columns the hours from noon round to 11.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week by days.
    """
    round_the_clock = np.roll(as_week(matrix).ravel(), -NOON).reshape(7, 24)
    return framed(round_the_clock, NIGHTS, [*HOURS[NOON:], *HOURS[:NOON]])


# ---------------------------------------------------------------- ranges of time


def aoristic(start: ArrayLike, span: ArrayLike, *, longest: float | None = None) -> pd.DataFrame:
    """Events spread evenly over the hours that each may have happened in (aoristic weights).

    An event from 23:30 to 01:00 adds a third to 23:00-23:59 and two thirds to 00:00-00:59. An event without a
    range adds 1 to its hour. Ranges over a week wrap round.

    Parameters
    ----------
    start : array_like, one value an event
        Hours since Monday 00:00 (:func:`hour_of_week`), from 0 to below 168; NaN is untimed and left out.
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
