"""Published indicators: imported, on the map where they are published for, on their page and in files."""

import io
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.facts import ranked_table
from dashboard.link import defaults_of
from dashboard.linked_charts import charts_shown
from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.answer.steps import in_steps
from geo.ask.query import Query
from geo.ask.refusal import Refused
from geo.ask.viewer import CLEARED_OWNER, OTHERS, OWNER, Viewer
from geo.cli import run
from geo.data.store import Store
from geo.out.provenance import sheet
from geo.tell.area import profile
from geo.tell.briefing import briefing

HEAD = "indicator,area,period,value,lower,upper,count,denominator,unit,better,source,vintage"
YEARS = range(2018, 2024)
DECLARED = """label = "Made up"
disclosure = "open"
publisher = "Nobody"
[columns]
indicator = "indicator"
area = "area"
period = "period"
value = "value"
lower = "lower"
upper = "upper"
count = "count"
denominator = "denominator"
unit = "unit"
better = "better"
source = "source"
vintage = "vintage"
"""


def rows() -> list[str]:
    """Entrants fall in one borough and are suppressed in the other; a survey of the county rises."""
    found = []
    for at, year in enumerate(YEARS):
        count = 200 - 25 * at
        rate = f"{count / 100_000 * 1e5}"
        found += [f"Entrants,Westshire,{year},{rate},,,{count},100000,per 100000,lower,Board,2024 edition"]
        found += [
            f"Entrants,Eastshire,{year},{'*' if year == 2023 else 90},,,,,per 100000,lower,Board,2024 edition"
        ]
        found += [f"Entrants,England,{year},{110 - at},,,,,per 100000,lower,Board,2024 edition"]
        found += [
            f"Safe,Squareshire,{year},{50 + 2 * at}%,{47 + 2 * at},{53 + 2 * at},,,%,higher,Survey,2024"
        ]
    return found


