"""The widened funnel: silent where areas only differ, and blind to no area that stands out."""

import numpy as np
import pytest
from scipy.stats import binom

from geo.stats.funnel import outside, widened

SURE = 1e-3
EXPECTED = np.linspace(2, 80, 200)


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.3])
def test_areas_that_only_differ_stand_out_on_one_map_in_twenty(alpha: float) -> None:
    rng = np.random.default_rng(1)
    factor = rng.gamma(1 / alpha, alpha, (200, 200)) if alpha else np.ones((200, 200))
    speaking = sum(
        bool((outside(rng.poisson(EXPECTED * own) * 1.0, EXPECTED).q <= 0.05).any()) for own in factor
    )
    assert binom.sf(speaking - 1, 200, 0.05) > SURE


def test_what_areas_add_is_found_again() -> None:
    rng = np.random.default_rng(2)
    found = [
        outside(rng.poisson(40 * (1 + 0.2 * rng.normal(size=400)) ** 2) * 1.0, np.full(400, 40.0))
        for _ in range(20)
    ]
    assert np.mean([one.spread for one in found]) == pytest.approx(0.2, abs=0.02)


def test_one_area_that_stands_out_does_not_hide_itself() -> None:
    rng = np.random.default_rng(3)
    observed = rng.poisson(EXPECTED) * 1.0
    observed[100] *= 4
    assert outside(observed, EXPECTED).q[100] < 0.001


def test_none_of_twenty_expected_is_low_and_unknown_is_left_out() -> None:
    observed = np.append(np.full(30, 20.0), [0.0, np.nan])
    found = outside(observed, np.full(32, 20.0))
    assert found.q[30] < 0.05
    assert np.isnan(found.p[31])
    assert np.isnan(outside(observed[-5:], np.full(5, 20.0)).spread)


def test_limits_widen_by_what_areas_add() -> None:
    narrow, wide = (widened(np.array([1000.0, 4000]), 20.0, spread, years=1) for spread in (0.0, 0.2))
    assert (wide[0] > narrow[0]).all() and (wide[1] < narrow[1]).all()
    reach = 1.96 * np.sqrt(1 / 80 + 0.04)
    assert wide[:, 0] == pytest.approx([20 * (1 + reach) ** 2, 20 * (1 - reach) ** 2], rel=1e-3)
