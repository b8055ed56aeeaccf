"""How many areas chance alone calls changed: against every split, scipy's laws, and random draws."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo.answer.disclosure import Gate
from geo.stats import change_by_chance
from geo.stats.change import compare_periods
from geo.stats.change_by_chance import flagged_by_chance
from geo.stats.dispersion import Dispersion


def splits(total: int) -> tuple[pd.Series, pd.Series]:
    second = np.arange(total + 1)
    return pd.Series(total - second), pd.Series(second)


@pytest.mark.parametrize("exposure", [(1, 1), (28, 365)])
def test_it_is_the_sum_over_every_split(exposure: tuple[int, int]) -> None:
    """Binomial chances by scipy of the splits that the test flags."""
    totals, usual = [0, 1, 5, 9, 23, 60], 1.3
    share = usual * exposure[1] / (exposure[0] + usual * exposure[1])
    expected = 0.0
    for total in totals[1:]:
        flagged = compare_periods(*splits(total), exposure=exposure, usual=usual)["flagged"]
        expected += stats.binom.pmf(np.arange(total + 1), total, share)[flagged].sum()
    before, after = pd.Series([*totals, np.nan]), pd.Series([*np.zeros(len(totals)), 3])
    got = flagged_by_chance(before, after, exposure=exposure, usual=usual)
    assert got == pytest.approx(expected, rel=1e-4)
    assert got < 0.06 * (len(totals) - 1)


def test_of_a_dispersion_it_is_the_sum_of_a_beta_binomial_law() -> None:
    """Chances by scipy of the splits that the test flags, the dispersion being known."""
    expected = 0.0
    totals, factors = [12, 80, 300], [1.5, 2.5, 4.0]
    for total, factor in zip(totals, factors, strict=True):
        known = Dispersion(np.full(total + 1, factor), 1e9, factor)
        flagged = compare_periods(*splits(total), dispersion=known)["flagged"].to_numpy()
        size = total / (factor - 1) / 2
        expected += stats.betabinom.pmf(np.arange(total + 1), total, size, size)[flagged].sum()
    halves = pd.Series(totals) // 2
    got = flagged_by_chance(halves, totals - halves, dispersion=Dispersion(np.array(factors), 20.0, 2.5))
    assert got == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("disclosure", ["open", "controlled"])
@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_it_is_what_random_draws_flag(disclosure: str, factor: float) -> None:
    """Two counts an area of one clumped law (gamma and Poisson), protected, judged by what is measured."""
    rng, gate, worlds, areas, df = np.random.default_rng(8), Gate(disclosure), 25, 100, 30.0
    mean = rng.gamma(2, 15, areas)
    least, step = (10, 5) if gate.controlled else (0, 1)
    told, flagged = [], []
    for _ in range(worlds):
        around = mean if factor == 1 else rng.gamma(mean / (factor - 1), factor - 1, (2, areas))
        pair = [pd.Series(gate.counts(one)) for one in rng.poisson(around, (2, areas))]
        events = sum(one.fillna(0).to_numpy(float) for one in pair)
        measured = factor * (rng.chisquare(df, areas) / df if factor > 1 else 1)
        rounding = (step**2 - 1) / 6 / np.maximum(events, 10)
        allowed = Dispersion(np.maximum(measured, 1) + rounding, df if factor > 1 else 1e9, factor)
        asked = {"dispersion": allowed, "least_shown": least}
        flagged.append(int(compare_periods(*pair, **asked)["flagged"].sum()))
        told.append(flagged_by_chance(*pair, rounded_to=step, **asked))
    error = np.std(flagged) / worlds**0.5
    assert abs(np.mean(told) - np.mean(flagged)) < 3 * error
    assert 0 < np.mean(told) < 0.055 * areas


def test_of_very_many_areas_some_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    before, after = (pd.Series(rng.poisson(rng.gamma(1, 12, 300))) for _ in range(2))
    monkeypatch.setattr(change_by_chance, "MOST", 300)
    everywhere = flagged_by_chance(before, after)
    monkeypatch.setattr(change_by_chance, "MOST", 60)
    assert flagged_by_chance(before, after) == pytest.approx(everywhere, rel=0.05)


def test_a_change_beyond_all_probability_is_one() -> None:
    """Of 9,000 events all in the second period: too improbable for a float, and yet judged."""
    table = compare_periods(pd.Series([0]), pd.Series([9000]), least_shown=10)
    assert table["p"].tolist() == [0.0] and table["change"].tolist() == ["up"]


def test_where_no_area_has_events_none_is_flagged() -> None:
    assert flagged_by_chance(pd.Series([0, np.nan]), pd.Series([0, 4])) == 0


def test_an_area_whose_counts_vary_without_a_bound_is_never_flagged():
    before, after, factors = pd.Series([1, 11, 30]), pd.Series([1, 10, 10]), np.array([np.inf, 1.5, 1.5])
    others = flagged_by_chance(before[1:], after[1:], dispersion=Dispersion(factors[1:], 20.0, 1.5))
    assert flagged_by_chance(before, after, dispersion=Dispersion(factors, 20.0, 1.5)) == others > 0
