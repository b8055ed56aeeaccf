"""Noise, totals and labels: what protected events are made by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import chisquare, dlaplace

from geo.stats.protect import (
    COINS,
    both_ways,
    coined,
    dealt,
    nearest,
    noise_variance,
    noisy,
    whole,
    within,
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.mark.parametrize("budget", [0.25, 0.5, 1.0])
def test_one_event_changes_the_odds_of_no_outcome_by_more_than_its_budget(budget: float) -> None:
    outcomes = np.arange(-60, 60)
    odds = dlaplace.pmf(outcomes, budget) / dlaplace.pmf(outcomes - 1, budget)
    assert np.log(odds).max() <= budget + 1e-9
    assert np.log(odds).min() >= -budget - 1e-9


def test_the_noise_is_discrete_laplace(rng: np.random.Generator) -> None:
    drawn = noisy(np.full(20_000, 7), 0.5, rng) - 7
    cells = np.arange(-8, 9)
    expected = dlaplace.pmf(cells, 0.5)
    expected[[0, -1]] += dlaplace.cdf(-9, 0.5)
    seen = np.bincount(np.clip(drawn, -8, 8) + 8, minlength=17)
    assert chisquare(seen, expected * len(drawn)).pvalue > 0.001
    assert noise_variance(0.5) == pytest.approx(dlaplace.var(0.5))


@given(st.lists(st.integers(-20, 50), min_size=1, max_size=30), st.integers(0, 300))
def test_the_nearest_numbers_add_up_and_no_others_are_nearer(values: list[int], total: int) -> None:
    x = np.array(values, float)
    found = nearest(x, total)
    assert found.sum() == pytest.approx(total, abs=1e-6)
    assert (found >= 0).all()
    # Karush, Kuhn and Tucker: all that is above 0 was moved alike, and what is 0 would be below it.
    moved = (x - found)[found > 1e-9]
    assert np.ptp(moved) < 1e-6 if len(moved) else total == 0
    if len(moved):
        assert (x[found <= 1e-9] <= moved[0] + 1e-6).all()


def test_coins_flatten_the_peak(rng: np.random.Generator) -> None:
    moved = coined(np.zeros(20_000, int), rng)
    assert chisquare(np.bincount(moved + 1), [5_000, 10_000, 5_000]).pvalue > 0.001
    assert moved.var() == pytest.approx(COINS, abs=4 * 0.5 / np.sqrt(20_000))


def test_rounding_is_right_on_average(rng: np.random.Generator) -> None:
    values = np.array([0.2, 0.5, 1.3, 2.0, 3.0])
    drawn = np.array([whole(values, rng) for _ in range(4_000)])
    assert (drawn.sum(axis=1) == 7).all()
    assert (np.abs(drawn - values) < 1).all()
    assert drawn.mean(axis=0) == pytest.approx(values, abs=4 * 0.5 / np.sqrt(4_000))


def test_groups_keep_their_totals(rng: np.random.Generator) -> None:
    groups = np.array([0, 0, 1, 1, 1, 2])
    found = within(np.array([3, -2, 5, 5, 5, 9]), np.array([4, 12, 0]), groups, rng)
    assert np.bincount(groups, found).tolist() == [4, 12, 0]


def test_the_totals_of_two_groupings_that_cross_are_kept_by_the_nearest_numbers(
    rng: np.random.Generator,
) -> None:
    """Against quadratic programming (scipy's SLSQP)."""
    rows, columns = rng.integers(0, 3, 20), rng.integers(0, 4, 20)
    rows[:3], columns[:4] = range(3), range(4)
    true = rng.poisson(3, 20)
    totals = np.bincount(rows, true), np.bincount(columns, true)
    values = true + rng.integers(-6, 7, 20).astype(float)
    keeps = [
        {"type": "eq", "fun": lambda x, g=groups, t=total: np.bincount(g, x)[:3] - t[:3]}
        for groups, total in zip((rows, columns), totals, strict=True)
    ]
    best = minimize(
        lambda x: ((x - values) ** 2).sum(),
        true,
        jac=lambda x: 2 * (x - values),
        bounds=[(0, None)] * 20,
        constraints=keeps,
        options={"maxiter": 200, "ftol": 1e-10},
    )
    assert best.success
    drawn = np.array([both_ways(values, (rows, columns), totals, rng) for _ in range(50)])
    assert (np.abs(drawn - best.x) < 1.001).all()
    for one in drawn:
        assert [np.bincount(groups, one).tolist() for groups in (rows, columns)] == [
            t.tolist() for t in totals
        ]
    assert drawn.mean(axis=0) == pytest.approx(best.x, abs=4 * 0.5 / np.sqrt(50) + 0.05)


def test_totals_that_no_numbers_have_are_kept_by_row(rng: np.random.Generator) -> None:
    """A column that has no events to give, beside one whose row has none."""
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2])
    totals = np.array([10, 0]), np.array([0.0, 1, 9])
    found = both_ways(np.array([3, 3, 3, 3]), (rows, columns), totals, rng)
    assert np.bincount(rows, found).tolist() == [10, 0]
    assert (found >= 0).all()


def test_labels_are_dealt_as_often_as_the_table_says(rng: np.random.Generator) -> None:
    groups = rng.permutation(np.repeat([0, 1, 2], [5, 0, 4]))
    counts = np.array([[2, 3], [0, 0], [4, 0]])
    label = dealt(counts, groups, rng)
    assert [np.bincount(label[groups == g], minlength=2).tolist() for g in range(3)] == counts.tolist()
