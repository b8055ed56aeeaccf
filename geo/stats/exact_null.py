"""How surprising is the sum of an area's neighbours, or of its whole window? Without random numbers.

Two questions, one law. For an area's **ring** (its neighbours) its own value stays where it is and the other
n − 1 values are dealt out at random: its k neighbours hold k values drawn without replacement from those
n − 1. Local Moran's I is monotone in that sum. For its **window** (its neighbours and itself) all n values
are dealt out: the window holds k + 1 values drawn from all n. Getis-Ord Gi* is monotone in that sum.

The law is computed, not sampled (:mod:`geo.stats.draws`). Whole numbers are exact. Real numbers are rounded
to a lattice; what no rounding can decide is bounded, and areas whose bound is too wide are asked again on a
finer lattice, until p is known to one part in a hundred. The bound comes with the answer. See
``docs/methods/hotspots.md`` for the derivation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import gammaln

from geo.stats.draws import PADDING, tables, without_itself
from geo.stats.weights import Neighbours

CELLS = 2**15
"""Length of the first lattice. Whole numbers whose largest possible sum is below it are exact to 1e-12."""

SHORTEST = 2**12
"""Shortest lattice that a few areas are asked again on."""

ROOM = 2**21
"""Most cells of all tables together (one for each number of draws): 16 MB."""

PRECISION = 0.01
"""The error of p is at most this share of p, or :data:`LEAST_ERROR`."""

SETTLING = 1 / 16
"""How much smaller it may be made for areas whose answer it leaves open."""

GRADES = (216, 36, 6, 1)
"""How much coarser it is at first where only such areas are asked again: most are settled by little."""

LEAST_ERROR = 1e-6

SMALLEST_P = 1e-12
"""No tail of whole numbers is reported below this: their tables are exact to about 1e-13, absolutely."""

NOISE = 1e-7
"""The same where values are rounded, or a long lattice wraps: what floating point leaves undecided."""

UNITS, DECIMALS = 2**24, 6
"""Values that are whole multiples of a unit are treated as whole numbers, up to this many units; decimal
fractions are tried as units to so many places."""

ALIKE = 8.0
"""Areas that are asked again share a lattice where their sums differ by less than this factor."""

MARGIN, ROUNDS = 0.8, 6
"""How much finer than a bound asks for, and how often."""


class Tails(NamedTuple):
    """Tail probabilities of a sum for each area, float64 arrays in the order of the areas.

    Attributes
    ----------
    lower, upper : numpy.ndarray
        P(S <= s) and P(S >= s); the observed sum counts in both, so that they add to 1 + P(S = s).
    p : numpy.ndarray
        Two-sided: min(1, 2·min(lower, upper)).
    error : numpy.ndarray
        The exact p differs from ``p`` by no more than this: a bound, not an estimate.

    All are NaN where the question has no meaning: an area without neighbours, a missing value, or a slice in
    which every area has the same value. The others are in (0, 1], ``error`` above 0.
    """

    lower: np.ndarray
    upper: np.ndarray
    p: np.ndarray
    error: np.ndarray


Open = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From the p of all areas and their errors to those (boolean) whose answer is open within the error."""


def neighbour_sum_p(
    y: pd.Series | np.ndarray,
    neighbours: Neighbours,
    *,
    open_: Open | None = None,
    cells: int = CELLS,
    rough: bool = False,
) -> Tails:
    """Tail probabilities of every area's neighbour sum, its own value fixed and the others exchanged.

    Parameters
    ----------
    y : pandas.Series or array of length n
        One value an area. Areas whose value is missing (not finite) leave the population, and with it
        the neighbour lists of the others.
    neighbours : Neighbours
        Binary neighbour lists. Row-standardising them divides S by a constant, and changes no p.
    open_ : callable, optional
        ``open_(p, error)``: areas whose answer depends on the error of p, boolean. They are asked again more
        finely, where values are no whole numbers.
    cells : int
        Length of the first lattice. Whole numbers, or whole multiples of one unit, whose k largest add up to
        less are exact (absolute error below 1e-12).
    rough : bool
        Whether areas that ``open_`` does not name may keep the error of a short lattice.

    Returns
    -------
    Tails
        ``lower, upper, p, error``, each of length n.

    Notes
    -----
    Draws of more than half of the population are read from those left over. Nothing here is random, and no
    normal approximation is used.

    Examples
    --------
    Five areas in a row; the neighbours of the middle one hold 2 and 3 of the values 0, 2, 3 and 1:

    >>> pairs = pd.DataFrame({"focal": [0, 1, 1, 2, 2, 3, 3, 4], "neighbour": [1, 0, 2, 1, 3, 2, 4, 3]})
    >>> row = Neighbours.from_frame(pairs, pd.RangeIndex(5))
    >>> tails = neighbour_sum_p(np.array([0, 2, 9, 3, 1]), row)
    >>> print(round(tails.upper[2], 6), round(tails.lower[2], 6), round(tails.p[2], 6))
    0.166667 1.0 0.333333
    """
    return _ask(y, neighbours, (True,), open_, SHORTEST if rough else cells, rough=rough)[0]


