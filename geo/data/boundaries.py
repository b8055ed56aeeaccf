"""Which areas, what shape?

Levels, how areas lie to one another, merging them, and what lies in them. Shapes are kept in British
National Grid (EPSG:27700, metres); the index of every table is the area code, and the name of the index says
its vintage (``lsoa21cd``, ``wd24cd``, ``lad24cd``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed
from geo.data.distinct import dealt
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

LEVELS: dict[str, Level] = {"lsoa": "lsoa", "wd": "ward", "lad": "borough"}


def level_of(areas: pd.DataFrame) -> Level:
    """Return the level of a table by the name of its index.

    >>> level_of(pd.DataFrame(index=pd.Index([], name="wd24cd")))
    'ward'
    """
    return LEVELS[re.sub(r"\d\dcd$", "", str(areas.index.name))]


# ---------------------------------------------------------------- shapes


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
    shapes, alone = areas.geometry, np.arange(len(areas))

    def beside(metres: float) -> np.ndarray:
        mine, other = shapes.sindex.query(shapes.iloc[alone], predicate="dwithin", distance=metres)
        return np.unique(mine[alone[mine] != other])

    for metres in (0, TOUCHING_METRES):  # few are alone after the first, which is the cheapest
        alone = np.delete(alone, beside(metres))
    return len(beside(NEAR_METRES))


def seams(areas: GeoDataFrame) -> int:
    """Count the areas whose edges do not match their neighbours' exactly (gap, overlap or odd corner).

    Method: coverage validation of GEOS (``shapely.coverage_invalid_edges``), which finds edges that overlap
    or cross another area, with gaps up to :data:`TOUCHING_METRES`.
    """
    import shapely

    edges = shapely.coverage_invalid_edges(areas.geometry.array, gap_width=TOUCHING_METRES)
    return int((~shapely.is_empty(edges)).sum())


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
        its district ("Bedford 001A" lies in Bedford), which is that of 2021; with it too, where there still
        is a district of this name: its ward may be a best fit across the border.

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
        by_name = lookup.drop_duplicates("borough").set_index("borough")[code_column(lookup, "borough")]
        fitted = own.isin(by_name.index) & (own != known["name"])  # its best-fitting ward is across a border
        known = known.mask(fitted, pd.DataFrame({"code": own.map(by_name), "name": own}))
        district = known.where(known.notna(), district.assign(code=""))
    kept = pd.Series(False, index=areas.index)
    for asked in districts:
        found = (district["name"].map(_plain) == _plain(asked)) | (district["code"] == asked.strip().upper())
        if not found.any():
            raise Problem(_unknown_district(asked, list(district["name"].unique()), name, lookup is None))
        kept |= found
    return areas[kept]


def same_district(asked: str, code: str, name: str) -> bool:
    """Whether a district is the one that is asked for, by name or code in any case."""
    return asked.strip().upper() == code or _plain(asked) == _plain(name)


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
    """Return the area of each point, packed: a code, ``"outside"``, or missing where there is no point.

    Parameters
    ----------
    longitude, latitude : Series of float
        EPSG:4326, degrees; missing where there is no point.
    areas : GeoDataFrame
        EPSG:27700. Generalised shapes misplace points near an edge (one in eight at the strongest
        generalisation): where a file carries codes, use those.
    """
    import geopandas

    positions, distinct = pd.factorize(longitude.to_numpy(np.float64) + 1j * latitude.to_numpy(np.float64))
    points = geopandas.GeoSeries.from_xy(distinct.real, distinct.imag, crs="EPSG:4326").to_crs(areas.crs)
    point, area = areas.sindex.query(points, predicate="intersects")
    point, first = np.unique(point, return_index=True)  # on a shared edge: the first by code
    found = np.full(len(points), OUTSIDE, dtype=object)
    found[point] = areas.index.to_numpy()[area[first]]
    return dealt(positions, pd.Series(found, dtype="str")).set_axis(longitude.index)


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
        Of the same areas; its columns ``name``, ``known``, ``ward`` and ``borough``, where present, become
        properties beside ``code``, its index.

    Returns
    -------
    bytes
        A FeatureCollection in index order; the id of a feature is its position.
    """
    import json

    import shapely

    columns = [column for column in ("name", "known", "ward", "borough") if column in attributes]
    properties = attributes[columns].assign(code=attributes.index).to_dict("records")
    features = (
        f'{{"type":"Feature","id":{position},"properties":'
        f'{json.dumps(facts, ensure_ascii=False, separators=(",", ":"))},"geometry":{shape}}}'
        for position, (facts, shape) in enumerate(zip(properties, shapely.to_geojson(shapes), strict=True))
    )
    return ('{"type":"FeatureCollection","features":[' + ",\n".join(features) + "]}").encode()
