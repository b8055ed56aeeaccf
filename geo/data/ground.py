"""How do the shapes of a country travel? As whole numbers, simplified together, in one small file a level.

A county travels as GeoJSON. A country has a hundred times as many corners, of which a screen that shows all
of it can draw few: its areas are simplified as a coverage, so that neighbours go on meeting, and rounded to
one grid. ``assets/map/ground.mjs`` reads them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.data.boundaries import TOUCHING_METRES

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

COUNTY = 7_000
"""Areas up to which shapes travel as GeoJSON; more only countries have."""
COARSE_METRES = 60.0
"""Corners that stand out less are left out: less than a pixel, until a screen shows 60 km."""
WORLD_METRES = 40_075_016.68557849
"""Length of the equator: side of the square of the world (EPSG:3857)."""
FINEST, LONGEST = 24, 2**15 - 1
"""Power of two by which the world is divided at most, and steps of an edge."""


def is_country(areas: int) -> bool:
    """Whether there are more areas than a county has."""
    return areas > COUNTY


def pack(areas: GeoDataFrame) -> bytes:
    """Write the shapes of a level.

    Parameters
    ----------
    areas : GeoDataFrame
        EPSG:27700, in map order.

    Returns
    -------
    bytes
        Little-endian. Four uint32: areas, rings, corners, and the power of two that divides the world. Of
        each ring: int32 across and down from the first corner of the ring before (north and west are 0),
        uint32 its corners, the first of them not repeated; of each area uint32 its rings; of each corner
        int16 across and down from the one before in its ring.
    """
    import shapely

    shapes = areas.geometry.array
    if shapely.coverage_is_valid(shapes, gap_width=TOUCHING_METRES):
        shapes = shapely.coverage_simplify(shapes, COARSE_METRES)
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    corners, of_ring = shapely.get_coordinates(rings, return_index=True)
    places = np.column_stack(_to_world()(corners[:, 0], corners[:, 1]))
    first = np.append(True, of_ring[1:] != of_ring[:-1])
    power = FINEST
    while True:
        grid = np.round(places * 2.0**power).astype(np.int64)
        steps = np.diff(grid, axis=0, prepend=grid[:1])
        if power == 0 or np.abs(steps[~first]).max(initial=0) <= LONGEST:
            break
        power -= 1
    last = np.append(first[1:], True)
    kept = ~last & (first | steps.any(axis=1))  # a ring ends where it begins; corners that rounding joined
    length = np.bincount(of_ring[kept], minlength=len(rings))
    begins = grid[first]
    steps[first] = 0
    number = np.bincount(owner[of_polygon], minlength=len(areas))
    head = np.array([len(areas), len(rings), int(kept.sum()), power], "<u4")
    way = np.diff(begins, axis=0, prepend=np.zeros((1, 2), np.int64)).astype("<i4")
    moved = steps[kept].astype("<i2")
    columns = (
        head,
        way[:, 0],
        way[:, 1],
        length.astype("<u4"),
        number.astype("<u4"),
        moved[:, 0],
        moved[:, 1],
    )
    return b"".join(np.ascontiguousarray(column).tobytes() for column in columns)


def names(frame: pd.DataFrame) -> bytes:
    """Write what the areas of a level are called, column by column.

    Parameters
    ----------
    frame : DataFrame
        Index of codes; its columns ``name``, ``known``, ``ward`` and ``borough``, where present, are written.

    Returns
    -------
    bytes
        JSON of ``code`` and these: a text for each area, or ``words`` and ``of``, the place of each area's.
    """
    columns: dict[str, object] = {"code": frame.index.tolist()}
    for column in ("name", "known", "ward", "borough"):
        if column in frame:
            of, words = pd.factorize(frame[column])
            often = len(words) < len(frame) // 2
            columns[column] = {"words": list(words), "of": of.tolist()} if often else frame[column].tolist()
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()


def _to_world() -> Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """From the National Grid to the square of the world: 0 to 1 from 180° west, and from the north down."""
    from pyproj import Transformer

    to_metres = Transformer.from_crs(27700, 3857, always_xy=True).transform

    def place(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        across, up = to_metres(x, y)
        return 0.5 + across / WORLD_METRES, 0.5 - up / WORLD_METRES

    return place
