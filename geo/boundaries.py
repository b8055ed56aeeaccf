"""Which areas, what shape?

Readers of the publishers' area files: boundaries, the lookup from small areas to wards and boroughs,
residents, deprivation, and the list of how small areas changed from 2011 to 2021. Shapes are kept in
British National Grid (EPSG:27700, metres); the index of every table is the area code, and the name of the
index says its vintage (``lsoa21cd``, ``wd24cd``, ``lad24cd``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.problem import Problem
from geo.sources import AGE_BANDS, Table, age_bands, parse_areas, parse_whole_numbers

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Level = Literal["lsoa", "ward", "borough"]

GRID = "EPSG:27700"
OUTSIDE = "outside"
"""Stands for the code of any place beyond the loaded areas."""

TOUCHING_METRES = 1.0
"""Edges nearer than this meet: published generalised files are torn by less."""

_LEVELS: dict[str, Level] = {"lsoa": "lsoa", "wd": "ward", "lad": "borough"}
_CODE = re.compile(r"(lsoa|wd|lad)(\d\d)cd", re.IGNORECASE)
_AREA_HEADER = re.compile(r"lsoa(11|21)_?(?:cd|code)|lsoa code \(20(11|21)\)", re.IGNORECASE)


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


def browser_geojson(areas: GeoDataFrame, attributes: pd.DataFrame) -> bytes:
    """Write areas for the browser: GeoJSON, EPSG:4326, six decimals (about 10 cm).

    Parameters
    ----------
    areas : GeoDataFrame
        EPSG:27700.
    attributes : DataFrame
        On the same index; its columns ``name``, ``ward`` and ``borough``, where present, become properties
        beside ``code``.

    Returns
    -------
    bytes
        A FeatureCollection in index order; the id of a feature is its position.
    """
    import json

    import shapely

    degrees = areas.geometry.to_crs("EPSG:4326").array
    shapes = shapely.to_geojson(shapely.transform(degrees, lambda xy: np.round(xy, 6)))
    columns = [column for column in ("name", "ward", "borough") if column in attributes]
    properties = attributes.loc[areas.index, columns].assign(code=areas.index).to_dict("records")
    features = (
        f'{{"type":"Feature","id":{position},"properties":'
        f'{json.dumps(facts, ensure_ascii=False, separators=(",", ":"))},"geometry":{shape}}}'
        for position, (facts, shape) in enumerate(zip(properties, shapes, strict=True))
    )
    return ('{"type":"FeatureCollection","features":[' + ",\n".join(features) + "]}").encode()


# ---------------------------------------------------------------- tables about areas


def area_column(table: Table) -> tuple[str, str]:
    """Return the column of small-area codes of a table and its vintage, ``lsoa11cd`` or ``lsoa21cd``.

    Raises
    ------
    Problem
        If there is none, or there are two.
    """
    found = [(column, match) for column in table.frame if (match := _AREA_HEADER.fullmatch(column.strip()))]
    if len(found) != 1:
        raise Problem(
            f"{table.name} has {'no' if not found else 'more than one'} column of small-area codes: it needs "
            "one named like LSOA21CD or “LSOA code (2021)”."
        )
    column, match = found[0]
    return column, f"lsoa{match[1] or match[2]}cd"


def restrict(table: pd.DataFrame, areas: pd.Index, name: str) -> pd.DataFrame:
    """Cut a national table, indexed by area code (repeated or not), down to the loaded areas.

    Returns
    -------
    DataFrame
        The rows of the loaded areas, in the table's order.

    Raises
    ------
    Problem
        If the vintage is another, or an area has no row.
    """
    if table.index.name != areas.name:
        raise Problem(
            f"{name} is by {_vintage_words(str(table.index.name))} but the loaded areas are "
            f"{_vintage_words(str(areas.name))}: import the edition for these areas."
        )
    missing = areas.difference(table.index)
    if len(missing):
        raise Problem(
            f"{name} lacks {len(missing):,} of the {len(areas):,} loaded areas ({', '.join(missing[:3])}"
            f"{', …' if len(missing) > 3 else ''}): import the file for these areas."
        )
    return table[table.index.isin(areas)]


def _vintage_words(column: str) -> str:
    kind, year = re.fullmatch(r"([a-z]+)(\d\d)cd", column).groups()  # type: ignore[union-attr]
    return f"{ {'lsoa': 'small areas (LSOA)', 'wd': 'wards', 'lad': 'boroughs'}[kind] } of 20{year}"


def read_lookup(table: Table) -> pd.DataFrame:
    """Read a lookup from small areas to wards and boroughs (such as ONS's LSOA21_WD24_LAD24).

    Returns
    -------
    DataFrame
        Index ``lsoa21cd`` (or ``lsoa11cd``); columns the ward code (``wd24cd``), ``ward`` (name), the
        borough code (``lad24cd``) and ``borough`` (name), in this order.

    Raises
    ------
    Problem
        If a code or name column is missing, a cell is blank, or an area occurs twice.
    """
    area, vintage = area_column(table)
    columns = {}
    for kind, level in (("wd", "ward"), ("lad", "borough")):
        codes = [column for column in table.frame if re.fullmatch(rf"{kind}\d\dcd", column, re.IGNORECASE)]
        names = [column for column in table.frame if re.fullmatch(rf"{kind}\d\dnm", column, re.IGNORECASE)]
        if len(codes) != 1 or len(names) != 1:
            raise Problem(
                f"{table.name} is no lookup from small areas to wards and boroughs: it needs exactly one "
                f"column each like {kind.upper()}24CD and {kind.upper()}24NM."
            )
        for column, key in ((codes[0], codes[0].lower()), (names[0], level)):
            columns[key] = table.text(column)
            table.refuse(columns[key].isna(), column, "blank")
    areas = parse_areas(table, area)
    table.refuse(areas.isna() | areas.duplicated(), area, "blank, or an area that stands above already")
    lookup = pd.DataFrame(columns)
    lookup.index = pd.Index(areas, name=vintage)
    return lookup


def read_population(table: Table) -> pd.DataFrame:
    """Read residents by small area and age.

    Three layouts: one row for each area, age group and perhaps sex (``age_group,usual_residents`` of the
    Census, or ``age_band,sex,population``); and one row an area with a column for each single year of age
    (``0 … 90+``, or ``F0 … F90, M0 … M90``).

    Returns
    -------
    DataFrame
        Index ``lsoa21cd`` (or ``lsoa11cd``), repeated; columns ``age_band`` ("0-4" … "90+", or the groups
        of the file such as "16-24"), ``sex`` ("F", "M" or "all") and ``population``.

    Raises
    ------
    Problem
        If the layout is none of these or a number is no whole number.
    """
    area, vintage = area_column(table)
    areas = parse_areas(table, area)
    table.refuse(areas.isna(), area, "blank")
    ages = {c: m for c in table.frame if (m := re.fullmatch(r"([FM]?)(\d{1,2})\+?", c.strip()))}
    if ages:
        parts = []
        for column, match in ages.items():
            count = parse_whole_numbers(table, column)
            table.refuse(count.isna(), column, "blank")
            band = str(age_bands(pd.Series([int(match[2])]))[0])
            parts.append(
                pd.DataFrame({"lsoa": areas, "age_band": band, "sex": match[1] or "all", "population": count})
            )
        long = pd.concat(parts)
    else:
        header = {column.lower(): column for column in table.frame}
        group = header.get("age_band") or header.get("age_group")
        count_column = header.get("population") or header.get("usual_residents")
        if group is None or count_column is None:
            raise Problem(
                f"{table.name} is no table of residents that this program knows: it needs the columns "
                "age_band (or age_group) and population (or usual_residents), or one for each year of age."
            )
        count = parse_whole_numbers(table, count_column)
        table.refuse(count.isna(), count_column, "blank")
        sex = table.text(header["sex"]).str.upper().str[:1] if "sex" in header else None
        if sex is not None:
            table.refuse(~sex.isin(["F", "M"]), header["sex"], "neither F nor M")
        long = pd.DataFrame(
            {
                "lsoa": areas,
                "age_band": _age_groups(table, group),
                "sex": "all" if sex is None else sex,
                "population": count,
            }
        )
        again = long.duplicated(["lsoa", "age_band", "sex"])
        table.refuse(again, area, "an area with an age group that stands above already")
    order = {band: position for position, band in enumerate(AGE_BANDS)}
    total = long.groupby(["lsoa", "age_band", "sex"], sort=False)["population"].sum().reset_index()
    total["order"] = (
        total["age_band"].map(order).fillna(total["age_band"].str.extract(r"(\d+)")[0].astype("float"))
    )
    total = total.sort_values(["lsoa", "order", "sex"], kind="stable").drop(columns="order")
    return total.astype({"population": "int64"}).set_index("lsoa").rename_axis(vintage)


def _age_groups(table: Table, column: str) -> pd.Series:
    """Age groups as "16-24", from that or from the Census's "Aged 16 to 24 years"."""
    cells = table.text(column)
    short = (
        cells.str.replace(r"^Aged (\d+) years and under$", r"0-\1", regex=True)
        .str.replace(r"^Aged (\d+) years and over$", r"\1+", regex=True)
        .str.replace(r"^Aged (\d+) to (\d+) years$", r"\1-\2", regex=True)
    )
    wrong = ~short.str.fullmatch(r"\d{1,2}-\d{1,2}|\d{1,2}\+").fillna(False).astype(bool)
    table.refuse(wrong, column, "not an age group like 15-19, 90+ or “Aged 16 to 24 years”")
    return short


OFFICIAL_NAMES = {
    "imd": "Index of Multiple Deprivation (IMD)",
    "income": "Income",
    "employment": "Employment",
    "education": "Education, Skills and Training",
    "health": "Health Deprivation and Disability",
    "crime": "Crime",
    "barriers": "Barriers to Housing and Services",
    "environment": "Living Environment",
}
"""The index and its seven domains: short name to the official name in the Indices of Deprivation."""


def read_deprivation(table: Table) -> pd.DataFrame:
    """Read the Indices of Deprivation 2019 (File 1, 2 or 7) or 2025 (File 7).

    Returns
    -------
    DataFrame
        Index ``lsoa11cd`` (2019) or ``lsoa21cd`` (2025); ``imd_rank`` and ``imd_decile`` (1 = most
        deprived), and where the file has them ``imd_score`` and score, rank and decile of each domain
        (``income_decile`` …).

    Raises
    ------
    Problem
        If the index's decile is not among the columns, or a cell is no number.
    """
    area, vintage = area_column(table)
    columns = {}
    for short, official in OFFICIAL_NAMES.items():
        for measure in ("Score", "Rank", "Decile"):
            for column in table.frame:
                if re.match(rf"{re.escape(official)} {measure}\b", column):
                    cells = table.text(column).str.replace(",", "")
                    numbers = pd.to_numeric(cells, errors="coerce")
                    table.refuse(numbers.isna(), column, "not a number")
                    if measure == "Decile":
                        table.refuse(~numbers.isin(range(1, 11)), column, "not a decile from 1 to 10")
                    columns[f"{short}_{measure.lower()}"] = numbers.astype(
                        "float64" if measure == "Score" else "int64"
                    )
    if "imd_decile" not in columns:
        raise Problem(
            f"{table.name} has no column “{OFFICIAL_NAMES['imd']} Decile …”: import File 1, 2 or 7 of the "
            "English Indices of Deprivation."
        )
    areas = parse_areas(table, area)
    table.refuse(areas.isna() | areas.duplicated(), area, "blank, or an area that stands above already")
    deprivation = pd.DataFrame(columns)
    deprivation.index = pd.Index(areas, name=vintage)
    return deprivation


def read_places(table: Table) -> pd.DataFrame:
    """Read place names for map labels: ``name,easting,northing,rank`` (EPSG:27700, rank 1 = largest).

    Returns
    -------
    DataFrame
        Columns ``name``, ``x``, ``y`` (metres) and ``rank``.
    """
    for column in ("name", "easting", "northing", "rank"):
        if column not in table.frame:
            raise Problem(
                f"{table.name} lacks the column “{column}”: places need name,easting,northing,rank."
            )
    numbers = {}
    for column, short in (("easting", "x"), ("northing", "y"), ("rank", "rank")):
        numbers[short] = parse_whole_numbers(table, column)
        table.refuse(numbers[short].isna(), column, "blank")
    return pd.DataFrame({"name": table.text("name")} | numbers).astype(
        {"x": "float64", "y": "float64", "rank": "int64"}
    )


# ---------------------------------------------------------------- 2011 and 2021


def read_changes(table: Table) -> pd.DataFrame:
    """Read ONS's exact-fit lookup of small areas 2011 to 2021 (CHGIND U same, S split, M merged, X other).

    Returns
    -------
    DataFrame
        Columns ``lsoa11cd``, ``lsoa21cd`` and ``chgind``, one row a pair, for all of England and Wales.
    """
    header = {column.upper(): column for column in table.frame}
    for column in ("LSOA11CD", "LSOA21CD", "CHGIND"):
        if column not in header:
            raise Problem(f"{table.name} lacks the column “{column}” of ONS's exact-fit lookup 2011 to 2021.")
    kind = table.text(header["CHGIND"])
    table.refuse(~kind.isin(list("USMX")), header["CHGIND"], "none of U, S, M, X")
    pairs = {c.lower(): parse_areas(table, header[c]) for c in ("LSOA11CD", "LSOA21CD")}
    changes = pd.DataFrame({**pairs, "chgind": kind})
    return changes.drop_duplicates(["lsoa11cd", "lsoa21cd"], ignore_index=True)


@dataclass(frozen=True)
class TellingCodes:
    """The codes that tell one vintage from the other; most small areas have the same code in both.

    Attributes
    ----------
    retired : Index
        Codes of 2011 that no area of 2021 has.
    fresh : Index
        Codes of 2021 that no area of 2011 had.
    """

    retired: pd.Index
    fresh: pd.Index

    @classmethod
    def of(cls, changes: pd.DataFrame) -> TellingCodes:
        """Take them from the exact-fit lookup (:func:`read_changes`)."""
        old, new = pd.Index(changes["lsoa11cd"].unique()), pd.Index(changes["lsoa21cd"].unique())
        return cls(old.difference(new), new.difference(old))


def detect_vintage(codes: pd.Series, areas: pd.Index, telling: TellingCodes | None, name: str) -> str:
    """Tell whether a file's small-area codes are those of 2011 or of 2021.

    Most codes are the same in both, so only the others can tell: codes retired after 2011 and codes new
    in 2021. A file with neither means the same in both vintages and is taken as the loaded one.

    Parameters
    ----------
    codes : Series of str
        As in the file, missing where there is no place.
    areas : Index
        The loaded small areas; its name is their vintage.
    telling : TellingCodes or None
        Without them a file is believed only where no wrong join is possible.
    name : str
        How messages call the file.

    Returns
    -------
    str
        ``"lsoa11cd"`` or ``"lsoa21cd"``.

    Raises
    ------
    Problem
        If the file mixes both, or cannot be told without the exact-fit lookup.
    """
    loaded = str(areas.name)
    used = pd.Index(codes.dropna().unique())
    strange = used.difference(areas)
    if strange.empty:
        return loaded
    remedy = (
        "import ONS's exact-fit lookup LSOA 2011 to LSOA 2021 first (`hotspots import lookup FILE`), "
        "and it will be converted"
    )
    if telling is None:
        new = _first_used_in_2021(strange)
        if loaded == "lsoa11cd" and new.any():
            raise Problem(
                f"{name} uses small areas of 2021 ({strange[new][0]}), the loaded ones are of 2011: {remedy}."
            )
        if loaded == "lsoa21cd" and not _first_used_in_2021(used).any():
            raise Problem(
                f"{name} may use small areas of 2011, the loaded ones are of 2021: {remedy} where needed."
            )
        return loaded
    retired, fresh = used.intersection(telling.retired), used.intersection(telling.fresh)
    if len(retired) and len(fresh):
        raise Problem(
            f"{name} mixes small areas of 2011 ({retired[0]}) and of 2021 ({fresh[0]}): "
            "split it by vintage and import the parts one after the other."
        )
    return "lsoa11cd" if len(retired) else "lsoa21cd" if len(fresh) else loaded


def _first_used_in_2021(codes: pd.Index) -> np.ndarray:
    """Which codes are of the ranges that ONS began with the Census of 2021."""
    return (codes >= "E01033769") & (codes <= "E01035762") | (codes >= "W01001959") & (codes <= "W01002040")


@dataclass(frozen=True)
class Conversion:
    """How the events of a file moved from one vintage to the other.

    Attributes
    ----------
    source, target : str
        Vintages, such as ``lsoa11cd`` and ``lsoa21cd``.
    unchanged, merged, apportioned : int
        Events of areas that stayed the same, that have exactly one successor, and that were shared out over
        several. Areas that lie beyond the loaded ones altogether count in none.
    areas_apportioned : int
        How many areas those last events come from.
    """

    source: str
    target: str
    unchanged: int
    merged: int
    apportioned: int
    areas_apportioned: int


def convert_vintage(
    codes: pd.Series, source: str, areas: pd.Index, changes: pd.DataFrame, population: pd.Series
) -> tuple[pd.Series, Conversion]:
    """Express small-area codes of one vintage in the other.

    An area with one successor passes all its events on. One with several (a split, or an irregular change)
    has them shared out in proportion to the successors' residents: whole events, by largest remainder, each
    successor's share spread evenly along the file, so that no month or offence is favoured. The same file
    always gives the same answer.

    Parameters
    ----------
    codes : Series of str
        Codes of vintage ``source``, missing where there is no place; the index has no repeats.
    source : str
        ``"lsoa11cd"`` or ``"lsoa21cd"``.
    areas : Index
        The loaded small areas, of the other vintage.
    changes : DataFrame
        As :func:`read_changes` gives it.
    population : Series
        Residents on ``areas``. A successor beyond the loaded areas counts as one of mean size.

    Returns
    -------
    converted : Series of str
        On the index of ``codes``; codes without a successor among ``areas`` become ``"outside"``.
    conversion : Conversion
    """
    target = str(areas.name)
    local = changes[source].isin(changes.loc[changes[target].isin(areas), source])
    successors = changes[local].groupby(source)[target].agg(sorted)
    single = {code: heirs[0] for code, heirs in successors.items() if len(heirs) == 1}
    several = {code: heirs for code, heirs in successors.items() if len(heirs) > 1}
    converted = codes.map(single).astype("str")
    weight = population.reindex(areas).fillna(0)
    shared = codes[codes.isin(several)]
    for code, rows in shared.groupby(shared):
        heirs = np.array(several[code])
        size = np.array([float(weight.get(heir, weight.mean())) for heir in heirs])
        converted.loc[rows.index] = heirs[share_out(len(rows), size)]
    converted = converted.where(converted.notna() | codes.isna(), OUTSIDE)
    unchanged = int((converted == codes).sum())
    return converted, Conversion(
        source,
        target,
        unchanged=unchanged,
        merged=int(codes.isin(single).sum()) - unchanged,
        apportioned=len(shared),
        areas_apportioned=int(shared.nunique()),
    )


def share_out(n: int, weights: np.ndarray) -> np.ndarray:
    """Share n items over parts in proportion to weights: whole numbers, largest remainder, evenly spread.

    Returns
    -------
    ndarray of int, shape (n,)
        The part of each item. Parts of weight 0 get none, unless all are 0: then all count the same.

    >>> share_out(5, np.array([3.0, 2.0])).tolist()
    [0, 1, 0, 1, 0]
    """
    weights = weights if weights.sum() > 0 else np.ones(len(weights))
    quota = n * weights / weights.sum()
    counts = np.floor(quota).astype(int)
    largest = np.argsort(-(quota - counts), kind="stable")[: n - counts.sum()]
    counts[largest] += 1
    place = np.concatenate([(np.arange(count) + 0.5) / count for count in counts])
    return np.repeat(np.arange(len(counts)), counts)[np.argsort(place, kind="stable")]
