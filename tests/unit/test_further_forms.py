"""Files as further publishers and programs write them: each is read, or refused with what to do."""

import gzip
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.ask.problem import Problem
from geo.data import area_tables
from geo.data.coarser import level_of_codes
from geo.data.coverage import only_day
from geo.data.mapping import read_mapping
from geo.data.read_boundaries import read_boundaries
from geo.data.read_population import read_population
from geo.data.read_table import read_table
from geo.data.readers import Reader
from geo.data.sources import SOURCES, reader_for
from geo.data.table import Table, parse_ages, parse_areas, parse_flags, parse_sexes
from tests.support import small_county as small

CODES = ("E01000001", "E01000002")
STREET = "Crime ID,Month,LSOA code,Crime type\na,2023-01,E01000001,Drugs\n"


def table(text: str) -> Table:
    return read_table("file.csv", text.encode())


def column(*cells: str) -> Table:
    return Table("file.csv", pd.DataFrame({"C": cells}, dtype="str"), aside={})


# ---------------------------------------------------------------- residents and lookups

SINGLE = [f"{code},{age},{sex},2" for code in CODES for age in range(91) for sex in "FM"]


@pytest.mark.parametrize(
    ("text", "bands", "people"),
    [
        ("LSOA21CD,Population\n" + "".join(f"{c},1500\n" for c in CODES), {"0+"}, 3000),
        ("LSOA21CD,0-4,5-9,10+\n" + "".join(f"{c},1,2,3\n" for c in CODES), {"0-4", "5-9", "10+"}, 12),
        ("LSOA21CD,0 to 4,5 to 9,10 and over\n" + "".join(f"{c},1,2,3\n" for c in CODES), None, 12),
        ("lsoa21cd,age,sex,population\n" + "\n".join(SINGLE), None, 2 * 91 * 2 * 2),
        (
            "GEOGRAPHY_CODE,GENDER_NAME,C_AGE_NAME,OBS_VALUE\n"
            + "".join(
                f"{c},{sex},{age},5\n"
                for c in CODES
                for sex in ("Male", "Female")
                for age in ("Aged 0-15", "Aged 16+")
            ),
            {"0-15", "16+"},
            40,
        ),
        ('LSOA21CD,age_band,population\nE01000001,0+,"1,005"\n', {"0+"}, 1005),
    ],
    ids=["total", "groups", "groups in words", "single years", "Nomis", "thousands"],
)
def test_residents(text: str, bands: set[str] | None, people: int) -> None:
    found = read_population(table(text))
    assert found["population"].sum() == people
    assert bands is None or set(found["age_band"]) == bands


def test_a_year_of_age_that_stands_twice_is_still_refused() -> None:
    with pytest.raises(Problem, match="stands above already"):
        read_population(table("lsoa21cd,age,sex,population\n" + "\n".join([*SINGLE, SINGLE[5]])))


def test_of_two_years_of_wards_the_later_is_taken_and_rows_that_say_the_same_are_one() -> None:
    header = "LSOA21CD,WD23CD,WD23NM,WD24CD,WD24NM,LTLA24CD,LTLA24NM\n"
    rows = "E01000001,E05000001,Old,E05000009,New,E06000055,Bedford\n"
    given = table(header + rows * 2)
    lookup = area_tables.read_lookup(given)
    assert lookup.columns.tolist() == ["wd24cd", "ward", "lad24cd", "borough"]
    assert lookup["ward"].tolist() == ["New"]
    assert "those of 2024 were taken" in str(given.notes) and "1 rows that say the same" in str(given.notes)


@pytest.mark.parametrize("ward", ["WDCD,WDNM", "ward_code,ward_name", "Ward Code,Ward Name"])
def test_wards_without_a_year_are_refused_with_what_to_do(ward: str) -> None:
    with pytest.raises(Problem, match=r"does not say of which year its wards are .*like WD24CD and WD24NM"):
        area_tables.read_lookup(
            table(f"LSOA21CD,{ward},LAD24CD,LAD24NM\nE01000001,E05000001,A,E06000055,B\n")
        )


# ---------------------------------------------------------------- boundaries


def test_boundaries_as_geoparquet_and_gzipped(tmp_path: Path) -> None:
    areas = gpd.GeoDataFrame(small.areas()[["LSOA21CD", "geometry"]])
    areas.to_parquet(tmp_path / "areas.parquet")
    areas.to_crs(4326).to_file(tmp_path / "areas.geojson", driver="GeoJSON")
    (tmp_path / "areas.geojson.gz").write_bytes(gzip.compress((tmp_path / "areas.geojson").read_bytes()))
    for name in ("areas.parquet", "areas.geojson.gz"):
        found, *_ = read_boundaries(tmp_path / name)
        assert found.index.tolist() == small.CODES


