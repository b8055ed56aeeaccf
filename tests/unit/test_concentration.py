"""geo.stats.concentration against published examples, brute loops, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.stats import concentration as c

counts = hnp.arrays(np.int64, st.integers(1, 40), elements=st.integers(0, 30))


# ---------------------------------------------------------------- published


@pytest.mark.parametrize(
    ("events", "plain", "generalised"),
    [  # examples of the R package lorenzgini by the authors of the generalised coefficient
        ([10, 8, 2, *[0] * 7], 0.78, 0.78),
        ([5, 2, 1, *[0] * 7], 0.8, 0.75),
        ([10, *[0] * 9], 0.9, 0.9),
        ([10, *[0] * 99], 0.99, 0.9),
    ],
)
def test_gini_is_as_published(events, plain, generalised):
    got = c.gini(events)
    assert got["gini"] == pytest.approx(plain)
    assert got["generalised_gini"] == pytest.approx(generalised)


def test_the_needs_assessments_fifth_of_381_areas_is_76():
    distinct = pd.Series(np.random.default_rng(1).permutation(381))
    assert (c.ranked_classes(distinct, 5)["first"] == 5).sum() == 76


def test_the_shared_tenth_place_is_shown():
    """The published "top 10" of ambulance call-outs: tenth place shared by eight areas with 8 each."""
    calls = pd.Series([90, 80, 70, 60, 50, 40, 30, 20, 10, *[8] * 8, 7, 7, 0])
    table = c.top_n(calls, 10)
    assert len(table) == 17 and table["at_edge"].sum() == 8
    assert table["rank"].tolist()[8:] == ["9", *["10="] * 8]
    assert not c.top_n(calls, 9)["at_edge"].any()


# ---------------------------------------------------------------- other implementations


@given(counts)
def test_gini_equals_mean_difference(events):
    got = c.gini(events)["gini"]
    if events.sum() == 0:
        assert np.isnan(got)
    else:
        brute = np.abs(events[:, None] - events[None, :]).mean() / (2 * events.mean())
        assert got == pytest.approx(brute, abs=1e-12)


@given(counts)
def test_gini_is_twice_the_area_between_lorenz_and_equality(events):
    if events.sum() == 0:
        return
    curve = c.lorenz(events)
    area = np.trapezoid(curve["events"], curve["areas"])
    assert c.gini(events)["gini"] == pytest.approx(2 * area - 1, abs=1e-12)


def cuts_by_brute_force(values: list[float], classes: int) -> list[int]:
    """Numbers of areas below each cut that holds, every cut between two values tried."""
    n, found = len(values), []
    places = [sum(x <= v for x in values) for v in set(values)]
    for k in range(1, classes):
        aim = k * n / classes
        best = sorted(places, key=lambda below: (round(abs(below - aim), 9), -below))[0]
        off = round(abs(best - aim) - max(0.5, n / classes / 4), 9)
        if best < n and off <= 0 and n >= classes:
            found.append(best)
    return found


@given(counts, st.integers(2, 6))
def test_classes_by_brute_force(events, k):
    got = c.ranked_classes(events, k)
    cuts = cuts_by_brute_force(events.tolist(), k)
    for value, first, last in zip(events, got["first"], got["last"], strict=True):
        below = [cut for cut in cuts if sum(x <= value for x in events) > cut]
        assert len({*cuts}) == len(cuts)
        group = got[(got["first"] == first)]
        assert (group["last"] == last).all()
        assert (got["first"] < first).sum() == max(below, default=0)
    assert got["first"].nunique() == len(cuts) + 1


@given(counts, st.integers(2, 6))
def test_what_is_called_a_fifth_is_nearer_to_it_than_to_another_share(events, k):
    got, n = c.ranked_classes(events, k), len(events)
    for (first, last), group in got.groupby(["first", "last"]):
        share = last - first + 1
        assert 2 * abs(len(group) * k - share * n) <= max(2 * k, n)  # whole numbers, so that none is rounded
        values = events[group.index]
        others = np.delete(events, group.index)
        assert not set(values) & set(others)
    assert (got["first"] <= got["last"]).all()


# ---------------------------------------------------------------- what must always hold


@given(counts)
def test_lorenz_runs_from_nothing_to_everything_above_the_diagonal(events):
    curve = c.lorenz(events)
    assert curve.iloc[0].tolist() == [0, 0, 0]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1, 1])
    assert (curve["events"] >= curve["areas"] - 1e-12).all()
    assert (np.diff(curve["events"], 2) <= 1e-12).all()  # the busiest come first


@given(counts)
def test_generalised_gini_is_0_for_the_most_even_spread_and_never_above_gini(events):
    got = c.gini(events)
    if events.sum() > 0:
        assert -1e-12 <= got["generalised_gini"] <= got["gini"] + 1e-12
    spread = np.zeros(20)
    spread[:7] = 1
    assert c.gini(spread)["generalised_gini"] == pytest.approx(0)
    assert c.gini(spread)["gini"] > 0.6


@given(counts, st.integers(1, 12))
def test_top_n_holds_n_areas_and_its_ties(events, n):
    table = c.top_n(events, n)
    with_events = (events > 0).sum()
    assert len(table) >= min(n, with_events)
    assert (~table["at_edge"]).sum() <= n
    outside = np.delete(events, table.index)
    assert not len(table) or not len(outside) or outside.max() < table["count"].min()
    assert table["cumulative_share"].iloc[-1:].le(1 + 1e-12).all()


@given(counts, st.randoms(use_true_random=False))
def test_relabelling_areas_only_relabels(events, random):
    order = list(range(len(events)))
    random.shuffle(order)
    series = pd.Series(events)
    pd.testing.assert_frame_equal(
        c.ranked_classes(series[order], 5).sort_index(), c.ranked_classes(series, 5)
    )
    assert c.rank_labels(series[order]).sort_index().tolist() == c.rank_labels(series).tolist()
    assert c.gini(series[order]).tolist() == pytest.approx(c.gini(series).tolist(), nan_ok=True)


# ---------------------------------------------------------------- ties, wards, years


def test_ties_across_a_cut_stay_together_on_the_nearer_side():
    table = c.ranked_classes(pd.Series([9, 5, 5, 5, 1], index=list("abcde")), 5)
    assert table.loc["a"].tolist() == [5, 5] and table.loc["e"].tolist() == [1, 1]
    assert table.loc[["b", "c", "d"]].drop_duplicates().to_numpy().tolist() == [[2, 4]]
    tied = [1] * 76 + [2] * 228 + [3] * 22 + list(range(10, 65))  # 55 and the 22 that tie make a fifth of 381
    assert (c.ranked_classes(tied, 5)["first"] == 5).sum() == 77


def test_areas_without_events_are_never_in_the_top_fifth():
    assert (c.ranked_classes([1, *[0] * 19], 5)["first"] == 1).all()  # one of twenty is no fifth
    four = c.ranked_classes([1, 1, 1, 1, *[0] * 16], 5)
    assert four.drop_duplicates().to_numpy().tolist() == [[5, 5], [1, 4]]
    assert len(c.top_n([1, *[0] * 19], 10)) == 1


def test_stability_of_the_top():
    years = pd.DataFrame(
        {2021: [9, 8, 1, 1, 0, 0, 0, 0, 0, 0], 2022: [9, 1, 8, 1, 0, 0, 0, 0, 0, 0], 2023: [0] * 10}
    )
    table = c.stability(years, 0.2)
    assert table.loc[2022, ["before", "areas", "kept"]].tolist() == [2021, 2, 1]
    assert table.loc[2022, ["share", "by_chance"]].tolist() == [0.5, 0.2]
    assert table.loc[2022, "rank_correlation"] == pytest.approx(
        years[2021].corr(years[2022], method="spearman")
    )
    assert np.isnan(table.loc[2023, "rank_correlation"]) and table.loc[2023, "kept"] == 0
    assert c.stability(years.drop(columns=2022)).empty  # 2023 is not the year after 2021


def test_top_shares_round_areas_up():
    events = np.zeros(417)
    events[:5] = 20
    table = c.top_shares(events)
    assert table["areas"].tolist() == [5, 21, 42, 84]
    assert table.loc[0.01, "share"] == 1
    assert c.whole_areas(0.1, 30) == 3
    assert c.areas_holding(events, 0.5) == 3 and c.areas_holding(events, 0.4) == 2


# ---------------------------------------------------------------- edges


@pytest.mark.parametrize("events", [[], [0, 0, 0], [np.nan, np.nan]])
def test_nothing_to_concentrate(events):
    assert np.isnan(c.gini(events)["gini"])
    assert c.lorenz(events)["events"].tolist() == [0, 1]
    assert c.top_shares(events)["share"].isna().all()
    assert c.top_n(events).empty
    assert c.areas_holding(events) == 0
    assert len(c.ranked_classes(events, 5)) == len(events)
    assert len(c.rank_labels(events)) == len(events)


def test_constant_and_single_area_slices():
    assert c.gini([4, 4, 4])["gini"] == pytest.approx(0)
    assert c.ranked_classes([4, 4, 4], 3).drop_duplicates().to_numpy().tolist() == [[1, 3]]
    assert c.ranked_classes([4, 5, 6], 5).drop_duplicates().to_numpy().tolist() == [[1, 5]]
    assert c.rank_labels([4, 4, 4]).tolist() == ["1="] * 3
    assert c.gini([4])["gini"] == 0
    assert c.top_n([4])["rank"].tolist() == ["1"]
    assert c.stability(pd.DataFrame({2023: [1, 2]})).empty


def test_missing_areas_keep_their_place_without_a_class():
    table = c.ranked_classes(pd.Series([1, np.nan, 3], index=list("abc")), 3)
    assert table["first"].isna().tolist() == table["last"].isna().tolist() == [False, True, False]


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="negative"):
        c.gini([-1, 2])
