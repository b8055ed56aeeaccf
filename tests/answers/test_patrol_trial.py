"""A trial judged from its record: what was planted is found, and visits are counted."""

import io
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely import Point

from dashboard import create_app
from geo.answer.asked import Asked
from geo.answer.daily import by_day
from geo.ask.problem import Problem
from geo.ask.words import month_text
from geo.data.exclusions import points_of
from geo.out.report import write
from geo.stats.patrol_effect import level_of_look
from geo.stats.patrol_record import Record
from geo.stats.patrol_schedule import Design
from geo.tell.patrol.trial import around, days_after, effects, judge, looks_after, ran, within_buffer
from geo.tell.patrol.visits import delivered, delivered_by_day, read_visits
from tests.support.small_print import small_print
from tests.support.tagged import faults

QUESTION = "?level=lsoa&source=offences"


@pytest.fixture(scope="module")
def record(small_atlas):
    months = small_atlas.asked(small_atlas.exactly(QUESTION)).months
    first = date.fromisoformat(f"{month_text(months[-2])}-01")
    areas = small_atlas.levels["lsoa"].frame.index[[0, 3, 7, 14, 17, 21, 28, 31, 35]]
    design = Design(tuple(areas), (1, 1, 1, 2, 2, 2, 2, 2, 2), first, 42, 3, seed=9)
    return Record.drawn(design, QUESTION, small_atlas.version, minutes="15", visits="1")


@pytest.fixture(scope="module")
def planted(small_atlas, record):
    """Patrols that prevent half, and move a part of it to the neighbours."""
    trial = ran(small_atlas, record, 199)
    rng = np.random.default_rng(4)
    y = rng.poisson(3.0, trial.y.shape).astype(float)
    y[trial.rows] = rng.poisson(np.where(trial.patrolled, 2.0, 4.0))
    of = trial.asked.level.neighbours
    touched = np.zeros(y.shape, bool)
    for k, row in enumerate(trial.rows):
        touched[of.indices[of.indptr[row] : of.indptr[row + 1]]] |= trial.patrolled[k]
    touched[trial.rows] = False
    return replace(trial, y=np.where(touched, rng.poisson(4.0, y.shape), y))


def test_a_planted_effect_is_found_and_said(planted) -> None:
    found = effects(planted)
    row = found.table.iloc[0]
    assert row["Lower"] < 0.5 < row["Upper"] and row["p, corrected"] <= 0.05
    assert "fewer" in found.finding and "more than chance explains" in found.finding
    assert {"Tier 1", "Tier 2"} <= set(found.table["Outcome"])


def test_a_planted_displacement_is_found_and_no_effect_is_left_after(planted) -> None:
    found = around(planted)
    assert found.finding.endswith("some moved there.") and found.table["Lower"].iloc[0] > 1
    assert any("give no points" in caveat for caveat in found.caveats)
    assert days_after(planted).finding.startswith("No effect is left")


def test_harm_is_judged_by_the_weights_of_each_day(small_atlas, record) -> None:
    trial = ran(small_atlas, record, 99)
    row = effects(trial).table.set_index("Outcome").loc["Harm, by the weights loaded"]
    weights = small_atlas.harm_weights("offences")
    harm = by_day(trial.asked, trial.dates, weights)[trial.rows]
    assert set(np.unique(by_day(trial.asked, trial.dates, weights))) <= {
        40.0 * a + 746.0 * b for a in range(40) for b in range(9)
    }
    assert row["With a patrol"] == pytest.approx(harm[trial.patrolled].mean())
    assert row["Without"] == pytest.approx(harm[~trial.patrolled].mean())


# ---------------------------------------------------------------- a hundred metres around


@pytest.fixture
def with_points(small_atlas, record, monkeypatch):
    """Each event at a point of its square; on patrolled days some 50 m beyond the edge of the patrolled "
    "one."""
    events = small_atlas.snapshot.incidents("offences")
    shapes = small_atlas.levels["lsoa"].shapes.geometry
    rng = np.random.default_rng(8)
    corner = np.array(
        [shapes[code].bounds[:2] if code in shapes.index else (0, 0) for code in events["lsoa"]]
    )
    points = corner + 5 + 990 * rng.beta(0.2, 0.2, (len(events), 2))
    known = events["lsoa"].isin(shapes.index).to_numpy()
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    longitude, latitude = (pd.Series(of).where(known) for of in to_degrees.transform(*points.T))
    events = events.assign(point=points_of(longitude, latitude))
    monkeypatch.setattr("geo.data.store.Snapshot.events", lambda self, source: events)
    return events, points


