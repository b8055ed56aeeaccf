"""What p does esda report for the same statistic? A cross-check by random permutations."""

from __future__ import annotations

import warnings
from threading import Lock

import numpy as np
import pandas as pd

from geo.stats.weights import Neighbours

_ONE_AT_A_TIME = Lock()
"""esda draws from numpy's one generator, whose seed another thread must not change meanwhile."""


def permutation_p(
    y: pd.Series | np.ndarray,
    neighbours: Neighbours,
    statistic: str = "local_moran",
    *,
    permutations: int = 9999,
    seed: int = 20240501,
) -> pd.Series:
    """The p that esda itself reports for the same statistic: a cross-check, not the p of the map.

    It is *directed*: one-sided towards whichever tail the observed value lies in, so about half of the exact
    two-sided p where values are varied. Where many areas are zero it is far too small, since draws equal to
    the observed value are left out of the lower tail.

    Parameters
    ----------
    y : pandas.Series or array of length n
        One value an area; missing areas leave the population.
    neighbours : Neighbours
        Binary neighbour lists, row-standardised by esda.
    statistic : str
        ``local_moran`` (``esda.Moran_Local``) or ``getis_ord`` (``esda.G_Local`` with ``star=True``).
    permutations, seed : int
        Number of conditional permutations, and the seed that makes them repeatable.

    Returns
    -------
    pandas.Series
        Named ``p_permutation``, on ``neighbours.ids``; NaN where the exact p is undefined.

    Notes
    -----
    esda's inner loop runs as it is, without numba, which would compile it for longer than a county takes.
    """
    if statistic not in ("local_moran", "getis_ord"):
        raise ValueError(f"no permutation test for {statistic!r}: use 'local_moran' or 'getis_ord'")
    import esda

    values = neighbours.align(y)
    present = np.isfinite(values)
    population = neighbours.subset(present)
    here = values[present]
    result = pd.Series(np.nan, index=neighbours.ids, name="p_permutation")
    if len(here) < 2 or here.min() == here.max():
        return result
    settings = {"permutations": permutations, "seed": seed, "n_jobs": 1, "keep_simulations": False}
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # esda announces that its next release will be two-sided; this is the p of the present one.
        warnings.filterwarnings("ignore", "The alternative hypothesis", DeprecationWarning)
        if statistic == "local_moran":
            p = esda.Moran_Local(here, population.to_graph(), **settings).p_sim
        else:
            p = esda.G_Local(here, population.to_graph(), star=True, **settings).p_sim
    result[present] = np.where(population.isolates, np.nan, p)
    return result
