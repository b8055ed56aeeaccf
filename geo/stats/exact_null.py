"""How surprising is the sum of an area's neighbours? The conditional null, without random numbers.

Area i keeps its value; the other n − 1 values are dealt out at random over the other areas. Its k_i
neighbours then hold k_i values drawn **without replacement** from those n − 1, and the question is where
the sum S_i that was observed lies in the law of such a sum. Local Moran's I_i and Getis-Ord Gi* are both
monotone in S_i once y_i is fixed, so that one law answers for both.

The law is computed, not sampled. On a lattice of whole numbers the characteristic function of the sum of k
draws from all n values is the k-th elementary symmetric polynomial of exp(i·t·y_j), over C(n, k). Newton's
identities give these polynomials from the power sums, and the power sum of order j at frequency r is the
discrete Fourier transform of the histogram of y, read at j·r. One transform of the histogram, a recurrence
over k and one inverse transform per k give the tables P(sum of k draws >= s); area i is then taken out of the
population by a recursion of k_i steps on these tables. See ``docs/methods/hotspots.md`` for the derivation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import fft

from geo.stats.weights import Neighbours

CELLS = 2**15
"""Longest lattice. Whole numbers whose largest possible sum is below it are exact; others are rounded."""

SMALLEST_P = 1e-12
"""No p is reported below this: the tables are exact to about 1e-13, absolutely."""

NEGLIGIBLE = 1e-17
"""Terms of a characteristic function (which is at most 1) that are left out."""


class Tails(NamedTuple):
    """Tail probabilities of each area's neighbour sum, float64 arrays in the order of the areas.

    Attributes
    ----------
    lower, upper : numpy.ndarray
        P(S <= s) and P(S >= s); the observed sum counts in both, so that they add to 1 + P(S = s).
    p : numpy.ndarray
        Two-sided: min(1, 2·min(lower, upper)).

    All are in (0, 1], and NaN where the question has no meaning: an area without neighbours, a missing
    value, or a slice in which every area has the same value.
    """

    lower: np.ndarray
    upper: np.ndarray
    p: np.ndarray


def neighbour_sum_p(y: pd.Series | np.ndarray, neighbours: Neighbours, *, cells: int = CELLS) -> Tails:
    """Exact tail probabilities of every area's neighbour sum under conditional exchange.

    Parameters
    ----------
    y : pandas.Series or array of length n
        One value an area. Areas whose value is missing (not finite) leave the population, and with it
        the neighbour lists of the others.
    neighbours : Neighbours
        Binary neighbour lists. Row-standardising them divides S by a constant, and changes no p.
    cells : int
        Longest lattice. Whole numbers, or whole multiples of one unit, whose k largest add up to less are
        treated exactly (absolute error below 1e-12). Larger totals and real numbers (rates, harm weights)
        are rounded to a lattice of this many cells, data and observed sums alike, so that neighbours with
        the same values remain ties: each y then moves by at most half of :func:`lattice_step`.

    Returns
    -------
    Tails
        ``lower, upper, p``, each of length n.

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
    values = neighbours.align(y)
    present = np.isfinite(values)
    everywhere = bool(present.all())
    population = neighbours if everywhere else neighbours.subset(present)
    lower, upper = _tails(values if everywhere else values[present], population, cells)
    if not everywhere:
        lower, upper = _scatter(lower, present), _scatter(upper, present)
    return Tails(lower, upper, np.minimum(1.0, 2.0 * np.minimum(lower, upper)))


def lattice_step(y: pd.Series | np.ndarray, neighbours: Neighbours, *, cells: int = CELLS) -> float:
    """Unit to which :func:`neighbour_sum_p` rounds `y`, in the unit of `y`: 0.0 where it rounds nothing.

    Half of this is the most by which any single value moves (but for outliers that are drawn in, which
    changes no order of sums); observed sums are those of the moved values.
    """
    values = neighbours.align(y)
    present = np.isfinite(values)
    population, values = neighbours.subset(present), values[present]
    if len(values) == 0:
        return 0.0
    return _lattice(values, int(_draws(population).max()), cells)[1]


