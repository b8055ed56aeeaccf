"""Mappings: a source of a user's own, by one file of TOML."""

import re
from pathlib import Path

import pandas as pd
import pytest

from geo.ask.problem import Problem
from geo.ask.words import month_number
from geo.data.mapping import KEYS, TABLES, read_mapping
from geo.data.read_table import read_table
from geo.data.sources import SOURCES, Source, reader_for, stored_sources
from tests.support.tables import cells, changed

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "data-formats.md"

MAPPING = """
label = "Knife injuries"
noun = ["injury", "injuries"]
moment = "arrival"
place = "residence"
disclosure = "controlled"
attribution = "County hospital trust"
[columns]
date = "Seen on"
time = "Seen at"
category = "Injury"
area = "Home LSOA"
age = "Age"
sex = "Sex"
reference = "Record"
[formats]
date = "%Y-%m-%d"
[categories]
KN = "Knife injury"
"""
MAPPED = "Record,Seen on,Seen at,Injury,Home LSOA,Age,Sex\n77001,2023-02-01,14:30,KN,E01017540,33,F\n"


def mapping(folder: Path, text: str, key: str = "knife_injuries") -> Source:
    (folder / "knife.toml").write_text(text, encoding="utf-8")
    return read_mapping(folder / "knife.toml", key)


def read_mapped(source: Source, text: str) -> pd.DataFrame:
    table = read_table("file.csv", text.encode())
    return reader_for(source, table).parse(table)


def test_a_mapping_registers_a_source(tmp_path: Path) -> None:
    source = mapping(tmp_path, MAPPING)
    assert (source.key, source.label, source.noun) == (
        "knife_injuries",
        "Knife injuries",
        ("injury", "injuries"),
    )
    assert (source.place, source.disclosure, source.moment) == ("residence", "controlled", "arrival")
    assert source.readers[0].grain == "hour"
    assert source.readers[0].reference == "Record"
    assert cells(read_mapped(source, MAPPED), 0) == {
        "category": "Knife injury",
        "lsoa": "E01017540",
        "month": month_number("2023-02"),
        "date": pd.Timestamp("2023-02-01"),
        "hour": 14,
        "age_band": "30-34",
        "sex": "F",
    }


def test_a_source_says_its_sector_and_an_older_folder_that_of_the_registered_one(tmp_path: Path) -> None:
    text = 'label = "Fires"\nplace = "occurrence"\ndisclosure = "open"\ncategory = "Fire"\n'
    text += '[columns]\ndate = "Day"\narea = "LSOA"\n'
    (tmp_path / "fires.toml").write_text(text)
    fires = read_mapping(tmp_path / "fires.toml", "fires")
    (tmp_path / "burns.toml").write_text(f'sector = "health"\n{text}')
    burns = read_mapping(tmp_path / "burns.toml", "burns")
    assert (fires.sector, burns.sector) == ("other", "health")
    said = {source.key: source.described() for source in (fires, burns, *SOURCES.values())}
    manifest = {"batches": {key: {"source": key} for key in said}, "sources": said}
    now = {key: source.sector for key, source in stored_sources(manifest).items()}
    assert now["stop_and_search"] == now["offences"] == "police"
    for one in said.values():
        del one["sector"]
    assert {key: s.sector for key, s in stored_sources(manifest).items()} == {**now, "burns": "other"}
    (tmp_path / "burns.toml").write_text(f'sector = "hospital"\n{text}')
    with pytest.raises(Problem, match="“sector” as police or health or other"):
        read_mapping(tmp_path / "burns.toml", "burns")


def documented() -> str:
    """The mapping of events that the documents show, the last of their declarations."""
    return re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[-1]


def test_the_example_of_the_documents_works(tmp_path: Path) -> None:
    text = documented()
    header, row = MAPPED.replace("2023-02-01", "01/02/2023").strip().split("\n")
    events = read_mapped(mapping(tmp_path, text), f"{header},Pseudonym\n{row},ab12\n")
    assert events.loc[0, "person"] == 1
    assert events.loc[0, "category"] == "Knife injury"
    assert events.loc[0, "hour"] == 14


def test_every_key_of_a_mapping_is_documented() -> None:
    text = documented()
    for key in (*KEYS, *(inner for table in TABLES.values() for inner in table)):
        assert re.search(rf"\b{key}\b", text), key


def test_a_mapping_of_a_known_source_adds_a_format(tmp_path: Path) -> None:
    text = '[columns]\nmonth = "M"\ncategory = "C"\nlongitude = "X"\nlatitude = "Y"\n'
    source = mapping(tmp_path, text, "offences")
    assert source.label == SOURCES["offences"].label
    assert source.readers[0].grain == "month"
    events = read_mapped(source, "M,C,X,Y\n2023-02,Robbery,-0.4,51.9\n")
    assert cells(events, 0) == {
        "category": "Robbery",
        "month": month_number("2023-02"),
        "longitude": -0.4,
        "latitude": 51.9,
    }


