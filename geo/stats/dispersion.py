"""How much more do counts vary from month to month than chance alone would make them?

Events come in clumps: a fight has several victims, a thief takes one street in a week. Then counts of one
area vary more than those of a Poisson law, and a test that knows only that law calls ordinary months a
change. The method is in ``docs/methods/change.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtr

LEAST_MONTHS, LEAST_AREAS = 6, 3
"""Months and areas below which dispersion cannot be measured."""
FEWEST, MOST = 4.0, 200.0
"""Bounds of the weight of the common dispersion, in degrees of freedom."""


class Dispersion(NamedTuple):
    """Variance of each area's counts over that of a Poisson law.

    Attributes
    ----------
    factor : ndarray of float, shape (n,)
        At least 1.
    df : float
        Degrees of freedom behind each factor.
    typical : float
        Factor of the whole: of all areas together, weighted by their events.
    """

    factor: np.ndarray
    df: float
    typical: float


def measured(counts: np.ndarray, stretch: np.ndarray) -> Dispersion | None:
    """Measure the dispersion of each area's monthly counts around what area and month let expect.

    Within a stretch an area has one share of the events of every month: what all areas have in common, such
    as the season, and what sets stretches apart, such as the change that is asked about, are no dispersion.
    The Pearson statistic of an area over its degrees of freedom is drawn towards a common line 1 + α μ of its
    mean monthly count μ, the more the better all areas follow that line (an empirical Bayes estimate).

    Parameters
    ----------
    counts : ndarray, shape (n, M)
        Events of each area and month.
    stretch : ndarray of int, shape (M,)
        The stretch that each month belongs to.

    Returns
    -------
    Dispersion or None
        None with fewer than six months in stretches of at least two, or fewer than three areas.

    References
    ----------
    McCullagh and Nelder (1989), Generalized linear models, section 4.5 (the factor); Smyth (2004), Linear
    models and empirical Bayes methods, Statistical Applications in Genetics and Molecular Biology 3 (towards
    the common line).

    Examples
    --------
    >>> chance = np.random.default_rng(1).poisson(20.0, (300, 24))
    >>> found = measured(chance, np.repeat([0, 1], 12))
    >>> bool(found.factor.max() < 1.3), round(found.typical, 1)
    (True, 1.0)
    """
    y = counts.astype(float)
    expected = np.zeros_like(y)
    used, df = np.zeros(len(stretch), bool), 0
    for one in np.unique(stretch):
        mine = stretch == one
        block = y[:, mine]
        if mine.sum() > 1 and block.any():
            expected[:, mine] = np.outer(block.sum(axis=1), block.sum(axis=0)) / block.sum()
            df += int(mine.sum()) - 1
            used |= mine
    n = len(y)
    if used.sum() < LEAST_MONTHS or n < LEAST_AREAS:
        return None
    y, expected = y[:, used], expected[:, used]
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = np.where(expected > 0, (y - expected) ** 2 / expected, 0.0)
    own = pearson.sum(axis=1) / df * n / (n - 1)
    mean = expected.mean(axis=1)
    some = mean > 0
    alpha = max(0.0, float((mean * (own - 1))[some].sum() / (mean**2)[some].sum()))
    line = 1 + alpha * mean
    noise = (2 + 1 / np.maximum(mean * line, 1e-9)) / df  # of own / line, were the line all there is
    spread = float(np.average((own[some] / line[some] - 1) ** 2 - noise[some], weights=mean[some]))
    weight = float(np.clip(2 / max(spread, 1e-9), FEWEST, MOST))
    factor = np.maximum(1.0, (weight * line + df * own) / (weight + df))
    typical = float(np.average(np.maximum(own, 0), weights=mean)) if some.any() else 1.0
    return Dispersion(np.where(some, factor, line), df + weight, max(1.0, typical))


LEAST_PAIRS = 3
"""Pairs of months below which the dispersion of a whole cannot be measured."""


def measured_in_pairs(before: np.ndarray, after: np.ndarray) -> Dispersion | None:
    """Measure the dispersion of one place's counts from months in pairs, such as the same month of two years.

    What changed evenly is no dispersion, nor what both months of a pair have in common, such as the season:
    the Pearson statistic of each pair's split around the split of all.

    Parameters
    ----------
    before, after : ndarray, shape (pairs,)

    Returns
    -------
    Dispersion or None
        Of one place; None with fewer than three pairs with events.

    Examples
    --------
    >>> steady = measured_in_pairs(np.array([100, 80, 120]), np.array([110, 88, 132]))
    >>> steady.factor.tolist(), steady.df
    ([1.0], 2.0)
    """
    total = before + after
    kept = total > 0
    if kept.sum() < LEAST_PAIRS or not before.sum() or not after.sum():
        return None
    total, later = total[kept].astype(float), after[kept].astype(float)
    share = later.sum() / total.sum()
    df = float(kept.sum() - 1)
    factor = max(1.0, float(((later - total * share) ** 2 / (total * share * (1 - share))).sum() / df))
    return Dispersion(np.array([factor]), df, factor)


def allowed_for(p: np.ndarray, factor: np.ndarray, df: float) -> np.ndarray:
    """Two-sided p of a test that knows only chance, where the variance is ``factor`` times as large.

    Its normal deviate is divided by the root of the factor and judged by Student's t, since the factor was
    measured (quasi-likelihood).

    Examples
    --------
    >>> allowed_for(np.array([0.05, 0.05]), np.array([1.0, 4.0]), 1e6).round(3).tolist()
    [0.05, 0.327]
    """
    z = -ndtri(np.clip(p, 1e-300, 1) / 2) / np.sqrt(factor)
    return np.where(np.isnan(p), np.nan, np.minimum(1.0, 2 * stdtr(df, -z)))
