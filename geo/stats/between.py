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
from numpy.typing import ArrayLike
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
    of = (np.asarray(group) == np.arange(1, groups + 1)[:, None]).astype(float)
    observed, areas = x.sum(axis=1), of.sum(axis=1)
    own, everywhere = (_at_the_rate_of(x, n, which) for which in (of, np.ones((1, len(x)))))
    residual = (observed - own) ** 2
    within = float(np.maximum(areas - 1, 0).sum())
    spread = np.full(groups, np.nan)
    stretch = np.nan
    if within >= LEAST_WITHIN and (total := own.sum()):
        fuller = np.divide(areas, areas - 1, out=np.zeros(groups), where=areas > 1)  # of the mean's own error
        mine = of.T @ fuller
        squares = float((own[mine > 0] ** 2).sum())
        alpha = max(0.0, float((mine * residual - own)[mine > 0].sum()) / squares) if squares else 0.0
        line = own * (1 + alpha * own)
        scatter = of @ np.divide(residual, line, out=np.zeros_like(line), where=line > 0)
        factor = (PRIOR + scatter) / (PRIOR + np.maximum(areas - 1, 0))
        count = of @ observed
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = factor * (of @ line) / count**2
            spread = np.sqrt(np.maximum(variance - 1 / count, 0.0)) if total else spread
        stretch = float(stdtrit(within, 0.975)) / deviate(0.95)
    beyond = observed - everywhere
    trend, *first = _dealt_out(beyond, np.vstack([_places(of, n.sum(axis=1)), np.cumsum(of, axis=0)]))
    return Between(spread, stretch, float(trend), np.array(first))


def _at_the_rate_of(x: Floats, n: Floats, of: Floats) -> Floats:
    """Events that each area would have at the rate of its group, of every age band."""
    people = of @ n
    rate = np.divide(of @ x, people, out=np.zeros_like(people), where=people > 0)
    found: Floats = ((of.T @ rate) * n).sum(axis=1)
    return found


def _places(of: Floats, residents: Floats) -> Floats:
    """Place of each area's group in the cumulative population, 0 to 1."""
    share = of @ residents / residents.sum() if residents.sum() else of.sum(axis=1)
    found: Floats = of.T @ (np.cumsum(share) - share / 2)
    return found


def _dealt_out(beyond: Floats, places: Floats) -> Floats:
    """p of the correlation of what is beyond expectation with places, a row each, dealt out again."""
    freedom = len(beyond) - 2
    if len(beyond) < LEAST_AREAS or np.ptp(beyond) == 0:
        return np.full(len(places), np.nan)
    beyond, apart = beyond - beyond.mean(), places - places.mean(axis=1, keepdims=True)
    sizes = np.sqrt((apart**2).sum(axis=1) * (beyond @ beyond))
    r = np.divide(apart @ beyond, sizes, out=np.full(len(places), np.nan), where=np.ptp(places, axis=1) > 0)
    return np.asarray(2 * stdtr(freedom, -np.abs(r) * np.sqrt(freedom / np.maximum(1e-300, 1 - r**2))))
