"""Every area one tile, all the same, none on another, neighbours near."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.answer.atlas import Atlas
from geo.answer.level import Level
from geo.tell.tiles import tiles, tiles_geojson


@pytest.fixture(scope="module")
def level(small_atlas: Atlas) -> Level:
    return small_atlas.levels["lsoa"]


@pytest.fixture(scope="module")
def laid(level: Level) -> gpd.GeoDataFrame:
    return tiles(level.shapes, level.neighbours)


def test_each_area_has_one_tile_of_the_same_size(laid: gpd.GeoDataFrame, level: Level):
    assert list(laid.index) == list(level.frame.index)
    assert laid.geometry.is_valid.all()
    np.testing.assert_allclose(laid.area, laid.area.iloc[0], rtol=1e-9)
    assert len({point.wkb for point in laid.centroid.set_precision(1)}) == level.n


def test_tiles_do_not_overlap_and_cover_about_the_county(laid: gpd.GeoDataFrame, level: Level):
    together = shapely.union_all(laid.geometry.to_numpy())
    assert together.area == pytest.approx(laid.area.sum(), rel=1e-6)
    assert together.area == pytest.approx(level.shapes.area.sum(), rel=0.2)
    assert together.intersection(level.shapes.union_all()).area > 0.75 * together.area


def test_touching_tiles_share_their_corners_exactly(laid: gpd.GeoDataFrame):
    corners = {tuple(corner) for corner in shapely.get_coordinates(laid.geometry.to_numpy()).tolist()}
    rounded = {(round(x), round(y)) for x, y in corners}
    assert len(corners) == len(rounded) < 6 * len(laid) * 0.6


def test_neighbours_stay_near(laid: gpd.GeoDataFrame, level: Level):
    places = shapely.get_coordinates(laid.centroid.to_numpy())
    first = np.repeat(np.arange(level.n), level.neighbours.cardinalities)
    width = np.sqrt(laid.area.iloc[0] * 2 / np.sqrt(3))
    apart = np.linalg.norm(places[first] - places[level.neighbours.indices], axis=1) / width
    assert np.median(apart) < 1.1
    assert apart.mean() < 1.6
    everyone = np.linalg.norm(places[:, None] - places[None], axis=2).mean() / width
    assert apart.mean() < everyone / 2


def test_a_crowded_town_gets_its_share_of_the_room():
    """Nine small areas in a corner of a square of seven large ones."""
    from geo.stats.weights import queen

    steps = range(0, 3000, 1000)
    small = [shapely.box(x, y, x + 1000, y + 1000) for x in steps for y in steps]
    large = [
        shapely.box(x, y, x + 3000, y + 3000)
        for x in range(0, 9000, 3000)
        for y in range(0, 9000, 3000)
        if (x, y) != (0, 0)
    ]
    shapes = gpd.GeoDataFrame(geometry=[*small, *large], crs=27700)
    laid = tiles(shapes, queen(shapes))
    town = laid.geometry[:9].union_all()
    assert town.area == pytest.approx(shapely.union_all(laid.geometry.to_numpy()).area * 9 / 17, rel=1e-6)
    assert town.centroid.x < laid.geometry[9:].union_all().centroid.x
    assert town.centroid.y < laid.geometry[9:].union_all().centroid.y


def test_the_browser_gets_the_same_ids_and_names(level: Level):
    shapes, placed = (json.loads(body)["features"] for body in (level.geojson, tiles_geojson(level)))
    assert [(f["id"], f["properties"]) for f in shapes] == [(f["id"], f["properties"]) for f in placed]
    assert all(len(feature["geometry"]["coordinates"][0]) == 7 for feature in placed)


def test_one_area_is_one_tile(level: Level):
    one = level.frame.index[:1]
    alone = replace(
        level,
        frame=level.frame.loc[one],
        read=lambda: level.shapes.loc[one],
        neighbours=level.neighbours.subset(np.arange(level.n) == 0),
    )
    assert len(json.loads(tiles_geojson(alone))["features"]) == 1
