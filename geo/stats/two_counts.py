"""Do two counts differ by more than chance? Tests of one pair, and the limits of its ratio.

Definitions and examples are in ``docs/methods/change.md``.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, betaincinv, gammaln, pdtr, pdtrc, pdtrik, xlogy

from geo.stats.dispersion import Dispersion, allowed_for


def p_of_change(
    first: np.ndarray,
    second: np.ndarray,
    *,
    lengths: tuple[float, float],
    dispersion: Dispersion | None,
    least_shown: int,
) -> np.ndarray:
    """Two-sided p of pairs of counts, as :func:`geo.stats.change.compare_periods` judges them.

    Parameters
    ----------
    first, second : ndarray of float
    lengths : pair of float
        What their counts are in proportion to where nothing has changed.
    dispersion : Dispersion or None
        With a factor for each pair.
    least_shown : int
    """
    length, later = lengths
    if least_shown:
        p = _shown_test(first, second, later / (length + later), least_shown)
    else:
        p = _e_test(first, second, length, later)
    return p if dispersion is None else allowed_for(p, dispersion.factor, dispersion.df)


def ratio_limits(
    first: np.ndarray, second: np.ndarray, odds: float, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits of the ratio of the rates: limits of a binomial share s, as odds · s / (1 − s)."""
    tail = (1 - confidence) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(second > 0, betaincinv(np.where(second > 0, second, 1), first + 1, tail), 0.0)
        high = np.where(first > 0, betaincinv(second + 1, np.where(first > 0, first, 1), 1 - tail), 1.0)
        return odds * low / (1 - low), odds * high / (1 - high)


def c_test(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    """Two-sided p of `second` as binomial of the sum of both counts."""
    at_most = np.where(first > 0, betainc(np.maximum(first, 1), second + 1, 1 - share), 1.0)
    at_least = np.where(second > 0, betainc(np.maximum(second, 1), first + 1, share), 1.0)
    return np.minimum(1.0, 2 * np.minimum(at_most, at_least))


def _shown_test(first: np.ndarray, second: np.ndarray, share: float, least: int) -> np.ndarray:
    """Two-sided p of `second` among the splits of the sum in which both counts can be seen."""
    from scipy.stats import binom

    pairs, where = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)
    found = np.ones(len(pairs))
    for at, (x, y) in enumerate(pairs):
        split = np.arange(int(x + y) + 1)
        seen = ((split == 0) | (split >= least)) & (
            (split == x + y) | (split <= x + y - least) | (split == 0)
        )
        chance = binom.pmf(split, int(x + y), share)
        as_rare = seen & (chance <= chance[int(y)] * (1 + 1e-9))
        found[at] = chance[as_rare].sum() / chance[seen].sum() if chance[seen].any() else 1.0
    return np.minimum(1.0, found)[where.ravel()]


def _e_test(first: np.ndarray, second: np.ndarray, length: float, later: float) -> np.ndarray:
    """Two-sided p of Krishnamoorthy and Thomson, for each pair of counts."""
    pairs, where = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)
    return np.array([_e_test_of(x, y, length, later) for x, y in pairs])[where.ravel()]


def _e_test_of(k1: float, k2: float, n1: float, n2: float) -> float:
    """P(|T(X1, X2)| >= |T(k1, k2)|) for Poisson counts of equal rates, at their estimated common rate.

    T = (x1/n1 − x2/n2) / √(x1/n1² + x2/n2²) falls as x2 grows. For each x1 the counts x2 that are as extreme
    are therefore those up to one bound and those from another: the roots of a quadratic in u = x2/n2.
    """
    if k1 / n1 == k2 / n2:
        return 1.0
    rate = (k1 + k2) / (n1 + n2)
    squared = (k1 / n1 - k2 / n2) ** 2 / (k1 / n1**2 + k2 / n2**2)
    tail = 1e-15  # of the first count: leaving it out changes p by less than this
    x1 = np.arange(np.floor(pdtrik(tail, n1 * rate)), np.ceil(pdtrik(1 - tail, n1 * rate)) + 1)
    chance = np.exp(xlogy(x1, n1 * rate) - n1 * rate - gammaln(x1 + 1))
    half = x1 / n1 + squared / (2 * n2)
    spread = np.sqrt(np.maximum(half**2 - (x1 / n1) ** 2 + squared * x1 / n1**2, 0.0))
    slack = 1e-9  # the observed pair itself lies on a bound
    low = np.where(x1 > 0, np.floor(n2 * (half - spread) + slack), -1.0)
    high = np.ceil(n2 * (half + spread) - slack)
    as_low = np.where(low >= 0, pdtr(np.maximum(low, 0), n2 * rate), 0.0)
    as_high = np.where(high > 0, pdtrc(np.maximum(high - 1, 0), n2 * rate), 1.0)
    return float(min(1.0, chance @ (as_low + as_high)))
