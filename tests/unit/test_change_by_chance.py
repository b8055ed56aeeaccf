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
    assert got == pytest.approx(expected, rel=1e-5)
    assert got < 0.06 * (len(totals) - 1)


@pytest.mark.parametrize("df", [12.0, 200.0])
def test_a_measured_dispersion_is_averaged_over(df: float) -> None:
    """Beta-binomial chances by scipy, over a thousand values that the dispersion may have."""
    total, factor = 80, 2.5
    allowed = Dispersion(np.full(total + 1, factor), df, factor)
    flagged = compare_periods(*splits(total), dispersion=allowed)["flagged"].to_numpy()
    varied = factor * df / stats.chi2.ppf((np.arange(1000) + 0.5) / 1000, df)
    events = (total - varied) / (varied - 1)
    second = np.arange(total + 1)[:, None]
    chance = stats.betabinom.pmf(second, total, events / 2, events / 2).mean(axis=1)
    got = flagged_by_chance(
        pd.Series([30]), pd.Series([50]), dispersion=Dispersion(np.array([factor]), df, factor)
    )
    assert got == pytest.approx(chance[flagged].sum(), rel=0.03)
    assert 0.03 < got < 0.06


@pytest.mark.parametrize("disclosure", ["open", "controlled"])
@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_it_is_what_random_draws_flag(disclosure: str, factor: float) -> None:
    """Two counts an area of one clumped law (gamma and Poisson), protected, and judged."""
    rng, gate, worlds, areas = np.random.default_rng(8), Gate(disclosure), 60, 120
    mean = rng.gamma(2, 15, areas)
    least, step = (10, 5) if gate.controlled else (0, 1)
    told, flagged = [], []
    for _ in range(worlds):
        around = mean if factor == 1 else rng.gamma(mean / (factor - 1), factor - 1, (2, areas))
        pair = [pd.Series(gate.counts(one)) for one in rng.poisson(around, (2, areas))]
        events = sum(one.fillna(0).to_numpy(float) for one in pair)
        allowed = Dispersion(factor + (step**2 - 1) / 6 / np.maximum(events, 10), 1e6, factor)
        asked = {"dispersion": allowed, "least_shown": least}
        flagged.append(int(compare_periods(*pair, **asked)["flagged"].sum()))
        told.append(flagged_by_chance(*pair, rounded_to=step, **asked))
    error = np.std(flagged) / worlds**0.5
    assert abs(np.mean(told) - np.mean(flagged)) < 3 * error + 0.02 * np.mean(flagged)
    assert np.mean(told) < 0.05 * areas


def test_of_very_many_areas_some_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    before, after = (pd.Series(rng.poisson(rng.gamma(1, 12, 900))) for _ in range(2))
    monkeypatch.setattr(change_by_chance, "MOST", 1000)
    everywhere = flagged_by_chance(before, after)
    monkeypatch.setattr(change_by_chance, "MOST", 200)
    assert flagged_by_chance(before, after) == pytest.approx(everywhere, rel=0.02)


def test_a_change_beyond_all_probability_is_one() -> None:
    """Of 9,000 events all in the second period: too improbable for a float, and yet judged."""
    table = compare_periods(pd.Series([0]), pd.Series([9000]), least_shown=10)
    assert table["p"].tolist() == [0.0] and table["change"].tolist() == ["up"]


def test_where_no_area_has_events_none_is_flagged() -> None:
    assert flagged_by_chance(pd.Series([0, np.nan]), pd.Series([0, 4])) == 0
