"""Readers of events: exact on good files, strict on bad ones, silent about persons."""

import re
from pathlib import Path

import pandas as pd
import pytest

from geo.ask.ages import FIVE_YEARS
from geo.ask.problem import Problem
from geo.ask.words import month_number
from geo.data.read_table import read_table
from geo.data.readers import CANONICAL, Reader
from geo.data.sources import SOURCES, Source, reader_for
from geo.data.table import AGE_BANDS, age_bands, parse_degrees
from tests.support.tables import cells, changed

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "data-formats.md"

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
    "feed01,2023-05,Force,Force,-0.47,52.30,On or near A Road,E01017540,Bedford 001A,Robbery,,\n"
    ",2023-05,Force,Force,,,No location,,,Anti-social behaviour,,\n"
)
FORCE = (
    "Crime Reference,Home Office Code,Offence,Offence Group,Committed From,Committed To,Recorded,LSOA Code,"
    "Victim Age,Victim Sex,Domestic Abuse,Knife,Injury,Aggravating Factor\n"
    "40/77001/23,8N,Assault,Violence and sexual offences,01/02/2023 23:30,02/02/2023 01:00,03/02/2023,"
    "E01017540,17,M,N,Y,Y,Alcohol\n"
    "40/77002/23,34B,Robbery,Robbery,12/11/2023,,,,,,,,,\n"
)
CALLS = (
    "Incident Number,Call Connected,Nature of Call,Chief Complaint Code,LSOA Code,Patient Age,Patient Sex,"
    "Conveyed\n"
    "C77001,29/10/2023 01:30:59,Assault,04,E01017540,0,F,Y\n"
)
EMERGENCY = (
    "EC_Ident,Arrival_Date,Arrival_Time,LSOA_Of_Residence,Age_At_Arrival,Stated_Gender,Arrival_Mode,"
    "Injury_Intent,Injury_Mechanism,Discharge_Destination\n"
    "77001,05/06/2019,00:05,E01017540,90,2,Ambulance,Assault,Sharp object,Home\n"
    "77002,05/06/2019,,E99999999,,9,Walk-in,Assault,,Home\n"
)
ADMISSIONS = (
    "EPIKEY,ADMIDATE,LSOA11,STARTAGE,SEX,ADMIMETH,DIAG_01,CAUSE_4,SPELDUR\n"
    "77001,31/03/2021,E01017540,7003,1,21,S010,X99.,0\n"
    "77002,01/04/2020,W01000001,85,0,28,S020,Y048,12\n"
)
STOPS = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing\n"
    "Person search,2021-04-30T23:41:00+00:00,False,,51.880660,-0.411526,Male,18-24,,,,Firearms,,,False\n"
    "Person search,2021-01-31T23:41:00+00:00,False,,,,,18-24,,,,,,,False\n"
)
SECONDARY = (
    "EPIKEY,ADMIDATE,LSOA11,STARTAGE,SEX,ADMIMETH,DIAG_01,DIAG_02,DIAG_03,SPELDUR\n"
    "77001,31/03/2021,E01017540,40,1,21,S010,F10,X99.,0\n"
    "77002,01/04/2020,W01000001,85,0,28,S020,Y048,,12\n"
)
OUTCOMES = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type\n"
    "feed01,2023-05,Force,Force,-0.47,52.30,On or near A Road,E01017540,Bedford 001A,Offender charged\n"
)
SAMPLES = {
    ("offences", "police.uk street file"): STREET,
    ("offences", "dated extract of a force"): FORCE,
    ("ambulance", "ambulance dispatch extract"): CALLS,
    ("ae", "emergency care (ECDS) extract"): EMERGENCY,
    ("admissions", "admitted patient care (HES) extract"): ADMISSIONS,
    ("admissions", "admitted patient care (HES) extract with secondary diagnoses"): SECONDARY,
    ("outcomes", "police.uk outcomes file"): OUTCOMES,
    ("stop_and_search", "police.uk stop and search file"): STOPS,
}
READERS = [(source, reader) for source in SOURCES.values() for reader in source.readers]


def parse(source: str, text: str | bytes) -> pd.DataFrame:
    table = read_table("file.csv", text.encode() if isinstance(text, str) else text)
    return reader_for(SOURCES[source], table).parse(table)


# ---------------------------------------------------------------- every reader


