"""The clock as recorded, without unknown times, and spread over ranges: one share of untimed, one gate."""

import numpy as np
import pandas as pd
import pytest

from geo.answer import atlas as atlas_module
from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.answer.disclosure import Gate
from geo.answer.packed import pack
from geo.answer.week import Week, spread, week_of
from geo.ask.choices import CLOCKS
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.stats import midnight

AREAS = pd.Index(["E01000001", "E01000002"], name="lsoa21cd")
START = 2024 * 12
BOTH = np.ones(2, bool)


def info(disclosure: str = "open") -> SourceInfo:
    return SourceInfo(
        "offences", "Offences", "offences", {}, (START,), True, True, "", "occurrence", disclosure, ("count",)
    )


def events(n: int, *, midnights: int = 0, ranged: float = 0.0, seed: int = 5) -> pd.DataFrame:
    """Offences of January 2024: a third in the nights of Friday and Saturday, others at random hours; some
    at midnight of any day, some with a range, one in ten untimed."""
    rng = np.random.default_rng(seed)
    day = rng.integers(0, 31, n + midnights)
    hour = np.append(rng.integers(0, 24, n), np.zeros(midnights, int)).astype(float)
    late = slice(n // 10, n // 10 + n // 3)
    hour[late] = rng.choice([22, 23, 0, 1, 2], n // 3)
    day[late] = rng.choice([4, 5], n // 3) + 7 * rng.integers(0, 4, n // 3) + (hour[late] < 12)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, "D")
    hour[: n // 10] = np.nan
    span = np.where(
        rng.random(n + midnights) < ranged, rng.choice([0.5, 3.0, 7.25, 30.0], n + midnights), np.nan
    )
    return pd.DataFrame(
        {
            "category": "Robbery",
            "lsoa": rng.choice(AREAS, n + midnights),
            "month": START,
            "date": days,
            "hour": pd.array(hour, "Float64").astype("Int8"),
            "span_hours": span.astype(np.float32),
        }
    )


def week(table: pd.DataFrame, kind: str, disclosure: str = "open", lsoas: np.ndarray = BOTH) -> Week:
    selection = pack(table, AREAS).select(Query())
    return week_of(selection, lsoas, info(disclosure), Gate(disclosure), kind)


# ---------------------------------------------------------------- what is shown


def test_as_recorded_is_a_group_by() -> None:
    table = events(3_000)
    timed = table.dropna(subset="hour")
    expected = pd.crosstab(timed.date.dt.day_of_week, timed.hour.astype(int))
    np.testing.assert_array_equal(week(table, "recorded").clock, expected)


def test_without_unknown_times_midnight_is_as_the_hours_beside_it() -> None:
    table = events(4_000, midnights=900)
    recorded, found = week(table, "recorded"), week(table, "without")
    assert recorded.midnight is not None and found.midnight is None
    np.testing.assert_array_equal(found.clock.iloc[:, 1:], recorded.clock.iloc[:, 1:])
    kept = recorded.midnight.kept
    expected = midnight.without_excess(recorded.clock.to_numpy(float), kept)
    np.testing.assert_allclose(found.clock.to_numpy(float), expected, atol=0.5)
    assert recorded.midnight.recorded * (1 - kept) == pytest.approx(900, rel=0.15)
    cut = round(recorded.clock.to_numpy().sum() - expected.to_numpy().sum())
    assert f"{(400 + cut) / 4_900:.1%} of offences have no known time" in found.untimed
    assert f"{400 / 4_900:.1%} as recorded, {cut / 4_900:.1%} for what midnight holds" in found.untimed


def test_spread_is_the_aoristic_sum_over_the_events() -> None:
    table = events(2_000, ranged=0.5)
    found = week(table, "aoristic")
    by_hand = np.zeros(168)
    for day, hour, span in zip(table.date.dt.day_of_week, table.hour, table.span_hours, strict=True):
        if pd.isna(hour) or span > 24:
            continue
        start, length = day * 24 + int(hour), 0.0 if np.isnan(span) else float(span)
        if not length:
            by_hand[start] += 1
        for step in range(int(np.ceil(length))):
            by_hand[(start + step) % 168] += min(1.0, length - step) / length
    np.testing.assert_allclose(found.clock.to_numpy(float).ravel(), by_hand, atol=0.5 + 1e-9)
    timed, long = table.hour.notna().sum(), (table.hour.notna() & (table.span_hours > 24)).sum()
    assert f"{long / 2_000:.1%} for a range of over a day" in found.untimed
    assert by_hand.sum() == pytest.approx(timed - long)


def test_the_share_without_a_time_is_always_stated() -> None:
    table = events(3_000, midnights=800, ranged=0.4)
    for kind in CLOCKS:
        found = week(table, kind)
        assert found.kind == kind
        assert "% of offences have no known time" in found.untimed
    found = week(table.dropna(subset="hour"), "recorded")
    assert found.untimed == (
        "A time is recorded for all offences. Midnight (hatched) stands out: it may stand for times that "
        "were not known or be a real peak; the busiest times are named without its excess of "
        f"about {float(f'{found.midnight.excess:.3g}'):,.0f}."
    )


def test_a_clock_that_cannot_be_had_says_why_and_the_recorded_one_is_shown() -> None:
    table = events(3_000)
    for kind in ("without", "aoristic"):
        found = week(table, kind)
        assert found.kind == "recorded"
        np.testing.assert_array_equal(found.clock, week(table, "recorded").clock)
    assert week(table, "recorded").reasons == {
        "without": "midnight does not stand out from the hours beside it.",
        "aoristic": "the files loaded give no ranges of time.",
    }
    assert spread(pack(table, AREAS).select(Query()), BOTH) is None


def test_an_empty_selection_has_an_empty_clock() -> None:
    found = week(events(500, ranged=0.5), "aoristic", lsoas=np.zeros(2, bool))
    assert found.clock.to_numpy().sum() == 0


# ---------------------------------------------------------------- behind the gate


@pytest.mark.parametrize("kind", list(CLOCKS))
def test_cells_of_a_controlled_source_are_protected_in_every_clock(kind: str) -> None:
    table = events(4_000, midnights=900, ranged=0.5)
    found = week(table, kind, "controlled")
    assert found.kind == kind
    shown = found.clock.to_numpy().ravel()
    assert all(value is pd.NA or (value % 5 == 0 and value != 5) for value in shown)


def test_parts_of_few_events_are_suppressed_and_not_rounded_to_nought() -> None:
    many = events(6_000, ranged=0.2)
    quiet = many[~((many.date.dt.day_of_week == 2) & many.hour.between(2, 9))]
    one = many.iloc[[-1]].assign(date=pd.Timestamp("2024-01-03"), hour=2, span_hours=np.float32(8))
    table = pd.concat([quiet[quiet.span_hours.isna()], one], ignore_index=True).astype({"hour": "Int8"})
    cells = week(table, "aoristic", "controlled").clock.loc[2, 2:9]
    assert cells.isna().all()


def test_few_events_of_a_controlled_source_are_not_spread() -> None:
    found = week(events(300, ranged=0.5), "aoristic", "controlled")
    assert found.kind == "recorded"
    assert "single ones" in found.reasons["aoristic"]


def test_a_clock_without_unknown_times_tells_no_more_of_a_controlled_source() -> None:
    table = events(4_000, midnights=900)
    recorded, without = (week(table, kind, "controlled").clock for kind in ("recorded", "without"))
    pd.testing.assert_frame_equal(without.iloc[:, 1:], recorded.iloc[:, 1:])
    assert (without[0].isna() | (without[0] <= recorded[0])).all()


# ---------------------------------------------------------------- the map pays nothing


def test_another_clock_computes_no_map_and_another_colour_no_clock(
    small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = Query(source="offences", level="ward", hour=(3,))
    first = small_atlas.answer(query)
    monkeypatch.setattr(atlas_module, "find", lambda *_: pytest.fail("the map was computed again"))
    for kind in CLOCKS:
        again = small_atlas.answer(query.replace(clock=kind))
        assert again.table.equals(first.table)
        assert again.query.clock == kind
    monkeypatch.undo()
    monkeypatch.setattr(Asked, "week", lambda *_: pytest.fail("the clock was computed again"))
    assert small_atlas.answer(query.replace(layer="quintile", hour=(4,))).week is first.week
