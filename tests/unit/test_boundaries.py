"""Areas: what is read, repaired, refused, merged, converted, and sent to the browser."""

import io
import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from geo.ask.problem import Problem
from geo.data import area_tables, boundaries, vintages
from geo.data.table import AGE_BANDS, Table, read_table
from geo.data.vintages import TellingCodes

EAST, NORTH = 500_000, 230_000


def square(column: int, row: int, side: float = 1000) -> Polygon:
    """Square of 1 km (or smaller, which tears it from its neighbours) of the National Grid."""
    west, south = EAST + 1000 * column, NORTH + 1000 * row
    return box(west, south, west + side, south + side)


def squares(shapes: dict[str, Polygon], code: str = "LSOA21CD", **columns: list[str]) -> gpd.GeoDataFrame:
    names = [f"Westshire {i:03d}A" for i in range(len(shapes))]
    frame = {code: list(shapes), f"{code[:-2]}NM": names} | columns
    return gpd.GeoDataFrame(frame, geometry=list(shapes.values()), crs=27700)


@pytest.fixture
def four() -> gpd.GeoDataFrame:
    """Four squares, two by two, in reverse order of their codes."""
    cells = {"E01000004": (1, 1), "E01000003": (0, 1), "E01000002": (1, 0), "E01000001": (0, 0)}
    return squares({code: square(*cell) for code, cell in cells.items()})


def written(frame: gpd.GeoDataFrame, folder: Path, name: str = "areas.gpkg") -> Path:
    frame.to_file(folder / name)
    return folder / name


def table(text: str, name: str = "file.csv") -> Table:
    return read_table(name, text.encode())


# ---------------------------------------------------------------- shapes


def test_boundaries_are_read_in_the_order_of_their_codes(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    areas, notes = boundaries.read_boundaries(written(four, tmp_path))
    assert areas.index.name == "lsoa21cd"
    assert areas.index.tolist() == [f"E0100000{i}" for i in (1, 2, 3, 4)]
    assert areas["name"].tolist() == [f"Westshire 00{i}A" for i in (3, 2, 1, 0)]
    assert list(areas.columns) == ["name", "geometry"]
    assert areas.crs.to_epsg() == 27700
    assert areas.area.tolist() == [1e6] * 4
    assert notes == []


@pytest.mark.parametrize("name", ["areas.gpkg", "areas.geojson", "areas.shp"])
@pytest.mark.parametrize("crs", [27700, 4326, 3857])
def test_any_format_and_reference_system(four: gpd.GeoDataFrame, tmp_path: Path, name: str, crs: int) -> None:
    areas, _ = boundaries.read_boundaries(written(four.to_crs(crs), tmp_path, name))
    assert areas.area.to_numpy() == pytest.approx(1e6, rel=1e-4)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("LSOA11CD", "lsoa"),
        ("lsoa21cd", "lsoa"),
        ("WD24CD", "ward"),
        ("wd22cd", "ward"),
        ("LAD24CD", "borough"),
    ],
)
def test_the_code_column_says_level_and_vintage(
    four: gpd.GeoDataFrame, tmp_path: Path, code: str, level: str
) -> None:
    frame = four.rename(columns={"LSOA21CD": code, "LSOA21NM": f"{code[:-2]}nm"})
    areas, _ = boundaries.read_boundaries(written(frame, tmp_path))
    assert areas.index.name == code.lower()
    assert areas["name"].iloc[0] == "Westshire 003A"
    assert boundaries.level_of(areas) == level