def test_the_buffer_holds_the_events_within_100_m_and_in_no_area(small_atlas, record, with_points) -> None:
    events, points = with_points
    trial = ran(small_atlas, record, 9)
    shapes = small_atlas.levels["lsoa"].shapes.geometry[list(record.design.areas)]
    first, last = (pd.Timestamp(day) for day in (trial.dates[0], trial.dates[-1]))
    near = np.array([shapes.distance(Point(x, y)).to_numpy() for x, y in points])
    mine = events["date"].between(first, last) & events["lsoa"].isin(small_atlas.levels["lsoa"].frame.index)
    mine &= ~events["lsoa"].isin(record.design.areas) & (near.min(axis=1) <= 100)
    found = by_day(within_buffer(trial), trial.dates)
    assert found[trial.rows].sum() == found.sum() == mine.sum() > 20
    area = near.argmin(axis=1)[mine]
    apart = found[trial.rows].sum(axis=1) - np.bincount(area, minlength=9)
    assert np.abs(apart).max() <= 2, "points as near to two areas, kept to a metre, go to either"


def test_the_buffer_leaves_out_events_at_listed_places(small_atlas, record, with_points, monkeypatch) -> None:
    """A list of one whole area beside the trial: none of its events is in the buffer, all others are."""
    events, points = with_points
    shapes = small_atlas.levels["lsoa"].shapes.geometry
    whole = ran(small_atlas, record, 9)
    near = np.array([shapes[list(record.design.areas)].distance(Point(x, y)).min() for x, y in points])
    listed = events["lsoa"][(near <= 100) & ~events["lsoa"].isin(record.design.areas)].mode()[0]
    days = events["date"].between(*(pd.Timestamp(day) for day in (whole.dates[0], whole.dates[-1])))
    mine = days & (near <= 100) & (events["lsoa"] == listed)
    places = pd.DataFrame({"name": ["Prison"], "lsoa": [listed], "x": [np.nan]})
    read = small_atlas.snapshot.__class__.read
    monkeypatch.setattr(
        "geo.data.store.Snapshot.read",
        lambda self, role: places if role == "exclusions" else read(self, role),
    )
    without = replace(whole, asked=Asked(small_atlas, whole.asked.query.replace(exclude="listed")))
    apart = [by_day(within_buffer(one), one.dates).sum() for one in (whole, without)]
    assert apart[0] - apart[1] == mine.sum() > 5


def test_neighbours_and_buffer_are_corrected_together(small_atlas, record, with_points) -> None:
    found = around(ran(small_atlas, record, 99))
    assert found.table["Places"].tolist()[1] == "100 m around"
    assert (found.table["p, corrected"] >= found.table["p"]).all()
    assert any("Corrected for both rows" in caveat for caveat in found.caveats)


# ---------------------------------------------------------------- looks


def test_an_early_look_is_judged_by_its_own_level_and_days(small_atlas, record) -> None:
    """Three looks at 14, 28 and 42 days of November and December; the county ends with December."""
    design = replace(record.design, first=date(2023, 12, 4))
    three = Record.drawn(design, QUESTION, small_atlas.version, looks="3")
    assert looks_after(three) == [14, 28, 42]
    trial = ran(small_atlas, three, 99)
    assert (trial.look, trial.looks, len(trial.dates), trial.finished) == (2, 3, 28, False)
    assert trial.level == pytest.approx(level_of_look([1 / 3, 2 / 3, 1])[1])
    told = judge(small_atlas, three, redraws=49)
    assert any("look 2 of 3" in caveat and "1.57%" in caveat for caveat in told.caveats)
    assert any("limits (98.43%)" in caveat for caveat in told.exhibit("trial", "effect").caveats)
    whole = ran(small_atlas, record, 9)
    assert whole.finished and whole.level == pytest.approx(0.05) and len(whole.dates) == 42
    with pytest.raises(Problem, match="not all loaded"):
        ran(small_atlas, Record.drawn(replace(design, first=date(2023, 12, 25)), QUESTION, looks="3"), 9)


def test_days_without_events_are_not_judged(planted) -> None:
    with pytest.raises(Problem, match="nothing can be judged"):
        effects(replace(planted, y=planted.y * 0))


def test_days_that_are_not_loaded_are_refused(small_atlas, record) -> None:
    later = replace(record.design, first=record.design.first + timedelta(days=400))
    with pytest.raises(Problem, match="not all loaded"):
        ran(small_atlas, Record.drawn(later, QUESTION), 9)


def test_protected_numbers_are_not_judged_by_the_day(small_atlas, record) -> None:
    with pytest.raises(Problem, match="protected"):
        ran(small_atlas, replace(record, question="?level=lsoa&source=ae"), 9)


# ---------------------------------------------------------------- visits


def _visits(record, kept=lambda k: True) -> bytes:
    rows = [
        f"{area},{day:%d/%m/%Y} 18:30,12"
        for k, (day, areas) in enumerate(zip(record.design.dates, record.patrolled, strict=True))
        for area in areas
        if kept(k)
    ]
    return "\n".join(["area,start,minutes", *rows]).encode()


def test_missed_visits_are_named(small_atlas, record) -> None:
    today = record.design.dates[20]
    visits = read_visits("visits.csv", _visits(record, lambda k: k != 20), small_atlas)
    found = delivered(small_atlas, record, visits, today)
    planned = record.schedule[:, :21].sum(axis=1)
    assert found.table["Days planned"].tolist() == planned.tolist()
    missed = record.schedule[:, 20]
    assert (found.table["Days visited"] == planned - missed).all()
    assert (found.table["Minutes delivered"] == 12 * (planned - missed)).all()
    assert (found.table["Missed"] == np.where(missed, f"{today.day}/{today.month}", "–")).all()
    assert found.finding.startswith("Today 0 of 3 areas are visited; still to visit:")
    assert "In all 60 of 63 planned days were visited (95%)." in found.finding


