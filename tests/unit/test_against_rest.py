"""A set against the rest: months are its units, and random sets are silent."""

import numpy as np
import pytest
from scipy.stats import binom

from geo.stats.against_rest import change_against


@pytest.mark.parametrize("counts", [(100, 120, 1000, 1000), (7, 3, 40, 55), (5000, 4000, 90000, 91000)])
def test_where_months_do_not_vary_the_limits_are_those_of_an_odds_ratio(counts: tuple[int, ...]) -> None:
    from statsmodels.stats.contingency_tables import Table2x2

    before, after, rest_before, rest_after = counts
    table = Table2x2(np.array([[after, before], [rest_after, rest_before]]))
    even = [np.full(1000, count / 1000) for count in counts]
    found = change_against(*even, paired=True)
    assert found == pytest.approx((table.oddsratio, *table.oddsratio_confint()), rel=2e-3)


def test_the_jackknife_is_that_of_leaving_out_one_month_at_a_time() -> None:
    rng = np.random.default_rng(1)
    counts = [rng.poisson(60, 12) * rng.gamma(3, 1 / 3, 12) for _ in range(4)]

    def log_ratio(kept: np.ndarray) -> float:
        before, after, rest, later = (values[kept].sum() for values in counts)
        return np.log(after / before * rest / later)

    without = np.array([log_ratio(np.arange(12) != month) for month in range(12)])
    error = np.sqrt(11 / 12 * ((without - without.mean()) ** 2).sum())
    ratio, low, high = change_against(*counts, paired=True)
    assert np.log(high / low) / 2 == pytest.approx(2.201 * error, rel=1e-3)
    assert ratio == pytest.approx(np.exp(log_ratio(np.ones(12, bool))))


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_random_sets_differ_from_the_rest_on_one_map_in_twenty(alpha: float, paired: bool) -> None:
    """Twenty of 200 areas whose months are clumped; the season and the year are common to all."""
    rng = np.random.default_rng(2)
    common = np.exp(rng.normal(0, 0.2, 24))
    speaking = 0
    for _ in range(300):
        own = rng.gamma(1 / alpha, alpha, (200, 24)) if alpha else np.ones((200, 24))
        counts = rng.poisson(3 * common * own)
        halves = counts[:20, :12], counts[:20, 12:], counts[20:, :12], counts[20:, 12:]
        _, low, high = change_against(*(half.sum(axis=0) for half in halves), paired=paired)
        speaking += not low <= 1 <= high
    assert binom.sf(speaking - 1, 300, 0.05) > 1e-3


def test_too_few_months_tell_no_limits_and_no_events_no_ratio() -> None:
    assert np.isnan(change_against([9, 9], [9, 9], [90, 90], [90, 90], paired=True)[1:]).all()
    for empty in range(4):
        assert change_against(*([0] * 6 if i == empty else [9] * 6 for i in range(4)), paired=True) is None
