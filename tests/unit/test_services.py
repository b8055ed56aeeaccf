"""Several sources: agreement, what one of them overlooks, co-location and similar patterns."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats import hypergeom

from geo.stats.hotspots import getis_ord_star
from geo.stats.overlooked import overlooked, shares_differ
from geo.stats.services import agreement, beside, colocation, go_together
from geo.stats.similarity import drawn_limits, of_one_pattern, similarity
from geo.stats.weights import Neighbours

AREAS = pd.Index([f"E{i:08d}" for i in range(6)], name="lsoa21cd")


def board(side: int) -> Neighbours:
    """Queen neighbours on a square chessboard."""
    r, c = np.divmod(np.arange(side * side), side)
    near = (np.abs(r[:, None] - r) <= 1) & (np.abs(c[:, None] - c) <= 1)
    return Neighbours.from_pairs(*np.nonzero(near), pd.Index([f"E{i:03d}" for i in range(side * side)]))


def clusters(codes: str) -> pd.DataFrame:
    return pd.DataFrame({"cluster": codes.split()}, AREAS)


SOURCES = {
    "offences": clusters("HH NS LL NA NS HH"),
    "ambulance": clusters("HH HH HH HH NA NS"),
    "ae": clusters("HH NS HH NS NA LL"),
}


def test_agreement_counts_the_sources_that_say_hot_and_those_that_can_tell() -> None:
    table = agreement(SOURCES)
    pd.testing.assert_index_equal(table.index, AREAS)
    assert table["agree"].tolist() == [3, 1, 2, 1, 0, 1]
    assert table["asked"].tolist() == [3, 3, 3, 2, 1, 3]
    assert table["ambulance"].tolist() == [True, True, True, True, False, False]
    assert agreement(SOURCES, "LL")["agree"].tolist() == [0, 0, 1, 0, 0, 1]


def test_agreement_of_the_same_result_is_all_or_nothing() -> None:
    neighbours = board(8)
    y = np.zeros(64)
    y[:20] = np.arange(20, 0, -1)
    result = getis_ord_star(y, neighbours, fdr=False)
    assert (result["cluster"] == "HH").any()
    assert set(agreement({"a": result, "b": result})["agree"]) == {0, 2}


SECTORS = {"offences": "police", "stops": "police", "ambulance": "health", "ae": "health", "fire": "other"}
CORNER, MIDDLE, END = 17, 100, 178


def seen(seed: int, *, more: float) -> tuple[Neighbours, dict[str, np.ndarray]]:
    """One pattern that all services see, but for the corner, of which health services see more."""
    near, rng = board(14), np.random.default_rng(seed)
    row, column = np.divmod(np.arange(196), 14)
    risk = rng.gamma(3, 1 / 3, 196)
    health = risk * np.where((row < 3) & (column < 5), more, 1.0)
    each = {"offences": 20 * risk, "stops": 8 * risk, "ambulance": 15 * health, "ae": 6 * health}
    return near, {key: rng.poisson(mean).astype(float) for key, mean in each.items()}


def called(near: Neighbours, **codes: dict[int, str]) -> dict[str, pd.DataFrame]:
    """Results in which only a few areas are not "not significant"."""
    return {
        key: pd.DataFrame({"cluster": [some.get(i, "NS") for i in range(near.n)]}, near.ids)
        for key, some in codes.items()
    }


def test_what_health_sees_more_of_is_listed_most_certain_first() -> None:
    near, counts = seen(1, more=4.0)
    results = called(
        near,
        offences={MIDDLE: "NS", CORNER: "LL"},
        stops={},
        ambulance={CORNER: "HH", CORNER + 1: "HH", MIDDLE: "HH", END: "HH"},
        ae={CORNER: "HH", MIDDLE: "HH"},
    )
    listed = overlooked(results, counts, SECTORS, near)
    assert listed is not None
    assert listed.index.tolist() == [
        near.ids[CORNER],
        near.ids[CORNER + 1],
    ]  # elsewhere their shares are alike
    assert listed["by"].tolist() == [("ambulance", "ae"), ("ambulance",)]
    assert listed["otherwise"].tolist() == ["cold", "not significant"]
    assert (listed["lower"] > 1).all() and (listed["ratio"] < listed["upper"]).all()
    results["stops"] = called(near, stops={CORNER: "HH"})["stops"]
    listed = overlooked(results, counts, SECTORS, near)
    assert listed is not None and listed.index.tolist() == [near.ids[CORNER + 1]]  # the stops see the first
    assert overlooked({key: results[key] for key in ("offences", "stops")}, counts, SECTORS, near) is None
    assert overlooked({"ae": results["ae"]}, counts, SECTORS, near) is None


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_one_pattern_is_rarely_called_two(spread: float) -> None:
    """Whether or not each service has a spread of its own, at most 1 map in 20 has an area that differs."""
    near, maps, spoke = board(14), 120, 0
    rng = np.random.default_rng(8)
    for _ in range(maps):
        risk = rng.gamma(3, 1 / 3, 196)
        own = [rng.gamma(1 / spread, spread, 196) if spread else 1.0 for _ in range(2)]
        base, test = (rng.poisson(mean * risk * one) for mean, one in zip((20, 9), own, strict=True))
        spoke += bool((shares_differ(base, test, near)["q"] <= 0.05).any())
    assert stats.binom.sf(spoke - 1, maps, 0.05) > 1e-3


def test_the_ratio_of_shares_and_its_limits_are_those_of_a_binomial_law() -> None:
    near = board(14)
    base, test = np.full(196, 9), np.full(196, 3)
    test[:14] += np.arange(14) % 2  # hardly any spread
    found = shares_differ(base, test, near)
    window = near.neighbour_sum(test.astype(float)) + test
    of = 9 * (near.cardinalities + 1)
    ratio = window / test.sum() / (of / base.sum())
    np.testing.assert_allclose(found["ratio"], ratio)
    limits = stats.binomtest(int(window[50]), int(window[50] + of[50])).proportion_ci(method="exact")
    odds = base.sum() / test.sum()
    assert found["lower"].iloc[50] == pytest.approx(odds * limits.low / (1 - limits.low))
    assert found["upper"].iloc[50] == pytest.approx(odds * limits.high / (1 - limits.high))
    assert shares_differ(np.zeros(196), test, near)["p"].isna().all()


def test_sources_must_be_comparable() -> None:
    with pytest.raises(ValueError, match="no source"):
        agreement({})
    with pytest.raises(ValueError, match="same areas"):
        agreement({"a": SOURCES["ae"], "b": SOURCES["ae"].iloc[::-1]})


@pytest.fixture(scope="module")
def hot() -> tuple[pd.DataFrame, Neighbours]:
    neighbours = board(14)
    r, c = np.divmod(np.arange(196), 14)
    rng = np.random.default_rng(6)
    centre = (r < 4) & (c < 4)
    draw = lambda: centre & (rng.random(196) < 0.9) | (rng.random(196) < 0.1)  # noqa: E731
    return pd.DataFrame({"police": draw(), "ambulance": draw()}, index=neighbours.ids), neighbours


def test_join_counts_equal_esda_and_p_is_hypergeometric(hot) -> None:
    from esda import Join_Counts_Local_MV

    present, neighbours = hot
    ours = colocation(present, neighbours)
    theirs = Join_Counts_Local_MV(connectivity=neighbours.to_graph())
    theirs.fit([present[column].astype(int).to_numpy() for column in present], permutations=0)
    np.testing.assert_array_equal(ours["join_count"], theirs.LJC)
    both = present.all(axis=1).to_numpy()
    law = hypergeom(195, both.sum() - 1, neighbours.cardinalities[both])
    np.testing.assert_allclose(ours["p"][both], law.sf(ours["join_count"][both] - 1), atol=1e-12)
    assert ours.loc[~both, ["p", "q"]].isna().all(axis=None)
    assert (ours.loc[~both, "cluster"] == "NS").all()
    np.testing.assert_array_equal(ours["cluster"] == "HH", ours["q"] <= 0.05)
    assert set(colocation(present, neighbours, fdr=False)["cluster"][both]) == {"HH", "NS"}


def test_both_local_join_counts_are_esdas_bivariate_ones(hot) -> None:
    from esda import Join_Counts_Local_BV

    present, neighbours = hot
    theirs = Join_Counts_Local_BV(connectivity=neighbours.to_graph())
    x, z = (present[column].to_numpy(bool) for column in present)
    theirs.fit(x.astype(float), z.astype(float), case="CLC", permutations=0)
    np.testing.assert_array_equal(colocation(present, neighbours)["join_count"], theirs.LJC)
    apart = z & ~x  # Anselin and Li's bivariate count asks that no area has both
    theirs.fit(x.astype(float), apart.astype(float), case="BJC", permutations=0)
    ours = beside(pd.Series(x, neighbours.ids), pd.Series(apart, neighbours.ids), neighbours)
    np.testing.assert_array_equal(ours["join_count"], theirs.LJC)
    assert theirs.LJC.max() > 1


def test_beside_is_hypergeometric_and_equals_full_enumeration(hot) -> None:
    from itertools import combinations

    present, neighbours = hot
    x, z = (present[column] for column in present)
    ours = beside(x, z, neighbours)
    asked = (x & ~z).to_numpy()
    assert ours["p"].notna().to_numpy().tolist() == asked.tolist()
    law = hypergeom(195, int(z.sum()), neighbours.cardinalities[asked])
    np.testing.assert_allclose(ours["p"][asked], law.sf(ours["join_count"][asked] - 1), atol=1e-12)
    np.testing.assert_array_equal(ours["cluster"] == "HH", ours["q"] <= 0.05)
    three = board(3)  # the middle has all others as neighbours, a corner three
    here, around = np.zeros(9, bool), np.zeros(9, bool)
    here[0], around[[1, 3, 8]] = True, True
    found = beside(pd.Series(here, three.ids), pd.Series(around, three.ids), three).iloc[0]
    near = {1, 3, 4}
    draws = [len(near & set(places)) >= 2 for places in combinations(range(1, 9), 3)]
    assert (found["join_count"], found["p"]) == (2, pytest.approx(np.mean(draws)))


@pytest.mark.parametrize("around", [True, False])
def test_everything_or_nothing_around_is_no_finding(around: bool) -> None:
    neighbours = board(4)
    here = pd.Series(np.arange(16) < 4, neighbours.ids)
    table = beside(here, pd.Series(around, neighbours.ids), neighbours)
    assert not (table["cluster"] == "HH").any()


def test_colocation_leaves_out_missing_areas_and_islands(hot) -> None:
    present, neighbours = hot
    present = present.astype("boolean")
    present.iloc[0, 0] = pd.NA
    known = present.notna().all(axis=1).to_numpy()
    result = colocation(present, neighbours)
    assert result["cluster"].iloc[0] == "NA"
    alone = colocation(present[known], neighbours.subset(known))
    pd.testing.assert_frame_equal(result[known], alone)
    island = Neighbours.from_pairs(np.array([0, 1]), np.array([1, 0]), pd.Index(["a", "b", "c"]))
    result = colocation(pd.DataFrame({"x": [True, True, True]}, index=island.ids), island)
    assert result["cluster"].tolist() == ["NS", "NS", "NA"]
    assert result["p"].iloc[:2].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("value", [True, False])
def test_colocation_of_everywhere_or_nowhere_finds_nothing(value: bool) -> None:
    neighbours = board(3)
    result = colocation(pd.DataFrame({"x": [value] * 9}, index=neighbours.ids), neighbours)
    assert (result["cluster"] == "NS").all()
    empty = neighbours.subset(np.zeros(9, dtype=bool))
    assert len(colocation(pd.DataFrame({"x": []}, index=empty.ids, dtype=bool), empty)) == 0


def test_similarity_equals_a_large_monte_carlo() -> None:
    rng = np.random.default_rng(9)
    index = pd.RangeIndex(40)
    base = pd.Series(rng.poisson(rng.gamma(1, 20, 40)), index)
    test = pd.Series(rng.poisson(0.4 * base + rng.gamma(1, 3, 40)), index)
    result = similarity(base, test)
    drawn = round(0.85 * test.sum())
    draws = rng.multivariate_hypergeometric(test, drawn, size=20_000) / drawn
    lower, upper = np.quantile(draws, [0.025, 0.975], axis=0, method="inverted_cdf")
    one = 1 / drawn + 1e-12  # a limit may fall on the next whole event
    assert (np.abs(result.areas["lower"] - lower) <= one).all()
    assert (np.abs(result.areas["upper"] - upper) <= one).all()
    assert (result.areas["lower"] == lower).mean() > 0.9
    share = base / base.sum()
    similar = (share >= result.areas["lower"]) & (share <= result.areas["upper"])
    assert result.s == similar.mean()
    assert 0 < result.s < 1
    np.testing.assert_array_equal(result.areas["compared"] == "similar", similar)
    assert (result.areas["compared"] == "more").eq(share < result.areas["lower"]).all()


def test_limits_of_what_is_drawn_are_those_of_the_hypergeometric_law() -> None:
    test = np.array([0, 1, 2, 7, 30, 260, 700])
    lower, upper = drawn_limits(test, 1000, 0.85, 0.95)
    law = hypergeom(1000, test, 850)
    np.testing.assert_allclose(lower, law.ppf(0.025) / 850)
    np.testing.assert_allclose(upper, law.ppf(0.975) / 850)


@pytest.mark.parametrize("events", [(4000, 4000), (9000, 700)])
def test_two_samples_of_one_pattern_are_as_alike_as_said(events: tuple[int, int]) -> None:
    """S itself, of pairs drawn from one pattern: its mean is the one said, and 95% lie within the limits."""
    rng = np.random.default_rng(12)
    pattern = rng.dirichlet(np.full(79, 4.0))
    found, said = [], []
    for _ in range(60):
        pair = [pd.Series(rng.multinomial(number, pattern)) for number in events]
        found.append(similarity(*pair).s)
        said.append(of_one_pattern(*pair))
    within = np.array([one.lower <= s <= one.upper for s, one in zip(found, said, strict=True)])
    error = np.std(found) / np.sqrt(60)
    assert abs(np.mean([one.s for one in said]) - np.mean(found)) < 4 * error
    assert stats.binom.cdf(within.sum(), 60, 0.95) > 1e-3
    assert np.mean(found) < 0.8


def test_a_pattern_is_similar_to_itself_and_not_to_its_reverse() -> None:
    pattern = pd.Series([0, 0, 40, 10, 100, 3], AREAS)
    assert similarity(pattern, pattern).s == similarity(pattern, pattern).s_robust == 1.0
    assert similarity(pattern * 7, pattern).s == 1.0
    opposite = similarity(pattern, pd.Series(pattern.to_numpy()[::-1], AREAS))
    assert opposite.s < 0.5


def test_empty_countryside_does_not_count_in_the_robust_index() -> None:
    base = pd.Series([0, 0, 0, 50, 50, 0], AREAS)
    test = pd.Series([0, 0, 0, 95, 5, 0], AREAS)
    result = similarity(base, test)
    assert (result.s, result.s_robust) == (4 / 6, 0.0)
    assert result.areas["compared"].tolist() == ["similar"] * 3 + ["more", "less", "similar"]


def test_similarity_without_events_is_undefined_and_areas_may_be_missing() -> None:
    pattern, none = pd.Series([1.0, 2, 3, 4, 5, 6], AREAS), pd.Series(0, AREAS)
    for base, test in ((pattern, none), (none, pattern)):
        result = similarity(base, test)
        assert np.isnan(result.s) and np.isnan(result.s_robust)
        assert (result.areas["compared"] == "undefined").all()
    partial = pattern.copy()
    partial.iloc[2] = np.nan
    result = similarity(partial, pattern)
    assert result.areas["compared"].tolist()[2] == "undefined"
    alone = similarity(partial.dropna(), pattern.drop(AREAS[2]))
    assert (result.s, result.s_robust) == (alone.s, alone.s_robust)
    pd.testing.assert_frame_equal(result.areas.drop(AREAS[2]), alone.areas)
    with pytest.raises(ValueError, match="same areas"):
        similarity(pattern, pattern.iloc[:3])


def test_going_together_is_that_of_every_deal() -> None:
    here, there = np.array([5.0, 3, 8, 1, 9, 2, 4]), np.array([4.0, 4, 7, 2, 6, 5, 1])
    both = np.array([np.corrcoef(here[list(deal)], there)[0, 1] for deal in permutations(range(7))])
    observed = both[0] - 1e-12
    assert go_together(here, there, alternative="greater") == pytest.approx(
        (both >= observed).mean(), abs=0.02
    )
    assert go_together(here, there) == pytest.approx((np.abs(both) >= observed).mean(), abs=0.03)


def test_nothing_goes_together_with_what_is_the_same_everywhere_or_hardly_known() -> None:
    some = np.array([1.0, 4, 2, 8])
    assert go_together(np.ones(4), some) == go_together(some, np.full(4, np.nan)) == 1
    assert go_together(some, np.array([1.0, 2, np.nan, np.nan])) == 1


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_going_together_agrees_with_scipy_and_with_the_law_of_many_areas(alternative: str) -> None:
    rng = np.random.default_rng(2)
    here, there = rng.poisson(3.0, 400), rng.poisson(3.0, 400).astype(float)
    for mixed in (there, there + 0.15 * here, there - 0.1 * here):
        method = stats.PermutationMethod(n_resamples=9999, rng=np.random.default_rng(1))
        exact = stats.pearsonr(here, mixed, alternative=alternative, method=method).pvalue
        assert go_together(here.astype(float), mixed, alternative=alternative) == pytest.approx(
            exact, abs=0.04
        )
    many, as_many = rng.normal(size=6000), rng.normal(size=6000)
    law = stats.pearsonr(many, as_many, alternative=alternative).pvalue
    assert go_together(many, as_many, alternative=alternative) == pytest.approx(law, abs=1e-3)
