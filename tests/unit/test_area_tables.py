"""Tables about areas: lookups, residents, deprivation and places, read or refused."""

import numpy as np
import pandas as pd
import pytest

from geo.ask.problem import Problem
from geo.data import area_tables, boundaries
from geo.data.read_population import read_population
from geo.data.table import AGE_BANDS, Table
from tests.support.tables import table


def test_a_lookup_is_read_with_its_vintages() -> None:
    lookup = area_tables.read_lookup(
        table(
            "LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM\nE01000001,A,E05000001,Castle,E06000055,Bedford\n"
        )
    )
    assert lookup.index.name == "lsoa21cd"
    assert lookup.loc["E01000001"].to_dict() == {
        "wd24cd": "E05000001",
        "ward": "Castle",
        "lad24cd": "E06000055",
        "borough": "Bedford",
    }
    assert boundaries.code_column(lookup, "ward") == "wd24cd"
    assert boundaries.code_column(lookup, "borough") == "lad24cd"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lsoa11_code,ward17_code\nE01000001,E05000001\n", "no lookup from small areas"),
        ("WD24CD,WD24NM,LAD24CD,LAD24NM\nE05000001,A,E06000001,B\n", "no column of small-area codes"),
        ("LSOA21CD,LSOA11CD,WD24CD,WD24NM,LAD24CD,LAD24NM\n", "more than one column of small-area"),
        (
            "LSOA21CD,WD24CD,WD24NM,LAD24CD,LAD24NM\nE01000001,E05000001,A,E06000001,B\n"
            "E01000001,E05000002,C,E06000001,B\n",
            "row 3, column “LSOA21CD”: .*stands above already",
        ),
        (
            "LSOA21CD,WD24CD,WD24NM,LAD24CD,LAD24NM\nE01000001,,A,E06000001,B\n",
            "row 2, column “WD24CD”: blank",
        ),
    ],
)
def test_a_lookup_that_cannot_be_right_is_refused(text: str, message: str) -> None:
    with pytest.raises(Problem, match=message):
        area_tables.read_lookup(table(text))


def totals(people: pd.DataFrame) -> dict[tuple[str, str], int]:
    return people.groupby(["age_band", "sex"])["population"].sum().to_dict()


def test_residents_by_groups_of_the_census() -> None:
    people = read_population(
        table(
            "LSOA21CD,LSOA21NM,age_group,usual_residents\nE01000001,A,Aged 65 years and over,9\n"
            "E01000001,A,Aged 15 years and under,5\nE01000001,A,Aged 16 to 24 years,7\n"
        )
    )
    assert people["age_band"].tolist() == ["0-15", "16-24", "65+"]
    assert people["population"].tolist() == [5, 7, 9]
    assert people["sex"].tolist() == ["all"] * 3


def test_residents_by_single_year_become_five_year_bands() -> None:
    header = ",".join([*map(str, range(90)), "90+"])
    people = read_population(
        table(f"lsoa11_name,lsoa11_code,total_population,{header}\nA,E01000001,91,{','.join(['1'] * 91)}\n")
    )
    assert people.index.name == "lsoa11cd"
    assert people["age_band"].tolist() == list(AGE_BANDS)
    assert people["population"].tolist() == [5] * 18 + [1]


def test_residents_by_single_year_and_sex() -> None:
    header = ",".join(f"{sex}{age}" for sex in "FM" for age in range(91))
    people = read_population(
        table(f"LSOA 2021 Code,{header}\n".replace("LSOA 2021 Code", "LSOA21CD") + f"E01000001{',2' * 182}\n")
    )
    assert totals(people)["0-4", "F"] == 10
    assert totals(people)["90+", "M"] == 2
    assert len(people) == 38


