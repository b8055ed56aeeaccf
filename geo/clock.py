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
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from geo.rates import poisson_interval

Floats = NDArray[np.float64]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NIGHTS = tuple(f"{day} into {DAYS[(i + 1) % 7]}" for i, day in enumerate(DAYS))
"""A night runs from noon to noon and is named after the days that it joins."""

HOURS = tuple(range(24))
NOON = 12
WEEK = 7 * 24
TIME_ZONE = "Europe/London"

A_SECOND = 1 / 3600
MIDNIGHT_P, MIDNIGHT_RATIO = 0.001, 1.5
LEAST_FOR_PEAK = 20


def _week(matrix: ArrayLike | pd.DataFrame) -> Floats:
    """A 7 × 24 array of floats."""
    week = np.asarray(matrix, dtype=np.float64)
    if week.shape != (7, 24):
        raise ValueError(f"a week has 7 days of 24 hours, not the shape {week.shape}")
    return week


def _framed(week: Floats, days: Sequence[str] = DAYS, hours: Sequence[int] = HOURS) -> pd.DataFrame:
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
    return _framed(np.bincount(slot, weight, minlength=WEEK).astype(np.float64).reshape(7, 24))


def hour_groups(matrix: ArrayLike | pd.DataFrame, width: int = 4) -> pd.DataFrame:
    """The week in groups of hours: rows ``00-03`` … ``20-23``, columns the days.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week.
    width : int
        Hours in a group; it divides 24.
    """
    groups = _week(matrix).reshape(7, 24 // width, width).sum(axis=2).T
    names = [f"{hour:02d}-{hour + width - 1:02d}" for hour in range(0, 24, width)]
    return pd.DataFrame(groups, index=pd.Index(names, name="hours"), columns=pd.Index(DAYS, name="day"))


def night_hours(matrix: ArrayLike | pd.DataFrame) -> pd.DataFrame:
    """The week by nights: rows ``Monday into Tuesday`` …, columns the hours from noon round to 11.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week by days.
    """
    round_the_clock = np.roll(_week(matrix).ravel(), -NOON).reshape(7, 24)
    return _framed(round_the_clock, NIGHTS, [*HOURS[NOON:], *HOURS[:NOON]])


# ---------------------------------------------------------------- default midnight


@dataclass(frozen=True)
class DefaultMidnight:
    """How many events stand at 00:00 for want of a known time.

    Attributes
    ----------
    recorded : float
        Events from 00:00 to 00:59.
    expected : float
        The mean of the two hours before and the two after.
    excess, lower, upper : float
        Recorded less expected, with its interval.
    share, share_lower, share_upper : float
        The same as fractions of all timed events, not below 0; NaN without events.
    p : float
        Chance of so many at midnight if that hour were like its neighbours (one-sided).
    suspected : bool
        Whether p < 0.001 and midnight holds over half as much again as expected.
    sentence : str
        The finding in words.
    """

    recorded: float
    expected: float
    excess: float
    lower: float
    upper: float
    share: float
    share_lower: float
    share_upper: float
    p: float
    suspected: bool
    sentence: str


_BESIDE = np.array([-2, -1, 1, 2])


def default_midnight(
    matrix: ArrayLike | pd.DataFrame, *, confidence: float = 0.95, noun: str = "offences"
) -> DefaultMidnight:
    """Detect midnight used as the default of an unknown time, by its excess over the hours beside it.

    The expectation at 00:00 is the mean of 22:00, 23:00, 01:00 and 02:00: a rise or fall through the night
    cancels out. The interval of the excess combines those of the two Poisson counts; the test is that of a
    Poisson count against four neighbours (conditional binomial, share 1/5).

    Parameters
    ----------
    matrix : array_like, 7 × 24 or 24
        Counts by day and hour, or by hour, as recorded.
    confidence : float
        Two-sided level of the interval.
    noun : str
        What the events are called.

    Returns
    -------
    DefaultMidnight

    Notes
    -----
    A real peak in the single hour after midnight, of the kind that closing time at 00:00 makes, would be
    taken for a default; look at the days (defaults fall on all days alike). Defaults at other hours
    (12:00) and the 23:59 end of a range are not looked for.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    hours = _week(counts).sum(axis=0) if counts.ndim == 2 else counts
    if hours.shape != (24,):
        raise ValueError("a day has 24 hours")
    recorded, beside, total = hours[0], hours[_BESIDE].sum(), hours.sum()
    k = len(_BESIDE)
    expected = beside / k
    excess = recorded - expected
    (low, low_beside), (high, high_beside) = poisson_interval([recorded, beside], confidence)
    lower = excess - np.hypot(recorded - low, (high_beside - beside) / k)
    upper = excess + np.hypot(high - recorded, (beside - low_beside) / k)
    p = float(special.betainc(recorded, beside + 1, 1 / (k + 1))) if recorded else 1.0
    suspected = bool(p < MIDNIGHT_P and recorded > MIDNIGHT_RATIO * expected)
    share, share_lower, share_upper = (
        max(0.0, float(value / total)) if total else float("nan") for value in (excess, lower, upper)
    )
    hours_say = (
        f"{recorded:,.0f} are recorded at 00:00-00:59, where the hours beside it suggest {expected:,.0f}."
    )
    if suspected:
        sentence = (
            f"Midnight stands for an unknown time in an estimated {excess:,.0f} of {total:,.0f} timed {noun} "
            f"({share:.1%}, {confidence:.0%} interval {share_lower:.1%} to {share_upper:.1%}): {hours_say}"
        )
    elif total:
        sentence = (
            f"No sign that midnight stands for an unknown time: of {total:,.0f} timed {noun}, {hours_say}"
        )
    else:
        sentence = f"No timed {noun}."
    return DefaultMidnight(
        recorded=float(recorded),
        expected=float(expected),
        excess=float(excess),
        lower=float(lower),
        upper=float(upper),
        share=share,
        share_lower=share_lower,
        share_upper=share_upper,
        p=p,
        suspected=suspected,
        sentence=sentence,
    )


def without_default_midnight(matrix: ArrayLike | pd.DataFrame) -> pd.DataFrame:
    """The week with each midnight hour cut down to the mean of the two hours before and after it.

    What is cut becomes untimed: state it beside the table (the sum before less the sum after). Hours below
    the mean stay as they are.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week as recorded.

    Returns
    -------
    DataFrame [day, hour]
        Not whole numbers in general.
    """
    week = _week(matrix).flatten()
    midnight = np.arange(0, WEEK, 24)
    beside = week[(midnight[:, None] + _BESIDE) % WEEK].mean(axis=1)
    week[midnight] = np.minimum(week[midnight], beside)
    return _framed(week.reshape(7, 24))


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
    return _framed((exact + np.maximum(spread, 0.0)).reshape(7, 24))


# ---------------------------------------------------------------- peaks


def peak_set(counts: ArrayLike, exposure: ArrayLike = 1.0, confidence: float = 0.95) -> NDArray[np.bool_]:
    """The categories that cannot be told apart from the busiest.

    Each is tested against the busiest (one-sided conditional binomial at level α / (K − 1)); those not
    significantly below it form a set that holds the truly busiest category with at least this confidence
    (Gupta's subset selection).

    Parameters
    ----------
    counts : array_like, K values
        Events in each category; spread (non-integer) ones are allowed.
    exposure : array_like
        Length of each category, such as how many Mondays there were.
    confidence : float
        Chance that the truly busiest is in the set.

    Returns
    -------
    ndarray of bool
        All true where there are no events: none can be told apart.

    Notes
    -----
    Gupta SS, Nagel K (1967), On selection and ranking procedures and order statistics from the multinomial
    distribution, *Sankhyā* B 29, 1-34; here with Bonferroni's level in place of their tables.

    Examples
    --------
    >>> peak_set([5, 60, 55, 4]).tolist()
    [False, True, True, False]
    """
    x, e = np.broadcast_arrays(np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64))
    if not x.size or x.sum() == 0:
        return np.ones(x.shape, dtype=bool)
    rate = np.divide(x, e, out=np.zeros_like(x), where=e > 0)
    best = int(rate.argmax())
    # P(Binomial(x + m, e / (e + e_m)) <= x), by the incomplete beta function so that x need not be whole.
    p = special.betainc(x[best], x + 1, e[best] / (e[best] + e))
    apart = p <= (1 - confidence) / max(1, x.size - 1)
    apart[best] = False
    return ~apart & (e > 0)


@dataclass(frozen=True)
class Peak:
    """The busiest day and hours, and how sure that is.

    Attributes
    ----------
    total : float
        Timed events.
    days, hours : list of str, list of int
        Those that cannot be told apart from the busiest, which comes first; empty where nothing stands out or
        there are too few events.
    sentence : str
        The finding in words.
    """

    total: float
    days: list[str]
    hours: list[int]
    sentence: str


def peak(
    matrix: ArrayLike | pd.DataFrame,
    *,
    nights: bool = False,
    exposure: ArrayLike = 1.0,
    confidence: float = 0.95,
    noun: str = "offences",
) -> Peak:
    """Name the busiest day (or night) and hours, with those that cannot be told apart from them.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week by days, as recorded or corrected.
    nights : bool
        Name overnight nights ("Saturday into Sunday") in place of days.
    exposure : array_like, 7 values
        How often each weekday occurred (:func:`weekdays_of_months`).
    confidence : float
        Of each set (:func:`peak_set`).
    noun : str
        What the events are called.

    Returns
    -------
    Peak

    Examples
    --------
    >>> week = np.ones((7, 24)); week[5, 22:] = 60
    >>> peak(week).sentence
    'Saturday is the busiest day (50% of 286 timed offences). The busiest hours are 22:00 to 23:59 (46%).'
    """
    week = _week(matrix)
    total = float(week.sum())
    if total < LEAST_FOR_PEAK:
        count = f"{total:,.0f}" if total else "no"
        return Peak(
            total, [], [], f"Too few timed {noun} to name a peak ({count}; at least {LEAST_FOR_PEAK})."
        )
    names, word = (NIGHTS, "night") if nights else (DAYS, "day")
    by_day = np.asarray(night_hours(week) if nights else week).sum(axis=1)
    days = _busiest_first(by_day, exposure, confidence)
    hours = _busiest_first(week.sum(axis=0), 1.0, confidence)
    if not days:
        day_words = f"No {word} of the week stands out among {total:,.0f} timed {noun}."
    else:
        share = f"({by_day[days[0]] / total:.0%} of {total:,.0f} timed {noun})"
        day_words = f"{names[days[0]]} is the busiest {word} {share}{_alike([names[i] for i in days[1:]])}."
    if not hours:
        hour_words = "No hour stands out."
    else:
        share = f"{week[:, hours].sum() / total:.0%}"
        plural = "hours are" if len(hours) > 1 else "hour is"
        hour_words = f"The busiest {plural} {hours_in_words(hours)} ({share})."
    return Peak(total, [names[i] for i in days], hours, f"{day_words} {hour_words}")


def _busiest_first(counts: Floats, exposure: ArrayLike, confidence: float) -> list[int]:
    """Positions of the peak set from the busiest down; empty where more than half are alike."""
    chosen = peak_set(counts, exposure, confidence)
    if 2 * chosen.sum() > chosen.size:
        return []
    rate = counts / np.maximum(np.broadcast_to(np.asarray(exposure, dtype=np.float64), counts.shape), 1e-9)
    return [int(i) for i in np.argsort(-rate, kind="stable") if chosen[i]]


def _alike(names: Sequence[str]) -> str:
    """The clause that names what cannot be told apart."""
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"; {listed} cannot be told apart from it"


def hours_in_words(hours: Iterable[int]) -> str:
    """Hours of the day as ranges of wall time, joined over midnight.

    Examples
    --------
    >>> hours_in_words([23, 0, 1, 15])
    '15:00 to 15:59 and 23:00 to 01:59'
    """
    chosen = set(hours)
    if len(chosen) == 24:
        return "all day"
    starts = sorted(hour for hour in chosen if (hour - 1) % 24 not in chosen)
    ranges = []
    for start in starts:
        end = start
        while (end + 1) % 24 in chosen:
            end = (end + 1) % 24
        ranges.append(f"{start:02d}:00 to {end:02d}:59")
    return " and ".join([", ".join(ranges[:-1]), ranges[-1]] if len(ranges) > 1 else ranges)
