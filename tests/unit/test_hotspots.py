"""Local Moran's I and Gi*: equal to esda, labelled by their neighbours, undefined where nothing is known."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from geo.stats.exact_null import neighbour_sum_p
from geo.stats.hotspots import (
    CLUSTERS,
    STATISTICS,
    bh_q,
    bivariate_moran,
    eb_local_moran,
    getis_ord_star,
    in_doubt,
    local_moran,
)
from geo.stats.permutations import permutation_p
from geo.stats.weights import Neighbours


def board(rows: int, columns: int) -> Neighbours:
    """Queen neighbours on a chessboard, with area codes."""
    r, c = np.divmod(np.arange(rows * columns), columns)
    near = (np.abs(r[:, None] - r) <= 1) & (np.abs(c[:, None] - c) <= 1)
    ids = pd.Index([f"E{i:08d}" for i in range(rows * columns)], name="lsoa21cd")
    return Neighbours.from_pairs(*np.nonzero(near), ids)


def clustered(rows: int, columns: int, seed: int) -> np.ndarray:
    """Counts on a chessboard with a hot corner, a cold corner and one odd area in each."""
    rng = np.random.default_rng(seed)
    mean = np.full((rows, columns), 6.0)
    mean[:5, :5], mean[-5:, -5:] = 40.0, 0.3
    mean[2, 2], mean[-3, -3] = 0.0, 40.0
    return rng.poisson(mean).ravel()


@pytest.fixture(scope="module")
def example() -> tuple[np.ndarray, Neighbours]:
    return clustered(16, 20, seed=1), board(16, 20)


def test_local_moran_equals_esda(example) -> None:
    import esda

    y, neighbours = example
    ours = local_moran(y, neighbours)
    theirs = esda.Moran_Local(y, neighbours.to_graph(), permutations=0)
    np.testing.assert_allclose(ours["local_i"], theirs.Is, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["z"], theirs.z, rtol=0, atol=1e-10)
    labels = np.array(["HH", "LH", "LL", "HL"])[theirs.q - 1]
    flagged = local_moran(y, neighbours, fdr=False)["cluster"].astype(str)
    assert (flagged == labels)[ours["flagged"]].all()
    assert set(flagged) == {"HH", "LL", "HL", "LH", "NS"}


def test_getis_ord_star_equals_esda(example) -> None:
    import esda

    y, neighbours = example
    ours = getis_ord_star(y, neighbours)
    graph = neighbours.to_graph()
    standardised = esda.G_Local(y.astype(float), graph, star=True, permutations=0)
    binary = esda.G_Local(y.astype(float), graph, star=True, transform="B", permutations=0)
    np.testing.assert_allclose(ours["g_star"], standardised.Gs, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["z"], binary.Zs, rtol=0, atol=1e-10)
    n, window = neighbours.n, neighbours.cardinalities + 1
    understated = np.sqrt(window * (n - 1) / (n - window))
    np.testing.assert_allclose(ours["z"], standardised.Zs * understated, rtol=0, atol=1e-10)


def test_gi_star_also_tells_the_p_of_its_ring_which_is_local_morans(example) -> None:
    y, neighbours = example
    moran, star = local_moran(y, neighbours), getis_ord_star(y, neighbours)
    np.testing.assert_allclose(star["p_ring"], moran["p"], rtol=0, atol=1e-12)
    assert (star["p"] != star["p_ring"]).mean() > 0.9
    assert moran["cluster"].iloc[21] == star["cluster"].iloc[21] == "HH"
    assert moran["cluster"].iloc[-1] == star["cluster"].iloc[-1] == "LL"
    assert moran["cluster"].iloc[42] == "LH" and star["cluster"].iloc[42] == "HH"
    assert set(star["cluster"]) == {"HH", "LL", "NS"}


@pytest.mark.parametrize(
    "y", [[0, 2, 9, 3, 1, 0, 4], [0, 0, 1, 0, 0, 5, 0], [0.1, 2.7, np.pi, 2.7, 0.1, 1.0, 8.0]]
)
def test_both_p_equal_every_way_to_deal_the_values_out(y) -> None:
    """Not draws but maps: all 5,040 of them, with the statistic itself computed on each."""
    neighbours = Neighbours.from_pairs(
        np.array([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 0, 6, 2]),
        np.array([1, 0, 2, 1, 3, 2, 4, 3, 5, 4, 6, 5, 6, 0, 5]),
        pd.RangeIndex(7),
    )
    maps = np.array(list(permutations(y)))
    around = maps @ neighbours.matrix.toarray().T
    windows = (around + maps) / (neighbours.cardinalities + 1) / np.sum(y)
    star, moran = getis_ord_star(np.array(y), neighbours), local_moran(np.array(y), neighbours)
    observed = neighbours.neighbour_sum(np.array(y))
    for area in range(7):
        drawn, at = windows[:, area], star["g_star"].iloc[area]
        tails = np.mean(drawn <= at + 1e-9), np.mean(drawn >= at - 1e-9)
        assert star["p"].iloc[area] == pytest.approx(min(1, 2 * min(tails)), abs=1e-6)
        kept = around[maps[:, area] == y[area], area]
        tails = np.mean(kept <= observed[area] + 1e-9), np.mean(kept >= observed[area] - 1e-9)
        assert star["p_ring"].iloc[area] == pytest.approx(min(1, 2 * min(tails)), abs=1e-6)
        assert moran["p"].iloc[area] == pytest.approx(star["p_ring"].iloc[area], abs=1e-6)


def test_gi_star_of_deviations_is_refused() -> None:
    with pytest.raises(ValueError, match="no value may be below 0"):
        getis_ord_star(np.arange(16) - 3.0, board(4, 4))


def test_a_lone_high_area_is_hot_among_many_and_says_that_its_ring_is_not() -> None:
    neighbours, y = board(20, 20), np.full(400, 10)
    y[210] = 500
    lone = getis_ord_star(y, neighbours, fdr=False).iloc[210]
    assert lone["cluster"] == "HH"
    assert lone["p"] == pytest.approx(2 * 9 / 400, abs=1e-6)  # nine of 400 windows would hold it
    assert lone["p_ring"] == 1.0
    assert local_moran(y, neighbours, fdr=False).iloc[210]["cluster"] == "NS"


def test_bivariate_moran_equals_esda_and_exchanges_only_the_neighbours(example) -> None:
    import esda

    y, neighbours = example
    x = np.random.default_rng(3).poisson(5 + y / 4)
    ours = bivariate_moran(x, y, neighbours, fdr=False)
    theirs = esda.Moran_Local_BV(x, y, neighbours.to_graph(), permutations=0)
    np.testing.assert_allclose(ours["local_i"], theirs.Is, rtol=0, atol=1e-10)
    labels = np.array(["HH", "LH", "LL", "HL"])[theirs.q - 1]
    assert (ours["cluster"].astype(str) == labels)[ours["flagged"]].all()
    np.testing.assert_array_equal(ours["p"], neighbour_sum_p(y, neighbours).p)
    pd.testing.assert_frame_equal(bivariate_moran(y, y, neighbours), local_moran(y, neighbours))


def test_bivariate_moran_drops_areas_that_lack_either_and_needs_both_to_vary() -> None:
    neighbours = board(5, 5)
    x, y = clustered(5, 5, seed=1).astype(float), clustered(5, 5, seed=2).astype(float)
    x[3], y[7] = np.nan, np.nan
    result = bivariate_moran(x, y, neighbours)
    assert np.flatnonzero(result["cluster"] == "NA").tolist() == [3, 7]
    present = np.isfinite(x) & np.isfinite(y)
    alone = bivariate_moran(x[present], y[present], neighbours.subset(present))
    pd.testing.assert_frame_equal(result[present], alone)
    for constant in (
        bivariate_moran(np.ones(25), y, neighbours),
        bivariate_moran(y, np.ones(25), neighbours),
    ):
        assert (constant["cluster"] == "NA").all()
        assert constant[["local_i", "p", "q"]].isna().all(axis=None)


@pytest.mark.parametrize("spread", [0.0, 0.6], ids=["rates alike", "rates differ"])
def test_eb_local_moran_equals_esda(spread: float) -> None:
    import esda

    rng, neighbours = np.random.default_rng(8), board(10, 12)
    population = rng.integers(300, 6000, 120)
    events = rng.poisson(population * 0.01 * np.exp(rng.normal(0, spread, 120)))
    ours = eb_local_moran(events, population, neighbours)
    theirs = esda.Moran_Local_Rate(events, population, neighbours.to_graph(), permutations=0)
    np.testing.assert_allclose(ours["local_i"], theirs.Is, rtol=0, atol=1e-10)


def test_eb_local_moran_leaves_out_areas_without_residents() -> None:
    neighbours, rng = board(6, 6), np.random.default_rng(2)
    population = rng.integers(500, 2500, 36).astype(float)
    events = rng.poisson(population * 0.02).astype(float)
    population[4], population[9], events[20] = 0, np.nan, np.nan
    result = eb_local_moran(events, population, neighbours)
    assert np.flatnonzero(result["cluster"] == "NA").tolist() == [4, 9, 20]
    kept = (result["cluster"] != "NA").to_numpy()
    alone = eb_local_moran(events[kept], population[kept], neighbours.subset(kept))
    pd.testing.assert_frame_equal(result[kept], alone)


def test_eb_local_moran_of_no_events_or_equal_rates_is_undefined() -> None:
    for events in (np.zeros(16), np.full(16, 5)):
        assert (eb_local_moran(events, np.full(16, 1500), board(4, 4))["cluster"] == "NA").all()
    assert len(eb_local_moran(np.empty(0), np.empty(0), board(2, 2).subset(np.zeros(4, dtype=bool)))) == 0


@pytest.mark.parametrize("fdr", [True, False])
def test_a_rough_p_gives_the_same_clusters(fdr: bool) -> None:
    neighbours, rough_at_all = board(10, 12), False
    for seed in range(4):
        rng = np.random.default_rng(seed)
        population = rng.integers(300, 6000, 120)
        events = rng.poisson(population * 0.01 * np.exp(rng.normal(0, 0.4, 120)))
        sure = eb_local_moran(events, population, neighbours, fdr=fdr)
        rough = eb_local_moran(events, population, neighbours, fdr=fdr, rough=True)
        assert rough["cluster"].equals(sure["cluster"])
        assert ((rough["p"] - sure["p"]).abs() <= rough["p_error"] + sure["p_error"]).all()
        rough_at_all |= bool((rough["p_error"] > 10 * sure["p_error"]).any())
    assert rough_at_all


@pytest.mark.parametrize("statistic", STATISTICS.values(), ids=STATISTICS.keys())
class TestEveryStatistic:
    """What holds for each entry of the registry."""

    def test_columns_index_and_labels(self, statistic, example) -> None:
        y, neighbours = example
        result = statistic.function(y, neighbours)
        assert tuple(result.columns) == statistic.columns
        pd.testing.assert_index_equal(result.index, neighbours.ids)
        assert result["cluster"].dtype == CLUSTERS
        assert statistic.label and statistic.explanation.endswith(".")
        assert set(statistic.definitions) <= set(statistic.columns)

    def test_fdr_decides_the_cluster_and_never_flagged(self, statistic, example) -> None:
        y, neighbours = example
        strict, loose = (statistic.function(y, neighbours, fdr=fdr) for fdr in (True, False))
        np.testing.assert_array_equal(strict["flagged"], strict["p"] <= 0.05)
        np.testing.assert_array_equal(strict["cluster"] != "NS", strict["q"] <= 0.05)
        np.testing.assert_array_equal(loose["cluster"] != "NS", loose["p"] <= 0.05)
        assert (strict["cluster"] != "NS").sum() < (loose["cluster"] != "NS").sum()
        stricter = statistic.function(y, neighbours, alpha=0.001, fdr=False)
        np.testing.assert_array_equal(stricter["flagged"], stricter["p"] <= 0.001)

    def test_missing_areas_leave_and_are_not_applicable(self, statistic, example) -> None:
        y, neighbours = example
        y = pd.Series(y.astype(float), neighbours.ids)
        y.iloc[[0, 25, 100]] = np.nan
        present = y.notna().to_numpy()
        result = statistic.function(y, neighbours)
        assert (result.loc[~present, "cluster"] == "NA").all()
        assert result.loc[~present, list(statistic.columns[:-2])].isna().all(axis=None)
        alone = statistic.function(y[present], neighbours.subset(present))
        pd.testing.assert_frame_equal(result[present], alone)
        pd.testing.assert_frame_equal(result, statistic.function(y.dropna().sample(frac=1), neighbours))

    def test_an_island_is_not_applicable_and_takes_no_part_in_the_correction(self, statistic) -> None:
        pairs = board(6, 6).to_frame()
        ids = pd.Index([*(f"E{i}" for i in range(36)), "island"], name="lsoa21cd")
        neighbours = Neighbours.from_frame(pairs, ids)
        result = statistic.function([*clustered(6, 6, seed=2).tolist(), 7], neighbours)
        assert result.loc["island", "cluster"] == "NA"
        assert np.isnan(result.loc["island", statistic.columns[0]])
        assert result["cluster"].iloc[:-1].isin(["HH", "LL", "HL", "LH", "NS"]).all()
        np.testing.assert_array_equal(result["q"].iloc[:-1], bh_q(result["p"].to_numpy()[:-1]))

    @pytest.mark.parametrize("value", [0, 7, 0.1])
    @pytest.mark.parametrize("shape", [(1, 1), (1, 2), (4, 4)])
    def test_constant_slices_are_undefined(self, statistic, value, shape) -> None:
        neighbours = board(*shape)
        result = statistic.function(np.full(neighbours.n, value), neighbours)
        assert (result["cluster"] == "NA").all()
        assert not result["flagged"].any()
        assert result[["p", "q", statistic.columns[0]]].isna().all(axis=None)

    def test_no_areas_and_all_missing(self, statistic) -> None:
        empty = statistic.function(np.empty(0), board(4, 4).subset(np.zeros(16, dtype=bool)))
        assert len(empty) == 0 and tuple(empty.columns) == statistic.columns
        missing = statistic.function(np.full(16, np.nan), board(4, 4))
        assert (missing["cluster"] == "NA").all()

    def test_two_areas_and_three_boroughs_are_never_significant(self, statistic) -> None:
        assert statistic.function(np.array([3, 9]), board(1, 2))["p"].tolist() == [1.0, 1.0]
        assert (statistic.function(np.array([3, 9, 100]), board(1, 3))["cluster"] == "NS").all()

    def test_one_event_in_the_county_makes_no_cluster(self, statistic) -> None:
        y = np.zeros(320, dtype=int)
        y[150] = 1
        assert (statistic.function(y, board(16, 20))["cluster"] == "NS").all()

    @settings(max_examples=40)
    @given(npst.arrays(np.int64, 20, elements=st.integers(0, 30)), st.permutations(range(20)))
    def test_relabelling_areas_only_relabels_results(self, statistic, y, order) -> None:
        neighbours = board(4, 5)
        pairs, position = neighbours.to_frame(), np.argsort(order)
        moved = Neighbours.from_pairs(
            position[pairs["focal"]], position[pairs["neighbour"]], neighbours.ids[list(order)]
        )
        before = statistic.function(pd.Series(y, neighbours.ids), neighbours, fdr=False)
        after = statistic.function(pd.Series(y, neighbours.ids), moved, fdr=False)
        numbers = before.select_dtypes("number").columns
        pd.testing.assert_frame_equal(after[numbers].loc[before.index], before[numbers], atol=1e-9)

    def test_permutation_p_is_near_the_tail_it_is_directed_to(self, statistic, example) -> None:
        y, neighbours = example
        sampled = permutation_p(y, neighbours, statistic.key, permutations=999)
        tails = neighbour_sum_p(y, neighbours)
        directed = np.minimum(tails.upper, 1 - tails.upper)  # esda leaves ties out of the lower tail
        assert sampled.name == "p_permutation"
        pd.testing.assert_index_equal(sampled.index, neighbours.ids)
        error = np.sqrt(directed * (1 - directed) / 999) + 1 / 1000
        assert (np.abs(sampled.to_numpy() - directed) < 5 * error).mean() > 0.98
        again = permutation_p(y, neighbours, statistic.key, permutations=999)
        pd.testing.assert_series_equal(sampled, again)


def test_permutation_p_is_the_same_however_many_ask_at_once(example) -> None:
    y, neighbours = example
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: permutation_p(y, neighbours, permutations=999), range(8)))
    assert all(one.equals(found[0]) for one in found)


def test_permutation_p_is_undefined_where_the_exact_p_is() -> None:
    neighbours = Neighbours.from_frame(board(4, 4).to_frame(), pd.RangeIndex(17))
    y = np.r_[clustered(4, 4, seed=0), 3.0]
    y[2] = np.nan
    sampled = permutation_p(y, neighbours, permutations=99)
    assert np.flatnonzero(sampled.isna()).tolist() == [2, 16]
    assert permutation_p(np.ones(17), neighbours).isna().all()
    with pytest.raises(ValueError, match="local_moran"):
        permutation_p(y, neighbours, "geary")


def test_in_doubt_are_areas_whose_class_the_error_of_p_leaves_open() -> None:
    p, sure = np.array([0.001, 0.0249, 0.0251, 0.5, np.nan]), np.full(5, 1e-12)
    error = np.array([0, 1e-3, 1e-3, 1e-3, np.nan])
    assert not in_doubt(p, sure, alpha=0.025).any()
    assert in_doubt(p, error, alpha=0.025, fdr=False).tolist() == [False, True, True, False, False]
    # 4 areas are corrected for: the third passes at .0335 = .0251 · 4 / 3, and takes the second with it
    assert in_doubt(p, error, alpha=0.0336, fdr=True).tolist() == [False, True, True, False, False]
    assert in_doubt(p, error, alpha=0.04).tolist() == [False] * 5


def test_areas_near_the_limit_are_asked_until_their_class_is_settled() -> None:
    rng, neighbours = np.random.default_rng(3), board(20, 20)
    y = rng.poisson(0.5, 400) / rng.integers(900, 2500, 400)
    coarse = neighbour_sum_p(y, neighbours)
    (alpha,) = coarse.p[[np.argmin(np.abs(coarse.p - 0.05))]]
    assert in_doubt(coarse.p, coarse.error, alpha=alpha * 1.001, fdr=False).any()
    settled = local_moran(y, neighbours, alpha=alpha * 1.001)
    open_ = in_doubt(settled["p"].to_numpy(), settled["p_error"].to_numpy(), alpha=alpha * 1.001)
    assert not open_.any()


@given(npst.arrays(np.float64, st.integers(0, 30), elements=st.floats(1e-12, 1.0) | st.just(np.nan)))
def test_q_equals_statsmodels_and_keeps_the_order_of_p(p: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.multitest import fdrcorrection
    q, defined = bh_q(p), np.isfinite(p)
    assert np.isnan(q[~defined]).all()
    if defined.any():
        np.testing.assert_allclose(q[defined], fdrcorrection(p[defined])[1], rtol=1e-12)
    assert (q >= p)[defined].all()
    np.testing.assert_array_equal(bh_q(np.r_[p, 0.5], np.r_[defined, False])[:-1], q)