@pytest.mark.parametrize(("source", "reader"), READERS, ids=[reader.name for _, reader in READERS])
def test_every_reader_gives_canonical_events(source: Source, reader: Reader) -> None:
    sample = SAMPLES[source.key, reader.name]
    table = read_table("file.csv", sample.encode())
    assert reader_for(source, table) == reader
    events = reader.parse(table)
    assert tuple(events.columns[: len(CANONICAL)]) == CANONICAL
    assert len(events) == len(table)
    types = {name: str(dtype) for name, dtype in events.dtypes.items()}
    assert {name: types[name] for name in CANONICAL} == {
        "category": "category",
        "lsoa": "category",
        "month": "int32",
        "date": "datetime64[s]",
        "hour": "Int8",
        "span_hours": "float32",
        "age_band": "category",
        "sex": "category",
    }
    assert events["category"].notna().all()
    assert set(events["age_band"].dropna()) <= set(FIVE_YEARS)
    assert set(events["sex"].dropna()) <= {"F", "M"}
    assert (reader.grain == "month") == events["date"].isna().all()
    assert (reader.grain == "hour") == events["hour"].notna().any()


@pytest.mark.parametrize(("source", "reader"), READERS, ids=[reader.name for _, reader in READERS])
def test_no_reference_of_a_person_or_case_is_kept(source: Source, reader: Reader) -> None:
    events = parse(source.key, SAMPLES[source.key, reader.name])
    kept = " ".join(map(str, events.to_numpy().ravel()))
    assert not re.search(r"7700\d|feed", kept)
    assert "A Road" not in kept


@pytest.mark.parametrize(("source", "reader"), READERS, ids=[reader.name for _, reader in READERS])
def test_a_file_without_rows_has_no_events(source: Source, reader: Reader) -> None:
    header = SAMPLES[source.key, reader.name].splitlines()[0]
    events = parse(source.key, header + "\n")
    assert len(events) == 0
    assert tuple(events.columns[: len(CANONICAL)]) == CANONICAL


@pytest.mark.parametrize(("source", "reader"), READERS, ids=[reader.name for _, reader in READERS])
def test_a_row_cut_short_refuses_the_file(source: Source, reader: Reader) -> None:
    sample = SAMPLES[source.key, reader.name]
    cut = sample.rstrip("\n").rpartition(",")[0] + "\n"
    last = len(sample.splitlines())
    with pytest.raises(Problem, match=f"file.csv, row {last}: .* cells where the header has"):
        parse(source.key, cut)


@pytest.mark.parametrize(("source", "reader"), READERS, ids=[reader.name for _, reader in READERS])
def test_every_reader_is_documented(source: Source, reader: Reader) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert reader.name in text
    assert SAMPLES[source.key, reader.name].splitlines()[0] in text.splitlines()
    assert f"| `{source.key}` |" in text


# ---------------------------------------------------------------- each reader, exactly


def test_street_file() -> None:
    events = parse("offences", STREET)
    assert cells(events, 0) == {
        "category": "Robbery",
        "lsoa": "E01017540",
        "month": month_number("2023-05"),
        "point": "-0.47 52.3",
        "reporter": "Force",
    }
    assert cells(events, 1) == {
        "category": "Anti-social behaviour",
        "month": month_number("2023-05"),
        "reporter": "Force",
    }


def test_force_extract() -> None:
    events = parse("offences", FORCE)
    assert cells(events, 0) == {
        "category": "Violence and sexual offences",
        "lsoa": "E01017540",
        "month": month_number("2023-02"),
        "date": pd.Timestamp("2023-02-01"),
        "hour": 23,
        "span_hours": 1.5,
        "age_band": "16-17",
        "sex": "M",
        "offence_code": "8N",
        "offence": "Assault",
        "domestic_abuse": False,
        "knife": True,
        "injury": True,
        "aggravating": "Alcohol",
    }
    assert cells(events, 1) == {
        "category": "Robbery",
        "month": month_number("2023-11"),
        "date": pd.Timestamp("2023-11-12"),
        "offence_code": "34B",
        "offence": "Robbery",
    }, "no time means no hour, and 12/11 is the twelfth of November"


def test_ambulance() -> None:
    assert cells(parse("ambulance", CALLS), 0) == {
        "category": "Assault",
        "lsoa": "E01017540",
        "month": month_number("2023-10"),
        "date": pd.Timestamp("2023-10-29"),
        "hour": 1,
        "age_band": "0-4",
        "sex": "F",
        "problem": "04",
        "conveyed": True,
    }


def test_emergency_care() -> None:
    events = parse("ae", EMERGENCY)
    assert cells(events, 0) == {
        "category": "Sharp object",
        "lsoa": "E01017540",
        "month": month_number("2019-06"),
        "date": pd.Timestamp("2019-06-05"),
        "hour": 0,
        "age_band": "90+",
        "sex": "F",
        "arrival_mode": "Ambulance",
    }
    assert cells(events, 1) == {
        "category": "Not stated",
        "month": month_number("2019-06"),
        "date": pd.Timestamp("2019-06-05"),
        "arrival_mode": "Walk-in",
    }


