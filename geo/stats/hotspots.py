"""Where is it unusual? Local Moran's I and Getis-Ord Gi*, judged by the exact conditional null.

Both statistics use row-standardised binary neighbour lists, as esda does by default. Their formulas, sources
and limits are in ``docs/methods/hotspots.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from geo.stats import smoothing
from geo.stats.exact_null import attainable, is_constant, neighbour_sum_p, ring_and_window_p, window_p
from geo.stats.permutations import permutation_p
from geo.stats.weights import Neighbours

CLUSTERS = pd.CategoricalDtype(["HH", "LL", "HL", "LH", "NS", "NA"])
"""Cluster codes: high among high (hot), low among low (cold), high among low, low among high, not
significant, and undefined (no neighbour, no value, or every area the same)."""

_HH, _LL, _HL, _LH, _NS, _NA = range(6)


def local_moran(
    y: pd.Series | np.ndarray,
    neighbours: Neighbours,
    *,
    alpha: float = 0.05,
    fdr: bool = True,
) -> pd.DataFrame:
    """Local Moran's I of every area, its exact two-sided p and its cluster.

    Parameters
    ----------
    y : pandas.Series or array of length n
        One value an area: counts, rates or smoothed rates. Missing areas (NaN) leave the population.
    neighbours : Neighbours
        Binary neighbour lists; the lag is the mean over an area's neighbours.
    alpha : float
        Level of significance.
    fdr : bool
        Whether an area must pass Benjamini-Hochberg (q <= alpha) to be given a cluster, or only p <= alpha.

    Returns
    -------
    pandas.DataFrame
        Indexed as ``neighbours.ids``:

        - ``local_i``: (n − 1)·z_i·lag_i / Σz², as esda and GeoDa scale it (R's spdep divides by n − 1 less:
          multiply by n / (n − 1) to compare);
        - ``z``: (y − mean) / standard deviation (over n), and ``lag``, the mean z of the neighbours;
        - ``p``: exact, two-sided, ties in both tails; ``p_error``: by how much the exact p may differ from
          it at most, where values are no whole numbers; ``q``: Benjamini-Hochberg over the defined areas;
        - ``flagged``: p <= alpha, before any correction;
        - ``cluster``: HH, LL, HL, LH, NS or NA (:data:`CLUSTERS`).

    References
    ----------
    Anselin (1995), Local indicators of spatial association, Geographical Analysis 27(2).
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1).
    Castro and Singer (2006), Controlling the false discovery rate, Geographical Analysis 38(2).

    Examples
    --------
    >>> pairs = pd.DataFrame({"focal": [0, 1, 1, 2, 2, 3], "neighbour": [1, 0, 2, 1, 3, 2]})
    >>> street = Neighbours.from_frame(pairs, pd.Index(["a", "b", "c", "d"]))
    >>> local_moran(pd.Series([9, 8, 1, 0], street.ids), street)[["local_i", "p", "cluster"]].round(3)
       local_i      p cluster
    a    0.727  0.667      NS
    b    0.081  0.667      NS
    c    0.081  0.667      NS
    d    0.727  0.667      NS
    """
    values = neighbours.align(y)
    return _moran(values, values, neighbours, alpha=alpha, fdr=fdr)


def bivariate_moran(
    x: pd.Series | np.ndarray,
    y: pd.Series | np.ndarray,
    neighbours: Neighbours,
    *,
    alpha: float = 0.05,
    fdr: bool = True,
) -> pd.DataFrame:
    """Bivariate local Moran's I: is an area's `x` high (low) where `y` is high (low) **around** it?

    For instance ambulance call-outs in the area against police offences in its neighbours. The area's own
    `y` plays no part: the correlation within areas is another question.

    Parameters
    ----------
    x, y : pandas.Series or array of length n
        One value an area. Areas that lack either leave the population.
    neighbours, alpha, fdr
        As in :func:`local_moran`.

    Returns
    -------
    pandas.DataFrame
        As :func:`local_moran`: ``local_i`` is (n − 1)·z(x)_i·lag(z(y))_i / n, ``z`` that of `x` and ``lag``
        that of `y`; p is exact and two-sided, with x_i fixed and the values of `y` exchanged among the
        other areas. In ``cluster`` the first letter speaks of `x`, the second of `y` around it.

    References
    ----------
    Anselin, Syabri and Smirnov (2002), Visualizing multivariate spatial correlation with dynamically linked
    windows, CSISS Workshop on New Tools for Spatial Data Analysis.
    """
    x, y = neighbours.align(x), neighbours.align(y)
    return _moran(x, y, neighbours, alpha=alpha, fdr=fdr)


def eb_local_moran(
    events: pd.Series | np.ndarray,
    population: pd.Series | np.ndarray,
    neighbours: Neighbours,
    *,
    alpha: float = 0.05,
    fdr: bool = True,
    rough: bool = False,
) -> pd.DataFrame:
    """Local Moran's I of rates standardised by their precision, after Assunção and Reis (1999).

    A rate of a small population jumps about by chance and would make clusters of its own: each rate is put
    on a scale where every area varies alike (:func:`geo.stats.smoothing.eb_standardised`).

    Parameters
    ----------
    events, population : pandas.Series or array of length n
        Events, and the population at risk of them, of each area. Areas without residents leave.
    neighbours, alpha, fdr
        As in :func:`local_moran`.
    rough : bool
        Whether p need be known no better than its cluster demands, which takes half the time.

    Returns
    -------
    pandas.DataFrame
        As :func:`local_moran`.

    References
    ----------
    Assunção and Reis (1999), A new proposal to adjust Moran's I for population density, Statistics in
    Medicine 18(16).
    """
    rates = smoothing.eb_standardised(neighbours.align(events), neighbours.align(population)).to_numpy()
    return _moran(rates, rates, neighbours, alpha=alpha, fdr=fdr, rough=rough)


def getis_ord_star(
    y: pd.Series | np.ndarray,
    neighbours: Neighbours,
    *,
    alpha: float = 0.05,
    fdr: bool = True,
    ring: bool = True,
    corrected: bool = True,
) -> pd.DataFrame:
    """Getis-Ord Gi* of every area (the area itself included), its exact two-sided p and its cluster.

    Under the null all values are dealt out again, that of the area too: its window of k + 1 areas holds k + 1
    values drawn from all n. Local Moran's I keeps the area's own value and asks of the ring around it.

    Parameters
    ----------
    y, neighbours, alpha, fdr
        As in :func:`local_moran`, but no value may be below 0: Gi* is a share of the total, and means
        nothing of deviations.
    ring, corrected : bool
        Whether ``p_ring`` is wanted, which takes as long as all the rest, and ``q``.

    Returns
    -------
    pandas.DataFrame
        Indexed as ``neighbours.ids``:

        - ``g_star``: mean of the area and its neighbours over the total of all areas, as esda's
          ``G_Local(star=True, transform="R").Gs``;
        - ``z``: the standard deviate of Ord and Getis (1995), the same for binary and row-standardised
          weights, as esda's ``Zs`` for ``transform="B"`` (its ``Zs`` for "R" leave out the number of
          neighbours, and are smaller by √(c(n − 1)/(n − c)) for c areas in the window);
        - ``p``: exact and two-sided, of the window's sum; ``p_error``, ``q``, ``flagged`` of that p, as in
          :func:`local_moran`;
        - ``p_ring``: the p of :func:`local_moran`, of the neighbours' sum with the area's own value fixed;
        - ``cluster``: HH (hot), LL (cold), NS or NA. Hot needs z > 0 and a window in the upper tail.

    Raises
    ------
    ValueError
        If a value is below 0.

    References
    ----------
    Getis and Ord (1992), Geographical Analysis 24(3); Ord and Getis (1995), Geographical Analysis 27(4).
    """
    values = neighbours.align(y)
    present = np.isfinite(values)
    if (values[present] < 0).any():
        raise ValueError("Gi* is a share of the total of all areas, so no value may be below 0")
    open_ = partial(in_doubt, alpha=alpha)
    both = ring_and_window_p(values, neighbours, open_=open_) if ring else ()
    window = both[1] if both else window_p(values, neighbours, open_=open_)
    defined = np.isfinite(window.p)
    g_star, z = np.full((2, neighbours.n), np.nan)
    if defined.any():
        here = values[present]
        n, mean, spread = len(here), here.mean(), here.std()
        total, k = _around(values, present, neighbours)
        held, size = (total + values)[defined], k[defined] + 1.0
        with np.errstate(divide="ignore", invalid="ignore"):  # a total of 0, a window of every area
            g_star[defined] = held / size / here.sum()
            z[defined] = (held - size * mean) / (spread * np.sqrt(size * (n - size) / (n - 1)))
    quadrant = np.where(z > 0, _HH, _LL)
    agrees = (z > 0) == (window.upper < window.lower)
    columns = {"g_star": g_star, "z": z, "p": window.p, "p_error": window.error}
    columns |= {"p_ring": both[0].p} if both else {}
    return _table(neighbours.ids, columns, quadrant, agrees, alpha=alpha, fdr=fdr, corrected=corrected)


def _moran(
    x: np.ndarray, y: np.ndarray, neighbours: Neighbours, *, alpha: float, fdr: bool, rough: bool = False
) -> pd.DataFrame:
    """Local Moran's I of `x` in the area against `y` around it."""
    present = np.isfinite(x) & np.isfinite(y)
    open_ = partial(in_doubt, alpha=alpha, fdr=fdr if rough else None)
    null = neighbour_sum_p(np.where(present, y, np.nan), neighbours, open_=open_, rough=rough)
    defined = np.isfinite(null.p) & (not is_constant(x[present]))
    z, lag, local_i = np.full((3, neighbours.n), np.nan)
    if defined.any():
        n = np.count_nonzero(present)
        z[present] = (x[present] - x[present].mean()) / x[present].std()
        total, k = _around(y, present, neighbours)
        lag[defined] = (total[defined] / k[defined] - y[present].mean()) / y[present].std()
        local_i = (n - 1) / n * z * lag
    quadrant = np.where(z > 0, np.where(lag > 0, _HH, _HL), np.where(lag > 0, _LH, _LL))
    agrees = (lag > 0) == (null.upper < null.lower)
    p, error = (np.where(defined, known, np.nan) for known in (null.p, null.error))
    columns = {"local_i": local_i, "z": z, "lag": lag, "p": p, "p_error": error}
    return _table(neighbours.ids, columns, quadrant, agrees, alpha=alpha, fdr=fdr)


