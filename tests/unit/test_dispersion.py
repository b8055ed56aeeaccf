"""Dispersion: against an independent fit, on made-up counts, and in the test of change."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo.stats.change import compare_periods
from geo.stats.dispersion import Dispersion, allowed_for, measured, measured_in_pairs
from geo.stats.hotspots import bh_q

RNG = np.random.default_rng(20)
YEARS = np.repeat([0, 1], 12)


def clumped(mean: np.ndarray, alpha: float, months: int, rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(mean[:, None] * rng.gamma(1 / alpha, alpha, (len(mean), months)))


def pearson(counts: np.ndarray) -> np.ndarray:
    """Pearson statistic of each area, expectations by scipy's table of contingency."""
    expected = stats.contingency.expected_freq(counts)
    return ((counts - expected) ** 2 / expected).sum(axis=1)


def test_the_common_factor_is_the_pearson_statistic_of_both_years() -> None:
    counts = clumped(np.full(200, 30.0), 0.1, 24, np.random.default_rng(3))
    own = (pearson(counts[:, :12]) + pearson(counts[:, 12:])) / 22 * 200 / 199
    found = measured(counts, YEARS)
    assert found.typical == pytest.approx(np.average(own, weights=counts.mean(axis=1)), rel=1e-3)
    assert found.typical == pytest.approx(1 + 0.1 * 30, rel=0.1)


def test_each_factor_lies_between_its_own_and_the_line() -> None:
    mean = np.random.default_rng(1).lognormal(2.5, 0.8, 300)
    counts = clumped(mean, 0.2, 24, np.random.default_rng(4))
    own = (pearson(counts[:, :12]) + pearson(counts[:, 12:])) / 22 * 300 / 299
    found = measured(counts, YEARS)
    slope = np.polyfit(counts.mean(axis=1), found.factor, 1)[0]
    assert slope == pytest.approx(0.2, rel=0.25)
    line = 1 + slope * counts.mean(axis=1)
    between = (found.factor >= np.minimum(own, line) * 0.9) & (found.factor <= np.maximum(own, line) * 1.1)
    assert between.mean() > 0.95


def test_the_season_and_a_change_between_stretches_are_no_dispersion() -> None:
    rng = np.random.default_rng(5)
    season = 1 + 0.5 * np.sin(np.arange(24) / 12 * 2 * np.pi)
    risen = np.where(rng.random(300) < 0.5, 2.0, 1.0)
    mean = np.outer(np.full(300, 20.0), season) * np.where(YEARS == 1, risen[:, None], 1.0)
    assert measured(rng.poisson(mean), YEARS).typical == pytest.approx(1, abs=0.04)


def test_too_little_is_not_measured() -> None:
    counts = RNG.poisson(5.0, (50, 5))
    assert measured(counts, np.zeros(5, int)) is None
    assert measured(RNG.poisson(5.0, (2, 24)), YEARS) is None
    assert measured(np.zeros((50, 24), int), YEARS) is None
    assert measured(RNG.poisson(5.0, (50, 24)), np.arange(24)) is None  # no two months of one stretch
    assert measured_in_pairs(np.array([5, 7]), np.array([6, 6])) is None


def test_pairs_are_those_of_a_table_of_two_rows() -> None:
    before, after = np.array([120, 90, 150, 80]), np.array([140, 60, 190, 85])
    table = np.array([before, after])
    expected = stats.chi2_contingency(table, correction=False).statistic / 3
    found = measured_in_pairs(before, after)
    assert found.factor[0] == pytest.approx(expected)
    assert found.df == 3


def test_without_dispersion_nothing_is_changed() -> None:
    p = np.array([0.5, 0.04, 1e-6, np.nan, 1.0])
    np.testing.assert_allclose(allowed_for(p, np.ones(5), 1e7), p, rtol=1e-4)


def test_no_false_change_where_counts_are_clumped() -> None:
    """Maps of 400 areas, twelve months against twelve, months clumped as α = 0.3: without and with."""
    spoke = np.zeros(2)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        counts = clumped(rng.lognormal(1, 1, 400), 0.3, 24, rng)
        pair = (pd.Series(counts[:, year == YEARS].sum(axis=1)) for year in (0, 1))
        before, after = pair
        plain = compare_periods(before, after)["p"]
        allowed = compare_periods(before, after, dispersion=measured(counts, YEARS))["p"]
        spoke += [(bh_q(p.to_numpy()) <= 0.05).any() for p in (plain, allowed)]
    assert spoke[0] >= 36
    assert stats.binom.sf(spoke[1] - 1, 40, 0.05) > 1e-3


def test_a_real_change_is_found() -> None:
    rng = np.random.default_rng(9)
    mean = np.repeat(rng.lognormal(2, 0.7, 400)[:, None], 24, axis=1)
    mean[:10, 12:] *= 3
    counts = rng.poisson(mean * rng.gamma(1 / 0.05, 0.05, mean.shape))
    before, after = (pd.Series(counts[:, year == YEARS].sum(axis=1)) for year in (0, 1))
    found = compare_periods(before, after, dispersion=measured(counts, YEARS))
    assert (found["change"][:10] == "up").sum() >= 8


def test_what_is_usual_is_no_change() -> None:
    before, after = pd.Series([100, 100]), pd.Series([150, 400])
    found = compare_periods(before, after, usual=1.5)
    assert found["ratio"].tolist() == [1.5, 4.0]
    assert found["change"].tolist() == ["no clear change", "up"]


@pytest.mark.parametrize("pair", [(0, 10), (10, 0), (0, 0), (10, 15), (0, 40), (30, 10)])
def test_where_small_counts_are_hidden_pairs_that_can_be_seen_are_compared(
    pair: tuple[int, int],
) -> None:
    before, after = (pd.Series([n], dtype="Float64") for n in pair)
    total = sum(pair)
    law = {x: stats.binom.pmf(x, total, 0.5) for x in range(total + 1)}
    seen = {x: p for x, p in law.items() if all(n == 0 or n >= 10 for n in (x, total - x))}
    p = sum(q for q in seen.values() if q <= seen[pair[1]] * (1 + 1e-9)) / sum(seen.values())
    told = compare_periods(before, after, least_shown=10)["p"][0]
    assert np.isnan(told) if not total else told == pytest.approx(p)


def test_limits_are_those_of_fewer_events() -> None:
    spread = Dispersion(np.array([4.0]), 100.0, 4.0)
    wide = compare_periods(pd.Series([80]), pd.Series([120]), dispersion=spread).iloc[0]
    fewer = compare_periods(pd.Series([20]), pd.Series([30])).iloc[0]
    assert wide["ratio_lower"] == pytest.approx(fewer["ratio_lower"])
    assert wide["ratio_upper"] == pytest.approx(fewer["ratio_upper"])
