"""What is left of a rate when chance is taken out?"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.stats.vectors import Floats, vectors


class NeighbourSums(Protocol):
    """What :func:`eb_local` needs of a set of neighbours (``geo.stats.weights.Neighbours`` has it)."""

    @property
    def cardinalities(self) -> NDArray[Any]:
        """Number of neighbours of each area."""

    def neighbour_sum(self, y: Floats) -> Floats:
        """Sum of ``y`` over the neighbours of each area, itself left out."""


def eb_global(
    events: ArrayLike, population: ArrayLike, *, years: ArrayLike = 1.0, per: float = 1000.0
) -> pd.DataFrame:
    """Empirical-Bayes rates shrunk towards the rate of the whole county (Marshall's global estimator).

    With m the overall rate, n̄ the mean population and s² = Σ n(r − m)² / Σn, the spread between areas is
    A = s² − m/n̄ (0 where the rates vary no more than chance), and the rate is W·r + (1 − W)·m with
    W = A / (A + m/n).

    Parameters
    ----------
    events, population : array_like, one value an area
        NaN events or no residents leave the area out of the estimate and without a rate.
    years : array_like
        Length of the period in years.
    per : float
        Residents that the rate is expressed for.

    Returns
    -------
    DataFrame
        ``value`` (the smoothed rate), ``raw`` (the crude one) and ``weight`` (W, how far it is trusted).

    Notes
    -----
    Marshall RJ (1991), Mapping disease and mortality rates using empirical Bayes estimators, *Applied
    Statistics* 40, 283-294; the same numbers as ``esda.smoothing.Empirical_Bayes``.
    """
    index, x, n = _at_risk(events, population, years)
    mean, spread = _mean_and_spread(x, n)
    return _shrunk(index, x, n, mean=mean, spread=spread, per=per)


def eb_local(
    events: ArrayLike,
    population: ArrayLike,
    neighbours: NeighbourSums,
    *,
    years: ArrayLike = 1.0,
    per: float = 1000.0,
) -> pd.DataFrame:
    """Empirical-Bayes rates shrunk towards the rate of the neighbourhood (Marshall's local estimator).

    As :func:`eb_global`, with the mean and the spread taken over area *i* and its neighbours. An area without
    neighbours is its own reference, so it keeps its crude rate.

    Parameters
    ----------
    events, population : array_like, one value an area, in the order of ``neighbours``
        NaN events or no residents leave the area out of its neighbours' means and without a rate.
    neighbours : geo.stats.weights.Neighbours
        Who neighbours whom.
    years, per
        As in :func:`eb_global`.

    Returns
    -------
    DataFrame
        ``value, raw, weight``.

    Notes
    -----
    Marshall (1991); the same numbers as ``esda.smoothing.Spatial_Empirical_Bayes``.
    """
    index, x, n = _at_risk(events, population, years)
    defined = np.isfinite(n)

    def around(y: Floats) -> Floats:
        y = np.where(defined, y, 0.0)
        return y + neighbours.neighbour_sum(y)

    lived, areas = around(n), around(np.ones_like(n))
    lived = np.where(lived > 0, lived, np.nan)
    mean = around(x) / lived
    spread = (around(x * (x / n)) - 2 * mean * around(x) + mean**2 * lived) / lived - mean * areas / lived
    return _shrunk(index, x, n, mean=mean, spread=spread, per=per)


def eb_standardised(events: ArrayLike, population: ArrayLike) -> pd.Series:
    """Rates as z-scores whose variance allows for each area's population (Assunção and Reis).

    z = (r − m) / √(A + m/n), with m and A as in :func:`eb_global` (A = s² − m/n̄; where it makes the variance
    of an area negative, m/n alone). A local Moran's I of these values is the one "on empirical-Bayes rates":
    small areas with chance-high rates no longer pass for hotspots.

    Parameters
    ----------
    events, population : array_like, one value an area
        NaN events or no residents give NaN.

    Returns
    -------
    Series
        z-scores; all NaN where there are no events at all.

    Notes
    -----
    Assunção RM, Reis EA (1999), A new proposal to adjust Moran's I for population density, *Statistics in
    Medicine* 18, 2147-2162.
    """
    index, x, n = _at_risk(events, population, 1.0)
    mean, spread = _mean_and_spread(x, n)
    variance = np.where(spread + mean / n > 0, spread + mean / n, mean / n)
    z = np.divide(x / n - mean, np.sqrt(variance), out=np.full_like(x, np.nan), where=variance > 0)
    return pd.Series(z, index=index, name="eb_z")


def _at_risk(events: ArrayLike, population: ArrayLike, years: ArrayLike) -> tuple[pd.Index, Floats, Floats]:
    """Events and person-years, both NaN in an area without data or residents."""
    index, (x, n, t) = vectors(events, population, years)
    defined = np.isfinite(x) & (n * t > 0)
    return index, np.where(defined, x, np.nan), np.where(defined, n * t, np.nan)


def _mean_and_spread(x: Floats, n: Floats) -> tuple[float, float]:
    """Overall rate, and the variance of the rates beyond what chance alone gives (Marshall's moments)."""
    lived = np.nansum(n)
    if lived == 0:
        return np.nan, np.nan
    mean = np.nansum(x) / lived
    return mean, (np.nansum(n * (x / n - mean) ** 2) - mean * np.isfinite(n).sum()) / lived


def _shrunk(
    index: pd.Index, x: Floats, n: Floats, *, mean: Floats | float, spread: Floats | float, per: float
) -> pd.DataFrame:
    """Rates pulled towards ``mean`` by what chance alone would spread them."""
    raw, between = x / n, np.maximum(spread, 0.0)
    total = between + mean / n
    weight = np.divide(between, total, out=np.zeros_like(raw), where=total > 0)
    table = {
        "value": (mean + weight * (raw - mean)) * per,
        "raw": raw * per,
        "weight": np.where(np.isfinite(raw), weight, np.nan),
    }
    return pd.DataFrame(table, index=index)