def test_of_two_code_columns_the_finer_counts(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    frame = four.rename(columns={"LSOA21CD": "WD24CD", "LSOA21NM": "WD24NM"}).assign(LAD24CD="E06000001")
    areas, _ = boundaries.read_boundaries(written(frame, tmp_path))
    assert areas.index.name == "wd24cd"


def test_boundaries_without_names_are_named_by_their_codes(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    areas, _ = boundaries.read_boundaries(written(four.drop(columns="LSOA21NM"), tmp_path))
    assert areas["name"].tolist() == areas.index.tolist()


def test_an_invalid_ring_is_repaired_and_said(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    bow_tie = Polygon([(EAST, NORTH), (EAST + 999, NORTH + 999), (EAST + 999, NORTH), (EAST, NORTH + 999)])
    four.loc[3, "geometry"] = bow_tie
    areas, notes = boundaries.read_boundaries(written(four, tmp_path))
    assert areas.is_valid.all()
    assert "1 invalid ring repaired (E01000001)." in notes


def test_torn_edges_are_counted(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    four.loc[3, "geometry"] = square(0, 0, side=999.7)
    _, notes = boundaries.read_boundaries(written(four, tmp_path))
    (note,) = notes
    assert re.match(r"[23] of 4 areas do not meet their neighbours exactly", note)


def test_overlaps_are_counted(four: gpd.GeoDataFrame) -> None:
    four.loc[3, "geometry"] = square(0, 0, side=1100)
    assert boundaries.seams(four) >= 2


@pytest.mark.filterwarnings("ignore:'crs' was not provided")  # of the writer: such a file is the point
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.set_crs(None, allow_override=True), r"does not say its coordinate reference system"),
        (lambda f: f.assign(LSOA21CD="E01000001"), r"has the area E01000001 twice"),
        (lambda f: f.set_geometry([None, *f.geometry[1:]]), r"the area E01000004 has no shape"),
        (lambda f: f.set_geometry(f.centroid), r"is not a polygon"),
        (
            lambda f: f.translate(-2_000_000).to_frame("geometry").join(f[["LSOA21CD"]]),
            r"does not lie in England",
        ),
        (lambda f: f.assign(LSOA21CD=[f"S0100000{i}" for i in range(4)]), r"S01000000 is not the code"),
        (lambda f: f.assign(LSOA21CD="Luton 001A"), r"area"),
        (lambda f: f.drop(columns="LSOA21CD"), r"has no column of area codes.*it has LSOA21NM"),
        (lambda f: f.set_crs(4326, allow_override=True), r"coordinates are degrees but they are not"),
    ],
)
def test_boundaries_that_cannot_be_right_are_refused(
    four: gpd.GeoDataFrame, tmp_path: Path, spoil: object, message: str
) -> None:
    path = written(spoil(four), tmp_path)  # type: ignore[operator]
    with pytest.raises(Problem, match=message) as problem:
        boundaries.read_boundaries(path)
    assert "areas.gpkg" in str(problem.value)


@pytest.mark.parametrize(("name", "content"), [("a.geojson", "{"), ("a.csv", "LSOA21CD\nE01000001\n")])
def test_what_is_no_map_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(Problem, match=name):
        boundaries.read_boundaries(tmp_path / name)


@pytest.mark.parametrize("side", [1000, 999.6])
def test_wards_are_merged_without_seams(four: gpd.GeoDataFrame, side: float) -> None:
    areas = four.set_index(four["LSOA21CD"].rename("lsoa21cd")).assign(name=four["LSOA21NM"]).sort_index()
    areas = areas.set_geometry([square(c, r, side) for r in (0, 1) for c in (0, 1)])
    lookup = pd.DataFrame(
        {
            "wd24cd": ["E05000002", "E05000001", "E05000002", "E05000001"],
            "ward": ["West", "East", "West", "East"],
            "lad24cd": "E06000001",
            "borough": "Westshire",
        },
        index=areas.index,
    )
    wards = boundaries.dissolve(areas, lookup, "ward")
    assert wards.index.tolist() == ["E05000001", "E05000002"]
    assert wards.index.name == "wd24cd"
    assert wards["name"].tolist() == ["East", "West"]
    assert (wards.geom_type == "Polygon").all()
    assert wards.area.to_numpy() == pytest.approx(2e6, rel=2e-3)
    assert all(len(shape.interiors) == 0 for shape in wards.geometry)
    borough = boundaries.dissolve(areas, lookup, "borough")
    assert borough["name"].to_dict() == {"E06000001": "Westshire"}
    assert borough.area.iloc[0] == pytest.approx(4e6, rel=2e-3)


def test_a_national_file_is_cut_by_the_names_of_districts(four: gpd.GeoDataFrame) -> None:
    names = ["Bedford 001A", "Bedford 001AB", "Central Bedfordshire 001A", "Luton 001A"]
    areas = four.assign(name=names)
    kept = boundaries.within_districts(areas, ["Bedford", "Luton"], "areas.gpkg")
    assert kept["name"].tolist() == ["Bedford 001A", "Bedford 001AB", "Luton 001A"]
    with pytest.raises(Problem, match="no small area in “Ludon”"):
        boundaries.within_districts(areas, ["Ludon"], "areas.gpkg")


def test_points_are_located(four: gpd.GeoDataFrame) -> None:
    areas = four.set_index(four["LSOA21CD"].rename("lsoa21cd")).sort_index()
    centres = [(500, 500), (1500, 1500), (-500, 500), (1000, 500)]
    points = gpd.GeoSeries.from_xy(*zip(*[(EAST + x, NORTH + y) for x, y in centres], strict=True), crs=27700)
    degrees = points.to_crs(4326)
    longitude, latitude = pd.Series([*degrees.x, np.nan]), pd.Series([*degrees.y, 52.0])
    found = boundaries.locate(longitude, latitude, areas)
    assert found[:3].tolist() == ["E01000001", "E01000004", "outside"]
    assert found[3] in ("E01000001", "E01000002"), "a point on an edge is in one of the two"
    assert pd.isna(found[4])


def test_the_browser_gets_areas_by_position(four: gpd.GeoDataFrame) -> None:
    areas = four.set_index(four["LSOA21CD"].rename("lsoa21cd"))
    attributes = pd.DataFrame(
        {"name": "It’s “one”", "ward": "W", "borough": "B", "count": 3}, index=areas.index[::-1]
    )
    content = boundaries.browser_geojson(areas, attributes)
    features = json.loads(content)["features"]
    assert [feature["id"] for feature in features] == [0, 1, 2, 3]
    assert [feature["properties"]["code"] for feature in features] == areas.index.tolist()
    assert features[0]["properties"] == {
        "code": "E01000004",
        "name": "It’s “one”",
        "ward": "W",
        "borough": "B",
    }
    assert max(map(len, re.findall(rb"-?\d+\.(\d+)", content))) == 6
    back = gpd.read_file(io.BytesIO(content)).to_crs(27700)
    assert back.geometry.hausdorff_distance(four.geometry).max() < 0.2, "metres"


# ---------------------------------------------------------------- tables about areas


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
    people = area_tables.read_population(
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
    people = area_tables.read_population(
        table(f"lsoa11_name,lsoa11_code,total_population,{header}\nA,E01000001,91,{','.join(['1'] * 91)}\n")
    )
    assert people.index.name == "lsoa11cd"
    assert people["age_band"].tolist() == list(AGE_BANDS)
    assert people["population"].tolist() == [5] * 18 + [1]


def test_residents_by_single_year_and_sex() -> None:
    header = ",".join(f"{sex}{age}" for sex in "FM" for age in range(91))
    people = area_tables.read_population(
        table(f"LSOA 2021 Code,{header}\n".replace("LSOA 2021 Code", "LSOA21CD") + f"E01000001{',2' * 182}\n")
    )
    assert totals(people)["0-4", "F"] == 10
    assert totals(people)["90+", "M"] == 2
    assert len(people) == 38


def test_residents_by_band_and_sex() -> None:
    people = area_tables.read_population(
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
        area_tables.read_population(table(text))


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


# ---------------------------------------------------------------- 2011 and 2021

CHANGES = vintages.read_changes(
    table(
        "LSOA11CD,LSOA21CD,CHGIND\n"
        "E01000001,E01000001,U\n"  # the same
        "E01000002,E01033801,S\nE01000002,E01033802,S\n"  # split in two
        "E01000003,E01033803,M\nE01000004,E01033803,M\n"  # two merged
        "E01000005,E01000005,U\n"  # the same, elsewhere
        "E01000006,E01033899,S\nE01000006,E01033898,S\n"  # split, elsewhere
    )
)
TELLING = TellingCodes.of(CHANGES)
NEW = pd.Index(["E01000001", "E01033801", "E01033802", "E01033803"], name="lsoa21cd")
OLD = pd.Index(["E01000001", "E01000002", "E01000003", "E01000004"], name="lsoa11cd")


def detect(codes: list[str | None], areas: pd.Index, telling: TellingCodes | None) -> str:
    return vintages.detect_vintage(pd.Series(codes, dtype="str"), areas, telling, "file.csv")


@pytest.mark.parametrize(
    ("codes", "areas", "expected"),
    [
        (["E01000001", "E01000002"], NEW, "lsoa11cd"),
        (["E01000001", "E01033801", None], NEW, "lsoa21cd"),
        (["E01000001", "E01000005"], NEW, "lsoa21cd"),  # the same in both: as loaded
        (["E01000001", "E01000005"], OLD, "lsoa11cd"),
        (["E01000002"], OLD, "lsoa11cd"),
        (["E01033801"], OLD, "lsoa21cd"),
        (["E01000006", "E01000001"], NEW, "lsoa11cd"),  # told by a code of elsewhere
        ([None], NEW, "lsoa21cd"),
        (["W01000001", "E01000001"], NEW, "lsoa21cd"),
    ],
)
def test_a_vintage_is_told_by_the_codes_that_differ(
    codes: list[str | None], areas: pd.Index, expected: str
) -> None:
    assert detect(codes, areas, TELLING) == expected


def test_mixed_vintages_are_refused() -> None:
    with pytest.raises(Problem, match=r"file.csv mixes small areas of 2011 \(E01000002\) and of 2021"):
        detect(["E01000002", "E01033801"], NEW, TELLING)


@pytest.mark.parametrize(
    ("codes", "areas", "expected"),
    [
        (["E01000001", None], NEW, "lsoa21cd"),  # all of them loaded
        (["E01000005", "E01034000"], NEW, "lsoa21cd"),  # one that only 2021 has
        (["E01000005", "E01000001"], OLD, "lsoa11cd"),  # none that only 2021 has
    ],
)
def test_without_the_lookup_a_file_is_believed_where_no_wrong_join_is_possible(
    codes: list[str | None], areas: pd.Index, expected: str
) -> None:
    assert detect(codes, areas, None) == expected


@pytest.mark.parametrize(
    ("codes", "areas", "message"),
    [
        (["E01000001", "E01000005"], NEW, "may use small areas of 2011"),
        (["E01000001", "E01034000"], OLD, "uses small areas of 2021"),
    ],
)
def test_without_the_lookup_a_doubtful_file_is_refused(
    codes: list[str | None], areas: pd.Index, message: str
) -> None:
    with pytest.raises(Problem, match=f"{message}.*import ONS's exact-fit lookup"):
        detect(codes, areas, None)


def test_events_move_to_the_areas_of_2021() -> None:
    codes = pd.Series(
        [
            "E01000001",
            *["E01000002"] * 7,
            "E01000003",
            "E01000004",
            "E01000005",
            "E01000006",
            None,
            "W01000001",
        ]
    )
    people = pd.Series({"E01000001": 1500, "E01033801": 1000, "E01033802": 2000, "E01033803": 1500})
    converted, said = vintages.convert_vintage(codes, "lsoa11cd", NEW, CHANGES, people)
    assert converted[0] == "E01000001"
    assert converted[1:8].value_counts().to_dict() == {"E01033802": 5, "E01033801": 2}, "7 × 2/3 and 7 × 1/3"
    assert converted[8:10].tolist() == ["E01033803"] * 2
    assert converted[10:12].tolist() == ["outside"] * 2
    assert pd.isna(converted[12])
    assert converted[13] == "outside"
    assert said == vintages.Conversion("lsoa11cd", "lsoa21cd", 1, 2, 7, 1)
    again, _ = vintages.convert_vintage(codes, "lsoa11cd", NEW, CHANGES, people)
    pd.testing.assert_series_equal(converted, again)


def test_events_move_back_to_the_areas_of_2011() -> None:
    codes = pd.Series(["E01033801", "E01033802", "E01000001", *["E01033803"] * 4])
    people = pd.Series({"E01000003": 3000, "E01000004": 1000})
    converted, said = vintages.convert_vintage(codes, "lsoa21cd", OLD, CHANGES, people)
    assert converted[:3].tolist() == ["E01000002", "E01000002", "E01000001"]
    assert converted[3:].value_counts().to_dict() == {"E01000003": 3, "E01000004": 1}
    assert (said.unchanged, said.merged, said.apportioned, said.areas_apportioned) == (1, 2, 4, 1)


@given(
    n=st.integers(0, 60),
    weights=st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=6),
)
def test_sharing_out_loses_nothing_and_is_fair(n: int, weights: list[float]) -> None:
    weight = np.array(weights)
    part = vintages.share_out(n, weight)
    counts = np.bincount(part, minlength=len(weights))
    share = weight / weight.sum() if weight.sum() else np.full(len(weights), 1 / len(weights))
    assert len(part) == counts.sum() == n
    assert (np.abs(counts - n * share) < 1 + 1e-6).all(), "no part is a whole event away from its share"
    for first in range(0, n, 10):  # spread evenly along the file, not one part after the other
        counts = np.bincount(part[: first + 10], minlength=len(weights))
        assert (np.abs(counts - min(first + 10, n) * share) < len(weights) + 1).all()


def test_the_exact_fit_lookup_is_checked() -> None:
    with pytest.raises(Problem, match="lacks the column “CHGIND”"):
        vintages.read_changes(table("LSOA11CD,LSOA21CD\nE01000001,E01000001\n"))
    with pytest.raises(Problem, match="row 2, column “CHGIND”: none of U, S, M, X"):
        vintages.read_changes(table("LSOA11CD,LSOA21CD,CHGIND\nE01000001,E01000001,Q\n"))