def test_admissions() -> None:
    events = parse("admissions", ADMISSIONS)
    assert cells(events, 0) == {
        "category": "Assault with a sharp object",
        "lsoa": "E01017540",
        "month": month_number("2021-03"),
        "date": pd.Timestamp("2021-03-31"),
        "age_band": "0-4",
        "sex": "M",
        "through_ae": True,
        "days": 0,
    }
    assert cells(events, 1)["lsoa"] == "W01000001", "Wales is a place"
    assert cells(events, 1)["category"] == "Assault by bodily force"
    assert not cells(events, 1)["through_ae"]


def test_stop_and_search_is_in_local_time() -> None:
    events = parse("stop_and_search", STOPS)
    summer, winter = cells(events, 0), cells(events, 1)
    assert (summer["date"], summer["hour"]) == (pd.Timestamp("2021-05-01"), 0), "British Summer Time"
    assert summer["month"] == month_number("2021-05")
    assert (winter["date"], winter["hour"]) == (pd.Timestamp("2021-01-31"), 23)
    assert (summer["longitude"], summer["latitude"]) == (-0.411526, 51.88066)
    assert winter["category"] == "Not stated"
    assert "latitude" not in winter


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2024-03-31T00:30", [0, 2, 3]),  # the hour from 01:00 does not exist
        ("2024-10-26T23:30", [0, 1, 1]),  # the hour from 01:00 happens twice
    ],
)
def test_stop_and_search_over_the_change_of_the_clocks(utc: str, local: list[int]) -> None:
    header, row, _ = STOPS.splitlines()
    moments = pd.date_range(utc, periods=3, freq="h").strftime("%Y-%m-%dT%H:%M:%S+00:00")
    rows = [row.replace("2021-04-30T23:41:00+00:00", moment) for moment in moments]
    assert parse("stop_and_search", "\n".join([header, *rows]))["hour"].tolist() == local


def test_ages_fall_into_the_bands_of_the_standard_population() -> None:
    assert len(AGE_BANDS) == 19
    ages = pd.Series([0, 4, 5, 17, 84, 85, 89, 90, 104, None])
    bands = ["0-4", "0-4", "5-9", "15-19", "80-84", "85-89", "85-89", "90+", "90+"]
    assert age_bands(ages)[:9].tolist() == bands
    assert age_bands(ages).isna().tolist() == [False] * 9 + [True]


# ---------------------------------------------------------------- strictness


@pytest.mark.parametrize(
    ("source", "sample", "old", "new", "row", "column"),
    [
        ("offences", STREET, "E01017540", "Bedford", 2, "LSOA code"),
        ("offences", STREET, ",2023-05,", ",2023-5,", 2, "Month"),
        ("offences", STREET, "\n,2023-05", "\n,2023-13", 3, "Month"),
        ("offences", STREET, "\n,2023-05", "\n,", 3, "Month"),
        ("offences", FORCE, "01/02/2023 23:30", "31/02/2023 23:30", 2, "Committed From"),
        ("offences", FORCE, "01/02/2023 23:30", "12/25/2023 23:30", 2, "Committed From"),
        ("offences", FORCE, "01/02/2023 23:30", "01/02/23 23:30", 2, "Committed From"),
        ("offences", FORCE, "01/02/2023 23:30", "01/02/1823 23:30", 2, "Committed From"),
        ("offences", FORCE, "01/02/2023 23:30", "01/02/2203 23:30", 2, "Committed From"),
        ("offences", FORCE, "12/11/2023,", ",", 3, "Committed From"),
        ("offences", FORCE, "02/02/2023 01:00", "01/02/2023 23:29", 2, "Committed To"),
        ("offences", FORCE, ",17,", ",170,", 2, "Victim Age"),
        ("offences", FORCE, ",17,", ",17.5,", 2, "Victim Age"),
        ("offences", FORCE, ",17,", ",-1,", 2, "Victim Age"),
        ("offences", FORCE, ",17,M,", ",17,Mary Smith,", 2, "Victim Sex"),
        ("offences", FORCE, ",N,Y,Y,", ",N,2,Y,", 2, "Knife"),
        ("ambulance", CALLS, "01:30:59", "1.30", 2, "Call Connected"),
        ("ae", EMERGENCY, "00:05", "25:05", 2, "Arrival_Time"),
        ("ae", EMERGENCY, "00:05", "005", 2, "Arrival_Time"),
        ("ae", EMERGENCY, "05/06/2019,,", ",,", 3, "Arrival_Date"),
        ("admissions", ADMISSIONS, "X99.", "W54.", 2, "CAUSE_4"),
        ("admissions", ADMISSIONS, "Y048,12", "Y048,long", 3, "SPELDUR"),
        ("stop_and_search", STOPS, "23:41:00+00:00", "23:41:00", 2, "Date"),
        ("stop_and_search", STOPS, "51.880660", "515.88066", 2, "Latitude"),
        ("stop_and_search", STOPS, "-0.411526", "east", 2, "Longitude"),
    ],
)
def test_a_cell_that_makes_no_sense_is_named_but_never_repeated(
    source: str, sample: str, old: str, new: str, row: int, column: str
) -> None:
    with pytest.raises(Problem) as problem:
        parse(source, changed(sample, old, new))
    said = str(problem.value)
    assert said.startswith(f"file.csv, row {row}, column “{column}”: ")
    assert "import it again" in said
    bad = new.strip(",\n ")
    assert not bad or len(bad) < 3 or bad not in said


