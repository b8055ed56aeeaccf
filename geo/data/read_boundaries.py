"""Which areas are in a file of boundaries?"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed, one_line
from geo.data.boundaries import GRID, LEVELS, Level
from geo.data.files import hidden
from geo.data.packing import check_packing

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries

_CODE = re.compile(r"(lsoa|wd|lad)(\d\d)cd", re.IGNORECASE)


def read_boundaries(path: Path | Sequence[Path], layer: str = "") -> tuple[GeoDataFrame, int, list[str]]:
    """Read area boundaries from GeoPackage, GeoJSON, Shapefile or anything else that GDAL reads.

    Parameters
    ----------
    path : Path or sequence of Path
        Files, zipped Shapefiles or File Geodatabases (in folders of the archives or not), together one set of
        areas.
    layer : str, optional
        The one that is meant where a file has several; else the one of the finest areas.

    Returns
    -------
    areas : GeoDataFrame
        EPSG:27700; index the area code, sorted, named by vintage (``lsoa21cd``); column ``name``.
        Parts of one area in several rows are one area.
    elsewhere : int
        Areas beyond England and Wales, which are left out.
    notes : list of str
        What was left out, repaired or merged, in plain English.

    Raises
    ------
    Problem
        If the file cannot be read, has no coordinate reference system or no code column, has an empty or
        non-polygon shape, or lies beyond England and Wales.
    """
    import geopandas

    paths = [path] if isinstance(path, Path) else list(path)
    parts, elsewhere, notes = [], 0, []
    for one in paths:
        for source in _sources(one):
            areas, beyond, said = _read_one(source, one, layer)
            parts.append(areas)
            elsewhere += beyond
            notes += said
    kinds = sorted({str(areas.index.name) for areas in parts})
    if len(kinds) > 1:
        raise Problem(
            f"{paths[0].name} and what came with it are of different areas ({listed(kinds)}): import "
            "each kind on its own."
        )
    areas = geopandas.GeoDataFrame(pd.concat(parts), crs=GRID).rename_axis(kinds[0])
    areas, merged = _one_row_each(areas, paths[0].name)
    return areas.sort_index(), elsewhere, notes + merged


def _raw(source: str, path: Path, layer: str) -> tuple[Any, list[str]]:
    """Rows of one file as they stand."""
    import geopandas

    notes: list[str] = []
    try:
        if path.suffix.lower() in (".parquet", ".geoparquet"):
            return geopandas.read_parquet(source), notes
        layer, notes = _layer(source, path.name, layer)
        return geopandas.read_file(source, layer=layer), notes
    except Problem:
        raise
    except Exception as error:  # GDAL raises many kinds
        raise _unreadable(path.name) from error


def _read_one(source: str, path: Path, layer: str) -> tuple[GeoDataFrame, int, list[str]]:
    """One file of boundaries, an area in each row, and how many others it has of elsewhere."""
    import geopandas
    import shapely

    name = path.name
    raw, notes = _raw(source, path, layer)
    if not isinstance(raw, geopandas.GeoDataFrame):
        raise Problem(f"{name} has no shapes: give a file of boundaries, not a table.")
    if cut_short(path):
        notes.append(
            f"The publisher cut {name} off at its limit (exceededTransferLimit): areas are missing. "
            "Download it in parts or as a GeoPackage, and import that into a new folder."
        )
    code_column, name_column = _code_and_name(list(raw.columns), name)
    raw = raw[raw[code_column].notna() | ~(raw.geometry.isna() | raw.geometry.is_empty)].reset_index(
        drop=True
    )
    if raw.crs is None:
        if path.suffix.lower() == ".json" or path.suffix.lower() == ".topojson":
            raw = raw.set_crs("EPSG:4326")  # TopoJSON is always in degrees
        else:
            raise Problem(
                f"{name} does not say its coordinate reference system: add the .prj file, or save it as a "
                "GeoPackage with EPSG:27700 or EPSG:4326."
            )
    every = len(raw)
    raw, codes = _of_england_and_wales(raw, code_column, name, notes)
    shapes = geopandas.GeoSeries([_areal(shape) for shape in raw.geometry], crs=raw.crs)
    for wrong, what in (
        (shapes.isna() | shapes.is_empty, "has no shape"),
        (~shapes.geom_type.isin(["Polygon", "MultiPolygon"]), "is not a polygon"),
        (_without_numbers(shapes), "has a coordinate that is no number"),
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
        {"name": (raw[name_column] if name_column else codes).astype("str").map(one_line)},
        geometry=shapes,
        crs=GRID,
    )
    areas.index = pd.Index(codes, name=code_column.lower())
    if invalid.any():
        ring = "ring" if invalid.sum() == 1 else "rings"
        notes.append(
            f"{int(invalid.sum()):,} invalid {ring} repaired ({', '.join(sorted(codes[invalid])[:5])})."
        )
    return areas, every - len(areas), notes


def _of_england_and_wales(
    raw: GeoDataFrame, code_column: str, name: str, notes: list[str]
) -> tuple[GeoDataFrame, pd.Series]:
    """The areas of England and Wales of a file, and their codes."""
    codes = raw[code_column].astype("str").str.strip()
    elsewhere = codes.str.fullmatch(r"[SNLM]\d{8}|95\w{6}").fillna(False).astype(bool)
    if elsewhere.any() and not elsewhere.all():
        notes.append(f"{int(elsewhere.sum()):,} areas of Scotland, Northern Ireland or the islands left out.")
        raw, codes = raw[~elsewhere].reset_index(drop=True), codes[~elsewhere].reset_index(drop=True)
    foreign = codes[~codes.str.fullmatch(r"[EW]\d{8}").fillna(False).astype(bool)]
    if len(foreign):
        raise Problem(
            f"{name}, area {foreign.index[0] + 1:,}: {foreign.iloc[0]} is not the code of an area in England "
            "or Wales; give boundaries with ONS codes (E or W and eight digits)."
        )
    return raw, codes


def _unreadable(name: str) -> Problem:
    return Problem(
        f"{name} cannot be read as boundaries: give a GeoPackage, a GeoJSON, a zipped Shapefile, a zipped "
        "File Geodatabase or a GeoParquet."
    )


def _sources(path: Path) -> list[str]:
    """What GDAL opens: the file, or the sets of shapes within an archive."""
    name = path.name
    if path.suffix.lower() == ".gz":
        return [f"/vsigzip/{path.resolve().as_posix()}"]
    if path.suffix.lower() != ".zip":
        return [str(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not hidden(entry.filename)]
    except zipfile.BadZipFile as error:
        raise Problem(f"{name} is not a whole ZIP archive: download it again.") from error
    for entry in entries:
        check_packing(name, entry)
    inside = {re.sub(r"(\.gdb)/.*", r"\1", entry.filename, flags=re.IGNORECASE) for entry in entries}
    shapes = sorted(
        one for one in inside if one.lower().endswith((".shp", ".gdb", ".gpkg", ".geojson", ".json"))
    )
    if not shapes:
        raise _unreadable(name)
    return [f"/vsizip/{path.resolve().as_posix()}/{one}" for one in shapes]


def _layer(source: str, name: str, wanted: str) -> tuple[str, list[str]]:
    """Which layer is meant: the named one, the only one, or the only one of a level."""
    import pyogrio

    try:
        layers = {
            str(layer): pyogrio.read_info(source, layer=layer)
            for layer, kind in pyogrio.list_layers(source)
            if kind is not None or wanted == layer
        }
    except Exception as error:  # GDAL raises many kinds
        raise _unreadable(name) from error
    if wanted:
        if wanted not in layers:
            raise Problem(
                f"{name} has no layer “{wanted}”: it has {listed(list(layers)) or 'none with shapes'}."
            )
        return wanted, []
    if not layers:
        raise Problem(f"{name} has no shapes: give a file of boundaries, not a table.")
    if len(layers) == 1:
        return next(iter(layers)), []
    levels = {layer: _level_of_columns(list(info["fields"])) for layer, info in layers.items()}
    want = next((kind for kind in LEVELS.values() if kind in levels.values()), None)
    fitting = [layer for layer, kind in levels.items() if kind == want and kind is not None]
    if len(fitting) != 1:
        raise Problem(f"{name} has several layers ({listed(list(layers))}): name one with --layer.")
    return fitting[0], [
        f"Of the layers {listed(list(layers))} “{fitting[0]}” was read; --layer names another."
    ]


def _level_of_columns(columns: Sequence[str]) -> Level | None:
    codes = {match[1].lower() for column in columns if (match := _CODE.fullmatch(column))}
    return next((level for kind, level in LEVELS.items() if kind in codes), None)


def cut_short(path: Path) -> bool:
    """Whether a service says in the file that it cut it off at its limit."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return False
    content = path.read_bytes()
    return bool(re.search(rb'"exceededTransferLimit"\s*:\s*true', content[:5_000] + content[-5_000:]))


