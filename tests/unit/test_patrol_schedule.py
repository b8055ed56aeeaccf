"""A schedule of patrols keeps to its design, and its record shows any change."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from geo.ask.problem import Problem
from geo.stats.patrol_record import Record
from geo.stats.patrol_schedule import Design, days_since, draw

ROWAN = Design(
    tuple(f"A{k:02}" for k in range(21)), (1,) * 4 + (2,) * 5 + (3,) * 6 + (4,) * 6, date(2026, 6, 1), 90, 7
)
"""Operation Rowan: 21 areas in four tiers, 90 days, 7 a day."""


def test_operation_rowan_is_balanced() -> None:
    drawn = draw(ROWAN, 40)
    assert drawn.shape == (40, 21, 90)
    assert (drawn.sum(axis=1) == 7).all()
    assert np.abs(drawn.sum(axis=2) - 30).max() <= 3
    weeks = drawn[:, :, :84].reshape(40, 21, 12, 7).sum(axis=3)
    assert weeks.min() >= 1 and weeks.max() <= 4
    weekday = np.array([day.weekday() for day in ROWAN.dates])
    on = np.stack([drawn[:, :, weekday == k].sum(axis=2) for k in range(7)])
    assert on.min() >= 1 and on.max() <= 8
    tiers = np.array(ROWAN.tiers)
    for tier in (1, 2, 3, 4):
        mine = tiers == tier
        assert np.abs(np.cumsum(drawn[:, mine].sum(axis=1) - 7 * mine.sum() / 21, axis=1)).max() < 2


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_area_is_patrolled_more_days_running_than_allowed(most: int) -> None:
    drawn = draw(replace(ROWAN, longest_run=most), 10)
    running = np.lib.stride_tricks.sliding_window_view(drawn, most + 1, axis=2)
    assert not running.all(axis=-1).any()


def test_every_place_day_has_the_same_chance() -> None:
    drawn = draw(ROWAN, 2000)
    share = drawn.mean(axis=0)
    assert np.abs(share - 1 / 3).max() < 4.5 * np.sqrt(2 / 9 / 2000)


def test_blackout_days_are_left_out() -> None:
    christmas = tuple(date(2026, 6, 24) + timedelta(days=k) for k in range(3))
    design = replace(ROWAN, blackout=christmas)
    assert draw(design)[0].shape == (21, 87)
    assert not set(design.dates) & set(christmas)


@pytest.mark.parametrize(
    "wrong", [{"a_day": 21}, {"a_day": 0}, {"days": 10}, {"longest_run": 0}, {"tiers": (1,)}, {"a_day": 18}]
)
def test_a_design_that_cannot_be_kept_is_refused(wrong: dict) -> None:
    with pytest.raises(Problem):
        replace(
            ROWAN,
            longest_run=wrong.get("longest_run", 3),
            **{k: v for k, v in wrong.items() if k != "longest_run"},
        )


def test_days_since_the_last_patrol_by_counting() -> None:
    schedule = draw(ROWAN, 2)
    found = days_since(schedule, ROWAN.dates)
    for s, a, d in [(0, 3, 0), (0, 3, 40), (1, 20, 89), (1, 7, 13)]:
        before = np.flatnonzero(schedule[s, a, :d])
        assert found[s, a, d] == (d - before[-1] if len(before) else -1)


def test_a_record_is_read_as_it_was_written() -> None:
    record = Record.drawn(ROWAN, "?level=lsoa", "abc", title="Rowan")
    assert Record.from_json(record.to_json()) == record
    assert (record.schedule == draw(ROWAN)[0]).all()
    assert record.seal != Record.drawn(replace(ROWAN, seed=2)).seal


def test_a_record_that_was_changed_is_refused() -> None:
    held = json.loads(Record.drawn(ROWAN).to_json())
    moved = json.loads(json.dumps(held))
    moved["patrolled"][0][0] = next(a for a in ROWAN.areas if a not in moved["patrolled"][0])
    with pytest.raises(Problem, match="changed after the schedule was drawn"):
        Record.from_json(json.dumps(moved))
    with pytest.raises(Problem, match="no record"):
        Record.from_json("{}")


def test_a_record_made_by_hand_is_refused_though_its_seal_fits() -> None:
    drawn = Record.drawn(ROWAN)
    by_hand = replace(drawn, patrolled=drawn.patrolled[::-1])
    with pytest.raises(Problem, match="not what its seed draws"):
        Record.from_json(by_hand.to_json())
