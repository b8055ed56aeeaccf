"""Which counts give these answers? Attacks that solve for them: exact p, and many rounded counts."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from benchmarks.known import SMALL, Get, Known, Told, guess_of, of_small, table

# ---------------------------------------------------------------- p, solved


def hotspot_p(get: Get, known: Known, source: str, month: int = 7) -> Told:
    """The exact p of local Moran's I in one month of the year, which is that of a sum of neighbours."""
    found = table(get, source=source, layer="local_moran", month=month)
    return _solved(get, known, source, month, found)


def compared_p(get: Get, known: Known, source: str, month: int = 7, beside: str = "offences") -> Told:
    """The same p, of the controlled source that an open one is compared with."""
    found = table(get, source=beside, compare=source, layer="bivariate_moran", month=month)
    return _solved(get, known, source, month, found)


def _solved(get: Get, known: Known, source: str, month: int, found: dict[str, dict[str, str]]) -> Told:
    shown = table(get, source=source, month=month)
    low, high = np.array([_bounds(shown[area]["count"]) for area in known.areas]).T
    p = np.array([float(found[area]["p"] or "nan") for area in known.areas])
    true = known.counts(source, month)
    return of_small(solve(p, low, high, known.near(), true.sum()), true, guess_of(known, true))


def _bounds(cell: str) -> tuple[int, int]:
    """Least and most that a count may be that is shown so."""
    if cell in {"*", ""}:
        return 1, 7
    return (0, 0) if float(cell) == 0 else (max(8, int(float(cell)) - 2), int(float(cell)) + 2)


def solve(p: np.ndarray, low: np.ndarray, high: np.ndarray, near: csr_array, total: float) -> np.ndarray:
    """Counts of areas from the exact two-sided p of the sums of their neighbours.

    A first guess of the counts gives the law of a sum of k of them; each p is then that of one sum, or of a
    few; the whole numbers that fit these best give a better law, until they were found before. Where even
    fractions miss the sums by more than one in every two areas, no counts have these p, and the search ends.
    """
    draws, free = np.diff(near.indptr), low < high
    counts, possible = _begun(low, high, total), (near @ np.array([low, high]).T).astype(int)
    ways, one = near[:, free], np.ones(int(free.sum()))
    seen: set[bytes] = set()
    while len(seen) < 12 and (found := counts.tobytes()) not in seen:
        seen.add(found)
        laws = {own: _two_sided(_without(counts, own), int(draws.max())) for own in np.unique(counts)}
        sums = [_sums_of(p[i], laws[counts[i]][draws[i]], *possible[i]) for i in range(len(p))]
        told = np.flatnonzero(np.isfinite(sums).all(axis=1))
        least, most = (np.array(sums) - (near @ np.where(free, 0, low))[:, None])[told].T
        off = eye_array(len(told))
        problem: dict[str, Any] = {
            "c": np.concatenate([1e-3 * one, np.ones(len(told))]),
            "bounds": Bounds(
                np.concatenate([low[free], np.zeros(len(told))]),
                np.concatenate([high[free], np.full(len(told), np.inf)]),
            ),
            "constraints": [
                LinearConstraint(hstack([ways[told], off]).tocsr(), lb=least),
                LinearConstraint(hstack([ways[told], -off]).tocsr(), ub=most),
            ],
        }
        best = milp(**problem)
        fits = best.fun <= len(told) / 2
        if fits:
            best = milp(**problem, integrality=np.concatenate([one, np.zeros(len(told))]))
        counts[free] = np.rint(best.x[: len(one)])
        if not fits:
            break
    return counts


def _begun(low: np.ndarray, high: np.ndarray, total: float) -> np.ndarray:
    """Counts to begin with: of the starred ones as many of each as a geometric law of their mean has."""
    counts, star = (low + high) // 2, (low == SMALL[0]) & (high == SMALL[-1])
    laws = np.linspace(0.05, 0.95, 200)[:, None] ** np.arange(len(SMALL))
    laws /= laws.sum(axis=1, keepdims=True)
    law = laws[np.abs(laws @ SMALL - (total - counts[~star].sum()) / max(1, star.sum())).argmin()]
    places = (np.arange(star.sum()) + 0.5) / max(1, star.sum())
    counts[star] = SMALL[np.minimum(np.searchsorted(law.cumsum(), places), len(SMALL) - 1)]
    return counts


def _sums_of(p: float, law: np.ndarray, first: int, last: int) -> tuple[float, float]:
    """The least and the largest sum that have the p, among those that are possible."""
    last = min(last, len(law) - 1)
    if not np.isfinite(p) or first > last:
        return np.nan, np.nan
    off = np.abs(np.log(law[first : last + 1]) - np.log(p))
    nearest = first + np.flatnonzero(off <= off.min() + 1e-9)
    return nearest.min(), nearest.max()


def _without(counts: np.ndarray, own: int) -> np.ndarray:
    """How many areas have each count, but for one that has ``own``."""
    found = np.bincount(counts)
    found[own] -= 1
    return found


def _two_sided(areas: np.ndarray, most: int) -> np.ndarray:
    """Two-sided p of each sum of k counts drawn without replacement, shape (most + 1, sums).

    Parameters
    ----------
    areas : ndarray of int
        How many areas have each count, from 0 up.
    most : int
        Largest k.
    """
    size = most * (len(areas) - 1) + 1
    ways = np.zeros((most + 1, size))
    ways[0, 0] = 1.0
    for count, number in enumerate(areas):
        before, ways = ways, np.zeros_like(ways)
        for some in range(min(most, int(number)) + 1):
            shift = some * count
            ways[some:, shift:] += comb(int(number), some) * before[: most + 1 - some, : size - shift]
    law = ways / np.maximum(ways.sum(axis=1, keepdims=True), 1)
    upper, lower = law[:, ::-1].cumsum(axis=1)[:, ::-1], law.cumsum(axis=1)
    return np.clip(2 * np.minimum(upper, lower), 1e-300, 1.0)


# ---------------------------------------------------------------- many questions


def least_squares(get: Get, known: Known, source: str, questions: int) -> Told:
    """The count of each hour in each borough, from rounded counts of random sets of hours of two months."""
    events = known.events(source)
    events = events[(events["month"] % 12).isin([0, 6])]
    boroughs = sorted(known.borough.unique())
    by_hour = pd.crosstab(events["hour"], events["borough"])
    true = by_hour.reindex(index=range(24), columns=boroughs, fill_value=0).to_numpy()
    rng = np.random.default_rng(3)
    sets = (rng.random((questions, 24)) < rng.uniform(0.4, 1, (questions, 1))).astype(float)
    sets[sets.sum(axis=1) == 0] = 1
    shown = []
    for chosen in sets:
        hours = ",".join(str(hour) for hour in np.flatnonzero(chosen))
        rows = table(get, source=source, level="borough", month="1,7", hour=hours)
        shown.append([np.mean(_bounds(rows[borough]["count"])) for borough in boroughs])
    found = np.rint(np.linalg.lstsq(sets, np.array(shown))[0])
    small = np.isin(true, SMALL)
    guess = max(float((true[small] == count).mean()) for count in SMALL) if small.any() else 0.0
    return of_small(found, true, guess)
