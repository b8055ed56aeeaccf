"""What has changed? One period against another, and hotspots that emerge, persist or fade.

Definitions, assumptions and examples are in ``docs/methods/change.md``.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr

from geo.stats.dispersion import Dispersion
from geo.stats.hotspots import bh_q, getis_ord_star
from geo.stats.two_counts import c_test, p_of_change, ratio_limits
from geo.stats.weights import Neighbours

# --- the two periods --------------------------------------------------------------------------------------


def year_before(first: int, last: int, loaded: Collection[int]) -> tuple[int, int] | None:
    """The same months a year before; before more than twelve months, the twelve that end where they begin.

    Parameters
    ----------
    first, last : int
        Month numbers, inclusive.
    loaded : collection of int
        Months that are loaded; every month found must be.

    Returns
    -------
    tuple of int or None
        First and last month.

    Examples
    --------
    >>> year_before(30, 30, range(18, 31)), year_before(30, 50, range(18, 51)), year_before(30, 30, [29, 30])
    ((18, 18), (18, 29), None)
    """
    start, stop = first - 12, min(last - 12, first - 1)
    return (start, stop) if all(month in loaded for month in range(start, stop + 1)) else None


def months_before(first: int, last: int, loaded: Collection[int]) -> tuple[int, int] | None:
    """Months to compare a stretch of months with: the same a year before, else the stretch just before it.

    Parameters
    ----------
    first, last : int
        Month numbers, inclusive. Only a stretch of up to twelve months has one a year before.
    loaded : collection of int
        Months that are loaded; every month compared with must be.

    Returns
    -------
    tuple of int or None
        First and last month.

    Examples
    --------
    >>> months_before(30, 32, range(10, 40)), months_before(21, 32, range(10, 40))
    ((18, 20), None)
    """
    length = last - first + 1
    if length <= 12 and (before := year_before(first, last, loaded)):
        return before
    start, end = first - length, first - 1
    return (start, end) if all(month in loaded for month in range(start, end + 1)) else None


def years_before(first: int, last: int, loaded: Collection[int]) -> list[tuple[int, int]]:
    """The same months of every earlier year of which all are loaded, the latest year first.

    Parameters
    ----------
    first, last : int
        Month numbers, inclusive. A year whose months reach into them is left out.
    loaded : collection of int

    Examples
    --------
    >>> years_before(36, 37, [*range(1, 20), 24]), years_before(30, 42, range(43))
    ([(12, 13)], [(6, 18)])
    """
    back = range(12, first - min(loaded, default=first) + 1, 12)
    years = [(first - ago, last - ago) for ago in back if last - ago < first]
    return [(start, stop) for start, stop in years if all(m in loaded for m in range(start, stop + 1))]


def proportions_differ(some: int, of: int, others: int, of_others: int) -> float:
    """Two-sided p of two shares being one: the z-test of two proportions with a common variance.

    Examples
    --------
    >>> round(proportions_differ(30, 1000, 50, 1000), 4), proportions_differ(0, 10, 0, 20)
    (0.0225, 1.0)
    """
    together = (some + others) / (of + of_others)
    error = np.sqrt(together * (1 - together) * (1 / of + 1 / of_others))
    if not error:
        return 1.0
    return float(2 * ndtr(-abs(some / of - others / of_others) / error))


# --- this period against another --------------------------------------------------------------------------


def compare_periods(
    before: pd.Series,
    after: pd.Series,
    *,
    exposure: tuple[float, float] = (1.0, 1.0),
    alpha: float = 0.05,
    fdr: bool = True,
    confidence: float = 0.95,
    usual: float = 1.0,
    dispersion: Dispersion | None = None,
    least_shown: int = 0,
) -> pd.DataFrame:
    """Change of each area's count from one period to another, with two tests.

    Parameters
    ----------
    before, after : pandas.Series of whole numbers
        Events of each area in the two periods, on one area index. Missing values are left undefined.
    exposure : pair of floats
        Lengths of the two periods, in any one unit (days): counts are compared per unit.
    alpha : float
        Level of significance.
    fdr : bool
        Whether ``change`` needs q <= alpha (Benjamini-Hochberg over the areas with an event in either
        period), or only p <= alpha.
    confidence : float
        Of the interval of the ratio.
    usual : float
        Ratio that is no change: what the season does to all areas, where the periods are of different times
        of the year.
    dispersion : Dispersion, optional
        How much more the counts of each area vary than Poisson counts; without it, they are taken for such.
    least_shown : int
        Where counts below this, and above 0, are suppressed: only pairs that can be seen are compared, so
        `p` is that among such pairs with the same sum (a binomial law cut down to what is shown).

    Returns
    -------
    pandas.DataFrame
        On the area index:

        - ``before``, ``after``, and ``ratio`` of their rates with the exact limits ``ratio_lower`` and
          ``ratio_upper`` (Clopper-Pearson on the share of the events that fell in the second period);
        - ``p_conditional``: C-test. Given the sum of both counts, the second is binomial; twice the
          smaller tail, the observed count in both;
        - ``p``: E-test of Krishnamoorthy and Thomson, less conservative when counts are small; allowing for
          the dispersion where it is given (:func:`geo.stats.dispersion.allowed_for`);
        - ``q``, ``flagged`` (p <= alpha) from p;
        - ``change``: "up", "down", "no clear change", "no events", or "not judged" (a count is not known).

    Raises
    ------
    ValueError
        If the two periods are not on the same areas, or a length is not positive.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31; Krishnamoorthy and Thomson (2004), A more powerful test
    for comparing two Poisson means, Journal of Statistical Planning and Inference 119.

    Examples
    --------
    >>> areas = pd.Index(["a", "b"], name="lsoa21cd")
    >>> table = compare_periods(pd.Series([2, 10], areas), pd.Series([6, 40], areas))
    >>> table[["ratio", "p_conditional", "p", "change"]].round(4).to_numpy().tolist()
    [[3.0, 0.2891, 0.1749, 'no clear change'], [4.0, 0.0, 0.0, 'up']]
    """
    if not before.index.equals(after.index):
        raise ValueError("the two periods are not on the same areas")
    if min(exposure) <= 0:
        raise ValueError(f"a period must have a length above 0, not {min(exposure)}")
    known = (before.notna() & after.notna()).to_numpy()
    first = np.where(known, before.to_numpy(dtype=np.float64, na_value=np.nan), 0.0)
    second = np.where(known, after.to_numpy(dtype=np.float64, na_value=np.nan), 0.0)
    asked = known & (first + second > 0)
    length, later = exposure
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (second / later) / (first / length)
    factor = np.ones(len(first)) if dispersion is None else dispersion.factor
    lower, upper = ratio_limits(first / factor, second / factor, length / later, confidence)
    expected = usual * later
    share = expected / (length + expected)
    p_conditional = c_test(first, second, share)
    lengths = length, expected
    p = p_of_change(first, second, lengths=lengths, dispersion=dispersion, least_shown=least_shown)
    numbers = pd.DataFrame(
        {"ratio": ratio, "ratio_lower": lower, "ratio_upper": upper, "p_conditional": p_conditional, "p": p},
        index=before.index,
    )
    numbers[~asked] = np.nan
    q = bh_q(numbers["p"].to_numpy())
    flagged = (numbers["p"] <= alpha).to_numpy()
    clear = q <= alpha if fdr else flagged
    change = np.select(
        [~known, ~asked, clear & (ratio > usual), clear & (ratio < usual)],
        ["not judged", "no events", "up", "down"],
        "no clear change",
    )
    return pd.concat({"before": before, "after": after}, axis=1).join(
        numbers.assign(q=q, flagged=flagged, change=change)
    )


# --- hotspots over time -----------------------------------------------------------------------------------

_HOT = {
    "New": "significant in the last period and never before.",
    "Consecutive": "significant in the last two periods or more without a break (a period without data is "
    "one), never before that, and in less than 90% of all periods.",
    "Intensifying": "significant in at least 90% of the periods, the last included, and growing stronger.",
    "Persistent": "significant in at least 90% of the periods, the last included, without a clear trend.",
    "Diminishing": "significant in at least 90% of the periods, the last included, and growing weaker.",
    "Sporadic": "significant in the last period, on and off before, in less than 90% of all periods, and "
    "never the opposite.",
    "Oscillating": "significant in the last period, in less than 90% of all periods, and the opposite in an "
    "earlier one.",
    "Historical": "not significant in the last period, but in at least 90% of all periods.",
}

PATTERNS: dict[str, str] = {
    **{f"{name} hotspot": f"A hotspot: {meaning}" for name, meaning in _HOT.items()},
    **{f"{name} coldspot": f"A coldspot: {meaning}" for name, meaning in _HOT.items()},
    "No pattern": "None of these.",
    "Undefined": "The area has no neighbours, or no values.",
}
"""Every pattern of :func:`emerging` and its definition, after ESRI's Emerging Hot Spot Analysis."""


