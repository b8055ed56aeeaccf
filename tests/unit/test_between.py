"""How areas of one tenth differ, and whether a gradient is more: against dealing out and redrawing."""

import numpy as np
import pytest
from scipy.stats import binom

from geo.stats import between, deprivation
from geo.stats.between import between_areas

SURE = 1e-3
TENTHS = np.repeat(np.arange(1, 11), 20)
PEOPLE = np.full(200, 1500.0)


def clumped(rng: np.random.Generator, rise: float = 0.0, alpha: float = 0.3) -> np.ndarray:
    """Counts of 200 areas that differ by a gamma factor, and rise with deprivation by a factor e^rise."""
    mean = 30 * np.exp(rise * (5.5 - TENTHS) / 9)
    return rng.poisson(mean * rng.gamma(1 / alpha, alpha, 200))


def slope(counts: np.ndarray, tenths: np.ndarray) -> float:
    """Slope index of tenths of equal numbers: ten rates on ten equal steps."""
    rates = np.bincount(tenths - 1, counts) / 30
    return float(-np.polyfit(np.arange(0.05, 1, 0.1), rates, 1)[0])


def index(counts: np.ndarray, found: between.Between | None):
    table = deprivation.gradient(counts, PEOPLE, TENTHS, hide=False)
    return deprivation.slope_index(table, between=found, repetitions=400)


def test_a_gradient_of_nothing_is_clear_on_one_map_in_twenty() -> None:
    rng = np.random.default_rng(1)
    found = [between_areas(clumped(rng), PEOPLE, rng.permutation(TENTHS)).p <= 0.05 for _ in range(300)]
    assert SURE < binom.cdf(sum(found), 300, 0.05) < 1 - SURE


def test_p_is_that_of_dealing_the_tenths_out_again() -> None:
    rng = np.random.default_rng(2)
    counts = clumped(rng, rise=0.35)
    shuffled = [slope(counts, rng.permutation(TENTHS)) for _ in range(400)]
    by_dealing = np.mean(np.abs(shuffled) >= abs(slope(counts, TENTHS)))
    assert between_areas(counts, PEOPLE, TENTHS).p == pytest.approx(by_dealing, abs=0.05)


def test_limits_hold_the_slope_that_areas_were_drawn_from() -> None:
    rng = np.random.default_rng(3)
    true = slope(30 * np.exp(1.5 * (5.5 - TENTHS) / 9), TENTHS)
    held = {"chance alone": 0, "areas differ": 0}
    for _ in range(40):
        counts = clumped(rng, rise=1.5)
        found = between_areas(counts, PEOPLE, TENTHS)
        for name, more in (("chance alone", None), ("areas differ", found)):
            limits = index(counts, more)
            held[name] += bool(limits["sii_lower"] <= true <= limits["sii_upper"])
    assert binom.cdf(held["areas differ"], 40, 0.95) > SURE
    assert held["chance alone"] < 32  # what the limits were


def test_limits_are_those_of_drawing_areas_again_within_tenths() -> None:
    rng = np.random.default_rng(4)
    counts = clumped(rng, rise=1.5)
    limits = index(counts, between_areas(counts, PEOPLE, TENTHS))
    drawn = counts[np.arange(0, 200, 20)[:, None, None] + rng.integers(0, 20, (10, 400, 20))].sum(axis=2)
    again = -np.polyfit(np.arange(0.05, 1, 0.1), drawn / 30, 1)[0]
    width = limits["sii_upper"] - limits["sii_lower"]
    assert np.diff(np.quantile(again, [0.025, 0.975]))[0] == pytest.approx(width, rel=0.2)


def test_areas_that_differ_by_chance_only_add_next_to_nothing() -> None:
    rng = np.random.default_rng(5)
    found = between_areas(rng.poisson(30, 200), PEOPLE, TENTHS)
    assert found.spread.mean() < 0.5 / np.sqrt(600)  # half of the chance error of a tenth


def test_ages_explain_what_they_explain() -> None:
    """Areas of the young have more; where that is all, neither the tenths nor the areas in them differ."""
    young = np.tile(np.linspace(0, 1, 20), 10) * 1000 + 250
    people = np.column_stack([young, 1500 - young])
    events = np.round(people * [0.2, 0.02])
    assert between_areas(events, people, TENTHS).spread.max() < 0.01
    assert between_areas(events.sum(axis=1), people.sum(axis=1), TENTHS).spread.min() > 0.05


@pytest.mark.parametrize(("number", "tenths"), [(0, 1), (3, 3), (6, 1)])
def test_too_few_areas_tell_nothing(number: int, tenths: int) -> None:
    found = between_areas(np.full(number, 9), np.full(number, 900), np.arange(number) % tenths + 1)
    assert np.isnan(found.p)
    assert np.isnan(found.p_first).all()
    assert (number > between.LEAST_WITHIN) == np.isfinite(found.stretch)


def test_a_share_of_nothing_is_more_on_one_map_in_twenty() -> None:
    rng = np.random.default_rng(6)
    found = [between_areas(clumped(rng), PEOPLE, TENTHS).p_first[2] <= 0.05 for _ in range(300)]
    assert SURE < binom.cdf(sum(found), 300, 0.05) < 1 - SURE


def test_events_in_lone_areas_alone_leave_no_spread_to_measure() -> None:
    """The one area of its group has all events: those of groups of several have none."""
    found = between_areas([30, 0, 0, 0, 0, 0, 0, 0], [1000] * 8, [1, 2, 2, 2, 2, 2, 2, 2], 2)
    assert np.isfinite(found.spread[0]) and not np.isinf(found.spread).any()
