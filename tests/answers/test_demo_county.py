"""The demonstration county: whole, nested, seamless, and true to the published totals."""

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.data import area_tables, boundaries
from geo.data.read_boundaries import read_boundaries
from geo.data.read_population import read_population
from geo.data.read_table import read_table
from geo.demo import county
from tests.support.published import TOP_WARDS

QUINTILES = {  # most affluent -> most deprived, as published
    "Bedford": [19, 27, 20, 23, 14],
    "Central Bedfordshire": [74, 38, 25, 17, 3],
    "Luton": [5, 19, 28, 36, 33],
}
AREAS = {"Bedford": 103, "Central Bedfordshire": 157, "Luton": 121}
RESIDENTS = {"Bedford": 187_466, "Central Bedfordshire": 301_501, "Luton": 226_973}
IMD_DECILE = "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"
IMD_RANK = "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"


@pytest.fixture(scope="module", params=["committed", "rebuilt"])
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The raw files, as committed and as the generator makes them now."""
    if request.param == "committed":
        return county.paths()
    folder = tmp_path_factory.mktemp("county")
    county.generate(folder)
    return county.paths(folder)


@pytest.fixture(scope="module")
def shapes(files: dict[str, Path]) -> gpd.GeoDataFrame:
    return gpd.read_file(files["boundaries"]).set_index("LSOA11CD")


@pytest.fixture(scope="module")
def lookup(files: dict[str, Path]) -> pd.DataFrame:
    return pd.read_csv(files["lookup"]).set_index("LSOA11CD")


@pytest.fixture(scope="module")
def deprivation(files: dict[str, Path]) -> pd.DataFrame:
    return pd.read_csv(files["deprivation"]).set_index("LSOA code (2011)")


def test_every_file_speaks_of_the_same_381_areas(files, shapes, lookup, deprivation):
    residents = pd.read_csv(files["population"])
    assert len(shapes) == 381
    assert shapes.index.is_unique
    assert sorted(shapes.index) == sorted(lookup.index) == sorted(deprivation.index)
    assert set(residents["LSOA11CD"]) == set(shapes.index)
    assert (shapes["LSOA11NM"] == lookup["LSOA11NM"].reindex(shapes.index)).all()
    assert (deprivation["LSOA name (2011)"] == lookup["LSOA11NM"].reindex(deprivation.index)).all()
    assert lookup["LSOA11NM"].is_unique
    assert lookup["LSOA11NM"].str.fullmatch(r"(Bedford|Central Bedfordshire|Luton) \d{3}[A-Z]").all()


def test_areas_nest_in_wards_and_wards_in_boroughs(lookup):
    assert lookup.groupby("LAD24NM").size().to_dict() == AREAS
    wards = lookup[["WD24CD", "WD24NM", "LAD24CD", "LAD24NM"]].drop_duplicates()
    assert wards["WD24CD"].is_unique, "a ward lies in one borough and has one name"
    assert wards["WD24NM"].is_unique
    assert wards[["LAD24CD", "LAD24NM"]].drop_duplicates().shape == (3, 2)
    assert (lookup["LSOA11NM"].str[:-5] == lookup["LAD24NM"]).all()


def test_wards_have_room_for_the_published_top_quintile(lookup):
    size = lookup.groupby(["LAD24NM", "WD24NM"]).size()
    for borough, text in TOP_WARDS.items():
        for ward, needed in re.findall(r"([^,]+?) (\d+)(?:, |$)", text):
            assert size[borough, ward] >= int(needed), ward
    assert ("Bedford", "Eastcotts") in size.index


def test_the_coverage_is_seamless(shapes):
    polygons = shapes.geometry.to_numpy()
    assert shapely.is_valid(polygons).all()
    assert set(shapely.get_type_id(polygons)) == {shapely.GeometryType.POLYGON}
    assert shapely.coverage_is_valid(polygons)
    outline = shapely.coverage_union_all(polygons)
    assert outline.geom_type == "Polygon", "the county is in pieces"
    assert not outline.interiors, "the county has a hole"
    assert outline.area == pytest.approx(shapely.area(polygons).sum(), rel=1e-12)


def test_file_coordinates_are_exact_at_six_decimals(files):
    text = files["boundaries"].read_text()
    for feature in json.loads(text)["features"]:
        assert feature["geometry"]["type"] == "Polygon"
        xy = np.array(feature["geometry"]["coordinates"][0])
        assert (np.round(xy, 6) == xy).all()


@pytest.mark.parametrize("level", ["WD24CD", "LAD24CD"])
def test_wards_and_boroughs_are_connected(shapes, lookup, level):
    groups = shapes.geometry.groupby(lookup[level].reindex(shapes.index))
    for code, members in groups:
        union = shapely.coverage_union_all(members.to_numpy())
        assert union.geom_type == "Polygon", code
        assert not union.interiors, code


def test_no_area_is_an_island_and_none_has_a_crowd_of_neighbours(shapes):
    metres = shapes.to_crs(27700).geometry.to_numpy()
    a, b = shapely.STRtree(metres).query(metres, predicate="dwithin", distance=1.0)
    neighbours = np.bincount(a[a != b], minlength=len(metres))
    assert neighbours.min() >= 2
    assert neighbours.max() < 15
    assert 5.4 < neighbours.mean() < 6.1


def test_towns_are_of_small_areas_and_the_countryside_of_large_ones(shapes):
    metres = shapes.to_crs(27700)
    west, south, east, north = metres.total_bounds
    assert 485_000 < west < east < 530_000
    assert 210_000 < south < north < 270_000
    square_km = metres.area / 1e6
    assert square_km.min() > 0.05
    assert square_km.quantile(0.25) < 0.5
    assert square_km.max() > 20


def test_shared_edges_wind(shapes):
    corners = shapes.count_coordinates()
    assert corners.median() > 25
    roundness = 4 * np.pi * shapes.to_crs(27700).area / shapes.to_crs(27700).length ** 2
    assert roundness.median() < 0.62, "Voronoi cells are rounder than 0.7"


def test_published_quintiles_by_borough(lookup, deprivation):
    borough = lookup["LAD24NM"].reindex(deprivation.index)
    quintile = (deprivation[IMD_DECILE] + 1) // 2
    table = pd.crosstab(borough, quintile)[[5, 4, 3, 2, 1]]
    assert {name: row.to_list() for name, row in table.iterrows()} == QUINTILES


def test_deprivation_follows_the_official_definitions(deprivation):
    ranks = [column for column in deprivation if "Rank" in column]
    assert len(ranks) == 8
    for rank in ranks:
        values = deprivation[rank]
        assert values.between(1, 32_844).all()
        assert values.is_unique
        decile = deprivation[
            rank.replace("Rank (where 1 is most deprived)", "Decile (where 1 is most deprived 10% of LSOAs)")
        ]
        assert (decile == np.ceil(values * 10 / 32_844)).all()
    score = deprivation["Index of Multiple Deprivation (IMD) Score"]
    by_rank = score[deprivation[IMD_RANK].sort_values().index]
    assert (np.diff(by_rank) <= 0).all()


def test_deprived_areas_lie_together(shapes, deprivation):
    metres = shapes.to_crs(27700).geometry.to_numpy()
    a, b = shapely.STRtree(metres).query(metres, predicate="dwithin", distance=1.0)
    rank = deprivation[IMD_RANK].reindex(shapes.index).to_numpy(float)
    z = (rank - rank.mean()) / rank.std()
    assert np.mean((z[a] * z[b])[a != b]) > 0.3


def test_residents_add_up(files, lookup):
    residents = pd.read_csv(files["population"])
    assert residents["population"].dtype.kind == "i"
    assert residents["population"].min() >= 0
    assert residents.groupby(["LSOA11CD", "age_band", "sex"]).size().max() == 1
    assert list(residents["age_band"].unique()) == [f"{a}-{a + 4}" for a in range(0, 90, 5)] + ["90+"]
    assert set(residents["sex"]) == {"F", "M"}
    area = residents.groupby("LSOA11CD")["population"].sum()
    assert area.between(1000, 3500).all()
    borough = area.groupby(lookup["LAD24NM"].reindex(area.index)).sum()
    assert borough.to_dict() == RESIDENTS
    assert area.sum() == 715_940


def test_ages_follow_the_boroughs_pyramids(files, lookup):
    residents = pd.read_csv(files["population"])
    bands = residents.pivot_table("population", "LSOA11CD", "age_band", aggfunc="sum", sort=False)
    assert bands.min(axis=None) >= 5
    shares = bands.groupby(lookup["LAD24NM"].reindex(bands.index)).sum()
    shares = shares.div(shares.sum(axis=1), axis=0)
    for borough, text in county.PYRAMIDS.items():
        pyramid = np.array(text.split(), float)
        np.testing.assert_allclose(shares.loc[borough], pyramid / pyramid.sum(), rtol=0.01)


def test_towns_are_younger_than_the_countryside():
    residents, areas = county.population(), county.areas()
    old = residents["age_band"].isin(["65-69", "70-74", "75-79", "80-84", "85-89", "90+"])
    by_area = residents.assign(old=residents["population"].where(old, 0)).groupby("lsoa11cd")[
        ["old", "population"]
    ]
    share = by_area.sum().pipe(lambda t: t["old"] / t["population"])
    assert share.corr(areas["urbanity"]) < -0.3


def test_accessors():
    areas = county.areas()
    assert list(areas.columns) == ["name", "wd24cd", "ward", "lad24cd", "borough", "urbanity", "imd_decile"]
    assert areas.index.name == "lsoa11cd"
    assert areas.index.equals(county.boundaries().index)
    assert county.boundaries().crs.to_epsg() == 27700
    assert areas["urbanity"].between(0, 1).all()
    busiest = areas.loc[areas.groupby("borough")["urbanity"].idxmax()].set_index("borough")
    assert busiest.at["Luton", "ward"] in {"South", "High Town", "Dallow"}
    assert busiest.at["Bedford", "ward"] in {"Castle", "Harpur", "Cauldwell", "Kingsbrook"}
    assert not areas.isna().any(axis=None)


def test_places_lie_where_their_names_say():
    places = pd.read_csv(county.paths()["places"])
    assert list(places.columns) == ["name", "easting", "northing", "rank"]
    points = gpd.GeoDataFrame(
        places[["name"]], geometry=gpd.points_from_xy(places["easting"], places["northing"]), crs=27700
    )
    found = points.sjoin(county.boundaries()[["geometry"]].join(county.areas()[["ward", "borough"]]))
    found = found.set_index("name")
    assert len(found) == len(places)
    for name, ward in {"Dunstable": "Dunstable", "Biggleswade": "Biggleswade", "Sandy": "Sandy"}.items():
        assert found.at[name, "ward"].startswith(ward)
    assert found.at["Luton", "borough"] == "Luton"
    assert found.at["Bedford", "borough"] == "Bedford"


def test_the_folder_stays_small():
    assert sum(path.stat().st_size for path in county.paths()["boundaries"].parent.iterdir()) < 1_000_000


def test_the_ordinary_import_takes_the_files(files, shapes):
    read, _, remarks = read_boundaries(files["boundaries"])
    assert not remarks
    assert sorted(read.index) == sorted(shapes.index)
    assert boundaries.seams(read) == 0
    readers = {
        "lookup": area_tables.read_lookup,
        "population": read_population,
        "deprivation": area_tables.read_deprivation,
        "places": area_tables.read_places,
    }
    tables = {kind: reader(read_table(kind, files[kind].read_bytes())) for kind, reader in readers.items()}
    assert tables["population"]["population"].sum() == 715_940
    assert {kind: len(table) for kind, table in tables.items() if kind != "places"} == {
        "lookup": 381,
        "population": 381 * 19 * 2,
        "deprivation": 381,
    }
