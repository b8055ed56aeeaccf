"""When is it busiest, in a few words that a room can take in?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import betainc

from geo.answer.asked import ALPHA
from geo.answer.moments import HOURS_KNOWN
from geo.ask.words import listed
from geo.stats.clock import DAYS, NIGHTS, night_hours, nights_of
from geo.stats.dispersion import allowed_for
from geo.stats.peaks import LEAST_FOR_PEAK, UNCLUMPED, Clumping, busiest_first, hours_in_words

STRETCH = 4
"""Hours in the busiest stretch of a day."""
DAYTIME = range(5, 16)
"""Hours at which a stretch begins that belongs to a day rather than to a night."""


def busiest(
    week: np.ndarray,
    exposure: np.ndarray,
    protect: Callable[[np.ndarray], np.ndarray] = np.asarray,
    clumped: tuple[Clumping | None, Clumping | None] = (UNCLUMPED, UNCLUMPED),
) -> str:
    """Name the busiest nights (or days) and the busiest hours in a row, each only where it stands out.

    Parameters
    ----------
    week : ndarray of float, shape (7, 24)
        Events by weekday and hour, without an excess at midnight.
    exposure : ndarray of float, shape (7,)
        How often each weekday occurred.
    protect : callable
        What counts added up by hour or by day must pass before anything is said of them.
    clumped : pair of Clumping or None
        Of the days and of the hours, with weeks as units (:func:`geo.stats.peaks.clumping`); None where it is
        not known.

    Returns
    -------
    str
        "" where nothing stands out, or with fewer than 20 events.

    Notes
    -----
    The stretch is the :data:`STRETCH` hours in a row with most events. It stands out where so many would come
    by chance with probability under 5%, were all hours alike (binomial, allowing for how clumped events are,
    Bonferroni over the 24 stretches). A day or night is named only where days differ by more than they vary
    from week to week.
    One that begins from 05:00 to 15:00 belongs to days, any other to nights, which run from noon to noon. Of
    these the busiest is named, with one more that cannot be told apart from it
    (:func:`geo.stats.peaks.peak_set`); three or more alike are none. The stretch is then that of the days
    named.

    Examples
    --------
    >>> week = np.ones((7, 24)); week[5, 22:] = 30; week[6, :2] = 30
    >>> busiest(week, np.ones(7))
    'Saturday into Sunday, 22:00 to 01:59'
    """
    hours = protect(week.sum(axis=0))
    total = float(hours.sum())
    if total < LEAST_FOR_PEAK or None in clumped:
        return ""
    of_days, of_hours = (one or UNCLUMPED for one in clumped)
    start, most = _stretch(np.append(hours, hours[: STRETCH - 1]))
    by_chance = np.array(min(1.0, 2 * betainc(most, total - most + 1, STRETCH / HOURS_KNOWN)))
    p = allowed_for(by_chance, np.array(of_hours.factor), of_hours.df) / 2
    stands_out = p <= ALPHA / HOURS_KNOWN
    by_day = start in DAYTIME
    table = week if by_day else night_hours(week).to_numpy()
    number = exposure if by_day else nights_of(exposure)
    of_each = protect(table.sum(axis=1))
    days = busiest_first(of_each, number, 1 - ALPHA, of_days)
    days = sorted(days) if len(days) <= 2 else []
    if not stands_out:
        return _days(days, by_day)
    begin, _ = _stretch(protect(table[days or slice(None)].sum(axis=0)))
    begin = begin if by_day else (begin + 12) % HOURS_KNOWN
    words = hours_in_words((begin + step) % HOURS_KNOWN for step in range(STRETCH))
    return f"{_days(days, by_day)}, {words}" if days else words


def _stretch(hours: np.ndarray) -> tuple[int, float]:
    """Position of the first of the hours in a row with most events, and how many these are."""
    sums = np.convolve(hours, np.ones(STRETCH), "valid")
    return int(sums.argmax()), float(sums.max())


def _days(days: Sequence[int], by_day: bool) -> str:
    if by_day:
        return listed([f"{DAYS[day]}s" for day in days])
    if len(days) == 1:
        return NIGHTS[days[0]]
    return f"{listed([DAYS[day] for day in days])} nights" if days else ""
