"""The weighted displacement difference, matched controls, and regression to the mean."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from geo.stats.displacement import (
    matched_controls,
    regression_to_the_mean,
    weighted_displacement_difference,
)


@pytest.mark.parametrize("seed", range(5))
def test_wdd_is_the_published_formula(seed: int) -> None:
    t0, t1, c0, c1, d0, d1, cd0, cd1 = np.random.default_rng(seed).integers(1, 200, 8).tolist()
    found = weighted_displacement_difference((t0, t1), (c0, c1), (d0, d1), (cd0, cd1))
    assert found.wdd == (t1 - t0 - (c1 - c0)) + (d1 - d0 - (cd1 - cd0))
    error = (t0 + t1 + c0 + c1 + d0 + d1 + cd0 + cd1) ** 0.5
    assert found.error == pytest.approx(error)
    assert (found.lower, found.upper) == pytest.approx(norm.interval(0.95, found.wdd, error))
    assert found.p == pytest.approx(2 * norm.sf(abs(found.wdd) / error))


def test_wdd_varies_as_its_error_says() -> None:
    rng = np.random.default_rng(1)
    means = np.array([[40, 30], [50, 50], [60, 62], [45, 44]], float)
    drawn = [weighted_displacement_difference(*map(tuple, rng.poisson(means))) for _ in range(2000)]
    assert np.std([one.wdd for one in drawn]) == pytest.approx(np.sqrt(means.sum()), rel=0.06)
    assert np.mean([one.wdd for one in drawn]) == pytest.approx(-10 + 2 + 1, abs=4 * 19.6 / 2000**0.5)


def test_periods_of_other_lengths_are_compared_a_unit() -> None:
    found = weighted_displacement_difference((100, 40), (200, 100), lengths=(10, 5))
    assert found.wdd == pytest.approx(40 / 5 - 100 / 10)
    assert found.error**2 == pytest.approx(100 / 100 + 40 / 25 + 200 / 100 + 100 / 25)


def test_controls_are_those_most_alike_and_serve_once() -> None:
    rng = np.random.default_rng(2)
    level = np.repeat([5, 20, 60], 20)
    before = pd.DataFrame(rng.poisson(level[:, None], (60, 12)), [f"E{k:02}" for k in range(60)])
    treated = np.isin(np.arange(60), [0, 1, 20, 21, 40, 41])
    found = matched_controls(before, treated, np.isin(np.arange(60), [2, 22, 42]))
    assert found["control"].is_unique
    assert [int(code[1:]) // 20 for code in found["control"]] == [0, 0, 1, 1, 2, 2]
    assert not set(found["control"]) & {"E02", "E22", "E42"}
    assert found["like"].all()


def test_deprivation_decides_between_equal_trends() -> None:
    before = pd.DataFrame(np.full((4, 12), 10), list("abcd"))
    rank = pd.Series([1.0, 9.0, 2.0, 8.0], list("abcd"))
    found = matched_controls(
        before, np.array([True, True, False, False]), np.zeros(4, bool), deprivation=rank
    )
    assert found["control"].to_dict() == {"a": "c", "b": "d"}
    with pytest.raises(ValueError, match="fewer areas"):
        matched_controls(before, np.array([True, True, True, False]), np.zeros(4, bool))


def test_regression_to_the_mean_is_what_a_second_year_shows() -> None:
    rng = np.random.default_rng(3)
    fell, expected, chosen = 0.0, 0.0, 0.0
    for _ in range(50):
        rates = rng.gamma(4, 5, 300)
        first, second = rng.poisson(rates), rng.poisson(rates)
        top = first >= np.sort(first)[-20]
        found = regression_to_the_mean(first, top)
        chosen, expected = chosen + found.chosen, expected + found.expected
        fell += second[top].sum()
    assert fell < 0.95 * chosen
    assert expected == pytest.approx(fell, rel=0.03)
