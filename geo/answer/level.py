"""Which areas does the map have, and who lives in them?"""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.answer.deciles import Deciles
from geo.answer.immutable import fixed, immutable
from geo.ask.ages import AGE_BANDS
from geo.ask.choices import DOMAINS
from geo.data.area_tables import middle_layer
from geo.data.boundaries import browser_geojson, in_degrees
from geo.data.ground import is_country, names, pack
from geo.data.store import Snapshot
from geo.stats.weights import Neighbours

LEVELS = ("lsoa", "ward", "borough")


@dataclass(frozen=True, kw_only=True)
class Level:
    """One geography of the map.

    Attributes
    ----------
    key : {"lsoa", "ward", "borough"}
    frame : DataFrame
        Index of area codes named by vintage (``lsoa21cd``, ``wd24cd``, ``lad24cd``), in map order; columns
        ``name``, ``ward``, ``known`` (what people call the neighbourhood of a small area, "" where that is
        not loaded), ``borough``, ``lad``, ``population``, ``imd_rank``, ``imd_decile`` and the same of each
        domain that is loaded (Int64; ranks of wards and boroughs are the average of their small areas,
        weighted by residents).
    deciles : Deciles
        Of which areas the deciles are.
    parent : ndarray of int, shape (number of LSOAs,)
        Position here of each LSOA's area.
    neighbours : Neighbours
    read : callable
        Its shapes: a GeoDataFrame, EPSG:27700, same index.
    ground : bytes
        Shapes of a country for the browser (:mod:`geo.data.ground`); b"" of a county.
    near : tuple of bytes
        The same from near by, compressed, as many areas each; none where an earlier version of this program
        imported them.
    """

    key: str
    frame: pd.DataFrame = immutable()
    deciles: Deciles
    parent: np.ndarray
    neighbours: Neighbours
    read: Callable[[], pd.DataFrame]
    ground: bytes = b""
    near: tuple[bytes, ...] = ()

    @property
    def shapes(self) -> pd.DataFrame:
        """What :attr:`read` gives."""
        return self.read()

    @cached_property
    def n(self) -> int:
        """Number of areas."""
        return len(self.frame)

    @cached_property
    def in_borough(self) -> np.ndarray:
        """Areas whose borough is known, bool."""
        return fixed(self.frame["lad"].notna().to_numpy(bool))

    def add_up(self, by_lsoa: np.ndarray) -> np.ndarray:
        """Counts of LSOAs added up to this level: shape (n,) or (n, columns)."""
        if self.key == "lsoa":
            return by_lsoa
        total = np.zeros((self.n, *by_lsoa.shape[1:]), by_lsoa.dtype)
        np.add.at(total, self.parent, by_lsoa)
        return total

    def of_lsoas(self, values: np.ndarray) -> np.ndarray:
        """What is known of the areas here, for each LSOA in them."""
        return values if self.key == "lsoa" else values[self.parent]

    def numbers(self, column: str) -> np.ndarray:
        """A column of the frame as floats, NaN where not known."""
        if column not in self._numbers:
            self._numbers[column] = fixed(self.frame[column].to_numpy(np.float64, na_value=np.nan))
        return self._numbers[column]

    @cached_property
    def columns(self) -> dict[str, Any]:
        """Arrays of the frame by their names."""
        return {str(name): column.array for name, column in self.frame.items()}

    @cached_property
    def _numbers(self) -> dict[str, np.ndarray]:
        return {}

    @cached_property
    def anchors(self) -> np.ndarray:
        """A point inside each area, for labels and numbers; EPSG:27700, float (n, 2)."""
        points = shapely.point_on_surface(self.shapes.geometry.to_numpy())
        return shapely.get_coordinates(points)

    @cached_property
    def by_borough(self) -> dict[str, int]:
        """Number of areas in each borough, by its name."""
        return self.boroughs_of(np.ones(self.n, bool))

    def boroughs_of(self, areas: np.ndarray) -> dict[str, int]:
        """Number of some areas (bool) in each borough, by its name: the most first, then as they stand."""
        borough, names = self._boroughs
        which, there = pd.factorize(borough[areas])
        number = np.bincount(which, minlength=len(there))
        return {str(names[there[at]]): int(number[at]) for at in np.argsort(-number, kind="stable")}

    @cached_property
    def _boroughs(self) -> tuple[np.ndarray, np.ndarray]:
        """Number of the borough of each area, and the names of boroughs."""
        borough, names = pd.factorize(self.frame["borough"].to_numpy(str))
        return borough, names

    @cached_property
    def _sizes(self) -> tuple[np.ndarray, np.ndarray]:
        shapes = self.shapes.geometry.to_numpy()
        return shapely.bounds(shapes), shapely.area(shapes)

    @property
    def bounds(self) -> np.ndarray:
        """West, south, east and north of each area; EPSG:27700, float (n, 4)."""
        return self._sizes[0]

    @property
    def square_metres(self) -> np.ndarray:
        """Size of each area."""
        return self._sizes[1]

    @cached_property
    def widths(self) -> np.ndarray:
        """The longer side of the box around each area, metres, float (n,)."""
        return np.maximum(self.bounds[:, 2] - self.bounds[:, 0], self.bounds[:, 3] - self.bounds[:, 1])

    @cached_property
    def degrees(self) -> np.ndarray:
        """Shapes in EPSG:4326, for the web; rings as RFC 7946 wants them."""
        return in_degrees(self.shapes)

    @property
    def labels(self) -> pd.DataFrame:
        """The frame as the browser names areas by it: without what is not known."""
        return self.frame if self.frame["known"].ne("").any() else self.frame.drop(columns="known")

    @cached_property
    def geojson(self) -> bytes:
        """Shapes for the browser (EPSG:4326), features in map order with their position as id."""
        return browser_geojson(self.degrees, self.labels)

    @cached_property
    def names(self) -> bytes:
        """What the areas are called, for the browser that has the ground."""
        return names(self.labels)

    @cached_property
    def shapes_hash(self) -> str:
        """Short SHA-256 of the shapes as the browser gets them, for an address that may be kept for ever."""
        return hashlib.sha256(self.ground or self.geojson).hexdigest()[:12]

    @cached_property
    def near_hash(self) -> str:
        """The same of the shapes from near by."""
        return hashlib.sha256(b"".join(self.near)).hexdigest()[:12]