@pytest.fixture(scope="module")
def folder(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("published")
    data = shutil.copytree(small_county, home / "data")
    (home / "made_up.toml").write_text(DECLARED)
    (home / "table.csv").write_text("\n".join([HEAD, *rows()]))
    command = ["import", "indicators", str(home / "table.csv"), "--mapping", str(home / "made_up.toml")]
    assert run([*command, "--data", str(data)]) == 0
    return data


@pytest.fixture(scope="module")
def atlas(folder: Path) -> Atlas:
    return Atlas.open(folder)


@pytest.fixture(scope="module")
def client(atlas: Atlas) -> FlaskClient:
    return create_app(atlas).server.test_client()


def test_the_latest_value_is_told_with_trend_and_comparison(atlas: Atlas):
    entrants, safe = atlas.indicators["entrants"], atlas.indicators["safe"]
    assert (entrants.levels, safe.levels) == (("borough",), ("county",))
    told = entrants.reading("E06000001")
    assert (told.period, told.value, told.england, told.england_value) == ("2023", 75, "better", 105)
    assert told.trend_text == "↓ Decreasing and getting better" and told.test == "chi-squared test for trend"
    (county,) = map(safe.reading, safe.areas("county"))
    assert county.trend_text == "↑ Increasing and getting better" and county.test == "weighted regression"
    assert county.value_text == "60.0%" and county.interval_text == "57.0% to 63.0%"


def test_what_is_suppressed_is_so_wherever_it_stands(atlas: Atlas, client: FlaskClient):
    told = atlas.indicators["entrants"].reading("E06000002")
    assert told.value_text == "suppressed" and told.against("england") == "–"
    table = pd.read_csv(io.BytesIO(client.get("/export.indicators.csv").data))
    mine = table[(table["area"] == "Eastshire") & (table["period"] == 2023)].iloc[0]
    assert mine["status"] == "suppressed" and pd.isna(mine["value"])
    answer = atlas.answer(Query(layer="indicator", level="borough"))
    assert pd.isna(answer.table.loc["E06000002", "indicator_value"])
    assert answer.classes.counts[-1] == 1 and answer.classes.labels[-1].startswith("Suppressed")


def test_the_map_has_it_where_it_is_published_for_and_says_so_elsewhere(atlas: Atlas):
    query, notices = Query.parse("?layer=indicator", atlas.catalogue)
    assert query.level == "borough" and "published for boroughs only" in notices[0]
    with pytest.raises(Refused, match=r"published for boroughs only: choose borough\."):
        atlas.exactly("?layer=indicator&level=ward")
    answer = atlas.answer(query)
    assert answer.finding == "The only value of “Entrants” here is that of Westshire: 75.0."
    assert answer.table["indicator_trend"].tolist()[0] == "↓ Decreasing and getting better"
    county = atlas.answer(Query.parse("?layer=indicator&indicator=safe", atlas.catalogue)[0])
    assert "published for the county as a whole, not for small areas: Squareshire has 60.0%" in county.finding
    assert county.classes.counts == (0, 36) and county.classes.patterns[-1] == "nodata"


@pytest.mark.parametrize("asked", ["area=E06000001", "set=E06000001,E06000002"])
def test_the_panel_tells_of_boroughs_while_an_indicator_is_shown(client: FlaskClient, asked: str):
    answer = client.get(f"/piece/panel?layer=indicator&level=borough&{asked}")
    assert answer.status_code == 200 and "could not be worked out" not in answer.text


def test_whatever_shows_it_is_titled_by_it_and_lists_its_values_and_no_events(
    atlas: Atlas, client: FlaskClient
):
    query = Query(layer="indicator", level="borough", month=(3,))
    here = sheet(atlas, query)
    assert here.title == "Entrants in Squareshire, 2023" and here.source == "Board, 2024 edition"
    assert here.heads == ("Value", "From", "To")
    assert [here.shown(row) for _, row in here.top.iterrows()] == [("75.0", "59.0", "94.0")]
    assert not any(here.noun in said for said in (*here.notes, here.answer.headline, here.about))
    rows, columns = ranked_table(here.answer)
    assert [one["head"] for one in columns] == ["#", "Area", "Value", "From", "To"]
    assert rows["indicator_value"][0] == "75.0" and rows["rank"] == ["1", ""]
    told = briefing(atlas, query)
    assert told.unit == "Entrants, per 100000" and told.when == "Source: Board, 2024 edition"
    assert [(spot.value, spot.changed) for spot in told.spots] == [
        ("75.0", "compared with England: better; trend: ↓ Decreasing and getting better")
    ]
    of_county = atlas.answer(Query.parse("?layer=indicator&indicator=safe", atlas.catalogue)[0])
    assert [one.heading for one in of_county.listed] == ["Value"] and not len(of_county.leading)
    events = profile(atlas, query.replace(area="E06000001")).answer
    assert events.query.layer == "measure" and events.ranked_by == "count" and not events.source


def test_what_leaves_is_what_the_screen_shows_and_counts_no_events(atlas: Atlas, client: FlaskClient):
    asked = "layer=indicator&level=borough"
    own = [one.name for one in LAYERS["indicator"].columns]
    table = pd.read_csv(io.BytesIO(client.get(f"/export.csv?{asked}").data), index_col=0)
    assert list(table.columns) == ["name", "borough", *own, "imd_decile"]
    shown, _ = ranked_table(atlas.answer(Query(layer="indicator", level="borough")))
    assert f"{table['indicator_value'].iloc[0]:.1f}" == shown["indicator_value"][0]
    book = pd.read_excel(io.BytesIO(client.get(f"/export.xlsx?{asked}").data), engine="openpyxl")
    assert list(book.columns[1:]) == list(table.columns)
    for form in ("json", "geojson"):
        said = client.get(f"/export.{form}?{asked}").json
        rows = said["records"] if form == "json" else [one["properties"] for one in said["features"]]
        assert list(rows[0])[1:] == [*table.columns, "class_shown"]
    mine = pd.Series(rows).map(lambda row: row["indicator_value"])
    assert mine.fillna(-1).tolist() == table["indicator_value"].fillna(-1).tolist()


def test_the_charts_of_events_are_left_out_beside_it(atlas: Atlas):
    def hidden(layer: str) -> set[bool]:
        answer = atlas.answer(Query(layer=layer, level="borough"))
        source = atlas.catalogue.source(answer.query)
        shown = charts_shown(atlas, answer, source, defaults_of(atlas, source), None)
        return {shown[f"{part}.hidden"] for part in ("months-area", "clock-part", "gradient-part")}

    assert hidden("indicator") == {True} and hidden("measure") == {False}


def test_a_bare_count_is_compared_with_nobodys(atlas: Atlas):
    entrants = atlas.indicators["entrants"]
    area = "E06000001"
    assert entrants.reading(area).england_value == 105.0
    rows = entrants.rows.assign(value=entrants.rows["count"], denominator=np.nan)
    bare = replace(entrants, rows=rows).reading(area)
    assert bare.against("england") == bare.against("neighbours") == "–"
    assert (bare.value_text, entrants.reading(area).value_text) == ("75", "75.0"), "it has no decimals"


def test_no_filter_of_events_changes_it(atlas: Atlas):
    plain = atlas.answer(Query(layer="indicator", level="borough"))
    other = atlas.answer(Query(layer="indicator", level="borough", source="ae", month=(3,)))
    assert plain.table["indicator_value"].equals(other.table["indicator_value"])


def test_page_files_and_command_tell_the_same(
    atlas: Atlas, client: FlaskClient, folder: Path, tmp_path: Path
):
    page = client.get("/indicators").text
    for text in (
        "↓ Decreasing and getting better",
        "chi-squared test for trend",
        "better (105.0)",
        "suppressed",
    ):
        assert text in page
    dark = client.get("/indicators?theme=dark").text
    assert dark.count("&amp;theme=dark") == dark.count(" on the map</a>") > 0, "each link keeps the theme"
    assert "Board, 2024 edition" in page and "published for the county only" in page
    records = client.get("/export.indicators.json").json
    frame = pd.DataFrame(records["records"])
    assert set(records["columns"]) == set(frame.columns)
    for form, read in (("csv", pd.read_csv), ("xlsx", partial(pd.read_excel, engine="openpyxl"))):
        file = tmp_path / f"out.{form}"
        assert run(["export", "--format", f"indicators.{form}", "--data", str(folder), "-o", str(file)]) == 0
        served = read(io.BytesIO(client.get(f"/export.indicators.{form}").data))
        pd.testing.assert_frame_equal(read(file), served)
        assert (
            served["value"].astype(float).fillna(-1).tolist()
            == frame["value"].astype(float).fillna(-1).tolist()
        )
    mine = frame[frame["key"] != "need"]
    assert len(mine) == 3 * len(YEARS) and mine["latest"].sum() == 3


def test_every_number_is_that_of_the_raw_table(client: FlaskClient):
    raw = pd.DataFrame([row.split(",") for row in rows()], columns=HEAD.split(","))
    mine = raw[(raw["indicator"] == "Entrants") & (raw["area"] == "Westshire")]
    table = pd.read_csv(io.BytesIO(client.get("/export.indicators.csv").data))
    found = table[(table["key"] == "entrants") & (table["area"] == "Westshire")]
    assert found["value"].tolist() == mine["value"].astype(float).tolist()
    assert found["count"].tolist() == mine["count"].astype(float).tolist()


def test_who_does_not_see_boroughs_does_not_see_theirs(atlas: Atlas):
    wards = atlas.seen_by(Viewer(levels={"ward"}))
    assert set(wards.indicators) == set(wards.catalogue.indicators) == {"safe", "need"}
    assert wards.indicators["need"].levels == ("ward",)
    assert set(atlas.indicators) == {"entrants", "safe", "need"}


def test_without_any_there_is_no_layer_and_the_page_says_how(small_county: Path, tmp_path: Path):
    data = shutil.copytree(small_county, tmp_path / "data")
    with Store(data).transaction() as change:
        change.remove("indicators/published")
    atlas = Atlas.open(data)
    assert "indicator" not in atlas.catalogue.layers
    client = create_app(atlas).server.test_client()
    assert "hotspots import indicators" in client.get("/indicators").text
    assert client.get("/export.indicators.csv").status_code == 422
    assert run(["export", "--format", "indicators.csv", "--data", str(data)]) == 1


def test_true_numbers_of_a_table_are_for_those_with_a_right_to_them(folder: Path, tmp_path: Path):
    data = shutil.copytree(folder, tmp_path / "data")
    rows = ["Alcohol,Westshire,2022-23,5,40", "Alcohol,Eastshire,2022-23,48,200"]
    head = "Substance,Local authority,Financial year,In treatment,Estimated need"
    (tmp_path / "own.csv").write_text("\n".join([head, *rows]))
    assert run(["import", "indicators", str(tmp_path / "own.csv"), "--data", str(data)]) == 0

    def told(viewer: Viewer) -> list[str]:
        one = Atlas.open(data, viewer).indicators["alcohol"]
        return [one.reading(code).value_text for code in ("E06000001", "E06000002")]

    assert told(OWNER) == told(OTHERS) == ["suppressed", "25.0%"]
    assert told(CLEARED_OWNER) == told(Viewer(cleared={"indicators.treatment_need"})) == ["12.5%", "24.0%"]
    cleared = Atlas.open(data, CLEARED_OWNER)
    assert "true small numbers, not for sharing" in cleared.indicators["alcohol"].label
    page = create_app(cleared).server.test_client().get("/indicators").text
    assert "True small numbers, not for sharing" in page
    answer = cleared.answer(Query(layer="indicator", level="borough").replace(indicator="alcohol"))
    assert answer.banner == "True small numbers, not for sharing"
    shown = cleared.seen_by(OTHERS)
    assert shown.indicators["alcohol"].reading("E06000001").value_text == "suppressed"
    assert shown.version == Atlas.open(data, OTHERS).version != cleared.version
    for file in (data / "cleared").glob("*.parquet"):
        file.unlink()
    assert told(OTHERS) == ["suppressed", "25.0%"], "nobody else opens what is true"


def test_a_second_table_replaces_its_own_indicators_alone(folder: Path, tmp_path: Path):
    data = shutil.copytree(folder, tmp_path / "data")
    (tmp_path / "made_up.toml").write_text(DECLARED)
    (tmp_path / "new.csv").write_text(f"{HEAD}\nSafe,Squareshire,2024,70%,66,74,,,%,higher,Survey,2025")
    command = ["import", "indicators", str(tmp_path / "new.csv"), "--mapping", str(tmp_path / "made_up.toml")]
    assert run([*command, "--data", str(data)]) == 0
    found = Atlas.open(data).indicators
    assert (
        set(found) == {"entrants", "safe", "need"} and found["safe"].reading("Squareshire").period == "2024"
    )
    assert found["safe"].rows["period"].tolist() == ["2024"]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([60, 75, 84.73, 90, 99], ["under 72.0", "72.0 to under 80.8", "80.8 to under 86.8"]),
        ([0.1, 0.2, 0.31, 0.4, 0.5], ["under 0.18", "0.18 to under 0.27", "0.27 to under 0.35"]),
        ([900, 1200, 1500.4, 2000, 2500], ["under 1,140", "1,140 to under 1,380", "1,380 to under 1,700"]),
    ],
)
def test_bounds_have_the_decimals_that_their_size_bears(values: list[float], labels: list[str]):
    """A share of 75 stood beside one of 84.7, and small ones fell together."""
    _, classes = in_steps(
        cast(Any, SimpleNamespace(query=Query())), "A share", np.array(values), np.full(5, True)
    )
    assert list(classes.labels[:3]) == labels
