"""In how few areas is it?

Lorenz curve and Gini coefficient (with the correction for few events), the share of the busiest areas, ranks
and classes with ties shown as ties, and how far the busiest areas of one year are those of the next. No IO.

Counts come one an area, as a pandas Series or an array; an area without data (NaN) is left out. Results keep
the index given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas.api.extensions import ExtensionArray
from pandas.arrays import IntegerArray

from geo.stats.vectors import worded


def _counts(counts: ArrayLike | pd.Series) -> pd.Series:
    """The defined counts as a float Series."""
    series = pd.Series(counts, dtype="float64").dropna()
    if (series < 0).any():
        raise ValueError("counts cannot be negative")
    return series


# ---------------------------------------------------------------- Lorenz and Gini


def lorenz(counts: ArrayLike | pd.Series) -> pd.DataFrame:
    """Cumulative share of events held by the busiest areas.

    Parameters
    ----------
    counts : array_like, one value an area
        Events; non-integer (harm-weighted) ones are allowed.

    Returns
    -------
    DataFrame
        One row for 0, 1, … n areas, the busiest first: ``areas`` and ``events`` (cumulative fractions from 0
        to 1) and ``equality``, the same curve if the events were spread as evenly as whole events can be:
        with fewer events than areas it reaches 1 at events / areas (Bernasco and Steenbeek). Two rows of
        zeros and ones where there are no events or no areas.

    Examples
    --------
    >>> lorenz([0, 6, 3, 1])["events"].tolist()
    [0.0, 0.6, 0.9, 1.0, 1.0]
    """
    descending = np.sort(_counts(counts).to_numpy())[::-1]
    n, total = len(descending), descending.sum()
    if total == 0:
        return pd.DataFrame({"areas": [0.0, 1.0], "events": [0.0, 1.0], "equality": [0.0, 1.0]})
    areas = np.arange(n + 1) / n
    events = np.concatenate([[0.0], np.cumsum(descending) / total])
    return pd.DataFrame(
        {"areas": areas, "events": events, "equality": np.minimum(1.0, areas * max(1.0, n / total))}
    )


def gini(counts: ArrayLike | pd.Series) -> pd.Series:
    """Gini coefficient, and its generalisation for fewer events than areas.

    G = Σ (2i − n − 1)·x(i) / (n·Σx), x sorted upwards. With C events in n areas the generalised coefficient
    is G′ = max(1, n/C)·(G − 1) + 1: it measures the distance from the most even spread that C whole events
    allow, not from one event spread thinly over every area. From C ≥ n on the two are equal.

    Parameters
    ----------
    counts : array_like, one value an area
        Events, at least 0.

    Returns
    -------
    Series
        ``areas, events, gini, generalised_gini``; the coefficients are NaN without events.

    Notes
    -----
    Bernasco W, Steenbeek W (2017), More places than crimes, *Journal of Quantitative Criminology* 33,
    451-467. Without their small-sample factor min(n, C) / (min(n, C) − 1), so one event in one area gives 0.

    Examples
    --------
    >>> gini([5, 2, 1, 0, 0, 0, 0, 0, 0, 0]).round(2)[["gini", "generalised_gini"]].tolist()
    [0.8, 0.75]
    """
    ascending = np.sort(_counts(counts).to_numpy())
    n, total = len(ascending), ascending.sum()
    plain = generalised = np.nan
    if total > 0:
        plain = float(((2 * np.arange(1, n + 1) - n - 1) * ascending).sum() / (n * total))
        generalised = max(1.0, n / total) * (plain - 1) + 1
    return pd.Series({"areas": n, "events": total, "gini": plain, "generalised_gini": generalised})


def top_shares(
    counts: ArrayLike | pd.Series, fractions: Sequence[float] = (0.01, 0.05, 0.10, 0.20)
) -> pd.DataFrame:
    """Share of all events held by the busiest areas.

    Parameters
    ----------
    counts : array_like, one value an area
        Events.
    fractions : sequence of float
        Fractions of the areas; each is rounded up to whole areas (1% of 417 areas are 5).

    Returns
    -------
    DataFrame
        Index ``top`` (the fraction), columns ``areas, events, share``; ``share`` is NaN without events.

    Examples
    --------
    >>> top_shares([10, 5, 3, 1, 1, 0, 0, 0, 0, 0], [0.1, 0.2])["share"].tolist()
    [0.5, 0.75]
    """
    descending = np.sort(_counts(counts).to_numpy())[::-1]
    held = np.concatenate([[0.0], np.cumsum(descending)])
    areas = [whole_areas(fraction, len(descending)) for fraction in fractions]
    total = held[-1] if held[-1] > 0 else np.nan
    table = {"areas": areas, "events": held[areas], "share": held[areas] / total}
    return pd.DataFrame(table, index=pd.Index(fractions, name="top", dtype="float64"))


def areas_holding(counts: ArrayLike | pd.Series, share: float = 0.5) -> int:
    """The least number of areas that together hold at least this share of the events (0 without events).

    Examples
    --------
    >>> areas_holding([10, 5, 3, 1, 1, 0, 0, 0, 0, 0])
    1
    """
    descending = np.sort(_counts(counts).to_numpy())[::-1]
    total = descending.sum()
    return int(np.searchsorted(np.cumsum(descending), share * total - 1e-9 * total)) + 1 if total > 0 else 0


FEWEST = 5
"""Areas below which nothing is told of how events are concentrated."""


def by_chance(events: float, areas: int, *, repeats: int = 200, seed: int = 1) -> np.ndarray:
    """Counts of the areas in order, the busiest first, where every event falls on any area alike.

    Their means over ``repeats`` maps. Of these :func:`gini`, :func:`top_shares` and :func:`lorenz` are what
    chance alone makes of so many events, since each is a weighted sum of the counts in order.

    Parameters
    ----------
    events : float
        Rounded to whole ones.
    areas : int
    repeats, seed : int
        Maps drawn; the same seed gives the same counts.

    Examples
    --------
    >>> gini(by_chance(100, 400)).round(2)[["gini", "generalised_gini"]].tolist()
    [0.8, 0.2]
    """
    drawn = np.random.default_rng(seed).multinomial(round(events), np.full(areas, 1 / areas), repeats)
    found: np.ndarray = np.sort(drawn, axis=1)[:, ::-1].mean(axis=0)
    return found


def whole_areas(fraction: float, n: int) -> int:
    """Areas in the top ``fraction`` of ``n``, rounded up (rounding noise such as 0.1·30 set aside)."""
    return math.ceil(round(fraction * n, 9))


# ---------------------------------------------------------------- ranks, ties, classes


def rank_labels(values: ArrayLike | pd.Series) -> pd.Series:
    """Ranks from the highest value down as text, ``=`` on ties ("1", "2=", "2=", "4"); empty where NaN.

    Examples
    --------
    >>> rank_labels([8, 9, 8, None, 2]).tolist()
    ['2=', '1', '2=', '', '4']
    """
    series = pd.Series(values, dtype="float64")
    text = ranks(series.to_numpy(), np.zeros(len(series), np.uint8))
    return pd.Series(text, index=series.index, name="rank")


def ranks(values: np.ndarray, groups: np.ndarray) -> ExtensionArray:
    """The same of values in groups, those of group 0 before all others, as an array of text."""
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(-values[known])]  # those that tie share a rank
    order = order[np.argsort(groups[order], kind="stable")]
    ordered, of = values[order], groups[order]
    other = (ordered[1:] != ordered[:-1]) | (of[1:] != of[:-1])
    begins = np.flatnonzero(np.append(True, other)[: len(order)])
    alike = np.diff(np.append(begins, len(order)))
    places = zip((1 + begins).tolist(), alike.tolist(), strict=True)
    labels = [f"{place}{'=' * (number > 1)}" for place, number in places]
    which = np.zeros(len(values), np.int64)
    which[order] = np.repeat(np.arange(1, len(begins) + 1), alike)
    return worded(("", *labels), which)


def top_n(counts: ArrayLike | pd.Series, n: int = 10) -> pd.DataFrame:
    """The areas of the first ``n`` places, with every area that shares the last place.

    Parameters
    ----------
    counts : array_like, one value an area
        Events; an area without any is never in the top.
    n : int
        Places.

    Returns
    -------
    DataFrame
        On the areas, the busiest first (ties in the order given): ``rank`` (text, ``=`` on ties), ``count``,
        ``share`` of all events, ``cumulative_share``, and ``at_edge``: shares the last place with areas that
        ``n`` places cannot all hold. ``~at_edge`` are in the top whatever way ties are broken.

    Examples
    --------
    >>> top_n([5, 3, 3, 1, 0], 2)[["rank", "count", "at_edge"]].values.tolist()
    [['1', 5.0, False], ['2=', 3.0, True], ['2=', 3.0, True]]
    """
    series = _counts(counts)
    ordered = series[series > 0].sort_values(ascending=False, kind="stable")
    last = ordered.iloc[min(n, len(ordered)) - 1] if len(ordered) and n > 0 else np.inf
    top = ordered[ordered >= last]
    table = pd.DataFrame({"rank": rank_labels(series).reindex(top.index), "count": top})
    table["share"] = top / series.sum()
    table["cumulative_share"] = table["share"].cumsum()
    table["at_edge"] = (top == last) & (len(top) > n)
    return table


def ranked_classes(values: ArrayLike | pd.Series, classes: int) -> pd.DataFrame:
    """Areas in equal classes by rank (5: fifths, 3: thirds), the highest class holding the highest values.

    Equal values stay together. The cut below class k + 1 is where the number of areas below it is nearest to
    k·n/classes of the n that have a value (the higher number where two are as near). It holds where that
    number is off by at most a quarter of a class, or half an area. Classes between which no cut holds are
    one, so that what is called a fifth is nearer to a fifth than to another share.

    Parameters
    ----------
    values : array_like, one value an area
        Counts, rates, scores; NaN has no class.
    classes : int
        Number of classes.

    Returns
    -------
    DataFrame
        On the index given: ``first`` and ``last`` class (Int8, 1 = lowest, NA where the value is NaN): equal
        where the class stands by itself; 1 and ``classes`` where no cut holds, or with fewer areas than
        classes.

    Examples
    --------
    >>> ranked_classes([4, 0, 3, 2, 1], 5)["first"].tolist()
    [5, 1, 4, 3, 2]

    Three fifths of ten areas have none; the others make a fifth each.

    >>> ranked_classes([0, 0, 0, 0, 0, 0, 1, 2, 3, 4], 5).drop_duplicates().values.tolist()
    [[1, 3], [4, 4], [5, 5]]
    """
    series = pd.Series(values, dtype="float64")
    missing = series.isna().to_numpy()
    _, which, alike = np.unique(series.to_numpy()[~missing], return_inverse=True, return_counts=True)
    as_high, n = np.ones(len(series), np.int64), len(which)
    as_high[~missing] = np.cumsum(alike)[which]  # areas of this value or a smaller one
    reached = np.cumsum(alike)[::-1]
    starts, cuts = [1], []
    for k in range(1, classes if n >= classes else 1):
        aim = k * n / classes
        below = int(reached[np.abs(reached - aim).argmin()])
        if below < n and abs(below - aim) <= max(0.5, n / classes / 4) + 1e-9:
            starts.append(k + 1)
            cuts.append(below)
    part = np.searchsorted(cuts, as_high, side="left")
    ends = np.append(np.array(starts[1:]) - 1, classes)
    table = {"first": np.array(starts)[part], "last": ends[part]}
    return pd.DataFrame(
        {name: IntegerArray(found.astype(np.int8), missing.copy()) for name, found in table.items()},
        series.index,
    )


def sure_of_top(values: ArrayLike, reach: ArrayLike, top: ArrayLike) -> int:
    """How many areas of a top are in it wherever each value lies within its reach.

    Parameters
    ----------
    values : array_like, one value an area
        NaN is in no order.
    reach : array_like
        How far each may lie from its value.
    top : array_like of bool
        The areas of the highest values.

    Examples
    --------
    >>> sure_of_top([9.0, 5.0, 4.0, 1.0], [1.0, 1.0, 1.0, 1.0], [True, True, False, False])
    1
    """
    middle, width, among = np.asarray(values, float), np.asarray(reach, float), np.asarray(top, bool)
    known = ~np.isnan(middle)
    high = np.sort((middle + width)[known])
    may_be_above = len(high) - np.searchsorted(high, (middle - width)[among & known], "left") - 1
    return int((may_be_above < among.sum()).sum())


# ---------------------------------------------------------------- from year to year


def stability(counts_by_year: pd.DataFrame, fraction: float = 0.10) -> pd.DataFrame:
    """How far the busiest areas of one year are those of the next.

    Parameters
    ----------
    counts_by_year : DataFrame [area, year]
        Events, years (as numbers) in order; only years loaded in full can be compared.
    fraction : float
        The busiest areas: this fraction, rounded up, with every area that shares the last place.

    Returns
    -------
    DataFrame
        One row for each year after another: index ``year``; ``before`` (the year compared with, no year
        further back where one is missing), ``areas``
        (in the top then), ``kept`` (of those, still in the top now), ``share`` (kept / areas), ``by_chance``
        (the share that a top drawn at random would keep) and ``rank_correlation`` (Spearman's ρ over all
        areas; NaN where a year is constant).
    """
    years = list(counts_by_year.columns)
    tops = {year: _top_of(counts_by_year[year], fraction) for year in years}
    rows = []
    for before, year in pairwise(years):
        if year != before + 1:
            continue
        then, now = tops[before], tops[year]
        rows.append(
            {
                "year": year,
                "before": before,
                "areas": int(then.sum()),
                "kept": int((then & now).sum()),
                "share": (then & now).sum() / then.sum() if then.any() else np.nan,
                "by_chance": now.mean() if len(now) else np.nan,
                "rank_correlation": _spearman(counts_by_year[before], counts_by_year[year]),
            }
        )
    columns = ["year", "before", "areas", "kept", "share", "by_chance", "rank_correlation"]
    return pd.DataFrame(rows, columns=columns).set_index("year")


def _top_of(counts: pd.Series, fraction: float) -> pd.Series:
    """Whether each area is among the busiest fraction, ties of the last place included."""
    top = top_n(counts, whole_areas(fraction, int(counts.notna().sum())))
    return pd.Series(counts.index.isin(top.index), index=counts.index)


def _spearman(before: pd.Series, after: pd.Series) -> float:
    """Spearman's rank correlation over areas with both years; NaN where either is constant."""
    both = pd.concat([before, after], axis=1, keys=["before", "after"]).dropna()
    if len(both) < 2 or (both.nunique() < 2).any():
        return float("nan")
    from scipy.stats import spearmanr

    return float(spearmanr(both["before"], both["after"]).statistic)