def levels_of(snapshot: Snapshot) -> dict[str, Level]:
    """Read the three geographies, each with names, residents, deprivation, neighbours and shapes."""
    called = {key: snapshot.columns(f"areas/{key}", ["name"])["name"] for key in LEVELS}
    areas = called["lsoa"].index
    country = is_country(len(areas))
    lookup = snapshot.read("lookup").reindex(areas)
    residents = _residents(snapshot, areas)
    deprivation = _deprivation(snapshot, areas)
    levels = {}
    known = _known(snapshot, called["lsoa"])
    for key in LEVELS:
        index = called[key].index
        parent = np.arange(len(areas)) if key == "lsoa" else index.get_indexer(lookup[index.name])
        neighbours = Neighbours.from_frame(snapshot.read(f"neighbours/{key}/queen"), index)
        level = Level(
            key=key,
            frame=pd.DataFrame(index=index),
            deciles=Deciles(key),
            parent=parent,
            neighbours=neighbours,
            read=(shapes := Shapes(snapshot, f"areas/{key}", kept=not country)),
            ground=_ground(snapshot, key, shapes) if country else b"",
            near=_near(snapshot, key) if country else (),
        )
        names = called[key].to_numpy(str)
        some = lookup.iloc[_first_of_each(parent, len(index))]
        frame = pd.DataFrame(
            {
                "name": names,
                "ward": {"lsoa": some["ward"].to_numpy(str), "ward": names, "borough": ""}[key],
                "known": known if key == "lsoa" else "",
                "borough": some["borough"].to_numpy(str),
                "lad": some[called["borough"].index.name].to_numpy(str),
                "population": _whole(level.add_up(residents)),
                **{name: _whole(_weighted(level, of, residents)) for name, of in deprivation.items()},
            },
            index=index,
        )
        levels[key] = _ranked(snapshot, replace(level, frame=frame))
    return levels


class Shapes:
    """Shapes that are read when they are wanted: kept from then on, or while somebody has them.

    Parameters
    ----------
    snapshot : Snapshot
    role : str
    kept : bool
        Those of a country are large, and wanted by exports alone.
    """

    def __init__(self, snapshot: Snapshot, role: str, *, kept: bool) -> None:
        self._snapshot, self._role, self._keeps = snapshot, role, kept
        self._kept: pd.DataFrame | None = None
        self._lent: Callable[[], pd.DataFrame | None] = lambda: None

    def __call__(self) -> pd.DataFrame:
        """The shapes."""
        shapes = self._kept if self._kept is not None else self._lent()
        if shapes is None:
            shapes = self._snapshot.read(self._role)
            self._lent = weakref.ref(shapes)
            self._kept = shapes if self._keeps else None
        return shapes


