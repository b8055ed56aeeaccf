"""How sure is one count?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from geo.stats.vectors import Floats, vectors

EXACT_BELOW = 10
"""Below this many events the exact Poisson interval is used in place of Byar's approximation (PHE/OHID)."""


def deviate(confidence: float) -> float:
    """Two-sided normal quantile of a confidence level between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError("the confidence level lies between 0 and 1, such as 0.95 or 0.998")
    return float(special.ndtri(0.5 + confidence / 2))


def byar(events: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Byar's approximate Poisson limits of counts.

    Lower = O(1 − 1/(9O) − z/(3√O))³; upper the same with O + 1 and + z. The lower limit of 0 events is 0, and
    so is one that the approximation would place below 0.

    Parameters
    ----------
    events : array_like
        Counts O, of any shape; NaN stays NaN.
    confidence : float
        Two-sided level, such as 0.95 or 0.998.

    Returns
    -------
    tuple of ndarray
        Lower and upper limits, in events.

    Notes
    -----
    Breslow NE, Day NE (1987), *Statistical methods in cancer research*, volume II.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in byar(65)]
    [50.1632, 82.8491]
    """
    z = deviate(confidence)
    o = np.asarray(events, dtype=np.float64)
    at_least_one = np.where(o > 0, o, 1.0)
    lower = at_least_one * (1 - 1 / (9 * at_least_one) - z / (3 * np.sqrt(at_least_one))) ** 3
    lower = np.where(o > 0, np.maximum(lower, 0.0), o * 0.0)
    upper = (o + 1) * (1 - 1 / (9 * (o + 1)) + z / (3 * np.sqrt(o + 1))) ** 3
    return lower, upper


def exact_poisson(events: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Exact (Garwood) Poisson limits of counts: χ²(α/2; 2O)/2 and χ²(1 − α/2; 2O + 2)/2.

    Parameters
    ----------
    events : array_like
        Counts O, of any shape; NaN stays NaN.
    confidence : float
        Two-sided level.

    Returns
    -------
    tuple of ndarray
        Lower and upper limits, in events; the lower limit of 0 events is 0.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in exact_poisson(1)]
    [0.0253, 5.5716]
    """
    deviate(confidence)
    o = np.asarray(events, dtype=np.float64)
    tail = (1 - confidence) / 2
    lower = np.where(o > 0, special.gammaincinv(np.where(o > 0, o, 1.0), tail), o * 0.0)
    upper = special.gammainccinv(o + 1, tail)
    return lower, upper


def poisson_interval(events: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of counts as OHID publishes them: exact below 10 events, Byar's from 10 on.

    Parameters
    ----------
    events : array_like
        Counts, of any shape; NaN stays NaN.
    confidence : float
        Two-sided level.

    Returns
    -------
    tuple of ndarray
        Lower and upper limits, in events.
    """
    o = np.asarray(events, dtype=np.float64)
    which, some = pd.factorize(o.ravel(), use_na_sentinel=False)  # many areas, few counts
    few = some < EXACT_BELOW
    lower, upper = map(np.asarray, byar(some, confidence))
    lower[few], upper[few] = exact_poisson(some[few], confidence)
    return lower[which].reshape(o.shape), upper[which].reshape(o.shape)


def wilson(events: ArrayLike, total: ArrayLike, confidence: float = 0.95) -> pd.DataFrame:
    """Proportions with Wilson score limits.

    Parameters
    ----------
    events, total : array_like, one value an area
        Those with the attribute, and all; ``events`` may not exceed ``total``.
    confidence : float
        Two-sided level.

    Returns
    -------
    DataFrame
        ``count, total, value, lower_ci, upper_ci`` as fractions of 1; NaN where the total is 0.

    Raises
    ------
    ValueError
        If a count exceeds its total or is negative.

    Examples
    --------
    >>> wilson(65, 100).round(4).loc[0, ["value", "lower_ci", "upper_ci"]].tolist()
    [0.65, 0.5525, 0.7364]
    """
    index, (x, n) = vectors(events, total)
    if (x > n).any():
        raise ValueError("a part cannot exceed its whole")
    n = np.where(n > 0, n, np.nan)
    lower, upper = wilson_limits(x, n, confidence)
    table = {"count": x, "total": n, "value": x / n, "lower_ci": lower, "upper_ci": upper}
    return pd.DataFrame(table, index=index)


def wilson_limits(events: Floats, total: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The limits of :func:`wilson` alone, of totals above 0 or NaN."""
    z = deviate(confidence)
    centre = 2 * events + z**2
    spread = z * np.sqrt(z**2 + 4 * events * (1 - events / total))
    lower, upper = ((centre + side * spread) / (2 * (total + z**2)) for side in (-1, 1))
    return lower, upper
