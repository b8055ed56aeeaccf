"""Has it risen or fallen over a few periods, by more than chance? Tests, by what is known of each value.

Definitions and examples are in ``docs/methods/indicators.md``.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from geo.stats.intervals import deviate

RECENT = 5
"""Latest periods that are looked at, as Fingertips does; for ranks :data:`RANKED`, which need more."""
RANKED = 7
FEWEST = 4
"""Periods below which nothing is tested; for ranks one more."""
ALPHA = 0.05
CHI_SQUARED = "chi-squared test for trend"
REGRESSION = "weighted regression"
RANKS = "Mann-Kendall test"


class Trend(NamedTuple):
    """Outcome of a test of trend.

    Attributes
    ----------
    test : str
        Its name; "" where too few periods are known.
    p : float
        Two-sided; NaN without a test.
    sign : int
        1 rising, -1 falling, 0 neither or not tested.
    periods : int
        How many it looked at.
    """

    test: str
    p: float
    sign: int
    periods: int


def trend(
    times: ArrayLike,
    values: ArrayLike,
    *,
    lower: ArrayLike,
    upper: ArrayLike,
    counts: ArrayLike,
    totals: ArrayLike,
    share: bool,
) -> Trend:
    """Test whether values of consecutive periods rise or fall, by the best that is known of them.

    Counts with their totals by the chi-squared test for trend, values with 95% intervals by a weighted
    regression, values alone by ranks.

    Parameters
    ----------
    times : array_like
        When each period began, going up; periods do not overlap.
    values, lower, upper, counts, totals : array_like
        NaN where not known; a period without a value is left out.
    share : bool
        Whether a total holds its count (a percentage), so that a count is binomial and not Poisson.

    Returns
    -------
    Trend
    """
    t, y, low, high, x, n = (
        np.asarray(each, np.float64) for each in (times, values, lower, upper, counts, totals)
    )
    there = ~np.isnan(y)
    t, y, low, high, x, n = (each[there] for each in (t, y, low, high, x, n))
    last = slice(-RECENT, None)
    if (
        len(y) >= FEWEST
        and (n[last] > 0).all()
        and not np.isnan(x[last]).any()
        and (x[last] <= n[last]).all() | (not share)
    ):
        z = chi_for_trend(t[last], x[last], n[last], share=share)
        return _judged(CHI_SQUARED, z, len(t[last]))
    if len(y) >= FEWEST and (high[last] > low[last]).all():
        z = weighted_slope(t[last], y[last], (high[last] - low[last]) / (2 * deviate(0.95)))
        return _judged(REGRESSION, z, len(t[last]))
    if len(y) > FEWEST:
        score, p = mann_kendall(y[-RANKED:])
        sign = int(np.sign(score)) if p < ALPHA else 0
        return Trend(RANKS, p, sign, len(y[-RANKED:]))
    return Trend("", np.nan, 0, len(y))


def _judged(test: str, z: float, periods: int) -> Trend:
    p = float(2 * special.ndtr(-abs(z)))
    return Trend(test, p, int(np.sign(z)) if p < ALPHA else 0, periods)


def chi_for_trend(times: np.ndarray, counts: np.ndarray, totals: np.ndarray, *, share: bool) -> float:
    """Signed root of the chi-squared statistic for trend, one degree of freedom (Cochran; Armitage).

    Parameters
    ----------
    times, counts, totals : ndarray of float
    share : bool
        Binomial variance p(1 − p), else Poisson variance p.

    Examples
    --------
    Smokers among patients (Fleiss 1981), as R's ``prop.trend.test`` gives it:

    >>> z = chi_for_trend(
    ...     np.arange(4.0), np.array([83.0, 90, 129, 70]), np.array([86.0, 93, 136, 82]), share=True
    ... )
    >>> round(z**2, 4)
    8.2249
    """
    rate = counts.sum() / totals.sum()
    middle = (totals * times).sum() / totals.sum()
    spread = (totals * (times - middle) ** 2).sum()
    variance = rate * (1 - rate if share else 1) * spread
    return (
        float(((times - middle) * (counts - rate * totals)).sum() / np.sqrt(variance))
        if variance > 0
        else 0.0
    )


def weighted_slope(times: np.ndarray, values: np.ndarray, errors: np.ndarray) -> float:
    """Slope of a line through values of known standard errors, divided by the slope's own.

    Examples
    --------
    >>> round(weighted_slope(np.arange(4.0), np.array([1.0, 2, 3, 4]), np.ones(4)), 4)
    2.2361
    """
    weight = 1 / errors**2
    middle = (weight * times).sum() / weight.sum()
    return float((weight * (times - middle) * values).sum() / np.sqrt((weight * (times - middle) ** 2).sum()))


def mann_kendall(values: np.ndarray) -> tuple[float, float]:
    """Kendall's score of values in order of time, and its exact two-sided p over all orders.

    Examples
    --------
    >>> mann_kendall(np.array([1.0, 2, 3, 4, 5]))
    (10.0, 0.016666666666666666)
    """
    first, second = np.array(list(combinations(range(len(values)), 2))).T
    orders = values[_orders(len(values))]
    scores = np.sign(orders[:, second] - orders[:, first]).sum(axis=1)
    return float(scores[0]), float((np.abs(scores) >= abs(scores[0])).mean())


@cache
def _orders(n: int) -> np.ndarray:
    """Every order of so many positions, their own first."""
    return np.array(list(permutations(range(n))), np.int8)