def test_a_date_column_may_hold_the_time(tmp_path: Path) -> None:
    text = 'category = "Robbery"\n[columns]\ndate = "D"\narea = "A"\n[formats]\ndate = "%d/%m/%Y %H:%M"\n'
    events = read_mapped(mapping(tmp_path, text, "offences"), "D,A\n01/02/2023 07:15,\n02/02/2023,\n")
    assert events["hour"].tolist() == [7, pd.NA]
    assert events["category"].tolist() == ["Robbery"] * 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("label", "lable", "unknown key “lable”"),
        ('label = "Knife injuries"', "", "lacks “label”"),
        ('"residence"', '"home"', "must give “place” as occurrence or residence"),
        ('"controlled"', '"secret"', "must give “disclosure” as open or internal or controlled"),
        ('["injury", "injuries"]', '"injury"', "must give “noun” as two words"),
        ('date = "Seen on"', "", "either “date” or “month”"),
        ('area = "Home LSOA"', "", "either “area”, “longitude” and “latitude”, or “easting”"),
        ('area = "Home LSOA"', 'longitude = "X"', "either “area”, “longitude” and “latitude”, or “easting”"),
        ('category = "Injury"', "", "either a column “category”"),
        ('age = "Age"', 'years = "Age"', r"has “years” under \[columns\]"),
        ('age = "Age"', "age = 3", r"must give \[columns\] as a table of texts"),
        ("[columns]", "[columns", "not well-formed TOML"),
    ],
)
def test_a_mapping_that_says_too_little_or_too_much_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(Problem, match=message) as problem:
        mapping(tmp_path, changed(MAPPING, old, new))
    assert "knife.toml" in str(problem.value)


def test_a_mapping_needs_a_plain_key_and_a_file(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="“Knife injuries” cannot name a source"):
        mapping(tmp_path, MAPPING, "Knife injuries")
    with pytest.raises(Problem, match="cannot be read"):
        read_mapping(tmp_path / "absent.toml", "knife_injuries")


def test_a_stored_source_is_told_as_it_was(tmp_path: Path) -> None:
    source = mapping(tmp_path, MAPPING)
    manifest = {
        "batches": {"incidents/knife_injuries/1": {"source": "knife_injuries"}},
        "sources": {"knife_injuries": source.described()},
    }
    back = stored_sources(manifest)["knife_injuries"]
    assert back.described() == source.described()
    assert back.noun == ("injury", "injuries")


SHIPPED = {
    "records": (
        "offences",
        "Crime No,Offence,Earliest Date/Time,Latest Date/Time,Easting,Northing\n"
        "77001,Burglary,01/03/2023 08:00,01/03/2023 17:30,510241,221608\n",
        {"category": "Burglary", "hour": 8, "span_hours": 9.5},
    ),
    "istv": (
        "assaults",
        "EC_Ident,Injury_Date,Injury_Time,Injury_Mechanism,Assault_Place_LSOA,Age_At_Arrival,Stated_Gender,"
        "Assault_Place_Match_Confidence,Assault_Weapon\n"
        "77001,01/03/2023,23:40,Assault,E01017540,24,1,High,Bottle\n",
        {"lsoa": "E01017540", "hour": 23, "place_match": "High", "weapon": "Bottle", "age_band": "20-24"},
    ),
    "treatment": (
        "treatment",
        "WD24CD,Year,Substance,Episodes\nE05000001,2023,Opiates,3\n",
        {"category": "Opiates", "lsoa": "E05000001", "month": 2023 * 12},
    ),
    "drug_deaths": (
        "drug_deaths",
        "LSOA21CD,Year,Cause,Deaths\nE01017540,2023,Alcohol,2\n",
        {"category": "Alcohol", "lsoa": "E01017540", "month": 2023 * 12},
    ),
}


def test_every_mapping_that_comes_with_the_program_reads_its_file_and_is_documented() -> None:
    names = {path.stem for path in (DOCUMENT.parent / "mappings").glob("*.toml")}
    assert names == set(SHIPPED)
    for name, (key, text, expected) in SHIPPED.items():
        assert f"| `{name}` |" in DOCUMENT.read_text(encoding="utf-8")
        source = read_mapping(Path(name), key)
        assert source.disclosure != "open"
        found = cells(read_mapped(source, text).reset_index(drop=True), 0)
        assert {column: found[column] for column in expected} == expected


def test_numbers_of_years_are_spread_over_their_months() -> None:
    source = read_mapping(Path("treatment"), "treatment")
    events = read_mapped(source, "WD24CD,Year,Substance,Episodes\nE05000001,2023,Opiates,30\n")
    assert len(events) == 30
    assert sorted(events["month"].value_counts()) == [2] * 6 + [3] * 6


def test_several_numbers_and_flags_in_a_row(tmp_path: Path) -> None:
    text = 'period = "2023-04 to 2023-06"\n[columns]\narea = "A"\n'
    text += '[counts]\nX = "Cx"\nY = "Cy"\n[flags]\nf = "F"\n'
    events = read_mapped(mapping(tmp_path, text, "offences"), "A,Cx,Cy,F\nE01000001,2,1,Y\nE01000002,0,3,N\n")
    found = events.groupby(["lsoa", "category"]).size().to_dict()
    assert found == {("E01000001", "X"): 2, ("E01000001", "Y"): 1, ("E01000002", "Y"): 3}
    assert set(events["month"]) == {2023 * 12 + 3, 2023 * 12 + 4, 2023 * 12 + 5}
    assert events["f"].tolist() == [True] * 3 + [False] * 3
    with pytest.raises(Problem, match="“period” as a year, a month or two months"):
        mapping(tmp_path, text.replace("2023-04 to 2023-06", "spring"), "offences")


def test_a_period_may_be_said_where_the_file_is_imported(tmp_path: Path) -> None:
    mapping = tmp_path / "burns.toml"
    mapping.write_text(
        'label = "Burns"\nplace = "occurrence"\n[columns]\narea = "Area"\ncount = "Number"\n',
        encoding="utf-8",
    )
    assert read_mapping(mapping, "burns", "2024").readers[0].period == (2024 * 12, 2024 * 12 + 11)
    with pytest.raises(Problem, match=r"the period of all its rows: above it, .* or by --period"):
        read_mapping(mapping, "burns")
    with pytest.raises(Problem, match="must give “period” as a year"):
        read_mapping(mapping, "burns", "lately")