def _without_numbers(shapes: GeoSeries) -> pd.Series:
    """Whether each shape has a coordinate that is no number."""
    import shapely

    points, of = shapely.get_coordinates(shapes.array, return_index=True)
    wrong = np.zeros(len(shapes), bool)
    wrong[of[~np.isfinite(points).all(axis=1)]] = True
    return pd.Series(wrong, shapes.index)


def _areal(shape):  # type: ignore[no-untyped-def]
    """The polygons of a collection of shapes; any other as it is."""
    return _polygons_of(shape) if shape is not None and shape.geom_type == "GeometryCollection" else shape


def _one_row_each(areas: GeoDataFrame, name: str) -> tuple[GeoDataFrame, list[str]]:
    """Make one area of the rows that share its code: the parts of an area, or one row twice."""
    import geopandas
    import shapely

    if not areas.index.has_duplicates:
        return areas, []
    again = areas.index[areas.index.duplicated()]
    grouped = areas.groupby(level=0)
    names = grouped["name"].nunique()
    if (names > 1).any():
        raise Problem(f"{name} has the area {names.idxmax()} twice, under two names: remove one of the two.")
    shapes = geopandas.GeoSeries(grouped.geometry.apply(lambda s: shapely.union_all(s.array)), crs=areas.crs)
    whole = geopandas.GeoDataFrame({"name": grouped["name"].first()}, geometry=shapes, crs=areas.crs)
    return whole.rename_axis(areas.index.name), [
        f"{again.nunique():,} areas stand in several rows ({again[0]}): their parts were made one."
    ]


def _polygons_of(shape):  # type: ignore[no-untyped-def]
    """The polygon part of a repaired shape (repair may leave stray lines beside it)."""
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.union_all([part for part in parts if part.geom_type.endswith("Polygon")])


def _code_and_name(columns: Sequence[str], name: str) -> tuple[str, str | None]:
    """The finest area code among a file's columns, and the name column of the same area."""
    found = sorted(
        (match[2], match[1].lower(), column) for column in columns if (match := _CODE.fullmatch(column))
    )
    codes = {kind: column for _, kind, column in found}  # of two years the later
    for kind in LEVELS:
        if kind in codes:
            names = [column for column in columns if column.lower() == f"{codes[kind][:-2].lower()}nm"]
            return codes[kind], next(iter(names), None)
    raise Problem(
        f"{name} has no column of area codes: it needs one named like LSOA21CD, WD24CD or LAD24CD "
        f"(it has {', '.join(columns[:8])})."
    )
