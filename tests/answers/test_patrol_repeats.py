"""A file of points: planted repeats are found, what cannot be judged is refused."""

import io
from functools import partial

import numpy as np
import pandas as pd
import pytest

from dashboard import create_app
from geo.ask.problem import Problem
from geo.data.exclusions import points_of
from geo.tell.patrol.repeats import near_repeats, repeats_loaded


def _file(again: int) -> bytes:
    rng = np.random.default_rng(3)
    x, y = 500_000 + rng.integers(0, 60, 300) * 150, 230_000 + rng.integers(0, 60, 300) * 150
    day = np.datetime64("2024-01-01") + rng.integers(0, 300, 300)
    x, y = np.append(x, x[:again] + 50), np.append(y, y[:again])
    day = np.append(day, day[:again] + 3)
    rows = [f"{d},{e},{n}" for d, e, n in zip(day, x, y, strict=True)]
    return "\n".join(["date,easting,northing", *rows, "2024-05-01,,"]).encode()


def test_planted_repeats_are_found_where_they_were_planted() -> None:
    table, places = near_repeats("events.csv", _file(40), 99)
    assert "pairs as by chance 1 to 100 m and within 7 days" in table.finding
    cells = table.table.set_index("Distance")
    assert "*" in cells.loc["1 to 100 m", "0 to 7 days"]
    assert "1 event without a day or a point" in table.caveats[-1]
    assert places.table["Places"].dot(np.array([1, 2, 3, 4, 5])) <= 340


def test_one_incident_recorded_for_each_person_is_not_called_followed_by_others() -> None:
    rng = np.random.default_rng(4)
    stops = [
        f"{np.datetime64('2024-01-01') + rng.integers(0, 300)},{500_000 + 150 * k},230000" for k in range(100)
    ]
    table, _ = near_repeats("events.csv", "\n".join(["date,easting,northing", *stops, *stops]).encode(), 99)
    assert table.finding.endswith(
        "at the same place and within 7 days of each other, most of them on the same day."
    )
    assert any(
        caveat.startswith("100 pairs are at the same place on the same day") for caveat in table.caveats
    )


def test_events_at_random_are_not_called_repeats() -> None:
    table, _ = near_repeats("events.csv", _file(0), 99)
    assert table.finding.startswith("No more pairs")


@pytest.fixture
def with_points(small_atlas, monkeypatch):
    """Events of each square at its middle or, in three of four, at one of nine other points."""
    events = small_atlas.snapshot.incidents("offences")
    rng = np.random.default_rng(2)
    known = events["lsoa"].isin(small_atlas.levels["lsoa"].frame.index)
    place = events["lsoa"].astype(str).str[-3:-1].where(known, "0").str.extract(r"(\d+)")[0].astype(int)
    longitude = (-0.5 + place * 0.01 + rng.integers(0, 10, len(events)) * 0.0002).where(known)
    events = events.assign(point=points_of(longitude, pd.Series(52.0, events.index).where(known)))
    monkeypatch.setattr("geo.data.store.Snapshot.events", lambda self, source: events)
    return events


def test_places_of_the_events_loaded_are_those_that_pandas_counts(small_atlas, with_points) -> None:
    query = small_atlas.exactly("level=lsoa&source=offences&category=robbery")
    near, again = repeats_loaded(small_atlas, query, 99)
    mine = with_points[(with_points["category"] == "Robbery") & with_points["point"].notna()]
    each = mine["point"].astype(str).value_counts()
    classes = [int((each == size).sum()) for size in range(1, 5)] + [int((each >= 5).sum())]
    assert again.table["Places"].tolist() == classes
    several = each[each > 1]
    assert again.finding == (
        f"{len(several) / len(each):.0%} of the places had several events, "
        f"{100 * several.sum() / each.sum():.0f}% of all."
    )
    assert near.title == f"Near repeats, {mine['date'].notna().sum():,} events"
    assert any("fewer than 10 events are not kept" in caveat for caveat in again.caveats)


def test_places_of_protected_events_and_of_none_are_not_told(small_atlas) -> None:
    client = create_app(small_atlas).server.test_client()
    for source, why in (("ae", "none of their places is told"), ("offences", "give no points")):
        page = client.get(f"/patrol/repeats?level=lsoa&source={source}")
        assert page.status_code == 422 and why in page.text


def test_the_page_looks_for_repeats_in_a_file(small_atlas, monkeypatch) -> None:
    monkeypatch.setattr("dashboard.routes_compare.near_repeats", partial(near_repeats, permutations=99))
    client, mine = create_app(small_atlas).server.test_client(), {"Sec-Fetch-Site": "same-origin"}
    sent = {"events": (io.BytesIO(_file(40)), "events.csv")}
    page = client.post("/patrol/repeats-of-file", data=sent, headers=mine)
    assert page.status_code == 200 and "pairs as by chance 1 to 100 m and within 7 days" in page.text
    nothing = client.post("/patrol/repeats-of-file", data={}, headers=mine)
    assert nothing.status_code == 422 and "Choose a file" in nothing.text
    assert client.post("/patrol/repeats-of-file", data={}).status_code == 403


@pytest.mark.parametrize(
    "rows", ["date,place\n2024-01-01,x", "date,easting,northing\n2024-01-01,500000,230000"]
)
def test_what_cannot_be_judged_is_refused(rows: str) -> None:
    with pytest.raises(Problem):
        near_repeats("events.csv", rows.encode(), 9)
