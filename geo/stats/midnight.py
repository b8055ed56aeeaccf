"""Which events only seem to be at midnight?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from geo.stats.clock import MIDNIGHT_P, MIDNIGHT_RATIO, WEEK, as_week, framed
from geo.stats.intervals import poisson_interval


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
    hours = as_week(counts).sum(axis=0) if counts.ndim == 2 else counts
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
    are = "is" if recorded == 1 else "are"
    hours_say = (
        f"{recorded:,.0f} {are} recorded at 00:00-00:59, where the hours beside it suggest {expected:,.0f}."
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
    week = as_week(matrix).flatten()
    midnight = np.arange(0, WEEK, 24)
    beside = week[(midnight[:, None] + _BESIDE) % WEEK].mean(axis=1)
    week[midnight] = np.minimum(week[midnight], beside)
    return framed(week.reshape(7, 24))