def _ground(snapshot: Snapshot, key: str, shapes: Shapes) -> bytes:
    """Shapes of a level of a country, made anew where an earlier version of this program imported them."""
    role = f"ground/{key}"
    return bytes(snapshot.read(role)["file"][0]) if snapshot.has(role) else pack(shapes())


def _near(snapshot: Snapshot, key: str) -> tuple[bytes, ...]:
    """The same from near by, where this version of the program imported them."""
    role = f"near/{key}"
    return tuple(map(bytes, snapshot.read(role)["file"])) if snapshot.has(role) else ()


def _ranked(snapshot: Snapshot, level: Level) -> Level:
    """A level with its deciles among England's areas of the kind, where they are known."""
    if level.key == "lsoa" or not snapshot.has(f"deprivation/{level.key}"):
        return level
    table = snapshot.read(f"deprivation/{level.key}").reindex(level.frame.index)
    deciles = {name: column.astype("Int64") for name, column in table.filter(regex="_decile$").items()}
    among = Deciles(level.key, int(table["among"].max()))
    return replace(level, frame=level.frame.assign(**deciles), deciles=among)


def _known(snapshot: Snapshot, names: pd.Series) -> np.ndarray:
    """What people call the neighbourhood of each small area: the name of its middle layer area, or ""."""
    if not snapshot.has("names"):
        return np.full(len(names), "")
    table = snapshot.read("names").set_index("msoa")["name"]
    return middle_layer(names).map(table).fillna("").to_numpy(str)


def _first_of_each(parent: np.ndarray, n: int) -> np.ndarray:
    """Position of the first LSOA in each of ``n`` areas."""
    first = np.zeros(n, np.int64)
    first[parent[::-1]] = np.arange(len(parent))[::-1]
    return first


def _whole(values: np.ndarray) -> pd.array:
    """Floats as whole numbers, Int64, NaN missing."""
    missing = np.isnan(values)
    return pd.arrays.IntegerArray(np.where(missing, 1, values).round().astype(np.int64), missing)


def _residents(snapshot: Snapshot, areas: pd.Index) -> np.ndarray:
    """Residents of each LSOA as floats, NaN where not known."""
    if not snapshot.has("population"):
        return np.full(len(areas), np.nan)
    table = snapshot.read("population")
    return table.groupby("lsoa")["population"].sum().reindex(areas).to_numpy(np.float64)


def band_population(snapshot: Snapshot, areas: pd.Index) -> np.ndarray | None:
    """Residents by LSOA and age band, int64 (n, 19); None where five-year bands are not loaded."""
    if not snapshot.has("population"):
        return None
    table = snapshot.read("population")
    if not set(AGE_BANDS) <= set(table["age_band"].unique()):
        return None
    area, band = areas.get_indexer(table["lsoa"]), pd.Index(AGE_BANDS).get_indexer(table["age_band"])
    known = (area >= 0) & (band >= 0)
    bands = np.zeros((len(areas), len(AGE_BANDS)), np.int64)
    np.add.at(bands, (area[known], band[known]), table["population"].to_numpy()[known])
    return bands


def _deprivation(snapshot: Snapshot, areas: pd.Index) -> dict[str, np.ndarray]:
    """Rank and decile of each LSOA by column ("imd_rank", "income_decile"), 1 the most deprived.

    Those of the whole index are always there, NaN where not loaded. A domain without ranks has its deciles.
    """
    unknown = np.full(len(areas), np.nan)
    found = {"imd_rank": unknown, "imd_decile": unknown}
    table = snapshot.read("deprivation").reindex(areas) if snapshot.has("deprivation") else pd.DataFrame()
    for key in DOMAINS:
        if f"{key}_decile" in table:
            decile = table[f"{key}_decile"]
            rank = table.get(f"{key}_rank", decile)
            found[f"{key}_rank"] = rank.to_numpy(np.float64, na_value=np.nan)
            found[f"{key}_decile"] = decile.to_numpy(np.float64, na_value=np.nan)
    return found


def _weighted(level: Level, by_lsoa: np.ndarray, residents: np.ndarray) -> np.ndarray:
    """Average of LSOAs' values at a level, weighted by residents (equally where not known)."""
    weight = np.where(np.isnan(by_lsoa), 0.0, np.nan_to_num(residents, nan=1.0))
    with np.errstate(invalid="ignore"):
        return level.add_up(np.nan_to_num(by_lsoa) * weight) / level.add_up(weight)