class Emerging(NamedTuple):
    """Hotspots over time.

    Attributes
    ----------
    areas : pandas.DataFrame
        For each area: ``pattern`` (a key of :data:`PATTERNS`), the number of ``periods`` and of those it was
        ``hot`` and ``cold``; ``trend`` (Kendall's S over the z of Gi*: rises minus falls) with its exact
        two-sided ``trend_p``.
    codes : pandas.DataFrame
        Area by period: 1 hot, -1 cold, 0 neither.
    z : pandas.DataFrame
        Area by period: the deviate of Gi*, NaN where undefined.
    """

    areas: pd.DataFrame
    codes: pd.DataFrame
    z: pd.DataFrame


def emerging(
    counts: pd.DataFrame, neighbours: Neighbours, *, alpha: float = 0.05, fdr: bool = True
) -> Emerging:
    """Hotspots that are new, persist, grow, fade or come and go, from one Gi* map for each period.

    Parameters
    ----------
    counts : pandas.DataFrame
        A row for each area of ``neighbours.ids``, a column for each period in order of time, labelled by the
        period's number. Leave out periods that were not loaded: a gap is not a zero, and it ends a run.
    neighbours : Neighbours
        Binary neighbour lists. Neighbours are those of the same period.
    alpha, fdr
        As in :func:`geo.stats.hotspots.getis_ord_star`, within each period; `alpha` also judges the trend.

    Returns
    -------
    Emerging

    Notes
    -----
    A period without any event makes nobody hot or cold, and leaves the trend.

    References
    ----------
    ESRI, How Emerging Hot Spot Analysis works; Mann (1945), Econometrica 13; Kendall (1975), Rank
    Correlation Methods.
    """
    maps = [getis_ord_star(counts[period], neighbours, alpha=alpha, fdr=fdr) for period in counts]
    shape = (neighbours.n, len(maps))
    codes, z, defined = np.zeros(shape, dtype=np.int8), np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for t, one in enumerate(maps):
        cluster = one["cluster"].to_numpy(object)
        codes[:, t] = (cluster == "HH").astype(np.int8) - (cluster == "LL")
        z[:, t], defined[:, t] = one["z"], cluster != "NA"
    trend, trend_p = mann_kendall(z)
    way = np.where(trend_p <= alpha, np.sign(trend), 0)
    hot, cold = codes > 0, codes < 0
    numbers = np.asarray(counts.columns)
    unbroken = int((np.diff(numbers)[::-1] == 1).cumprod().sum()) + 1
    holds = _patterns(hot, cold, way, unbroken, "hotspot") | _patterns(cold, hot, -way, unbroken, "coldspot")
    # What an area was comes second to what it is: a historical hotspot may have become a new coldspot.
    holds = dict(sorted(holds.items(), key=lambda item: item[0].startswith("Historical")))
    pattern = np.select(list(holds.values()), list(holds), "No pattern").astype(object)
    pattern[~defined.any(axis=1)] = "Undefined"
    areas = pd.DataFrame(
        {
            "pattern": pattern,
            "periods": len(maps),
            "hot": hot.sum(axis=1),
            "cold": cold.sum(axis=1),
            "trend": trend,
            "trend_p": trend_p,
        },
        index=neighbours.ids,
    )
    return Emerging(
        areas,
        pd.DataFrame(codes, index=neighbours.ids, columns=counts.columns),
        pd.DataFrame(z, index=neighbours.ids, columns=counts.columns),
    )


