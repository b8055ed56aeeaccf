"""How do the shapes of a country travel? As whole numbers, simplified together: all, and from near by.

A county travels as GeoJSON. A country has a hundred times as many corners, of which a screen that shows all
of it can draw few: its areas are simplified as a coverage, so that neighbours go on meeting, and rounded to
one grid. One small file a level has them all, for who looks from afar; for who looks closely there are files
of the same areas with all corners that a screen can show, some areas each, of which the browser fetches those
in view. ``assets/map/ground.mjs`` reads them.
"""

from __future__ import annotations

import gzip
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
FAR_METRES, NEAR_METRES = 200.0, 5.0
"""Corners that stand out less are left out, from afar and from near by: they are less than a pixel until a
screen shows 200 km (``NEARER`` of ``assets/map/near.mjs``), and 5 km."""
MOST_TORN = 0.01
"""Share of areas that do not meet their neighbours exactly up to which they are simplified, each by itself
where it is torn, so that a file with a few faults does not travel whole."""
AT_ONCE = 30_000
"""Corners of a file of areas from near by, about: 60 kB on their way."""
WORLD_METRES = 40_075_016.68557849
"""Length of the equator: side of the square of the world (EPSG:3857)."""
FINEST, LONGEST = 24, 2**15 - 1
"""Power of two by which the world is divided at most, and steps of an edge."""


def is_country(areas: int) -> bool:
    """Whether there are more areas than a county has."""
    return areas > COUNTY


def pack(areas: GeoDataFrame) -> bytes:
    """Write the shapes of a level, as they are drawn from afar.

    Parameters
    ----------
    areas : GeoDataFrame
        EPSG:27700, in map order.

    Returns
    -------
    bytes
        As :func:`_written` says.
    """
    return _written(_simplified(areas, FAR_METRES))


def pack_near(areas: GeoDataFrame) -> list[bytes]:
    """Write the shapes of a level, as they are drawn from near by; as :func:`pack`.

    Returns
    -------
    list of bytes
        Compressed (gzip) files of as many areas each, but the last, that follow one another in map order.
    """
    import shapely

    shapes = _simplified(areas, NEAR_METRES)
    files = -(-int(shapely.get_num_coordinates(shapes).sum()) // AT_ONCE)
    each = -(-len(shapes) // files)
    parts = (shapes[first : first + each] for first in range(0, len(shapes), each))
    return [gzip.compress(_written(part), mtime=0) for part in parts]


def _simplified(areas: GeoDataFrame, metres: float) -> np.ndarray:
    """Shapes without corners that stand out less, neighbours alike; as they are where many are torn."""
    import shapely

    shapes = areas.geometry.to_numpy()
    torn = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=TOUCHING_METRES))
    return shapely.coverage_simplify(shapes, metres) if torn.mean() <= MOST_TORN else shapes


def _written(shapes: np.ndarray) -> bytes:
    """Write shapes as whole numbers.

    Returns
    -------
    bytes
        Little-endian. Four uint32: areas, rings, corners, and the power of two that divides the world. Of
        each ring: int32 across and down from the first corner of the ring before (north and west are 0),
        uint32 its corners, the first of them not repeated; of each area uint32 its rings; of each corner
        int16 across and down from the one before in its ring.
    """
    import shapely

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
    number = np.bincount(owner[of_polygon], minlength=len(shapes))
    head = np.array([len(shapes), len(rings), int(kept.sum()), power], "<u4")
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