def _around(values: np.ndarray, present: np.ndarray, neighbours: Neighbours) -> tuple[np.ndarray, np.ndarray]:
    """Sum of the present values among each area's neighbours, and how many of them are present."""
    if present.all():
        return neighbours.neighbour_sum(values), neighbours.cardinalities
    return neighbours.neighbour_sum(np.where(present, values, 0.0)), neighbours.neighbour_sum(present)


def _table(
    ids: pd.Index,
    columns: dict[str, np.ndarray],
    quadrant: np.ndarray,
    agrees: np.ndarray,
    *,
    alpha: float,
    fdr: bool,
    corrected: bool = True,
) -> pd.DataFrame:
    """The statistic's columns, with its p, then q where it is wanted, flagged and cluster."""
    p = columns["p"]
    defined = np.isfinite(p)
    flagged = p <= alpha
    significant = bh_passes(p, alpha) if fdr else flagged
    cluster = np.where(significant & agrees, quadrant, np.where(defined, _NS, _NA))
    labels = pd.Categorical.from_codes(cluster, dtype=CLUSTERS)
    columns |= {"q": bh_q(p, defined)} if corrected else {}
    return pd.DataFrame({**columns, "flagged": flagged, "cluster": labels}, index=ids)


def in_doubt(p: np.ndarray, error: np.ndarray, *, alpha: float = 0.05, fdr: bool | None = None) -> np.ndarray:
    """Areas that an exact p within `error` of the one given might make significant, or no longer so.

    Parameters
    ----------
    p, error : array of length n
        As :class:`geo.stats.exact_null.Tails` holds them; NaN where undefined.
    alpha : float
        Level of significance.
    fdr : bool, optional
        With the correction of Benjamini and Hochberg, without it, or (by default) with either.

    Returns
    -------
    numpy.ndarray
        Boolean.

    Examples
    --------
    >>> in_doubt(np.array([0.02, 0.0499, np.nan]), np.array([1e-4, 2e-4, np.nan])).tolist()
    [False, True, False]
    """
    least, most = np.maximum(p - error, 0.0), np.minimum(p + error, 1.0)
    open_ = np.zeros(len(p), dtype=bool)
    if not fdr:
        open_ |= (least <= alpha) & (most > alpha)
    if fdr is not False:  # the lower all p, the more of them pass
        open_ |= bh_passes(least, alpha) & ~bh_passes(most, alpha) & np.isfinite(most)
    return open_


