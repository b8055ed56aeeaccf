"""Who neighbours whom? Binary neighbour lists over the areas of one level.

The builders here are used when boundaries are imported; the page only ever reads the finished lists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.ask.problem import Problem

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from libpysal.graph import Graph
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Binary neighbour lists, in the order of an index of areas, without any area neighbouring itself.

    Parameters
    ----------
    ids : pandas.Index
        Area codes, unique, named by their vintage (``lsoa21cd``); its order is the order of every array.
    indptr : numpy.ndarray
        int32, length n + 1: the neighbours of area i are ``indices[indptr[i]:indptr[i + 1]]``.
    indices : numpy.ndarray
        int32 positions in ``ids``. The relation need not be symmetric (nearest neighbours are not).

    Examples
    --------
    >>> row = Neighbours.from_frame(
    ...     pd.DataFrame({"focal": [0, 1, 1, 2], "neighbour": [1, 0, 2, 1]}), pd.Index(["a", "b", "c", "d"]))
    >>> row.cardinalities
    array([1, 2, 1, 0], dtype=int32)
    >>> row.neighbour_sum(np.array([5, 7, 1, 9]))
    array([7., 6., 7., 0.])
    """

    ids: pd.Index
    indptr: np.ndarray
    indices: np.ndarray

    @property
    def n(self) -> int:
        """Number of areas."""
        return len(self.ids)

    @cached_property
    def cardinalities(self) -> np.ndarray:
        """Number of neighbours k_i of each area, int32 of length n."""
        return np.diff(self.indptr)

    @cached_property
    def isolates(self) -> np.ndarray:
        """Areas without a neighbour, boolean of length n."""
        return self.cardinalities == 0

    @cached_property
    def matrix(self) -> csr_array:
        """The n × n matrix of zeros and ones."""
        from scipy.sparse import csr_array

        ones = np.ones(len(self.indices))
        return csr_array((ones, self.indices, self.indptr), shape=(self.n, self.n))

    def neighbour_sum(self, y: np.ndarray) -> np.ndarray:
        """Sum of `y` over the neighbours of each area, float64 of length n (0 for an isolate)."""
        return self.matrix @ np.asarray(y, dtype=np.float64)

    def align(self, y: pd.Series | np.ndarray) -> np.ndarray:
        """Values in the order of ``ids``, as float64.

        Parameters
        ----------
        y : pandas.Series or array of length n
            A Series is put in order by its labels, and areas that it lacks become missing (NaN); an
            array is taken to be in order already.

        Raises
        ------
        ValueError
            If the number of values is not the number of areas, or a label is not one of the areas.
        """
        if isinstance(y, pd.Series) and not (y.index is self.ids or y.index.equals(self.ids)):
            unknown = y.index.difference(self.ids)
            if len(unknown):
                raise ValueError(f"{unknown[0]!r} is not one of the {self.n} areas of these neighbours")
            y = y.reindex(self.ids)
        if isinstance(y, pd.Series):
            y = y.to_numpy(dtype=np.float64, na_value=np.nan)
        values = np.asarray(y, dtype=np.float64)
        if values.shape != (self.n,):
            raise ValueError(f"expected one value for each of {self.n} areas, not shape {values.shape}")
        return values

    def subset(self, mask: np.ndarray) -> Neighbours:
        """Neighbour lists among the areas where `mask` (boolean, length n) holds; the others leave."""
        mask = np.asarray(mask, dtype=bool)
        position = np.cumsum(mask, dtype=np.int32) - 1
        focal = np.repeat(mask, self.cardinalities)
        kept = focal & mask[self.indices]
        before = np.concatenate(([0], np.cumsum(kept, dtype=np.int32)))[self.indptr]
        counts = np.diff(before)[mask]
        indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return Neighbours(self.ids[mask], indptr, position[self.indices[kept]])

    def to_frame(self) -> pd.DataFrame:
        """The pairs as a table of two int32 columns, ``focal`` and ``neighbour``: how they are stored."""
        focal = np.repeat(np.arange(self.n, dtype=np.int32), self.cardinalities)
        return pd.DataFrame({"focal": focal, "neighbour": self.indices})

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, ids: pd.Index) -> Neighbours:
        """Neighbour lists from a table of positions (:meth:`to_frame`) and the areas that they mean."""
        return cls.from_pairs(frame["focal"].to_numpy(), frame["neighbour"].to_numpy(), ids)

    @classmethod
    def from_pairs(cls, focal: np.ndarray, neighbour: np.ndarray, ids: pd.Index) -> Neighbours:
        """Neighbour lists from two arrays of positions; repeated pairs count once, self-pairs never.

        Raises
        ------
        ValueError
            If a position is outside ``ids``, or ``ids`` repeats a code.
        """
        n = len(ids)
        focal, neighbour = np.asarray(focal, dtype=np.int64), np.asarray(neighbour, dtype=np.int64)
        if not ids.is_unique:
            raise ValueError(f"area {ids[ids.duplicated()][0]!r} occurs twice")
        outside = (np.minimum(focal, neighbour) < 0) | (np.maximum(focal, neighbour) >= n)
        if outside.any():
            raise ValueError(f"a neighbour pair points outside the {n} areas")
        pairs = np.unique((focal * n + neighbour)[focal != neighbour])
        focal, neighbour = np.divmod(pairs, max(n, 1))
        indptr = np.concatenate(([0], np.cumsum(np.bincount(focal, minlength=n)))).astype(np.int32)
        return cls(ids, indptr, neighbour.astype(np.int32))

    @classmethod
    def from_graph(cls, graph: Graph, ids: pd.Index) -> Neighbours:
        """Neighbour lists of a :class:`libpysal.graph.Graph`, its weights read as present or absent."""
        adjacency = graph.adjacency
        linked = adjacency[adjacency != 0].index
        return cls.from_pairs(
            ids.get_indexer(linked.get_level_values(0)), ids.get_indexer(linked.get_level_values(1)), ids
        )

    def to_graph(self) -> Graph:
        """The same relation as a binary :class:`libpysal.graph.Graph` (imports libpysal)."""
        from libpysal.graph import Graph

        isolates = np.flatnonzero(self.isolates)
        focal = np.concatenate((np.repeat(np.arange(self.n), self.cardinalities), isolates))
        neighbour = np.concatenate((self.indices, isolates))
        weight = np.concatenate((np.ones(len(self.indices)), np.zeros(len(isolates))))
        order = np.lexsort((neighbour, focal))
        return Graph.from_arrays(self.ids[focal[order]], self.ids[neighbour[order]], weight[order]).transform(
            "B"
        )


