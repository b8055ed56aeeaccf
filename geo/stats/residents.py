"""What do residents alone explain? Where many people live many things happen, and services agree.

Were residents all that tells areas apart, an area's count would have a mean that they let expect, and vary
about it as risk does from area to area. By that law: which areas have more in and around them, which are
likely to be among the busiest of a service? And do two services meet in more of them than if rates were dealt
out again? See ``docs/methods/services.md``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.special import betainc, gammainc, gammaincinv

from geo.stats.hotspots import bh_passes
from geo.stats.weights import Neighbours

NO_SPREAD = 1e-6
TAIL, GRID, SLACK = 0.025, np.linspace(0, 1, 65), 0.07
_GAMMA = np.sqrt(GRID[1:]) * (gammaincinv(1 / GRID[1:], [[1 - TAIL], [TAIL]]) - 1 / GRID[1:])
FAR = {side: np.append(1.96, side * row) - SLACK for side, row in zip((1, -1), _GAMMA, strict=True)}
"""Standard deviations above and below what is expected, nearer than which no law with α of :data:`GRID` has a
tail of 2.5%: those of the gamma law that it nears where much is expected, which no other undercuts by more
than 0.04."""
NEAREST = {side: float(least.min()) for side, least in FAR.items()}


def by_residents(counts: np.ndarray, residents: np.ndarray) -> tuple[np.ndarray, float]:
    """Mean that residents let expect of each area, and α of the variance μ + α μ², by moments.

    Areas without residents have a mean of 0; so has every area where there are no events.
    """
    lived = np.nan_to_num(residents)
    mean = lived * (counts[lived > 0].sum() / max(lived.sum(), 1e-300))
    known = mean > 0
    excess = ((counts - mean) ** 2 - mean)[known].sum()
    return mean, float(max(0.0, excess / max((mean**2).sum(), 1e-300)))


def at_least(count: np.ndarray | float, mean: np.ndarray, alpha: np.ndarray | float) -> np.ndarray:
    """P(Y >= count) of a negative-binomial Y with the variance μ + α μ², of Poisson where α is next to none.

    Between whole numbers it falls smoothly.
    """
    y, size = np.maximum(count, 1e-9), np.maximum(alpha, NO_SPREAD)
    none = np.asarray(alpha) < NO_SPREAD
    if none.all():
        return np.asarray(gammainc(y, mean))
    spread = betainc(y, 1 / size, size * mean / (1 + size * mean))
    return np.where(none, gammainc(y, mean), spread) if none.any() else np.asarray(spread)


def more_than_residents(
    counts: np.ndarray,
    residents: np.ndarray,
    neighbours: Neighbours,
    *,
    window: bool,
    alpha: float = 0.05,
    fdr: bool = True,
) -> np.ndarray:
    """Areas with more in and around them than residents explain, allowing for how much risk differs.

    Parameters
    ----------
    counts, residents : ndarray of float, shape (n,)
    neighbours : Neighbours
    window : bool
        Whether the area and its neighbours are judged together, as Gi* does; else the neighbours of areas
        that have more than residents explain, as local Moran's I does.
    alpha, fdr
        As in :func:`geo.stats.hotspots.local_moran`; ``alpha`` is at most 0.05.

    Returns
    -------
    ndarray of bool, shape (n,)
        By the two-sided p of the sum: of areas independent of each other, so negative-binomial with the mean
        and the variance of the sum.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = [(i, j) for i in range(60) for j in range(60) if abs(i - j) == 1]
    >>> row = Neighbours.from_pairs(*np.array(pairs).T, pd.RangeIndex(60))
    >>> people = np.where(np.arange(60) < 3, 4000.0, 1000.0)
    >>> more = more_than_residents(people / 100, people, row, window=True)
    >>> int(more.sum()), more_than_residents(people / 100, np.full(60, 1e3), row, window=True)[:3].tolist()
    (0, [True, True, True])
    """
    mean, spread = by_residents(counts, residents)

    def around(y: np.ndarray) -> np.ndarray:
        return neighbours.neighbour_sum(y) + y * window

    total, expected = around(counts), around(mean)
    asked = (expected > 0) & ~neighbours.isolates
    size = np.zeros(len(counts))
    size[asked] = spread * around(mean**2)[asked] / expected[asked] ** 2
    # Near what is expected no tail is small, but of most uneven laws: there is no need to know it.
    far, uneven = (total - expected) / np.sqrt(expected + size * expected**2 + ~asked), size > 1
    p = np.where(asked, 1.0, np.nan)
    for side, more in ((1, 0.0), (-1, 1.0)):
        some = np.flatnonzero(asked & ((side * far > NEAREST[side]) | uneven))
        some = some[(side * far[some] > np.interp(size[some], GRID, FAR[side])) | uneven[some]]
        tail = at_least(total[some] + more, expected[some], size[some])
        p[some] = np.minimum(p[some], 2 * (tail if side > 0 else 1 - tail))
    significant = bh_passes(p, alpha) if fdr else p <= alpha
    return significant & (total > expected) & (window | (counts > mean))


def very_high_alone(
    counts: np.ndarray,
    residents: np.ndarray,
    p_ring: np.ndarray,
    neighbours: Neighbours,
    *,
    alpha: float = 0.05,
) -> tuple[np.ndarray, np.ndarray]:
    """Areas that are very high by themselves, with no cluster around, and those that only lie beside one.

    No exchange of values tells one lone area from chance: some area has to hold the largest, and its window
    is one of many that might. So its count is judged by the law of the counts (:func:`at_least`), corrected
    for looking at all areas.

    Parameters
    ----------
    counts, residents : ndarray of float, shape (n,)
        Residents alike ask of counts as such.
    p_ring : ndarray of float, shape (n,)
        p of each area's neighbours alone (:func:`geo.stats.hotspots.local_moran`).
    neighbours : Neighbours
    alpha : float
        Level of significance.

    Returns
    -------
    alone : ndarray of bool, shape (n,)
        Its own count is significantly high, its neighbours' sum is not, and more than half of what they have
        above the expected together is its own.
    beside : ndarray of bool, shape (n,)
        The others of which more than half of that is due to such neighbours.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = [(i, j) for i in range(50) for j in range(50) if abs(i - j) == 1]
    >>> row = Neighbours.from_pairs(*np.array(pairs).T, pd.RangeIndex(50))
    >>> counts = np.where(np.arange(50) == 20, 200.0, 20.0)
    >>> alone, beside = very_high_alone(counts, np.ones(50), np.ones(50), row)
    >>> np.flatnonzero(alone).tolist(), np.flatnonzero(beside).tolist()
    ([20], [19, 21])
    """
    mean, spread = by_residents(counts, residents)
    own = counts - mean
    p = np.where(mean > 0, 1.0, np.nan)
    if np.ptp(mean) == 0:  # of areas alike few have a count of their own
        which, some = pd.factorize(counts)
        p = at_least(some, mean[0], spread)[which] + np.where(mean > 0, 0.0, np.nan)
    else:
        p[mean > 0] = at_least(counts[mean > 0], mean[mean > 0], spread)
    together = own + neighbours.neighbour_sum(own)
    alone = bh_passes(p, alpha) & (p_ring > alpha) & (2 * own > together)
    return alone, ~alone & (2 * neighbours.neighbour_sum(own * alone) > np.maximum(together, 0))


def chance_of_busiest(counts: np.ndarray, residents: np.ndarray, busiest: np.ndarray) -> np.ndarray:
    """Probability of each area to be among the busiest, where only its residents tell it from others.

    Parameters
    ----------
    counts, residents : ndarray of float, shape (n,)
        NaN residents, or none, leave an area with a chance of 0.
    busiest : ndarray of bool, shape (n,)
        Those that are; the chances add up to their number.

    Returns
    -------
    ndarray of float, shape (n,)
        P(Y >= t) of a negative-binomial count with the mean that residents let expect and a variance of
        μ + α μ²; α is measured from the counts by moments, and t is where the chances add up.

    Examples
    --------
    Where as many live everywhere each area has the same chance:

    >>> two = np.array([False, False, True, True])
    >>> chance_of_busiest(np.array([1.0, 2, 3, 4]), np.ones(4), two).round(3).tolist()
    [0.5, 0.5, 0.5, 0.5]
    >>> chance_of_busiest(np.array([100.0, 200, 300, 400]), np.array([1.0, 2, 3, 4]), two).round(2).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    from scipy.optimize import brentq

    mean, spread = by_residents(counts, residents)
    high = 4 * float(np.nanmax(counts, initial=0.0) + mean.max()) + 4
    number = float(busiest.sum())
    if not 0 < number < (mean > 0).sum():
        return np.where(mean > 0, float(number > 0), 0.0)
    least = brentq(lambda y: at_least(y, mean, spread).sum() - number, 1e-9, high, xtol=1e-3)
    return np.where(mean > 0, at_least(least, mean, spread), 0.0)