def _patterns(
    hot: np.ndarray, opposite: np.ndarray, way: np.ndarray, unbroken: int, kind: str
) -> dict[str, np.ndarray]:
    """Areas of each pattern, from area-by-period tables of hot and of its opposite; no area is in two.

    ``way`` is 1 where the trend is to more of `hot`, -1 where it is to less; the last ``unbroken`` periods
    follow one another without a gap.
    """
    times = hot.sum(axis=1)
    last = hot[:, -1] if hot.shape[1] else np.zeros(len(hot), dtype=bool)
    run = np.cumprod(hot[:, ::-1][:, :unbroken], axis=1).sum(axis=1)
    mostly = (times >= 0.9 * hot.shape[1]) & (times > 0)
    new = last & (times == 1)
    consecutive = last & (run > 1) & (times == run) & ~mostly
    steady = last & mostly & ~new
    on_and_off = last & ~mostly & ~new & ~consecutive
    found = {
        "New": new,
        "Consecutive": consecutive,
        "Intensifying": steady & (way > 0),
        "Persistent": steady & (way == 0),
        "Diminishing": steady & (way < 0),
        "Sporadic": on_and_off & ~opposite.any(axis=1),
        "Oscillating": on_and_off & opposite.any(axis=1),
        "Historical": ~last & mostly,
    }
    return {f"{name} {kind}": areas for name, areas in found.items()}


