"""Knox's table beside one counted pair by pair, and clusters that are found."""

import numpy as np
import pytest

from geo.stats.near_repeat import near_repeat, repeats


def _by_hand(x, y, day, metres, days):
    """Pairs counted one by one."""
    found = np.zeros((len(metres), len(days)), int)
    for i in range(len(x)):
        for j in range(i):
            apart, soon = np.hypot(x[i] - x[j], y[i] - y[j]), abs(int(day[i]) - int(day[j]))
            band = next((k for k, most in enumerate(metres) if apart <= most), None)
            time = next((k for k, most in enumerate(days) if soon <= most), None)
            if band is not None and time is not None:
                found[band, time] += 1
    return found


@pytest.fixture(scope="module")
def events():
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 40, (2, 150)) * 50.0
    return x, y, rng.integers(0, 120, 150)


def test_pairs_are_those_counted_one_by_one(events) -> None:
    metres, days = (0.0, 100.0, 300.0), (7, 14)
    found = near_repeat(*events, metres=metres, days=days, permutations=9)
    assert (found["pairs"].to_numpy().reshape(3, 2) == _by_hand(*events, metres, days)).all()


def test_expected_pairs_are_knoxs(events) -> None:
    """Near pairs times pairs close in time, over all pairs."""
    x, y, day = events
    found = near_repeat(x, y, day, metres=(200.0,), days=(10,), permutations=999)
    i, j = np.triu_indices(len(x), 1)
    near, soon = np.hypot(x[i] - x[j], y[i] - y[j]) <= 200, np.abs(day[i] - day[j]) <= 10
    assert found["expected"].item() == pytest.approx(near.sum() * soon.sum() / len(i), rel=0.02)
    assert found["pairs"].item() == (near & soon).sum()


def test_events_at_random_are_silent_and_planted_repeats_speak(events) -> None:
    x, y, day = events
    assert near_repeat(x, y, day, permutations=199)["p_corrected"].min() > 0.05
    again = np.arange(25)
    x, y = np.append(x, x[again] + 60), np.append(y, y[again])
    found = near_repeat(x, y, np.append(day, day[again] + 3), permutations=199)
    assert found.loc[(100.0, 7), "p_corrected"] <= 0.01
    assert found.loc[(100.0, 7), "ratio"] > 2


def test_repeats_by_chance_add_up_to_the_places_touched() -> None:
    events = np.bincount(np.random.default_rng(2).integers(0, 500, 800), minlength=500)
    found = repeats(events, 500)
    assert found["places"].sum() == (events > 0).sum()
    assert found["share"].sum() == pytest.approx(1)
    assert found["by_chance"].sum() == pytest.approx(500 * (1 - np.exp(-1.6)))
    assert np.abs(found["places"] - found["by_chance"]).max() < 40
