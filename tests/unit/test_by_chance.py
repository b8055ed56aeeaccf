"""How many areas chance alone flags: the exact sum against random draws and against every draw."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from geo.stats.exact_null import attainable
from geo.stats.weights import Neighbours
from tests.support.board import board

ALPHA = 0.05
DRAWS = 20_000


def law(values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Sums of `k` of some whole numbers, and the number of draws of each, counted one value at a time."""
    ways = [{0: 1}] + [{} for _ in range(k)]
    for value in values.tolist():
        for j in range(k, 0, -1):
            for total, number in ways[j - 1].items():
                ways[j][total + value] = ways[j].get(total + value, 0) + number
    sums = np.array(sorted(ways[k]))
    return sums, np.array([float(ways[k][s]) for s in sums.tolist()])


def two_sided(values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The sums that may come, and the two-sided p of each."""
    sums, number = law(values, k)
    share = number / number.sum()
    lower, upper = np.cumsum(share), np.cumsum(share[::-1])[::-1]
    return sums, np.minimum(1, 2 * np.minimum(lower, upper))


def simulated(y: np.ndarray, neighbours: Neighbours, *, window: bool, seed: int) -> tuple[float, float]:
    """Mean number of areas flagged when values are dealt out at random, and its standard error."""
    rng = np.random.default_rng(seed)
    mean = variance = 0.0
    for i, k in enumerate(neighbours.cardinalities):
        if not k:
            continue
        others = y if window else np.delete(y, i)
        sums, p = two_sided(others, int(k) + window)
        kinds, number = np.unique(others, return_counts=True)
        drawn = rng.multivariate_hypergeometric(number, int(k) + window, DRAWS) @ kinds
        flagged = np.isin(drawn, sums[p <= ALPHA]).mean()
        mean += flagged
        variance += flagged * (1 - flagged) / DRAWS
    return mean, variance**0.5


@pytest.mark.parametrize("window", [False, True], ids=["ring", "window"])
@pytest.mark.parametrize("rate", [0.1, 0.6, 4.0])
def test_the_expected_number_is_that_of_random_draws(rate: float, window: bool):
    neighbours = board(9)
    y = np.random.default_rng(3).poisson(rate, neighbours.n)
    expected = np.nansum(attainable(y.astype(float), neighbours, alpha=ALPHA, window=window))
    mean, error = simulated(y, neighbours, window=window, seed=1)
    assert abs(expected - mean) < 5 * error + 1e-9
    assert expected <= ALPHA * 80 + 1e-9
    if rate < 1:
        assert expected < 0.8 * ALPHA * 80


@pytest.mark.parametrize("window", [False, True], ids=["ring", "window"])
def test_each_area_by_every_draw(window: bool):
    y = np.array([0, 0, 0, 1, 0, 3, 0, 0, 1, 7, 0, 1])
    at = np.arange(len(y))
    pairs = np.nonzero((np.abs(at[:, None] - at) <= 2) & (at[:, None] != at))
    neighbours = Neighbours.from_pairs(*pairs, pd.RangeIndex(len(y)))
    for alpha in (0.05, 0.2, 0.5):
        got = attainable(y.astype(float), neighbours, alpha=alpha, window=window)
        for i, k in enumerate(neighbours.cardinalities):
            others = y if window else np.delete(y, i)
            drawn = combinations(range(len(others)), int(k) + window)
            sums = np.array([others[list(one)].sum() for one in drawn])
            lower = np.array([(sums <= s).mean() for s in sums])
            upper = np.array([(sums >= s).mean() for s in sums])
            assert got[i] == pytest.approx((2 * np.minimum(lower, upper) <= alpha + 1e-12).mean(), abs=1e-9)


@pytest.mark.parametrize("window", [False, True], ids=["ring", "window"])
def test_real_numbers_without_ties_leave_little_unattained(window: bool):
    """A sum of eight of eighty skewed numbers has so many values that a tail comes close to any number."""
    neighbours = board(9)
    for spread in (0.3, 2.0):
        y = np.random.default_rng(5).lognormal(0, spread, neighbours.n)
        got = attainable(y, neighbours, alpha=ALPHA, window=window)
        inner = neighbours.cardinalities == 8
        assert np.isnan(got[0]) and (got[inner] > 0.97 * ALPHA).all() and (got[inner] <= ALPHA + 1e-6).all()


def test_where_nothing_can_be_judged_there_is_no_chance():
    neighbours = board(4)
    assert np.isnan(attainable(np.full(16, 2.0), neighbours, alpha=ALPHA)).all()
    missing = np.arange(16.0)
    missing[5] = np.nan
    got = attainable(missing, neighbours, alpha=0.5)
    assert np.isnan(got[[0, 5]]).all() and np.isfinite(got[[1, 2, 15]]).all()
