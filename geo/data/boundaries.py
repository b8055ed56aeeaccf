"""Which areas, what shape?

Readers of the publishers' area files: boundaries, the lookup from small areas to wards and boroughs,
residents, deprivation, and the list of how small areas changed from 2011 to 2021. Shapes are kept in
British National Grid (EPSG:27700, metres); the index of every table is the area code, and the name of the
index says its vintage (``lsoa21cd``, ``wd24cd``, ``lad24cd``).
"""

from __future__ import annotations

import difflib
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed
from geo.data.files import check_packing, hidden
from geo.data.vintages import OUTSIDE

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Level = Literal["lsoa", "ward", "borough"]

GRID = "EPSG:27700"

TOUCHING_METRES = 1.0
"""Edges nearer than this meet: published generalised files are torn by less."""
NEAR_METRES = 50.0
"""An area that touches none but lies as near to one is an island of the file, not of the land."""
MOST_APART = 0.02
"""Share of such areas from which on a file is said to have gaps."""

_LEVELS: dict[str, Level] = {"lsoa": "lsoa", "wd": "ward", "lad": "borough"}
_CODE = re.compile(r"(lsoa|wd|lad)(\d\d)cd", re.IGNORECASE)


def level_of(areas: pd.DataFrame) -> Level:
    """Return the level of a table by the name of its index.

    >>> level_of(pd.DataFrame(index=pd.Index([], name="wd24cd")))
    'ward'
    """
    return _LEVELS[re.sub(r"\d\dcd$", "", str(areas.index.name))]


# ---------------------------------------------------------------- shapes


def read_boundaries(
    path: Path, name: str = "", layer: str = "", level: Level | None = None
) -> tuple[GeoDataFrame, list[str]]:
    """Read area boundaries from GeoPackage, GeoJSON, Shapefile or anything else that GDAL reads.

    Parameters
    ----------
    path : Path
        A file, a zipped Shapefile or File Geodatabase (in a folder of the archive or not).
    name : str, optional
        How messages call the file; its own name by default.
    layer : str, optional
        The one that is meant where there are several.
    level : {'lsoa', 'ward', 'borough'}, optional
        Of several layers take the one of this level.

    Returns
    -------
    areas : GeoDataFrame
        EPSG:27700; index the area code, sorted, named by vintage (``lsoa21cd``); column ``name``.
        Parts of one area in several rows are one area; areas beyond England and Wales are left out.
    notes : list of str
        What was left out, repaired or looks wrong, in plain English.

    Raises
    ------
    Problem
        If the file cannot be read, has no coordinate reference system or no code column, has an empty or
        non-polygon shape, or lies beyond England and Wales.
    """
    import geopandas
    import shapely

    name = name or path.name
    source = shape_source(path, name)
    layer, notes = _layer(source, name, layer, level)
    try:
        raw = geopandas.read_file(source, layer=layer)
    except Exception as error:  # GDAL raises many kinds
        raise _unreadable(name) from error
    if not isinstance(raw, geopandas.GeoDataFrame):
        raise Problem(f"{name} has no shapes: give a file of boundaries, not a table.")
    if cut_short(path):
        notes.append(
            f"The publisher cut {name} off at its limit (exceededTransferLimit): areas are missing. Download "
            "it in parts or as a GeoPackage, and import that into a new folder."
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
    raw, codes = _of_england_and_wales(raw, code_column, name, notes)
    shapes = geopandas.GeoSeries([_areal(shape) for shape in raw.geometry], crs=raw.crs)
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
    if invalid.any():
        ring = "ring" if invalid.sum() == 1 else "rings"
        notes.append(
            f"{int(invalid.sum())} invalid {ring} repaired ({', '.join(sorted(codes[invalid])[:5])})."
        )
    areas, merged = _one_row_each(areas, name)
    return areas.sort_index(), notes + merged + lie_of(areas)


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
        f"{name} cannot be read as boundaries: give a GeoPackage, a GeoJSON, a zipped Shapefile or a zipped "
        "File Geodatabase."
    )


def shape_source(path: Path, name: str) -> str:
    """What GDAL opens: the file, or the one set of shapes within an archive."""
    if path.suffix.lower() != ".zip":
        return str(path)
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
    if len(shapes) > 1:
        raise Problem(
            f"{name} holds several files of boundaries ({listed(shapes[:5])}): unpack it and import the one "
            "that is meant."
        )
    return f"/vsizip/{path.resolve().as_posix()}/{shapes[0]}"