def is_constant(values: np.ndarray) -> bool:
    """Whether all values are the same, but for the noise of floating point (so are no values at all)."""
    return len(values) == 0 or bool(np.ptp(values) <= 1e-12 * np.abs(values).max())


def _scatter(values: np.ndarray, present: np.ndarray) -> np.ndarray:
    full = np.full(len(present), np.nan)
    full[present] = values
    return full


def _draws(neighbours: Neighbours) -> np.ndarray:
    """Values to draw for each area: its neighbours, or the areas that are not, whichever are fewer."""
    k = neighbours.cardinalities
    return np.minimum(k, neighbours.n - 1 - k)


def _tails(y: np.ndarray, neighbours: Neighbours, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper tails of the neighbour sums of values without gaps."""
    n, draws = len(y), _draws(neighbours)
    if n < 2 or is_constant(y):
        return np.full(n, np.nan), np.full(n, np.nan)
    largest = int(draws.max())
    whole, _, reach = _lattice(y, largest, cells)

    # An area with many neighbours is judged by the areas that are not: their sum is low when S is high.
    observed = np.rint(neighbours.neighbour_sum(whole)).astype(np.int64)
    turned = draws < neighbours.cardinalities
    observed[turned] = whole.sum() - whole[turned] - observed[turned]
    at_least, more = _without_itself(_upper_tails(whole, largest, reach), n, whole, observed, draws)
    lower, upper = np.clip(1.0 - more, SMALLEST_P, 1.0), np.clip(at_least, SMALLEST_P, 1.0)
    lower[turned], upper[turned] = upper[turned], lower[turned]
    lower[neighbours.isolates] = upper[neighbours.isolates] = np.nan
    return lower, upper


def _lattice(y: np.ndarray, largest: int, cells: int) -> tuple[np.ndarray, float, int]:
    """Whole numbers from 0 that stand for `y`, the rounding step, and the most that `largest` of them add to.

    With nothing to draw every sum is 0, whatever the values.
    """
    if not largest:
        return np.zeros(len(y), dtype=np.int64), 0.0, 0
    y = _drawn_in(y - y.min(), largest)
    reach, step = float(np.sort(y)[-largest:].sum()), 0.0
    unit = 1.0 if reach < cells and np.array_equal(y, np.rint(y)) else _common_unit(y, cells)
    if reach >= cells * unit:
        unit = step = reach / (cells - 1 - largest)
    whole = np.rint(y / unit).astype(np.int64)
    return whole, step, int(np.sort(whole)[-largest:].sum())


def _drawn_in(y: np.ndarray, largest: int) -> np.ndarray:
    """Values from 0 up whose sums of `largest` or fewer are in the same order, without needless gaps.

    Where a few values exceed any sum of the others (one area with nearly everything), every sum with j + 1 of
    them exceeds every sum with j, and still does when they are lowered together, as long as a gap remains.
    Otherwise a lattice long enough for them would be too coarse for the rest.
    """
    high = np.zeros(2 * largest)
    number = min(len(y), 2 * largest)
    high[-number:] = np.sort(y)[-number:]
    for m in range(largest, 2 * largest):
        below, above = high[m - largest : m].sum(), high[m:]
        if 0 < 2 * below < above[0]:
            gaps = above[0] + np.cumsum(np.append(0.0, above[1:] - above[:0:-1]))
            spare = gaps.min() - 2 * below
            if spare > 0:
                y = np.where(y >= above[0], y - spare, y)
                above -= spare
    return y


def _common_unit(y: np.ndarray, cells: int) -> float:
    """Largest unit of which all values (from 0 up) are whole multiples, by Euclid; 0 if it is too small."""
    unit = largest = float(y.max())
    while unit * cells > largest:
        rest = np.abs(y - np.rint(y / unit) * unit)
        rest = rest[rest > 1e-9 * largest]
        if not len(rest):
            return unit
        unit = float(rest.min())
    return 0.0


def _upper_tails(whole: np.ndarray, largest: int, reach: int) -> np.ndarray:
    """P(sum of k draws from all >= s): rows k = 0 … `largest`, columns s = 0 … `reach` + 1."""
    length = fft.next_fast_len(reach + 2, real=True)
    law = _characteristic(whole, largest, length)

    # U(s) − U(s + 1) is the law, and on the ring of the lattice U(0) = 1 follows U(length − 1) = 0: to add
    # the law up is to divide its transform less 1 by 1 − exp(2πi·r / length), and to add 1 again.
    angle = np.pi / length * np.arange(1, law.shape[1])
    factor = 0.5 + 0.5j / np.tan(angle)
    law[:, 1:] *= factor
    law[:, 1:] += 1.0 - factor
    law[:, 0] = 1.0 + np.arange(largest + 1) * whole.mean()
    return fft.irfft(law, length, axis=1, overwrite_x=True)[:, : reach + 2]


def _characteristic(whole: np.ndarray, largest: int, length: int) -> np.ndarray:
    """Discrete Fourier transform of the law of the sum of k draws from all, rows k = 0 … `largest`.

    With φ_k = e_k / C(n, k) and the mean power sums π_j = p_j / n, all of modulus 1 at most, Newton's
    identities read

        φ_k = Σ_j w_kj · π_j · φ_{k−j},   w_kj = (−1)^{j−1} · n/k · C(n, k−j) / C(n, k).

    The weights die off like (k / n)^j and rise with k, so that a few terms suffice where n is large.
    """
    n, half = len(whole), length // 2 + 1
    k, j = np.ogrid[1 : largest + 1, 1 : largest + 1]
    weights = -n / k * np.cumprod((j - 1 - k) / (n - k + j), axis=1)
    kept = int(np.count_nonzero(np.abs(weights[-1:]) > NEGLIGIBLE))

    # One piece of memory: three smaller ones are handed back after every call, and paged in anew at the next.
    room = np.empty((largest + 1 + 2 * kept, half), dtype=np.complex128)
    law, power, terms = np.split(room, [largest + 1, largest + 1 + kept])

    histogram = fft.fft(np.bincount(whole, minlength=length) / n)
    frequency = np.zeros(half, dtype=np.intp)
    for row in power:
        frequency += np.arange(half)
        frequency[frequency >= length] -= length
        histogram.take(frequency, out=row, mode="clip")  # by default numpy would go through a copy

    law[0] = 1.0
    for drawn in range(1, largest + 1):
        m = min(drawn, kept)
        np.multiply(power[:m], law[drawn - m : drawn][::-1], out=terms[:m])
        real, total = terms[:m].view(np.float64), law[drawn].view(np.float64)
        np.einsum("j,jr->r", weights[drawn - 1, :m], real, out=total)
    return law


def _without_itself(
    tails: np.ndarray, n: int, whole: np.ndarray, observed: np.ndarray, draws: np.ndarray
) -> np.ndarray:
    """P(S >= s) and P(S > s) of `draws` values from the other n − 1: shape (2, n).

    Of all draws of k from n a share k/n holds the area itself, so with U for everybody and V without the area

        V_k(s) = (n·U_k(s) − k·V_{k−1}(s − y)) / (n − k),   V_0(s) = [s <= 0].

    The areas are put in order of their number of draws: step k then works on those in front.
    """
    order = np.argsort(-draws, kind="stable")
    still = len(draws) - np.searchsorted(np.sort(draws), np.arange(len(tails)))
    y = whole[order]
    at = observed[order] - draws[order] * y
    at_least, more = (at <= 0).astype(np.float64), (at < 0).astype(np.float64)
    for k in range(1, len(tails)):
        m = still[k]
        at[:m] += y[:m]
        for value, shift in ((at_least, 0), (more, 1)):  # P(S > s) = P(S >= s + 1)
            drawn = tails[k].take(at[:m] + shift, mode="clip")
            value[:m] = (n * drawn - k * value[:m]) / (n - k)
    result = np.empty((2, len(draws)))
    result[:, order] = at_least, more
    return result
