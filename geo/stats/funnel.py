"""Which areas lie outside even a funnel that allows for how much areas differ?

Rates of areas differ more than chance makes them, for reasons that no comparison with one benchmark knows.
Then most large areas lie outside a funnel of chance alone. Here the funnel is widened by the variation that
the areas themselves show (Spiegelhalter 2005). The method is in ``docs/methods/rates.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import betainc, gammainc, gammaincc, ndtr, ndtri, pdtr, pdtrc

from geo.stats.hotspots import bh_q
from geo.stats.intervals import deviate
from geo.stats.vectors import Floats

WINSORISED = 0.1
"""Part of the deviates at either end that is drawn in before variation is measured, lest the extremes hide
themselves."""
_CUT = ndtri(1 - WINSORISED)
_NORMAL = (1 - 2 * WINSORISED) + 2 * (
    WINSORISED * _CUT**2 - _CUT * np.exp(-(_CUT**2) / 2) / np.sqrt(2 * np.pi)
)
"""Mean square of normal deviates that are drawn in so."""
LEAST_AREAS = 8


class Outside(NamedTuple):
    """Areas against a benchmark, allowing for how much areas differ.

    Attributes
    ----------
    spread : float
        Standard deviation of the areas' own square-root ratios to the benchmark, beyond chance; 0 where they
        vary no more than chance, NaN with fewer than eight areas.
    p, q : ndarray of float
        Two-sided, of each area, also where chance alone is asked; and corrected for looking at many
        (Benjamini-Hochberg). NaN where nothing is expected.
    """

    spread: float
    p: Floats
    q: Floats


def outside(observed: Floats, expected: Floats) -> Outside:
    """Set areas against what a benchmark lets expect, beyond how much areas differ anyway.

    √(O/E) has a variance close to 1/(4E) by chance. Deviates from 1 are winsorised, and their mean square,
    over what that of a normal law would be, gives the variance τ² that areas add by themselves (the moment
    estimator of DerSimonian and Laird). What law the areas' own factors follow is not known, so an area's p
    is the largest of three: of a Poisson count, of a negative-binomial one with α = 4τ², and, for one that is
    high, of the log-normal law with the variance of both, whose upper tail is longer. For p, τ² is taken one
    standard error higher than it was measured.

    Parameters
    ----------
    observed, expected : ndarray of float
        Events, and those at the benchmark's rate; NaN is left out.

    References
    ----------
    Spiegelhalter (2005), Handling over-dispersion of performance indicators, Quality and Safety in Health
    Care 14.

    Examples
    --------
    >>> found = outside(np.array([90.0, 110, 80, 120, 95, 105, 130, 70, 100, 400]), np.full(10, 100.0))
    >>> round(found.spread, 2), (found.q <= 0.05).nonzero()[0].tolist()
    (0.12, [9])
    """
    known = np.isfinite(observed) & np.isfinite(expected) & (expected > 0)
    o, e = observed[known], expected[known]
    p = np.full(len(observed), np.nan)
    if len(o) < LEAST_AREAS:
        return Outside(np.nan, p, p.copy())
    weight = 4 * e
    away = np.sqrt(o / e) - 1
    z = away * np.sqrt(weight)
    drawn_in = np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED]))
    squares, least = drawn_in**2 / _NORMAL, (len(o) - 1) / len(o)
    per_unit = (weight.sum() - (weight**2).sum() / weight.sum()) / len(o)
    spread, most = (
        float(np.sqrt(max(0.0, mean - least) / per_unit))
        for mean in (squares.mean(), squares.mean() + squares.std() / np.sqrt(len(o)))
    )
    some, alpha = np.maximum(o, 1e-9), max(4 * most**2, 1e-6)
    size, log = 1 / alpha, np.sqrt(np.log1p(alpha + 1 / e))
    low = np.maximum(gammaincc(o + 1, e), betainc(size, o + 1, size / (size + e)))
    high = np.maximum(betainc(some, size, e / (size + e)), ndtr(-(np.log(some / e) / log + log / 2)))
    high = np.maximum(high, gammainc(some, e))
    p[known] = np.minimum(1.0, 2 * np.minimum(low, np.where(o > 0, high, 1.0)))
    return Outside(spread, p, bh_q(p))


def by_chance(expected: Floats, lower: Floats, upper: Floats) -> float:
    """Number of areas that chance alone sets apart from a benchmark at which all of them are.

    Parameters
    ----------
    expected : ndarray of float
        Events of each area at the benchmark's rate; NaN is left out.
    lower, upper : ndarray of float
        Limits that a count of 0, 1, 2, … would have, in events; they never fall. Counts beyond them are not
        thought of.

    Examples
    --------
    Of twenty expected, 0 to 11 and 30 or more are told by exact limits:

    >>> from geo.stats.intervals import exact_poisson
    >>> round(by_chance(np.array([20.0, np.nan]), *exact_poisson(np.arange(100))), 4)
    0.0432
    """
    e = expected[np.isfinite(expected)]
    below, above = np.searchsorted(upper, e, "left"), np.searchsorted(lower, e, "right")
    low = np.where(below > 0, pdtr(np.maximum(below - 1, 0), e), 0.0)
    high = np.where(above > 0, pdtrc(np.maximum(above - 1, 0), e), 1.0)
    return float((low + high).sum())


def widened(
    population: Floats, benchmark: float, spread: float, *, years: float, per: float = 1000.0
) -> Floats:
    """Upper and lower 95% limits of the widened funnel, shape (2, n), in the benchmark's unit.

    Parameters
    ----------
    population : ndarray of float
    benchmark : float
        Rate in the middle, per ``per`` residents and year.
    spread : float
        Of :class:`Outside`.
    years, per : float
    """
    expected = population * years * benchmark / per
    reach = deviate(0.95) * np.sqrt(1 / (4 * expected) + spread**2)
    limits: Floats = benchmark * np.stack([(1 + reach) ** 2, np.maximum(1 - reach, 0) ** 2])
    return limits
