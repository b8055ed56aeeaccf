"""The data view: what is loaded and what became of every row, against the raw files."""

import io
import shutil
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook

from dashboard import create_app
from geo.answer.atlas import Atlas
from geo.ask.viewer import OTHERS, OWNER
from geo.ask.words import month_name
from geo.cli import run
from geo.tell.holdings import Holding, Listing, holdings
from tests.support import small_county as small
from tests.support.command import street
from tests.support.manifest import rewritten


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


def test_no_route_tells_others_what_an_import_wrote_down_of_the_true_file(
    small_county: Path, tmp_path: Path
) -> None:
    """Rows of deliveries, and events of suppliers by month: each is made a number that nothing else has."""
    folder = shutil.copytree(small_county, tmp_path / "county")
    with rewritten(folder) as manifest:
        for entry in manifest["history"]:
            entry |= {name: MARKED for name, value in entry.items() if type(value) is int}
        for batch in manifest["batches"].values():
            batch["reports"] = {"kent": dict.fromkeys(batch["months"], MARKED)}
    owner, others = (create_app(Atlas.open(folder, who)).server.test_client() for who in (OWNER, OTHERS))
    assert owner.get("/data").text.count(f"{MARKED:,}") > 3
    paths = ["/", "/data", "/openapi.json", "/collections"]
    for source in ("offences", "ae"):
        asked = f"source={source}&level=ward"
        paths += [f"/answer?{asked}", f"/piece/evidence?{asked}"]
        paths += [f"/piece/panel?{asked}&area={small.CODES[0]}"]
        paths += [f"/export.{kind}?{asked}" for kind in ("csv", "json")]
        book = load_workbook(io.BytesIO(others.get(f"/export.xlsx?{asked}").data))
        cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        assert len(cells) > 50 and not any(told_in(cell) for cell in cells)
    for path in paths:
        assert not told_in(others.get(path).text), path


MARKED = 7654321


def told_in(text: str) -> bool:
    return str(MARKED) in text or f"{MARKED:,}" in text


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