def ring_and_window_p(
    y: pd.Series | np.ndarray, neighbours: Neighbours, *, open_: Open | None = None, cells: int = CELLS
) -> tuple[Tails, Tails]:
    """Tails of every area's neighbour sum, and of the sum with its own value, all values exchanged.

    Parameters as in :func:`neighbour_sum_p`, which the first of the two results equals; ``open_`` speaks of
    either.

    Examples
    --------
    The window of the middle area holds 2, 9 and 3, the most that three of the five values can add up to:

    >>> pairs = pd.DataFrame({"focal": [0, 1, 1, 2, 2, 3, 3, 4], "neighbour": [1, 0, 2, 1, 3, 2, 4, 3]})
    >>> row = Neighbours.from_frame(pairs, pd.RangeIndex(5))
    >>> ring, window = ring_and_window_p(np.array([0, 2, 9, 3, 1]), row)
    >>> print(round(window.upper[2], 6), round(window.lower[2], 6), round(window.p[2], 6))
    0.1 1.0 0.2
    """
    ring, window = _ask(y, neighbours, (True, False), open_, cells)
    return ring, window


def window_p(y: pd.Series | np.ndarray, neighbours: Neighbours, *, open_: Open | None = None) -> Tails:
    """Tails of every area's window alone, all values exchanged: the second of :func:`ring_and_window_p`."""
    return _ask(y, neighbours, (False,), open_, CELLS)[0]


