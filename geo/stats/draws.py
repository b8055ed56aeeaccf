"""How large are sums of values drawn without replacement? Their law on a lattice, computed and not sampled.

On a lattice of whole numbers the generating function of the sum of k draws from all n values is the k-th
elementary symmetric polynomial of z^(y_j), over C(n, k). Newton's identities give these polynomials from the
power sums, and the power sum of order m is the histogram of the values m·y. All of it is done on a circle of
the complex plane by fast Fourier transforms: one for each power sum, a recurrence over k, one back for each
k.
See ``docs/methods/hotspots.md`` for the derivation.
"""

from __future__ import annotations

import numpy as np
from scipy import fft

NEGLIGIBLE = 1e-17
"""Terms of a generating function (which is at most 1 on the circle) that are left out."""

DAMPING = 1e-8
"""What is left, on the shrunken circle, of a sum that wraps once around the lattice."""

PADDING = 1.5
"""Length of the lattice over the sums that are asked for, where the rest may wrap."""


def tables(whole: np.ndarray, largest: int, cap: int, *, everything: bool) -> np.ndarray:
    """P(sum of k draws from all < s): rows k = 0 … `largest`, columns s = 0 … `cap` + 1.

    Parameters
    ----------
    whole : array of int, length n
        Values on the lattice, from 0 up.
    largest : int
        Most values drawn.
    cap : int
        Largest sum that is asked for.
    everything : bool
        Whether no sum of `largest` values exceeds `cap`: the tables are then right to about 1e-13. Otherwise
        values above `cap`, which no such sum can hold, drop out, and the circle is shrunk so that sums above
        `cap` wrap around with the weight :data:`DAMPING`: right to about 3e-8.
    """
    length = fft.next_fast_len(cap + 2 if everything else int(PADDING * (cap + 2)), real=True)
    radius = 1.0 if everything else DAMPING ** (1.0 / length)
    law = _generating(whole, largest, cap, length, radius)

    # F(s + 1) − F(s) is the law, so that to add the law up is to divide its transform by this difference's.
    # On a ring where nothing is lost F also falls from 1 to 0, in the last cell.
    turn = np.exp(2j * np.pi / length * np.arange(law.shape[1])) / radius
    if everything:
        law -= turn
        law[:, 0], turn[0] = length - 1 - np.arange(largest + 1) * whole.mean(), 2.0
    law *= 1.0 / (turn - 1.0)
    below = fft.irfft(law, length, axis=1, overwrite_x=True)[:, : cap + 2]
    if not everything:
        below *= radius ** -np.arange(cap + 2.0)
    return below


def _generating(whole: np.ndarray, largest: int, cap: int, length: int, radius: float) -> np.ndarray:
    """Generating functions of the sum of k draws, rows k = 0 … `largest`, on half of the circle.

    With φ_k = e_k / C(n, k) and the mean power sums π_m = p_m / n, Newton's identities read

        φ_k = Σ_m w_km · π_m · φ_{k−m},   w_km = (−1)^{m−1} · n/k · C(n, k−m) / C(n, k).

    The weights die off like (k / n)^m and rise with k, so that a few terms suffice where n is large.
    """
    n, half = len(whole), length // 2 + 1
    k, m = np.ogrid[1 : largest + 1, 1 : largest + 1]
    weights = -n / k * np.cumprod((m - 1 - k) / (n - k + m), axis=1)
    kept = int(np.count_nonzero(np.abs(weights[-1:]) > NEGLIGIBLE))

    # One piece of memory: three smaller ones are handed back after every call, and paged in anew at the next.
    room = np.empty((largest + 1 + 2 * kept, half), dtype=np.complex128)
    law, power, terms = np.split(room, [largest + 1, largest + 1 + kept])
    power[:] = fft.rfft(_histograms(whole, kept, cap, length, radius), axis=1)

    law[0] = 1.0
    for drawn in range(1, largest + 1):
        used = min(drawn, kept)
        np.multiply(power[:used], law[drawn - used : drawn][::-1], out=terms[:used])
        real, total = terms[:used].view(np.float64), law[drawn].view(np.float64)
        np.einsum("j,jr->r", weights[drawn - 1, :used], real, out=total)
    return law


def _histograms(whole: np.ndarray, kept: int, cap: int, length: int, radius: float) -> np.ndarray:
    """Shares of the values m·y for m = 1 … `kept`, on a ring of `length` cells."""
    share = np.bincount(whole[whole <= cap]) / len(whole)
    at = np.flatnonzero(share)
    multiple = at * np.arange(1, kept + 1)[:, None]
    weight = np.broadcast_to(share[at], multiple.shape)
    if radius < 1.0:
        weight = np.where(multiple <= cap, weight * radius ** np.minimum(multiple, cap), 0.0)
    cell = multiple % length + length * np.arange(kept)[:, None]
    counted = np.bincount(cell.ravel(), weight.ravel(), minlength=kept * length)
    return counted.reshape(kept, length)


def without_itself(
    below: np.ndarray, whole: np.ndarray, at: np.ndarray, draws: np.ndarray, n: int
) -> np.ndarray:
    """P(sum of `draws` values from the other n − 1 < `at`): a column an area, whose own value is `whole`.

    Several rows of ``at`` may be asked at once. Of all draws of k from n a share k/n holds the area itself,
    so that with F for everybody and G without the area

        G_k(s) = (n·F_k(s) − k·G_{k−1}(s − y)) / (n − k),   G_0(s) = [s > 0].

    The areas are put in order of their number of draws: step k then works on those in front.
    """
    last = int(draws.max(initial=0))
    kind = np.int16 if last <= np.iinfo(np.int16).max else np.int64  # short numbers are put in order at once
    order = np.argsort(np.negative(draws.astype(kind)), kind="stable")
    fewer = np.cumsum(np.bincount(draws.astype(np.int64), minlength=last + 1))
    still = len(draws) - np.append(0, fewer[:-1])
    y, less = whole[order], draws[order] * whole[order]
    result, everybody = np.empty(at.shape), np.empty(len(order))
    for asked, found in zip(at, result, strict=True):  # row by row, in place: what is at hand is soonest used
        place = asked[order] - less
        value = (place > 0).astype(np.float64)
        for k in range(1, last + 1):
            m = still[k]
            now, own, law = place[:m], value[:m], everybody[:m]
            now += y[:m]
            below[k].take(now, mode="clip", out=law)
            law *= n
            own *= k
            np.subtract(law, own, out=own)
            own /= n - k
        found[order] = value
    return result
