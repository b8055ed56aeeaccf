"""The data view: what is loaded and what became of every row, against the raw files."""

import shutil
from pathlib import Path

import pandas as pd

from dashboard import create_app
from geo.answer.atlas import Atlas
from geo.ask.viewer import OTHERS
from geo.ask.words import month_name
from geo.cli import run
from geo.tell.holdings import Holding, Listing, holdings
from tests.support import small_county as small
from tests.support.command import street


def table(held: Holding, title: str) -> Listing:
    return next(one for one in held.tables if one.title.startswith(title))


def test_each_month_says_what_is_known_of_its_events(small_atlas: Atlas, small_county: Path) -> None:
    raw = pd.read_csv(small_county.parent / "raw" / "offences.csv", dtype=str, keep_default_na=False)
    when, place = raw["Committed From"], raw["LSOA Code"]
    held = holdings(small_atlas)[0]
    found = table(held, "Month by month")
    assert [row[0] for row in found.rows] == [month_name(2023 * 12 + m) for m in range(11, -1, -1)]
    for row, month in zip(found.rows, range(12, 0, -1), strict=True):
        mine = when.str[3:5] == f"{month:02d}"
        inside = place.isin(small.CODES)
        expected = [
            mine.sum(),
            (mine & inside).sum(),
            (mine & ~inside & (place != "")).sum(),
            (mine & (place == "")).sum(),
            (mine & (when.str.len() == 10)).sum(),
            (mine & (when.str[11:13] == "00")).sum(),
        ]
        assert row[1:] == tuple(f"{n:,}" for n in expected)
    (delivery,) = table(held, "Deliveries").rows
    assert delivery[1:3] == ("offences.csv", "3,000") and delivery[-2:] == ("0", "None")
    assert dict(held.facts)["Gaps"] == "None" and dict(held.facts)["Time is known to"] == "the hour"


def test_who_may_not_see_the_true_numbers_is_told_nothing_of_the_true_file(small_county: Path) -> None:
    for held in holdings(Atlas.open(small_county, OTHERS)):
        assert [one.title for one in held.tables if one.title.startswith(("Deliveries", "Who"))] == []
        assert {row[1][-1] for row in table(held, "Month by month").rows} <= set("05*")


def test_suppliers_gaps_coverage_and_places_that_soak_up_events(
    small_areas: Path, tmp_path: Path, capsys: object
) -> None:
    data = tmp_path / "data"
    shutil.copytree(small_areas, data)
    east, west = small.CODES[5], small.CODES[0]
    files = []
    for month, force, code, n in (
        ("2023-01", "one", west, 300),
        ("2023-03", "one", west, 280),
        ("2023-01", "two", east, 40),
        ("2023-03", "two", east, 30),
    ):
        files.append(
            street(tmp_path, month, *[f"{force}{k}{month},{code},Robbery" for k in range(n)], force=force)
        )
    assert run(["import", "offences", *map(str, files), "--data", str(data)]) == 0
    atlas = Atlas.open(data)
    (held,) = holdings(atlas)
    assert dict(held.facts)["Gaps"] == "February 2023: not loaded, so not zeros"
    assert table(held, "Who reports").rows == [
        ("one", "January 2023, March 2023", "580", "290", "None"),
        ("two", "January 2023, March 2023", "70", "35", "None"),
    ]
    soaking = table(held, "Places that soak up events")
    assert soaking.rows[0] == (f"Square 00 ({west})", "580", "580", "Robbery")
    page = create_app(atlas).server.test_client().get("/data")
    assert page.status_code == 200
    assert "Square 00" in page.text and "Open data" in page.text and "February 2023" in page.text


def test_the_middle_area_of_a_controlled_source_is_not_told_by_how_often_others_have_its_events(
    demo_atlas: Atlas,
) -> None:
    (held,) = (held for held in holdings(demo_atlas) if held.name == "Ambulance call-outs")
    rows = table(held, "Places that soak up events").rows
    assert rows and {row[2] for row in rows} == {"*"}