def _layer(source: str, name: str, wanted: str, level: Level | None) -> tuple[str, list[str]]:
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
    want = level or next((kind for kind in _LEVELS.values() if kind in levels.values()), None)
    fitting = [layer for layer, kind in levels.items() if kind == want and kind is not None]
    if len(fitting) != 1:
        raise Problem(f"{name} has several layers ({listed(list(layers))}): name one with --layer.")
    return fitting[0], [
        f"Of the layers {listed(list(layers))} “{fitting[0]}” was read; --layer names another."
    ]


def _level_of_columns(columns: Sequence[str]) -> Level | None:
    codes = {match[1].lower() for column in columns if (match := _CODE.fullmatch(column))}
    return next((level for kind, level in _LEVELS.items() if kind in codes), None)


def cut_short(path: Path) -> bool:
    """Whether a service says in the file that it cut it off at its limit."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return False
    content = path.read_bytes()
    return bool(re.search(rb'"exceededTransferLimit"\s*:\s*true', content[:5_000] + content[-5_000:]))


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


def lie_of(areas: GeoDataFrame) -> list[str]:
    """Say how areas lie to one another: torn edges, and gaps that make islands of them."""
    notes = []
    torn = seams(areas)
    if torn:
        notes.append(
            f"{torn:,} of {len(areas):,} areas do not meet their neighbours exactly; "
            f"areas within {TOUCHING_METRES:g} m count as touching."
        )
    apart = false_islands(areas)
    if apart > MOST_APART * len(areas):
        notes.append(
            f"Warning: {apart:,} of {len(areas):,} areas touch no other but lie within {NEAR_METRES:g} m of "
            "one: the file has gaps between its areas, so neighbours, and with them clusters and hotspots, "
            "cannot be judged. Get boundaries that meet (ONS: “BGC” or “BFC”)."
        )
    return notes


def false_islands(areas: GeoDataFrame) -> int:
    """Count the areas that touch none, though another lies very near: gaps of the file, not of the land."""
    shapes = areas.geometry
    near, touching = (
        shapes.sindex.query(shapes, predicate="dwithin", distance=metres)
        for metres in (NEAR_METRES, TOUCHING_METRES)
    )
    with_near, with_touching = (set(pairs[0][pairs[0] != pairs[1]]) for pairs in (near, touching))
    return len(with_near - with_touching)


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


def within_districts(
    areas: GeoDataFrame, districts: Sequence[str], name: str, lookup: pd.DataFrame | None = None
) -> GeoDataFrame:
    """Keep the areas of some districts, known by name or code in any case.

    Parameters
    ----------
    areas : GeoDataFrame
        Small areas, wards or boroughs.
    districts : sequence of str
    name : str
        How messages call the file.
    lookup : DataFrame, optional
        National lookup (:func:`geo.data.area_tables.read_lookup`). Without it a small area's own name tells
        its district ("Bedford 001A" lies in Bedford), which is that of 2021.

    Raises
    ------
    Problem
        If a district is unknown; near names are offered.
    """
    own = areas["name"].str.replace(r"\s+\d{3}[A-Z]+$", "", regex=True)
    district = pd.DataFrame({"code": areas.index, "name": own}, index=areas.index)
    if lookup is not None and lookup.index.name == areas.index.name:
        code = lookup[code_column(lookup, "borough")].reindex(areas.index)
        known = pd.DataFrame({"code": code, "name": lookup["borough"].reindex(areas.index)})
        district = known.where(known.notna(), district.assign(code=""))
    kept = pd.Series(False, index=areas.index)
    for asked in districts:
        found = (district["name"].map(_plain) == _plain(asked)) | (district["code"] == asked.strip().upper())
        if not found.any():
            raise Problem(_unknown_district(asked, list(district["name"].unique()), name, lookup is None))
        kept |= found
    return areas[kept]


def _plain(text: str) -> str:
    """A name as it is compared: "Bristol, City of" is "city of bristol" and "Bristol"."""
    words = re.sub(r"[^a-z0-9]+", " ", str(text).lower().replace("&", " and ")).split()
    return " ".join(sorted(set(words) - {"of", "city", "the", "and"}) or sorted(words))


def _unknown_district(asked: str, names: list[str], name: str, by_names: bool) -> str:
    plain = {_plain(one): one for one in names}
    near = difflib.get_close_matches(_plain(asked), plain, n=3, cutoff=0.6)
    near += [key for key in plain if _plain(asked) in key and key not in near][:3]
    offered = f" (near: {listed([plain[key] for key in near])})" if near else ""
    lookup = (
        "; the names of small areas are those of the districts of 2021: for a later district import the "
        "lookup first (`hotspots import lookup FILE`), then the boundaries"
        if by_names
        else ""
    )
    return f"{name} has no small area in “{asked}”{offered}: check the spelling of --within{lookup}."


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