def attainable(
    y: pd.Series | np.ndarray,
    neighbours: Neighbours,
    *,
    alpha: float,
    window: bool = False,
) -> np.ndarray:
    """Probability under the null that the p of each area is at most `alpha`: less where events are few.

    A sum of whole numbers has so many tails as it has values, and none between two of them. Added up over the
    areas, these probabilities are how many are flagged by chance alone.

    Parameters
    ----------
    y, neighbours
        As in :func:`neighbour_sum_p`.
    alpha : float
        Level of significance, two-sided.
    window : bool
        Whether p is that of the area and its neighbours, all values exchanged, or of its neighbours alone.

    Returns
    -------
    numpy.ndarray
        Length n; NaN where p is undefined. Exact for whole numbers whose k largest add up to less than
        :data:`CELLS`; others are rounded to :data:`SHORTEST` cells below where the upper tail is so small.

    Examples
    --------
    One event in five areas in a row. Beside the last, which has one neighbour, it is with probability 1/4; no
    other p is below 1.

    >>> pairs = pd.DataFrame({"focal": [0, 1, 1, 2, 2, 3, 3, 4], "neighbour": [1, 0, 2, 1, 3, 2, 4, 3]})
    >>> row = Neighbours.from_frame(pairs, pd.RangeIndex(5))
    >>> attainable(np.array([1, 0, 0, 0, 0]), row, alpha=0.5).round(6).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.25]
    """
    values = neighbours.align(y)
    present = np.isfinite(values)
    population = neighbours if present.all() else neighbours.subset(present)
    found = np.full(neighbours.n, np.nan)
    here = values[present]
    if is_constant(here) or population.isolates.all():
        return found
    sums = _Sums(here, population, (not window,))
    whole, below = sums.law(alpha / 4)
    own = np.where(sums.ring, whole[sums.area], -1)
    pairs, which = np.unique(np.stack((sums.draws, own)), axis=1, return_inverse=True)
    at = np.arange(below.shape[1])
    chance = np.empty(pairs.shape[1])
    for start in range(0, len(chance), room := max(1, ROOM // len(at))):
        draws, value = pairs[:, start : start + room].astype(np.int64)
        if window:
            law = below[draws].T
        else:
            law = without_itself(below, value, np.repeat(at[:, None], len(draws), axis=1), draws, len(whole))
        chance[start : start + room] = _both_tails(law, alpha / 2)
    found[np.flatnonzero(present)[~population.isolates]] = chance[which.ravel()]
    return found


def _both_tails(below: np.ndarray, most: float) -> np.ndarray:
    """Largest lower tail of at most so much, and upper one, added: a column a law P(S < s), s = 0, 1, …"""
    tails = np.stack((below[1:], 1.0 - below[:-1]))
    return np.where(tails <= most * (1 + 1e-9), tails, 0.0).max(axis=1).sum(axis=0)


def is_constant(values: np.ndarray) -> bool:
    """Whether all values are the same, but for the noise of floating point (so are no values at all)."""
    return len(values) == 0 or bool(np.ptp(values) <= 1e-12 * np.abs(values).max())


def _ask(
    y: pd.Series | np.ndarray,
    neighbours: Neighbours,
    rings: tuple[bool, ...],
    open_: Open | None,
    cells: int,
    *,
    rough: bool = False,
) -> list[Tails]:
    """Tails of the sums of the rings (True) or windows (False) asked for, NaN where undefined."""
    values = neighbours.align(y)
    present = np.isfinite(values)
    everywhere = bool(present.all())
    population = neighbours if everywhere else neighbours.subset(present)
    found = np.full((len(rings), 4, neighbours.n), np.nan)
    here = values if everywhere else values[present]
    if not is_constant(here) and not population.isolates.all():
        defined = np.flatnonzero(present)[~population.isolates]
        tails = _Sums(here, population, rings).tails(open_, cells, rough=rough)
        tails = tails.reshape(4, len(rings), -1).swapaxes(0, 1)
        if len(defined) == neighbours.n:
            found = tails
        else:
            found[:, :, defined] = tails
    return [Tails(*tails) for tails in found]


class _Sums:
    """The sums of one population that are asked about: the rings of all areas, their windows, or both.

    Attributes
    ----------
    y : ndarray, length n
        Values from 0 up, whose sums are in the same order as those of the values given, or in its mirror.
    unit : float
        1 where they are whole numbers, else 0.
    sums, draws : ndarray
        Each sum observed, and how many values it has. Where more than half of the population is drawn they
        are those of what is left over, and ``turned`` says so.
    ring, area : ndarray
        Whether the own value of that area stays out of the draw.
    below, tie, doubt : ndarray
        P(S < s), which may be off by half of ``doubt`` either way, and P(S = s).
    step : ndarray
        Unit that the values were rounded to; 0 where they were not, or can be to none finer.
    """

    def __init__(self, values: np.ndarray, neighbours: Neighbours, rings: tuple[bool, ...]) -> None:
        self.values, self.neighbours, self.rings = values, neighbours, rings
        k = neighbours.cardinalities
        left_over = len(values) - 1 - k
        self.largest = int(np.minimum(k + (not all(rings)), left_over).max())
        self.mirrored = bool(2 * values.mean() > values.min() + values.max())  # most come to lie near 0
        y = values.max() - values if self.mirrored else values - values.min()
        y = _drawn_in(y, self.largest)
        unit = _common_unit(y)
        self.unit = float(unit > 0)
        self.y = y = np.rint(y / unit) if unit else y
        around, asked = neighbours.neighbour_sum(y), np.flatnonzero(~neighbours.isolates)
        parts = []
        for ring in rings:
            drawn, total = (k, around) if ring else (k + 1, around + y)
            turned = drawn > left_over
            sums = np.where(turned, y.sum() - around - y, total)
            parts.append([part[asked] for part in (sums, np.where(turned, left_over, drawn), turned)])
        self.sums, self.draws, self.turned = map(np.concatenate, zip(*parts, strict=True))
        self.ring, self.area = np.repeat(rings, len(asked)), np.tile(asked, len(rings))
        self.below, self.tie, self.doubt, self.step = np.zeros((4, len(self.sums)))

    def tails(self, open_: Open | None, cells: int, *, rough: bool) -> np.ndarray:
        """Rows ``lower, upper, p, error``, a column a sum."""
        reach = self._reach()
        if reach < cells * self.unit:
            self._read(np.arange(len(self.sums)), 1.0, round(reach), wraps=False)
            return self._result(SMALLEST_P)

        self.tie = np.concatenate([_ties(self.values, self.neighbours, own=not ring) for ring in self.rings])
        self._ask(np.flatnonzero(self.sums > 0), cells)  # nothing is less than a sum of smallest values
        if not rough:
            self._refine(PRECISION, None)
        if open_ is not None:
            for coarser in GRADES if rough else GRADES[-1:]:
                self._refine(PRECISION * SETTLING * coarser, open_)
        return self._result(NOISE)

    def _reach(self) -> float:
        """Largest sum that there can be."""
        return float(np.sort(self.y)[len(self.y) - self.largest :].sum())

    def law(self, tail: float) -> tuple[np.ndarray, np.ndarray]:
        """Values on a lattice, and P(sum of k draws < s) of all of them until 1 − that is below `tail`."""
        reach, most = self._reach(), int(self.draws.max())
        if reach < CELLS * self.unit:
            whole = np.rint(self.y).astype(np.int64)
            return whole, tables(whole, most, round(reach), everything=True)
        step = reach / SHORTEST
        for _ in range(ROUNDS):
            whole = np.rint(np.minimum(self.y / step, SHORTEST + 1.0)).astype(np.int64)
            below = tables(whole, most, SHORTEST, everything=False)
            needed = int((1.0 - below > tail).sum(axis=1).max()) + most
            if 2 * needed > SHORTEST:
                break
            step *= needed / SHORTEST
        return whole, below

    def _refine(self, precision: float, open_: Open | None) -> None:
        """Ask again for sums whose p is not known to this share of itself, or for the open ones of them."""
        for _ in range(ROUNDS):
            _, _, p, error = self._result(NOISE)
            share = np.maximum(precision * p, LEAST_ERROR) / error
            wide = (share < 1) & (self.step > 0)
            if open_ is not None:
                asked = zip(np.split(p, len(self.rings)), np.split(error, len(self.rings)), strict=True)
                wide &= np.concatenate([open_(*one) for one in asked])
            if not wide.any():
                return
            for group in _alike(np.flatnonzero(wide), self.sums):
                finer = MARGIN * (self.step * share)[group].min()
                self._ask(group, PADDING * self.sums[group].max() / finer)

    def _ask(self, which: np.ndarray, cells: float) -> None:
        """Read these sums from a lattice of about so many cells, as fine as the largest of them allows."""
        longest = ROOM // (int(self.draws[which].max()) + 1)
        cap = max(int(np.clip(cells, SHORTEST, longest) / PADDING), 4 * self.largest)
        top = self.sums[which].max()
        if top <= cap * self.unit:
            self._read(which, 1.0, round(top))
        else:
            self._read(which, top / (cap - self.largest), cap, rounded=True)
        if cells >= longest:
            self.step[which] = 0.0

    def _read(
        self, which: np.ndarray, step: float, cap: int, *, rounded: bool = False, wraps: bool = True
    ) -> None:
        """Find ``below``, ``tie`` and ``doubt`` of these sums on a lattice of `step`, up to `cap` steps.

        Rounding moves a value by half a step at most, and so a sum of k values by k/2 steps. Sums that fall
        further below the one observed are less than it, sums further above are more, and those between are in
        doubt, except the draws of the very values observed.
        """
        draws, ring = self.draws[which], self.ring[which]
        whole = np.rint(np.minimum(self.y / step, cap + 1.0)).astype(np.int64)
        below = tables(whole, int(draws.max()), cap, everything=not wraps)
        observed, slack = self.sums[which] / step, rounded * draws / 2 + 1e-6
        at = np.stack((np.ceil(observed - slack), np.floor(observed + slack) + 1)).astype(np.int64)
        own = whole[self.area[which[ring]]]
        found = np.empty(at.shape)
        found[:, ring] = without_itself(below, own, at[:, ring], draws[ring], len(whole))
        found[:, ~ring] = below[draws[~ring], np.clip(at[:, ~ring], 0, cap + 1)]
        least, most = found
        if rounded:
            least = np.clip(least, 0.0, 1.0)
            most = np.clip(most - self.tie[which], least, 1.0)
            self.below[which], self.doubt[which] = (least + most) / 2, most - least
        else:
            self.below[which], self.tie[which], self.doubt[which] = least, most - least, 0.0
        self.step[which] = step * rounded

    def _result(self, noise: float) -> np.ndarray:
        """Rows ``lower, upper, p, error``, where nothing below `noise` is told apart."""
        lower, upper = self.below + self.tie, 1.0 - self.below
        swapped = self.turned != self.mirrored
        lower, upper = np.where(swapped, upper, lower), np.where(swapped, lower, upper)
        lower, upper = np.clip(lower, noise, 1.0), np.clip(upper, noise, 1.0)
        p = np.minimum(1.0, 2.0 * np.minimum(lower, upper))
        return np.stack((lower, upper, p, self.doubt + 2 * noise))


def _alike(which: np.ndarray, sums: np.ndarray) -> list[np.ndarray]:
    """Groups of sums that differ by less than a factor of :data:`ALIKE`, the largest first."""
    groups = []
    which = which[np.argsort(-sums[which], kind="stable")]
    while len(which):
        number = np.count_nonzero(sums[which] > sums[which[0]] / ALIKE)
        groups.append(which[:number])
        which = which[number:]
    return groups


def _ties(values: np.ndarray, neighbours: Neighbours, *, own: bool) -> np.ndarray:
    """P(a draw holds the very values of the ring, or with ``own`` of the window), for areas with neighbours.

    Of the m_v areas that hold the value v the observed draw has a_v: it is one of Π C(m_v, a_v) such draws.
    """
    n, k = len(values), neighbours.cardinalities
    _, value, number = np.unique(values, return_inverse=True, return_counts=True)
    focal, drawn = np.repeat(np.arange(n), k), neighbours.indices
    if own:
        focal, drawn = np.append(focal, np.arange(n)), np.append(drawn, np.arange(n))
    several = number[value[drawn]] > 1  # of one area alone there is one choice
    pairs = focal[several] * len(number) + value[drawn[several]]
    if n * len(number) <= np.iinfo(np.int32).max:  # half as long, put in order twice as fast
        pairs = pairs.astype(np.int32)
    pairs, times = np.unique(pairs, return_counts=True)
    area, held = np.divmod(pairs, len(number))
    of = number[held] - ((value[area] == held) & (not own))
    ways = np.bincount(area, _log_choices(of, times), minlength=n)
    return np.exp(ways - _log_choices(n - 1 + own, k + own))[~neighbours.isolates]


def _log_choices(n: np.ndarray | int, k: np.ndarray) -> np.ndarray:
    known = gammaln(np.arange(1.0, np.max(n, initial=0) + 2))  # of few numbers, which many areas have
    return np.asarray(known[n] - known[k] - known[n - k])


def _drawn_in(y: np.ndarray, largest: int) -> np.ndarray:
    """Values from 0 up whose sums of `largest` or fewer are in the same order, without needless gaps.

    Where a few values exceed any sum of the others (one area with nearly everything), every sum with j + 1 of
    them exceeds every sum with j, and still does when they are lowered together, as long as a gap remains.
    Otherwise a lattice long enough for them would be too coarse for the rest.
    """
    high = np.zeros(2 * largest)
    number = min(len(y), 2 * largest)
    high[len(high) - number :] = np.sort(y)[len(y) - number :]
    for m in range(largest, 2 * largest):
        below, above = high[m - largest : m].sum(), high[m:]
        if 0 < 2 * below < above[0]:
            gaps = above[0] + np.cumsum(np.append(0.0, above[1:] - above[:0:-1]))
            spare = gaps.min() - 2 * below
            if spare > 0:
                y = np.where(y >= above[0], y - spare, y)
                above -= spare
    return y


def _common_unit(y: np.ndarray) -> float:
    """Largest unit of which all values (from 0 up) are whole multiples; 0 if it is too small to be of use.

    First among the decimal fractions, since weights of harm have few digits, and then by Euclid.
    """
    unit = largest = float(y.max())
    for scale in 10.0 ** np.arange(DECIMALS + 1):
        whole = np.rint(y * scale)
        if whole.max() > UNITS * np.gcd.reduce(whole.astype(np.int64)):
            break
        if (np.abs(y * scale - whole) <= 1e-12 * largest * scale).all():
            return float(np.gcd.reduce(whole.astype(np.int64)) / scale)
    while unit * UNITS > largest:
        rest = np.abs(y - np.rint(y / unit) * unit)
        rest = rest[rest > 1e-9 * largest]
        if not len(rest):
            return unit
        unit = float(rest.min())
    return 0.0
