"""Areas: what is read, repaired, refused, merged, and sent to the browser."""

import io
import json
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import GeometryCollection, LinearRing, LineString, Polygon, box

from geo.ask.problem import Problem
from geo.data import boundaries
from geo.data.read_boundaries import read_boundaries

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


def test_boundaries_are_read_in_the_order_of_their_codes(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    areas, _, notes = read_boundaries(written(four, tmp_path))
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
    areas, *_ = read_boundaries(written(four.to_crs(crs), tmp_path, name))
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
    areas, *_ = read_boundaries(written(frame, tmp_path))
    assert areas.index.name == code.lower()
    assert areas["name"].iloc[0] == "Westshire 003A"
    assert boundaries.level_of(areas) == level


def test_of_two_code_columns_the_finer_counts(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    frame = four.rename(columns={"LSOA21CD": "WD24CD", "LSOA21NM": "WD24NM"}).assign(LAD24CD="E06000001")
    areas, *_ = read_boundaries(written(frame, tmp_path))
    assert areas.index.name == "wd24cd"


def test_boundaries_without_names_are_named_by_their_codes(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    areas, *_ = read_boundaries(written(four.drop(columns="LSOA21NM"), tmp_path))
    assert areas["name"].tolist() == areas.index.tolist()


def test_names_are_of_one_line_that_can_be_seen(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    named = four.assign(LSOA21NM=["North\nward\r\n1", "\u202eEast\u200b", " South\t 2 ", "West"])
    areas, *_ = read_boundaries(written(named, tmp_path))
    assert sorted(areas["name"]) == ["East", "North ward 1", "South 2", "West"]


def test_an_invalid_ring_is_repaired_and_said(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    bow_tie = Polygon([(EAST, NORTH), (EAST + 999, NORTH + 999), (EAST + 999, NORTH), (EAST, NORTH + 999)])
    four.loc[3, "geometry"] = bow_tie
    areas, _, notes = read_boundaries(written(four, tmp_path))
    assert areas.is_valid.all()
    assert "1 invalid ring repaired (E01000001)." in notes


def test_torn_edges_are_counted(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    four.loc[3, "geometry"] = square(0, 0, side=999.7)
    areas, *_ = read_boundaries(written(four, tmp_path))
    (note,) = boundaries.lie_of(areas)
    assert re.match(r"[23] of 4 areas do not meet their neighbours exactly", note)


def test_overlaps_are_counted(four: gpd.GeoDataFrame) -> None:
    four.loc[3, "geometry"] = square(0, 0, side=1100)
    assert boundaries.seams(four) >= 2


@pytest.mark.filterwarnings("ignore:invalid value encountered")  # of what makes and reads it
@pytest.mark.filterwarnings("ignore:'crs' was not provided")  # of the writer: such a file is the point
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.set_crs(None, allow_override=True), r"does not say its coordinate reference system"),
        (lambda f: f.assign(LSOA21CD="E01000001"), r"has the area E01000001 twice"),
        (lambda f: f.set_geometry([None, *f.geometry[1:]]), r"the area E01000004 has no shape"),
        (lambda f: f.set_geometry(f.centroid), r"is not a polygon"),
        (
            lambda f: f.set_geometry([Polygon([(0, 0), (np.nan, 1), (1, 1)]), *f.geometry[1:]]),
            r"the area E01000004 has a coordinate that is no number",
        ),
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
        read_boundaries(path)
    assert "areas.gpkg" in str(problem.value)


@pytest.mark.parametrize(("name", "content"), [("a.geojson", "{"), ("a.csv", "LSOA21CD\nE01000001\n")])
def test_what_is_no_map_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(Problem, match=name):
        read_boundaries(tmp_path / name)


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
        {"name": "It’s “one”", "ward": "W", "borough": "B", "count": 3}, index=areas.index
    )
    content = boundaries.browser_geojson(boundaries.in_degrees(areas), attributes)
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
    rings = [feature["geometry"]["coordinates"][0] for feature in features]
    assert all(LinearRing(ring).is_ccw for ring in rings), "RFC 7946"
    back = gpd.read_file(io.BytesIO(content)).to_crs(27700)
    assert back.geometry.hausdorff_distance(four.geometry).max() < 0.2, "metres"


# ---------------------------------------------------------------- as published


def test_the_layer_that_fits_is_read_or_the_named_one(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    district = squares({"E06000001": box(EAST, NORTH, EAST + 2000, NORTH + 2000)}, "LAD24CD")
    path = tmp_path / "areas.gpkg"
    district.to_file(path, layer="a_districts")
    four.to_file(path, layer="b_areas")
    areas, _, notes = read_boundaries(path)
    assert len(areas) == 4 and "“b_areas” was read" in notes[0]
    assert read_boundaries(path, "a_districts")[0].index.tolist() == ["E06000001"]
    with pytest.raises(Problem, match="no layer “c”: it has a_districts and b_areas"):
        read_boundaries(path, "c")
    four.to_file(path, layer="more")
    with pytest.raises(Problem, match=r"several layers .*--layer"):
        read_boundaries(path)


def zipped(folder: Path, name: str, *frames: gpd.GeoDataFrame, driver: str = "ESRI Shapefile") -> Path:
    """An archive with a folder in it that holds a file, or a geodatabase, for each frame."""
    ending = ".gdb" if driver == "OpenFileGDB" else ".shp"
    with zipfile.ZipFile(folder / name, "w") as archive:
        for number, frame in enumerate(frames):
            frame.to_file(folder / f"part{number}{ending}", driver=driver)
            for path in sorted(folder.rglob(f"part{number}*")) + sorted(folder.glob(f"part{number}.gdb/*")):
                if path.is_file():
                    archive.write(path, f"County/{path.relative_to(folder)}")
        archive.writestr("__MACOSX/County/._part0.shp", b"")
    return folder / name


def test_archives_and_several_files_are_one_set_of_areas(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    expected = read_boundaries(written(four, tmp_path))[0].index.tolist()
    for number, paths in enumerate(
        (
            [zipped(tmp_path, "one.zip", four)],
            [zipped(tmp_path, "two.zip", four[:2], four[2:])],
            [zipped(tmp_path, "one.gdb.zip", four, driver="OpenFileGDB")],
            [written(four[:1], tmp_path, "a.gpkg"), written(four[1:], tmp_path, "b.geojson")],
        )
    ):
        assert read_boundaries(paths)[0].index.tolist() == expected, number
    wards = written(squares({"E05000001": square(0, 0)}, "WD24CD"), tmp_path, "wards.gpkg")
    with pytest.raises(Problem, match=r"different areas \(lsoa21cd and wd24cd\)"):
        read_boundaries([written(four, tmp_path), wards])


def test_topojson_is_read(tmp_path: Path) -> None:
    ring = [[-1.0, 52.0], [-0.99, 52.0], [-0.99, 52.01], [-1.0, 52.01], [-1.0, 52.0]]
    topology = {
        "type": "Topology",
        "arcs": [ring],
        "objects": {
            "areas": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "arcs": [[0]], "properties": {"LSOA21CD": "E01000001"}},
                ],
            }
        },
    }
    (tmp_path / "areas.topojson").write_text(json.dumps(topology))
    areas, *_ = read_boundaries(tmp_path / "areas.topojson")
    assert areas.index.tolist() == ["E01000001"] and areas.area.iloc[0] == pytest.approx(7.6e5, rel=0.05)


def test_parts_collections_and_rows_of_nothing(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    parts = pd.concat([four, squares({"E01000001": square(5, 5)}).assign(LSOA21NM=four["LSOA21NM"].iloc[3])])
    shapes = list(parts.geometry)
    shapes[0] = GeometryCollection([shapes[0], LineString([(EAST, NORTH), (EAST + 1, NORTH)])])
    nothing = gpd.GeoDataFrame({"LSOA21CD": [None], "LSOA21NM": [None]}, geometry=[None], crs=27700)
    whole = pd.concat([parts.set_geometry(shapes), nothing])
    areas, _, notes = read_boundaries(written(whole, tmp_path))
    assert len(areas) == 4 and areas.area["E01000001"] == pytest.approx(2e6)
    assert any("1 areas stand in several rows (E01000001)" in note for note in notes)
    assert areas.geom_type.isin(["Polygon", "MultiPolygon"]).all()


def test_areas_beyond_england_and_wales_are_left_out(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    mixed = four.assign(LSOA21CD=["E01000004", "S01000003", "N20000002", "E01000001"])
    areas, elsewhere, notes = read_boundaries(written(mixed, tmp_path))
    assert areas.index.tolist() == ["E01000001", "E01000004"] and elsewhere == 2
    assert notes[0] == "2 areas of Scotland, Northern Ireland or the islands left out."


def test_a_download_cut_at_its_limit_is_warned_of(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    content = json.loads(four.to_crs(4326).to_json(to_wgs84=True)) | {"exceededTransferLimit": True}
    (tmp_path / "areas.geojson").write_text(json.dumps(content))
    assert "exceededTransferLimit" in read_boundaries(tmp_path / "areas.geojson")[2][0]


def test_gaps_that_make_islands_of_areas_are_warned_of(tmp_path: Path) -> None:
    cells = {f"E010000{c}{r}": square(c, r, side=997) for c in range(3) for r in range(3)}
    areas, *_ = read_boundaries(written(squares(cells), tmp_path))
    assert any("9 of 9 areas touch no other" in note for note in boundaries.lie_of(areas))
    scilly = {"E01000001": square(0, 0), "E01000002": square(1, 0), "E01000003": square(9, 9)}
    areas, *_ = read_boundaries(written(squares(scilly), tmp_path))
    assert not boundaries.lie_of(areas), "an island of the land"


def test_false_islands_are_those_of_all_distances() -> None:
    """Against the distances of all pairs, of squares that meet, overlap, miss by a hair or lie apart."""
    rng = np.random.default_rng(1)
    sides = rng.choice([1000, 999.5, 990, 930, 1010], 64)
    areas = squares({f"E010000{i:02d}": square(i % 8, i // 8, side) for i, side in enumerate(sides)})
    apart = np.array([[one.distance(two) for two in areas.geometry] for one in areas.geometry])
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(axis=1)
    expected = ((nearest > boundaries.TOUCHING_METRES) & (nearest <= boundaries.NEAR_METRES)).sum()
    assert boundaries.false_islands(areas) == expected > 0


def test_a_district_of_the_lookup_is_known_by_name_or_code_in_any_case(four: gpd.GeoDataFrame) -> None:
    areas = four.set_index(four["LSOA21CD"].rename("lsoa21cd")).sort_index()
    areas["name"] = [f"{old} 001A" for old in ("Mendip", "Mendip", "Bristol", "Bristol")]
    lookup = pd.DataFrame(
        {
            "wd24cd": "E05000001",
            "ward": "Ward",
            "lad24cd": ["E06000066", "E06000066", "E06000023", "E06000023"],
            "borough": ["Somerset", "Somerset", "Bristol, City of", "Bristol, City of"],
        },
        index=areas.index,
    )
    for asked in ("somerset", "SOMERSET", "e06000066"):
        assert len(boundaries.within_districts(areas, [asked], "f", lookup)) == 2
    for asked in ("Bristol", "bristol, city of", "City of Bristol"):
        kept = boundaries.within_districts(areas, [asked], "f", lookup)
        assert kept.index.tolist() == ["E01000003", "E01000004"]
    with pytest.raises(Problem, match=r"“Summerset” \(near: Somerset\): check the spelling of --within\.$"):
        boundaries.within_districts(areas, ["Summerset"], "f", lookup)
    with pytest.raises(Problem, match="import the lookup first"):
        boundaries.within_districts(areas, ["Somerset"], "f")
