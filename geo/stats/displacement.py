"""Did it go down by more than elsewhere, and did it move? For what was not left to chance.

The weighted displacement difference of Wheeler and Ratcliffe, controls matched by likeness, and how much of a
fall is only regression to the mean. The method is in ``docs/methods/patrol.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

Pair = tuple[float, float]
"""Events before and after."""


class Difference(NamedTuple):
    """A weighted displacement difference.

    Attributes
    ----------
    wdd : float
        Events more (or, below 0, fewer) than the controls let expect, in the places and those around them.
    error : float
        Its standard error.
    lower, upper, p : float
        Limits and two-sided p by the normal law.
    places, around : float
        The two parts that it is the sum of.
    """

    wdd: float
    error: float
    lower: float
    upper: float
    p: float
    places: float
    around: float


def weighted_displacement_difference(
    treated: Pair,
    control: Pair,
    displaced: Pair = (0, 0),
    control_displaced: Pair = (0, 0),
    *,
    lengths: Pair = (1, 1),
    confidence: float = 0.95,
) -> Difference:
    """WDD = (T1 − T0 − (C1 − C0)) + (D1 − D0 − (CD1 − CD0)).

    Parameters
    ----------
    treated, control : pair of float
        Events before and after in the places, and in their controls, T and C.
    displaced, control_displaced : pair of float
        The same around the places and around their controls, D and CD; 0 where not looked at.
    lengths : pair of float
        Length of the time before and after; counts are over these, so that the difference is one a unit.
    confidence : float

    Notes
    -----
    Each count is Poisson and its own variance, so that the error is the root of the sum of the eight. Wheeler
    and Ratcliffe (2018), A simple weighted displacement difference test to evaluate place based crime
    interventions, Crime Science 7:11.

    Examples
    --------
    >>> found = weighted_displacement_difference((20, 10), (30, 32), (40, 38), (50, 49))
    >>> found.wdd, round(found.error, 2), round(found.p, 2)
    (-13.0, 16.4, 0.43)
    """
    if min(lengths) <= 0:
        raise ValueError("a period needs a length")
    length = np.array(lengths, float)
    counts = np.array([treated, control, displaced, control_displaced], float)
    change = np.diff(counts / length, axis=1).ravel()
    places, around = float(change[0] - change[1]), float(change[2] - change[3])
    wdd, error = places + around, float(np.sqrt((counts / length**2).sum()))
    reach = ndtri(0.5 + confidence / 2) * error
    p = float(2 * ndtr(-abs(wdd) / error)) if error > 0 else 1.0
    return Difference(wdd, error, wdd - reach, wdd + reach, p, places, around)


def matched_controls(
    before: pd.DataFrame,
    treated: np.ndarray,
    barred: np.ndarray,
    *,
    deprivation: pd.Series | None = None,
) -> pd.DataFrame:
    """Choose for each treated area the control that was most like it before.

    Unlikeness is the root mean square difference of √(count + 3/8) over the months before, which is about
    1 / √2 where only chance sets two areas apart, and the difference in rank of deprivation as a share of the
    areas, times 2. No control serves twice; the sum of all unlikenesses is the least there is.

    Parameters
    ----------
    before : DataFrame [area, month]
        Counts before the first day.
    treated, barred : ndarray of bool, one an area
        Barred are those that cannot be controls, such as areas beside treated ones.
    deprivation : Series, optional
        Rank or score of every area.

    Returns
    -------
    DataFrame
        On the treated areas: ``control``, ``unlikeness``, and ``like``: whether it is less than twice what
        chance makes of two equal areas.
    """
    from scipy.optimize import linear_sum_assignment

    free = np.flatnonzero(~treated & ~barred)
    mine = np.flatnonzero(treated)
    if len(free) < len(mine):
        raise ValueError("fewer areas are left for controls than were treated")
    root = np.sqrt(before.to_numpy(float) + 0.375)
    apart = np.sqrt(((root[mine][:, None] - root[free][None]) ** 2).mean(axis=2))
    if deprivation is not None:
        rank = deprivation.reindex(before.index).rank(pct=True).fillna(0.5).to_numpy()
        apart = apart + 2 * np.abs(rank[mine][:, None] - rank[free][None])
    rows, columns = linear_sum_assignment(apart)
    table = {"control": before.index[free[columns]], "unlikeness": apart[rows, columns]}
    found = pd.DataFrame(table, index=before.index[mine[rows]])
    return found.assign(like=found["unlikeness"] < np.sqrt(2))


GRID = 200
"""Rates that areas may have, evenly on a root scale."""


class Regression(NamedTuple):
    """What areas chosen because they were high do by themselves.

    Attributes
    ----------
    chosen : float
        Events of the chosen areas in the time they were chosen by.
    expected : float
        Events to expect of them in as long a time, if nothing is done.
    share : float
        Fall to expect, as a share of ``chosen``; NaN without events.
    """

    chosen: float
    expected: float
    share: float


def regression_to_the_mean(counts: np.ndarray, chosen: np.ndarray) -> Regression:
    """Say how far the counts of chosen areas will fall by themselves.

    A count is drawn towards the rates that its area may have, given how the rates of all areas lie: a mixture
    of Poisson laws on a grid, fitted by maximum likelihood (200 steps of expectation and maximisation). What
    of a high count was chance is not seen again.

    Parameters
    ----------
    counts : ndarray, one an area
        In the time that areas were chosen by.
    chosen : ndarray of bool

    Notes
    -----
    Robbins (1956), An empirical Bayes approach to statistics; Laird (1978), Nonparametric maximum likelihood
    estimation of a mixing distribution, Journal of the American Statistical Association 73, 805-811. Hauer
    (1997), Observational before-after studies in road safety, chapter 11, on the same mistake there.

    Examples
    --------
    >>> counts = np.random.default_rng(1).poisson(10.0, 400)  # all areas alike
    >>> found = regression_to_the_mean(counts, counts >= 17)
    >>> found.chosen, round(found.share, 1)
    (204.0, 0.4)
    """
    from scipy.stats import poisson

    y = np.asarray(counts, float)
    values, which, number = np.unique(y, return_inverse=True, return_counts=True)
    if not chosen.any() or not y[chosen].sum():
        return Regression(0.0, 0.0, float("nan"))
    grid = np.linspace(np.sqrt(values[0]) * 0.9 + 0.05, np.sqrt(values[-1]) + 0.05, GRID) ** 2
    chance = poisson.pmf(np.round(values)[:, None], grid)
    weight = np.full(GRID, 1 / GRID)
    for _ in range(200):
        part = chance * weight
        part /= part.sum(axis=1, keepdims=True)
        weight = number @ part / number.sum()
    now, then = float(y[chosen].sum()), float((part @ grid)[which][chosen].sum())
    return Regression(now, then, 1 - then / now)
