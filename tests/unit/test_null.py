"""The law of a neighbour sum, against every possible draw, exact fractions, known laws and sampling."""

from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.stats import hypergeom

from geo.stats import exact_null
from geo.stats.exact_null import (
    LEAST_ERROR,
    NOISE,
    PRECISION,
    SMALLEST_P,
    Tails,
    neighbour_sum_p,
    ring_and_window_p,
)
from geo.stats.weights import Neighbours

TIES = {
    "distinct": [3, 1, 4, 15, 9, 2, 6, 53, 58],
    "two values": [0, 1, 0, 0, 1, 1, 0, 0, 0],
    "mostly zero": [0, 0, 0, 7, 0, 0, 0, 2, 0],
    "one event": [0, 0, 0, 0, 1, 0, 0, 0, 0],
    "all but one": [5, 5, 5, 5, 5, 2, 5, 5, 5],
    "outlier": [0, 1, 2, 1, 0, 400, 2, 2, 1],
    "negative": [-3, 0, 2, -3, 1, 1, -1, 0, 2],
    "large": [10_000, 20_001, 5, 77, 12_345, 0, 0, 3, 40_000],
    "cents": [0.05, 3.1, 0.0, 7.45, 12.3, 0.0, 3.15, 3.1, 7.5],
    "halves": [0.5, 1.0, 0.0, 2.5, 0.5, 0.0, 0.0, 3.0, 1.5],
}


def ring(n: int, k: int) -> Neighbours:
    """Each area neighbours the `k` that follow it around a ring."""
    focal = np.repeat(np.arange(n), k)
    return Neighbours.from_pairs(focal, (focal + np.tile(np.arange(1, k + 1), n)) % n, pd.RangeIndex(n))


def scattered(n: int, density: float, seed: int) -> Neighbours:
    """A random relation, not symmetric, with isolates and areas that neighbour nearly all others."""
    rng = np.random.default_rng(seed)
    linked = rng.random((n, n)) < density * rng.random((n, 1)) * 2
    return Neighbours.from_pairs(*np.nonzero(linked), pd.RangeIndex(n))