def _metric(areas: GeoDataFrame) -> None:
    if areas.crs is None or areas.crs.is_geographic:
        raise Problem(
            "Neighbours are measured in metres, but these boundaries are not in a metric coordinate system: "
            "convert them to British National Grid (EPSG:27700) first."
        )


def _centroids(areas: GeoDataFrame) -> np.ndarray:
    _metric(areas)
    points = areas.geometry.centroid
    return np.column_stack((points.x, points.y))


def queen(areas: GeoDataFrame, tolerance: float = 1.0) -> Neighbours:
    """Areas that touch, at an edge or a corner.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        Polygons indexed by area code, in a metric CRS (EPSG:27700).
    tolerance : float
        Metres. Areas nearer than this count as touching, so that files whose edges are slightly torn
        still work; 0 asks for a shared point.

    Raises
    ------
    Problem
        If the boundaries are in degrees or have no coordinate system.
    """
    _metric(areas)
    focal, neighbour = areas.sindex.query(areas.geometry, predicate="dwithin", distance=tolerance)
    return Neighbours.from_pairs(focal, neighbour, areas.index)


def knn(areas: GeoDataFrame, k: int = 8) -> Neighbours:
    """The `k` areas whose centroids are nearest (all the others where there are fewer than k + 1 areas).

    The relation is not symmetric: a remote village's nearest areas do not have it as their nearest.

    Raises
    ------
    Problem
        If the boundaries are in degrees or have no coordinate system.
    """
    from scipy.spatial import KDTree

    points = _centroids(areas)
    n, k = len(points), min(k, len(points) - 1)
    if k < 1:
        return Neighbours.from_pairs(np.empty(0), np.empty(0), areas.index)
    _, nearest = KDTree(points).query(points, k=k + 1)
    itself = nearest == np.arange(n)[:, None]
    itself[~itself.any(axis=1), -1] = True  # several centroids on one point: drop the last instead
    return Neighbours.from_pairs(np.repeat(np.arange(n), k), nearest[~itself], areas.index)


def distance_band(areas: GeoDataFrame, metres: float = 2000.0) -> Neighbours:
    """Areas whose centroids lie within `metres` of each other; remote areas may be left without any.

    Raises
    ------
    Problem
        If the boundaries are in degrees or have no coordinate system.
    """
    from scipy.spatial import KDTree

    points = _centroids(areas)
    pairs = KDTree(points).query_pairs(metres, output_type="ndarray")
    return Neighbours.from_pairs(
        np.concatenate((pairs[:, 0], pairs[:, 1])), np.concatenate((pairs[:, 1], pairs[:, 0])), areas.index
    )


WEIGHTS: dict[str, Callable[..., Any]] = {"queen": queen, "knn": knn, "distance_band": distance_band}
"""How neighbours may be defined: key to builder (areas -> Neighbours)."""
