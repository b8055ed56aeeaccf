"""Neighbour lists: what the builders find, what subsets keep, what is stored comes back."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geo.ask.problem import Problem
from geo.stats.weights import WEIGHTS, Neighbours, distance_band, knn, queen


def squares(rows: int, columns: int, size: float = 100.0, gap: float = 0.0) -> gpd.GeoDataFrame:
    """A chessboard of square areas, `gap` metres apart."""
    pitch = size + gap
    shapes = [
        box(c * pitch, r * pitch, c * pitch + size, r * pitch + size)
        for r in range(rows)
        for c in range(columns)
    ]
    ids = pd.Index([f"E{i:03d}" for i in range(rows * columns)], name="lsoa21cd")
    return gpd.GeoDataFrame(geometry=shapes, index=ids, crs="EPSG:27700")


def listed(neighbours: Neighbours, i: int) -> list[int]:
    return neighbours.indices[neighbours.indptr[i] : neighbours.indptr[i + 1]].tolist()


@st.composite
def lists(draw: st.DrawFn) -> Neighbours:
    n = draw(st.integers(1, 12))
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40))
    focal, neighbour = np.array(pairs, dtype=int).reshape(-1, 2).T
    return Neighbours.from_pairs(focal, neighbour, pd.Index([f"E{i}" for i in range(n)], name="lsoa21cd"))


def test_queen_counts_edges_and_corners() -> None:
    board = queen(squares(3, 4))
    assert listed(board, 0) == [1, 4, 5]
    assert listed(board, 5) == [0, 1, 2, 4, 6, 8, 9, 10]
    assert board.ids.name == "lsoa21cd"


def test_queen_bridges_edges_torn_by_less_than_the_tolerance() -> None:
    torn = squares(2, 2, gap=0.6)
    assert queen(torn).cardinalities.tolist() == [3, 3, 3, 3]
    assert queen(torn, tolerance=0.5).isolates.all()


def test_queen_needs_no_common_corner() -> None:
    """libpysal, unless told to be strict, finds those at the ends alone."""
    beside = {name: box(100, 20 * i, 120, 20 * i + 20) for i, name in enumerate("abcde")}
    shapes = {"long": box(0, 0, 100, 100)} | beside
    areas = gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs="EPSG:27700")
    assert listed(queen(areas), 0) == [1, 2, 3, 4, 5]


def test_queen_finds_a_hole_and_an_island() -> None:
    hole = box(40, 40, 60, 60)
    shapes = [box(0, 0, 100, 100) - hole, hole, box(500, 0, 600, 100)]
    areas = gpd.GeoDataFrame(geometry=shapes, index=["around", "within", "island"], crs="EPSG:27700")
    board = queen(areas)
    assert [listed(board, i) for i in range(3)] == [[1], [0], []]
    assert board.isolates.tolist() == [False, False, True]


def test_knn_takes_the_nearest_and_never_itself() -> None:
    line = knn(squares(1, 5), k=2)
    assert listed(line, 0) == [1, 2]
    assert listed(line, 2) == [1, 3]
    assert knn(squares(2, 2), k=8).cardinalities.tolist() == [3, 3, 3, 3]


@pytest.mark.parametrize("n", [1, 2, 7])
def test_knn_of_areas_on_one_point_still_has_k_others(n: int) -> None:
    same = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)] * n, crs="EPSG:27700")
    result = knn(same, k=3)
    assert result.cardinalities.tolist() == [min(3, n - 1)] * n
    assert (result.to_frame()["focal"] != result.to_frame()["neighbour"]).all()


def test_distance_band_is_inclusive_and_symmetric() -> None:
    line = distance_band(squares(1, 5), metres=200.0)
    assert listed(line, 0) == [1, 2]
    assert listed(line, 2) == [0, 1, 3, 4]
    assert distance_band(squares(1, 3), metres=50.0).isolates.all()


@pytest.mark.parametrize("builder", WEIGHTS.values(), ids=WEIGHTS.keys())
@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_builders_refuse_degrees(builder, crs) -> None:
    areas = squares(2, 2).set_crs(crs, allow_override=True)
    with pytest.raises(Problem, match="EPSG:27700"):
        builder(areas)


@pytest.mark.parametrize("builder", WEIGHTS.values(), ids=WEIGHTS.keys())
def test_builders_keep_the_index_and_hold_for_one_area(builder) -> None:
    areas = squares(4, 4)
    assert builder(areas).ids.equals(areas.index)
    assert builder(areas.iloc[:1]).isolates.tolist() == [True]


@given(lists())
def test_stored_frame_comes_back(neighbours: Neighbours) -> None:
    again = Neighbours.from_frame(neighbours.to_frame(), neighbours.ids)
    np.testing.assert_array_equal(again.indptr, neighbours.indptr)
    np.testing.assert_array_equal(again.indices, neighbours.indices)
    assert again.indptr.dtype == again.indices.dtype == np.int32


@given(lists(), st.data())
def test_subset_is_the_induced_relation(neighbours: Neighbours, data: st.DataObject) -> None:
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=neighbours.n, max_size=neighbours.n)))
    part = neighbours.subset(mask)
    pd.testing.assert_index_equal(part.ids, neighbours.ids[mask])
    dense = neighbours.matrix.toarray()[np.ix_(mask, mask)] if mask.any() else np.zeros((0, 0))
    np.testing.assert_array_equal(part.matrix.toarray(), dense)


@given(lists())
def test_graph_of_libpysal_and_back(neighbours: Neighbours) -> None:
    graph = neighbours.to_graph()
    np.testing.assert_array_equal(graph.sparse.toarray(), neighbours.matrix.toarray())
    again = Neighbours.from_graph(graph, neighbours.ids)
    np.testing.assert_array_equal(again.indptr, neighbours.indptr)
    np.testing.assert_array_equal(again.indices, neighbours.indices)


def test_pairs_count_once_and_itself_never() -> None:
    pair = Neighbours.from_pairs(np.array([0, 0, 0, 1]), np.array([1, 1, 0, 1]), pd.Index(["a", "b"]))
    assert pair.cardinalities.tolist() == [1, 0]


def test_pairs_outside_the_areas_are_refused() -> None:
    for pair in ((0, 2), (-1, 0)):
        with pytest.raises(ValueError, match="outside the 2 areas"):
            Neighbours.from_pairs(*np.array(pair).reshape(2, 1), pd.Index(["a", "b"]))
    with pytest.raises(ValueError, match="'a' occurs twice"):
        Neighbours.from_pairs(np.array([0]), np.array([1]), pd.Index(["a", "a"]))


def test_align_orders_by_label_and_knows_its_areas() -> None:
    pair = Neighbours.from_pairs(np.array([0]), np.array([1]), pd.Index(["a", "b"]))
    assert pair.align(pd.Series([2, 1], ["b", "a"])).tolist() == [1.0, 2.0]
    assert pair.align(pd.Series([1, pd.NA], ["a", "b"], dtype="Int64")).tolist()[0] == 1.0
    assert np.isnan(pair.align(pd.Series([2], ["b"]))[0])
    with pytest.raises(ValueError, match="'c'"):
        pair.align(pd.Series([2, 1], ["b", "c"]))
    with pytest.raises(ValueError, match="each of 2 areas"):
        pair.align(np.ones(3))
