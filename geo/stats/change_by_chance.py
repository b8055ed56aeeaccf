"""How many areas would a comparison of two periods call changed by chance alone?

The test and its law are in ``docs/methods/change.md``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import betaln, chdtri, gammaln

from geo.stats.dispersion import Dispersion
from geo.stats.two_counts import p_of_change

MOST = 400
"""Areas that are looked at one by one; of more, so many that stand evenly in their order by events."""
PARTS = 8
"""Parts of equal probability that the law of a measured dispersion is cut into."""
POISSON = 1e7
"""Events of a beta-binomial law from which on it is taken for a binomial one."""


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
    share of it or, where counts vary more than Poisson counts, a beta-binomial one whose variance is as many
    times that of the binomial as the dispersion says; since that is measured, its law is averaged over. Of
    all splits that can be seen, those are added up that the test calls a change: fewer than `alpha` where
    events are few, as a whole number has no split between two others.

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
        allowed = None if dispersion is None else dispersion._replace(factor=factor[of])
        p = p_of_change(
            total[of] - second, second, lengths=lengths, dispersion=allowed, least_shown=least_shown
        )
        return p > alpha

    steps = total / rounded_to
    middle = np.floor(steps * share)
    least = _first(lambda at, of: alike(at * rounded_to, of), middle + 1)
    most = steps - _first(lambda at, of: alike(total[of] - at * rounded_to, of), steps - middle)
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
    chance = _law(n, share, varied, np.inf if dispersion is None else dispersion.df)
    chance[hidden[0] | hidden[1]] = 0.0
    changed, seen = (np.bincount(area, chance * kept, number) for kept in (apart, np.ones(len(area))))
    return float(np.divide(changed, seen, out=np.zeros(number), where=seen > 0).mean() * len(asked))


def _first(holds: Callable[[np.ndarray, np.ndarray], np.ndarray], end: np.ndarray) -> np.ndarray:
    """First of the whole numbers from 0 on for which something holds, of each area; `end` where none before.

    ``holds(at, which)`` is asked of some numbers of some areas; it holds from a number on.
    """
    low, high = np.full(len(end), -1.0), end.copy()
    while len(which := np.flatnonzero(high - low > 1)):
        at = np.floor((low[which] + high[which]) / 2)
        found = holds(at, which)
        high[which[found]], low[which[~found]] = at[found], at[~found]
    return high


def _law(total: np.ndarray, share: float, factor: np.ndarray, df: float) -> np.ndarray:
    """Probability of 0, 1, … and all of the events of each area in turn in the second period."""
    area = np.repeat(np.arange(len(total)), total + 1)
    n = total[area]
    second = np.arange(len(area)) - np.repeat(np.cumsum(total + 1) - total - 1, total + 1)
    ways = gammaln(n + 1) - gammaln(n - second + 1) - gammaln(second + 1)
    levels = (np.arange(PARTS) + 0.5) / PARTS
    scales = df / chdtri(df, levels) if np.isfinite(df) else np.ones(1)
    chance = np.zeros(len(area))
    for scale in scales:
        events = _events(total, factor * scale)[area]
        a, b = share * events, (1 - share) * events
        chance += np.exp(ways + betaln(second + a, n - second + b) - betaln(a, b)) / len(scales)
    return chance


def _events(total: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """The two parameters of a beta-binomial law, added, for its variance to be `factor` times the binomial's.

    (n + θ) / (1 + θ) = factor; of a factor of n or more, one that leaves all or nothing.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        events = (total - factor) / (factor - 1)
    return np.where(factor <= 1, POISSON, np.clip(events, 1e-6, POISSON))
