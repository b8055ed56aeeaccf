"""How far may protected counts lie from the true ones?

Two things make the difference. The noise of the tables that the events were drawn from: that of a set of
areas is what is left of theirs once they were made to add up to their borough, and the borough's own. And
chance: a filter of time or kind keeps a share of an area's events, and which events these are was dealt at
random, as it was by chance that the true ones fell there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from geo.data.guarded import Noise
from geo.stats.protect import SURE, widened

ROUNDING = 2.0
"""Variance of rounding to the nearest 5."""


def variance(
    noises: Iterable[Noise],
    counts: np.ndarray,
    groups: np.ndarray,
    *,
    boroughs: np.ndarray,
    months: Sequence[int],
    kept: float,
) -> np.ndarray:
    """Variance of protected less true counts of groups of small areas; 0 where nothing is protected.

    Parameters
    ----------
    noises : iterable of Noise
        Of the deliveries of the source.
    counts : ndarray of int, shape (number of groups,)
        Events of each group under the filters of a question.
    groups, boroughs : ndarray of int, shape (number of small areas,)
        Group of each small area, -1 for none; and its borough.
    months : sequence of int
        Months that the question keeps.
    kept : float
        Share of the events of these months that its other filters keep.

    Returns
    -------
    ndarray of float, shape (number of groups,)
    """
    mine = np.zeros((len(counts), int(boroughs.max()) + 1))
    np.add.at(mine, (groups[groups >= 0], boroughs[groups >= 0]), 1)
    part = mine / np.bincount(boroughs, minlength=mine.shape[1])
    found, of_boroughs = np.zeros(len(counts)), np.zeros(len(counts))
    asked, loaded = 0, 0
    for noise in noises:
        now = sorted(noise.months & set(months))
        if not now:
            continue
        asked, loaded = asked + len(now), loaded + len(noise.months)
        every = np.array(sorted(noise.months)) // 12
        years, number = np.unique(np.array(now) // 12, return_counts=True)
        share = number / (every[:, None] == years).sum(axis=0)
        place = mine * (1 - part) * noise.area + part**2 * len(np.unique(every)) * noise.year
        found += (kept * len(now) / len(noise.months)) ** 2 * place.sum(axis=1)
        each = (number * (1 - share) * noise.month + share**2 * noise.year).sum()
        of_boroughs += each * (part > 0).sum(axis=1)
    if not loaded:
        return found
    found += 2 * np.maximum(counts, 1) * (1 - kept * asked / loaded)
    whole = np.isin(part, (0, 1)).all(axis=1) & (kept == 1)  # boroughs by month were counted themselves
    return np.where(whole, np.minimum(found, of_boroughs), found)


def plus_minus(variance: np.ndarray) -> np.ndarray:
    """How far counts as shown lie from the true ones in 95 of 100 cases, whole and rounded up.

    >>> plus_minus(np.array([7.8])).tolist()
    [7]
    """
    return np.ceil(SURE * np.sqrt(variance + ROUNDING)).astype(np.int64)


def widen(
    table: pd.DataFrame, counts: np.ndarray, variance: np.ndarray, confidence: float = 0.95
) -> pd.DataFrame:
    """Widen the limits of rates by the noise in the counts that they are made of.

    Parameters
    ----------
    table : DataFrame
        ``value``, ``lower_ci``, ``upper_ci``.
    counts : ndarray, shape (n,)
        Events behind each value, NaN where suppressed.
    variance : ndarray, shape (n,)
        Of the noise in them.
    confidence : float
        Of the limits.
    """
    if not variance.any():
        return table
    value, lower, upper = (table[name].to_numpy(np.float64) for name in ("value", "lower_ci", "upper_ci"))
    _, lower, upper = widen_rates((value, lower, upper), counts, variance, confidence)
    return table.assign(lower_ci=lower, upper_ci=upper)


def widen_rates(
    rates: tuple[np.ndarray, np.ndarray, np.ndarray],
    counts: np.ndarray,
    variance: np.ndarray,
    confidence: float = 0.95,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates with their lower and upper limits, widened as :func:`widen` does it in a table."""
    value, lower, upper = rates
    if not variance.any():
        return rates
    with np.errstate(divide="ignore", invalid="ignore"):
        each = value / np.where(counts > 0, counts, np.nan)
    wide = ndtri((1 + confidence) / 2) * np.sqrt(variance)
    return value, *widened(value, lower, upper, np.nan_to_num(each * wide))
