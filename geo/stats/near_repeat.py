"""Does one event bring another nearby, soon? Knox's test, the near-repeat table, and places that come again.

The method is in ``docs/methods/patrol.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

METRES = (0.0, 100.0, 200.0, 300.0, 400.0)
"""Bounds of the bands of distance: the same place first, then up to each."""
DAYS = (7, 14, 21, 28)
"""Last day of each band of time."""


def near_repeat(
    x: np.ndarray,
    y: np.ndarray,
    day: np.ndarray,
    *,
    metres: Sequence[float] = METRES,
    days: Sequence[int] = DAYS,
    permutations: int = 999,
    seed: int = 1,
) -> pd.DataFrame:
    """Count pairs of events by distance and days apart, and compare with the same days dealt out by chance.

    Parameters
    ----------
    x, y : ndarray, length n
        Place in metres.
    day : ndarray of int, length n
        Day as a number.
    metres : sequence of float
        Upper bounds of the bands of distance, rising; a first bound of 0 is the same place.
    days : sequence of int
        Upper bounds of the bands of days apart, rising; the first begins at the same day.
    permutations, seed : int
        Each permutation deals the days out to the events again (Knox's null: place and time independent).

    Returns
    -------
    DataFrame
        Rows by ``metres`` and ``days`` (upper bounds): ``pairs``, ``expected`` (mean of the permutations),
        ``ratio``, ``p`` (one-sided: as many pairs or more) and ``p_corrected`` (the largest standardised
        excess of any cell is as large).

    References
    ----------
    Knox (1964), The detection of space-time interactions, Applied Statistics 13, 25-29; Johnson and others
    (2007), Space-time patterns of risk, Journal of Quantitative Criminology 23, 201-219; Ratcliffe and
    Rengert (2008), Near-repeat patterns in Philadelphia shootings, Security Journal 21, 58-76.
    """
    places = np.column_stack([x, y]).astype(float)
    pairs = KDTree(places).query_pairs(max(metres), output_type="ndarray")
    apart = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    near = np.searchsorted(np.asarray(metres, float), apart, side="left")
    shape = len(metres), len(days) + 1

    def table(of: np.ndarray) -> np.ndarray:
        soon = np.searchsorted(days, np.abs(of[pairs[:, 0]] - of[pairs[:, 1]]), side="left")
        return np.bincount(near * shape[1] + soon, minlength=shape[0] * shape[1]).reshape(shape)[:, :-1]

    day = np.asarray(day, np.int64)
    observed, rng = table(day), np.random.default_rng(seed)
    null = np.array([table(rng.permutation(day)) for _ in range(permutations)])
    expected, spread = null.mean(axis=0), null.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
        excess = np.where(spread > 0, (observed - expected) / spread, 0.0)
        largest = np.where(spread > 0, (null - expected) / spread, -np.inf).max(axis=(1, 2))
    p = (1 + (null >= observed).sum(axis=0)) / (1 + permutations)
    overall = (1 + (largest[:, None, None] >= excess).sum(axis=0)) / (1 + permutations)
    index = pd.MultiIndex.from_product([metres, days], names=["metres", "days"])
    columns = {"pairs": observed, "expected": expected, "ratio": ratio, "p": p, "p_corrected": overall}
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index)


def repeats(events: np.ndarray, candidates: int | None = None) -> pd.DataFrame:
    """Say how many places, or persons, have one event, two, three or more, beside chance.

    Parameters
    ----------
    events : ndarray of int
        Events of each place or person that has any.
    candidates : int, optional
        How many could have had one; without it nothing is said of chance.

    Returns
    -------
    DataFrame
        Index ``events`` ("1", "2", "3", "4", "5 or more"): ``places``, ``share`` (of all events) and
        ``by_chance`` (places to expect if every event fell on any candidate alike).

    Examples
    --------
    >>> repeats(np.array([1, 1, 2, 6]))["places"].tolist()
    [2, 1, 0, 0, 1]
    """
    from scipy.stats import poisson

    events = np.asarray(events, np.int64)
    events = events[events > 0]
    total = int(events.sum())
    classes = [events == k for k in range(1, 5)] + [events >= 5]
    table = {
        "places": [int(some.sum()) for some in classes],
        "share": [float(events[some].sum() / total) if total else np.nan for some in classes],
    }
    if candidates:
        mean = total / candidates
        chance = [poisson.pmf(k, mean) for k in range(1, 5)] + [poisson.sf(4, mean)]
        table["by_chance"] = [float(candidates * share) for share in chance]
    return pd.DataFrame(table, pd.Index(["1", "2", "3", "4", "5 or more"], name="events"))
