"""How far can a hotspot be trusted?

The looks at an area that may agree, and a back-test of chosen hotspots: how much of the next period they
caught, beside the plain ranking by count and random areas of the same total size. No IO.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.stats.vectors import Floats

CHECKS = {
    "gi_star": "high by Getis-Ord Gi*",
    "eb_moran": "high by local Moran on smoothed rates",
    "rate": "rate significantly above that of all areas shown",
    "fdr": "still significant after correction for many tests",
    "second_weights": "also with another definition of neighbours",
    "ward": "its ward is high too",
    "last_year": "high in the year before too",
}
"""Looks at an area in the order shown, with the words for each."""

CHOSEN, BY_COUNT, AT_RANDOM = "chosen", "by count", "at random"
"""Rows of :func:`back_test`."""


# ---------------------------------------------------------------- looks that agree


def how_many_agree(agree: int, assessed: int) -> str:
    """How many of the checks that were made agree, in words.

    Examples
    --------
    >>> how_many_agree(1, 2), how_many_agree(0, 1)
    ('1 of 2 checks agree', '0 of 1 check agrees')
    """
    return f"{agree} of {assessed} {'check agrees' if assessed == 1 else 'checks agree'}"


# ---------------------------------------------------------------- back-test


def hit_rate(chosen: ArrayLike, after: ArrayLike) -> float:
    """Share of the next period's events that fell in the chosen areas; NaN without events.

    Parameters
    ----------
    chosen : array_like of bool, or of fractions 0 to 1
        How far each area belongs to the hotspots.
    after : array_like
        Events of the next period.
    """
    member, x = np.asarray(chosen, dtype=np.float64), np.asarray(after, dtype=np.float64)
    return float(member @ x / x.sum()) if x.sum() > 0 else float("nan")


def pai(chosen: ArrayLike, after: ArrayLike, size: ArrayLike) -> float:
    """Predictive accuracy index: hit rate over the share of the total size, (n/N) / (a/A).

    1 is what areas at random give; NaN without events or chosen areas.

    Parameters
    ----------
    chosen, after
        As in :func:`hit_rate`.
    size : array_like
        Size of each area: km², residents, or ones to count areas.

    Notes
    -----
    Chainey S, Tompson L, Uhlig S (2008), The utility of hotspot mapping for predicting spatial patterns of
    crime, *Security Journal* 21, 4-28.
    """
    member, a = np.asarray(chosen, dtype=np.float64), np.asarray(size, dtype=np.float64)
    covered = member @ a / a.sum() if a.sum() > 0 else 0.0
    return float(hit_rate(member, after) / covered) if covered > 0 else float("nan")


def pei(chosen: ArrayLike, after: ArrayLike, size: ArrayLike) -> float:
    """Predictive efficiency index: events caught over the most that areas of the same total size could catch.

    The best choice is made with hindsight, by events per unit of size, its last area taken in part so that
    the total is the same; so 1 is perfect foresight. NaN without events or chosen areas.

    Parameters
    ----------
    chosen, after, size
        As in :func:`pai`.

    Notes
    -----
    Hunt J (2016), *Do crime hot spots move?* (the index); White V, Hunt J, Green B (2023), *Security Journal*
    (the best choice of the same total size, there PEI*).
    """
    member, x, a = (np.asarray(values, dtype=np.float64) for values in (chosen, after, size))
    density = np.divide(x, a, out=np.zeros_like(x), where=a > 0)
    best = hit_rate(_fill(np.argsort(-density, kind="stable"), a, float(member @ a)), x)
    return float(hit_rate(member, x) / best) if best > 0 else float("nan")


def back_test(
    chosen: ArrayLike | pd.Series,
    before: ArrayLike | pd.Series,
    after: ArrayLike | pd.Series,
    size: ArrayLike | pd.Series | None = None,
    *,
    repeats: int = 999,
    seed: int = 1,
) -> pd.DataFrame:
    """How well the hotspots of one period forecast the next, beside simpler choices of the same total size.

    Parameters
    ----------
    chosen : array_like of bool, one value an area
        The hotspots, found from the first period alone.
    before, after : array_like
        Events of the first period and of the next, of the same season or length. Areas where either is NaN
        are left out.
    size : array_like, optional
        Size of each area (km², residents); without it areas are counted.
    repeats, seed : int
        Random choices, and the seed that makes them the same each time.

    Returns
    -------
    DataFrame
        Rows ``chosen``, ``by count`` (areas by their count before, until the total size is that of the
        chosen) and ``at random`` (the mean of random choices until that size). Columns ``areas`` (how
        many, the last of a choice in part), ``size_share``, ``events`` caught, ``hit_rate``, ``pai``,
        ``pei``; ``lower`` and ``upper``: the middle 95% of the random hit rates; ``p``: the share of
        random choices that catch as much. All rates are NaN without chosen areas or without events after.

    Notes
    -----
    Ranking by count often does as well or better: tests of significance are not made to forecast. They say
    where more happens than chance and neighbours explain, and this table what that costs.
    """
    x, y = (np.asarray(values, dtype=np.float64) for values in (before, after))
    known = np.isfinite(x) & np.isfinite(y)
    a = np.ones(len(x)) if size is None else np.asarray(size, dtype=np.float64)
    x, y, a = x[known], y[known], a[known]
    member = np.asarray(chosen, dtype=bool)[known].astype(np.float64)
    target = float(member @ a)

    random = np.random.default_rng(seed)
    drawn = [_fill(random.permutation(len(a)), a, target) for _ in range(repeats)]
    rates = np.array([hit_rate(part, y) for part in drawn])
    rows = {
        CHOSEN: _row(member, y, a),
        BY_COUNT: _row(_fill(np.argsort(-x, kind="stable"), a, target), y, a),
        AT_RANDOM: _row(np.mean(drawn, axis=0) if drawn else np.zeros(len(a)), y, a),
    }
    table = pd.DataFrame(rows).T
    table.index.name = "choice"
    if target <= 0 or y.sum() <= 0:
        table[["hit_rate", "pai", "pei"]] = np.nan
        rates = np.full(max(repeats, 1), np.nan)
    table.loc[AT_RANDOM, ["lower", "upper"]] = np.quantile(rates, [0.025, 0.975])
    for choice in (CHOSEN, BY_COUNT):
        caught = table.loc[choice, "hit_rate"]
        as_much = (rates >= caught - 1e-12).sum()
        table.loc[choice, "p"] = np.nan if np.isnan(caught) else (1 + as_much) / (1 + repeats)
    return table


def _fill(order: NDArray[np.intp], size: Floats, target: float) -> Floats:
    """How much of each area is taken, in the order, until the sizes reach the target (the last in part)."""
    ordered = size[order]
    before = np.cumsum(ordered) - ordered
    taken = np.zeros(len(size))
    taken[order] = np.clip(
        np.divide(target - before, ordered, out=np.zeros(len(size)), where=ordered > 0), 0.0, 1.0
    )
    return taken


def _row(member: Floats, after: Floats, size: Floats) -> dict[str, float]:
    """One choice of areas, measured."""
    return {
        "areas": float(member.sum()),
        "size_share": float(member @ size / size.sum()) if size.sum() > 0 else float("nan"),
        "events": float(member @ after),
        "hit_rate": hit_rate(member, after),
        "pai": pai(member, after, size),
        "pei": pei(member, after, size),
        "lower": float("nan"),
        "upper": float("nan"),
        "p": float("nan"),
    }


def back_test_sentence(
    table: pd.DataFrame,
    noun: str = "offences",
    hotspots: str = "hotspots",
    then: str = "the next period",
    *,
    beside_count: bool = True,
) -> str:
    """What a :func:`back_test` found, in words.

    Parameters
    ----------
    table : DataFrame
    noun : str
    hotspots, then : str
        What was tested, "Hotspots (Gi*) of 2022", and the period on which.
    beside_count : bool
        Whether it is said what a ranking by count would have caught: not where that is what was tested.

    Examples
    --------
    >>> before, after = [9, 8, 1, 1, 1, 0, 0, 0, 0, 0], [8, 2, 6, 1, 1, 1, 1, 0, 0, 0]
    >>> for sentence in back_test_sentence(back_test([1, 0, 1, *[0] * 7], before, after)).split(". "):
    ...     print(sentence)
    The hotspots (20% of the whole) caught 70% of the offences of the next period
    That is 3.5 times their share, where areas at random come to 1 (0.0 to 2.5), and 100% of the best possible
    Ranking by count would have caught 50%, areas at random 20% (0% to 50%).
    """
    chosen, count, random = (table.loc[choice] for choice in (CHOSEN, BY_COUNT, AT_RANDOM))
    if np.isnan(chosen["hit_rate"]):
        return f"Nothing to test: there were no {hotspots}, or no {noun} in {then}."
    caught, times, efficiency = chosen["hit_rate"], chosen["pai"], chosen["pei"]
    low, high = random[["lower", "upper"]].astype(float) / random["size_share"]
    return (
        f"The {hotspots} ({chosen['size_share']:.0%} of the whole) caught {caught:.0%} of the {noun} of "
        f"{then}. That is {times:.1f} times their share, where areas at random come to 1 ({low:.1f} to "
        f"{high:.1f}), and {efficiency:.0%} of the best possible. "
        + (
            f"Ranking by count would have caught {count['hit_rate']:.0%}, areas at random "
            if beside_count
            else "Areas at random would have caught "
        )
        + f"{random['hit_rate']:.0%} ({random['lower']:.0%} to {random['upper']:.0%})."
    )
