"""What do several services see? Agreement and co-location of two or more sources.

Police, ambulance, emergency departments and hospitals each see a part of violence. An area that is hot for
several is hot with more certainty; one that is hot for health services and not for the police is unreported.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from geo.stats.exact_null import neighbour_sum_p
from geo.stats.hotspots import CLUSTERS, bh_q
from geo.stats.weights import Neighbours


def agreement(results: Mapping[str, pd.DataFrame], code: str = "HH") -> pd.DataFrame:
    """For how many sources each area is a hotspot.

    Parameters
    ----------
    results : mapping of source key to pandas.DataFrame
        The same statistic of each source with the same filter, on one area index: each with a ``cluster``
        column, as :func:`geo.stats.hotspots.local_moran` and :func:`geo.stats.hotspots.getis_ord_star` give
        it.
    code : str
        Cluster code that counts, HH (hot) by default.

    Returns
    -------
    pandas.DataFrame
        On the area index: a boolean column for each source, under its key; ``agree``, the number of sources
        in which the area has the code; ``asked``, the number in which it is defined (not NA).

    Raises
    ------
    ValueError
        If there are no sources, or they are not on the same areas.

    Examples
    --------
    >>> areas = pd.Index(["a", "b"], name="lsoa21cd")
    >>> police = pd.DataFrame({"cluster": ["HH", "NS"]}, areas)
    >>> ambulance = pd.DataFrame({"cluster": ["HH", "NA"]}, areas)
    >>> agreement({"offences": police, "ambulance": ambulance})[["agree", "asked"]].to_numpy().tolist()
    [[2, 2], [0, 1]]
    """
    clusters = clusters_of(results)
    hot = {str(key): (cluster == code).to_numpy(bool) for key, cluster in clusters.items()}
    known = [(cluster != "NA").to_numpy(bool) for _, cluster in clusters.items()]
    agree, asked = (np.sum([*each], axis=0, dtype=np.int64) for each in (hot.values(), known))
    return pd.DataFrame({**hot, "agree": agree, "asked": asked}, clusters.index)


def clusters_of(results: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The cluster codes of every source, side by side."""
    if not results:
        raise ValueError("no source was given to compare")
    first, *others = results.values()
    if not all(first.index.equals(other.index) for other in others):
        raise ValueError("the sources are not on the same areas")
    return pd.DataFrame({key: result["cluster"].astype(str) for key, result in results.items()})


def colocation(
    present: pd.DataFrame, neighbours: Neighbours, *, alpha: float = 0.05, fdr: bool = True
) -> pd.DataFrame:
    """Local join counts of co-location: are areas that have **everything** next to others that have it?

    With d = 1 for the areas in which every column holds, the local join count of such an area is the number
    of its neighbours with d = 1. Given that the area itself has d = 1, and that the others are exchanged,
    this number is hypergeometric; p = P(J >= j) is exact and one-sided, since only togetherness is asked.

    Parameters
    ----------
    present : pandas.DataFrame of bool
        A row for each area of ``neighbours.ids``, a column for each condition (hot in the police's data,
        hot in the ambulance's). Areas with a missing value leave the population.
    neighbours : Neighbours
        Binary neighbour lists.
    alpha, fdr
        As in :func:`geo.stats.hotspots.local_moran`; Benjamini-Hochberg runs over the areas with d = 1.

    Returns
    -------
    pandas.DataFrame
        On ``neighbours.ids``: ``join_count`` (0 where d = 0), ``p``, ``q`` (NaN where d = 0), ``flagged``
        and ``cluster`` (HH, NS, or NA for a missing value or no neighbours).

    References
    ----------
    Anselin and Li (2019), Operational local join count statistics for cluster detection, Journal of
    Geographical Systems 21(2).
    """
    held = np.column_stack([neighbours.align(present[column]) for column in present])
    together = np.where(np.isfinite(held).all(axis=1), (held > 0).all(axis=1), np.nan)
    return _join_counts(together == 1, together, neighbours, alpha=alpha, fdr=fdr)


def beside(
    here: pd.Series, around: pd.Series, neighbours: Neighbours, *, alpha: float = 0.05, fdr: bool = True
) -> pd.DataFrame:
    """Local join counts of one condition against another: where only one holds, does the other hold around?

    For an area with x = 1 and z = 0 the count is that of its neighbours with z = 1. Given the area itself,
    and the others exchanged, it is hypergeometric; p = P(J >= j) is exact and one-sided.

    Parameters
    ----------
    here, around : pandas.Series of bool
        x and z, a value for each area of ``neighbours.ids``. Areas that lack either leave the population.
    neighbours : Neighbours
        Binary neighbour lists.
    alpha, fdr
        As in :func:`geo.stats.hotspots.local_moran`; Benjamini-Hochberg runs over the areas with x = 1 and z
        = 0.

    Returns
    -------
    pandas.DataFrame
        As :func:`colocation` gives it.

    Notes
    -----
    Where no area has both, this is the bivariate join count of Anselin and Li (2019; ``BJC`` in esda). They
    ask for that; here a neighbour that has both counts too, since it has z.
    """
    x, z = neighbours.align(here), neighbours.align(around)
    known = np.isfinite(x) & np.isfinite(z)
    z = np.where(known, z > 0, np.nan)
    return _join_counts((x > 0) & (z == 0), z, neighbours, alpha=alpha, fdr=fdr)