def test_times_that_a_program_took_for_minutes_and_seconds_are_refused() -> None:
    head, row, _ = EMERGENCY.splitlines(keepends=True)
    spans = [row.replace("00:05", f"0:{hour:02}:30") for hour in range(14, 24)]
    with pytest.raises(Problem, match=r"row 2 \(and 9 more rows\), column “Arrival_Time”: all times lie in"):
        parse("ae", head + "".join(spans))
    few = parse("ae", head + "".join(spans[:9]))
    assert few["hour"].tolist() == [0] * 9
    padded = parse("ae", head + "".join(spans).replace(",0:", ",00:"))
    assert padded["hour"].tolist() == [0] * 10
    other = parse("ae", head + "".join(spans) + row.replace("00:05", "1:05:00"))
    assert other["hour"].tolist() == [0] * 10 + [1]


def test_the_first_bad_row_is_named_and_the_others_counted() -> None:
    bad = STREET + ",2023-05,,,,,,nowhere,,Drugs,,\n" * 3
    with pytest.raises(Problem, match=r"row 4 \(and 2 more rows\), column “LSOA code”"):
        parse("offences", bad)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty, without even a header"),
        (b"\xef\xbb\xbf\n", "is empty, without even a header"),
        (b"PK\x03\x04rest of a workbook", "is a ZIP archive or a workbook, and no text"),
        (STREET.replace("Robbery", "Caf\xe9").encode("cp1252"), r"row 2: this is not UTF-8 text"),
        (STREET.replace("Context", "Month").encode(), "two columns named “Month”"),
        (STREET.encode() + b"one,two\n", "row 4: 2 cells where the header has 12"),
        (STREET.replace("\n", ",extra\n").replace("Context,extra", "Context").encode(), "row 2: 13 cells"),
        (b"a,b\n1,2\n", r"unknown header: as a police.uk street file it lacks “Crime ID”, .*--mapping"),
        (STREET.replace("Month", "Mon").encode(), "it lacks “Month”"),
        (STREET.encode() + b'"never closed,2023-05\n', "row 4"),
    ],
)
def test_what_is_no_well_formed_table_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(Problem, match=message) as problem:
        parse("offences", content)
    assert str(problem.value).startswith("file.csv")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + STREET.encode(),
        STREET.replace("\n", "\r\n").encode(),
        STREET.rstrip("\n").encode(),
        STREET.replace("Robbery", ' Robbery"').replace(' Robbery"', '" Robbery"').encode(),
        STREET.replace("On or near A Road", '"On, or near,\nA Road"').encode(),
        (STREET.replace("Context\n", "Context,More\n").replace(",,\n", ",,,\n")).encode(),
    ],
)
def test_what_publishers_and_spreadsheets_write_is_read(content: bytes) -> None:
    pd.testing.assert_frame_equal(parse("offences", content), parse("offences", STREET))


def test_an_assault_among_the_secondary_diagnoses_is_found() -> None:
    events = parse("admissions", SECONDARY)
    assert events["category"].tolist() == ["Assault with a sharp object", "Assault by bodily force"]
    with pytest.raises(Problem, match="row 2, column “DIAG_02”: not an external cause of assault"):
        parse("admissions", changed(SECONDARY, "X99.", "W01"))


def test_a_point_without_a_fix_is_missing_and_one_on_the_meridian_is_not() -> None:
    rows = "lon,lat,unit\n0,0,a\n0.0000,-0.0,a\n0,51.48,a\n,,a\n-0.4,52.1,a\n"
    longitude, latitude = parse_degrees(read_table("gps.csv", rows.encode()), "lon", "lat")
    assert longitude.fillna(99).tolist() == [99, 99, 0, 99, -0.4]
    assert latitude.fillna(99).tolist() == [99, 99, 51.48, 99, 52.1]
    with pytest.raises(Problem, match="row 2, column “lat”: not degrees between 49 and 62"):
        parse_degrees(read_table("gps.csv", b"lon,lat\n-0.4,0\n"), "lon", "lat")
