"""Which areas, what shape?

Readers of the publishers' area files: boundaries, the lookup from small areas to wards and boroughs,
residents, deprivation, and the list of how small areas changed from 2011 to 2021. Shapes are kept in
British National Grid (EPSG:27700, metres); the index of every table is the area code, and the name of the
index says its vintage (``lsoa21cd``, ``wd24cd``, ``lad24cd``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.ask.problem import Problem

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
from geo.data.vintages import OUTSIDE

Level = Literal["lsoa", "ward", "borough"]

GRID = "EPSG:27700"

TOUCHING_METRES = 1.0
"""Edges nearer than this meet: published generalised files are torn by less."""

_LEVELS: dict[str, Level] = {"lsoa": "lsoa", "wd": "ward", "lad": "borough"}
_CODE = re.compile(r"(lsoa|wd|lad)(\d\d)cd", re.IGNORECASE)


def level_of(areas: pd.DataFrame) -> Level:
    """Return the level of a table by the name of its index.

    >>> level_of(pd.DataFrame(index=pd.Index([], name="wd24cd")))
    'ward'
    """
    return _LEVELS[re.sub(r"\d\dcd$", "", str(areas.index.name))]


# ---------------------------------------------------------------- shapes


def read_boundaries(path: Path, name: str = "") -> tuple[GeoDataFrame, list[str]]:
    """Read area boundaries from GeoPackage, GeoJSON, Shapefile or anything else that GDAL reads.

    Parameters
    ----------
    path : Path
    name : str, optional
        How messages call the file; its own name by default.

    Returns
    -------
    areas : GeoDataFrame
        EPSG:27700; index the area code, sorted, named by vintage (``lsoa21cd``); column ``name``.
    notes : list of str
        What was repaired and how well the areas meet, in plain English.

    Raises
    ------
    Problem
        If the file cannot be read, has no coordinate reference system or no code column, repeats a code,
        has an empty or non-polygon shape, or lies beyond England and Wales.
    """
    import geopandas
    import shapely

    name = name or path.name
    try:
        raw = geopandas.read_file(path)
    except Exception as error:  # GDAL raises many kinds
        raise Problem(
            f"{name} cannot be read as boundaries: give a GeoPackage, a GeoJSON or a zipped Shapefile."
        ) from error
    if not isinstance(raw, geopandas.GeoDataFrame):
        raise Problem(f"{name} has no shapes: give a file of boundaries, not a table.")
    code_column, name_column = _code_and_name(list(raw.columns), name)
    codes = raw[code_column].astype("str").str.strip()
    if codes.duplicated().any():
        raise Problem(
            f"{name} has the area {codes[codes.duplicated()].iloc[0]} twice: remove one of the two."
        )
    foreign = codes[~codes.str.fullmatch(r"[EW]\d{8}").fillna(False).astype(bool)]
    if len(foreign):
        raise Problem(
            f"{name}, area {foreign.index[0] + 1:,}: {foreign.iloc[0]} is not the code of an area in England "
            "or Wales; give boundaries with ONS codes (E or W and eight digits)."
        )
    if raw.crs is None:
        raise Problem(
            f"{name} does not say its coordinate reference system: add the .prj file, or save it as a "
            "GeoPackage with EPSG:27700 or EPSG:4326."
        )
    shapes = raw.geometry
    for wrong, what in (
        (shapes.isna() | shapes.is_empty, "has no shape"),
        (~shapes.geom_type.isin(["Polygon", "MultiPolygon"]), "is not a polygon"),
    ):
        if wrong.any():
            raise Problem(f"{name}: the area {codes[wrong].iloc[0]} {what}; download the boundaries again.")
    west, south, east, north = shapes.total_bounds
    if raw.crs.is_geographic and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Problem(
            f"{name} says that its coordinates are degrees but they are not: save it with its true "
            "coordinate reference system (EPSG:27700 for metres of the National Grid)."
        )
    shapes = geopandas.GeoSeries(shapely.force_2d(shapes.array), crs=raw.crs).to_crs(GRID)
    west, south, east, north = shapes.total_bounds
    if not (0 <= west <= east <= 700_000 and 0 <= south <= north <= 700_000):
        raise Problem(f"{name} does not lie in England or Wales: check its coordinate reference system.")
    invalid = ~shapes.is_valid.to_numpy()
    shapes[invalid] = [_polygons_of(shape) for shape in shapely.make_valid(shapes[invalid].array)]
    areas = geopandas.GeoDataFrame(
        {"name": (raw[name_column] if name_column else codes).astype("str").str.strip()},
        geometry=shapes,
        crs=GRID,
    )
    areas.index = pd.Index(codes, name=code_column.lower())
    areas = areas.sort_index()
    notes = []
    if invalid.any():
        ring = "ring" if invalid.sum() == 1 else "rings"
        notes.append(
            f"{int(invalid.sum())} invalid {ring} repaired ({', '.join(sorted(codes[invalid])[:5])})."
        )
    torn = seams(areas)
    if torn:
        notes.append(
            f"{torn:,} of {len(areas):,} areas do not meet their neighbours exactly; "
            f"areas within {TOUCHING_METRES:g} m count as touching."
        )
    return areas, notes


def seams(areas: GeoDataFrame) -> int:
    """Count the areas whose edges do not match their neighbours' exactly (gap, overlap or odd corner).

    Method: coverage validation of GEOS (``shapely.coverage_invalid_edges``), which finds edges that overlap
    or cross another area, with gaps up to :data:`TOUCHING_METRES`.
    """
    import shapely

    edges = shapely.coverage_invalid_edges(areas.geometry.array, gap_width=TOUCHING_METRES)
    return int((~shapely.is_empty(edges)).sum())


def _polygons_of(shape):  # type: ignore[no-untyped-def]
    """The polygon part of a repaired shape (repair may leave stray lines beside it)."""
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.union_all([part for part in parts if part.geom_type.endswith("Polygon")])


def _code_and_name(columns: Sequence[str], name: str) -> tuple[str, str | None]:
    """The finest area code among a file's columns, and the name column of the same area."""
    codes = {match[1].lower(): column for column in columns if (match := _CODE.fullmatch(column))}
    for kind in _LEVELS:
        if kind in codes:
            names = [column for column in columns if column.lower() == f"{codes[kind][:-2].lower()}nm"]
            return codes[kind], next(iter(names), None)
    raise Problem(
        f"{name} has no column of area codes: it needs one named like LSOA21CD, WD24CD or LAD24CD "
        f"(it has {', '.join(columns[:8])})."
    )