DEALS, MOST_DEALT = 249, 2_000_000
"""How often rates are dealt out again over the areas, and the values above which it is less often."""


@lru_cache(maxsize=4)
def _deals(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Which area's rate each area gets in each deal, and the chance error of its count; always the same."""
    rng = np.random.default_rng(0)
    number = int(np.clip(MOST_DEALT // n, 99, DEALS))
    rows = np.tile(np.arange(n, dtype=np.int32), (number, 1))
    return rng.permuted(rows, axis=1), rng.normal(size=(number, n)).astype(np.float32)


def meet_by_more(counts: np.ndarray, residents: np.ndarray, busiest: np.ndarray, other: np.ndarray) -> float:
    """One-sided p of the busiest areas meeting so much of another service, were their rates dealt out again.

    Parameters
    ----------
    counts, residents : ndarray of float, shape (n,)
    busiest : ndarray of bool, shape (n,)
        Those with the most.
    other : ndarray of float, shape (n,)
        What the other service has in and around each area; taken as it is.

    Returns
    -------
    float
        (1 + deals with as much in as many of the busiest) / (1 + deals): residents stay, and each area gets
        the relative risk of another, drawn to 1 as far as chance alone would spread it, and a chance error
        (of the root of a Poisson count, where it is the same for all). 1 where there is nothing to be told.

    Examples
    --------
    >>> ends, alike = np.repeat([True, False], [10, 30]), np.full(40, 1000.0)
    >>> meet_by_more(np.where(ends, 90.0, 20.0), alike, ends, ends.astype(float))
    0.004
    >>> meet_by_more(np.where(ends, 90.0, 20.0), np.where(ends, 4500.0, 1000), ends, ends.astype(float))
    1.0
    """
    mean, spread = by_residents(counts, residents)
    lived = mean > 0
    number = int((busiest & lived).sum())
    if not 0 < number < lived.sum():
        return 1.0
    mean, met = mean[lived], other[lived]
    risk = 1 + np.sqrt(spread * mean / (1 + spread * mean)) * (counts[lived] / mean - 1)
    dealt, error = _deals(len(mean))
    drawn = np.sqrt(risk.astype(np.float32)[dealt] * mean.astype(np.float32) + np.float32(0.375)) + error / 2
    first = np.argpartition(drawn, -number, axis=1)[:, -number:]
    as_much = met[first].sum(axis=1) >= met[busiest[lived]].sum() - 1e-9
    return float((1 + as_much.sum()) / (1 + len(dealt)))
