"""How many areas would a comparison of two periods call changed by chance alone?

The test and its law are in ``docs/methods/change.md``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import betaln, gammaln, ndtri

from geo.stats.dispersion import Dispersion
from geo.stats.two_counts import p_of_change

FARTHEST = 1e3
"""A deviate that no count has: of areas whose counts may vary without a bound."""
MOST = 60
"""Areas that are looked at one by one; of more, so many that stand evenly in their order by events."""
NEXT_TO_NOTHING, POISSON = 1e-6, 1e7
"""Sizes between which a beta-binomial law is computed: of all or nothing, and next to a binomial one."""


def flagged_by_chance(
    before: pd.Series,
    after: pd.Series,
    *,
    exposure: tuple[float, float] = (1.0, 1.0),
    alpha: float = 0.05,
    usual: float = 1.0,
    dispersion: Dispersion | None = None,
    least_shown: int = 0,
    rounded_to: int = 1,
) -> float:
    """Number of areas to expect with p <= `alpha`, uncorrected, where none has changed.

    The sum of both counts of an area is taken as it is. Where nothing has changed, the second is a binomial
    share of it or, where counts vary more than Poisson counts, a beta-binomial one, as of negative binomial
    counts of that dispersion. Of all splits that can be seen, those are added up that the test calls a
    change: fewer than `alpha` where events are few, as no split lies between two whole numbers. That the
    dispersion is measured, Student's t makes good on average; so both are taken as if it were known.

    Parameters
    ----------
    before, after, exposure, alpha, usual, dispersion, least_shown
        As in :func:`geo.stats.change.compare_periods`.
    rounded_to : int
        What counts are rounded to before they are compared.

    Returns
    -------
    float

    Examples
    --------
    Of six events in an area and two equal periods only 0 and 6 are a change to a test of 5%, and of one none:

    >>> six = flagged_by_chance(pd.Series([4, 1]), pd.Series([2, 0]))
    >>> round(six, 6), 2 / 2**6
    (0.03125, 0.03125)
    """
    first, second = (one.to_numpy(np.float64, na_value=np.nan) for one in (before, after))
    factor = np.ones(len(first)) if dispersion is None else dispersion.factor
    asked = np.flatnonzero(first + second > 0)
    asked = asked[np.lexsort((factor[asked], (first + second)[asked]))]
    number = min(MOST, len(asked))
    some = asked[((np.arange(number) + 0.5) * len(asked) / max(1, number)).astype(int)]
    if not number:
        return 0.0
    total, factor = (first + second)[some], factor[some]
    lengths = exposure[0], usual * exposure[1]
    share = lengths[1] / sum(lengths)

    def alike(second: np.ndarray, of: np.ndarray) -> np.ndarray:
        """Whether the test calls so many of the events of some areas no change."""
        allowed = None if dispersion is None else Dispersion(factor[of], np.inf, dispersion.typical)
        p = p_of_change(
            total[of] - second, second, lengths=lengths, dispersion=allowed, least_shown=least_shown
        )
        return p > alpha

    steps = total / rounded_to
    middle = np.floor(steps * share)
    deviate = np.minimum(ndtri(1 - alpha / 2) * np.sqrt(factor), FARTHEST)
    low, high = _nearly(total, lengths, deviate)
    least = _first(lambda at, of: alike(at * rounded_to, of), middle + 1, low / rounded_to)
    most = steps - _first(
        lambda at, of: alike(total[of] - at * rounded_to, of), steps - middle, (total - high) / rounded_to
    )
    reach = rounded_to // 2
    n, splits = total.astype(np.int64), total.astype(np.int64) + 1
    area = np.repeat(np.arange(number), splits)
    second = np.arange(len(area)) - np.repeat(np.cumsum(splits) - splits, splits)
    apart = (second <= ((least - 1) * rounded_to + reach)[area]) | (
        second >= ((most + 1) * rounded_to - reach)[area]
    )
    hidden = [(one > 0) & (one < least_shown - reach) for one in (second, n[area] - second)]
    rounding = (rounded_to**2 - 1) / 6 / total  # two counts, each with a twelfth of that
    varied = np.maximum(1.0, factor - rounding)  # before they are rounded
    chance = _law(n, share, varied)
    chance[hidden[0] | hidden[1]] = 0.0
    changed, seen = (np.bincount(area, chance * kept, number) for kept in (apart, np.ones(len(area))))
    return float(np.divide(changed, seen, out=np.zeros(number), where=seen > 0).mean() * len(asked))


def _nearly(total: np.ndarray, lengths: tuple[float, float], z: np.ndarray) -> np.ndarray:
    """Second counts, low and high, whose deviate of the E-test is `z`."""
    a, b = 1 / lengths[0], 1 / lengths[1]
    half = a * total * (a + b) + z**2 * (b**2 - a**2) / 2
    root = np.sqrt(np.maximum(half**2 - (a + b) ** 2 * a**2 * total * (total - z**2), 0.0))
    return np.stack((half - root, half + root)) / (a + b) ** 2


def _first(
    holds: Callable[[np.ndarray, np.ndarray], np.ndarray], end: np.ndarray, near: np.ndarray
) -> np.ndarray:
    """First of the whole numbers from 0 on for which something holds, of each area; `end` where none before.

    ``holds(at, which)`` is asked of some numbers of some areas; it holds from a number on, about `near`.
    """
    low, high = np.full(len(end), -1.0), end.copy()
    guesses = iter((np.floor(near) - 1, np.ceil(near) + 1))
    while len(which := np.flatnonzero(high - low > 1)):
        middle = np.floor((low + high) / 2)
        guess = next(guesses, middle)
        at = np.where((low < guess) & (guess < high), guess, middle)[which]
        found = holds(at, which)
        high[which[found]], low[which[~found]] = at[found], at[~found]
    return high


def _law(total: np.ndarray, share: float, factor: np.ndarray) -> np.ndarray:
    """Probability of 0, 1, … and all of the events of each area in turn in the second period.

    Counts whose variance is `factor` times their mean are negative binomial of size mean / (factor − 1);
    given the sum of two, the second is beta-binomial with their sizes. The sum stands for its mean.
    """
    area = np.repeat(np.arange(len(total)), total + 1)
    n = total[area]
    second = np.arange(len(area)) - np.repeat(np.cumsum(total + 1) - total - 1, total + 1)
    with np.errstate(divide="ignore"):
        size = np.clip(total / (factor - 1), NEXT_TO_NOTHING, POISSON)[area]
    a, b = share * size, (1 - share) * size
    ways = gammaln(n + 1) - gammaln(n - second + 1) - gammaln(second + 1)
    return np.exp(ways + betaln(second + a, n - second + b) - betaln(a, b))
