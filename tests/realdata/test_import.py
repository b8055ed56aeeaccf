"""Real Bedfordshire through the documented commands: every published number, and the traps of the files."""

import csv
import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.cli import run
from geo.data.store import Snapshot, Store
from tests.support import real_bedfordshire

DELIVERIES = {
    "street-2021-05_2024-04.zip": (182_113, 174_643, 1_089, 6_381),
    "street-2025.zip": (62_422, 59_358, 495, 2_569),
    "street-2018-10_2019-02.zip": (28_870, 28_713, 157, 0),
    "stop-and-search-2021-05_2024-04.zip": (11_810, 8_980, 511, 2_319),
}


@pytest.fixture(scope="module")
def snapshot(bedfordshire: Path) -> Snapshot:
    return Store(bedfordshire).open()


def receipt(snapshot: Snapshot, name: str) -> dict[str, Any]:
    """What became of a delivery, by its name in the document."""
    file = Path(real_bedfordshire.FILES[name]).name
    (entry,) = [e for e in snapshot.manifest["history"] if [f["name"] for f in e["files"]] == [file]]
    return dict(entry)


def rows_of(shared_data: Path, name: str) -> Iterator[dict[str, str]]:
    """Rows of a delivery, read without any of the project's code."""
    with zipfile.ZipFile(shared_data / real_bedfordshire.FILES[name]) as archive:
        for member in archive.namelist():
            if member.endswith(".csv"):
                yield from csv.DictReader(io.TextIOWrapper(archive.open(member), encoding="utf-8"))


# ---------------------------------------------------------------- areas


def test_areas(snapshot: Snapshot) -> None:
    lsoa, ward, borough = (snapshot.read(f"areas/{level}") for level in ("lsoa", "ward", "borough"))
    assert (len(lsoa), len(ward), len(borough)) == (417, 79, 3)
    assert [areas.index.name for areas in (lsoa, ward, borough)] == ["lsoa21cd", "wd24cd", "lad24cd"]
    assert sorted(borough["name"]) == ["Bedford", "Central Bedfordshire", "Luton"]
    lookup = snapshot.read("lookup")
    assert lookup["borough"].value_counts().to_dict() == {
        "Central Bedfordshire": 175,
        "Luton": 125,
        "Bedford": 117,
    }
    assert lookup.groupby("borough")["ward"].nunique().to_dict() == {
        "Bedford": 28,
        "Central Bedfordshire": 31,
        "Luton": 20,
    }
    assert borough.area.sum() == pytest.approx(lsoa.area.sum(), rel=1e-9)
    assert snapshot.place == "Bedfordshire"
    assert not snapshot.synthetic


def test_the_wards_are_those_of_the_file_not_merged_ones(snapshot: Snapshot) -> None:
    ward, lookup = snapshot.read("areas/ward"), snapshot.read("lookup")
    merged = snapshot.read("areas/lsoa").dissolve(lookup["wd24cd"])
    assert not ward.geom_equals_exact(merged.set_index(ward.index), 1).all()


def test_neighbours_of_every_level_and_kind(snapshot: Snapshot) -> None:
    assert len(snapshot.roles("neighbours/")) == 9
    queen = snapshot.read("neighbours/lsoa/queen")
    assert queen["focal"].nunique() == 417, "no small area of Bedfordshire is an island"
    pairs = set(map(tuple, queen.to_numpy()))
    assert pairs == {(b, a) for a, b in pairs}


def test_residents_and_deprivation(shared_data: Path, snapshot: Snapshot) -> None:
    people = snapshot.read("population")
    assert set(people["age_band"]) == {"0-15", "16-24", "25-34", "35-49", "50-64", "65+"}
    raw = pd.read_csv(shared_data / real_bedfordshire.FILES["Census2021_age.csv.gz"])
    raw = raw[raw["LSOA21CD"].isin(snapshot.read("areas/lsoa").index)]
    assert people["population"].sum() == raw["usual_residents"].sum() == 704_691
    index = snapshot.read("deprivation")
    assert index.index.equals(snapshot.read("areas/lsoa").index)
    assert len([c for c in index if c.endswith("_decile")]) == 8
    raw = pd.read_csv(shared_data / real_bedfordshire.FILES["IoD2025_File_7.csv.gz"], index_col=0)
    for column, official in (
        ("imd_rank", "(IMD) Rank"),
        ("crime_score", "Crime Score"),
        ("health_decile", "Health"),
    ):
        (name,) = [c for c in raw if official in c and column.split("_")[1].title() in c]
        assert index[column].tolist() == raw.loc[index.index, name].tolist()


# ---------------------------------------------------------------- events


