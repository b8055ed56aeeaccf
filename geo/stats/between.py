"""How much do areas of like deprivation differ, and is a gradient more than that?

A rate of all areas of one tenth knows its own chance error, and not that these areas might have been others.
Areas differ for many reasons: then a line through ten rates looks sure where it is not. Two questions are
asked of the areas themselves: how far their rates scatter within a tenth, and whether events would follow
deprivation so closely if the tenths were dealt out again over the areas. The method is in
``docs/methods/deprivation.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from geo.stats.intervals import deviate
from geo.stats.vectors import Floats

LEAST_AREAS = 4
"""Areas below which nothing can be said of how they differ."""
LEAST_WITHIN = 5
"""Areas beyond the first of their group, below which their scatter is not measured."""
PRIOR = 4.0
"""Weight of the scatter common to all groups, in areas of a group's own."""


class Between(NamedTuple):
    """How areas of one group differ, beyond the chance errors of their counts.

    Attributes
    ----------
    spread : ndarray of float, shape (groups,)
        Relative standard deviation that this adds to the rate of each group; NaN where it is not known.
    stretch : float
        What limits are to be widened by because the scatter was measured: Student's t over the normal.
    p : float
        Two-sided probability of a rise or fall as close if the groups were dealt out again over the areas;
        NaN with fewer than four areas or where all are of one group.
    p_first : ndarray of float, shape (groups,)
        The same of as much, or as little, in the first group, in the first two and so on.
    """

    spread: Floats
    stretch: float
    p: float
    p_first: Floats


def between_areas(
    events: ArrayLike | pd.DataFrame, population: ArrayLike | pd.DataFrame, group: ArrayLike, groups: int = 10
) -> Between:
    """Measure how much areas of one group differ, and test the trend over the groups.

    Within a group an area is expected to have the group's rate, of every age band where bands are given. Its
    squared residuals estimate a variance μ + αμ², α common to all groups, and how far the own scatter of
    each group is from that. The trend is the correlation of each area's events beyond the rate of all (at
    every age) with its group's place in the cumulative population; dealing out the groups again gives it a
    law that Student's t matches in its first moments (Pitman 1937).

    Parameters
    ----------
    events, population : array, one value an area, or [area, age band]
    group : array of int
        1 up to ``groups``.
    groups : int

    Examples
    --------
    >>> found = between_areas([30, 10, 28, 12, 31, 9, 29, 11], [1000] * 8, [1, 1, 1, 1, 2, 2, 2, 2], 2)
    >>> found.spread.round(2).tolist(), round(found.p, 2)
    ([0.25, 0.26], 1.0)
    """
    x, n = (np.asarray(values, float) for values in (events, population))
    x, n = (values if values.ndim > 1 else values[:, None] for values in (x, n))
    of = np.asarray(group)
    of = np.where((of >= 1) & (of <= groups), of, 0).astype(np.int64)  # 0 is none
    observed, areas = _across(x), np.bincount(of, minlength=groups + 1)[1:].astype(np.float64)
    own = _at_the_rate_of(x, n, of, groups)
    everywhere = _at_the_rate(x.sum(axis=0), n.sum(axis=0), n)
    residual = (observed - own) ** 2
    within = float(np.maximum(areas - 1, 0).sum())
    spread = np.full(groups, np.nan)
    stretch = np.nan
    if within >= LEAST_WITHIN and (total := own.sum()):
        fuller = np.divide(areas, areas - 1, out=np.zeros(groups), where=areas > 1)  # of the mean's own error
        mine = _of_group(fuller, of)
        squares = float((own[mine > 0] ** 2).sum())
        alpha = max(0.0, float((mine * residual - own)[mine > 0].sum()) / squares) if squares else 0.0
        line = own * (1 + alpha * own)
        scatter = group_sums(np.divide(residual, line, out=np.zeros_like(line), where=line > 0), of, groups)
        factor = (PRIOR + scatter) / (PRIOR + np.maximum(areas - 1, 0))
        count = group_sums(observed, of, groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = factor * group_sums(line, of, groups) / count**2
            spread = np.sqrt(np.maximum(variance - 1 / count, 0.0)) if total else spread
        stretch = float(stdtrit(within, 0.975)) / deviate(0.95)
    beyond = observed - everywhere
    share = group_sums(_across(n), of, groups) / n.sum() if n.sum() else areas
    place = np.cumsum(share) - share / 2  # of each group in the cumulative population, 0 to 1
    firsts = np.tri(groups)  # a row for the first group, the first two and so on
    trend, *first = _dealt_out(beyond, of, np.vstack([place, firsts]))
    return Between(spread, stretch, float(trend), np.array(first))


def _across(values: Floats) -> Floats:
    """Sums over the age bands; the values themselves where there is one for all."""
    return values[:, 0] if values.shape[1] == 1 else values.sum(axis=1)


def group_sums(values: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Sums of values (one an area, or a row) by group, from 1 to `groups`; others are in no sum."""
    if values.ndim > 1:
        return np.column_stack([group_sums(column, group, groups) for column in values.T])
    sums = np.bincount(group, values, minlength=groups + 1)[1 : groups + 1]
    return sums.astype(np.float64)  # they are whole numbers where there is none


def _of_group(values: Floats, group: NDArray[np.int64]) -> Floats:
    """What is known of each group (a number or a row), for each area; 0 where it is in none."""
    found: Floats = np.concatenate([np.zeros_like(values[:1]), values])[group]
    return found


def _at_the_rate_of(x: Floats, n: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Events that each area would have at the rate of its group, of every age band."""
    people = group_sums(n, group, groups)
    rate = np.divide(group_sums(x, group, groups), people, out=np.zeros_like(people), where=people > 0)
    return _across(_of_group(rate, group) * n)


def _at_the_rate(events: Floats, people: Floats, n: Floats) -> Floats:
    """The same at the rate of so many events and people, of every age band."""
    return _across(np.divide(events, people, out=np.zeros_like(people), where=people > 0) * n)


def _dealt_out(beyond: Floats, group: NDArray[np.int64], places: Floats) -> Floats:
    """p of the correlation of what is beyond expectation with places of groups, a row each, dealt anew."""
    number, freedom = len(beyond), len(beyond) - 2
    if number < LEAST_AREAS or np.ptp(beyond) == 0:
        return np.full(len(places), np.nan)
    beyond, size = beyond - beyond.mean(), np.bincount(group, minlength=places.shape[1] + 1)
    held = np.column_stack([np.zeros(len(places)), places])  # of areas in no group too
    apart = held - (held @ size / number)[:, None]
    sizes = np.sqrt((apart**2) @ size * (beyond @ beyond))
    there = held[:, size > 0]
    some = np.ptp(there, axis=1) > 0
    sums = np.bincount(group, beyond, minlength=len(size))
    r = np.divide(apart @ sums, sizes, out=np.full(len(places), np.nan), where=some)
    return np.asarray(2 * stdtr(freedom, -np.abs(r) * np.sqrt(freedom / np.maximum(1e-300, 1 - r**2))))
