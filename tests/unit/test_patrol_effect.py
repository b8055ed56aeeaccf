"""Patrols that work are found, those that do not are not, and what they move elsewhere is seen."""

from datetime import date

import numpy as np
import pytest
from scipy.stats import binom

from geo.stats.patrol_effect import afterwards, effect, level_of_look, nearby, several
from geo.stats.patrol_power import power
from geo.stats.patrol_schedule import Design, days_since, draw

ROWAN = Design(tuple(f"A{k:02}" for k in range(21)), (1,) * 7 + (2,) * 14, date(2026, 6, 1), 90, 7)
REDRAWS = draw(ROWAN, 199, seed=1000)
USUAL = np.repeat([0.5, 0.2], [7, 14])[:, None] * (1 + 0.5 * (np.arange(90) % 7 > 4))


def _runs(ratio: float, runs: int) -> list:
    rng = np.random.default_rng(7)
    schedules = draw(ROWAN, runs, seed=7)
    return [effect(rng.poisson(np.where(z, USUAL * ratio, USUAL)), z, REDRAWS) for z in schedules]


def test_limits_hold_the_true_ratio_in_19_of_20_trials() -> None:
    missed = sum(not one.lower <= 0.6 <= one.upper for one in _runs(0.6, 40))
    assert binom.sf(missed - 1, 40, 0.05) > 1e-3


def test_with_no_effect_the_test_rejects_in_one_of_20() -> None:
    rejected = sum(one.p <= 0.05 for one in _runs(1.0, 40))
    assert binom.sf(rejected - 1, 40, 0.05) > 1e-3


def test_p_and_limits_agree() -> None:
    for one in _runs(0.75, 8):
        assert (one.p <= 0.05) == (not one.lower <= 1 <= one.upper)
        assert one.lower < one.ratio < one.upper


def test_p_is_that_of_every_schedule_that_could_have_been_drawn() -> None:
    """Three areas, one a day, all 3**4 schedules: counted one by one."""
    y = np.array([[3, 0, 1, 2], [1, 1, 0, 4], [0, 2, 5, 1]], float)
    every = np.array([
        [[day == area for day in choice] for area in range(3)] for choice in np.ndindex(3, 3, 3, 3)
    ])  # fmt: skip
    found = effect(y, every[0], every[1:])
    e = y - y.mean(1, keepdims=True) - y.mean(0) + y.mean()

    def t(z: np.ndarray) -> float:
        a, b = e[z], e[~z]
        return abs(a.mean() - b.mean()) / np.sqrt(a.var() / a.size + b.var() / b.size)

    sizes = np.array([t(z) for z in every])
    assert found.p == pytest.approx((sizes >= sizes[0] - 1e-6).mean())


def test_no_events_tell_nothing() -> None:
    found = effect(np.zeros((21, 90)), REDRAWS[0], REDRAWS[1:])
    assert np.isnan([found.ratio, found.lower, found.upper]).all() and found.p == 1


def test_several_outcomes_are_corrected_for_together() -> None:
    rng = np.random.default_rng(2)
    outcomes = {f"outcome {k}": rng.poisson(USUAL) for k in range(5)}
    found = several(outcomes, REDRAWS[0], REDRAWS[1:])
    assert (found["p_corrected"] >= found["p"]).all()
    assert (found["p_corrected"] <= np.minimum(1, 5 * found["p"]) + 0.05).all()
    one = several({"alone": outcomes["outcome 0"]}, REDRAWS[0], REDRAWS[1:])
    assert one["p_corrected"].item() == one["p"].item()


def test_an_effect_that_lasts_a_day_is_found_on_the_day_after() -> None:
    z, rng = REDRAWS[0], np.random.default_rng(3)
    since, redrawn = days_since(z, ROWAN.dates), days_since(REDRAWS[1:], ROWAN.dates)
    usual = 5 * USUAL
    y = rng.poisson(np.where(z, usual * 0.6, np.where(since == 1, usual * 0.7, usual)))
    found = afterwards(y, z, REDRAWS[1:], since, redrawn, ratio=effect(y, z, REDRAWS[1:]).ratio)
    assert found.loc[1, "p_corrected"] < 0.05 and found.loc[1, "upper"] < 1
    assert found.loc[3, "lower"] < 1 < found.loc[3, "upper"]


def test_displacement_into_the_surroundings_is_found() -> None:
    near = np.repeat(np.eye(21, dtype=bool), 2, axis=0)
    z, rng = nearby(REDRAWS[0], near), np.random.default_rng(4)
    usual = np.repeat(USUAL, 2, axis=0)
    moved = effect(rng.poisson(np.where(z, usual * 1.4, usual)), z, nearby(REDRAWS[1:], near))
    assert moved.p < 0.05 and 1 < moved.lower < 1.4 < moved.upper
    still = effect(rng.poisson(usual), z, nearby(REDRAWS[1:], near))
    assert still.lower < 1 < still.upper


def test_places_near_two_areas_are_touched_by_either() -> None:
    assert nearby(np.array([[[1, 0, 0], [0, 1, 0]]], bool), np.array([[True, True]])).tolist() == [
        [[True, True, False]]
    ]


def test_levels_of_looks_add_up() -> None:
    assert sum(level_of_look([0.25, 0.5, 1])) == pytest.approx(0.05)
    assert level_of_look([1]) == pytest.approx([0.05])


def test_in_the_days_that_power_asks_for_four_of_five_trials_see_it() -> None:
    rng = np.random.default_rng(5)
    days = int(power(rng.poisson(USUAL[:, np.arange(364) % 7]), 7).loc[0.4, "days"])
    design = Design(ROWAN.areas, ROWAN.tiers, ROWAN.first, days, 7)
    schedules, redraws = draw(design, 60, seed=5), draw(design, 199, seed=6)
    usual = USUAL[:, np.arange(days) % 7]
    seen = sum(effect(rng.poisson(np.where(z, 0.6 * usual, usual)), z, redraws).p <= 0.05 for z in schedules)
    assert binom.ppf(1e-3, 60, 0.8) <= seen <= binom.ppf(0.999, 60, 0.8)


def test_power_says_the_chance_in_the_days_it_asks_for() -> None:
    history = np.random.default_rng(6).poisson(0.4, (21, 200))
    days = int(power(history, 7).loc[0.3, "days"])
    assert power(history, 7, days=days).loc[0.3, "chance"] == pytest.approx(0.8, abs=0.02)
    assert np.isnan(power(np.zeros((21, 200)), 7, days=90)["days"]).all()
