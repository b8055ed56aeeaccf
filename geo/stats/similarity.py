"""How alike are two patterns of events? Andresen's S, and what two samples of one pattern give.

The derivation is in ``docs/methods/services.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import gammaln

from geo.stats.intervals import deviate


class Similarity(NamedTuple):
    """How alike two patterns are, and where they differ.

    Attributes
    ----------
    s : float
        Andresen's S: the share of areas in which the two patterns are similar (0 to 1).
    s_robust : float
        The same over the areas that have an event in either pattern, so that empty countryside does not
        flatter the index.
    areas : pandas.DataFrame
        For each area ``base_share`` and ``test_share`` (of all events of its pattern), the limits ``lower``
        and ``upper`` of the resampled test share, and ``compared``: "similar", "more" (the test pattern
        holds more than the base) or "less".
    """

    s: float
    s_robust: float
    areas: pd.DataFrame


def similarity(
    base: pd.Series, test: pd.Series, *, share: float = 0.85, confidence: float = 0.95
) -> Similarity:
    """Andresen's S-index of two patterns of events, without random numbers.

    A `share` of the test pattern's events is drawn without replacement, and an area is similar if the base
    pattern's share of it lies within the central `confidence` of what is drawn. Andresen draws 200 times;
    the number drawn in an area is hypergeometric, so that the limits are taken from that law instead.

    Parameters
    ----------
    base, test : pandas.Series of whole numbers
        Events of the two patterns, on the same area index.
    share : float
        Share of the test pattern's events in a draw.
    confidence : float
        Central part of the law that counts as similar.

    Returns
    -------
    Similarity
        With ``s`` and ``s_robust`` NaN, and ``compared`` "undefined", where a pattern has no events; areas
        that lack either value are "undefined" too, and take no part.

    Raises
    ------
    ValueError
        If the two patterns are not on the same areas.

    References
    ----------
    Andresen (2009), Testing similarity in area-based spatial patterns, Applied Geography 29(3); Andresen
    (2016), An area-based nonparametric spatial point pattern test, Methodological Innovations 9.

    Examples
    --------
    >>> areas = pd.Index(["a", "b", "c"], name="wd24cd")
    >>> result = similarity(pd.Series([50, 30, 20], areas), pd.Series([10, 60, 30], areas))
    >>> float(result.s), result.areas["compared"].tolist()
    (0.0, ['less', 'more', 'more'])
    """
    if not base.index.equals(test.index):
        raise ValueError("the two patterns are not on the same areas")
    known = base.notna() & test.notna()
    everywhere, base, test = base.index, base[known], test[known]
    if base.sum() == 0 or test.sum() == 0:
        columns = ["base_share", "test_share", "lower", "upper"]
        nothing = pd.DataFrame(np.nan, index=everywhere, columns=columns)
        return Similarity(np.nan, np.nan, nothing.assign(compared="undefined"))
    base_share, test_share = base / base.sum(), test / test.sum()
    lower, upper = drawn_limits(test.to_numpy(np.int64), round(test.sum()), share, confidence)
    compared = np.select([base_share < lower, base_share > upper], ["more", "less"], "similar")
    shares = {"base_share": base_share, "test_share": test_share, "lower": lower, "upper": upper}
    areas = pd.DataFrame({**shares, "compared": compared}, index=base.index).reindex(everywhere)
    areas["compared"] = areas["compared"].fillna("undefined")
    similar = compared == "similar"
    return Similarity(float(similar.mean()), float(similar[(base > 0) | (test > 0)].mean()), areas)


SPREAD = 9.0
"""Standard deviations of the number drawn within which its limits are looked for."""


def drawn_limits(
    test: np.ndarray, events: int, share: float, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of each area's share of the events drawn, of which it has a hypergeometric number."""
    drawn, outside = max(1, round(share * events)), (1 - confidence) / 2
    x, where = np.unique(test, return_inverse=True)
    mean = x * (drawn / events)
    reach = np.ceil(SPREAD * np.sqrt(mean * (1 - drawn / events))).astype(np.int64) + 2
    at = np.maximum(np.floor(mean).astype(np.int64) - reach, 0)[:, None] + np.arange(2 * reach.max() + 2)
    possible = (at <= x[:, None]) & (drawn - at <= events - x[:, None]) & (at <= drawn)
    k, of = np.where(possible, at, 0), np.broadcast_to(x[:, None], at.shape)
    logs = _log_choices(of, k) + _log_choices(events - of, np.where(possible, drawn - k, 0))
    below = np.cumsum(np.where(possible, np.exp(logs - _log_choices(events, drawn)), 0.0), axis=1)
    rows = np.arange(len(x))
    lower, upper = (at[rows, (below >= level - 1e-12).argmax(axis=1)] for level in (outside, 1 - outside))
    return lower[where] / drawn, upper[where] / drawn