# ---------------------------------------------------------------- text


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16-le", "utf-16-be", "utf-16"])
def test_letters_of_two_or_four_bytes(encoding: str) -> None:
    read = read_table("file.csv", STREET.encode(encoding))
    assert read.frame.loc[0, "Crime type"] == "Drugs" and "Unicode Text" in str(read.notes)


def test_names_of_columns_may_be_in_another_case() -> None:
    given = table(STREET.replace("LSOA code", "LSOA Code").replace("Month", "MONTH"))
    reader = reader_for(SOURCES["offences"], given)
    assert reader.parse(given)["lsoa"].tolist() == ["E01000001"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "is a 7-Zip archive, which is not unpacked here: unpack it"),
        (b"Rar!\x1a\x07" + bytes(40), "is a RAR archive"),
        (bytes(257) + b"ustar" + bytes(40), r"is a packed archive \(tar\)"),
        (b"PK\x03\x04" + bytes(40), "let its name end in .zip or .xlsx"),
    ],
)
def test_other_archives_are_refused_with_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(Problem, match=said):
        read_table("file.csv", content)


# ---------------------------------------------------------------- persons


def test_ages_as_bands_with_decimals_and_in_words() -> None:
    given = column("30", "30.0", "30-34", "90+", "Not stated", "N/K")
    assert parse_ages(given, "C").astype("str").fillna("").tolist() == ["30-34"] * 3 + ["90+", "", ""]
    assert not given.aside
    wrong = column("30.5", "31-33", "-1")
    parse_ages(wrong, "C")
    assert set(wrong.aside or {}) == {0, 1, 2}


def test_flags_as_numbers_but_not_beside_letters() -> None:
    given = column("1", "0", "Unknown")
    assert parse_flags(given, "C").tolist() == [True, False, pd.NA]
    assert not given.aside
    mixed = column("Y", "1")
    parse_flags(mixed, "C")
    assert set(mixed.aside or {}) == {1}


def test_sexes_that_were_not_said() -> None:
    given = column("Female", "Prefer not to say", "Not recorded")
    assert parse_sexes(given, "C").astype("str").fillna("").tolist() == ["F", "", ""] and not given.aside


# ---------------------------------------------------------------- events


def reader(text: str, tmp_path: Path) -> Reader:
    (tmp_path / "own.toml").write_text('label = "Things"\nplace = "residence"\n' + text, encoding="utf-8")
    return read_mapping(tmp_path / "own.toml", "things").readers[0]


def test_a_table_of_years_covers_every_month_of_each_evenly(tmp_path: Path) -> None:
    columns = '[columns]\narea = "LSOA"\nmonth = "Year"\ncount = "N"\n[formats]\nmonth = "%Y"\n'
    by_year = reader(columns, tmp_path)
    rows = [f"{code},{year},3" for code in CODES * 8 for year in (2022, 2023)]
    events = by_year.parse(table("LSOA,Year,N\n" + "\n".join(rows)))
    counts = events["month"].value_counts()
    assert len(counts) == 24 and set(counts) == {4}
    assert by_year.covered([2023 * 12 + 5]) == list(range(2023 * 12, 2024 * 12))
    of_all = reader('period = "2023-04 to 2024-03"\ncategory = "A"\n[columns]\narea = "LSOA"\n', tmp_path)
    assert of_all.covered([2023 * 12 + 5]) == list(range(2023 * 12 + 3, 2024 * 12 + 3))


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (["2023-01-01", "2023-01-01", "2023-05-01"], "first"),
        (["2023-01-31", "2023-02-28", "2023-04-30"], "last day"),
        (["2023-01-15", "2023-02-15", "2023-04-15"], "day 15"),
        (["2023-01-15", "2023-01-15", "2023-01-15"], ""),
        (["2023-01-15", "2023-02-16", "2023-04-15"], ""),
    ],
)
def test_dates_that_only_write_months(dates: list[str], day: str) -> None:
    when = pd.Series(pd.to_datetime(dates)).astype("datetime64[s]")
    hour = pd.Series([pd.NA] * 3, dtype="Int8")
    events = pd.DataFrame({"date": when, "hour": hour, "month": when.dt.year * 12 + when.dt.month - 1})
    assert only_day(events) == day
    assert only_day(events.assign(hour=pd.Series([0, 7, 0], dtype="Int8"))) == ""


def test_totals_of_a_country_are_set_aside_and_middle_layer_areas_refused() -> None:
    given = column("E01000001", "E92000001", "K04000001", "E12000006")
    parse_areas(given, "C")
    assert set(given.aside or {}) == {1, 2, 3}
    with pytest.raises(Problem, match=r"middle layer areas \(MSOA, like E02000001\)"):
        level_of_codes(pd.Series(["E02000001", "E02000002"]), "file.csv")