def test_residents_by_band_and_sex() -> None:
    people = read_population(
        table(
            "LSOA11CD,age_band,sex,population\nE01000001,90+,Male,3\nE01000001,0-4,f,4\nE01000001,5-9,F,1\n"
        )
    )
    assert list(zip(people["age_band"], people["sex"], people["population"], strict=True)) == [
        ("0-4", "F", 4),
        ("5-9", "F", 1),
        ("90+", "M", 3),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("LSOA21CD,people\nE01000001,3\n", "no table of residents"),
        (
            "LSOA21CD,age_band,sex,population\nE01000001,young,F,3\n",
            "row 2, column “age_band”: not an age group",
        ),
        (
            "LSOA21CD,age_band,sex,population\nE01000001,0-4,F,3.5\n",
            "row 2, column “population”: not a whole",
        ),
        ("LSOA21CD,age_band,sex,population\nE01000001,0-4,F,\n", "row 2, column “population”: blank"),
        ("LSOA21CD,age_band,sex,population\nE01000001,0-4,T,3\n", "row 2, column “sex”"),
        ("LSOA21CD,age_band,sex,population\n,0-4,F,3\n", "row 2, column “LSOA21CD”: blank"),
        ("LSOA21CD,age_band,population\nE01000001,0-4,3\nE01000001,0-4,3\n", "row 3.*stands above already"),
    ],
)
def test_residents_that_cannot_be_right_are_refused(text: str, message: str) -> None:
    with pytest.raises(Problem, match=message):
        read_population(table(text))


IMD = "Index of Multiple Deprivation (IMD)"


def test_deprivation_of_2019_with_mark_and_thousands() -> None:
    content = f'\ufeffLSOA code (2011),{IMD} Rank,{IMD} Decile\nE01000001,"29,199",9\n'
    index = area_tables.read_deprivation(table(content))
    assert index.index.name == "lsoa11cd"
    assert index.loc["E01000001"].to_dict() == {"imd_rank": 29199, "imd_decile": 9}


def test_deprivation_of_2025_with_domains_and_a_header_cut_short() -> None:
    header = (
        f"LSOA code (2021),{IMD} Score,{IMD} Rank (where 1 is most deprived),"
        f"{IMD} Decile (where 1 is most deprived 10% of LSOs),Crime Score,Income Score (rate),"
        "Income Deprivation Affecting Children Index (IDACI) Score (rate),"
        "Barriers to Housing and Services Decile (where 1 is most deprived 10% of LSO"
    )
    index = area_tables.read_deprivation(table(f"{header}\nE01000001,8.742,26525,8,-2.22,0.013,0.5,1\n"))
    assert index.index.name == "lsoa21cd"
    assert index.loc["E01000001"].to_dict() == {
        "imd_score": 8.742,
        "imd_rank": 26525,
        "imd_decile": 8,
        "crime_score": -2.22,
        "income_score": 0.013,
        "barriers_decile": 1,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("LSOA code (2011),Total population\nE01000001,5\n", "no column “Index of Multiple Deprivation"),
        (f"LSOA code (2011),{IMD} Decile\nE01000001,11\n", "not a decile from 1 to 10"),
        (f"LSOA code (2011),{IMD} Decile\nE01000001,\n", "not a number"),
        (f"LSOA code (2011),{IMD} Decile\nE01000001,1\nE01000001,1\n", "row 3.*stands above already"),
    ],
)
def test_deprivation_that_cannot_be_right_is_refused(text: str, message: str) -> None:
    with pytest.raises(Problem, match=message):
        area_tables.read_deprivation(table(text))


def test_places() -> None:
    places = area_tables.read_places(table("name,easting,northing,rank\nLuton,509100,221600,1\n"))
    assert places.loc[0].to_dict() == {"name": "Luton", "x": 509100.0, "y": 221600.0, "rank": 1}
    with pytest.raises(Problem, match="lacks the column “rank”"):
        area_tables.read_places(table("name,easting,northing\nLuton,509100,221600\n"))


def test_a_national_table_is_cut_to_the_loaded_areas() -> None:
    loaded = pd.Index(["E01000001", "E01000002"], name="lsoa21cd")
    national = pd.DataFrame(
        {"n": [1, 2, 3, 4]},
        index=pd.Index(["E01000001", "E01000001", "E01000009", "E01000002"], name="lsoa21cd"),
    )
    assert area_tables.restrict(national, loaded, "file.csv")["n"].tolist() == [1, 2, 4]
    with pytest.raises(Problem, match=r"file.csv lacks 1 of the 2 loaded areas \(E01000002\)"):
        area_tables.restrict(national[:3], loaded, "file.csv")
    with pytest.raises(Problem, match=r"by small areas \(LSOA\) of 2011 but the loaded areas are .* of 2021"):
        area_tables.restrict(national.rename_axis("lsoa11cd"), loaded, "file.csv")


# ---------------------------------------------------------------- residents as published


def residents(text: str) -> dict[str, int]:
    people = read_population(table(text))
    return people.groupby("age_band", sort=False)["population"].sum().to_dict()


