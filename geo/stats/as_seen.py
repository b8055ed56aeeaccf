"""How surprising is a count of which only a protected one is seen?

Small counts are suppressed and others rounded. Those that are seen choose themselves: of areas that expect
few events only those with many are seen, and they are not surprising for that.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from geo.stats.vectors import Floats


class Law(Protocol):
    """A law of whole counts, as scipy has them."""

    def cdf(self, k: Floats | float) -> Floats:
        """P(Y ≤ k)."""


class AsSeen(NamedTuple):
    """What is seen of a count.

    Attributes
    ----------
    least : int
        Counts that are shown as less than this, and above 0, are suppressed; 0 suppresses none.
    step : int
        What others are rounded to.
    """

    least: int = 0
    step: int = 1

    def shown(self, count: Floats) -> Floats:
        """Counts as they are rounded."""
        return self.step * ((count + self.step // 2) // self.step)

    def seen(self, count: Floats) -> Floats:
        """Whether counts are not suppressed."""
        return (count == 0) | (count >= self.least - self.step // 2)

    def point(self, y: Floats, expected: Floats) -> Floats:
        """Count whose tail away from what is expected is that of a count seen: the nearest that it may be."""
        reach = np.where(y > 0, self.step // 2, 0)
        return np.maximum(y - np.where(y > expected, reach, -reach), 0.0)

    def p(self, y: Floats, expected: Floats, tails: tuple[Floats, Floats], law: Law) -> Floats:
        """Two-sided p among the counts that can be seen.

        Parameters
        ----------
        y, expected : ndarray of float
        tails : pair of ndarray
            P(Y ≤ point) and P(Y ≥ point), the point as :meth:`point` gives it.
        law : Law
            For how often a count is suppressed.

        Examples
        --------
        >>> from scipy.stats import poisson
        >>> many, five = np.array([10.0]), np.array([5.0])
        >>> seen = AsSeen(10, 5)
        >>> tails = poisson(5).cdf(seen.point(many, five)), poisson(5).sf(seen.point(many, five) - 1)
        >>> seen.p(many, five, tails, poisson(5)).round(3).tolist(), (2 * poisson(5).sf(9)).round(3).item()
        ([1.0], 0.064)
        """
        lower, upper = tails
        if not self.least:
            return np.minimum(1.0, 2 * np.minimum(lower, upper))
        hidden = law.cdf(self.least - self.step // 2 - 1.0) - law.cdf(0.0)
        one = np.where(y > expected, upper, lower - np.where(y > 0, hidden, 0.0))
        return np.clip(2 * one / np.maximum(1 - hidden, 1e-300), 0.0, 1.0)
