"""A delivery's protected version: reproducible, adding up, and told apart by nothing but its tables."""

import numpy as np
import pandas as pd
import pytest

from geo.data.distinct import packed, unpacked
from geo.data.protection import STRENGTHS, TABLES, Places, key_of, protected
from geo.data.readers import incidents

AREAS = pd.Index([f"E0100000{i}" for i in range(8)])
LOOKUP = pd.DataFrame({"borough": list("AAAABBBB"), "ward": list("aabbccdd")}, index=AREAS)
MONTHS = [2023 * 12 + month for month in range(12)]
SECRET = bytes(32)


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.of(AREAS, LOOKUP, pd.Series([1, 1, 9, 9, 1, 9, 9, 9.0], AREAS))


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    n = 4_000
    date = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 365, n), "D")).dt.as_unit(
        "s"
    )
    drawn = incidents(
        category=pd.Series(rng.choice(["Fall", "Assault"], n, p=[0.3, 0.7])),
        lsoa=pd.Series(rng.choice([*AREAS, "outside"], n, p=[0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0, 0.05])),
        date=date,
        hour=pd.Series(rng.integers(0, 24, n)),
        sex=pd.Series(rng.choice(["F", "M"], n)),
        age_band=pd.Series(rng.choice(["15-19", "20-24"], n)),
        conveyed=pd.Series(rng.random(n) < 0.5).astype("boolean"),
        person=pd.Series(np.arange(n)),
    )
    return unpacked(drawn)


def draw(events: pd.DataFrame, places: Places, secret: bytes = SECRET, budget: float = 4.0) -> pd.DataFrame:
    return protected(events, places, MONTHS, "hour", budget=budget, key=key_of(secret, events, budget))


def test_the_shares_of_the_budget_are_all_of_it() -> None:
    assert sum(TABLES.values()) == pytest.approx(1)
    assert STRENGTHS["light"] > STRENGTHS["standard"] > STRENGTHS["strong"]


def test_the_same_events_in_any_order_give_the_same_version(events: pd.DataFrame, places: Places) -> None:
    first = draw(events, places)
    again = draw(events.sample(frac=1, random_state=1).reset_index(drop=True), places)
    pd.testing.assert_frame_equal(first, again)


def test_another_secret_an_event_less_or_another_budget_draws_all_anew(
    events: pd.DataFrame, places: Places
) -> None:
    counts = draw(events, places)["lsoa"].value_counts()
    for other in (
        draw(events, places, bytes([1] * 32)),
        draw(events.iloc[:-1], places),
        draw(events, places, budget=3.999),
    ):
        assert (
            counts.reindex(AREAS[:7], fill_value=0) != other["lsoa"].value_counts().reindex(AREAS[:7])
        ).any()


def test_a_version_has_the_columns_of_its_events_but_those_that_tell_of_one_person(
    events: pd.DataFrame, places: Places
) -> None:
    found = draw(events, places)
    assert list(found) == [c for c in events if c != "person"]
    assert found.dtypes.to_dict() == events.drop(columns="person").dtypes.to_dict()
    assert set(found["lsoa"].dropna()) <= {*AREAS, "outside"}
    dated = found["date"].dropna()
    assert (dated.dt.year * 12 + dated.dt.month - 1 == found["month"][dated.index]).all()


def test_each_table_is_held_within_its_noise(events: pd.DataFrame, places: Places) -> None:
    found = draw(events, places)
    for columns in (["lsoa"], ["month"], ["category"], ["sex", "age_band"]):
        true, ours = (e.groupby(columns).size() for e in (events, found))
        assert (true.sub(ours, fill_value=0).abs() < 60).all(), columns
    assert abs(len(found) - len(events)) < 12
    weekday, hour = (e["date"].dt.day_of_week * 24 + e["hour"].astype(float) for e in (events, found))
    assert np.corrcoef(*(np.histogram(x, np.arange(169))[0] for x in (weekday, hour)))[0, 1] > 0.5


def test_files_without_days_or_hours_get_none(events: pd.DataFrame, places: Places) -> None:
    days = events.assign(hour=pd.Series(pd.NA, index=events.index, dtype="Int8"))
    found = protected(days, places, MONTHS, "day", budget=4.0, key=1)
    assert found["hour"].isna().all()
    assert found["date"].notna().all()
    months = days.assign(date=pd.Series(pd.NaT, index=events.index, dtype="datetime64[s]"))
    assert protected(months, places, MONTHS, "month", budget=4.0, key=1)["date"].isna().all()


def test_a_quiet_delivery_and_a_county_without_tables(events: pd.DataFrame) -> None:
    places = Places.of(AREAS, None, None)
    few = protected(events.iloc[:0], places, MONTHS[:1], "hour", budget=4.0, key=2)
    assert len(few) < 30
    assert protected(events, places, MONTHS, "hour", budget=4.0, key=2)["lsoa"].notna().any()


def test_packed_events_have_the_same_key_and_version(events: pd.DataFrame, places: Places) -> None:
    """The version of events does not depend on how they are held."""
    mixed = events.assign(
        hour=events["hour"].mask(events["hour"] == 3), sex=events["sex"].mask(events["hour"] == 4)
    )
    packed_ = mixed.assign(**{c: packed(mixed[c]) for c in ("category", "lsoa", "age_band", "sex")})
    assert key_of(SECRET, packed_, 4.0) == key_of(SECRET, mixed, 4.0)
    pd.testing.assert_frame_equal(unpacked(draw(packed_, places)), draw(mixed, places))


def test_the_version_tells_ages_by_five_years_alone(events: pd.DataFrame, places: Places) -> None:
    finer = events["age_band"].mask(events["age_band"].eq("15-19") & (events["hour"] % 2 == 0), "16-17")
    closely = events.assign(age_band=finer)
    assert key_of(SECRET, closely, 4.0) == key_of(SECRET, events, 4.0)
    pd.testing.assert_frame_equal(draw(closely, places), draw(events, places))