def dissolve(areas: GeoDataFrame, lookup: pd.DataFrame, level: Level) -> GeoDataFrame:
    """Merge small areas into the wards or boroughs that they belong to.

    Parameters
    ----------
    areas : GeoDataFrame
        Small areas, EPSG:27700.
    lookup : DataFrame
        As :func:`read_lookup` gives it, on the same index.
    level : {'ward', 'borough'}

    Returns
    -------
    GeoDataFrame
        EPSG:27700; index the ward or borough code, sorted, named by its vintage; column ``name``.
    """
    import geopandas
    import shapely

    whole = bool(shapely.coverage_is_valid(areas.geometry.array, gap_width=TOUCHING_METRES))
    half = TOUCHING_METRES / 2

    def merge(shapes: GeoDataFrame) -> object:
        if whole:
            return shapely.coverage_union_all(shapes.geometry.array)
        # Close the tears between members by growing and then shrinking by half their width.
        grown = shapely.union_all(shapely.buffer(shapes.geometry.array, half, join_style="mitre"))
        return shapely.buffer(grown, -half, join_style="mitre")

    parent = lookup[code_column(lookup, level)]
    groups = areas.groupby(parent)
    index = pd.Index(list(groups.groups), name=parent.name)
    return geopandas.GeoDataFrame(
        {"name": lookup[level].groupby(parent).first().loc[index]},
        geometry=geopandas.GeoSeries([merge(shapes) for _, shapes in groups], index=index, crs=areas.crs),
    )


def code_column(lookup: pd.DataFrame, level: Level) -> str:
    """Return the column of a lookup that holds the codes of a level, such as ``wd24cd`` of wards."""
    return str(lookup.columns[list(lookup.columns).index(level) - 1])


def within_districts(areas: GeoDataFrame, districts: Sequence[str], name: str) -> GeoDataFrame:
    """Keep the small areas of some districts, known by their names: "Bedford 001A" lies in Bedford.

    Raises
    ------
    Problem
        If no small area's name begins with one of the districts.
    """
    of = areas["name"].str.replace(r"\s+\d{3}[A-Z]+$", "", regex=True)
    for district in districts:
        if not (of == district).any():
            raise Problem(f"{name} has no small area in “{district}”: check the spelling of --within.")
    return areas[of.isin(districts)]


def locate(longitude: pd.Series, latitude: pd.Series, areas: GeoDataFrame) -> pd.Series:
    """Return the area of each point: a code, ``"outside"``, or missing where there is no point.

    Parameters
    ----------
    longitude, latitude : Series of float
        EPSG:4326, degrees; missing where there is no point.
    areas : GeoDataFrame
        EPSG:27700. Generalised shapes misplace points near an edge (one in eight at the strongest
        generalisation): where a file carries codes, use those.
    """
    import geopandas

    known = longitude.notna() & latitude.notna()
    points = geopandas.GeoSeries.from_xy(longitude[known], latitude[known], crs="EPSG:4326").to_crs(areas.crs)
    point, area = areas.sindex.query(points, predicate="intersects")
    point, first = np.unique(point, return_index=True)  # on a shared edge: the first by code
    found = np.full(len(points), OUTSIDE, dtype=object)
    found[point] = areas.index.to_numpy()[area[first]]
    result = pd.Series(np.nan, index=longitude.index, dtype="str")
    result[known] = found
    return result


def in_degrees(areas: GeoDataFrame) -> np.ndarray:
    """Shapes in EPSG:4326 to six decimals (about 10 cm), outer rings counter-clockwise (RFC 7946)."""
    import shapely

    degrees = areas.geometry.to_crs("EPSG:4326").array
    return shapely.orient_polygons(shapely.transform(degrees, lambda xy: np.round(xy, 6)))


def browser_geojson(shapes: np.ndarray, attributes: pd.DataFrame) -> bytes:
    """Write areas for the browser.

    Parameters
    ----------
    shapes : ndarray of geometry
        As :func:`in_degrees` gives them.
    attributes : DataFrame
        Of the same areas; its columns ``name``, ``ward`` and ``borough``, where present, become properties
        beside ``code``, its index.

    Returns
    -------
    bytes
        A FeatureCollection in index order; the id of a feature is its position.
    """
    import json

    import shapely

    columns = [column for column in ("name", "ward", "borough") if column in attributes]
    properties = attributes[columns].assign(code=attributes.index).to_dict("records")
    features = (
        f'{{"type":"Feature","id":{position},"properties":'
        f'{json.dumps(facts, ensure_ascii=False, separators=(",", ":"))},"geometry":{shape}}}'
        for position, (facts, shape) in enumerate(zip(properties, shapely.to_geojson(shapes), strict=True))
    )
    return ('{"type":"FeatureCollection","features":[' + ",\n".join(features) + "]}").encode()
