"""Does midnight hold more than the hours beside it, as it does where times were not known?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from geo.stats.clock import MIDNIGHT_P, MIDNIGHT_RATIO, WEEK, as_week, framed
from geo.stats.intervals import deviate, poisson_interval
from geo.stats.vectors import Floats

_BEFORE, _AFTER = np.array([-2, -1]), np.array([1, 2])
_LATE = np.isin(np.arange(7), (5, 6))
"""Midnights within the nights of Friday and of Saturday."""


@dataclass(frozen=True)
class Midnight:
    """How many events are recorded at 00:00 beyond what the hours beside it suggest.

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
        Chance of so many at midnight if that hour were like the two before it, or like the two after: the
        larger of both (one-sided).
    stands_out : bool
        Whether p < 0.001 and midnight holds over half as much again as either.
    times : tuple of tuple of float
        Recorded over expected, with limits, on the nights of Friday and Saturday, and on others; NaN without
        events beside.
    kept : float
        Part of the events at midnight that the hours beside it let expect; 1 unless it stands out.
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
    times: tuple[tuple[float, float, float], tuple[float, float, float]]
    kept: float
    sentence: str


def at_midnight(
    matrix: ArrayLike | pd.DataFrame,
    *,
    confidence: float = 0.95,
    clumped: float = 1.0,
    noun: str = "offences",
) -> Midnight:
    """Compare midnight with the hours beside it.

    Midnight stands out where it exceeds the two hours before it and the two after, each by the conditional
    binomial test with share 1/3; so the end of an evening is no peak. Whether times that were not known are
    the reason cannot be told from counts by the hour. What is expected is the mean of all four: a rise or
    fall through the night cancels out.

    Parameters
    ----------
    matrix : array_like, 7 × 24
        Counts by day and hour, as recorded.
    confidence : float
        Two-sided level of the intervals.
    clumped : float
        Variance of the counts over that of a Poisson law (:func:`geo.stats.peaks.clumping`).
    noun : str
        What the events are called.

    Returns
    -------
    Midnight

    Notes
    -----
    Unknown times raise midnight in proportion to all events of a day, so more on quiet nights beside those of
    Friday and Saturday. So do nights of which some end at midnight and others later, which is why the two
    ratios are given and not judged. Other hours (12:00) and the 23:59 end of a range are not looked at.
    """
    week = as_week(matrix)
    midnight = np.arange(0, WEEK, 24)
    before, after = (
        week.ravel()[(midnight[:, None] + side) % WEEK].sum(axis=1) for side in (_BEFORE, _AFTER)
    )
    beside, k = before + after, len(_BEFORE) + len(_AFTER)
    recorded, total, around = float(week[:, 0].sum()), float(week.sum()), float(beside.sum())
    expected = around / k
    excess = recorded - expected
    (low, low_beside), (high, high_beside) = poisson_interval([recorded, around], confidence)
    wide = np.sqrt(clumped)
    lower = excess - wide * np.hypot(recorded - low, (high_beside - around) / k)
    upper = excess + wide * np.hypot(high - recorded, (around - low_beside) / k)
    most = float(max(before.sum(), after.sum()))
    p = float(special.betainc(recorded, most + 1, 1 / 3)) if recorded else 1.0
    p = float(special.ndtr(special.ndtri(p) / wide))
    stands_out = bool(p < MIDNIGHT_P and recorded > MIDNIGHT_RATIO * most / 2)
    share, share_lower, share_upper = (
        max(0.0, float(value / total)) if total else float("nan") for value in (excess, lower, upper)
    )
    late, other = (
        _times(float(week[nights, 0].sum()), float(beside[nights].sum()), clumped, confidence)
        for nights in (_LATE, ~_LATE)
    )
    are = "is" if recorded == 1 else "are"
    hours_say = (
        f"of {total:,.0f} timed {noun} {recorded:,.0f} {are} recorded at 00:00-00:59, where the hours beside "
        f"it suggest {expected:,.0f}"
    )
    if stands_out:
        sentence = (
            f"Midnight stands out: {hours_say}, {excess:,.0f} more ({share:.1%} of all, {confidence:.0%} "
            f"interval {share_lower:.1%} to {share_upper:.1%}).{_by_night(late, other)} It may stand for "
            "times that were not known or be a real peak: counts by the hour cannot tell."
        )
    elif total:
        sentence = f"Midnight does not stand out: {hours_say}."
    else:
        sentence = f"No timed {noun}."
    return Midnight(
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
        times=(late, other),
        kept=min(1.0, expected / recorded) if stands_out else 1.0,
        sentence=sentence,
    )


def _times(recorded: float, beside: float, clumped: float, confidence: float) -> tuple[float, float, float]:
    """How many times what four hours beside suggest, with limits on the logarithm (Woolf)."""
    if not recorded or not beside:
        return (float("nan"),) * 3
    ratio = recorded / beside * (len(_BEFORE) + len(_AFTER))
    reach = float(np.exp(deviate(confidence) * np.sqrt(clumped * (1 / recorded + 1 / beside))))
    return ratio, ratio / reach, ratio * reach


def _by_night(late: tuple[float, float, float], other: tuple[float, float, float]) -> str:
    """Say what both kinds of nights hold; "" where one has no events."""
    if np.isnan([late[0], other[0]]).any():
        return ""
    first, second = ("{:.1f} times ({:.1f} to {:.1f})".format(*one) for one in (late, other))
    return f" On the nights of Friday and Saturday it holds {first} what they suggest, on others {second}."


def without_excess(matrix: ArrayLike | pd.DataFrame, kept: float) -> pd.DataFrame:
    """The week with every midnight cut by one factor.

    What is cut is counted as without a known time: state it beside the table (the sum before less the sum
    after). One factor for all nights, that of all areas together, so that a cell that is high by chance is
    not cut for it.

    Parameters
    ----------
    matrix : array_like 7 × 24
        A week as recorded.
    kept : float
        Part of the events at midnight that stays (:attr:`Midnight.kept`).

    Returns
    -------
    DataFrame [day, hour]
        Not whole numbers in general.
    """
    return framed(cut(as_week(matrix), kept))


def cut(week: Floats, kept: float) -> Floats:
    """The same of a week that is an array, as one."""
    week = week.copy()
    week[:, 0] *= kept
    return week
