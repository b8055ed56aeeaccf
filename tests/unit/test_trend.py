"""Tests of trend against other implementations."""

import numpy as np
import pytest
from scipy import stats

from geo.stats.trend import (
    CHI_SQUARED,
    RANKS,
    REGRESSION,
    chi_for_trend,
    mann_kendall,
    trend,
    weighted_slope,
)

NOTHING = np.full(6, np.nan)
TIMES = np.arange(6) * 12.0


def of(values, lower=NOTHING, upper=NOTHING, counts=NOTHING, totals=NOTHING, share=False):
    return trend(TIMES, values, lower=lower, upper=upper, counts=counts, totals=totals, share=share)


def test_a_slope_is_that_of_weighted_least_squares_with_known_errors():
    values, errors = np.array([3.0, 5.5, 4.0, 8.0, 7.0]), np.array([1.0, 2.0, 0.5, 1.5, 1.0])
    times = np.arange(5.0)
    slope, cov = np.polyfit(times, values, 1, w=1 / errors, cov="unscaled")
    assert weighted_slope(times, values, errors) == pytest.approx(slope[0] / np.sqrt(cov[0, 0]))


def test_a_share_against_time_is_pearsons_chi_squared_of_a_line():
    """N r² of the persons themselves, as Armitage's test is often written."""
    counts, totals = np.array([5.0, 9, 12, 20]), np.array([50.0, 60, 55, 62])
    yes = np.concatenate(
        [np.repeat([1.0, 0.0], [int(x), int(n - x)]) for x, n in zip(counts, totals, strict=True)]
    )
    when = np.repeat(np.arange(4.0), totals.astype(int))
    found = chi_for_trend(np.arange(4.0), counts, totals, share=True) ** 2
    assert found == pytest.approx(len(yes) * np.corrcoef(yes, when)[0, 1] ** 2)


def test_a_rate_against_time_is_poissons_score_test():
    """That of the multinomial to which Poisson counts reduce, given their sum."""
    counts, totals, times = np.array([5.0, 9, 12, 20]), np.array([5e4, 6e4, 5.5e4, 6.2e4]), np.arange(4.0)
    share = totals / totals.sum()
    mean, square = (share * times).sum(), (share * times**2).sum()
    expected = ((counts * times).sum() - counts.sum() * mean) / np.sqrt(counts.sum() * (square - mean**2))
    assert chi_for_trend(times, counts, totals, share=False) == pytest.approx(expected)


def test_ranks_are_kendalls_with_exact_p():
    for values in ([1.0, 3, 2, 5, 4, 6], [6.0, 5, 3, 4, 2, 1], [2.0, 7, 1, 8, 3, 9]):
        expected = stats.kendalltau(np.arange(6), values, method="exact")
        assert mann_kendall(np.array(values))[1] == pytest.approx(expected.pvalue)


def test_the_test_is_the_best_that_the_table_allows():
    values = np.array([10.0, 12, 13, 16, 17, 20])
    counts, totals = values * 10, np.full(6, 1e4)
    assert of(values, counts=counts, totals=totals)[:3:2] == (CHI_SQUARED, 1)
    assert of(values, values - 1, values + 1)[:3:2] == (REGRESSION, 1)
    assert of(values)[:3:2] == (RANKS, 1) and of(values).periods == 6
    assert of(-values)[2] == -1
    few = np.where(np.arange(6) < 3, values, np.nan)
    assert of(few).test == "" and of(few).periods == 3 and np.isnan(of(few).p)


def test_what_does_not_change_is_called_neither():
    counts = np.array([100.0, 98, 103, 99, 101, 100])
    found = of(counts / 100, counts=counts, totals=np.full(6, 1e4))
    assert found.sign == 0 and found.p > 0.5
