"""When is an area a hotspot? Many maps of the same areas, judged at once.

Each column of a table is a map: an hour of the week, a month. Each is judged by the exact null of Gi*
(:func:`geo.stats.hotspots.getis_ord_star`), with no random numbers, so that all 168 hours of a week take a
fraction of a second. Who looks at every map of every area looks a hundred times as often as who looks at one:
the correction is over all of them together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.stats.exact_null import window_p
from geo.stats.hotspots import bh_q
from geo.stats.weights import Neighbours


class Looks(NamedTuple):
    """What many maps show, arrays of shape (n areas, maps).

    Attributes
    ----------
    hot : ndarray of bool
        Whether the area is a hotspot of the map.
    p, q : ndarray of float
        Two-sided exact p of the area's window, and p corrected over all areas of all maps; NaN where a map
        defines none.
    """

    hot: np.ndarray
    p: np.ndarray
    q: np.ndarray


def hot_at_once(
    counts: np.ndarray, neighbours: Neighbours, *, alpha: float = 0.05, fdr: bool = True
) -> Looks:
    """Gi* hotspots of every map of a table, corrected for all looks at once.

    Parameters
    ----------
    counts : array of shape (n areas, maps)
        Events, none below 0.
    neighbours : Neighbours
        Of the n areas.
    alpha : float
        Level of significance.
    fdr : bool
        Whether to correct for looking at every area of every map (Benjamini and Hochberg over all of them).

    Returns
    -------
    Looks

    Notes
    -----
    Maps of one week are not independent: where many people are, many are at every hour. The procedure of
    Benjamini and Hochberg (1995) holds under such positive dependence (Benjamini and Yekutieli 2001, Annals
    of Statistics 29(4)).

    Examples
    --------
    Five areas in a row, at two hours; at the second the events lie at one end:

    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"focal": [0, 1, 1, 2, 2, 3, 3, 4], "neighbour": [1, 0, 2, 1, 3, 2, 4, 3]})
    >>> row = Neighbours.from_frame(pairs, pd.RangeIndex(5))
    >>> counts = np.array([[1, 9], [0, 8], [1, 0], [0, 1], [1, 0]])
    >>> looks = hot_at_once(counts, row, alpha=0.3, fdr=False)
    >>> looks.hot.astype(int).T.tolist()
    [[0, 0, 0, 0, 0], [1, 0, 0, 0, 0]]
    """
    counts = np.asarray(counts, dtype=np.float64)
    p, high = np.full(counts.shape, np.nan), np.zeros(counts.shape, bool)
    size = neighbours.cardinalities + 1.0
    for at, values in enumerate(counts.T):
        tails = window_p(values, neighbours)
        above = neighbours.neighbour_sum(values) + values > size * values.mean()
        p[:, at], high[:, at] = tails.p, above & (tails.upper < tails.lower)
    q = bh_q(p.ravel()).reshape(p.shape)
    return Looks(high & ((q if fdr else p) <= alpha), p, q)
