"""Weekends: effects as another program finds them, intervals that cover, grades counted by hand."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from geo.stats import weekends as law

N = 208


def made_up(seed: int, lift: float = 1.5, moves: float = 0.03, spread: float = 1.5, n: int = N + law.AHEAD):
    """Weekends with a season, a level that moves, a holiday that lifts, and counts that vary in clumps."""
    rng = np.random.default_rng(seed)
    phase = 2 * np.pi * np.arange(n) / 52
    calendar = pd.DataFrame({"sin 1": np.sin(phase), "cos 1": np.cos(phase)})
    calendar["holiday"] = (np.arange(n) % 9 == 4).astype(float)
    level = 4 + np.cumsum(rng.normal(0, moves, n))
    mean = np.exp(level + 0.15 * calendar["sin 1"] + np.log(lift) * calendar["holiday"]).to_numpy()
    counts = rng.negative_binomial(mean / (spread - 1), 1 / spread)
    return counts, calendar


def test_the_effects_are_those_of_a_generalised_linear_model() -> None:
    counts, calendar = made_up(1, n=N)
    found = law.fit(counts, calendar)
    levels = law._levels(N)
    other = sm.GLM(counts, np.column_stack([levels, calendar]), sm.families.Poisson()).fit()
    last = levels.shape[1]
    assert found.effects.to_numpy() == pytest.approx(other.params[last:], abs=1e-6)
    assert found.covariance / found.dispersion == pytest.approx(other.cov_params()[last:, last:], rel=1e-4)
    assert levels.sum(axis=1) == pytest.approx(1)


def test_the_law_has_the_mean_and_variance_that_it_is_given() -> None:
    found = law._law(np.array([8.0, 100.0]), np.array([12.0, 100.0]))
    assert found.mean() == pytest.approx([8, 100])
    assert found.var() == pytest.approx([12, 100])


def test_intervals_hold_as_many_weekends_to_come_as_they_say() -> None:
    """40 counties, 13 weekends each: 95%, ± 3 standard errors that allow for a level shared by a county."""
    held = []
    for seed in range(40):
        counts, calendar = made_up(seed)
        ahead = law.ahead(counts[:N], calendar)
        held.append(((counts[N:] >= ahead["lower"]) & (counts[N:] <= ahead["upper"])).mean())
    error = max(np.std(held) / np.sqrt(len(held)), 0.01)
    assert abs(np.mean(held) - 0.95) < 3 * error


def test_what_the_calendar_changed_is_told_with_limits_that_hold_it() -> None:
    """40 histories: 95% of the limits, ± 3 standard errors."""
    held = []
    for seed in range(40):
        counts, calendar = made_up(seed, n=N)
        found = law.changed_by(counts, calendar, ["holiday", "no such"]).loc["holiday"]
        held.append(found["lower"] < 1.5 < found["upper"])
    assert abs(np.mean(held) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / len(held))


def test_a_planted_holiday_is_found_and_graded_busier() -> None:
    counts, calendar = made_up(3, moves=0.0)
    model = law.fit(counts[:N], calendar[:N])
    error = np.sqrt(model.covariance[-1, -1])
    assert abs(model.effects["holiday"] - np.log(1.5)) < 3 * error
    ahead = law.ahead(counts[:N], calendar)
    assert (ahead.loc[calendar["holiday"][N:] == 1, "grade"] == 2).all()


def test_grades_beat_chance_where_there_is_something_to_know_and_not_where_there_is_nothing() -> None:
    def beyond_chance(seed: int, **how: float) -> float:
        found = law.record(law.looked_back(*made_up(seed, n=N, **how)))
        return found.hits / found.weekends - found.by_chance

    something = [beyond_chance(seed, lift=1.6, moves=0.0) for seed in range(3)]
    assert np.mean(something) > 0.08
    rng = np.random.default_rng(9)
    calendar = made_up(1, n=N)[1]
    nothing = []
    for _ in range(3):
        found = law.record(law.looked_back(rng.poisson(60, N), calendar))
        nothing.append(found.hits / found.weekends - found.by_chance)
    assert abs(np.mean(nothing)) < 3 * np.sqrt(0.22 / 104 / 3)


def test_a_record_is_what_can_be_counted() -> None:
    tried = pd.DataFrame({"grade": [0, 2, 1, 2], "found": [0, 0, 1, 2], "covered": [True, False, True, True]})
    assert law.record(tried) == law.Record(4, 3, 3, (1 * 2 + 1 * 1 + 2 * 1) / 16)
    assert law.grade_of(np.array([17, 18, 35, 36]), (18.0, 35.0)).tolist() == [0, 1, 1, 2]


def test_each_weekend_looked_back_on_is_forecast_from_those_before_alone() -> None:
    counts, calendar = made_up(5, n=N)
    changed = counts.copy()
    changed[-law.AHEAD :] *= 3
    one, other = (law.looked_back(of, calendar) for of in (counts, changed))
    assert len(one) == 104
    same = ["expected", "lower", "upper", "grade"]
    pd.testing.assert_frame_equal(one[same], other[same])


def test_too_little_history_is_refused() -> None:
    counts, calendar = made_up(1, n=law.FEWEST)
    with pytest.raises(ValueError, match="fewer than"):
        law.ahead(counts[:-1], calendar)
    with pytest.raises(ValueError, match="any event"):
        law.ahead(counts * 0, calendar)
    assert law.looked_back(counts, calendar).empty
