"""Counts of the cube equal an independent group-by, for any filter."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.answer.cube import Cube
from geo.answer.packed import pack
from geo.ask.query import Query
from geo.ask.windows import Window
from geo.ask.words import slug
from geo.data.table import AGE_BANDS

AREAS = pd.Index([f"E0100000{i}" for i in range(8)], name="lsoa21cd")
CATEGORIES = ["Violence and sexual offences", "Robbery", "Drugs"]
START = 2023 * 12


@pytest.fixture(scope="module")
def incidents() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    n = 4_000
    days = pd.to_datetime("2023-01-01") + pd.to_timedelta(rng.integers(0, 365, n), "D")
    return pd.DataFrame(
        {
            "category": rng.choice(CATEGORIES, n, p=[0.6, 0.1, 0.3]),
            "lsoa": rng.choice([*AREAS, "E01099999", None], n),
            "month": days.year * 12 + days.month - 1,
            "date": pd.Series(days).where(rng.random(n) > 0.1).to_numpy("datetime64[s]"),
            "hour": pd.array(np.where(rng.random(n) > 0.2, rng.integers(0, 24, n), -1), "Int8"),
            "age_band": rng.choice([*AGE_BANDS, None], n),
            "knife": rng.random(n) > 0.9,
        }
    ).assign(hour=lambda d: d.hour.mask(d.hour < 0))


@pytest.fixture(scope="module")
def cube(incidents) -> Cube:
    return pack(incidents, AREAS, months=[START + 12])


def by_hand(incidents: pd.DataFrame, query: Query) -> pd.DataFrame:
    """Filter row by row, with pandas alone."""
    keep = pd.Series(True, incidents.index)
    if query.category:
        keep &= incidents.category.map(slug).isin(query.category)
    if query.first is not None:
        keep &= incidents.month >= query.first
    if query.last is not None:
        keep &= incidents.month <= query.last
    if query.month:
        keep &= (incidents.month % 12 + 1).isin(query.month)
    if query.hour:
        keep &= incidents.hour.isin(query.hour).fillna(False).astype(bool)
    if query.day:
        keep &= incidents.date.dt.day_of_week.isin(query.day)
    if query.night:
        shifted = (incidents.date + pd.to_timedelta(incidents.hour.astype(float) - 12, "h")).dt.day_of_week
        keep &= shifted.isin(query.night)
    if query.window is not None:
        keep &= incidents.date.between(*(pd.Timestamp(day) for day in query.window))
    return incidents[keep]


def some(values, top):
    return st.lists(st.sampled_from(values), unique=True, max_size=top).map(lambda v: tuple(sorted(v)))


queries = st.builds(
    Query,
    category=some([slug(c) for c in CATEGORIES], 2),
    first=st.none() | st.integers(START - 2, START + 12),
    last=st.none() | st.integers(START, START + 13),
    month=some(list(range(1, 13)), 3),
    hour=some(list(range(24)), 8),
    day=some(list(range(7)), 3),
    night=some(list(range(7)), 3),
    window=st.none()
    | st.dates(date(2022, 12, 20), date(2024, 1, 10)).flatmap(
        lambda start: st.dates(start, date(2024, 1, 31)).map(lambda stop: Window(start, stop))
    ),
)


@settings(max_examples=75)
@given(query=queries, chosen=st.lists(st.booleans(), min_size=8, max_size=8))
def test_every_table_of_a_filter_equals_the_group_by(cube, incidents, query, chosen):
    selection = cube.select(query)
    expected = by_hand(incidents, query)
    chosen = np.array(chosen)
    inside = expected[expected.lsoa.isin(AREAS[chosen])]

    np.testing.assert_array_equal(
        selection.by_area, expected.lsoa.value_counts().reindex(AREAS, fill_value=0).to_numpy()
    )
    assert selection.unlocated == expected.lsoa.isna().sum()
    assert selection.outside == (expected.lsoa == "E01099999").sum()
    assert selection.by_place.sum() == len(expected)

    for areas, frame in ((None, expected), (chosen, inside)):
        np.testing.assert_array_equal(
            selection.by_month(areas),
            frame.month.value_counts().reindex(cube.months, fill_value=0).to_numpy(),
        )
        clock = selection.by_clock(areas)
        assert clock.sum() == len(frame)
        timed = frame.dropna(subset=["date", "hour"])
        cells = timed.groupby([timed.date.dt.day_of_week, timed.hour.astype(int)]).size()
        for (day, hour), count in cells.items():
            assert clock[day, hour] == count
        assert clock[:7, :24].sum() == len(timed)
        categories = selection.by_category(areas)
        assert categories[categories > 0].to_dict() == frame.category.value_counts().to_dict()

    table = pd.DataFrame(selection.by_area_and_month(), AREAS, cube.months[selection.months])
    located = expected[expected.lsoa.isin(AREAS)]
    counted = pd.crosstab(located.lsoa, located.month)
    counted = counted.reindex(index=table.index, columns=table.columns, fill_value=0)
    np.testing.assert_array_equal(table, counted)
    assert table.sum().sum() == len(located)

    ages = selection.by_age()
    np.testing.assert_array_equal(ages.sum(axis=1), selection.by_area)
    assert ages[:, 18].sum() == ((expected.age_band == "90+") & expected.lsoa.isin(AREAS)).sum()


@given(query=queries)
def test_what_a_filter_of_time_cannot_judge_is_counted(cube, incidents, query):
    expected = by_hand(incidents, query.replace(hour=(), day=(), night=()))
    assert cube.select(query).untimed() == (expected.hour.isna() | expected.date.isna()).sum()


def test_the_first_minutes_of_a_month_are_of_the_month_that_they_are_filed_under(incidents):
    filed = incidents.assign(month=START, date=np.datetime64("2023-02-01", "s"))
    cube = pack(filed, AREAS, months=[START + 1])
    assert cube.last_days == {START: 31, START + 1: 28}
    assert cube.select(Query(window=Window(date(2023, 1, 31), date(2023, 1, 31)))).by_place.sum() == len(
        filed
    )


def test_a_month_whose_events_have_no_day_says_so(incidents):
    half = incidents.assign(date=incidents.date.mask(incidents.month > START + 5))
    cube = pack(half, AREAS)
    assert cube.last_days[START + 5] == half.date.max().day == 30
    assert cube.last_days[START + 6] == 0
    everywhere = np.ones(8, bool)
    days = Window(date(2023, 6, 1), date(2023, 7, 31))
    june = cube.select(Query(first=START + 5, last=START + 6, window=days))
    located = half[half.lsoa.isin(AREAS) & half.month.between(START + 5, START + 6)]
    assert june.undated(everywhere) == located.date.isna().sum()
    assert june.by_area.sum() == located.date.notna().sum()


def test_categories_come_most_frequent_first_and_extra_columns_follow_their_rows(cube, incidents):
    assert cube.categories == ("Violence and sexual offences", "Drugs", "Robbery")
    rows = cube.select(Query(category=("robbery",))).rows
    assert cube.extra["knife"][rows].sum() == incidents.knife[incidents.category == "Robbery"].sum()


def test_a_loaded_month_without_events_is_a_month_and_a_source_without_times_says_so(incidents):
    cube = pack(incidents[["category", "lsoa", "month"]], AREAS, months=[START + 12])
    assert cube.months[-1] == START + 12
    assert not (cube.has_hours or cube.has_days or cube.has_ages)
    assert cube.select(Query(hour=(1,))).by_place.sum() == 0


def test_a_cube_of_nothing_counts_nothing():
    empty = pd.DataFrame({"category": [], "lsoa": [], "month": []}).astype({"month": int})
    cube = pack(empty, AREAS)
    selection = cube.select(Query())
    assert selection.by_area.tolist() == [0] * 8
    assert selection.by_clock().sum() == 0
    assert selection.by_month().size == 0