def mann_kendall(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kendall's S of each row against time, and its exact two-sided p.

    Parameters
    ----------
    values : numpy.ndarray
        A row for each series, a column for each time in order. NaN leaves the series.

    Returns
    -------
    s, p : numpy.ndarray
        S is the number of later-and-higher pairs minus that of later-and-lower ones. p is the share of all
        orders of the row's own values, ties among them, for which S is at least as far from 0: no normal
        approximation.

    Examples
    --------
    >>> s, p = mann_kendall(np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 2.0, 2.0]]))
    >>> s.tolist(), p.round(4).tolist()
    ([6, 4], [0.0833, 0.3333])
    """
    n, periods = values.shape
    s = np.zeros(n, dtype=np.int64)
    for lag in range(1, periods):
        s += np.nansum(np.sign(values[:, lag:] - values[:, :-lag]), axis=1).astype(np.int64)
    ordered = np.sort(values, axis=1)  # NaN last
    tied = (np.diff(ordered, axis=1) == 0).any(axis=1)
    length = np.isfinite(values).sum(axis=1)
    p = np.ones(n)
    for i in range(n):
        ties = (1,) * int(length[i])
        if tied[i]:
            ties = tuple(sorted(np.unique(ordered[i, : length[i]], return_counts=True)[1].tolist()))
        p[i] = _kendall_p(ties)[abs(s[i])]
    return s, p


@lru_cache(maxsize=256)
def _kendall_p(ties: tuple[int, ...]) -> np.ndarray:
    """P(|S| >= s) for s = 0, 1, …, where the values have these numbers of equals (1 for a value of its own).

    The orders of the values by their number of inversions are counted by the Gaussian multinomial coefficient
    [T]! / Π [t]! with [m]! = Π (1 − x^j) / (1 − x), built up value by value in whole numbers. S is the number
    of untied pairs minus twice the inversions.
    """
    ways = np.array([1], dtype=object)
    placed = 0
    for equals in ties:
        for j in range(1, equals + 1):
            placed += 1
            times = np.concatenate((ways, np.zeros(placed, dtype=object)))
            times[placed:] -= ways
            for start in range(j):
                times[start::j] = np.cumsum(times[start::j])
            ways = times[: len(times) - j]
    pairs, orders = len(ways) - 1, ways.sum()
    extreme = np.cumsum(ways)[: pairs // 2 + 1]  # orders with so many inversions or fewer
    share = np.array([min(1.0, 2 * int(count) / int(orders)) for count in extreme])
    s = np.arange(pairs + 1)
    p = share[(pairs - s) // 2]
    p[0] = 1.0
    return p