LEAST_TO_CORRELATE = 3
DEALS, MOST_DEALT = 999, 5000
"""How often one source's values are dealt out again over the areas, and the areas up to which they are."""


@lru_cache(maxsize=8)
def _deals(n: int) -> np.ndarray:
    """The deals of n values, always the same; int32, shape (DEALS, n)."""
    rows = np.tile(np.arange(n, dtype=np.int32), (DEALS, 1))
    return np.random.default_rng(0).permuted(rows, axis=1)


def go_together(
    here: np.ndarray,
    around: np.ndarray,
    *,
    alternative: Literal["two-sided", "greater"] = "two-sided",
    dealt_up_to: int = MOST_DEALT,
) -> float:
    """Whether one source goes with another at all: permutation p of the correlation over the whole map.

    A local p takes one of two sources as it is and asks about the other around it; where that other one
    clusters by itself, it is small wherever the first happens to be high, be that by chance. So no area is
    singled out unless the two go together beyond what dealing out the first over the areas gives.

    Parameters
    ----------
    here : ndarray of float, shape (n,)
        What is dealt out again.
    around : ndarray of float, shape (n,)
        What the other source has in and around each area; taken as it is.
    alternative : {"two-sided", "greater"}
    dealt_up_to : int
        Areas above which the normal law is taken.

    Returns
    -------
    float
        (1 + deals at least as extreme) / (1 + deals), by 999 deals with a fixed seed, two-sided twice the
        smaller tail; among more areas by the normal law that the correlation then follows, with
        a variance of 1 / (n - 1). 1 where either has one value only, or fewer than three areas have both.

    References
    ----------
    Pitman (1937), Significance tests which may be applied to samples from any populations, II. Journal of the
    Royal Statistical Society, Supplement 4.

    Examples
    --------
    >>> go_together(np.arange(9.0), np.arange(9.0) ** 2), go_together(np.ones(9), np.arange(9.0))
    (0.002, 1.0)
    """
    known = np.isfinite(here) & np.isfinite(around)
    x, y = here[known], around[known]
    if len(x) < LEAST_TO_CORRELATE or not np.ptp(x) or not np.ptp(y):
        return 1.0
    x, y = x - x.mean(), y - y.mean()
    sides = 2 if alternative == "two-sided" else 1
    if len(x) > dealt_up_to:
        z = (x @ y) / np.sqrt((x @ x) * (y @ y)) * np.sqrt(len(x) - 1)
        return float(sides * ndtr(-(abs(z) if sides == 2 else z)))
    dealt, seen = x[_deals(len(x))] @ y, x @ y
    slack = 1e-9 * np.sqrt((x @ x) * (y @ y))  # deals that tie with what is seen count
    above, below = (dealt >= seen - slack).sum(), (dealt <= seen + slack).sum()
    extreme = above if sides == 1 else min(above, below)
    return float(min(1.0, sides * (1 + extreme) / (1 + DEALS)))


def _join_counts(
    asked: np.ndarray, counted: np.ndarray, neighbours: Neighbours, *, alpha: float, fdr: bool
) -> pd.DataFrame:
    """Count the neighbours with ``counted`` = 1 of the areas asked, and judge the number; NaN is unknown."""
    known = np.isfinite(counted)
    defined = known & (neighbours.neighbour_sum(known) > 0)
    asked = asked & defined
    join_count = np.where(asked, neighbours.neighbour_sum(np.nan_to_num(counted)), 0.0)
    p = np.where(asked, neighbour_sum_p(counted, neighbours).upper, np.nan)
    p[asked & np.isnan(p)] = 1.0  # every area is the same: nothing could be otherwise
    q, flagged = bh_q(p), p <= alpha
    significant = q <= alpha if fdr else flagged
    cluster = np.where(significant, "HH", np.where(defined, "NS", "NA"))
    return pd.DataFrame(
        {
            "join_count": np.where(defined, join_count, np.nan),
            "p": p,
            "q": q,
            "flagged": flagged,
            "cluster": pd.Categorical(cluster, dtype=CLUSTERS),
        },
        index=neighbours.ids,
    )


def joined_by_chance(
    table: pd.DataFrame, counted: np.ndarray, neighbours: Neighbours, *, alpha: float = 0.05
) -> float:
    """Number of the areas judged to expect with p <= `alpha`, uncorrected, by chance alone.

    The number of such neighbours is hypergeometric, and has no value between two whole numbers.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`colocation` or :func:`beside`.
    counted : array of bool
        The areas whose number among the neighbours was judged: those that have everything, or z.
    neighbours, alpha
        As there.
    """
    from scipy.stats import hypergeom

    held = neighbours.align(counted)
    known = np.isfinite(held)
    asked = table["p"].notna().to_numpy()
    near = neighbours.neighbour_sum(known)
    others = np.nansum(held) - np.nan_to_num(held)
    pairs, number = np.unique(np.column_stack([others, near])[asked], axis=0, return_counts=True)
    expected = 0.0
    for (have, around), areas in zip(pairs.astype(int), number, strict=True):
        tails = hypergeom.sf(np.arange(around + 1) - 1, int(known.sum()) - 1, have, around)
        expected += areas * tails[tails <= alpha * (1 + 1e-9)].max(initial=0.0)
    return float(expected)
