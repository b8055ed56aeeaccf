"""Where does each area go when all are the same size?

On a map of a county its towns are specks and its fields shout. The tile layout gives every area one hexagon
of the same size, cut to the outline of the county, so that every area can be seen and none looks larger
than another. Which area gets which tile is the assignment problem: the one that moves the areas least in
all (squared distance), repeated with each area drawn towards the tiles of its neighbours, so that those who
touch on the ground stay near.

Sources of the method: McNeill and Hale (2017), "Generating tile maps", Computer Graphics Forum 36(3);
Crouse (2016), "On implementing 2D rectangular assignment algorithms" (``scipy``'s solver).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.data.boundaries import browser_geojson, in_degrees
from geo.stats.weights import Neighbours

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from shapely.geometry.base import BaseGeometry

    from geo.answer.level import Level

MOST = 3_000
"""Areas above which the assignment takes too long to wait for."""
ROUNDS = 6
"""Times that areas are drawn towards their neighbours."""
PULL = 0.5
"""Weight of the neighbours' tiles against an area's own place."""
CORNERS = ((0, 2), (1, 1), (1, -1), (0, -2), (-1, -1), (-1, 1))
"""Corners of a hexagon about its middle, in half widths and half sides."""


def tiles_geojson(level: Level) -> bytes:
    """Tiles of a level for the browser, with the same ids and properties as its shapes.

    Parameters
    ----------
    level : Level
        Of at most :data:`MOST` areas.

    Returns
    -------
    bytes
        GeoJSON, EPSG:4326, features in map order with their position as id.
    """
    return browser_geojson(in_degrees(tiles(level.shapes, level.neighbours)), level.labels)


def tiles(shapes: GeoDataFrame, neighbours: Neighbours) -> GeoDataFrame:
    """Give every area a hexagon of the same size.

    Parameters
    ----------
    shapes : GeoDataFrame
        EPSG:27700, n areas.
    neighbours : Neighbours
        Who touches whom, on the same index.

    Returns
    -------
    GeoDataFrame
        The same index; hexagons in EPSG:27700 that share their corners exactly and do not overlap. Their
        common area is about that of the whole divided by n.
    """
    import geopandas as gpd
    import shapely

    outline = shapes.union_all()
    lattice, size = _cells(outline, len(shapes))
    middles = lattice * (np.sqrt(3) / 2 * size, size / 2)
    wanted = shapely.get_coordinates(shapely.centroid(shapes.geometry.to_numpy()))
    origin = wanted.mean(axis=0) - middles.mean(axis=0)
    chosen = _assign(wanted - origin, middles, neighbours)
    corners = (lattice[chosen][:, None, :] + np.array(CORNERS)) * (np.sqrt(3) / 2 * size, size / 2) + origin
    return gpd.GeoDataFrame(geometry=shapely.polygons(corners), index=shapes.index, crs=shapes.crs)


def _cells(outline: BaseGeometry, n: int) -> tuple[np.ndarray, float]:
    """Cut a hexagonal grid to an outline so that ``n`` middles, or as few more as can be, lie in it.

    Returns
    -------
    lattice : ndarray of int, shape (at least n, 2)
        Middles in half widths and half sides, so that corners are shared exactly.
    size : float
        Side of a hexagon in metres.
    """
    best: tuple[int, np.ndarray, float] | None = None
    expected = np.sqrt(outline.area / n * 2 / (3 * np.sqrt(3)))
    for shift in np.linspace(0, 1, 5, endpoint=False):
        small, large = expected * 0.5, expected * 1.3
        for _ in range(24):
            size = (small + large) / 2
            lattice = _inside(outline, size, float(shift))
            if len(lattice) >= n:
                small = size
                if best is None or len(lattice) < best[0]:
                    best = len(lattice), lattice, size
            else:
                large = size
            if len(lattice) == n:
                return lattice, size
    assert best is not None  # half the expected side gives four times the cells
    return best[1], best[2]


def _inside(outline: BaseGeometry, size: float, shift: float) -> np.ndarray:
    """Cells of a grid of hexagons whose middle is in an outline; see :func:`_cells`."""
    import shapely

    west, south, east, north = outline.bounds
    half, step = np.sqrt(3) / 2 * size, 1.5 * size
    row, column = np.mgrid[: int((north - south) / step) + 2, : int((east - west) / (2 * half)) + 2]
    lattice = np.column_stack([(2 * column + row % 2).ravel(), 3 * row.ravel()])
    places = lattice * (half, size / 2) + (west - shift * half, south - shift * size / 2)
    return lattice[shapely.contains_xy(outline, places)]


def _assign(wanted: np.ndarray, middles: np.ndarray, neighbours: Neighbours) -> np.ndarray:
    """Position of the tile of each area."""
    from scipy.optimize import linear_sum_assignment

    near = pd.Series(np.repeat(np.arange(neighbours.n), neighbours.cardinalities))
    target = wanted
    best, least = np.arange(len(wanted)), np.inf
    for _ in range(ROUNDS):
        apart = ((target[:, None, :] - middles[None]) ** 2).sum(axis=2)
        tile = linear_sum_assignment(apart)[1]
        placed = middles[tile]
        stretch = np.linalg.norm(placed[near] - placed[neighbours.indices], axis=1).sum()
        if stretch < least:
            best, least = tile, stretch
        around = pd.DataFrame(placed[neighbours.indices]).groupby(near).mean()
        drawn = around.reindex(range(len(wanted))).to_numpy()
        drawn = np.where(np.isnan(drawn), placed, drawn)
        target = (1 - PULL) * wanted + PULL * drawn
    return best