def bh_passes(p: np.ndarray, alpha: float) -> np.ndarray:
    """Areas whose q (:func:`bh_q`) is at most `alpha`, boolean: the same, without putting all p in order.

    Examples
    --------
    >>> bh_passes(np.array([0.01, 0.04, 0.03, np.nan]), 0.035).tolist()
    [True, False, False, False]
    """
    small = np.sort(p[p <= alpha])  # q is no less than p
    passed = small * (np.isfinite(p).sum() / np.arange(1, len(small) + 1)) <= alpha
    return p <= small[passed][-1] if passed.any() else np.zeros(len(p), bool)


def bh_q(p: np.ndarray, defined: np.ndarray | None = None) -> np.ndarray:
    """q-values of Benjamini and Hochberg (1995): the smallest false discovery rate at which each area passes.

    Parameters
    ----------
    p : array of length n
        p-values.
    defined : boolean array of length n, optional
        The areas that were tested (default: those whose p is not NaN). The others take no part in the
        correction, and their q is NaN.

    Examples
    --------
    >>> bh_q(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    p = np.asarray(p, dtype=np.float64)
    tested = np.flatnonzero(np.isfinite(p) if defined is None else defined)
    order = tested[np.argsort(p[tested])]  # those that tie have one q
    m = len(order)
    q = np.full(len(p), np.nan)
    q[order] = np.minimum.accumulate((p[order] * (m / np.arange(1, m + 1)))[::-1])[::-1]
    return q


LEVEL, SMOOTHED, SMOOTHED_AROUND = "level", "smoothed", "smoothed with the areas around"
"""Kinds of values: counts, rates or sums as they are; rates pulled towards the average of all areas; and
towards the areas around, which makes neighbours alike whatever the events."""


@dataclass(frozen=True)
class Instead:
    """What a statistic is asked of in place of values of a kind that it cannot be asked of.

    Attributes
    ----------
    quantity : str
        The name of what is tested.
    values : callable
        ``f(events, population)``: its values.
    reason : str
        Why not the values themselves, a sentence.
    """

    quantity: str
    values: Callable[[np.ndarray, np.ndarray], pd.Series]
    reason: str


def _crude(events: np.ndarray, population: np.ndarray) -> pd.Series:
    lived = np.where(population > 0, population, np.nan)
    return pd.Series(events / lived)


_STANDARDISED = "rates standardised by their precision (Assunção and Reis)"
_ALIKE = "Smoothing with the areas around makes neighbours alike, so clusters of smoothed rates prove nothing"


@dataclass(frozen=True)
class Statistic:
    """A statistic of one value an area that the map may show.

    Attributes
    ----------
    key, label : str
        The label as within a sentence.
    explanation : str
        What it answers and how to read it, one or two plain sentences.
    function : callable
        ``f(y, neighbours, *, alpha, fdr) -> DataFrame`` on the area index.
    columns : tuple of str
        Columns of its result.
    definitions : mapping
        Those of its own that are shown, and what they hold; counts could be solved from them, so they are
        withheld for controlled sources.
    unlike : bool
        Whether it also finds areas that are unlike their neighbours (HL and LH).
    permutation : callable, optional
        ``f(y, neighbours) -> Series``: p from random permutations, as a cross-check.
    instead : mapping
        Kind of values (:data:`SMOOTHED` …) to what is tested in their place; all other kinds are tested as
        they are.
    by_chance : callable, optional
        ``f(y, neighbours, *, alpha)``: probability that chance alone flags each area.
    window : bool
        Whether it is about an area and its neighbours together, not about the neighbours of a high one.
    name : str
        What it is called in a list of layers, plain words first; "Hotspots: " and the label if empty.
    """

    key: str
    label: str
    explanation: str
    function: Callable[..., pd.DataFrame]
    columns: tuple[str, ...]
    definitions: Mapping[str, str] = field(default_factory=dict)
    unlike: bool = False
    permutation: Callable[..., pd.Series] | None = None
    instead: Mapping[str, Instead] = field(default_factory=dict)
    by_chance: Callable[..., np.ndarray] | None = None
    window: bool = False
    name: str = ""


STATISTICS: dict[str, Statistic] = {
    statistic.key: statistic
    for statistic in (
        Statistic(
            "local_moran",
            "local Moran's I",
            "Areas whose neighbours together have more, or fewer, than chance would give. Red: high among "
            "high. The probability is exact: it is not sampled.",
            local_moran,
            ("local_i", "z", "lag", "p", "p_error", "q", "flagged", "cluster"),
            {"local_i": "Local Moran's I; withheld for controlled sources"},
            unlike=True,
            permutation=partial(permutation_p, statistic="local_moran"),
            instead={
                SMOOTHED: Instead(
                    _STANDARDISED,
                    smoothing.eb_standardised,
                    "Smoothed rates vary less where few people live; these vary alike everywhere.",
                ),
                SMOOTHED_AROUND: Instead(_STANDARDISED, smoothing.eb_standardised, f"{_ALIKE}."),
            },
            by_chance=attainable,
            name="Hotspots, outliers (Moran's I)",
        ),
        Statistic(
            "getis_ord",
            "Getis-Ord Gi*",
            "Places where an area and its neighbours together have more (hot) or fewer (cold) than chance "
            "would give. The probability is exact: it is not sampled.",
            getis_ord_star,
            ("g_star", "z", "p", "p_error", "p_ring", "q", "flagged", "cluster"),
            {
                "g_star": "Getis-Ord Gi*; withheld for controlled sources",
                "z": "Standard score of Gi*; withheld for controlled sources",
                "p_ring": "As p, of the neighbours alone, the area's own value being fixed (local Moran's "
                "p); withheld for controlled sources",
            },
            permutation=partial(permutation_p, statistic="getis_ord"),
            instead={
                SMOOTHED_AROUND: Instead(
                    "rates before smoothing", _crude, f"{_ALIKE}; and Gi* needs values that are not below 0."
                )
            },
            by_chance=partial(attainable, window=True),
            window=True,
            name="Hotspots (Getis-Ord Gi*)",
        ),
    )
}
"""Every statistic that the map may show."""
