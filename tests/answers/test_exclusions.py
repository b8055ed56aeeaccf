"""Places that soak up events: listed by command or file, counted until a question leaves them out."""

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo import cli_exclude  # noqa: F401 - adds its command
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.viewer import OTHERS
from geo.cli import run
from geo.engines.engine import engine_of
from geo.out.export import export
from geo.tell.assessment import asked
from geo.tell.holdings import holdings
from tests.support import small_county as small
from tests.support.command import command

LISTED = Query(source="offences").replace(exclude="listed")
SUITE = small.CODES[0]
POINTS = "Crime ID,Month,Longitude,Latitude,Location,LSOA code,Crime type\n"


@pytest.fixture(scope="module")
def atlas(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The small county with a custody suite that fills a small area."""
    data = tmp_path_factory.mktemp("listed") / "data"
    shutil.copytree(small_county, data)
    assert run(["exclude", "Custody suite", "--area", SUITE, "--data", str(data)]) == 0
    return Atlas.open(data)


def raw() -> pd.DataFrame:
    rows = small.offences()
    return rows[rows["LSOA Code"].isin(small.CODES)]


def test_nothing_is_left_out_until_it_is_asked_for_and_the_state_is_said(atlas: Atlas) -> None:
    there = int((raw()["LSOA Code"] == SUITE).sum())
    every, without = (atlas.answer(query) for query in (Query(source="offences"), LISTED))
    assert every.totals.shown == len(raw()) and without.totals.shown == len(raw()) - there
    expected = raw()["LSOA Code"].value_counts().reindex(small.CODES, fill_value=0)
    assert without.table["count"].tolist() == [0, *expected.iloc[1:]]
    what = f"{there:,} offences at Custody suite, which soaks up events, are"
    assert f"{what} counted." in every.caveats and f"{what} left out." in without.caveats
    assert without.months["count"].sum() == without.totals.shown
    assert "places that soak up events left out" in without.description


def test_the_address_holds_it_and_a_county_without_a_list_refuses_it(
    atlas: Atlas, small_atlas: Atlas
) -> None:
    query, notices = Query.parse("?source=offences&exclude=listed", atlas.catalogue)
    assert query["exclude"] == "listed" and not notices and "exclude=listed" in query.to_search()
    assert query.cleared()["exclude"] == ""
    query, notices = Query.parse("?source=offences&exclude=listed", small_atlas.catalogue)
    assert query["exclude"] == ""
    assert notices == [
        "Places that soak up events was left out: no place of the list has any of these events."
    ]


def test_layers_the_clock_the_assessment_and_exports_leave_it_out(atlas: Atlas) -> None:
    every, without = (
        atlas.answer(q.replace(layer="local_moran")) for q in (Query(source="offences"), LISTED)
    )
    assert not every.table.equals(without.table)
    timed = raw()[raw()["Committed From"].str.len() > 10]
    assert int(without.week.clock.to_numpy().sum()) == int((timed["LSOA Code"] != SUITE).sum())
    assert asked(atlas, "?exclude=listed", first="", last="", boroughs=())["exclude"] == "listed"
    table = pd.read_csv(pd.io.common.BytesIO(export(atlas, LISTED, "csv")))
    assert table["count"].sum() == without.totals.shown


def test_the_data_view_says_how_many_each_soaks_up(atlas: Atlas) -> None:
    (held, *_) = holdings(atlas)
    (row,) = next(t for t in held.tables if t.title == "Places of the list").rows
    there = int((raw()["LSOA Code"] == SUITE).sum())
    assert row == ("Custody suite", "", SUITE, f"{there:,}", f"{there / len(raw()):.1%}")
    assert "events at Custody suite" in dict(held.facts)["Left out"]


def test_the_protected_version_leaves_a_whole_area_out_too(atlas: Atlas) -> None:
    others = atlas.seen_by(OTHERS)
    answer = others.answer(LISTED)
    assert answer.query["exclude"] == "listed"
    assert answer.table["count"].iloc[0] == 0


def test_points_stand_out_and_are_left_out_within_their_radius(
    small_areas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, areas = tmp_path / "data", small.areas()
    shutil.copytree(small_areas, data)
    middles = gpd.GeoSeries(areas.geometry.centroid, crs=areas.crs).to_crs("EPSG:4326")
    at = {code: f"{p.x:.6f},{p.y:.6f}" for code, p in zip(areas["LSOA21CD"], middles, strict=True)}
    rows = [f"a{k},2023-01,{at[SUITE]},On or near Prison,{SUITE},Robbery" for k in range(120)]
    rows += [f"b{k},2023-01,{at[c]},,{c},Drugs" for k, c in enumerate(small.CODES)]
    rows += [f"c{k},2023-01,,,,{SUITE},Drugs" for k in range(7)]
    file = tmp_path / "2023-01-square-street.csv"
    file.write_text(POINTS + "\n".join(rows) + "\n", encoding="utf-8")
    assert run(["import", "offences", str(file), "--data", str(data)]) == 0
    (held,) = holdings(Atlas.open(data))
    (point,) = next(t for t in held.tables if t.title == "Points that soak up events").rows
    assert point[0].startswith("-0.5") and point[1] == "Prison" and point[3:] == ("120", "120", "Robbery")

    longitude, latitude = at[SUITE].split(",")
    places = tmp_path / "places.toml"
    places.write_text(
        f'[[place]]\nname = "HMP Square"\nkind = "prison"\nlongitude = {longitude}\nlatitude = {latitude}\n'
    )
    assert run(["import", "exclusions", str(places), "--data", str(data)]) == 0
    atlas = Atlas.open(data)
    answer = atlas.answer(LISTED)
    assert answer.totals.shown == len(rows) - 121
    assert answer.table["count"].iloc[0] == 7, "of the same area but at no point"
    assert Atlas.open(data, engine=engine_of("duckdb")).answer(LISTED).table.equals(answer.table)

    status, out, _ = command(capsys, "exclude", "HMP Square", "--remove", "--data", data)
    assert status == 0 and "No place is on the list." in out
    assert Atlas.open(data).catalogue.sources["offences"].excluded == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Suite"], "either the code of a small area or a point, not both"),
        (
            ["Suite", "--area", "E01035001", "--point", "-0.4,52"],
            "either the code of a small area or a point",
        ),
        (["Suite", "--area", "E01999999"], "“E01999999” is no small area of this county"),
        (["Suite", "--area", "Luton"], "not the code of a small area like E01017540"),
        (["Suite", "--point", "52,0.4"], "“Suite” cannot be listed: not degrees between"),
        (["Suite", "--point", "-0.4,52", "--radius", "far"], "not a radius from 1 to 2,000 metres"),
        (["Suite", "--remove"], "“Suite” is not on the list"),
    ],
)
def test_a_place_that_cannot_be_is_refused(
    arguments: list[str], said: str, small_areas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(small_areas, tmp_path / "data")
    status, _, err = command(capsys, "exclude", *arguments, "--data", tmp_path / "data")
    assert status == 1 and said in err