@pytest.mark.parametrize("name", DELIVERIES)
def test_every_row_is_accounted_for(snapshot: Snapshot, name: str) -> None:
    entry = receipt(snapshot, name)
    assert (entry["rows"], entry["in_county"], entry["outside"], entry["unlocated"]) == DELIVERIES[name]
    assert entry["rows"] == entry["in_county"] + entry["outside"] + entry["unlocated"]


def test_the_document_states_these_numbers() -> None:
    text = real_bedfordshire.DOCUMENT.read_text(encoding="utf-8")
    for numbers in DELIVERIES.values():
        assert f"| {' | '.join(f'{number:,}' for number in numbers)} |" in text
    for number in ("9,855", "184 rows", "23,644", "5,069", "24 areas"):
        assert number in text


def test_equal_rows_and_repeated_references_are_kept_and_counted(snapshot: Snapshot) -> None:
    entry = receipt(snapshot, "street-2021-05_2024-04.zip")
    assert (entry["identical"], entry["repeated_references"]) == (9_855, 184)


def test_the_months_are_covered_and_the_others_are_gaps(
    bedfordshire: Path, snapshot: Snapshot, capsys: pytest.CaptureFixture[str]
) -> None:
    spans = (("2018-10", "2019-02"), ("2021-05", "2024-04"), ("2025-01", "2025-12"))
    expected = [m for a, b in spans for m in range(month_number(a), month_number(b) + 1)]
    assert snapshot.months("offences") == expected
    assert len(snapshot.gaps("offences")) == 26 + 8
    capsys.readouterr()
    assert run(["check", "--data", str(bedfordshire)]) == 0
    assert (
        "not loaded, so gaps and not zeros: 2019-03 to 2021-04, 2024-05 to 2024-12" in capsys.readouterr().out
    )


@pytest.mark.parametrize("name", ["street-2021-05_2024-04.zip", "street-2025.zip"])
def test_events_equal_a_plain_count_of_the_rows(shared_data: Path, snapshot: Snapshot, name: str) -> None:
    codes = set(snapshot.read("areas/lsoa").index)
    expected = Counter(
        (row["LSOA code"], row["Month"], row["Crime type"])
        for row in rows_of(shared_data, name)
        if row["LSOA code"] in codes
    )
    events = snapshot.read(receipt(snapshot, name)["role"])
    events = events[events["lsoa"].isin(codes)]
    months = events["month"].map(lambda m: f"{m // 12}-{m % 12 + 1:02d}")
    assert Counter(zip(events["lsoa"], months, events["category"], strict=True)) == expected


def test_the_files_of_2011_are_converted_without_loss(shared_data: Path, snapshot: Snapshot) -> None:
    name = "street-2018-10_2019-02.zip"
    entry = receipt(snapshot, name)
    assert entry["vintage"] == "lsoa11cd"
    assert entry["conversion"] == {
        "source": "lsoa11cd",
        "target": "lsoa21cd",
        "unchanged": 23_644,
        "merged": 0,
        "apportioned": 5_069,
        "areas_apportioned": 24,
    }
    changes = pd.read_csv(shared_data / real_bedfordshire.FILES["LSOA11_LSOA21_LAD22.csv"], dtype=str)
    codes = set(snapshot.read("areas/lsoa").index)
    changes = changes[changes["LSOA21CD"].isin(codes)]
    parent = changes.set_index("LSOA21CD")["LSOA11CD"]
    assert parent.index.is_unique, "no small area of Bedfordshire was merged"
    events = snapshot.read(entry["role"])
    local = events[events["lsoa"].isin(codes)]
    back = local["lsoa"].map(parent).value_counts()
    raw = Counter(row["LSOA code"] for row in rows_of(shared_data, name))
    assert back.to_dict() == {code: raw[code] for code in parent.unique() if raw[code]}
    # Each successor has its share by residents, to within one event, and every month has its events.
    people = snapshot.read("population").groupby("lsoa")["population"].sum()
    share = people / people.groupby(parent).transform("sum")
    expected = back.reindex(parent.loc[share.index]).fillna(0).to_numpy() * share
    assert (np.abs(local["lsoa"].value_counts().reindex(share.index).fillna(0) - expected) < 1).all()
    months = Counter(row["Month"] for row in rows_of(shared_data, name))
    assert events["month"].value_counts().to_dict() == {month_number(m): n for m, n in months.items()}


