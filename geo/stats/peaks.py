"""When is there more than at other times?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from geo.stats.clock import DAYS, NIGHTS, as_week, night_hours, nights_of
from geo.stats.vectors import Floats

LEAST_FOR_PEAK = 20


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
    days = _busiest_first(by_day, number, confidence)
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