def test_a_table_of_nomis_with_one_column_for_each_age_group() -> None:
    header = (
        "date,geography,geography code,Age: Total,Age: Aged 4 years and under,Age: Aged 85 years and over"
    )
    assert residents(f"{header}\n2021,Luton 007A,E01015693,1500,90,30\n") == {
        "0-4": 90,
        "5-84": 1380,
        "85+": 30,
    }
    with pytest.raises(
        Problem, match="no column for residents aged 5 to 9 and 15 and over: keep the columns"
    ):
        residents("geography code,Age: Aged 4 years and under,Age: Aged 10 to 14 years\nE01015693,1,2\n")
    assert residents("geography code,Age: Total\nE01015693,1500\n") == {"0+": 1500}


def test_a_census_download_of_the_ons() -> None:
    text = (
        "Lower layer Super Output Areas Code,Lower layer Super Output Areas,Age (3 categories) Code,"
        "Age (3 categories),Observation\n"
        "E01033769,A,-8,Does not apply,0\nE01033769,A,1,Aged 15 years and under,12\n"
        "E01033769,A,2,Aged 16 years and over,30\n"
    )
    people = read_population(table(text))
    assert people.index.name == "lsoa21cd"
    assert people["population"].tolist() == [12, 30]


@pytest.mark.parametrize(
    ("code", "column", "vintage"),
    [
        ("E01000001", "LSOA Code", "lsoa11cd"),
        ("E01034000", "LSOA Code", "lsoa21cd"),
        ("E01000001", "LSOA 2021 Code", "lsoa21cd"),
        ("E01000001", "lsoa_2011_code", "lsoa11cd"),
    ],
)
def test_estimates_of_one_year_of_age_a_column(code: str, column: str, vintage: str) -> None:
    text = f"{column},LSOA Name,All Ages,{','.join(map(str, range(90)))},90+\n{code},A,91{',1' * 91}\n"
    people = read_population(table(text))
    assert people.index.name == vintage and people["population"].sum() == 91


def test_a_ward_across_the_border_makes_no_third_borough() -> None:
    codes = [f"E010000{k:02d}" for k in range(40)]
    national = pd.DataFrame(
        {
            "wd24cd": "E05000001",
            "ward": "Ward",
            "lad24cd": ["E06000062"] * 10 + ["E07000177"] * 30,
            "borough": ["West Northamptonshire"] * 10 + ["Cherwell"] * 30,
        },
        index=pd.Index(codes, name="lsoa21cd"),
    )
    names = pd.Series("West Northamptonshire 001A", index=national.index)
    lookup, notes = area_tables.without_border_wards(national.iloc[:11], national, names)
    assert set(lookup["borough"]) == {"West Northamptonshire"} and set(lookup["lad24cd"]) == {"E06000062"}
    assert "1 small area best fit a ward of Cherwell" in notes[0]
    lookup, notes = area_tables.without_border_wards(national.iloc[:25], national, names)
    assert set(lookup["borough"]) == {"West Northamptonshire", "Cherwell"} and not notes


def test_boroughs_of_which_a_part_is_loaded_are_told() -> None:
    national = pd.DataFrame(
        {"borough": ["A"] * 10 + ["B"] * 10}, index=[f"E{k}" for k in range(20)]
    ).rename_axis("x")
    assert area_tables.cut_districts(national, national.index) == []
    assert "B (4 of 10)" in area_tables.cut_districts(national, national.index[:14])[0]


def test_settlements_are_taken_from_os_open_names():
    frame = pd.DataFrame(
        {
            "NAME1": ["Luton", "High Street", "Woburn"],
            "LOCAL_TYPE": ["Town", "Named Road", "Village"],
            "GEOMETRY_X": ["509000.4", "509001", "494800"],
            "GEOMETRY_Y": ["221000", "221001", "233000"],
        },
        dtype="str",
    )
    places = area_tables.read_places(Table("names.csv", frame, np.arange(2, 5)))
    assert places.to_numpy().tolist() == [["Luton", 509000.0, 221000.0, 1], ["Woburn", 494800.0, 233000.0, 3]]


def test_names_of_middle_layer_areas_say_which_columns_they_need():
    with pytest.raises(Problem, match="msoa21hclnm"):
        area_tables.read_names(Table("names.csv", pd.DataFrame({"name": ["x"]}, dtype="str"), np.array([2])))