def _log_choices(n: np.ndarray | int, k: np.ndarray | int) -> np.ndarray:
    return np.asarray(gammaln(np.add(n, 1)) - gammaln(np.add(k, 1)) - gammaln(np.subtract(n, k) + 1))


class OnePattern(NamedTuple):
    """S of two samples of one pattern: its mean, and the central 95% of samples."""

    s: float
    lower: float
    upper: float


SAMPLES = 200
"""As many as Andresen draws."""


def of_one_pattern(
    base: pd.Series, test: pd.Series, *, share: float = 0.85, confidence: float = 0.95
) -> OnePattern:
    """What :func:`similarity` gives for two samples of one pattern, as large as these two.

    The limits of S hold what drawing a `share` of the test source leaves open, and not that both sources are
    samples: of one pattern they call far fewer than 95% of the areas similar, the fewer the larger the test
    source is beside the base. So two samples are drawn again and again from the two patterns added up.

    Parameters
    ----------
    base, test, share, confidence
        As in :func:`similarity`.

    Returns
    -------
    OnePattern
        From 200 pairs of samples with a fixed seed; NaN where a pattern has no events.

    Examples
    --------
    >>> areas = pd.RangeIndex(50)
    >>> one = of_one_pattern(pd.Series(40, areas), pd.Series(40, areas))
    >>> round(one.s, 2), round(one.lower, 2), round(one.upper, 2)
    (0.43, 0.32, 0.58)
    """
    known = (base.notna() & test.notna()).to_numpy()
    counts = [one.to_numpy(float, na_value=np.nan)[known].astype(np.int64) for one in (base, test)]
    numbers = [int(one.sum()) for one in counts]
    if not all(numbers):
        return OnePattern(np.nan, np.nan, np.nan)
    rng, pattern = np.random.default_rng(0), sum(counts) / sum(numbers)
    first, second = (rng.multinomial(number, pattern, SAMPLES) for number in numbers)
    lower, upper = drawn_limits(second.ravel(), numbers[1], share, confidence)
    shares = first.ravel() / numbers[0]
    similar = ((lower <= shares) & (shares <= upper)).reshape(first.shape).mean(axis=1)
    tail = (1 - confidence) / 2
    return OnePattern(float(similar.mean()), *map(float, np.quantile(similar, [tail, 1 - tail])))


def rank_correlation(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """Spearman's rank correlation with the 95% limits of Bonett and Wright (2000).

    >>> [round(v, 2) for v in rank_correlation(np.arange(20.0), np.arange(20.0) % 7)]
    [0.24, -0.23, 0.62]
    """
    ranks = [pd.Series(values).rank() for values in (first, second)]
    r = float(ranks[0].corr(ranks[1]))
    half = deviate(0.95) * np.sqrt((1 + r * r / 2) / (len(first) - 3))
    low, high = (float(np.tanh(np.arctanh(np.clip(r, -0.9999, 0.9999)) + side * half)) for side in (-1, 1))
    return r, low, high
