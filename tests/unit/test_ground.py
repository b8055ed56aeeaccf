"""The shapes of a country as whole numbers: they lie where they lay, and neighbours go on meeting."""

import gzip
import itertools
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from geo.data import ground, take_areas
from geo.data.ground import WORLD_METRES, names, pack, pack_near


def read(file: bytes) -> tuple[list[list[np.ndarray]], int]:
    """Rings by area, in parts of the world, as assets/map/ground.mjs reads them."""
    areas, rings, corners, power = np.frombuffer(file, "<u4", 4)
    rest, columns = file[16:], []
    for kind, number in (
        ("<i4", rings),
        ("<i4", rings),
        ("<u4", rings),
        ("<u4", areas),
        ("<i2", corners),
        ("<i2", corners),
    ):
        size = int(number) * np.dtype(kind).itemsize
        columns.append(np.frombuffer(rest[:size], kind).astype(np.int64))
        rest = rest[size:]
    assert not rest
    across, down, length, number, right, below = columns
    begins = np.column_stack([across, down]).cumsum(axis=0)
    steps = np.split(np.column_stack([right, below]), length.cumsum()[:-1])
    found = [begin + step.cumsum(axis=0) for begin, step in zip(begins, steps, strict=True)]
    ends = number.cumsum().tolist()
    return [found[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)], int(power)


def in_metres(ring: np.ndarray, power: int) -> np.ndarray:
    """Corners of a ring on the National Grid."""
    x, y = (ring / 2.0**power).T
    back = Transformer.from_crs(3857, 27700, always_xy=True).transform
    return np.column_stack(back((x - 0.5) * WORLD_METRES, (0.5 - y) * WORLD_METRES))


def test_areas_with_holes_and_islands_are_read_back_within_two_metres() -> None:
    hole = [(512_000, 252_000), (514_000, 252_000), (514_000, 254_000), (512_000, 254_000)]
    around = shapely.Polygon(
        [(510_000, 250_000), (516_000, 250_000), (516_000, 256_000), (510_000, 256_000)], [hole]
    )
    islands = shapely.MultiPolygon([shapely.Polygon(hole), shapely.box(520_000, 250_000, 521_000, 251_000)])
    rings, power = read(pack(gpd.GeoDataFrame(geometry=[around, islands], crs=27700)))
    assert [len(each) for each in rings] == [2, 2]
    for area, given in zip(rings, (around, islands), strict=True):
        corners = np.concatenate([in_metres(ring, power) for ring in area])
        wanted = shapely.points(shapely.get_coordinates(given))
        apart = shapely.distance(shapely.points(corners)[:, None], wanted)
        assert len(corners) == 8 and apart.min(axis=1).max() < 2


def test_simplified_neighbours_go_on_meeting() -> None:
    rng = np.random.default_rng(1)
    line = np.column_stack([np.linspace(400_000, 405_000, 400), rng.normal(300_000, 8, 400)])
    above, below = ([(405_000, 300_000 + y), (400_000, 300_000 + y)] for y in (4_000, -4_000))
    both = gpd.GeoDataFrame(geometry=[shapely.Polygon([*line, *end]) for end in (above, below)], crs=27700)
    (one,), (other,) = read(pack(both))[0]
    assert len(one) < 60
    shared = {tuple(corner) for corner in one.tolist()} & {tuple(corner) for corner in other.tolist()}
    assert len(shared) == len(one) - 2


def test_from_near_by_areas_have_more_corners_and_meet_those_of_other_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ground, "AT_ONCE", 1_500)
    rng = np.random.default_rng(1)
    x = np.linspace(400_000, 405_000, 400)
    lines = [np.column_stack([x, 300_000 + 4_000 * k + rng.normal(0, 15, 400)]) for k in range(6)]
    strips = [shapely.Polygon([*low, *high[::-1]]) for low, high in itertools.pairwise(lines)]
    areas = gpd.GeoDataFrame(geometry=strips, crs=27700)
    files = [read(gzip.decompress(file))[0] for file in pack_near(areas)]
    assert 1 < len(files) < len(strips)
    assert {len(file) for file in files[:-1]} == {-(-len(strips) // len(files))}, "as the browser counts them"
    near = [ring for file in files for (ring,) in file]
    far = [ring for (ring,) in read(pack(areas))[0]]
    for k, (one, other) in enumerate(itertools.pairwise(near)):
        shared = {tuple(corner) for corner in one.tolist()} & {tuple(corner) for corner in other.tolist()}
        assert len(shared) > 5 * len(far[k])


class Change(dict):
    """Tables of a folder by their role, as a transaction has them."""

    has, read = dict.__contains__, dict.__getitem__

    def put(self, role: str, frame: pd.DataFrame, *, derived: bool) -> None:
        self[role] = frame


def test_the_import_of_a_country_packs_its_shapes_from_afar_and_from_near_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    squares = [shapely.box(500_000 + 1_000 * x, 200_000, 501_000 + 1_000 * x, 201_000) for x in range(4)]
    areas = gpd.GeoDataFrame({"name": list("abcd")}, geometry=squares, crs=27700, index=list("abcd"))
    county = Change({"areas/lsoa": areas})
    take_areas._derive(county)
    assert "ground/lsoa" not in county
    monkeypatch.setattr(ground, "COUNTY", 3)
    country = Change({"areas/lsoa": areas})
    take_areas._derive(country)
    assert country["ground/lsoa"]["file"].tolist() == [pack(areas)]
    assert country["near/lsoa"]["file"].tolist() == pack_near(areas)


def test_an_edge_longer_than_a_step_makes_the_grid_coarser() -> None:
    rings, power = read(
        pack(gpd.GeoDataFrame(geometry=[shapely.box(100_000, 100_000, 600_000, 600_000)], crs=27700))
    )
    assert power < 24
    assert shapely.Polygon(in_metres(rings[0][0], power)).area == pytest.approx(2.5e11, rel=0.01)


def test_names_that_repeat_are_written_once() -> None:
    frame = pd.DataFrame(
        {"name": list("abcdef"), "borough": ["Luton"] * 5 + ["Bedford"]}, index=list("uvwxyz")
    )
    assert json.loads(names(frame)) == {
        "code": list("uvwxyz"),
        "name": list("abcdef"),
        "borough": {"words": ["Luton", "Bedford"], "of": [0, 0, 0, 0, 0, 1]},
    }
