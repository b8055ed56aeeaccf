"""Which events only seem to be at midnight?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from geo.stats.clock import MIDNIGHT_P, MIDNIGHT_RATIO, WEEK, as_week, framed
from geo.stats.intervals import deviate, poisson_interval

_BESIDE = np.array([-2, -1, 1, 2])
_LATE = np.isin(np.arange(7), (5, 6))
"""Midnights within the nights of Friday and of Saturday."""
ONE_SIDED = deviate(0.9)
"""Deviate that one midnight in twenty exceeds by chance."""


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
    stands_out : bool
        Whether p < 0.001 and midnight holds over half as much again as expected.
    suspected : bool
        Whether, besides, it does so on other nights more than on those of Friday and Saturday, as unknown
        times do and a peak of night life does not.
    kept : float
        Part of the events at midnight that the hours beside it let expect; 1 unless it is suspected.
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
    stands_out: bool
    suspected: bool
    kept: float
    sentence: str


def default_midnight(
    matrix: ArrayLike | pd.DataFrame,
    *,
    confidence: float = 0.95,
    clumped: float = 1.0,
    noun: str = "offences",
) -> DefaultMidnight:
    """Detect midnight used as the default of an unknown time, by its excess on nights when little happens.

    The expectation at 00:00 is the mean of 22:00, 23:00, 01:00 and 02:00: a rise or fall through the night
    cancels out. A sharp real peak, such as closing time makes, exceeds that too. But it grows with the night:
    on the nights of Friday and Saturday, when there is more in the hours beside it, there is more at midnight
    in proportion. Unknown times do not follow the night. So midnight may stand for an unknown time where, on
    the five other nights together, it exceeds its neighbours (conditional binomial, share 1/5), and where its
    ratio to them is higher than on those two (log odds ratio, one-sided at 5%).

    Parameters
    ----------
    matrix : array_like, 7 × 24
        Counts by day and hour, as recorded.
    confidence : float
        Two-sided level of the interval.
    clumped : float
        Variance of the counts over that of a Poisson law (:func:`geo.stats.peaks.clumping`).
    noun : str
        What the events are called.

    Returns
    -------
    DefaultMidnight

    Notes
    -----
    Where all nights are alike, unknown times cannot be told from a real peak: midnight then stands out and is
    not suspected. Where the nights of Friday and Saturday only run later than others, whose peak is at
    midnight, it is suspected wrongly. Defaults at other hours (12:00) and the 23:59 end of a range are not
    looked for.
    """
    week = as_week(matrix)
    midnight = np.arange(0, WEEK, 24)
    beside = week.ravel()[(midnight[:, None] + _BESIDE) % WEEK].sum(axis=1)
    k, recorded, total = len(_BESIDE), float(week[:, 0].sum()), float(week.sum())
    expected = float(beside.sum()) / k
    excess = recorded - expected
    (low, low_beside), (high, high_beside) = poisson_interval([recorded, beside.sum()], confidence)
    lower = excess - np.hypot(recorded - low, (high_beside - beside.sum()) / k)
    upper = excess + np.hypot(high - recorded, (beside.sum() - low_beside) / k)
    p, stands_out = _exceeds(recorded, float(beside.sum()))
    suspected = stands_out and _as_unknown_times(week[:, 0], beside, clumped)
    share, share_lower, share_upper = (
        max(0.0, float(value / total)) if total else float("nan") for value in (excess, lower, upper)
    )
    are = "is" if recorded == 1 else "are"
    hours_say = (
        f"{recorded:,.0f} {are} recorded at 00:00-00:59, where the hours beside it suggest {expected:,.0f}"
    )
    if suspected:
        sentence = (
            f"Midnight may stand for an unknown time in an estimated {excess:,.0f} of {total:,.0f} timed "
            f"{noun} ({share:.1%}, {confidence:.0%} interval {share_lower:.1%} to {share_upper:.1%}): "
            f"{hours_say}, more so on other nights than on Friday’s and Saturday’s."
        )
    elif stands_out:
        sentence = (
            f"Midnight stands out, which may be a real peak: of {total:,.0f} timed {noun}, {hours_say}."
        )
    elif total:
        sentence = (
            f"No sign that midnight stands for an unknown time: of {total:,.0f} timed {noun}, {hours_say}."
        )
    else:
        sentence = f"No timed {noun}."
    return DefaultMidnight(
        recorded=recorded,
        expected=expected,
        excess=excess,
        lower=float(lower),
        upper=float(upper),
        share=share,
        share_lower=share_lower,
        share_upper=share_upper,
        p=p,
        stands_out=stands_out,
        suspected=suspected,
        kept=min(1.0, expected / recorded) if suspected else 1.0,
        sentence=sentence,
    )


def _exceeds(recorded: float, beside: float) -> tuple[float, bool]:
    """One-sided p of midnight against four neighbours, and whether it clearly exceeds their mean."""
    k = len(_BESIDE)
    p = float(special.betainc(recorded, beside + 1, 1 / (k + 1))) if recorded else 1.0
    return p, bool(p < MIDNIGHT_P and recorded > MIDNIGHT_RATIO * beside / k)


def _as_unknown_times(midnight: np.ndarray, beside: np.ndarray, clumped: float) -> bool:
    """Whether midnight exceeds its neighbours on other nights, more so than on Friday's and Saturday's."""
    late, other = ((midnight[nights].sum(), beside[nights].sum()) for nights in (_LATE, ~_LATE))
    if not _exceeds(*other)[1] or not all(late):
        return False
    ratio = np.log(other[0] / other[1] * late[1] / late[0])
    return bool(ratio > ONE_SIDED * np.sqrt(clumped * sum(1 / count for count in (*late, *other))))


def without_default_midnight(matrix: ArrayLike | pd.DataFrame, kept: float) -> pd.DataFrame:
    """The week with every midnight cut by one factor.

    What is cut becomes untimed: state it beside the table (the sum before less the sum after). One factor for
    all nights, that of all areas together, so that a cell that is high by chance is not cut for it.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week as recorded.
    kept : float
        Part of the events at midnight that stays (:attr:`DefaultMidnight.kept`).

    Returns
    -------
    DataFrame [day, hour]
        Not whole numbers in general.
    """
    week = as_week(matrix).copy()
    week[:, 0] *= kept
    return framed(week)