def test_without_the_exact_fit_lookup_the_files_of_2011_are_refused(
    shared_data: Path, bedfordshire_areas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = shutil.copytree(bedfordshire_areas, tmp_path / "data")
    version = Store(data).open().version
    archive = shared_data / real_bedfordshire.FILES["street-2018-10_2019-02.zip"]
    assert run(["import", "offences", str(archive), "--data", str(data)]) == 1
    assert "may use small areas of 2011" in capsys.readouterr().err
    assert Store(data).open().version == version


def test_files_of_other_years_are_refused(
    shared_data: Path, bedfordshire: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = Store(bedfordshire).open().version
    for kind, name in (
        ("boundaries", "boundaries/LSOA_2011_bedfordshire.geojson"),
        ("deprivation", "imd/File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz"),
        ("population", "population/MYE2020_single_year_LSOA11_EW.csv.gz"),
        ("lookup", "lookups/LSOA11_WD17_EW.csv"),
    ):
        assert run(["import", kind, str(shared_data / name), "--data", str(bedfordshire)]) == 1, name
    said = capsys.readouterr().err.splitlines()
    assert "holds other small areas" in said[0]
    assert "of 2011 but the loaded areas are small areas (LSOA) of 2021" in said[1]
    assert "of 2011 but the loaded areas are small areas (LSOA) of 2021" in said[2]
    assert "no lookup from small areas to wards and boroughs" in said[3]
    assert Store(bedfordshire).open().version == version


def test_an_invalid_ring_and_torn_edges_of_2011(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "boundaries/LSOA_2011_bedfordshire.geojson"
    assert run(["import", "boundaries", str(path), "--data", str(tmp_path)]) == 0
    snapshot = Store(tmp_path).open()
    notes = " ".join(snapshot.manifest["history"][-1]["notes"])
    assert "1 invalid ring repaired (E01017486)." in notes
    assert "do not meet their neighbours exactly" in notes
    assert len(snapshot.read("areas/lsoa")) == 381
    assert len(snapshot.read("neighbours/lsoa/queen")) == 2 * 1_091, (
        "pairs within 1 m; exactly touching: 1,014"
    )


def test_a_national_file_gives_the_same_county(shared_data: Path, tmp_path: Path, snapshot: Snapshot) -> None:
    path = shared_data / "boundaries/LSOA_2021_england.gpkg"
    within = [word for name in ("Bedford", "Central Bedfordshire", "Luton") for word in ("--within", name)]
    assert run(["import", "boundaries", str(path), *within, "--data", str(tmp_path)]) == 0
    assert Store(tmp_path).open().read("areas/lsoa").index.equals(snapshot.read("areas/lsoa").index)


def test_stop_and_search_has_hours_of_local_time(shared_data: Path, snapshot: Snapshot) -> None:
    events = snapshot.incidents("stop_and_search")
    assert events["hour"].notna().all()
    moments = [row["Date"] for row in rows_of(shared_data, "stop-and-search-2021-05_2024-04.zip")]
    local = pd.Series(pd.to_datetime(moments, utc=True)).dt.tz_convert("Europe/London").dt.tz_localize(None)
    assert (events["hour"] == local.dt.hour).all()
    assert (events["date"] == local.dt.normalize()).all()
    assert (events["month"] == local.dt.year * 12 + local.dt.month - 1).all()
    assert (events["hour"] != pd.to_datetime(moments, utc=True).hour).sum() > 5_000, (
        "half the year is summer time"
    )


def test_no_reference_reached_the_data_folder(shared_data: Path, bedfordshire: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(bedfordshire, tmp_path / "copy")
    references = [row["Crime ID"] for row in rows_of(shared_data, "street-2025.zip") if row["Crime ID"]][:5]
    for role in Store(folder).open().roles("incidents/"):
        frame = Store(folder).open().read(role)
        assert not frame.isin(references).to_numpy().any()
        assert "Crime ID" not in frame
    manifest = (folder / "versions" / (folder / "CURRENT").read_text().split()[0]).read_text()
    assert not any(reference in manifest for reference in references)


# ---------------------------------------------------------------- what the page says of it


def test_the_page_counts_the_same(bedfordshire: Path) -> None:
    atlas = Atlas.open(bedfordshire)
    query, notices = Query.parse("level=borough&source=offences&from=2021-05&to=2024-04", atlas.catalogue)
    assert not notices
    answer = atlas.answer(query)
    totals = answer.totals
    assert (totals.total, totals.shown, totals.outside, totals.unlocated) == (182_113, 174_643, 1_089, 6_381)
    assert answer.table["count"].sum() == 174_643
    assert not atlas.catalogue.sources["offences"].has_hours
    assert atlas.catalogue.sources["stop_and_search"].has_hours
    by_level = [atlas.answer(query.replace(level=level)).table["count"].sum() for level in ("lsoa", "ward")]
    assert by_level == [174_643, 174_643]