def test_delivery_is_told_by_day_too(small_atlas, record) -> None:
    today = record.design.dates[20]
    visits = read_visits("visits.csv", _visits(record, lambda k: k != 20), small_atlas)
    found = delivered_by_day(small_atlas, record, visits, today)
    assert found.table["Areas visited"].tolist() == [3] * 20 + [0]
    assert found.table["Minutes delivered"].tolist() == [36] * 20 + [0]
    names = small_atlas.levels["lsoa"].frame["name"]
    missed = {str(names[area]) for area in record.patrolled[20]}
    assert set(found.table["Missed"].iloc[-1].split(", ")) == missed
    assert found.finding == "On 1 of 21 days an area was missed."


def test_visits_on_other_days_and_to_other_places_are_told(small_atlas, record) -> None:
    area = record.design.areas[0]
    free = next(
        day for day, areas in zip(record.design.dates, record.patrolled, strict=True) if area not in areas
    )
    other = small_atlas.levels["lsoa"].frame.index[1]
    rows = f"area,start,minutes\n{area},{free} 18:00,10\n{other},{free} 19:00,10\n"
    visits = read_visits("v.csv", rows.encode(), small_atlas)
    found = delivered(small_atlas, record, visits, record.design.dates[-1])
    assert found.table["Visited unplanned"].tolist() == [1] + [0] * 8
    assert any("1 visit to places" in caveat for caveat in found.caveats)


def test_points_of_a_unit_make_visits(small_atlas) -> None:
    level = small_atlas.levels["lsoa"]
    inside = level.shapes.representative_point().to_crs(4326)
    here, there = inside.iloc[0], inside.iloc[5]
    minutes = [(0, here), (5, here), (12, here), (30, here), (36, here), (40, there)]
    start = pd.Timestamp("2024-05-01 18:00")
    rows = [f"a,{start + pd.Timedelta(minutes=m)},{p.x:.6f},{p.y:.6f}" for m, p in minutes]
    rows[2:2] = [f"a,{start + pd.Timedelta(minutes=8)},{lost}" for lost in ("0.0,0.000000", ",")]
    found = read_visits(
        "gps.csv", "\n".join(["unit,time,longitude,latitude", *rows]).encode(), small_atlas
    ).table
    codes = level.frame.index
    assert list(zip(found["area"], found["minutes"], strict=True)) == [
        (codes[0], 12),
        (codes[0], 6),
        (codes[5], 0),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("area,begin\nx,y", "tells no visits"),
        ("area,start,minutes\nE99,01/02/2024 18:00,5", "no code of an area of this county"),
        ("area,start,minutes\nE01035500,yesterday,5", "not a date"),
        (
            "area,start,minutes\n",
            "^v.csv has a header and no rows beneath it: check",
        ),
        ("unit,time,longitude,latitude\n", "^v.csv has a header and no rows beneath it"),
    ],
)
def test_what_are_no_visits_is_refused(small_atlas, rows, said) -> None:
    with pytest.raises(Problem, match=said):
        read_visits("v.csv", rows.encode(), small_atlas)


# ---------------------------------------------------------------- the report, and the page


def test_the_report_quotes_the_method_of_patrols_alone(small_atlas, record) -> None:
    found = judge(small_atlas, record, today=record.design.dates[-1], redraws=99)
    page = write(found, small_atlas, "html").decode()
    assert "drawn by lot" in page and "hotspots patrol test" in page
    assert "hotspots assess" not in page and record.seal[:16] in page
    assert next(one.name for one in found.exhibits.values()) == "Effect"


def test_the_page_judges_what_its_own_form_sends(small_atlas, record, monkeypatch) -> None:
    monkeypatch.setattr("dashboard.routes_trial.ran", partial(ran, redraws=49))
    client = create_app(small_atlas).server.test_client()
    assert 'type="file"' in client.get("/patrol/result").text

    def send(held: str, **more):
        files = {"record": (io.BytesIO(held.encode()), "record.json"), "until": str(record.design.dates[20])}
        files["visits"] = (io.BytesIO(_visits(record)), "visits.csv")
        return client.post("/patrol/judged", data=files | more, headers={"Sec-Fetch-Site": "same-origin"})

    page = send(record.to_json())
    assert page.status_code == 200
    for words in (
        "on days with a patrol",
        "Days after",
        "Delivery",
        "63 of 63 planned days",
        record.seal[:16],
    ):
        assert words in page.text
    changed = send(record.to_json().replace('"seed": 9', '"seed": 10'))
    assert changed.status_code == 422 and "seal does not fit" in changed.text
    report = send(record.to_json(), **{"as": "pdf"})
    assert faults(report.data) == [] == small_print(report.data)
    assert client.post("/patrol/judged", data={}).status_code == 403
