"""When is there more than at other times?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from geo.stats.clock import DAYS, NIGHTS, as_week, night_hours, nights_of
from geo.stats.dispersion import allowed_for
from geo.stats.vectors import Floats

LEAST_FOR_PEAK = 20


ALPHA = 0.05
FEWEST_FREE = 6
"""Degrees of freedom below which it cannot be told how much times vary from week to week."""


class Clumping(NamedTuple):
    """How much more counts vary from week to week than chance alone would make them.

    Attributes
    ----------
    factor : float
        Variance over that of a Poisson law, at least 1, rounded up to a tenth.
    df : float
        Degrees of freedom that it was measured with.
    """

    factor: float
    df: float


UNCLUMPED = Clumping(1.0, np.inf)
"""Of events that come one by one, independently."""


def clumping(counts: ArrayLike, exposure: ArrayLike = 1.0) -> Clumping | None:
    """Measure how clumped events are, with weeks (or months, or years) as units.

    Within each unit its own total is shared out as over all units together: what a whole week has more of,
    such as a season, is no clumping of its days.

    Parameters
    ----------
    counts : array_like, shape (units, K)
        Events of each unit and category.
    exposure : array_like
        Length of each, such as how many Mondays a month has; 0 where it is not in the period.

    Returns
    -------
    Clumping or None
        None where the units are too few to measure it.

    Examples
    --------
    >>> clumping([[9, 1, 8, 2], [1, 9, 2, 8], [8, 2, 9, 1]])
    Clumping(factor=4.7, df=6)
    """
    x = np.asarray(counts, dtype=np.float64)
    e = np.broadcast_to(np.asarray(exposure, dtype=np.float64), x.shape)
    kept = x.sum(axis=1) > 0
    x, e = x[kept], e[kept]
    length = e.sum(axis=0)
    rate = np.divide(x.sum(axis=0), length, out=np.zeros(x.shape[1]), where=length > 0)
    share = e * rate
    share = np.divide(share, share.sum(axis=1)[:, None], out=np.zeros_like(x), where=share > 0)
    expected = x.sum(axis=1)[:, None] * share
    df = int((share > 0).sum() - len(x) - max(0, (rate > 0).sum() - 1))
    if df < FEWEST_FREE:
        return None
    pearson = np.divide((x - expected) ** 2, expected, out=np.zeros_like(x), where=expected > 0).sum()
    return Clumping(float(np.ceil(10 * max(1.0, pearson / df)) / 10), df)


def stands_out(counts: ArrayLike, exposure: ArrayLike = 1.0, clumped: Clumping = UNCLUMPED) -> bool:
    """Whether categories differ by more than they vary from week to week (chi-square over clumping, F)."""
    x, e = np.broadcast_arrays(np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64))
    expected = x[e > 0].sum() * e[e > 0] / e.sum()
    free = len(expected) - 1
    if free < 1 or not expected.sum():
        return False
    ratio = ((x[e > 0] - expected) ** 2 / expected).sum() / free / clumped.factor
    tail = (
        special.fdtrc(free, clumped.df, ratio)
        if np.isfinite(clumped.df)
        else special.chdtrc(free, ratio * free)
    )
    return bool(tail <= ALPHA)


def peak_set(
    counts: ArrayLike,
    exposure: ArrayLike = 1.0,
    confidence: float = 0.95,
    clumped: Clumping = UNCLUMPED,
) -> NDArray[np.bool_]:
    """The categories that cannot be told apart from the busiest.

    Each is tested against the busiest (one-sided conditional binomial at level α / (K − 1), allowing for how
    clumped events are); those not significantly below it form a set that holds the truly busiest category
    with at least this confidence (Gupta's subset selection).

    Parameters
    ----------
    counts : array_like, K values
        Events in each category; spread (non-integer) ones are allowed.
    exposure : array_like
        Length of each category, such as how many Mondays there were.
    confidence : float
        Chance that the truly busiest is in the set.
    clumped : Clumping
        From :func:`clumping`; without it events are taken to come one by one.

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
    if clumped != UNCLUMPED:
        p = allowed_for(np.minimum(1.0, 2 * p), np.array(clumped.factor), clumped.df) / 2
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
    clumped: tuple[Clumping | None, Clumping | None] = (UNCLUMPED, UNCLUMPED),
    confidence: float = 0.95,
    noun: str = "offences",
) -> Peak:
    """Name the busiest day (or night) and hours, with those that cannot be told apart from them.

    Either is named only where days, or hours, differ by more than they vary from week to week.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week by days, as recorded or corrected.
    nights : bool
        Name overnight nights ("Saturday into Sunday") in place of days.
    exposure : array_like, 7 values
        How often each weekday occurred (:func:`weekdays_of_months`).
    clumped : pair of Clumping or None
        Of the days (or nights) and of the hours; None where it is not known, and then neither is named.
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
    week = as_week(matrix)
    total = float(week.sum())
    if total < LEAST_FOR_PEAK:
        count = f"{total:,.0f}" if total else "no"
        return Peak(
            total, [], [], f"Too few timed {noun} to name a peak ({count}; at least {LEAST_FOR_PEAK})."
        )
    names, word = (NIGHTS, "night") if nights else (DAYS, "day")
    number = np.broadcast_to(np.asarray(exposure, dtype=np.float64), len(names))
    number = nights_of(number) if nights else number
    by_day = np.asarray(night_hours(week) if nights else week).sum(axis=1)
    days = busiest_first(by_day, number, confidence, clumped[0])
    hours = busiest_first(week.sum(axis=0), 1.0, confidence, clumped[1])
    if None in clumped:
        return Peak(total, [], [], f"Too few weeks to tell whether a {word} or an hour stands out.")
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


def busiest_first(
    counts: Floats, exposure: ArrayLike, confidence: float, clumped: Clumping | None
) -> list[int]:
    """Positions of the peak set from the busiest down; empty where none stands out or over half are alike."""
    if clumped is None or not stands_out(counts, exposure, clumped):
        return []
    chosen = peak_set(counts, exposure, confidence, clumped)
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