def by_listing(y: np.ndarray, neighbours: Neighbours, *, own: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Tails of the ring, or with its own value of the window, from every possible draw, one by one."""
    lower, upper = np.empty(len(y)), np.empty(len(y))
    for i, observed in enumerate(neighbours.neighbour_sum(y) + own * y):
        population = y if own else np.delete(y, i)
        drawn = combinations(range(len(population)), neighbours.cardinalities[i] + own)
        sums = population[np.array(list(drawn), dtype=int)].sum(axis=1)
        lower[i], upper[i] = np.mean(sums <= observed + 1e-9), np.mean(sums >= observed - 1e-9)
    return lower, upper


def by_fractions(y: list[int], observed: int, k: int) -> tuple[float, float]:
    """Tails of `k` draws without replacement from `y`, counted in whole numbers of draws."""
    ways: list[dict[int, int]] = [{0: 1}] + [{} for _ in range(k)]
    for value in y:
        for j in range(k, 0, -1):
            for total, count in ways[j - 1].items():
                ways[j][total + value] = ways[j].get(total + value, 0) + count
    draws = comb(len(y), k)
    lower = sum(count for total, count in ways[k].items() if total <= observed)
    upper = sum(count for total, count in ways[k].items() if total >= observed)
    return float(Fraction(lower, draws)), float(Fraction(upper, draws))


@pytest.mark.parametrize("k", range(1, 9))
@pytest.mark.parametrize("y", TIES.values(), ids=TIES.keys())
def test_equals_every_possible_draw_of_nine_areas(y: list[float], k: int) -> None:
    both = ring_and_window_p(np.array(y), ring(9, k), cells=2**17)
    for own, tails in enumerate(both):
        lower, upper = by_listing(np.array(y), ring(9, k), own=bool(own))
        np.testing.assert_allclose(tails.lower, lower, rtol=0, atol=1e-12)
        np.testing.assert_allclose(tails.upper, upper, rtol=0, atol=1e-12)
        np.testing.assert_allclose(tails.p, np.minimum(1, 2 * np.minimum(lower, upper)), rtol=0, atol=1e-12)
        assert (tails.error <= 2 * SMALLEST_P).all()


@pytest.mark.parametrize("n", [2, 3, 5, 13, 28, 60])
@pytest.mark.parametrize("density", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("shape", ["sparse", "skewed", "outlier", "coin"])
def test_equals_exact_fractions_up_to_all_but_one_neighbour(n: int, density: float, shape: str) -> None:
    rng = np.random.default_rng(n)
    y = {
        "sparse": rng.poisson(0.4, n),
        "skewed": rng.negative_binomial(0.5, 0.1, n),
        "outlier": np.where(np.arange(n) == 1, 300, rng.poisson(1, n)),
        "coin": np.arange(n) % 2,
    }[shape]
    y[0] += y.min() == y.max()
    neighbours = scattered(n, density, seed=n)
    tails = neighbour_sum_p(y, neighbours)
    for i in range(0, n, max(1, n // 8)):
        k = int(neighbours.cardinalities[i])
        if k == 0:
            assert np.isnan(tails.p[i])
            continue
        others = [int(value) for value in np.delete(y, i)]
        lower, upper = by_fractions(others, int(neighbours.neighbour_sum(y)[i]), k)
        assert tails.lower[i] == pytest.approx(max(lower, SMALLEST_P), abs=1e-12, rel=0)
        assert tails.upper[i] == pytest.approx(max(upper, SMALLEST_P), abs=1e-12, rel=0)


@pytest.mark.parametrize(("n", "k"), [(79, 39), (417, 6), (417, 208), (417, 300), (6800, 20), (2000, 1000)])
def test_zeros_and_ones_follow_the_hypergeometric_law(n: int, k: int) -> None:
    y = (np.random.default_rng(3).random(n) < 0.2).astype(int)
    neighbours = ring(n, k)
    observed = neighbours.neighbour_sum(y)
    tails = neighbour_sum_p(y, neighbours)
    law = hypergeom(n - 1, y.sum() - y, k)
    np.testing.assert_allclose(tails.lower, law.cdf(observed), rtol=0, atol=1e-11)
    np.testing.assert_allclose(tails.upper, law.sf(observed - 1), rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    "giants",
    [[10**12], [10**7, 10**7 + 3], [10**6, 10**9, 10**9, 10**9 + 50]],
    ids=["one", "two alike", "four of two sizes"],
)
def test_an_area_with_nearly_everything_does_not_blur_the_others(giants: list[int]) -> None:
    y = np.random.default_rng(8).poisson(3, 40)
    y[: len(giants)] = giants
    neighbours = scattered(40, 0.1, seed=8)
    assert neighbours.cardinalities.max() > len(giants)
    tails = neighbour_sum_p(y, neighbours)
    assert np.nanmax(tails.error) <= 2 * SMALLEST_P
    for i in np.flatnonzero(~neighbours.isolates):
        others = [int(value) for value in np.delete(y, i)]
        observed = int(y[neighbours.indices[neighbours.indptr[i] : neighbours.indptr[i + 1]]].sum())
        lower, upper = by_fractions(others, observed, int(neighbours.cardinalities[i]))
        assert tails.lower[i] == pytest.approx(lower, abs=1e-12, rel=0)
        assert tails.upper[i] == pytest.approx(upper, abs=1e-12, rel=0)


def test_a_rate_of_a_single_resident_does_not_blur_the_others() -> None:
    y = np.random.default_rng(12).lognormal(1.0, 0.5, 60)
    y[7] = 1e9
    neighbours = ring(60, 6)
    near = neighbour_sum_p(np.where(y > 1e6, 1e4, y), neighbours, cells=2**22)
    np.testing.assert_allclose(neighbour_sum_p(y, neighbours).p, near.p, atol=0.005)


def test_agrees_with_two_hundred_thousand_draws() -> None:
    rng = np.random.default_rng(20240501)
    n, draws = 417, 250_000
    y = rng.negative_binomial(0.5, 0.02, n)
    neighbours = scattered(n, 0.02, seed=1)
    tails = neighbour_sum_p(y, neighbours)
    for i in [*np.argsort(tails.p)[:5], *range(0, n, 60)]:
        k, others = int(neighbours.cardinalities[i]), np.delete(y, i)
        order = np.sort(rng.integers(0, n - 1, (draws, k)), axis=1)
        order = order[(np.diff(order, axis=1) > 0).all(axis=1)]  # the rows without a repeat are fair draws
        assert len(order) > 150_000
        sums = others[order].sum(axis=1)
        observed = neighbours.neighbour_sum(y)[i]
        for exact, sampled in ((tails.lower[i], sums <= observed), (tails.upper[i], sums >= observed)):
            error = np.sqrt(max(exact * (1 - exact), 1 / draws) / len(order))
            assert abs(sampled.mean() - exact) < 4.5 * error


counts = npst.arrays(np.int64, st.integers(2, 25), elements=st.integers(0, 40))


@given(counts, st.integers(0, 10_000), st.floats(0.02, 1.0))
def test_tails_are_probabilities_that_share_the_attained_value(
    y: np.ndarray, seed: int, density: float
) -> None:
    neighbours = scattered(len(y), density, seed)
    tails = neighbour_sum_p(y, neighbours)
    undefined = neighbours.isolates | (y.min() == y.max())
    for tail in tails:
        assert np.array_equal(np.isnan(tail), undefined)
        assert ((tail > 0) & (tail <= 1))[~undefined].all()
    assert (tails.lower + tails.upper >= 1 - 1e-12)[~undefined].all()
    # Only the order of the sums matters: not their zero, not their unit, and mirrored it turns the tails.
    shifted = neighbour_sum_p(y + 1000, neighbours)
    mirrored = neighbour_sum_p(-y, neighbours)
    np.testing.assert_allclose(shifted.p, tails.p, atol=1e-12)
    np.testing.assert_allclose(mirrored.lower, tails.upper, atol=1e-12)
    np.testing.assert_allclose(neighbour_sum_p(y * 0.25, neighbours).p, tails.p, atol=1e-12)


@given(counts, st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_relabelling_areas_only_relabels_results(y: np.ndarray, seed: int, random) -> None:
    neighbours = scattered(len(y), 0.3, seed)
    order = np.array(random.sample(range(len(y)), len(y)))
    position = np.argsort(order)
    pairs = neighbours.to_frame()
    relabelled = Neighbours.from_pairs(
        position[pairs["focal"]], position[pairs["neighbour"]], pd.RangeIndex(len(y))
    )
    moved, still = neighbour_sum_p(y[order], relabelled), neighbour_sum_p(y, neighbours)
    for after, before in zip(moved, still, strict=True):
        np.testing.assert_allclose(after, before[order], atol=1e-12)


def test_missing_areas_leave_the_population_and_the_lists() -> None:
    rng = np.random.default_rng(5)
    neighbours = scattered(40, 0.1, seed=5)
    y = rng.poisson(2, 40).astype(float)
    y[[3, 17, 30]] = [np.nan, np.inf, -np.inf]
    present = np.isfinite(y)
    whole, part = neighbour_sum_p(y, neighbours), neighbour_sum_p(y[present], neighbours.subset(present))
    for all_areas, some in zip(whole, part, strict=True):
        assert np.isnan(all_areas[~present]).all()
        np.testing.assert_array_equal(all_areas[present], some)


@pytest.mark.parametrize(
    "y",
    [[], [4], [np.nan], [np.nan, 2.0], [3, 3], [0, 0, 0, 0], [0.1 + 0.2, 0.3, 0.3, 0.3]],
    ids=["none", "one", "one missing", "one left", "two equal", "no events", "equal but for rounding"],
)
def test_slices_without_an_answer_are_undefined(y: list[float]) -> None:
    n = len(y)
    tails = neighbour_sum_p(np.array(y, dtype=float), ring(n, n - 1) if n > 1 else ring(n, 0))
    assert isinstance(tails, Tails)
    for tail in tails:
        assert tail.shape == (n,)
        assert np.isnan(tail).all()


def test_neighbouring_everybody_is_never_surprising() -> None:
    for y in ([5, 90], [1, 2, 300], [0.3, 0.1, 7.77, 2.0]):
        assert neighbour_sum_p(np.array(y), ring(len(y), len(y) - 1)).p.tolist() == [1.0] * len(y)


def test_three_boroughs_have_two_equally_likely_neighbours() -> None:
    tails = neighbour_sum_p(np.array([85_166, 100_748, 112_298]), ring(3, 1))
    np.testing.assert_allclose(tails.upper, [1.0, 0.5, 1.0], atol=1e-12)
    np.testing.assert_allclose(tails.lower, [0.5, 1.0, 0.5], atol=1e-12)


def test_p_is_never_zero() -> None:
    y = np.r_[np.full(20, 100), np.zeros(1980, dtype=int)]
    block = np.arange(20)
    focal, neighbour = (grid.ravel() for grid in np.meshgrid(block, block))
    tails = neighbour_sum_p(y, Neighbours.from_pairs(focal, neighbour, pd.RangeIndex(2000)))
    assert tails.upper[:20].tolist() == [SMALLEST_P] * 20  # the true value is near 1e-46
    assert tails.p[:20].tolist() == [2 * SMALLEST_P] * 20


def test_whole_numbers_are_not_rounded_however_large_their_total() -> None:
    counts = np.arange(26)
    for y, error in (
        (counts, SMALLEST_P),
        (counts / 8, SMALLEST_P),
        (counts * 1000 + 7, SMALLEST_P),
        (counts * 600 + counts % 5, NOISE),
        (np.sqrt(counts), None),
    ):
        tails = neighbour_sum_p(y, ring(26, 4))
        if error is None:
            assert (tails.error > 2 * NOISE).any()
        else:
            assert (tails.error <= 2.01 * error).all()
        lower, upper = by_listing(y, ring(26, 4))
        exact = np.minimum(1, 2 * np.minimum(lower, upper))
        assert (np.abs(tails.p - exact) <= tails.error).all()
        assert (tails.error <= np.maximum(PRECISION * tails.p, LEAST_ERROR)).all()


SKEWED = {
    "lognormal": lambda rng, n: rng.lognormal(0, 2, n),
    "rates": lambda rng, n: rng.poisson(0.4, n) / rng.integers(900, 2500, n),
    "two scales": lambda rng, n: np.where(
        rng.random(n) < 0.7, -0.25 + 0.004 * rng.random(n), rng.lognormal(0, 1, n)
    ),
    "left": lambda rng, n: -rng.lognormal(0, 2, n),
    "one giant": lambda rng, n: np.r_[1e5, rng.random(n - 1)],
    "few values": lambda rng, n: rng.choice([0.1, np.e, np.pi, 7.7], n),
}


@pytest.mark.parametrize("longest", [2**6, 2**9, None], ids=["coarse", "finer", "as released"])
@pytest.mark.parametrize("shape", SKEWED.values(), ids=SKEWED.keys())
def test_the_bound_holds_for_skewed_real_values(shape, longest, monkeypatch) -> None:
    """However coarse the lattice, the p of every possible draw lies within the error that is told."""
    if longest is not None:
        monkeypatch.setattr(exact_null, "SHORTEST", longest)
        monkeypatch.setattr(exact_null, "ROOM", longest)
    doubted = 0.0
    for seed in range(6):
        y, neighbours = shape(np.random.default_rng(seed), 15), scattered(15, 0.3, seed)
        asked = ~neighbours.isolates
        for own, tails in enumerate(ring_and_window_p(y, neighbours, cells=longest or exact_null.CELLS)):
            lower, upper = by_listing(y, neighbours, own=bool(own))
            exact = np.minimum(1, 2 * np.minimum(lower, upper))
            assert (np.abs(tails.p - exact) <= tails.error)[asked].all()
            assert (np.abs(tails.lower - lower) <= tails.error / 2)[asked].all()
            assert (np.abs(tails.upper - upper) <= tails.error / 2)[asked].all()
            doubted = max(doubted, tails.error[asked].max())
    assert doubted > 2 * SMALLEST_P


@pytest.mark.parametrize("own", [False, True], ids=["ring", "window"])
def test_sums_of_real_values_agree_with_draws(own: bool) -> None:
    """A county's worth of rates of rare events, most of them nearly alike, against another way to know."""
    rng, n, draws = np.random.default_rng(71), 417, 300_000
    y, neighbours = SKEWED["two scales"](rng, n), scattered(n, 0.02, seed=1)
    tails = ring_and_window_p(y, neighbours)[own]
    asked = np.flatnonzero(~neighbours.isolates)
    assert (tails.error <= np.maximum(PRECISION * tails.p, LEAST_ERROR))[asked].mean() > 0.99
    for i in asked[np.argsort(tails.p[asked])[[0, 1, 2, 20, 60, 150, 300]]]:
        population, k = (
            (y, neighbours.cardinalities[i] + 1) if own else (np.delete(y, i), neighbours.cardinalities[i])
        )
        order = np.sort(rng.integers(0, len(population), (draws, k)), axis=1)
        order = order[(np.diff(order, axis=1) > 0).all(axis=1)]
        sums, observed = population[order].sum(axis=1), neighbours.neighbour_sum(y)[i] + own * y[i]
        for told, sampled in (
            (tails.lower[i], sums <= observed + 1e-12),
            (tails.upper[i], sums >= observed - 1e-12),
        ):
            error = np.sqrt(max(told * (1 - told), 1 / draws) / len(order))
            assert abs(sampled.mean() - told) < 4.5 * error + tails.error[i] / 2


def test_areas_with_the_same_neighbouring_values_stay_ties_on_the_lattice() -> None:
    y = np.random.default_rng(4).lognormal(0, 2, 40)
    y[[0, 5, 10]] = np.pi
    y[[1, 2]], y[[6, 7]], y[[11, 12]] = (0.1, 2.0), (2.0, 0.1), (0.1, 2.0)
    upper = neighbour_sum_p(y, ring(40, 2)).upper
    assert upper[0] == upper[5] == upper[10]
